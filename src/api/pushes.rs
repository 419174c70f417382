//! `/api/v1/pushes`: what was sent, what waits and why.

use axum::{Json, extract::State, http::StatusCode};

use super::{
    answers::{ListParams, Push, PushStatus, Pushes},
    error::Problem,
    extract::{Caller, Params, Part},
    openapi::AnyRefusal,
};
use crate::{
    domain::ids::PushId,
    service::{Services, activity::PushFilter},
};

/// Lists pushes
///
/// Newest first, up to 50 at a time; `next` is the address of older ones.
#[utoipa::path(
    get,
    path = "/api/v1/pushes",
    operation_id = "list_pushes",
    tag = "Pushes",
    params(ListParams),
    responses(
        (status = 200, description = "The pushes.", body = Pushes),
        (status = 400, description = "A parameter is not known, or its value is not.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn list(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<Pushes>, Problem> {
    let status = params.status.map(PushStatus::name);
    let activity = services
        .activity(tenant, &PushFilter { state: status, ..PushFilter::default() }, params.before)
        .await?;
    let filter = status.map(|status| format!("status={status}&")).unwrap_or_default();
    let next = activity.older.map(|push| format!("/api/v1/pushes?{filter}before={push}"));
    Ok(Json(Pushes { pushes: activity.rows.iter().map(Push::from).collect(), next }))
}

/// Shows one push
#[utoipa::path(
    get,
    path = "/api/v1/pushes/{id}",
    operation_id = "get_push",
    tag = "Pushes",
    params(("id" = Uuid, Path, description = "The push's id.")),
    responses(
        (status = 200, description = "The push.", body = Push),
        (status = 404, description = "There is no push of that id.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn show(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(id): Part<PushId>,
) -> Result<Json<Push>, Problem> {
    Ok(Json(Push::from(services.push(tenant, id).await?)))
}

/// Sends a push again
///
/// For held and failed ones: it goes on from the step at which it stopped, with the newest settings.
#[utoipa::path(
    post,
    path = "/api/v1/pushes/{id}/retry",
    operation_id = "retry_push",
    tag = "Pushes",
    params(("id" = Uuid, Path, description = "The push's id.")),
    responses(
        (status = 202, description = "The push waits for its turn.", body = Push),
        (status = 404, description = "There is no push of that id.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The push is neither held nor failed.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn retry(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(id): Part<PushId>,
) -> Result<(StatusCode, Json<Push>), Problem> {
    services.retry(tenant, id).await?;
    Ok((StatusCode::ACCEPTED, Json(Push::from(services.push(tenant, id).await?))))
}
