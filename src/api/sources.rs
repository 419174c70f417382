//! `/api/v1/sources`: the systems that quotes are read from, and `/api/v1/settings/quote-manager`, how one is read.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    answers::{Source, SourceSettings, Sources, StaleSourceSettings},
    error::Problem,
    extract::{Caller, Editor, IfMatch, JsonBody, Part},
    openapi::{AnyRefusal, SettingsRefusal},
    schema::SourceSections,
    settings::needs_etag,
};
use crate::service::{
    Services,
    sources::{SourceDocument, SourcePut},
};

/// The source whose settings have an address of their own.
const QUOTE_MANAGER: &str = "quote-manager";

/// Lists sources
///
/// The systems that quotes and sales can be read from, connected or not. Their keys are never given back.
#[utoipa::path(
    get,
    path = "/api/v1/sources",
    operation_id = "list_sources",
    tag = "Sources",
    responses((status = 200, description = "The sources.", body = Sources), AnyRefusal)
)]
pub async fn list(
    State(services): State<Services>,
    Caller(tenant): Caller,
) -> Result<Json<Sources>, Problem> {
    let mut sources = Vec::new();
    for word in services.source_words() {
        sources.push(Source::from(&services.source_view(tenant, word).await?));
    }
    Ok(Json(Sources { sources }))
}

/// Shows a source
///
/// How reading it goes, how many calls that took, and the codes that nobody said the meaning of.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}",
    operation_id = "get_source",
    tag = "Sources",
    params(("source" = String, Path, description = "The source's word: `quote-manager`.")),
    responses(
        (status = 200, description = "The source.", body = Source),
        (status = 404, description = "There is no source of that word.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn show(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(word): Part<String>,
) -> Result<Json<Source>, Problem> {
    Ok(Json(Source::from(&services.source_view(tenant, &word).await?)))
}

/// Reads a source now
///
/// It is read as soon as its limits let it, and not at its time alone.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/read",
    operation_id = "read_source",
    tag = "Sources",
    params(("source" = String, Path, description = "The source's word: `quote-manager`.")),
    responses(
        (status = 202, description = "It is read next.", body = Source),
        (status = 404, description = "There is no source of that word.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "It is not connected, or it is paused.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn read(
    State(services): State<Services>,
    Editor { tenant, .. }: Editor,
    Part(word): Part<String>,
) -> Result<(StatusCode, Json<Source>), Problem> {
    services.read_source(tenant, &word).await?;
    Ok((StatusCode::ACCEPTED, Json(Source::from(&services.source_view(tenant, &word).await?))))
}

/// Gives how Quote Manager is read
///
/// `settings` is what `PUT` takes.
#[utoipa::path(
    get,
    path = "/api/v1/settings/quote-manager",
    operation_id = "get_quote_manager_settings",
    tag = "Settings",
    responses(
        (status = 200, description = "The settings.", body = SourceSettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        AnyRefusal
    )
)]
pub async fn settings(State(services): State<Services>, Caller(tenant): Caller) -> Result<Response, Problem> {
    Ok(answer(services.source_document(tenant, QUOTE_MANAGER).await?))
}

/// Saves how Quote Manager is read
///
/// The body is `settings` as `GET` gives them, with what is to be different. What is saved already makes no revision.
/// The revision is that of all settings of the tenant.
#[utoipa::path(
    put,
    path = "/api/v1/settings/quote-manager",
    operation_id = "put_quote_manager_settings",
    tag = "Settings",
    params(("If-Match" = String, Header, description = "The `ETag` of the settings that these were made from, or `*` for whichever are there.")),
    request_body(content = SourceSections, description = "The settings"),
    responses(
        (status = 200, description = "The settings as they are now.", body = SourceSettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        (status = 412, description = "The settings were saved since; nothing was changed. `current` has them.",
            body = StaleSourceSettings, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = Problem,
            content_type = "application/problem+json"),
        SettingsRefusal,
        AnyRefusal
    )
)]
pub async fn put_settings(
    State(services): State<Services>,
    Editor { tenant, author }: Editor,
    IfMatch(expected): IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let Some(expected) = expected else { return Err(needs_etag()) };
    let put = services.put_source_document(tenant, QUOTE_MANAGER, &author, &expected, &body).await?;
    Ok(match put {
        SourcePut::Done(document) => answer(*document),
        SourcePut::Stale(document) => stale(*document),
    })
}

fn etag(revision: i64) -> HeaderValue {
    // Digits and quotation marks are always a header's value.
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

fn answer(document: SourceDocument) -> Response {
    ([(header::ETAG, etag(document.revision))], Json(SourceSettings::from(document))).into_response()
}

fn stale(document: SourceDocument) -> Response {
    let kind = HeaderValue::from_static("application/problem+json");
    let headers = [(header::ETAG, etag(document.revision)), (header::CONTENT_TYPE, kind)];
    (StatusCode::PRECONDITION_FAILED, headers, Json(StaleSourceSettings::from(document))).into_response()
}
