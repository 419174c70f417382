//! `/apps/autotask/opportunities`: the switch and the settings.

use askama::Template;
use axum::{
    Json,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    catalogue,
    category_map::MapParams,
    clash,
    error::Page,
    extract::{Form, Params, Signed, html},
    opportunities_notice as notices,
    opportunities_view::{self as fill, Shown},
    parked, settings_summary,
    switch_view::{self, Known},
    tickets,
    view::{Form as View, Nav, Notice, Opportunities, TurnOff},
};
use crate::{
    clock,
    domain::{
        ids::ParkedFormId,
        person::Role,
        settings::{form::SettingsForm, page::Page as SettingsPage},
    },
    error::{Error, FieldErrors},
    service::{
        go_back::NO_REVISION,
        settings::{Saved, SettingsView},
    },
};

/// Its address.
pub const PAGE: &str = "/apps/autotask/opportunities";
/// The path to it.
pub const CRUMBS: [(&str, Option<&str>); 3] =
    [("Apps", Some("/apps")), ("Autotask", Some("/apps/autotask")), ("Opportunities", None)];

/// The address of a page of settings.
pub fn address(page: SettingsPage) -> &'static str {
    match page {
        SettingsPage::Tickets => tickets::PAGE,
        SettingsPage::QuoteManager => "/apps/quote-manager",
        SettingsPage::Opportunities | SettingsPage::Both => PAGE,
    }
}

/// What a redirect tells about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewsParams {
    /// The revision that was just saved.
    pub saved: Option<i64>,
    /// Pushes that were released by it.
    pub released: Option<u64>,
    /// The revision that its form was made from, where others saved since.
    pub merged: Option<i64>,
    /// The switch was just turned `on` or `off`.
    pub sync: Option<String>,
    /// Pushes that were held because another tool sends too, and that are sent now.
    pub resumed: Option<u64>,
    /// The revision whose values are to be shown instead of the saved ones.
    pub restore: Option<String>,
    /// The form that was kept: it came in after its session had ended …
    pub unsaved: Option<ParkedFormId>,
    /// … unless its person had left for another page.
    pub left: bool,
}

/// What the switch posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SwitchForm {
    enabled: String,
    confirmed: String,
}

impl SwitchForm {
    /// Whether the sync is to be on.
    pub fn turns_on(&self) -> bool {
        self.enabled == "true"
    }

    /// Whether it has to be asked about first.
    pub fn needs_asking(&self) -> bool {
        !self.turns_on() && self.confirmed != "true"
    }
}

/// Shows the page: as it is saved, or as it was at an earlier revision.
pub async fn show(signed: Signed, Params(news): Params<NewsParams>, Params(map): Params<MapParams>) -> Page {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    if !signed.may(Role::Editor) {
        return html(&settings_summary::page(&signed, &view));
    }
    if let Some((typed, notice)) = parked::kept(&signed, news.unsaved, news.left).await?
        && view.settings.enabled
    {
        let mut page = page(&signed, &view, Some(&typed), FieldErrors::default(), Some(notice)).await?;
        if let Some(form) = &mut page.form {
            form.form_id = typed.form_id;
        }
        return html(&page);
    }
    if let Some(restore) = &news.restore {
        let revision = restore.trim().parse().map_err(|_| NO_REVISION)?;
        let restored = signed
            .services()
            .restored_form(signed.visitor.tenant, revision, SettingsPage::Opportunities)
            .await?;
        let notice = notices::restored(&restored, SettingsPage::Opportunities, view.settings.enabled);
        let typed = Some(&restored.form);
        return html(&page(&signed, &view, typed, FieldErrors::default(), Some(notice)).await?);
    }
    let notice = notices::news(&signed, &view, &news, SettingsPage::Opportunities).await?;
    let mut page = page(&signed, &view, None, FieldErrors::default(), notice).await?;
    if let Some(form) = &mut page.form {
        form.map.filter = map.into();
    }
    html(&page)
}

/// The newest revision, for a page that asks whether it is still of today.
pub async fn revision(signed: Signed) -> Page {
    let newest = signed.services().newest_revision(signed.visitor.tenant).await?;
    let at = clock::timestamp(newest.created_at).to_string();
    Ok(Json(json!({ "revision": newest.revision, "by": newest.who(), "at": at })).into_response())
}

/// Saves the form of either page, or shows it again with everything typed and what is wrong with it.
pub async fn save(signed: Signed, Form(form): Form<SettingsForm>) -> Page {
    let saved = signed.services().save_settings(signed.visitor.tenant, &signed.author(), &form).await?;
    if let Saved::Done { .. } = saved {
        signed.services().forget_parked(&signed.visitor, &form.form_id).await?;
    }
    let Saved::Wrong(errors) = saved else { return after_save(&signed, form.page(), saved).await };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again(&signed, &form, errors).await?)).into_response())
}

