//! `/apps/autotask/opportunities`: the switch and the settings.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect},
};
use serde::Deserialize;

use super::{
    activity::last_sent,
    error::Page,
    extract::{Form, Params, Signed, html},
    opportunities_view::{self as fill, Shown},
    view::{ErrorLink, Link, Nav, Notice, Opportunities, SetupNeeded, Switch, Tone, TurnOff, count_of},
};
use crate::{
    domain::settings::{diff, form::SettingsForm},
    error::{Error, FieldErrors},
    service::settings::{Saved, SettingsView},
};

const PAGE: &str = "/apps/autotask/opportunities";
const CRUMBS: [(&str, Option<&str>); 3] =
    [("Apps", Some("/apps")), ("Autotask", Some("/apps/autotask")), ("Opportunities", None)];

/// What a redirect tells about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewsParams {
    /// The revision that was just saved.
    saved: Option<i64>,
    /// Pushes that were released by it.
    released: Option<u64>,
    /// The switch was just turned `on` or `off`.
    sync: Option<String>,
}

/// What the switch posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SwitchForm {
    enabled: String,
    confirmed: String,
}

/// Shows the page.
pub async fn show(signed: Signed, Params(news): Params<NewsParams>) -> Page {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    let notice = notice(&signed, &view, &news).await?;
    html(&page(&signed, &view, None, FieldErrors::default(), notice).await?)
}

