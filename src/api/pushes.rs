//! `/api/v1/pushes`: what was sent, what waits and why.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    error::Problem,
    extract::{Caller, Params, Part},
};
use crate::{
    clock,
    domain::{hold::Hold, ids::PushId},
    service::{Services, activity::PushRow},
};

/// What a list of pushes may be narrowed by.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListParams {
    status: Option<String>,
    before: Option<PushId>,
}

/// Pushes, newest first; `next` is the address of older ones.
pub async fn list(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<Value>, Problem> {
    let activity = services.activity(tenant, params.status.as_deref(), params.before).await?;
    let status = params.status.map(|status| format!("status={status}&")).unwrap_or_default();
    let next = activity.older.map(|push| format!("/api/v1/pushes?{status}before={push}"));
    Ok(Json(json!({ "pushes": activity.rows.iter().map(shown).collect::<Vec<_>>(), "next": next })))
}

/// One push.
pub async fn show(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(id): Part<PushId>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&services.push(tenant, id).await?.push)))
}

/// Sends a held or failed push again.
pub async fn retry(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(id): Part<PushId>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    services.retry(tenant, id).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&services.push(tenant, id).await?.push))))
}

fn shown(push: &PushRow) -> Value {
    let hold = push.reason.as_deref().and_then(|reason| serde_json::from_str::<Hold>(reason).ok());
    let reason = hold.as_ref().map(Hold::cause).or_else(|| push.reason.clone());
    json!({
        "id": push.id,
        "document": { "kind": push.kind, "number": push.number },
        "change": push.change,
        "status": push.state,
        "reason": reason,
        "fix": hold.as_ref().map(Hold::fix),
        "opportunity_id": push.opportunity_id,
        "settings_revision": push.settings_revision,
        "created_at": clock::timestamp(push.created_at).to_string(),
        "updated_at": clock::timestamp(push.updated_at).to_string(),
    })
}
