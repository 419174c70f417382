//! `/apps/autotask/tickets`: the switch and the settings of the other sync.

use axum::response::{IntoResponse, Redirect};

use super::{
    error::Page,
    extract::{Form, Params, Signed, html},
    opportunities::{self, NewsParams, SwitchForm},
    opportunities_notice as notices,
    opportunities_view::{Shown, posted_names},
    parked,
    switch_view::{self, Known},
    tickets_summary, tickets_view as fill,
    view::{Nav, Notice, Tickets, TicketsForm, TurnOff},
};
use crate::{
    domain::{
        person::Role,
        settings::{form::SettingsForm, page::Page as SettingsPage},
    },
    error::{Error, FieldErrors},
    service::{go_back::NO_REVISION, settings::SettingsView},
};

/// Its address.
pub const PAGE: &str = "/apps/autotask/tickets";
/// The path to it.
pub const CRUMBS: [(&str, Option<&str>); 3] =
    [("Apps", Some("/apps")), ("Autotask", Some("/apps/autotask")), ("Tickets", None)];

/// Shows the page: as it is saved, or as it was at an earlier revision.
pub async fn show(signed: Signed, Params(news): Params<NewsParams>) -> Page {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    if !signed.may(Role::Editor) {
        return html(&tickets_summary::page(&signed, &view));
    }
    let enabled = view.settings.tickets.enabled;
    if let Some((typed, notice)) = parked::kept(&signed, news.unsaved, news.left).await?
        && enabled
    {
        let mut page = page(&signed, &view, Some(&typed), FieldErrors::default(), Some(notice)).await?;
        if let Some(form) = &mut page.form {
            form.form_id = typed.form_id;
        }
        return html(&page);
    }
    if let Some(restore) = &news.restore {
        let revision = restore.trim().parse().map_err(|_| NO_REVISION)?;
        let tenant = signed.visitor.tenant;
        let restored = signed.services().restored_form(tenant, revision, SettingsPage::Tickets).await?;
        let notice = notices::restored(&restored, SettingsPage::Tickets, enabled);
        let typed = Some(&restored.form);
        return html(&page(&signed, &view, typed, FieldErrors::default(), Some(notice)).await?);
    }
    let notice = notices::news(&signed, &view, &news, SettingsPage::Tickets).await?;
    html(&page(&signed, &view, None, FieldErrors::default(), notice).await?)
}

/// Saves the form, or shows it again with everything typed and what is wrong with it.
pub async fn save(signed: Signed, Form(form): Form<SettingsForm>) -> Page {
    opportunities::save(signed, Form(form.of_page(SettingsPage::Tickets))).await
}

/// Shows the form as it was posted, without saving it: for pages that carried it along.
pub async fn draft(signed: Signed, Form(form): Form<SettingsForm>) -> Page {
    opportunities::draft(signed, Form(form.of_page(SettingsPage::Tickets))).await
}

/// Turns the sync on at once; turning it off is asked about first.
pub async fn switch(signed: Signed, Form(form): Form<SwitchForm>) -> Page {
    let enabled = form.turns_on();
    if form.needs_asking() {
        return Ok(Redirect::to(&format!("{PAGE}/sync/off")).into_response());
    }
    signed.services().set_tickets_enabled(signed.visitor.tenant, &signed.author(), enabled).await?;
    let news = if enabled { "on" } else { "off" };
    Ok(Redirect::to(&format!("{PAGE}?sync={news}#notice")).into_response())
}

/// Asks before the sync is turned off.
pub async fn turn_off(signed: Signed) -> Page {
    signed.require(Role::Editor)?;
    let newest = signed.services().newest_revision(signed.visitor.tenant).await?;
    let consequence = if newest.settings.enabled {
        "Sales that wait to become tickets go by the settings of Opportunities from then on."
    } else {
        "Sales that wait to become tickets stay waiting and are sent if you turn sync on again."
    };
    let crumbs = [CRUMBS[0], CRUMBS[1], ("Tickets", Some(PAGE)), ("Turn off sync", None)];
    html(&TurnOff {
        shell: signed.shell("Turn off sync — Tickets", Nav::Apps, &crumbs),
        question: "Turn off ticket sync?",
        consequence: consequence.to_owned(),
        page: PAGE,
    })
}

/// The page; with what was typed, if the form is shown again.
///
/// # Errors
/// When the database fails.
pub async fn page(
    signed: &Signed,
    view: &SettingsView,
    typed: Option<&SettingsForm>,
    errors: FieldErrors,
    notice: Option<Notice>,
) -> Result<Tickets, Error> {
    let (services, tenant) = (signed.services(), signed.visitor.tenant);
    let (summary, standing) = (services.summary(tenant).await?, services.standing(tenant).await?);
    let (settings, loaded) = (&view.settings, standing.refreshed_at.is_some());
    let shown = Shown { view, typed, brand: &signed.visitor.tenant_name, loaded };
    let mut form = settings.tickets.enabled.then(|| fill::form(&shown));
    let errors = form.as_mut().map(|form| form.show_errors(&posted_names(&errors))).unwrap_or_default();
    let at = Known {
        page: SettingsPage::Tickets,
        settings,
        standing: &standing,
        summary: &summary,
        worker: signed.worker,
        now: services.clock.now(),
    };
    let missing = form.as_ref().map(TicketsForm::missing);
    Ok(Tickets {
        shell: signed.shell("Tickets — Autotask — Apps", Nav::Apps, &CRUMBS),
        notice,
        switch: switch_view::switch(&at, missing, !errors.is_empty()),
        errors,
        form,
        saved: settings.tickets.sections.is_some(),
    })
}
