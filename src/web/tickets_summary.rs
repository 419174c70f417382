//! `/apps/autotask/tickets/saved`: the saved settings to be read. Viewers see them instead of the form.

use super::{
    error::Page,
    extract::{Signed, html},
    settings_summary::{Namer, codes_section, section, text},
    tickets::{CRUMBS, PAGE},
    view::{Link, Nav, SettingsSummary, SummarySection, Tag, Tone},
};
use crate::{
    domain::{
        lists::List,
        person::Role,
        settings::{BillingCodes, TicketSections},
    },
    service::settings::SettingsView,
};

/// Shows the saved settings.
pub async fn show(signed: Signed) -> Page {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    html(&page(&signed, &view))
}

/// The saved settings, by section, in the words of the form.
pub fn page(signed: &Signed, view: &SettingsView) -> SettingsSummary {
    let settings = &view.settings;
    let saved = settings.tickets.sections.as_ref().zip(settings.codes.as_ref());
    let mut namer = Namer::new(&view.lists);
    let is_on = settings.tickets.enabled;
    SettingsSummary {
        title: "Tickets",
        shell: signed.shell("Tickets — Autotask — Apps", Nav::Apps, &CRUMBS),
        state: if is_on { Tag::new(Tone::Ok, "Enabled") } else { Tag::new(Tone::Plain, "Disabled") },
        edit: signed.may(Role::Editor).then(|| Link::new(PAGE, "Edit settings")),
        revision: saved.map(|_| format!("Revision {}", view.revision)),
        sections: saved.map(|(saved, codes)| sections(saved, codes, &mut namer)).unwrap_or_default(),
        map: Vec::new(),
        last: Vec::new(),
    }
}

fn sections(saved: &TicketSections, codes: &BillingCodes, namer: &mut Namer<'_>) -> Vec<SummarySection> {
    let mut row = |label, list, value| namer.row(label, list, Some(value), "");
    let made = vec![
        text("Which sales", saved.which.label()),
        row("Category", List::TicketCategories, saved.category),
        row("Queue", List::TicketQueues, saved.queue),
        row("Status", List::TicketStatuses, saved.status),
        row("Priority", List::TicketPriorities, saved.priority),
        namer.row("Issue type", List::TicketIssueTypes, saved.issue_type, "No issue type"),
        text("Due in days", &saved.due_days.to_string()),
        text("Title", &saved.title),
    ];
    let cancelled = vec![namer.row("Status", List::TicketStatuses, Some(saved.cancelled_status), "")];
    let both = vec![text("Bill it with", saved.billed_by.label())];
    vec![
        section("made", "When a sale is made", made),
        section("cancelled", "When a sale is cancelled", cancelled),
        codes_section(codes, namer),
        section("both", "When both syncs would bill the same sale", both),
    ]
}
