//! `/apps/quote-manager`, and the page of any other system that quotes are read from: its key, how it is read, what its
//! codes mean, and the end of the connection.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    error::{Page, PageError},
    extract::{Both, Form, Id, Params, Signed, html},
    source_clash::{self as clash, Clashing},
    source_news::{self as news, NewsParams},
    source_view::{self as fill, Shown},
    view::{DisconnectSource, Nav, Text},
};
use crate::{
    domain::{
        person::Role,
        settings::source_forms::{CodesForm, ReadingForm},
    },
    error::Error,
    service::sources::{KeySaved, SourceSaved},
};

/// The key, which is never part of anything that is kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    key: SecretString,
}

/// What the question before the end posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DisconnectForm {
    name: String,
}

/// Shows the page.
pub async fn show(signed: Signed, Id(word): Id<String>, Params(params): Params<NewsParams>) -> Page {
    let notice = news::notice(&signed, &word, &params).await?;
    page(&signed, &word, StatusCode::OK, Shown { notice, ..Shown::default() }).await
}

/// Tests the key that was typed, else the saved one, and shows the page again with the result.
pub async fn test(
    signed: Signed,
    Id(word): Id<String>,
    Both(key, typed): Both<KeyForm, ReadingForm>,
) -> Page {
    let tested = signed.services().test_source_key(signed.visitor.tenant, &word, &key.key).await?;
    let typed = Some(typed);
    match tested {
        Ok(checklist) => {
            let (notice, checklist) = (Some(news::tested(&checklist)), Some(checklist));
            page(&signed, &word, StatusCode::OK, Shown { typed, checklist, notice, ..Shown::default() }).await
        }
        Err(errors) => refused(&signed, &word, Shown { typed, errors, ..Shown::default() }).await,
    }
}

/// Tests the key, then saves it and how the source is read; or shows the page again with what is wrong.
pub async fn save(
    signed: Signed,
    Id(word): Id<String>,
    Both(key, typed): Both<KeyForm, ReadingForm>,
) -> Page {
    let (is_new, saved) =
        match signed.services().save_source(&signed.visitor, &word, &key.key, &typed).await? {
            KeySaved::Tested { is_new, saved } => (is_new, saved),
            KeySaved::Wrong(errors) => {
                return refused(&signed, &word, Shown { typed: Some(typed), errors, ..Shown::default() })
                    .await;
            }
            KeySaved::Failed(checklist) => {
                let (notice, checklist) = (Some(news::refused(&checklist)), Some(checklist));
                let shown = Shown { typed: Some(typed), checklist, notice, ..Shown::default() };
                return refused(&signed, &word, shown).await;
            }
        };
    match saved {
        SourceSaved::Done { revision, merged, .. } => {
            Ok(news::redirect(&word, &NewsParams::saved(revision, merged).with_key(is_new)))
        }
        SourceSaved::Clash { by, form, clashes } => {
            clash::reading(&signed, &word, &Clashing { by, form, clashes })
        }
        SourceSaved::Wrong(errors) => Err(Error::Fields(errors).into()),
        SourceSaved::Stale => Err(stale()),
    }
}

/// Saves what codes mean, or shows the page again with what is wrong.
pub async fn save_codes(signed: Signed, Id(word): Id<String>, Form(form): Form<CodesForm>) -> Page {
    let (tenant, author) = (signed.visitor.tenant, signed.author());
    match signed.services().save_codes(tenant, &word, &author, &form).await? {
        SourceSaved::Done { revision, merged, .. } => {
            Ok(news::redirect(&word, &NewsParams::saved(revision, merged).with_codes()))
        }
        SourceSaved::Clash { by, form: of, clashes } => {
            clash::codes(&signed, &word, &form, &Clashing { by, form: of, clashes })
        }
        SourceSaved::Wrong(errors) => {
            refused(&signed, &word, Shown { codes: Some(form), errors, ..Shown::default() }).await
        }
        SourceSaved::Stale => Err(stale()),
    }
}

/// Stops reading until somebody goes on.
pub async fn pause(signed: Signed, Id(word): Id<String>) -> Page {
    signed.services().pause_source(signed.visitor.tenant, &word, &signed.author(), true).await?;
    Ok(news::redirect(&word, &NewsParams::did("paused")))
}

/// Goes on reading.
pub async fn resume(signed: Signed, Id(word): Id<String>) -> Page {
    signed.services().pause_source(signed.visitor.tenant, &word, &signed.author(), false).await?;
    Ok(news::redirect(&word, &NewsParams::did("resumed")))
}

/// Reads as soon as the limits let it.
pub async fn read_now(signed: Signed, Id(word): Id<String>) -> Page {
    signed.services().read_source(signed.visitor.tenant, &word).await?;
    Ok(news::redirect(&word, &NewsParams::did("reading")))
}

/// Asks before the connection is ended.
pub async fn ask(signed: Signed, Id(word): Id<String>) -> Page {
    signed.require(Role::Administrator)?;
    html(&question(&signed, &word, String::new(), None).await?)
}

/// Ends the connection, once the tenant's name was typed.
pub async fn disconnect(signed: Signed, Id(word): Id<String>, Form(form): Form<DisconnectForm>) -> Page {
    let tenant = &signed.visitor.tenant_name;
    if form.name.trim() == tenant {
        signed.services().disconnect_source(signed.visitor.tenant, &word).await?;
        return Ok(news::redirect(&word, &NewsParams::did("ended")));
    }
    let error = Some(format!("Enter {tenant} exactly as it is written here"));
    render(StatusCode::UNPROCESSABLE_ENTITY, &question(&signed, &word, form.name, error).await?)
}

fn stale() -> PageError {
    Error::Conflict("Others saved settings meanwhile. Reload the page.".to_owned()).into()
}

async fn refused(signed: &Signed, word: &str, shown: Shown) -> Page {
    page(signed, word, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

async fn page(signed: &Signed, word: &str, status: StatusCode, shown: Shown) -> Page {
    let view = signed.services().source_view(signed.visitor.tenant, word).await?;
    let crumbs = [("Apps", Some("/apps")), (view.facts.name, None)];
    let shell = signed.shell(&format!("{} — Apps", view.facts.name), Nav::Apps, &crumbs);
    let (may_connect, may_edit) = (signed.may(Role::Administrator), signed.may(Role::Editor));
    let now = signed.services().clock.now();
    render(status, &fill::page(shell, &view, shown, fill::May { connect: may_connect, edit: may_edit }, now))
}

async fn question(
    signed: &Signed,
    word: &str,
    typed: String,
    error: Option<String>,
) -> Result<DisconnectSource, PageError> {
    let view = signed.services().source_view(signed.visitor.tenant, word).await?;
    let page = news::page(word);
    let crumbs = [("Apps", Some("/apps")), (view.facts.name, Some(page.as_str())), ("Disconnect", None)];
    Ok(DisconnectSource {
        shell: signed.shell(&format!("Disconnect — {}", view.facts.name), Nav::Apps, &crumbs),
        source: view.facts.name.to_owned(),
        tenant: signed.visitor.tenant_name.clone(),
        name: Text { value: typed, error, ..Text::new("name", "Organization name") },
        page,
    })
}

fn render(status: StatusCode, view: &impl Template) -> Result<Response, PageError> {
    Ok((status, Html(view.render().map_err(Error::from)?)).into_response())
}
