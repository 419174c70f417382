//! `/apps/autotask/opportunities/preview`: what Autotask would receive, before anything is saved or sent.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse},
};
use serde::Deserialize;

use super::{
    error::Page,
    extract::{Both, Params, Signed, pairs},
    opportunities::address,
    preview_view as fill,
    view::{Nav, Preview},
};
use crate::{
    domain::settings::form::SettingsForm,
    error::Error,
    service::preview::{DocumentName, Which},
};

/// Which document somebody picked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Picked {
    /// A number from the list, empty for the example; absent before anything was picked.
    quote: Option<String>,
    /// A number that was typed; it goes before the list.
    number: String,
}

impl Picked {
    /// The document; the newest one before anything was picked.
    fn which(&self, recent: &[DocumentName]) -> Which {
        let typed = self.number.trim();
        let number = if typed.is_empty() { self.quote.as_deref() } else { Some(typed) };
        match number.or_else(|| recent.first().map(|document| document.number.as_str())) {
            None | Some("") => Which::Example,
            Some(number) => Which::Number(number.to_owned()),
        }
    }
}

/// With the saved settings.
pub async fn show(signed: Signed, Params(picked): Params<Picked>) -> Page {
    page(&signed, None, &picked).await
}

/// With the settings form as it stands, saved or not.
pub async fn of_form(signed: Signed, Both(form, picked): Both<SettingsForm, Picked>) -> Page {
    page(&signed, Some(&form), &picked).await
}

async fn page(signed: &Signed, form: Option<&SettingsForm>, picked: &Picked) -> Page {
    let (services, tenant) = (signed.services(), signed.visitor.tenant);
    let recent = services.recent_documents(tenant).await?;
    let which = picked.which(&recent);
    let chosen = if let Which::Number(number) = &which { number.clone() } else { String::new() };
    let (status, preview) = match services.preview_or_as_new(tenant, form, which).await {
        Ok(preview) => (StatusCode::OK, Some(preview)),
        Err(Error::NotFound(_)) => (StatusCode::NOT_FOUND, None),
        Err(error) => return Err(error.into()),
    };
    let shell = signed.shell("Preview — Opportunities — Autotask", Nav::Apps, &fill::CRUMBS);
    let carried = form.map(pairs).transpose()?;
    let chosen = fill::Chosen { recent: &recent, number: &chosen };
    let view = Preview {
        settings: address(form.map(SettingsForm::page).unwrap_or_default()),
        ..fill::page(shell, carried, &chosen, preview.as_ref())
    };
    Ok((status, Html(view.render().map_err(Error::from)?)).into_response())
}
