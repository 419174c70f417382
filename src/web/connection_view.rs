//! Fills the connection page: what was typed, else what is saved.

use super::{
    connection::ConnectionForm,
    view::{
        self, CheckRow, Choice, Connection, ErrorLink, Fact, Meter, MeterAll, Notice, Select, Shell, Tag,
        Text, Tone,
    },
    words::{ago, day},
};
use crate::{
    clock::Millis,
    error::FieldErrors,
    service::{
        checklist::{Checklist, Line, Outcome, thousands},
        connect::ConnectionView,
    },
};

/// What the page shows beside what is saved.
#[derive(Debug, Default)]
pub struct Shown {
    /// What was typed, if the form is shown again.
    pub typed: Option<ConnectionForm>,
    /// What is wrong with it.
    pub errors: FieldErrors,
    /// A test of what was typed, in place of the saved one's.
    pub checklist: Option<Checklist>,
    /// News.
    pub notice: Option<Notice>,
    /// Whether a failed test may be overruled.
    pub save_anyway: bool,
    /// The question whether to connect another company than before.
    pub switch: Option<String>,
}

/// From this share of the limit on Autotask answers more slowly, in percent.
const SLOW_PERCENT: i64 = 75;
const CURRENCIES: [(&str, &str); 12] = [
    ("AUD", "Australian dollar"),
    ("BRL", "Brazilian real"),
    ("CAD", "Canadian dollar"),
    ("CHF", "Swiss franc"),
    ("DKK", "Danish krone"),
    ("EUR", "Euro"),
    ("GBP", "Pound sterling"),
    ("NOK", "Norwegian krone"),
    ("NZD", "New Zealand dollar"),
    ("SEK", "Swedish krona"),
    ("USD", "US dollar"),
    ("ZAR", "South African rand"),
];

/// The page; without its forms for whoever may not send them.
pub fn page(shell: Shell, saved: &ConnectionView, shown: Shown, may_edit: bool, now: Millis) -> Connection {
    let checklist = shown.checklist.as_ref().or(saved.checklist.as_ref());
    let mut form = form(saved, &shown);
    let mut new_secret = saved.row.as_ref().map(|_| Text::new("new_secret", "New secret"));
    let errors = show_errors(&mut form, new_secret.as_mut(), &shown.errors);
    Connection {
        state: state(saved),
        test_server: saved.test_server.clone(),
        facts: facts(saved),
        tested: told_when(saved, shown.checklist.is_some(), now),
        checklist: checklist.map(|list| list.lines.iter().map(row).collect()).unwrap_or_default(),
        meter: saved.row.as_ref().map(|_| meter(saved, now)),
        notice: shown.notice,
        errors,
        may_edit,
        form,
        new_secret,
        shell,
    }
}

fn state(saved: &ConnectionView) -> Tag {
    match (&saved.row, &saved.checklist) {
        (None, _) => Tag::new(Tone::Warn, "Not connected"),
        (Some(_), Some(list)) if list.failed().is_some() => Tag::new(Tone::Bad, "Last test failed"),
        (Some(_), Some(_)) => Tag::new(Tone::Ok, "Connected"),
        (Some(_), None) => Tag::new(Tone::Plain, "Not tested yet"),
    }
}

fn told_when(saved: &ConnectionView, is_new: bool, now: Millis) -> String {
    let at = saved.row.as_ref().and_then(|row| row.tested_at).filter(|_| !is_new);
    at.map_or_else(|| "Tested just now.".to_owned(), |at| format!("Tested {}.", ago(now, at)))
}

fn row(line: &Line) -> CheckRow {
    let tone = match line.outcome {
        Outcome::Passed => Tone::Ok,
        Outcome::Warning => Tone::Warn,
        Outcome::Failed => Tone::Bad,
        Outcome::NotChecked => Tone::Plain,
    };
    CheckRow {
        label: line.check.label().to_owned(),
        result: Tag::new(tone, line.outcome.label()),
        time: line
            .took_ms
            .map(|millis| format!("{} ms", thousands(i64::try_from(millis).unwrap_or(i64::MAX))))
            .unwrap_or_default(),
        sentence: line.sentence.clone(),
        fix: line.fix.clone(),
    }
}

