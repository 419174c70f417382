//! `/sign-in`, `/sign-out`.

use std::net::SocketAddr;

use askama::Template;
use axum::{
    extract::{ConnectInfo, State},
    http::{StatusCode, request::Parts},
    response::{Html, IntoResponse, Redirect},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    WebState,
    error::Page,
    extract::{Form, Params, cookie_name, frame, html, session_token},
    view::SignIn,
};
use crate::error::Error;

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NextParams {
    next: String,
}

/// What the page posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    email: String,
    password: SecretString,
    next: String,
}

/// Asks for e-mail address and password.
pub async fn show(State(state): State<WebState>, Params(params): Params<NextParams>) -> Page {
    html(&page(&state, String::new(), None, params.next))
}

/// Signs in and goes to where the visitor wanted to.
pub async fn submit(
    State(state): State<WebState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    Form(form): Form<SignInForm>,
) -> Page {
    let signed = state.services.sign_in(&form.email, form.password, &address.ip().to_string()).await;
    let status = match signed {
        Ok(token) => {
            let cookie = Cookie::build((cookie_name(state.secure_cookies), token)).path("/").http_only(true);
            let jar = jar.add(cookie.same_site(SameSite::Lax).secure(state.secure_cookies));
            return Ok((jar, Redirect::to(local_path(&form.next))).into_response());
        }
        Err(Error::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Err(Error::Unauthorized(_)) => StatusCode::UNAUTHORIZED,
        Err(error) => return Err(error.into()),
    };
    let sentence = signed.err().map(|error| error.to_string());
    let view = page(&state, form.email, sentence, form.next);
    Ok((status, Html(view.render().map_err(Error::from)?)).into_response())
}

/// Ends the session.
pub async fn sign_out(State(state): State<WebState>, jar: CookieJar, parts: Parts) -> Page {
    if let Some(token) = session_token(&parts.headers, &state) {
        state.services.sign_out(&token).await?;
    }
    let gone = Cookie::build(cookie_name(state.secure_cookies)).path("/").secure(state.secure_cookies);
    Ok((jar.remove(gone), Redirect::to("/sign-in")).into_response())
}

fn page(state: &WebState, email: String, error: Option<String>, next: String) -> SignIn {
    let is_kept = next.contains("?unsaved=");
    SignIn { frame: frame(state, "Sign in"), email, error, is_kept, next }
}

/// A path of this site, never another site's address.
fn local_path(next: &str) -> &str {
    if is_local(next) { next } else { "/apps" }
}

/// Whether it is a path of this site.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t'])
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn signing_in_leads_nowhere_else() {
        assert_eq!(local_path("/activity?status=held"), "/activity?status=held");
        for elsewhere in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
        ] {
            assert_eq!(local_path(elsewhere), "/apps", "{elsewhere}");
        }
    }
}
