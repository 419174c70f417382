//! The JSON face of an error: `application/problem+json` (RFC 9457), wrong fields by their path in `fields`.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::RequestName;
use crate::{
    crypto,
    error::{Error, FieldErrors},
};

/// An error as a REST client gets it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The status's own name.
    pub title: String,
    /// The HTTP status.
    #[schema(value_type = i32, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong and what to do about it.
    pub detail: String,
    /// Every wrong field by its path, such as `lines[2].quantity`, with what it must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>, nullable = false)]
    pub fields: Option<FieldErrors>,
    /// What to name when asking for help with a fault of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reference: Option<String>,
    /// The id of the request, as in the header `X-Request-ID`: what the log names it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// How long to wait before the next try, in seconds.
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with a status and a sentence.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let detail = detail.into();
        Self {
            title,
            status: status.as_u16(),
            detail,
            fields: None,
            reference: None,
            request_id: None,
            retry_after: None,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        match error {
            Error::NotFound(_) => Self::new(StatusCode::NOT_FOUND, sentence),
            Error::Unauthorized(_) => Self::new(StatusCode::UNAUTHORIZED, sentence),
            Error::Conflict(_) => Self::new(StatusCode::CONFLICT, sentence),
            Error::BadRequest(_) => Self::new(StatusCode::BAD_REQUEST, sentence),
            Error::Fields(fields) => {
                Self { fields: Some(fields), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence) }
            }
            Error::TooMany(seconds) | Error::Full(_, seconds) => {
                Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, sentence) }
            }
            Error::Internal(cause) => {
                let reference = crypto::reference();
                tracing::error!(reference, %cause, "a REST request failed");
                let detail = "The service has a problem. Nothing was changed. Send the request again.";
                Self { reference: Some(reference), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail) }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(&self)).into_response();
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Names the request in every problem, so that whoever asks for help can say which one it was.
pub async fn name_request(RequestName(id): RequestName, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let Ok(body) = serde_json::to_vec(&Problem { request_id: id, ..problem }) else { return response };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}
