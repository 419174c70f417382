//! What handlers take out of a request: who is signed in, a form, a query, an id.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, request::Parts},
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    WebState,
    error::PageError,
    view::{Crumb, Frame, Nav, Shell, Theme},
    words,
};
use crate::{
    domain::{
        author::Author,
        person::{self, Role},
    },
    error::Error,
    service::{Services, accounts::Visitor, workers::WorkerState},
};

/// The session cookie where pages come over HTTPS: no other site or path can set it.
const SECURE_COOKIE: &str = "__Host-session";
/// The session cookie on a plain loopback address.
const PLAIN_COOKIE: &str = "session";

/// The name of the session cookie.
pub fn cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// Somebody who is signed in.
pub struct Signed {
    /// Who it is.
    pub visitor: Visitor,
    state: WebState,
    held: i64,
    repairs: i64,
    /// Whether anything is being sent.
    pub worker: WorkerState,
}

impl Signed {
    /// The person as the author of a change.
    pub fn author(&self) -> Author {
        Author::person(self.visitor.user)
    }

    /// Whether they may do what takes this role.
    pub fn may(&self, role: Role) -> bool {
        self.visitor.role >= role
    }

    /// Refuses a page that is of no use to whoever may not send its form. Forms themselves are guarded by
    /// [`super::guard`].
    ///
    /// # Errors
    /// When they have less than this role.
    pub fn require(&self, needed: Role) -> Result<(), PageError> {
        if self.may(needed) { Ok(()) } else { Err(PageError::Forbidden { needed }) }
    }

    /// The services.
    pub fn services(&self) -> &Services {
        &self.state.services
    }

    /// The frame of a page.
    pub fn shell(&self, title: &str, nav: Nav, crumbs: &[(&str, Option<&str>)]) -> Shell {
        let crumb = |(label, href): &(&str, Option<&str>)| Crumb {
            label: (*label).to_owned(),
            href: href.map(str::to_owned),
        };
        let left = self.visitor.ends_at - self.state.services.clock.now();
        Shell {
            frame: Frame { theme: theme(self.visitor.theme), ..frame(&self.state, title) },
            session_seconds: u64::try_from(left / 1_000).unwrap_or(0),
            tenant: self.visitor.tenant_name.clone(),
            user: self.visitor.user_name.clone(),
            nav,
            held: u64::try_from(self.held).unwrap_or(0),
            repairs: u64::try_from(self.repairs).unwrap_or(0),
            test_server: self.state.test_server,
            worker: format!("Opportune {} · {}", env!("CARGO_PKG_VERSION"), words::worker(self.worker)),
            crumbs: crumbs.iter().map(crumb).collect(),
        }
    }
}

fn theme(theme: person::Theme) -> Theme {
    match theme {
        person::Theme::System => Theme::System,
        person::Theme::Light => Theme::Light,
        person::Theme::Dark => Theme::Dark,
    }
}

/// What every HTML document needs.
pub fn frame(state: &WebState, title: &str) -> Frame {
    let assets = state.assets.clone();
    Frame {
        title: title.to_owned(),
        theme: Theme::System,
        css: assets.css,
        script: assets.script,
        icon: assets.icon,
    }
}

impl FromRequestParts<WebState> for Signed {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, PageError> {
        let visitor = match (parts.extensions.remove::<Visitor>(), session_token(&parts.headers, state)) {
            (Some(known), _) => Some(known),
            (None, Some(token)) => state.services.visitor(&token).await?,
            (None, None) => None,
        };
        let path = parts.uri.path_and_query().map_or("/apps", |path| path.as_str());
        let Some(visitor) = visitor else { return Err(PageError::SignIn { next: path.to_owned() }) };
        let held = state.services.summary(visitor.tenant).await?.held;
        let repairs = state.services.repair_count(visitor.tenant).await?;
        let worker = state.services.worker_state().await?;
        Ok(Self { visitor, state: state.clone(), held, repairs, worker })
    }
}

/// The session's token, from its cookie.
pub fn session_token(headers: &HeaderMap, state: &WebState) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(cookie_name(state.secure_cookies)).map(|cookie| cookie.value().to_owned())
}

/// A posted form.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<WebState> for Form<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &WebState) -> Result<Self, PageError> {
        read(&posted(request).await?).map(Self)
    }
}

/// A posted form that holds two things side by side.
pub struct Both<A, B>(pub A, pub B);

impl<A: DeserializeOwned, B: DeserializeOwned> FromRequest<WebState> for Both<A, B> {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &WebState) -> Result<Self, PageError> {
        let bytes = posted(request).await?;
        Ok(Self(read(&bytes)?, read(&bytes)?))
    }
}

async fn posted(request: Request) -> Result<Bytes, PageError> {
    let sentence = "The form could not be read to its end. Send it again.";
    let bytes = Bytes::from_request(request, &()).await;
    Ok(bytes.map_err(|_| Error::BadRequest(sentence.to_owned()))?)
}

/// The query of the address.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<WebState> for Params<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Self, PageError> {
        read(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

/// A form or a query, as a browser writes it.
///
/// # Errors
/// When it is none of that kind.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PageError> {
    // Browsers send brackets percent-encoded; without this such fields would vanish silently.
    let config = serde_qs::Config::new().use_form_encoding(true);
    let unreadable = |_| {
        Error::BadRequest("The form has fields that this page does not know. Reload the page.".to_owned())
    };
    Ok(config.deserialize_bytes(bytes).map_err(unreadable)?)
}

/// A form as the pairs that a browser would post: for pages that carry a form along in hidden fields.
///
/// # Errors
/// When the form holds what no form can hold: a fault of ours.
pub fn pairs(form: &impl Serialize) -> Result<Vec<(String, String)>, Error> {
    let text =
        serde_qs::Config::new().use_form_encoding(true).serialize_string(form).map_err(Error::internal)?;
    Ok(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
}

/// An id in the path.
pub struct Id<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<WebState> for Id<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, PageError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        let not_one = |_| Error::NotFound("Check the address, or start from Activity.");
        path.map(|Path(id)| Self(id)).map_err(|rejection| not_one(rejection).into())
    }
}

/// A page's HTML as a response.
pub fn html(view: &impl Template) -> Result<Response, PageError> {
    Ok(Html(view.render().map_err(Error::from)?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::form::{MapRowForm, SettingsForm};

    #[test]
    fn a_form_goes_through_hidden_fields_unchanged() {
        let mut form = SettingsForm { note: "a & b = ünïcode\"<".to_owned(), ..SettingsForm::default() };
        form.created.probability = " 75 % ".to_owned();
        let row = MapRowForm { category: "Hardware/A [b]".to_owned(), autotask_category: "7".to_owned() };
        form.category_map.rows.insert(3, row);
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(pairs(&form).unwrap());
        assert_eq!(read::<SettingsForm>(text.finish().as_bytes()).unwrap(), form);
        let names: Vec<_> = pairs(&form).unwrap().into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"category_map[rows][3][autotask_category]".to_owned()), "{names:?}");
    }
}
