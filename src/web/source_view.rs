//! Fills the page of a source: what was typed, else what is saved.

use super::{
    source_codes,
    source_news::page as address,
    view::{
        CheckRow, ErrorLink, MeterAll, Notice, ReadRow, Reading, Shell, Source, SourceForm, Tag, Text, Tone,
        Trouble, TroubledRow, id_of,
    },
    words::{ago, day, until},
};
use crate::{
    clock::Millis,
    crypto,
    domain::{
        settings::source_forms::{CodesForm, ReadingForm},
        source::Role,
    },
    error::FieldErrors,
    service::{
        checklist::{Outcome, thousands},
        sources::{ResourceRead, SourceChecklist, SourceLine, SourceState, SourceView, Troubled},
    },
};

/// From this share of a limit on its meter shows that it is nearly used up, in percent.
const NEARLY_PERCENT: i64 = 75;
const DAILY: &str = "Once a day";

/// What the page shows beside what is saved.
#[derive(Debug, Default)]
pub struct Shown {
    /// How it is read, as it was typed.
    pub typed: Option<ReadingForm>,
    /// What codes mean, as it was chosen.
    pub codes: Option<CodesForm>,
    /// What is wrong with either.
    pub errors: FieldErrors,
    /// A test of what was typed, in place of the saved one's.
    pub checklist: Option<SourceChecklist>,
    /// News.
    pub notice: Option<Notice>,
}

/// What its reader may do.
#[derive(Clone, Copy, Debug)]
pub struct May {
    /// Connect and disconnect it.
    pub connect: bool,
    /// Pause it, and say what codes mean.
    pub edit: bool,
}

/// The page.
pub fn page(shell: Shell, view: &SourceView, shown: Shown, may: May, now: Millis) -> Source {
    let checklist = shown.checklist.as_ref().or(view.checklist.as_ref());
    let mut form = form(view, shown.typed.as_ref());
    let mut codes = source_codes::form(view, shown.codes.as_ref());
    let errors = show_errors(&mut form, &mut codes, &shown.errors);
    Source {
        name: view.facts.name.to_owned(),
        page: address(view.facts.word),
        state: state(view, now),
        test_server: (view.address != view.facts.address).then(|| view.address.clone()),
        trouble: trouble(view, now),
        tested: told_when(view, shown.checklist.is_some(), now),
        checklist: checklist.map(|list| list.lines.iter().map(line).collect()).unwrap_or_default(),
        reading: view.is_connected().then(|| reading(view, now)),
        troubled: view.troubled.iter().map(|one| troubled(view, one)).collect(),
        notice: shown.notice,
        may_connect: may.connect,
        may_edit: may.edit,
        errors,
        form,
        codes,
        shell,
    }
}

/// How reading a source goes, in a word or two.
pub fn state(view: &SourceView, now: Millis) -> Tag {
    match view.state {
        SourceState::NotConnected => Tag::new(Tone::Warn, "Not connected"),
        SourceState::Paused => Tag::new(Tone::Plain, "Paused"),
        SourceState::Refused => Tag::new(Tone::Bad, "Needs you"),
        SourceState::Failing => match view.read_at {
            Some(since) => Tag::new(Tone::Bad, format!("Not working since {}", until(now, since))),
            None => Tag::new(Tone::Bad, "Not working"),
        },
        SourceState::Importing | SourceState::Reading => Tag::new(Tone::Ok, "Reading"),
    }
}

/// One sentence about that.
pub fn state_line(view: &SourceView, now: Millis) -> String {
    match view.state {
        SourceState::NotConnected => "Enter its API key, and its quotes and sales are read.".to_owned(),
        SourceState::Refused => format!("{} did not accept the API key.", view.facts.name),
        SourceState::Importing => "What is there is being read for the first time.".to_owned(),
        _ if view.held() > 0 => source_codes::waiting(view),
        _ => match view.read_at {
            Some(at) => format!("Last read {}.", ago(now, at)),
            None => "Nothing was read yet.".to_owned(),
        },
    }
}

fn trouble(view: &SourceView, now: Millis) -> Option<Trouble> {
    let cause = view.error.as_ref()?;
    let is_tried_again = view.state == SourceState::Failing;
    let again = view.next_at.filter(|_| is_tried_again);
    Some(Trouble {
        cause: cause.trim_end_matches('.').to_owned(),
        fix: view.fix.clone().unwrap_or_default(),
        again: again
            .map(|at| format!("It is tried again at {}.", until(now, at.max(now))))
            .unwrap_or_default(),
    })
}

fn troubled(view: &SourceView, one: &Troubled) -> TroubledRow {
    let label = view.facts.resource(&one.resource).map_or(one.resource.as_str(), |resource| resource.label);
    let number = view.facts.numbers.iter().find_map(|name| one.row.get(name)?.as_str());
    let gone = || format!("It is no longer in {}. What was sent of it stays in Autotask.", view.facts.name);
    TroubledRow {
        what: format!("{label}: {}", number.map_or_else(|| one.id.to_string(), str::to_owned)),
        sentence: one.sentence.clone().unwrap_or_else(gone),
    }
}

fn told_when(view: &SourceView, is_new: bool, now: Millis) -> String {
    let at = view.connection.as_ref().and_then(|row| row.tested_at).filter(|_| !is_new);
    at.map_or_else(|| "Tested just now.".to_owned(), |at| format!("Tested {}.", ago(now, at)))
}

