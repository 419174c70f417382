//! What handlers take out of a request: the token's tenant, a JSON body, an id.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::Problem;
use crate::{domain::ids::TenantId, service::Services};

/// The tenant of the request's bearer token.
pub struct Caller(pub TenantId);

impl FromRequestParts<Services> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header
            .and_then(|value| value.split_once(' '))
            .filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            let detail = "Send an API token in the Authorization header: Authorization: Bearer TOKEN";
            return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
        };
        Ok(Self(services.tenant_of_token(token.trim()).await?))
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
