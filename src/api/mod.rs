//! REST: JSON in, JSON out, bearer tokens only. Errors are `application/problem+json`.
//!
//! Handlers extract, call one service function and answer; what a document may hold is `domain::intake`'s to say.

mod documents;
mod error;
mod extract;
mod pushes;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    routing::{get, post, put},
};

use crate::service::Services;

/// The longest body that is read, in bytes.
pub const MAX_BODY: usize = 2 * 1024 * 1024;

/// All REST routes.
pub fn router(services: Services) -> Router {
    Router::new()
        .route("/api/v1/quotes/{number}", put(documents::put_quote).get(documents::get_quote))
        .route("/api/v1/sales/{number}", put(documents::put_sale).get(documents::get_sale))
        .route("/api/v1/pushes", get(pushes::list))
        .route("/api/v1/pushes/{id}", get(pushes::show))
        .route("/api/v1/pushes/{id}/retry", post(pushes::retry))
        .route("/api/{*rest}", get(no_such_address).fallback(no_such_address))
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(services)
}

async fn no_such_method() -> error::Problem {
    error::Problem::new(StatusCode::METHOD_NOT_ALLOWED, "This address does not take that method.")
}

async fn no_such_address() -> error::Problem {
    error::Problem::new(StatusCode::NOT_FOUND, "There is nothing at this address.")
}
