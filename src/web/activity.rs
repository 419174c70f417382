//! `/activity`: what was sent, what waits and why.

use serde::Deserialize;

use super::{
    error::Page,
    extract::{Params, Signed, html},
    view::{Activity, Answer, Answers, CauseGroup, Choice, Filter, Link, Nav, PushRow, Tone, count_of},
    waits, words,
};
use crate::{
    clock::{self, Millis},
    domain::{
        hold::Hold,
        ids::{BackfillId, PushId},
        person::Role,
    },
    service::{
        activity::{self, PushFilter, Summary},
        api_use::ApiUse,
        checklist::thousands,
        limits::standstill::Standstill,
    },
};

/// What the list is narrowed by.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActivityParams {
    status: String,
    before: Option<PushId>,
    /// Earlier quotes that were chosen to be sent together.
    backfill: Option<BackfillId>,
}
/// Where Autotask is opened whose own address is not known.
const AUTOTASK: &str = "https://www.autotask.net/";
/// The page of the tickets' settings.
const TICKETS: &str = "/apps/autotask/tickets";

const STATUSES: [(&str, &str); 7] = [
    ("", "Any status"),
    ("sent", "Sent"),
    ("sending", "Sending"),
    ("waiting", "Waiting"),
    ("held", "Held"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
];

/// The list, newest first.
pub async fn show(signed: Signed, Params(params): Params<ActivityParams>) -> Page {
    let state = Some(params.status.as_str())
        .filter(|status| STATUSES.iter().any(|(value, _)| value == status && !value.is_empty()));
    let narrowed = PushFilter { state, backfill: params.backfill };
    let activity = signed.services().activity(signed.visitor.tenant, &narrowed, params.before).await?;
    let now = signed.services().clock.now();
    let summary = Summary::of(&activity.counts);
    let is_narrowed = state.is_some() || params.backfill.is_some();
    let empty = activity.rows.is_empty().then(|| empty(is_narrowed).to_owned());
    html(&Activity {
        shell: signed.shell("Activity", Nav::Activity, &[]),
        notice: None,
        answers: answers(now, &summary, &activity),
        groups: activity.causes.iter().map(|(hold, count)| group(hold, *count)).collect(),
        filter: filter(&narrowed),
        rows: activity
            .rows
            .iter()
            .map(|row| push_row(now, row, &activity, signed.may(Role::Editor)))
            .collect(),
        empty,
        older: activity.older.map(|push| address(&narrowed, Some(push))),
        newer: params.before.map(|_| address(&narrowed, None)),
        unsent: signed.services().unsent_count(signed.visitor.tenant).await?,
    })
}

/// The list's address, narrowed in the same way, at the pushes before `before`.
fn address(narrowed: &PushFilter<'_>, before: Option<PushId>) -> String {
    let status = narrowed.state.map(|status| format!("status={status}&")).unwrap_or_default();
    let backfill = narrowed.backfill.map(|backfill| format!("backfill={backfill}&")).unwrap_or_default();
    let before = before.map(|push| format!("before={push}")).unwrap_or_default();
    format!("/activity?{status}{backfill}{before}")
}

fn empty(filtered: bool) -> &'static str {
    if filtered {
        "No push fits this filter."
    } else {
        "Nothing has been sent yet. The next quote or sale that arrives while the sync is on appears here within seconds."
    }
}

fn answers(now: Millis, summary: &Summary, activity: &activity::Activity) -> Answers {
    let held = u64::try_from(summary.held).unwrap_or(0);
    let stuck = match held {
        0 => Answer::new(Tone::Ok, "Nothing needs you."),
        1 => Answer::new(Tone::Warn, "1 push needs you."),
        _ => Answer::new(Tone::Warn, format!("{} need you.", count_of(held, "push", "pushes"))),
    };
    let behind = match summary.oldest_waiting {
        None => Answer::new(Tone::Ok, "Nothing is waiting."),
        Some(at) => Answer::new(Tone::Plain, format!("Oldest waiting: {}.", words::length(now - at))),
    };
    let checking = u64::try_from(activity.waits.unknown).ok().filter(|unknown| *unknown > 0).map(|unknown| {
        let records = count_of(unknown, "record", "records");
        Answer::new(Tone::Warn, format!("Checking whether Autotask received {records}."))
    });
    let working = match &activity.standstill {
        Some(standstill) => Answer::new(Tone::Warn, stands_still(now, standstill)),
        None => Answer::new(Tone::Ok, last_sent(now, summary)),
    };
    Answers { working, stuck, behind, checking, calls: Answer::new(Tone::Plain, calls(&activity.calls)) }
}

