//! `/account`: what people see and change of themselves; `/session`: staying signed in.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    error::{Page, PageError},
    extract::{Form, Params, Signed, html},
    view::{Account, Choice, ErrorLink, Fact, Nav, Notice, SessionRow, Text, Tone},
    words::ago,
};
use crate::{
    clock::Millis,
    domain::person::Theme,
    error::{Error, FieldErrors},
    service::people::OwnSession,
};

/// What a redirect tells about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewsParams {
    /// What was just done: `theme`, `password` or `sessions`.
    done: String,
}

/// What the themes' form posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ThemeForm {
    theme: String,
}

/// What the password's form posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    current: SecretString,
    new: SecretString,
}

/// Shows the page.
pub async fn show(signed: Signed, Params(news): Params<NewsParams>) -> Page {
    html(&page(&signed, notice(&news.done), &FieldErrors::default()).await?)
}

/// Keeps the theme.
pub async fn set_theme(signed: Signed, Form(form): Form<ThemeForm>) -> Page {
    let unknown = || Error::BadRequest("There is no such theme. Choose System, Light or Dark.".to_owned());
    let theme = Theme::from_name(&form.theme).ok_or_else(unknown)?;
    signed.services().set_theme(&signed.visitor, theme).await?;
    Ok(Redirect::to("/account?done=theme#notice").into_response())
}

/// Changes the password, or shows the page again with what is wrong.
pub async fn change_password(signed: Signed, Form(form): Form<PasswordForm>) -> Page {
    match signed.services().change_password(&signed.visitor, form.current, form.new).await {
        Ok(()) => Ok(Redirect::to("/account?done=password#notice").into_response()),
        Err(Error::Fields(errors)) => {
            let page = page(&signed, None, &errors).await?.render().map_err(Error::from)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the person's other sessions.
pub async fn end_other_sessions(signed: Signed) -> Page {
    signed.services().end_other_sessions(&signed.visitor).await?;
    Ok(Redirect::to("/account?done=sessions#notice").into_response())
}

/// For the script: the session was used just now. Answers with the seconds that it lasts from here.
pub async fn stay(signed: Signed) -> Page {
    let left = signed.visitor.ends_at - signed.services().clock.now();
    Ok((left / 1_000).max(0).to_string().into_response())
}

async fn page(signed: &Signed, notice: Option<Notice>, errors: &FieldErrors) -> Result<Account, PageError> {
    let (visitor, now) = (&signed.visitor, signed.services().clock.now());
    let sessions = signed.services().own_sessions(visitor).await?;
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    let field = |name: &str, label: &str| Text {
        error: errors.get(name).map(str::to_owned),
        ..Text::new(name, label)
    };
    let links = ["current", "new"].into_iter().filter_map(|name| Some((name, errors.get(name)?)));
    Ok(Account {
        shell: signed.shell("Your account", Nav::Account, &[]),
        notice,
        errors: links
            .map(|(name, text)| ErrorLink { href: format!("#{name}"), text: text.to_owned() })
            .collect(),
        facts: vec![
            fact("Name", &visitor.user_name),
            fact("Email", &visitor.email),
            fact("Role", visitor.role.label()),
        ],
        themes: Theme::ALL.map(|theme| choice(theme, visitor.theme)).into(),
        sessions: sessions.iter().map(|session| row(session, now)).collect(),
        current: field("current", "Current password"),
        new: field("new", "New password").hint("At least 15 characters. A sentence is fine."),
    })
}

fn choice(theme: Theme, chosen: Theme) -> Choice {
    let label = match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    };
    Choice { value: theme.name().to_owned(), label: label.to_owned(), selected: theme == chosen }
}

fn row(session: &OwnSession, now: Millis) -> SessionRow {
    SessionRow {
        is_this: session.is_this,
        place: match session.address.as_str() {
            "" => "From an address that was not noted".to_owned(),
            address => format!("From {address}"),
        },
        times: format!("Begun {}, last used {}.", ago(now, session.created_at), ago(now, session.seen_at)),
    }
}

fn notice(done: &str) -> Option<Notice> {
    let (heading, text) = match done {
        "theme" => ("Theme saved", ""),
        "password" => ("Password changed", "Your other sessions have ended. This one goes on."),
        "sessions" => ("Other sessions ended", "Whoever used them has to sign in again."),
        _ => return None,
    };
    let (heading, text) = (heading.to_owned(), text.to_owned());
    Some(Notice::new(Tone::Ok, heading, text))
}
