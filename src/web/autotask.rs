//! `/apps/autotask`.

use super::{
    activity::last_sent,
    apps,
    error::Page,
    extract::{Signed, html},
    lists,
    view::{Autotask, Fact, Link, Nav, SectionRow, Tag, TaskRow, Tone},
};
use crate::{
    domain::{person::Role, settings::Settings},
    service::connection::ConnectionRow,
};

const CONNECTION: &str = "/apps/autotask/connection";
const OPPORTUNITIES: &str = "/apps/autotask/opportunities";
const TICKETS: &str = "/apps/autotask/tickets";

/// The Autotask app: its connection and its sections.
pub async fn show(signed: Signed) -> Page {
    let tenant = signed.visitor.tenant;
    let connection = signed.services().connection(tenant).await?;
    let settings = signed.services().settings_view(tenant).await?.settings;
    let summary = signed.services().summary(tenant).await?;
    let lists = signed.services().lists_state(tenant).await?;
    let steps = steps(connection.is_some(), &settings);
    let may_edit = signed.may(Role::Editor);
    // Setting up is for those who can.
    let is_complete = !may_edit || steps.iter().all(|step| step.done);
    let action = if is_complete {
        Link::new("/activity", "View activity")
    } else if connection.is_none() {
        Link::new(CONNECTION, "Connect")
    } else {
        Link::new(OPPORTUNITIES, "Continue setup")
    };
    let (enabled, saved) = (settings.is_any_on(), settings.is_set_up());
    html(&Autotask {
        shell: signed.shell("Autotask — Apps", Nav::Apps, &[("Apps", Some("/apps")), ("Autotask", None)]),
        notice: None,
        action: Some(action),
        steps: if is_complete { Vec::new() } else { steps },
        connection: apps::state(connection.is_some(), enabled, saved, &summary),
        connection_label: match (signed.may(Role::Administrator), connection.is_some()) {
            (true, true) => "Test or edit the connection",
            (true, false) => "Connect Autotask",
            (false, _) => "View the connection",
        },
        facts: connection.as_ref().map(facts).unwrap_or_default(),
        sections: sections(&settings, last_sent(signed.services().clock.now(), &summary)),
        lists: lists::view(&lists, connection.is_some(), may_edit, signed.services().clock.now()),
    })
}

fn steps(connected: bool, settings: &Settings) -> Vec<TaskRow> {
    let row = |label: &str, done: bool, note: &str| TaskRow {
        label: label.to_owned(),
        href: OPPORTUNITIES.to_owned(),
        done,
        // What it takes is of interest until it is done.
        note: if done { String::new() } else { note.to_owned() },
    };
    if settings.tickets.enabled && !settings.enabled {
        let row = |label, done| TaskRow { href: TICKETS.to_owned(), ..row(label, done, "") };
        return vec![
            TaskRow { href: CONNECTION.to_owned(), ..row("Connect Autotask", connected) },
            row("Turn on ticket sync", true),
            row("Choose defaults", settings.tickets.sections.is_some()),
        ];
    }
    let map = settings.sections.as_ref().map(|sections| &sections.category_map);
    let mapped = map.is_some_and(|map| map.fallback.is_some() || !map.rows.is_empty());
    vec![
        TaskRow { href: CONNECTION.to_owned(), ..row("Connect Autotask", connected, "About 3 minutes") },
        row("Turn on opportunity sync", settings.enabled, ""),
        row("Choose defaults", settings.sections.is_some(), "About 3 minutes"),
        row("Map product categories", mapped, ""),
    ]
}

fn facts(connection: &ConnectionRow) -> Vec<Fact> {
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    let company = connection.company_name.as_deref().unwrap_or("Told by the connection test");
    vec![
        fact("Autotask company", company),
        fact("API user", &connection.user_name),
        fact("Zone", connection.zone_url.as_deref().unwrap_or("Looked up with the first call")),
        fact("Currency", &connection.currency),
        fact("Secret", "Saved, never shown"),
    ]
}

fn sections(settings: &Settings, summary: String) -> Vec<SectionRow> {
    let row = |name: &str, href: &str, is_on: bool, is_saved: bool, summary: String| SectionRow {
        name: name.to_owned(),
        href: href.to_owned(),
        state: if is_on { Tag::new(Tone::Ok, "Enabled") } else { Tag::new(Tone::Plain, "Disabled") },
        summary: match (is_on, is_saved) {
            (true, false) => "Setup needed: choose the defaults and save.".to_owned(),
            _ => summary,
        },
    };
    let tickets = &settings.tickets;
    let of_tickets = "Sales become tickets, without recurring services.".to_owned();
    vec![
        row("Opportunities", OPPORTUNITIES, settings.enabled, settings.sections.is_some(), summary),
        row("Tickets", TICKETS, tickets.enabled, tickets.sections.is_some(), of_tickets),
    ]
}
