//! `/api/v1/repairs`: what waits for a person.

use axum::{Json, extract::State, http::StatusCode};
use uuid::Uuid;

use super::{
    answers::{Check, Repair, RepairParams, Repairs},
    error::Problem,
    extract::{Caller, Editor, Params, Part},
    openapi::{AnyRefusal, PageRefusal},
};
use crate::{
    error::Error,
    service::{Services, open_repairs::Cursor},
};

/// Lists repairs
///
/// What is in the way of most comes first, what people changed in Autotask last; up to 50 at a time, and `next` is the
/// address of the others. What a person ignores is left out.
#[utoipa::path(
    get,
    path = "/api/v1/repairs",
    operation_id = "list_repairs",
    tag = "Repairs",
    params(RepairParams),
    responses((status = 200, description = "The repairs.", body = Repairs), PageRefusal, AnyRefusal)
)]
pub async fn list(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Params(params): Params<RepairParams>,
) -> Result<Json<Repairs>, Problem> {
    let after = params.after.map(|after| after.parse::<Cursor>()).transpose()?;
    let page = services.open_repairs(tenant, after).await?;
    let next = page.next.map(|next| format!("/api/v1/repairs?after={next}"));
    let check = page.check.as_ref().map(Check::from);
    Ok(Json(Repairs { repairs: page.rows.iter().map(Repair::from).collect(), next, check }))
}

/// Compares with Autotask
///
/// What is linked is compared with Autotask at once, and not in the night alone; `check` of the list says how far that
/// is. It takes at most 500 calls an hour and goes on in the next where they are used up. Nothing is written to Autotask.
#[utoipa::path(
    post,
    path = "/api/v1/repairs/check",
    operation_id = "check_repairs",
    tag = "Repairs",
    responses(
        (status = 202, description = "It waits for its turn.", body = Check),
        (status = 409, description = "Autotask is not connected.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn check(
    State(services): State<Services>,
    Caller(tenant): Caller,
) -> Result<(StatusCode, Json<Check>), Problem> {
    services.request_reconcile(tenant).await?;
    let state = services.reconcile_state(tenant).await?;
    let state = state.ok_or_else(|| Error::internal("a comparison that was asked for is not there"))?;
    Ok((StatusCode::ACCEPTED, Json(Check::from(&state))))
}

/// Ignores a repair until it changes
///
/// It is left out of the list until it is another than now: other pushes are held for it, or something else was found.
#[utoipa::path(
    post,
    path = "/api/v1/repairs/{id}/ignore",
    operation_id = "ignore_repair",
    tag = "Repairs",
    params(("id" = Uuid, Path, description = "The repair's id.")),
    responses(
        (status = 200, description = "The repair, which is ignored from now on.", body = Repair),
        (status = 404, description = "There is no repair of that id, or not any more.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn ignore(
    State(services): State<Services>,
    editor: Editor,
    Part(id): Part<Uuid>,
) -> Result<Json<Repair>, Problem> {
    let repair = services.ignore_repair(editor.tenant, &editor.author, id).await?;
    Ok(Json(Repair::from(&repair)))
}
