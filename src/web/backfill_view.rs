//! The pages of `/activity/backfill`, filled.

use std::collections::BTreeMap;

use super::{
    activity::fix_page,
    backfill::{Choosing, PAGE},
    extract::{Signed, pairs},
    view::{
        Backfill, BackfillConfirm, BackfillFilter, BackfillRow, BackfillSent, BackfillState, Choice,
        DateField, ErrorLink, ForeseenCause, Link, Nav, Notice, Shell, Tag, Tone, count_of,
    },
    words::{self, quotes_and_sales},
};
use crate::{
    clock,
    domain::{hold::Hold, ids::BackfillId},
    error::{Error, FieldErrors},
    service::{
        activity::StateCount,
        backfill::{MOST, Unsent, UnsentRow, UnsentTotal},
        foresight::Foresight,
    },
};

/// Owners beyond this many are typed, not chosen from a list.
const MOST_OWNERS: usize = 50;
const TITLE: &str = "Send earlier quotes";
const STATUSES: [(&str, &str); 5] =
    [("", "Any status"), ("open", "Open"), ("won", "Won"), ("lost", "Lost"), ("placed", "Placed")];

fn shell(signed: &Signed, step: Option<&str>) -> Shell {
    let activity = ("Activity", Some("/activity"));
    match step {
        None => signed.shell("Send earlier quotes — Activity", Nav::Activity, &[activity, (TITLE, None)]),
        Some(step) => {
            let title = format!("{step} — {TITLE}");
            signed.shell(&title, Nav::Activity, &[activity, (TITLE, Some(PAGE)), (step, None)])
        }
    }
}

/// The list with what fits its filter.
pub fn list(
    signed: &Signed,
    choosing: &Choosing,
    unsent: &Unsent,
    notice: Option<Notice>,
) -> Result<Backfill, Error> {
    let count = total(&unsent.totals);
    let filter = choosing.filter_only();
    let older = unsent.older.map(|older| Choosing { before: Some(older), ..filter.clone() }.address());
    Ok(Backfill {
        notice,
        filter: shown_filter(choosing, &unsent.owners, &FieldErrors::default()),
        summary: summary(&unsent.totals),
        hidden: pairs(&filter)?.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        rows: unsent.rows.iter().map(row).collect(),
        empty: unsent.rows.is_empty().then(|| empty(choosing.is_filtered()).to_owned()),
        send_all: (count <= most()).then(|| format!("Send all {count} that match")),
        older: older.transpose()?,
        newest: choosing.before.map(|_| filter.address()).transpose()?,
        ..blank(signed)
    })
}

/// The list with a filter that cannot be read.
pub fn refused(signed: &Signed, choosing: &Choosing, errors: &FieldErrors) -> Backfill {
    let link = |(path, sentences): (&str, &[String])| ErrorLink {
        href: format!("#{path}"),
        text: sentences.first().cloned().unwrap_or_default(),
    };
    Backfill {
        errors: errors.iter().map(link).collect(),
        filter: shown_filter(choosing, std::slice::from_ref(&choosing.owner), errors),
        empty: Some("Correct the filter to see what fits it.".to_owned()),
        ..blank(signed)
    }
}

fn blank(signed: &Signed) -> Backfill {
    Backfill {
        shell: shell(signed, None),
        notice: None,
        errors: Vec::new(),
        filter: BackfillFilter::default(),
        summary: String::new(),
        hidden: Vec::new(),
        rows: Vec::new(),
        empty: None,
        send_all: None,
        older: None,
        newest: None,
    }
}

fn empty(is_filtered: bool) -> &'static str {
    if is_filtered {
        "No earlier quote or sale fits this filter."
    } else {
        "Every quote and sale that was received has been sent or is on its way. Those that arrive while the sync is off appear here."
    }
}

fn most() -> u64 {
    u64::try_from(MOST).unwrap_or(u64::MAX)
}

fn positive(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn total(totals: &[UnsentTotal]) -> u64 {
    totals.iter().map(|total| positive(total.count)).sum()
}

/// How many fit, what they come to, and whether that is too many for one sending.
fn summary(totals: &[UnsentTotal]) -> String {
    let sales =
        total(totals.iter().filter(|total| total.status == "placed").cloned().collect::<Vec<_>>().as_slice());
    let count = total(totals);
    let mut amounts: BTreeMap<&str, i64> = BTreeMap::new();
    for total in totals {
        let sum = amounts.entry(&total.currency).or_default();
        *sum = sum.saturating_add(total.amount);
    }
    let amounts: Vec<String> =
        amounts.into_iter().map(|(currency, sum)| words::amount(currency, sum)).collect();
    let told = format!("{}, {} in total.", quotes_and_sales(count - sales, sales), amounts.join(" and "));
    if count <= most() {
        return told;
    }
    format!(
        "{told} At most 5,000 are sent at once: narrow the filter, for example by dates, to send all that match."
    )
}

fn shown_filter(choosing: &Choosing, owners: &[String], errors: &FieldErrors) -> BackfillFilter {
    let choice = |value: &str, label: &str, current: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == current,
    };
    let any_owner = std::iter::once(("", "Any owner"));
    let named = owners.iter().filter(|owner| !owner.is_empty()).map(|owner| (owner.as_str(), owner.as_str()));
    let date = |path: &str, typed: &str| DateField {
        value: typed.to_owned(),
        error: errors.get(path).map(str::to_owned),
    };
    BackfillFilter {
        text: choosing.text.clone(),
        statuses: STATUSES.iter().map(|(value, label)| choice(value, label, &choosing.status)).collect(),
        owners: any_owner.chain(named).map(|(value, label)| choice(value, label, &choosing.owner)).collect(),
        owner_typed: (owners.len() > MOST_OWNERS).then(|| choosing.owner.clone()),
        from: date("from", &choosing.from),
        to: date("to", &choosing.to),
        active: choosing.is_filtered(),
    }
}

