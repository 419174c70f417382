//! One answer of Quote Manager, before it goes out.

use axum::http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::{Value, json};

use super::Row;

/// What an answer carries.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Json(Value),
    Html(String),
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Body,
    /// How many rows it holds.
    pub(super) rows: usize,
    /// Seconds after which the call can be made again.
    pub(super) retry_after: Option<u64>,
}

impl Answer {
    /// A list is a bare array.
    pub(super) fn list(rows: &[&Row]) -> Self {
        Self { rows: rows.len(), ..Self::new(StatusCode::OK, json!(rows)) }
    }

    pub(super) fn one(row: &Row) -> Self {
        Self { rows: 1, ..Self::new(StatusCode::OK, json!(row)) }
    }

    /// What is not answered, and why. No source says what such a body looks like.
    pub(super) fn refused(status: StatusCode, why: &str) -> Self {
        Self::new(status, json!({ "message": why }))
    }

    fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body: Body::Json(body), rows: 0, retry_after: None }
    }

    /// The answer as HTTP, cut to the first half of its body where `halved`.
    pub(super) fn into_response(self, halved: bool) -> Response<axum::body::Body> {
        let (kind, text) = match self.body {
            Body::Json(value) => ("application/json; charset=utf-8", value.to_string()),
            Body::Html(page) => ("text/html", page),
        };
        let mut bytes = text.into_bytes();
        if halved {
            bytes.truncate(bytes.len() / 2);
        }
        let mut response = Response::new(axum::body::Body::from(bytes));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