/// How many calls were made, of those that are Opportune's.
fn calls(known: &ApiUse) -> String {
    let [own, allowed] = [known.own, known.allowed].map(thousands);
    format!("Calls to Autotask in the last hour: {own} of {allowed}.")
}

/// Why nothing is sent, until when, and what to do about it.
fn stands_still(now: Millis, standstill: &Standstill) -> String {
    let Standstill { cause, fix, until, .. } = standstill;
    match until {
        Some(until) => format!("{cause}. Nothing is sent for {}. {fix}", words::length(until - now)),
        None => format!("{cause}. Nothing is sent. {fix}"),
    }
}

/// When the last push was sent, in a sentence.
pub fn last_sent(now: Millis, summary: &Summary) -> String {
    match summary.last_sent {
        Some(at) => format!("Last sent {}.", words::ago(now, at)),
        None => "Nothing has been sent yet.".to_owned(),
    }
}

fn group(hold: &Hold, count: usize) -> CauseGroup {
    let fix = fix_page(hold);
    let releases = fix.is_some() || matches!(hold, Hold::QuoteMissing { .. });
    CauseGroup { cause: hold.cause(), fix, count: u64::try_from(count).unwrap_or(u64::MAX), releases }
}

/// The page on which a hold's cause can be mended.
pub fn fix_page(hold: &Hold) -> Option<Link> {
    let anchor = match hold {
        Hold::TicketSetupNeeded => return Some(Link::new(TICKETS, "Go to settings")),
        Hold::OptionInactive { list, .. } if list.is_of_tickets() => {
            return Some(Link::new(TICKETS, "Go to settings"));
        }
        Hold::SetupNeeded | Hold::OptionInactive { .. } => "",
        Hold::CategoryUnmapped { .. } => "#category_map",
        Hold::CustomerUnknown { .. } => "#created-create_missing_customers",
        _ => return None,
    };
    Some(Link::new(format!("/apps/autotask/opportunities{anchor}"), "Go to settings"))
}

fn filter(narrowed: &PushFilter<'_>) -> Filter {
    let current = narrowed.state.unwrap_or_default();
    let choice = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == current,
    };
    Filter {
        statuses: STATUSES.map(choice).to_vec(),
        backfill: narrowed.backfill.map(|backfill| backfill.to_string()),
        active: !current.is_empty() || narrowed.backfill.is_some(),
    }
}

fn push_row(now: Millis, row: &activity::PushRow, list: &activity::Activity, may_retry: bool) -> PushRow {
    PushRow {
        id: row.id.to_string(),
        href: format!("/activity/{}", row.id),
        document: row.number.clone(),
        customer: row.customer.clone(),
        change: words::change(&row.change).to_owned(),
        status: words::status(&row.state),
        reason: waits::sentence(now, row, &list.waits),
        updated: words::ago(now, row.updated_at),
        updated_iso: clock::timestamp(row.updated_at).to_string(),
        retries: u64::try_from(row.tries).unwrap_or(0),
        autotask: record(row, list.web_url.as_deref()).map(|link| match row.ticket_id {
            Some(_) => Link { label: format!("Ticket {}", link.label), ..link },
            None => link,
        }),
        can_retry: may_retry && matches!(row.state.as_str(), "held" | "failed"),
    }
}

/// Where people open in Autotask what a push became there: its opportunity, or its ticket.
pub fn record(push: &activity::PushRow, web_url: Option<&str>) -> Option<Link> {
    let opportunity = || push.opportunity_id.map(|id| opportunity(web_url, id));
    push.ticket_id.map(|id| ticket(web_url, id)).or_else(opportunity)
}

/// Where people open a ticket in Autotask.
pub fn ticket(web_url: Option<&str>, id: i64) -> Link {
    let root = web_url.unwrap_or(AUTOTASK);
    Link::new(format!("{root}Mvc/ServiceDesk/TicketDetail.mvc?ticketId={id}"), id.to_string())
}

/// Where people open an opportunity in Autotask.
pub fn opportunity(web_url: Option<&str>, id: i64) -> Link {
    let root = web_url.unwrap_or(AUTOTASK);
    Link::new(format!("{root}Mvc/CRM/OpportunityDetail.mvc?opportunityId={id}"), id.to_string())
}