fn row(unsent: &UnsentRow) -> BackfillRow {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("quote", &unsent.number).finish();
    let amount = unsent.amount.map(|amount| words::amount(&unsent.currency, amount));
    BackfillRow {
        id: unsent.id.to_string(),
        number: unsent.number.clone(),
        preview: (unsent.kind == "quote").then(|| format!("/apps/autotask/opportunities/preview?{query}")),
        customer: unsent.customer.clone(),
        status: status(&unsent.status),
        made: words::day(unsent.made_at),
        made_iso: clock::timestamp(unsent.made_at).to_string(),
        owner: unsent.owner.clone().unwrap_or_default(),
        amount: amount.unwrap_or_else(|| format!("{} —", unsent.currency)),
    }
}

fn status(status: &str) -> Tag {
    let label = STATUSES.iter().find(|(value, _)| *value == status).map_or(status, |(_, label)| label);
    let tone = match status {
        "open" => Tone::Info,
        "won" | "placed" => Tone::Ok,
        _ => Tone::Plain,
    };
    Tag::new(tone, label)
}

/// The question, with what sending will do.
pub fn confirm(
    signed: &Signed,
    choosing: &Choosing,
    foresight: &Foresight,
    form_id: BackfillId,
) -> Result<BackfillConfirm, Error> {
    let sales = foresight.statuses.get("placed").copied().unwrap_or(0);
    let counted = quotes_and_sales(foresight.count - sales, sales);
    let is_any = foresight.count > 0;
    let posted = Choosing { form_id: Some(form_id), until: Some(foresight.at), ..choosing.clone() };
    Ok(BackfillConfirm {
        shell: shell(signed, Some("Confirm")),
        heading: if is_any { format!("Send {counted} to Autotask?") } else { "Nothing to send".to_owned() },
        consequences: foresight.statuses.iter().map(|(status, count)| consequence(status, *count)).collect(),
        notes: notes(foresight),
        causes: causes(foresight),
        button: is_any.then(|| format!("Send {counted}")),
        hidden: pairs(&posted)?.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        back: choosing.filter_only().address()?,
    })
}

fn consequence(status: &str, count: u64) -> String {
    let one = count == 1;
    let them = if one { "an opportunity" } else { "opportunities" };
    let become_them = if one { format!("becomes {them}") } else { format!("become {them}") };
    let are = if one { "is" } else { "are" };
    match status {
        "won" => format!("{} {become_them} that {are} then won.", count_of(count, "won quote", "won quotes")),
        "lost" => {
            format!("{} {become_them} that {are} then lost.", count_of(count, "lost quote", "lost quotes"))
        }
        "placed" => {
            format!(
                "{} {become_them} with the stage and status of won.",
                count_of(count, "placed sale", "placed sales")
            )
        }
        _ => format!("{} {become_them}.", count_of(count, "open quote", "open quotes")),
    }
}

fn notes(foresight: &Foresight) -> Vec<String> {
    let mut notes = Vec::new();
    if foresight.left_out > 0 {
        let stay = count_of(foresight.left_out, "unquoted sale stays", "unquoted sales stay");
        notes.push(format!("{stay} where it is now, unsent: Include unquoted sales is off."));
    }
    if foresight.count == 0 {
        if foresight.left_out == 0 {
            notes.push(
                "What was chosen is already on its way to Autotask, or is no longer to be sent.".to_owned(),
            );
        }
        return notes;
    }
    notes.push("The oldest go first. Quotes that arrive meanwhile are sent before them.".to_owned());
    if !foresight.enabled {
        notes.push("The sync is off: they wait in the queue and are sent when it is turned on.".to_owned());
    }
    notes
}

fn causes(foresight: &Foresight) -> Vec<ForeseenCause> {
    let cause = |hold: &Hold, sentence: String| ForeseenCause {
        cause: hold.cause(),
        sentence,
        fix: fix_page(hold).or_else(|| connect_page(hold)),
    };
    let certain = foresight.holds.iter().map(|(hold, count)| {
        let held = count_of(*count, "of them will be held", "of them will be held");
        cause(hold, format!("{held}. {}", hold.fix()))
    });
    let if_new = foresight.holds_if_new.iter().map(|(hold, count)| {
        let held = count_of(*count, "of them will be held", "of them will be held");
        cause(hold, format!("{held} if Autotask does not have the product or service yet. {}", hold.fix()))
    });
    certain.chain(if_new).collect()
}

fn connect_page(hold: &Hold) -> Option<Link> {
    matches!(hold, Hold::NotConnected | Hold::Credentials)
        .then(|| Link::new("/apps/autotask/connection", "Go to connection"))
}

/// What became of a backfill.
pub fn sent(signed: &Signed, id: BackfillId, counts: &[StateCount], enabled: bool) -> BackfillSent {
    let all: u64 = counts.iter().map(|state| positive(state.count)).sum();
    let activity = format!("/activity?backfill={id}");
    let state = |state: &StateCount| BackfillState {
        status: words::status(&state.state),
        count: positive(state.count),
        href: format!("{activity}&status={}", state.state),
    };
    let sentence = if enabled {
        "The oldest go first; quotes that arrive meanwhile are sent before them. Reload the page to see how far it is."
    } else {
        "The sync is off: they wait in the queue and are sent when it is turned on."
    };
    let queued = count_of(all, "earlier quote or sale was queued", "earlier quotes and sales were queued");
    BackfillSent {
        shell: shell(signed, Some("Result")),
        heading: queued,
        sentence: sentence.to_owned(),
        states: counts.iter().map(state).collect(),
        activity,
    }
}