/// Saves the form, or shows it again with everything typed and what is wrong with it.
pub async fn save(signed: Signed, Form(form): Form<SettingsForm>) -> Page {
    let saved = signed.services().save_settings(signed.visitor.tenant, &signed.author(), &form).await?;
    let (status, errors, notice) = match saved {
        Saved::Done { revision, released, .. } => {
            let address = format!("{PAGE}?saved={revision}&released={released}#notice");
            return Ok(Redirect::to(&address).into_response());
        }
        Saved::Wrong(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Saved::Stale { by } => (StatusCode::CONFLICT, FieldErrors::default(), Some(stale(by))),
    };
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    let page = page(&signed, &view, Some(&form), errors, notice).await?;
    Ok((status, Html(page.render().map_err(Error::from)?)).into_response())
}

/// Shows the form as it was posted, without saving it: for pages that carried it along.
pub async fn draft(signed: Signed, Form(form): Form<SettingsForm>) -> Page {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    html(&page(&signed, &view, Some(&form), FieldErrors::default(), None).await?)
}

/// Turns the sync on at once; turning it off is asked about first.
pub async fn switch(signed: Signed, Form(form): Form<SwitchForm>) -> Page {
    let enabled = form.enabled == "true";
    if !enabled && form.confirmed != "true" {
        return Ok(Redirect::to(&format!("{PAGE}/sync/off")).into_response());
    }
    signed.services().set_enabled(signed.visitor.tenant, &signed.author(), enabled).await?;
    let news = if enabled { "on" } else { "off" };
    Ok(Redirect::to(&format!("{PAGE}?sync={news}#notice")).into_response())
}

/// Asks before the sync is turned off.
pub async fn turn_off(signed: Signed) -> Page {
    let summary = signed.services().summary(signed.visitor.tenant).await?;
    let waiting = u64::try_from(summary.waiting + summary.held).unwrap_or(0);
    let crumbs = [CRUMBS[0], CRUMBS[1], ("Opportunities", Some(PAGE)), ("Turn off sync", None)];
    html(&TurnOff { shell: signed.shell("Turn off sync — Opportunities", Nav::Apps, &crumbs), waiting })
}

async fn page(
    signed: &Signed,
    view: &SettingsView,
    typed: Option<&SettingsForm>,
    errors: FieldErrors,
    notice: Option<Notice>,
) -> Result<Opportunities, Error> {
    let summary = signed.services().summary(signed.visitor.tenant).await?;
    let enabled = view.settings.enabled;
    let mut form = enabled.then(|| fill::form(&Shown { view, typed, brand: &signed.visitor.tenant_name }));
    let errors = form.as_mut().map(|form| form.show_errors(&fill::posted_names(&errors))).unwrap_or_default();
    let is_new = enabled && view.settings.sections.is_none();
    Ok(Opportunities {
        shell: signed.shell("Opportunities — Autotask — Apps", Nav::Apps, &CRUMBS),
        notice,
        errors,
        switch: Switch {
            enabled,
            note: last_sent(signed.services().clock.now(), &summary),
            setup: (is_new && typed.is_none()).then(setup_needed),
        },
        form,
    })
}

/// The required settings, none of which was ever saved: they are saved together.
fn setup_needed() -> SetupNeeded {
    let link = |(id, text): (&str, &str)| ErrorLink { href: format!("#{id}"), text: text.to_owned() };
    SetupNeeded {
        count: u64::try_from(SettingsForm::required()).unwrap_or(u64::MAX),
        links: [
            ("created-category", "When a quote is created"),
            ("won-stage", "When a quote is won"),
            ("lost-status", "When a quote is lost"),
            ("codes-product", "When an item is quoted or sold"),
            ("services-brand", "When a service or labor role is created in Autotask"),
        ]
        .map(link)
        .to_vec(),
    }
}

async fn notice(signed: &Signed, view: &SettingsView, news: &NewsParams) -> Result<Option<Notice>, Error> {
    if let Some(revision) = news.saved {
        let changes = signed.services().changes_of(signed.visitor.tenant, revision).await?;
        return Ok(changes.map(|changes| saved(&changes, news.released.unwrap_or(0))));
    }
    Ok(match news.sync.as_deref() {
        Some("on") => {
            let unsent = signed.services().unsent_count(signed.visitor.tenant).await?;
            Some(turned_on(view.settings.sections.is_some(), unsent))
        }
        Some("off") => Some(Notice {
            tone: Tone::Info,
            heading: "Opportunity sync is disabled".to_owned(),
            text: "Nothing is sent. Your choices are kept, and nothing in Autotask was changed.".to_owned(),
            links: Vec::new(),
        }),
        _ => None,
    })
}

/// Turning on sends nothing from before: that is said with what there is to choose from.
fn turned_on(is_set_up: bool, unsent: u64) -> Notice {
    let now = if is_set_up {
        "Quotes from now on are sent with the settings below."
    } else {
        "Quotes from now on are sent with the defaults below; they are held until these are saved."
    };
    let mut notice = Notice {
        tone: Tone::Ok,
        heading: "Opportunity sync is enabled".to_owned(),
        text: now.to_owned(),
        links: Vec::new(),
    };
    if unsent > 0 {
        let earlier = count_of(unsent, "earlier quote or sale was", "earlier quotes and sales were");
        notice.text = format!("{now} 0 existing quotes will be sent. {earlier} received and not sent.");
        notice.links.push(Link::new("/activity/backfill", "Choose which to send"));
    }
    notice
}

fn saved(changes: &[diff::Change], released: u64) -> Notice {
    let mut text = diff::sentence(changes);
    if changes.is_empty() {
        return Notice { tone: Tone::Info, heading: "Nothing to save".to_owned(), text, links: Vec::new() };
    }
    text.push_str(" Used for quotes sent from now on. Opportunities already in Autotask are not changed.");
    if released > 0 {
        let quotes = count_of(released, "held quote is", "held quotes are");
        text = format!("{text} {quotes} now being sent.");
    }
    let links = vec![Link::new("/activity", "View activity")];
    Notice { tone: Tone::Ok, heading: "Settings saved".to_owned(), text, links }
}

fn stale(by: Option<String>) -> Notice {
    let who = by.unwrap_or_else(|| "Somebody".to_owned());
    Notice {
        tone: Tone::Warn,
        heading: "Not saved: the settings changed meanwhile".to_owned(),
        text: format!(
            "{who} saved other settings while you were editing. What you typed is still here. Compare it with the saved \
             settings, then save again: that puts your choices in place of theirs."
        ),
        links: vec![Link::new(PAGE, "View the saved settings")],
    }
}

#[cfg(test)]
mod tests {
    use super::setup_needed;

    #[test]
    fn a_new_page_counts_every_required_setting() {
        let sentence = setup_needed().sentence();
        assert!(sentence.starts_with("13 required settings are not saved yet."), "{sentence}");
    }
}
