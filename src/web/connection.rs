//! `/apps/autotask/connection`: credentials, their test, a new secret, and the end of the connection.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    connection_view::{self as fill, Shown},
    error::{Page, PageError},
    extract::{Form, Params, Signed, html},
    view::{Disconnect, Link, Nav, Notice, Text, Tone, count_of},
};
use crate::{
    domain::person::Role,
    error::{Error, FieldErrors},
    service::{
        checklist::Checklist,
        connect::{Connected, Consent, Entered},
    },
};

const PAGE: &str = "/apps/autotask/connection";

/// What a redirect tells about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewsParams {
    /// Pushes that were released by a save.
    saved: Option<u64>,
    /// The connection was just ended.
    ended: Option<String>,
}

/// What the credentials' form posts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConnectionForm {
    pub user_name: String,
    secret: SecretString,
    pub integration_code: String,
    pub currency: String,
    anyway: String,
    switch: String,
}

/// What the form for a new secret posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReconnectForm {
    new_secret: SecretString,
}

/// What the question before the end posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DisconnectForm {
    name: String,
}

impl ConnectionForm {
    fn entered(&self) -> Entered {
        Entered {
            user_name: self.user_name.clone(),
            secret: self.secret.clone(),
            integration_code: self.integration_code.clone(),
            currency: self.currency.clone(),
            discovery_url: None,
        }
    }

    fn consent(&self) -> Consent {
        Consent { anyway: self.anyway == "true", switch: self.switch == "true" }
    }
}

/// Shows the page.
pub async fn show(signed: Signed, Params(news): Params<NewsParams>) -> Page {
    page(&signed, StatusCode::OK, Shown { notice: notice(&news), ..Shown::default() }).await
}

/// Tests what was typed, and shows it again with the result.
pub async fn test(signed: Signed, Form(form): Form<ConnectionForm>) -> Page {
    let tested = signed.services().test_connection(signed.visitor.tenant, &form.entered()).await?;
    let shown = match tested {
        Ok(checklist) => {
            let notice = Some(fill::tested(&checklist));
            return page(&signed, StatusCode::OK, Shown { notice, ..Shown::tested(form, checklist) }).await;
        }
        Err(errors) => Shown { typed: Some(form), errors, ..Shown::default() },
    };
    page(&signed, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

/// Tests what was typed and saves it, or shows it again with what is wrong with it.
pub async fn save(signed: Signed, Form(form): Form<ConnectionForm>) -> Page {
    let (tenant, user) = (signed.visitor.tenant, Some(signed.visitor.user));
    let saved = signed.services().save_connection(tenant, user, &form.entered(), form.consent()).await?;
    after(&signed, saved, Some(form)).await
}

/// Puts a new secret in place of the saved one.
pub async fn reconnect(signed: Signed, Form(form): Form<ReconnectForm>) -> Page {
    let (tenant, user) = (signed.visitor.tenant, Some(signed.visitor.user));
    let saved = signed.services().reconnect(tenant, user, form.new_secret, Consent::default()).await?;
    after(&signed, saved, None).await
}

/// Asks before the connection is ended.
pub async fn ask(signed: Signed) -> Page {
    signed.require(Role::Administrator)?;
    html(&question(&signed, String::new(), None).await?)
}

/// Ends the connection, once the tenant's name was typed.
pub async fn disconnect(signed: Signed, Form(form): Form<DisconnectForm>) -> Page {
    let visitor = &signed.visitor;
    match signed.services().disconnect(visitor.tenant, &visitor.tenant_name, &form.name).await {
        Ok(()) => Ok(Redirect::to(&format!("{PAGE}?ended=true#notice")).into_response()),
        Err(Error::Fields(errors)) => {
            let error = errors.get("name").map(str::to_owned);
            render(StatusCode::UNPROCESSABLE_ENTITY, &question(&signed, form.name, error).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn after(signed: &Signed, saved: Connected, typed: Option<ConnectionForm>) -> Page {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    match saved {
        Connected::Done { released } => {
            Ok(Redirect::to(&format!("{PAGE}?saved={released}#notice")).into_response())
        }
        Connected::Wrong(errors) => page(signed, refused, Shown { typed, errors, ..Shown::default() }).await,
        Connected::Failed { checklist, may_save_anyway } => {
            let notice = Some(fill::refused(&checklist, may_save_anyway && typed.is_some()));
            let save_anyway = may_save_anyway && typed.is_some();
            let checklist = Some(checklist);
            page(signed, refused, Shown { typed, checklist, notice, save_anyway, ..Shown::default() }).await
        }
        Connected::OtherCompany { before, now } => {
            let (notice, switch) = fill::other_company(&before, &now);
            let shown = Shown { typed, notice: Some(notice), switch: Some(switch), ..Shown::default() };
            page(signed, StatusCode::CONFLICT, shown).await
        }
    }
}

async fn page(signed: &Signed, status: StatusCode, shown: Shown) -> Page {
    let view = signed.services().connection_view(signed.visitor.tenant).await?;
    let now = signed.services().clock.now();
    let crumbs = [("Apps", Some("/apps")), ("Autotask", Some("/apps/autotask")), ("Connection", None)];
    let shell = signed.shell("Connection — Autotask — Apps", Nav::Apps, &crumbs);
    render(status, &fill::page(shell, &view, shown, signed.may(Role::Administrator), now))
}

async fn question(signed: &Signed, typed: String, error: Option<String>) -> Result<Disconnect, PageError> {
    let summary = signed.services().summary(signed.visitor.tenant).await?;
    let crumbs = [
        ("Apps", Some("/apps")),
        ("Autotask", Some("/apps/autotask")),
        ("Connection", Some(PAGE)),
        ("Disconnect", None),
    ];
    let name = Text { value: typed, error, ..Text::new("name", "Organization name") };
    Ok(Disconnect {
        shell: signed.shell("Disconnect — Connection — Autotask", Nav::Apps, &crumbs),
        waiting: u64::try_from(summary.waiting + summary.held).unwrap_or(0),
        tenant: signed.visitor.tenant_name.clone(),
        name,
    })
}

fn render(status: StatusCode, view: &impl Template) -> Result<Response, PageError> {
    Ok((status, Html(view.render().map_err(Error::from)?)).into_response())
}

fn notice(news: &NewsParams) -> Option<Notice> {
    if news.ended.is_some() {
        return Some(Notice {
            tone: Tone::Info,
            heading: "Autotask is disconnected".to_owned(),
            text: "The secret is deleted. Quotes are held until Autotask is connected again; links, history and settings are kept."
                .to_owned(),
            links: Vec::new(), ..Notice::default() });
    }
    let released = news.saved?;
    let mut text = "The credentials are saved.".to_owned();
    if released > 0 {
        let quotes = count_of(released, "held quote is", "held quotes are");
        text = format!("{text} {quotes} now being sent.");
    }
    text.push_str(" The lists of stages, owners and codes are being fetched.");
    let links = vec![Link::new("/apps/autotask", "Go on with Autotask")];
    Some(Notice {
        tone: Tone::Ok,
        heading: "Autotask is connected".to_owned(),
        text,
        links,
        ..Notice::default()
    })
}

impl Shown {
    fn tested(form: ConnectionForm, checklist: Checklist) -> Self {
        Self {
            typed: Some(form),
            checklist: Some(checklist),
            errors: FieldErrors::default(),
            ..Self::default()
        }
    }
}