fn line(line: &SourceLine) -> CheckRow {
    let tone = match line.outcome {
        Outcome::Passed => Tone::Ok,
        Outcome::Warning => Tone::Warn,
        Outcome::Failed => Tone::Bad,
        Outcome::NotChecked => Tone::Plain,
    };
    let took = line.took_ms.map(|millis| i64::try_from(millis).unwrap_or(i64::MAX));
    CheckRow {
        label: line.label.clone(),
        result: Tag::new(tone, line.outcome.label()),
        time: took.map(|millis| format!("{} ms", thousands(millis))).unwrap_or_default(),
        sentence: line.sentence.clone(),
        fix: line.fix.clone(),
    }
}

fn form(view: &SourceView, typed: Option<&ReadingForm>) -> SourceForm {
    let (currency, every) = match typed {
        Some(typed) => (typed.currency.clone(), typed.every_minutes.clone()),
        None => (view.settings.currency.clone().unwrap_or_default(), view.settings.every_minutes.to_string()),
    };
    let prompt = match &view.autotask_currency {
        Some(autotask) => format!("As in Autotask: {autotask}"),
        None => "As in Autotask".to_owned(),
    };
    let every_hint =
        "From 1 to 60. Reading every minute takes 2 of its calls a minute, and more where something changed.";
    SourceForm {
        revision: view.revision,
        form_id: crypto::random_text(),
        key: key(view),
        currency: super::connection_view::currencies(&currency)
            .hint(format!("{} does not tell the currency of its amounts.", view.facts.name))
            .prompt(prompt)
            .optional(),
        every_minutes: Text {
            value: every,
            ..Text::new("every_minutes", "Read every (minutes)").hint(every_hint).numeric()
        },
    }
}

fn key(view: &SourceView) -> Text {
    let field = Text::new("key", "API key");
    let Some(row) = view.connection.as_ref().filter(|_| view.is_connected()) else {
        return field.hint(format!("{} It is stored encrypted and never shown.", view.facts.key_is_at));
    };
    let by = view.key_saved_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let hint = format!("Saved on {}{by}. Leave empty to keep it.", day(row.key_saved_at));
    field.hint(hint).optional()
}

fn show_errors(
    form: &mut SourceForm,
    codes: &mut super::view::CodesForm,
    errors: &FieldErrors,
) -> Vec<ErrorLink> {
    let mut places = vec![
        ("key".to_owned(), &mut form.key.error),
        ("currency".to_owned(), &mut form.currency.error),
        ("every_minutes".to_owned(), &mut form.every_minutes.error),
    ];
    places.extend(codes.error_places());
    let mut links = Vec::new();
    for (name, place) in places {
        if let Some(sentence) = errors.get(&name) {
            *place = Some(sentence.to_owned());
            links.push(ErrorLink { href: format!("#{}", id_of(&name)), text: sentence.to_owned() });
        }
    }
    links
}

fn reading(view: &SourceView, now: Millis) -> Reading {
    let calls = view.calls;
    let meter = |used: i64, limit: i64| MeterAll { used, slow: limit * NEARLY_PERCENT / 100, limit };
    let since = view.connection.as_ref().map(|row| day(row.since)).unwrap_or_default();
    Reading {
        rows: rows(view, now),
        summary: summary(view, now),
        minute: meter(calls.minute, calls.minute_limit),
        day: meter(calls.day, calls.day_limit),
        calls: format!(
            "{} of {} this minute, {} of {} today.",
            thousands(calls.minute),
            thousands(calls.minute_limit),
            thousands(calls.day),
            thousands(calls.day_limit)
        ),
        earlier: format!("Quotes from before {since} are not sent by themselves: choose them under"),
        is_paused: view.settings.paused,
    }
}

fn summary(view: &SourceView, now: Millis) -> String {
    let last = match view.read_at {
        Some(at) => format!("Last read {}.", ago(now, at)),
        None => "The first reading is under way; its pace is what the limits allow.".to_owned(),
    };
    let next = view.next_at.filter(|_| matches!(view.state, SourceState::Reading | SourceState::Importing));
    match next {
        Some(at) if at > now => format!("{last} Next read at {}.", until(now, at)),
        Some(_) => format!("{last} It goes on as soon as a worker is free."),
        None => last,
    }
}

fn rows(view: &SourceView, now: Millis) -> Vec<ReadRow> {
    let mut rows: Vec<_> = view.resources.iter().map(|resource| row(view, resource, now)).collect();
    let documents = view.documents.iter().map(|count| count.documents).sum();
    rows.push(ReadRow {
        what: "All quotes and sales once more, to find what was missed".to_owned(),
        often: DAILY.to_owned(),
        count: thousands(documents),
        last: last(view.whole_at, now),
    });
    rows
}

fn row(view: &SourceView, resource: &ResourceRead, now: Millis) -> ReadRow {
    let often = match (resource.role, view.settings.every_minutes) {
        (Role::Document, 1) => "Every minute".to_owned(),
        (Role::Document, minutes) => format!("Every {minutes} minutes"),
        (Role::Part, _) => "When its quote or sale changes".to_owned(),
        (Role::Reference, _) => DAILY.to_owned(),
    };
    ReadRow {
        what: resource.label.to_owned(),
        often,
        count: thousands(resource.count),
        last: last(resource.read_at, now),
    }
}

fn last(at: Option<Millis>, now: Millis) -> String {
    at.map_or_else(|| "Not yet".to_owned(), |at| ago(now, at))
}
