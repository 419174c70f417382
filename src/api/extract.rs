//! What handlers take out of a request: the token's tenant, a JSON body, an id.

use std::convert::Infallible;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_http::request_id::RequestId;

use super::error::Problem;
use crate::{
    domain::{author::Author, ids::TenantId},
    service::{Services, settings_document::Expected},
};

/// The tenant of the request's bearer token.
pub struct Caller(pub TenantId);

impl FromRequestParts<Services> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let (tenant, _) = token(parts, services).await?;
        Ok(Self(tenant))
    }
}

/// The same for a request that changes settings: the token is the author of the change.
pub struct Editor {
    /// The token's tenant.
    pub tenant: TenantId,
    /// The token, for the history.
    pub author: Author,
}

impl FromRequestParts<Services> for Editor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let (tenant, name) = token(parts, services).await?;
        Ok(Self { tenant, author: Author::token(name) })
    }
}

/// The tenant of the bearer token, and the token's name.
async fn token(parts: &Parts, services: &Services) -> Result<(TenantId, String), Problem> {
    let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|value| value.split_once(' '))
        .filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        let detail = "Send an API token in the Authorization header: Authorization: Bearer TOKEN";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
    };
    Ok(services.tenant_of_token(token.trim()).await?)
}

/// The revisions that a change may be made on, as the header If-Match names them.
pub struct IfMatch(pub Option<Expected>);

impl FromRequestParts<Services> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Services) -> Result<Self, Problem> {
        let headers = parts.headers.get_all(header::IF_MATCH);
        let all: Result<Vec<_>, _> = headers.iter().map(HeaderValue::to_str).collect();
        let all = all.ok().filter(|all| !all.is_empty()).map(|all| all.join(","));
        let Some(text) = all.filter(|text| !text.trim().is_empty()) else { return Ok(Self(None)) };
        let detail = "Write the ETag as it was given, in quotation marks: If-Match: \"7\"";
        let unknown = || Problem::new(StatusCode::BAD_REQUEST, detail);
        Expected::parse(&text).map(|expected| Self(Some(expected))).ok_or_else(unknown)
    }
}

/// A JSON body of any shape; what it must hold is checked where it is read.
pub struct JsonBody(pub Value);

impl FromRequest<Services> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, services: &Services) -> Result<Self, Problem> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
            let detail = "Send JSON with the header Content-Type: application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let bytes = Bytes::from_request(request, services).await.map_err(|rejection| {
            let detail =
                format!("The body could not be read; it may have at most {} bytes.", super::MAX_BODY);
            Problem::new(rejection.status(), detail)
        })?;
        let parsed = serde_json::from_slice(&bytes);
        let not_json =
            |error| Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON: {error}"));
        parsed.map(Self).map_err(not_json)
    }
}

/// One part of the path.
pub struct Part<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Services> for Part<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, services).await;
        let not_one = |_| Problem::new(StatusCode::NOT_FOUND, "The last part of the address is not an id.");
        path.map(|Path(part)| Self(part)).map_err(not_one)
    }
}

/// The query of the address.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Services> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, services).await;
        let unknown = |rejection: axum::extract::rejection::QueryRejection| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                format!("The address's parameters could not be read: {rejection}"),
            )
        };
        query.map(|Query(params)| Self(params)).map_err(unknown)
    }
}

/// The id under which the request is logged.
pub struct RequestName(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for RequestName {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = parts.extensions.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
        Ok(Self(id.map(str::to_owned)))
    }
}
