//! `/activity/{push}`: one push, down to each request.

use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use serde_json::Value;

use super::{
    activity::{fix_page, opportunity, record, ticket},
    customer,
    error::{Page, PageError},
    extract::{Id, Params, Signed, html},
    preview_view, repairs,
    view::{AttemptRow, Link, Nav, Notice, PushDetail, StepRow, Tag, Tone, WrittenValues},
    waits, words,
};
use crate::{
    clock::Millis,
    domain::{hold::Hold, ids::PushId, person::Role, plan::Target},
    service::{activity, written::Written},
};

/// What a redirect tells about, and which companies are searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PushParams {
    retried: bool,
    done: String,
    name: String,
    released: u64,
    search: String,
}

/// One push.
pub async fn show(signed: Signed, Id(id): Id<PushId>, Params(params): Params<PushParams>) -> Page {
    let mut view = page(&signed, id, &params.search).await?;
    view.notice = notice(&params);
    html(&view)
}

/// Sends a held or failed push again.
pub async fn retry(signed: Signed, Id(id): Id<PushId>) -> Page {
    signed.services().retry(signed.visitor.tenant, id).await?;
    Ok(Redirect::to(&format!("/activity/{id}?retried=true#notice")).into_response())
}

/// The page of a push, with the companies that fit `search` where its customer has none.
///
/// # Errors
/// When there is no push of that id.
pub async fn page(signed: &Signed, id: PushId, search: &str) -> Result<PushDetail, PageError> {
    let detail = signed.services().push(signed.visitor.tenant, id).await?;
    let mut view = view(signed, signed.services().clock.now(), &detail);
    let hold = words::reason(detail.push.reason.as_deref()).1;
    if let Some((_, customer)) = hold.as_ref().and_then(Hold::customer).filter(|_| view.can_retry) {
        view.company = Some(customer::picker(signed, customer, search).await?);
    }
    Ok(view)
}

fn notice(params: &PushParams) -> Option<Notice> {
    if params.retried {
        let text =
            "It goes on where it stopped, with the newest settings. Reload the page to see how it went.";
        return Some(Notice::new(Tone::Info, "Sent again", text));
    }
    let (heading, text) = repairs::news(&params.done, &params.name, params.released)?;
    Some(Notice::new(Tone::Ok, heading, text))
}

fn view(signed: &Signed, now: Millis, detail: &activity::PushDetail) -> PushDetail {
    let (push, number) = (&detail.push, &detail.push.number);
    let (reason, hold) = words::reason(push.reason.as_deref());
    let title = format!("{number} — Activity");
    PushDetail {
        shell: signed.shell(&title, Nav::Activity, &[("Activity", Some("/activity")), (number, None)]),
        errors: Vec::new(),
        notice: None,
        id: push.id.to_string(),
        document: number.clone(),
        customer: push.customer.clone(),
        status: words::status(&push.state),
        sentence: sentence(now, detail, &reason),
        next: hold.as_ref().map(Hold::fix).unwrap_or_default(),
        request_id: detail.request_id.clone(),
        cause: hold.as_ref().map(Hold::cause),
        fix: hold.as_ref().and_then(fix_page),
        can_retry: signed.may(Role::Editor) && matches!(push.state.as_str(), "held" | "failed"),
        company: None,
        actions: if signed.may(Role::Editor) { actions(detail, hold.as_ref()) } else { Vec::new() },
        can_resume: signed.may(Role::Editor) && detail.stopped.is_some(),
        steps: detail.steps.iter().map(|step| step_row(step, detail.web_url.as_deref())).collect(),
        written: detail.written.iter().map(written).collect(),
        attempts: detail.attempts.iter().map(attempt_row).collect(),
    }
}

/// What else a person can do: say which opportunity or ticket it is, where there is one or doubt about it, and stop the sync.
fn actions(detail: &activity::PushDetail, hold: Option<&Hold>) -> Vec<Link> {
    if detail.stopped.is_some() {
        return Vec::new();
    }
    let id = detail.push.id;
    let head = hold.and_then(Hold::record).unwrap_or_else(|| detail.push.sync.head());
    let has_one = record(&detail.push, None).is_some() || hold.is_some_and(|hold| hold.record().is_some());
    let link = Link::new(format!("/activity/{id}/opportunity"), format!("Link another {}", head.noun()));
    let stop = Link::new(format!("/activity/{id}/stop"), format!("Stop syncing this {}", detail.push.kind));
    has_one.then_some(link).into_iter().chain([stop]).collect()
}