/// The page with the form as it was posted.
async fn again(signed: &Signed, form: &SettingsForm, errors: FieldErrors) -> Result<String, Error> {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    let page = if form.page() == SettingsPage::Tickets {
        tickets::page(signed, &view, Some(form), errors, None).await?.render()
    } else {
        page(signed, &view, Some(form), errors, None).await?.render()
    };
    Ok(page?)
}

/// Leads back to the page with the news of what was saved, or to the choice where people's changes clash.
pub async fn after_save(signed: &Signed, page: SettingsPage, saved: Saved) -> Page {
    match saved {
        Saved::Done { revision, released, merged, .. } => {
            let merged = merged.map(|base| format!("&merged={base}")).unwrap_or_default();
            let page = address(page);
            let address = format!("{page}?saved={revision}&released={released}{merged}#notice");
            Ok(Redirect::to(&address).into_response())
        }
        Saved::Clash(clashing) => clash::show(signed, &clashing).await,
        Saved::Wrong(errors) => Err(Error::Fields(errors).into()),
        Saved::Stale { revision, .. } => {
            let sentence =
                format!("The settings are at revision {revision} by now. Go back and reload the page.");
            Err(Error::Conflict(sentence).into())
        }
    }
}

/// Shows the form as it was posted, without saving it: for pages that carried it along.
pub async fn draft(signed: Signed, Form(form): Form<SettingsForm>) -> Page {
    Ok(Html(again(&signed, &form, FieldErrors::default()).await?).into_response())
}

/// Leads to the brands, and back from there to the form as it was posted.
pub async fn add_brand(signed: Signed, Form(form): Form<SettingsForm>) -> Page {
    let id = signed.services().park((&signed.visitor).into(), &form).await?;
    let back = format!("{PAGE}?unsaved={id}&left=true#services-brand");
    Ok(Redirect::to(&catalogue::address("/catalogue/brands", &[("return", &back)])).into_response())
}

/// Turns the sync on at once; turning it off is asked about first.
pub async fn switch(signed: Signed, Form(form): Form<SwitchForm>) -> Page {
    let enabled = form.turns_on();
    if form.needs_asking() {
        return Ok(Redirect::to(&format!("{PAGE}/sync/off")).into_response());
    }
    signed.services().set_enabled(signed.visitor.tenant, &signed.author(), enabled).await?;
    let news = if enabled { "on" } else { "off" };
    Ok(Redirect::to(&format!("{PAGE}?sync={news}#notice")).into_response())
}

/// Sends again although another tool was seen to create opportunities too.
pub async fn start_sending_again(signed: Signed) -> Page {
    let (tenant, author) = (signed.visitor.tenant, signed.author());
    let released = signed.services().start_sending_again(tenant, &author).await?;
    let news = released.map(|released| format!("?resumed={released}")).unwrap_or_default();
    Ok(Redirect::to(&format!("{PAGE}{news}#notice")).into_response())
}

/// Asks before the sync is turned off.
pub async fn turn_off(signed: Signed) -> Page {
    signed.require(Role::Editor)?;
    let summary = signed.services().summary(signed.visitor.tenant).await?;
    let waiting = u64::try_from(summary.waiting + summary.held).unwrap_or(0);
    let crumbs = [CRUMBS[0], CRUMBS[1], ("Opportunities", Some(PAGE)), ("Turn off sync", None)];
    html(&TurnOff {
        shell: signed.shell("Turn off sync — Opportunities", Nav::Apps, &crumbs),
        question: "Turn off opportunity sync?",
        consequence: TurnOff::of_waiting(waiting),
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
) -> Result<Opportunities, Error> {
    let (services, tenant) = (signed.services(), signed.visitor.tenant);
    let (summary, standing) = (services.summary(tenant).await?, services.standing(tenant).await?);
    let (enabled, loaded) = (view.settings.enabled, standing.refreshed_at.is_some());
    let mut form =
        enabled.then(|| fill::form(&Shown { view, typed, brand: &signed.visitor.tenant_name, loaded }));
    let errors = form.as_mut().map(|form| form.show_errors(&fill::posted_names(&errors))).unwrap_or_default();
    let now = services.clock.now();
    let at = Known {
        page: SettingsPage::Opportunities,
        settings: &view.settings,
        standing: &standing,
        summary: &summary,
        worker: signed.worker,
        now,
    };
    let missing = form.as_ref().map(View::missing);
    Ok(Opportunities {
        shell: signed.shell("Opportunities — Autotask — Apps", Nav::Apps, &CRUMBS),
        notice,
        switch: switch_view::switch(&at, missing, !errors.is_empty()),
        errors,
        form,
        saved: view.settings.sections.is_some(),
    })
}
