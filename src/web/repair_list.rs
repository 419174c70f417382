//! `/repairs`: what waits for a person, and the comparison with Autotask that finds some of it.

use serde::Deserialize;
use uuid::Uuid;

use super::{
    activity::{opportunity, ticket},
    catalogue::back_to,
    error::Page,
    extract::{Id, Params, Signed, html},
    view::{Link, Nav, Notice, RepairRow, Repairs, Tone, count_of},
    words,
};
use crate::{
    clock::{self, Millis},
    domain::{person::Role, plan::Target},
    service::{
        open_repairs::{self, Action, Cursor, Repair},
        reconcile::ReconcileRow,
    },
};

/// Where the page begins, and what a redirect tells.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RepairParams {
    after: String,
    done: String,
    name: String,
}

/// The list.
pub async fn show(signed: Signed, Params(params): Params<RepairParams>) -> Page {
    let after = if params.after.is_empty() { None } else { Some(params.after.parse::<Cursor>()?) };
    let page = signed.services().open_repairs(signed.visitor.tenant, after).await?;
    let (now, may_act) = (signed.services().clock.now(), signed.may(Role::Editor));
    let (needed, seen): (Vec<_>, Vec<_>) = page.rows.iter().partition(|row| row.needs_person());
    let rows = |rows: Vec<&Repair>| rows.into_iter().map(|one| row(now, one, &page, may_act)).collect();
    html(&Repairs {
        shell: signed.shell("Repairs", Nav::Repairs, &[]),
        notice: notice(&params),
        check: check(now, page.connected, page.check.as_ref()),
        failure: page.check.as_ref().and_then(failure),
        can_check: may_act && page.connected,
        may_act,
        empty: needed.is_empty().then(|| empty(after.is_some()).to_owned()),
        needed: rows(needed),
        seen: rows(seen),
        first: after.map(|_| "/repairs".to_owned()),
        next: page.next.map(|next| format!("/repairs?after={next}")),
    })
}

/// Asks for a comparison.
pub async fn check_now(signed: Signed) -> Page {
    signed.services().request_reconcile(signed.visitor.tenant).await?;
    Ok(back_to("/repairs", &[("done", "check")]))
}

/// Puts a repair away until it changes.
pub async fn ignore(signed: Signed, Id(id): Id<Uuid>) -> Page {
    let repair = signed.services().ignore_repair(signed.visitor.tenant, &signed.author(), id).await?;
    Ok(back_to("/repairs", &[("done", "ignored"), ("name", &repair.title)]))
}

fn notice(params: &RepairParams) -> Option<Notice> {
    match params.done.as_str() {
        "check" => {
            let text = "What is linked is compared with Autotask now. Reload the page to see what was found.";
            Some(Notice::new(Tone::Info, "The check is asked for", text))
        }
        "ignored" => {
            let text = format!("{}. It comes back when it changes.", params.name);
            Some(Notice::new(Tone::Ok, "Ignored until it changes", text))
        }
        _ => None,
    }
}

fn empty(is_later_page: bool) -> &'static str {
    if is_later_page { "Nothing more needs you." } else { "Nothing needs you." }
}

/// When it was last compared and what that cost, or how far it is, and when it is next.
fn check(now: Millis, connected: bool, row: Option<&ReconcileRow>) -> String {
    if !connected {
        return "Autotask is not connected, so that nothing is compared with it.".to_owned();
    }
    let Some(row) = row else { return "Not compared with Autotask yet.".to_owned() };
    let cost = |links: i64, calls: i64| {
        let links = count_of(links.unsigned_abs(), "record", "records");
        format!("{links}, {}", count_of(calls.unsigned_abs(), "call", "calls"))
    };
    let next = words::moment(row.next_at);
    match (row.started_at, row.finished_at) {
        (Some(_), _) if row.next_at > now => {
            format!("Comparing with Autotask: {} so far. It goes on at {next}.", cost(row.checked, row.calls))
        }
        (Some(_), _) => format!("Comparing with Autotask: {} so far.", cost(row.checked, row.calls)),
        (None, Some(at)) => {
            let cost = cost(row.last_checked, row.last_calls);
            let waits = if row.next_at > now {
                format!("Next check: {next}.")
            } else {
                "The next check waits for the worker.".to_owned()
            };
            format!("Last compared with Autotask {}: {cost}. {waits}", words::ago(now, at))
        }
        (None, None) if row.next_at > now => format!("Not compared with Autotask yet. Next check: {next}."),
        (None, None) => "Not compared with Autotask yet. The check waits for the worker.".to_owned(),
    }
}

fn failure(row: &ReconcileRow) -> Option<(String, String)> {
    let (cause, fix) = (row.error.as_deref()?, row.fix.clone()?);
    Some((cause.trim_end_matches('.').to_owned(), fix))
}

fn row(now: Millis, repair: &Repair, page: &open_repairs::Repairs, may_act: bool) -> RepairRow {
    let (link, post) = action(&repair.action, may_act);
    let held = match repair.held {
        0 => String::new(),
        count => format!("{}.", count_of(count, "quote or sale is held", "quotes and sales are held")),
    };
    let object = repair.object.filter(|(target, _)| target.is_head());
    RepairRow {
        id: repair.id.to_string(),
        title: repair.title.clone(),
        held,
        fix: repair.fix.clone(),
        changes: repair
            .changes
            .iter()
            .map(|one| (one.field.clone(), one.before.clone(), one.after.clone()))
            .collect(),
        since: repair.since.map(|at| (words::ago(now, at), clock::timestamp(at).to_string())),
        object: object.map(|(target, id)| {
            let web_url = page.web_url.as_deref();
            match target {
                Target::Ticket => Link { label: format!("Ticket {id}"), ..ticket(web_url, id) },
                _ => Link { label: format!("Opportunity {id}"), ..opportunity(web_url, id) },
            }
        }),
        link,
        post,
    }
}

/// What a person can do: a link, or a button that posts. Who may not act is led to where it can be seen.
fn action(action: &Action, may_act: bool) -> (Option<Link>, Option<Link>) {
    let link = |href: String, label: &str| (Some(Link::new(href, label)), None);
    match action {
        Action::RefreshLists if may_act => {
            (None, Some(Link::new("/apps/autotask/lists/refresh", "Refresh lists")))
        }
        Action::None | Action::RefreshLists => (None, None),
        Action::Connection => link("/apps/autotask/connection".to_owned(), "Go to the connection"),
        Action::Setting(path) if path.is_empty() => {
            link("/apps/autotask/opportunities".to_owned(), "Go to settings")
        }
        Action::Setting(path) if path.starts_with("tickets.") => {
            link(format!("/apps/autotask/tickets#{}", path.replace('.', "-")), "Go to the setting")
        }
        Action::Setting(path) => {
            link(format!("/apps/autotask/opportunities#{}", path.replace('.', "-")), "Go to the setting")
        }
        Action::Company(push) if may_act => link(format!("/activity/{push}"), "Choose a company"),
        Action::Link(push, head) if may_act => {
            link(format!("/activity/{push}/opportunity"), &format!("Link another {}", head.noun()))
        }
        Action::Company(push) | Action::Link(push, _) | Action::Push(push) => {
            link(format!("/activity/{push}"), "Go to the push")
        }
        Action::HeldPushes => link("/activity?status=held".to_owned(), "Go to the pushes"),
    }
}
