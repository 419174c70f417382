//! The HTML face of an error.
//!
//! A handler's error leaves a note in the response; [`render`] turns the note into a page, inside the shell for
//! whoever is signed in. Refusals of the layers (cross-site posts, too long forms) become pages here too.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use url::form_urlencoded;

use super::{
    WebState,
    extract::{Signed, frame},
    view::{ErrorPage, ErrorPageInside, ErrorPageOutside, Link, Nav},
};
use crate::{crypto, domain::person::Role, error::Error};

/// What a page's handler returns.
pub type Page = Result<Response, PageError>;

/// Why there is no page.
#[derive(Debug)]
pub enum PageError {
    /// An error of the program.
    Error(Error),
    /// Nobody is signed in: the visitor is sent to do that, and back to this path.
    SignIn {
        /// Where to go afterwards.
        next: String,
    },
    /// Whoever is signed in has too small a role.
    Forbidden {
        /// The role that it takes.
        needed: Role,
    },
}

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

/// The note that a handler's error leaves.
#[derive(Clone)]
enum Note {
    Error(Arc<Error>),
    Forbidden(Role),
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { next } => {
                let query =
                    form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
                Redirect::to(&format!("/sign-in?{query}")).into_response()
            }
            Self::Error(error) => {
                let mut response = status(&error).into_response();
                response.extensions_mut().insert(Note::Error(Arc::new(error)));
                response
            }
            Self::Forbidden { needed } => {
                let mut response = StatusCode::FORBIDDEN.into_response();
                response.extensions_mut().insert(Note::Forbidden(needed));
                response
            }
        }
    }
}

fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Unauthorized(_) => StatusCode::UNAUTHORIZED,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::BadRequest(_) => StatusCode::BAD_REQUEST,
        Error::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::TooMany(_) | Error::Full(..) => StatusCode::TOO_MANY_REQUESTS,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The answer to an address that no page has.
pub async fn no_such_page() -> PageError {
    Error::NotFound("Check the address, or start from Apps.").into()
}

/// Renders the page of an error that a handler or a layer answered with.
pub async fn render(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut copy = Request::new(()).into_parts().0;
    copy.headers.extend(parts.headers.get(header::COOKIE).map(|value| (header::COOKIE, value.clone())));
    let response = next.run(Request::from_parts(parts, body)).await;
    let note = response.extensions().get::<Note>().cloned();
    let is_refused = response.status().is_client_error()
        && !response.headers().contains_key(header::CONTENT_TYPE)
        || matches!(
            response.status(),
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::FORBIDDEN | StatusCode::SERVICE_UNAVAILABLE
        );
    if note.is_none() && !is_refused {
        return response;
    }
    let signed = Signed::from_request_parts(&mut copy, &state).await.ok();
    let page = match (note, &signed) {
        (Some(Note::Error(error)), _) => of_error(&error),
        (Some(Note::Forbidden(needed)), Some(signed)) => forbidden(signed, needed).await,
        _ => of_status(response.status()),
    };
    let html = match signed {
        Some(signed) => {
            ErrorPageInside { shell: signed.shell(&page.heading.clone(), Nav::Apps, &[]), error: page }
                .render()
        }
        None => ErrorPageOutside { frame: frame(&state, &page.heading.clone()), error: page }.render(),
    };
    (response.status(), Html(html.unwrap_or_default())).into_response()
}

/// Says which role it takes, and who can give it.
async fn forbidden(signed: &Signed, needed: Role) -> ErrorPage {
    let who = match needed {
        Role::Viewer | Role::Editor => "editors and administrators",
        Role::Administrator => "administrators",
    };
    let names = signed.services().administrators(signed.visitor.tenant).await.unwrap_or_default();
    let givers = match names.as_slice() {
        [] => "An administrator can give you another role.".to_owned(),
        [one] => format!("{one} can give you another role."),
        [rest @ .., last] => format!("{} or {last} can give you another role.", rest.join(", ")),
    };
    let own = signed.visitor.role.label();
    let message = format!("This is for {who}. Your role is {own}, so nothing was changed. {givers}");
    page("Your role does not allow this", message, None)
}

fn of_error(error: &Error) -> ErrorPage {
    let sentence = error.to_string();
    let (heading, message, reference) = match error {
        Error::NotFound(_) => ("Page not found", sentence, None),
        Error::Internal(cause) => {
            let reference = crypto::reference();
            tracing::error!(reference, %cause, "a page failed");
            let message =
                "There is a problem with the service. Nothing was changed. Go back and try again.".to_owned();
            ("There is a problem", message, Some(reference))
        }
        _ => ("This cannot be done now", sentence, None),
    };
    page(heading, message, reference)
}

fn of_status(status: StatusCode) -> ErrorPage {
    let (heading, message) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("This form is too long", "Shorten what you typed and send it again.")
        }
        StatusCode::FORBIDDEN => (
            "This form came from another site",
            "Nothing was changed. Open the page here and send the form again.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => {
            ("This takes too long", "Nothing is lost. Go back and try again in a minute.")
        }
        _ => ("This cannot be done now", "Go back, reload the page and try again."),
    };
    page(heading, message.to_owned(), None)
}

fn page(heading: &str, message: String, reference: Option<String>) -> ErrorPage {
    ErrorPage {
        heading: heading.to_owned(),
        message,
        action: Some(Link::new("/apps", "Go to Apps")),
        reference,
    }
}
