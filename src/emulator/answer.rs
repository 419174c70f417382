//! The shapes of Autotask's answers.

use axum::{
    body::Body,
    http::{
        HeaderValue, Method, Response, StatusCode,
        header::{CONTENT_TYPE, WWW_AUTHENTICATE},
    },
};
use serde_json::{Value, json};

use super::log::Effect;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html");

/// What the web server in front of Autotask shows for an address it does not know.
const NOT_FOUND_PAGE: &str = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \
    \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\n\
    <html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>404 - File or directory not found.</title></head>\n\
    <body><h1>Server Error</h1><p>Nothing is served at this address.</p></body></html>\n";

/// The body of an answer.
#[derive(Clone, Debug)]
pub(super) enum Payload {
    Empty,
    Json(Value),
    Html(String),
}

impl Payload {
    /// The body as the log shows it.
    pub(super) fn logged(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Json(value) => value.clone(),
            Self::Html(page) => Value::String(page.clone()),
        }
    }
}

/// One answer, before it goes out.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) payload: Payload,
    /// The row that the request changed.
    pub(super) effect: Option<Effect>,
    /// The host to name in a request for credentials.
    challenge: Option<String>,
}

impl Answer {
    pub(super) fn new(status: StatusCode, payload: Payload) -> Self {
        Self { status, payload, effect: None, challenge: None }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, Payload::Json(body))
    }

    /// The answer to every write: the id, never the row.
    pub(super) fn written(effect: Effect) -> Self {
        let id = effect.id;
        Self { effect: Some(effect), ..Self::ok(json!({"itemId": id})) }
    }

    /// Autotask answers everything that it refuses with 500 and sentences.
    pub(super) fn refused(errors: &[String]) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Payload::Json(json!({"errors": errors})))
    }

    /// What the limits turn away.
    pub(super) fn throttled(sentence: &str) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, Payload::Json(json!({"errors": [sentence]})))
    }

    pub(super) fn unauthorized(host: &str) -> Self {
        Self { challenge: Some(host.to_owned()), ..Self::new(StatusCode::UNAUTHORIZED, Payload::Empty) }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Payload::Html(NOT_FOUND_PAGE.into()))
    }

    pub(super) fn method_not_allowed(method: &Method) -> Self {
        let message = format!("The requested resource does not support http method '{method}'.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Payload::Json(json!({"Message": message})))
    }

    /// The answer as HTTP, cut to the first half of its body where `halved`.
    pub(super) fn into_response(self, halved: bool) -> Response<Body> {
        let (kind, text) = match self.payload {
            Payload::Empty => (None, String::new()),
            Payload::Json(value) => (Some(JSON), value.to_string()),
            Payload::Html(page) => (Some(HTML), page),
        };
        let mut bytes = text.into_bytes();
        if halved {
            bytes.truncate(bytes.len() / 2);
        }
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = self.status;
        if let Some(kind) = kind {
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        let realm = self.challenge.map(|host| HeaderValue::try_from(format!("Basic Realm=\"{host}\"")));
        if let Some(Ok(realm)) = realm {
            response.headers_mut().insert(WWW_AUTHENTICATE, realm);
        }
        response
    }
}
