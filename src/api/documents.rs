//! `/api/v1/quotes/{number}` and `/api/v1/sales/{number}`: the whole current state of a document.

use axum::{Json, extract::State, http::StatusCode};

use super::{
    answers::{Accepted, Stored, StoredSale},
    error::Problem,
    extract::{Caller, JsonBody, Part, RequestName},
    openapi::{AnyRefusal, DocumentRefusal},
    schema::{Quote, Sale},
};
use crate::{
    clock,
    domain::{
        document::{Document, Kind},
        ids::TenantId,
        intake,
    },
    error::{Error, FieldErrors},
    service::{Services, intake::StoredDocument},
};

type Receipt = Result<(StatusCode, Json<Accepted>), Problem>;
type Kept = Result<Json<Stored>, Problem>;

/// Takes a quote in
///
/// The body is the quote's whole current state: send it again whenever the quote changes. The answer comes after the
/// quote is stored; its push to Autotask runs afterwards, at the address in `push`.
#[utoipa::path(
    put,
    path = "/api/v1/quotes/{number}",
    tag = "Documents",
    params(("number" = String, Path, min_length = 1, max_length = 50, pattern = r"^\S+$",
        description = "The quote's number, without spaces. It is how the quote is found again in Autotask.")),
    request_body(content = Quote, description = "The quote"),
    responses(
        (status = 202, description = "The quote is stored.", body = Accepted),
        DocumentRefusal,
        AnyRefusal
    )
)]
pub async fn put_quote(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
    name: RequestName,
    JsonBody(body): JsonBody,
) -> Receipt {
    receive(&services, tenant, &name, intake::quote(&number, &body)).await
}

/// Takes a sale in
///
/// The body is the sale's whole current state. A sale with a `quote_number` wins that quote; one without becomes an
/// opportunity of its own.
#[utoipa::path(
    put,
    path = "/api/v1/sales/{number}",
    tag = "Documents",
    params(("number" = String, Path, min_length = 1, max_length = 50, pattern = r"^\S+$",
        description = "The sale's number, without spaces. It is how the sale is found again in Autotask.")),
    request_body(content = Sale, description = "The sale"),
    responses(
        (status = 202, description = "The sale is stored.", body = Accepted),
        DocumentRefusal,
        AnyRefusal
    )
)]
pub async fn put_sale(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
    name: RequestName,
    JsonBody(body): JsonBody,
) -> Receipt {
    receive(&services, tenant, &name, intake::sale(&number, &body)).await
}

/// Gives a quote back
#[utoipa::path(
    get,
    path = "/api/v1/quotes/{number}",
    tag = "Documents",
    params(("number" = String, Path, description = "The quote's number.")),
    responses(
        (status = 200, description = "The quote's newest state.", body = Stored),
        (status = 404, description = "There is no quote of that number.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn get_quote(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
) -> Kept {
    Ok(Json(shown(services.document(tenant, Kind::Quote, &number).await?)))
}

/// Gives a sale back
#[utoipa::path(
    get,
    path = "/api/v1/sales/{number}",
    tag = "Documents",
    params(("number" = String, Path, description = "The sale's number.")),
    responses(
        (status = 200, description = "The sale's newest state.", body = StoredSale),
        (status = 404, description = "There is no sale of that number.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn get_sale(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(number): Part<String>,
) -> Kept {
    Ok(Json(shown(services.document(tenant, Kind::Sale, &number).await?)))
}

async fn receive(
    services: &Services,
    tenant: TenantId,
    name: &RequestName,
    read: Result<Document, FieldErrors>,
) -> Receipt {
    let document = read.map_err(Error::from)?;
    let receipt = services.receive_from(tenant, &document, name.0.as_deref()).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted::new(document.number, &receipt))))
}

fn shown(stored: StoredDocument) -> Stored {
    Stored {
        version: stored.version,
        received_at: clock::timestamp(stored.received_at).to_string(),
        updated_at: clock::timestamp(stored.updated_at).to_string(),
        document: intake::written(&stored.document),
        number: stored.document.number,
    }
}