fn facts(saved: &ConnectionView) -> Vec<Fact> {
    let Some(row) = &saved.row else { return Vec::new() };
    let fact = |label: &str, value: Option<&str>| {
        value.map(|value| Fact { label: label.to_owned(), value: value.to_owned() })
    };
    [
        fact("Autotask company", row.company_name.as_deref()),
        fact("Zone", Some(row.zone_url.as_deref().unwrap_or("Looked up with the next test"))),
        fact("Opens at", row.web_url.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn form(saved: &ConnectionView, shown: &Shown) -> view::ConnectionForm {
    let known = saved.row.as_ref().or(saved.former.as_ref());
    let (user_name, code, currency) = match (&shown.typed, known) {
        (Some(typed), _) => (typed.user_name.clone(), typed.integration_code.clone(), typed.currency.clone()),
        (None, Some(row)) => (row.user_name.clone(), row.integration_code.clone(), row.currency.clone()),
        (None, None) => (String::new(), String::new(), "USD".to_owned()),
    };
    let user_hint = "The Username (Key) of the API user in Autotask; it looks like an email address.";
    let code_hint = "The tracking identifier in the API user's security settings.";
    view::ConnectionForm {
        user_name: Text { value: user_name, ..Text::new("user_name", "API user name").hint(user_hint) },
        secret: secret(saved),
        integration_code: Text {
            value: code,
            ..Text::new("integration_code", "Integration code").hint(code_hint)
        },
        currency: currencies(&currency),
        save_anyway: shown.save_anyway,
        switch: shown.switch.clone(),
    }
}

fn secret(saved: &ConnectionView) -> Text {
    let field = Text::new("secret", "Secret");
    let Some(row) = &saved.row else {
        return field.hint("The Password (Secret) of the API user. It is stored encrypted and never shown.");
    };
    let on = row.secret_saved_at.map(|at| format!(" on {}", day(at))).unwrap_or_default();
    let by = saved.secret_saved_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    field.hint(format!("Saved{on}{by}. Leave empty to keep it.")).optional()
}

/// The currencies to choose from.
pub fn currencies(chosen: &str) -> Select {
    let mut known: Vec<(&str, String)> =
        CURRENCIES.iter().map(|(code, name)| (*code, format!("{code}, {name}"))).collect();
    // An operator may have saved another one.
    if !chosen.is_empty() && !known.iter().any(|(code, _)| *code == chosen) {
        known.push((chosen, chosen.to_owned()));
    }
    let choice =
        |(code, label): (&str, String)| Choice { value: code.to_owned(), label, selected: code == chosen };
    let hint = "The currency of Autotask's amounts. Documents in another currency are held, never converted.";
    Select {
        options: known.into_iter().map(choice).collect(),
        ..Select::new("currency", "Currency").hint(hint)
    }
}

fn show_errors(
    form: &mut view::ConnectionForm,
    new_secret: Option<&mut Text>,
    errors: &FieldErrors,
) -> Vec<ErrorLink> {
    let fields = [
        ("user_name", Some(&mut form.user_name.error)),
        ("secret", Some(&mut form.secret.error)),
        ("integration_code", Some(&mut form.integration_code.error)),
        ("currency", Some(&mut form.currency.error)),
        ("new_secret", new_secret.map(|field| &mut field.error)),
    ];
    let mut links = Vec::new();
    for (name, place) in fields {
        if let (Some(sentence), Some(place)) = (errors.get(name), place) {
            *place = Some(sentence.to_owned());
            links.push(ErrorLink { href: format!("#{name}"), text: sentence.to_owned() });
        }
    }
    links
}

fn meter(saved: &ConnectionView, now: Millis) -> Meter {
    let own = thousands(saved.api_use.own);
    let Some((used, limit, at)) = saved.api_use.all else {
        return Meter {
            all: None,
            text: format!("{own} by Opportune."),
            hint: "Autotask has not told how many calls all integrations made.".to_owned(),
        };
    };
    let others = thousands((used - saved.api_use.own).max(0));
    Meter {
        all: Some(MeterAll { used, slow: limit * SLOW_PERCENT / 100, limit }),
        text: format!("{own} by Opportune, {others} by others, limit {}.", thousands(limit)),
        hint: format!("Autotask told its count {}.", ago(now, at)),
    }
}

/// News of a test.
pub fn tested(list: &Checklist) -> Notice {
    match list.failed() {
        None => Notice {
            tone: Tone::Ok,
            heading: if list.company.name.is_empty() {
                "The connection works".to_owned()
            } else {
                format!("Connected to {}", list.company.name)
            },
            text: "Everything that Opportune needs is allowed. A test saves nothing.".to_owned(),
            links: Vec::new(),
            ..Notice::default()
        },
        Some(line) => Notice {
            tone: Tone::Bad,
            heading: format!("Test failed: {}", line.check.label()),
            text: format!("{} {}", line.sentence, line.fix),
            links: Vec::new(),
            ..Notice::default()
        },
    }
}

/// News of a save that its test kept from being done.
pub fn refused(list: &Checklist, may_save_anyway: bool) -> Notice {
    let mut notice = tested(list);
    notice.heading = notice.heading.replacen("Test failed", "Not saved", 1);
    notice.text.push_str(" What you typed is still here, but for the secret.");
    if may_save_anyway {
        notice.text.push_str(" It can be saved anyway: enter the secret again, then choose Save anyway.");
    }
    notice
}

/// News of a save that would connect another company than before, and the question about it.
pub fn other_company(before: &str, now: &str) -> (Notice, String) {
    let named = |name: &str| if name.is_empty() { "another company".to_owned() } else { name.to_owned() };
    let (before, now) = (named(before), named(now));
    let notice = Notice {
        tone: Tone::Warn,
        heading: "Not saved: this is a different Autotask company".to_owned(),
        text: format!(
            "Before, {before} was connected. These credentials belong to {now}. To go on, enter the secret again, tick the box and save."
        ),
        links: Vec::new(),
        ..Notice::default()
    };
    let question = format!(
        "Links to the records of {before} are put aside: quotes that change from now on are made anew in {now}."
    );
    (notice, question)
}