fn sentence(now: Millis, detail: &activity::PushDetail, reason: &str) -> String {
    let push = &detail.push;
    match push.state.as_str() {
        "sent" => {
            let named = |noun, id: Option<i64>| id.map(|id| format!(" as {noun} {id}"));
            let ticket = named("ticket", push.ticket_id);
            let record = ticket.or_else(|| named("opportunity", push.opportunity_id)).unwrap_or_default();
            let note = if reason.is_empty() { String::new() } else { format!(" {reason}") };
            format!("Autotask has it{record}.{note}")
        }
        "sending" | "waiting" => format!("{}.", waits::sentence(now, push, &detail.waits)),
        "held" | "failed" => "It is not sent until somebody acts.".to_owned(),
        _ => reason.to_owned(),
    }
}

fn target(name: &str) -> Option<Target> {
    Target::ALL.into_iter().find(|target| target.name() == name)
}

fn step_row(step: &activity::StepRow, web_url: Option<&str>) -> StepRow {
    let state = match step.state.as_str() {
        "done" => Tag::new(Tone::Ok, "Done"),
        "failed" => Tag::new(Tone::Bad, "Failed"),
        "unknown" => Tag::new(Tone::Warn, "Outcome unknown"),
        _ => Tag::new(Tone::Info, "Begun"),
    };
    let of = target(&step.target);
    let autotask_id = step.autotask_id.and_then(|id| match of? {
        Target::Opportunity => Some(opportunity(web_url, id)),
        Target::Ticket => Some(ticket(web_url, id)),
        _ => None,
    });
    let id = step
        .autotask_id
        .filter(|_| autotask_id.is_none())
        .map(|id| format!("Autotask id {id}. "))
        .unwrap_or_default();
    let note = format!("{id}{}", step.note.clone().unwrap_or_default()).trim_end().to_owned();
    let what = of.map_or_else(String::new, |target| label(target, &step.action));
    StepRow { label: what, state, autotask_id, note }
}

/// What a step does, in words.
fn label(target: Target, action: &str) -> String {
    let what = match target {
        Target::Opportunity => "the opportunity",
        Target::QuoteLocation => "an address",
        Target::Quote => "the quote",
        Target::QuoteItem => "a quote item",
        Target::Product => "a product",
        Target::Service => "a service",
        Target::Company => "the company",
        Target::Contact => "the contact",
        Target::Role => "a labor role",
        Target::Ticket => "the ticket",
        Target::TicketCharge => "a charge",
    };
    let verb = match action {
        "create" => "Create",
        "delete" => "Delete",
        "settle" if target == Target::Ticket => "Set the status of",
        "settle" => "Set stage and status of",
        "keep" => "Keep what was changed in Autotask of",
        _ => "Update",
    };
    format!("{verb} {what}")
}

/// What one step wrote; its heading says what and with which settings.
fn written(written: &Written) -> WrittenValues {
    let count = match written.fields.len() {
        1 => "1 value".to_owned(),
        count => format!("{count} values"),
    };
    let what = label(written.target, &written.action);
    WrittenValues {
        summary: format!("{what}: {count}, with settings revision {}", written.revision),
        values: preview_view::values(written.target, &written.fields),
    }
}

fn attempt_row(attempt: &activity::AttemptRow) -> AttemptRow {
    let tone = if attempt.outcome == "OK" { Tone::Ok } else { Tone::Bad };
    let status = attempt.status.map_or_else(|| "No answer".to_owned(), |status| status.to_string());
    AttemptRow {
        at: words::time_of_day(attempt.created_at),
        duration: format!("{} ms", attempt.duration_ms),
        method: attempt.method.clone(),
        path: attempt.path.clone(),
        result: Tag::new(
            tone,
            if attempt.outcome == "OK" { status } else { format!("{status}: {}", attempt.outcome) },
        ),
        request: attempt.request.as_deref().map(pretty),
        response: attempt.response.as_deref().map(pretty),
    }
}

/// JSON on several lines; anything else as it is.
fn pretty(text: &str) -> String {
    let parsed = serde_json::from_str::<Value>(text);
    parsed.ok().and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
}
