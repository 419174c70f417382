//! REST: JSON in, JSON out, bearer tokens only. Errors are `application/problem+json`.
//!
//! Handlers extract, call one service function and answer; what a document may hold is `domain::intake`'s to say.
//! Each handler carries its own description, and the router is made of them: a route without one cannot be added.

mod answers;
mod brands;
mod catalogue;
mod categories;
mod documents;
mod error;
mod extract;
mod items;
mod lists;
mod openapi;
mod preview;
mod pushes;
mod repairs;
mod schema;
mod settings;
mod ticket_settings;

use axum::{Json, Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::get};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::service::Services;

/// The longest body that is read, in bytes.
pub const MAX_BODY: usize = 2 * 1024 * 1024;

/// All REST routes, and `/api/openapi.json`, which describes them.
pub fn router(services: Services) -> Router {
    let (described, document) = routes().split_for_parts();
    described
        .route("/api/openapi.json", get(async || Json(document)))
        .route("/api/{*rest}", get(no_such_address).fallback(no_such_address))
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(error::name_request))
        .with_state(services)
}

/// The OpenAPI document.
pub fn document() -> Value {
    serde_json::to_value(routes().into_openapi()).unwrap_or_default()
}

fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::with_openapi(openapi::Described::openapi())
        .routes(routes!(documents::put_quote, documents::get_quote))
        .routes(routes!(documents::put_sale, documents::get_sale))
        .routes(routes!(lists::show))
        .routes(routes!(preview::show))
        .routes(routes!(brands::list, brands::put))
        .routes(routes!(categories::list, categories::put))
        .routes(routes!(items::list, items::put))
        .routes(routes!(pushes::list))
        .routes(routes!(pushes::show))
        .routes(routes!(pushes::retry))
        .routes(routes!(repairs::list))
        .routes(routes!(repairs::check))
        .routes(routes!(repairs::ignore))
        .routes(routes!(settings::show, settings::put))
        .routes(routes!(settings::switch))
        .routes(routes!(ticket_settings::show, ticket_settings::put))
        .routes(routes!(ticket_settings::switch))
}

async fn no_such_address() -> error::Problem {
    error::Problem::new(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

async fn no_such_method() -> error::Problem {
    let detail = "This address does not take that method. The Allow header names those it takes.";
    error::Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}
