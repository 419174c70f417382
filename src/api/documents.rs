//! `/api/v1/quotes/{number}` and `/api/v1/sales/{number}`: the whole current state of a document.

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use super::{
    error::Problem,
    extract::{Caller, JsonBody, Part},
};
use crate::{
    clock,
    domain::{
        document::{Document, Kind},
        ids::TenantId,
        intake,
    },
    error::{Error, FieldErrors},
    service::{
        Services,
        intake::{Receipt, StoredDocument},
    },
};

type Accepted = Result<(StatusCode, Json<Value>), Problem>;

/// Takes a quote's whole current state in.
pub async fn put_quote(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
    JsonBody(body): JsonBody,
) -> Accepted {
    receive(&services, tenant, intake::quote(&number, &body)).await
}

/// Takes a sale's whole current state in.
pub async fn put_sale(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
    JsonBody(body): JsonBody,
) -> Accepted {
    receive(&services, tenant, intake::sale(&number, &body)).await
}

/// Gives a quote's newest state back.
pub async fn get_quote(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&services.document(tenant, Kind::Quote, &number).await?)))
}

/// Gives a sale's newest state back.
pub async fn get_sale(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&services.document(tenant, Kind::Sale, &number).await?)))
}

async fn receive(services: &Services, tenant: TenantId, read: Result<Document, FieldErrors>) -> Accepted {
    let document = read.map_err(Error::from)?;
    let receipt = services.receive(tenant, &document).await?;
    let Receipt { version, unchanged, push, note } = receipt;
    let push = push.map(|id| format!("/api/v1/pushes/{id}"));
    let body = json!({ "number": document.number, "version": version, "unchanged": unchanged, "push": push, "note": note });
    Ok((StatusCode::ACCEPTED, Json(body)))
}

fn shown(stored: &StoredDocument) -> Value {
    json!({
        "number": stored.document.number,
        "version": stored.version,
        "received_at": clock::timestamp(stored.received_at).to_string(),
        "updated_at": clock::timestamp(stored.updated_at).to_string(),
        "document": intake::written(&stored.document),
    })
}
