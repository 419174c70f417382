//! `/api/v1/lists/{list}`: what can be chosen from, as last fetched from Autotask.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    error::Problem,
    extract::{Caller, Params, Part},
};
use crate::service::Services;

/// Which page of a large list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageParams {
    after: Option<i64>,
    limit: Option<i64>,
}

/// The options of a list; `next` is the address of those that follow.
pub async fn show(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(list): Part<String>,
    Params(params): Params<PageParams>,
) -> Result<Json<Value>, Problem> {
    let page = services.list_page(tenant, &list, params.after, params.limit).await?;
    let limit = params.limit.map(|limit| format!("&limit={limit}")).unwrap_or_default();
    let next = page.next.map(|after| format!("/api/v1/lists/{list}?after={after}{limit}"));
    Ok(Json(json!({ "list": list, "options": page.options, "next": next })))
}
