//! `/api/v1/lists/{list}`: what can be chosen from, as last fetched from Autotask.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    error::Problem,
    extract::{Caller, Params, Part},
    openapi::AnyRefusal,
};
use crate::{domain::lists::ListOption, service::Services};

/// Which page of a large list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Only options with a larger value; `next` of a page names it. For companies and contacts.
    pub after: Option<i64>,
    /// The most options on a page, 500 without it. For companies and contacts.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
}

/// A list of Autotask's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = List)]
pub struct Answer {
    /// The list's name.
    list: String,
    /// Its options in Autotask's order; those of companies and contacts by value.
    options: Vec<Choice>,
    /// The address of those that follow; null where there are none.
    #[schema(required = true)]
    next: Option<String>,
}

/// One option of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListOption)]
pub struct Choice {
    /// Autotask's id or picklist value.
    value: i64,
    /// Autotask's name for it.
    label: String,
    /// What tells twins apart: an e-mail address, a code's or a company's number, a SKU.
    #[schema(required = true)]
    detail: Option<String>,
    /// What it is a part of: a category's category, a company's parent company, a contact's company.
    #[schema(required = true)]
    parent: Option<i64>,
    /// Whether Autotask accepts it on new records.
    active: bool,
}

impl From<ListOption> for Choice {
    fn from(option: ListOption) -> Self {
        let ListOption { value, label, detail, parent, active } = option;
        Self { value, label, detail, parent, active }
    }
}

/// Shows a list
///
/// `opportunity_categories`, `stages`, `statuses`, `owners`, `shipping_types`, `material_codes`, `service_codes`,
/// `product_categories`, `item_periods`, `service_periods`, `ticket_categories`, `ticket_queues`, `ticket_statuses`,
/// `ticket_priorities`, `ticket_issue_types`, `services` and `roles` are given whole, `companies` and `contacts` by the
/// page. Inactive options are among them.
#[utoipa::path(
    get,
    path = "/api/v1/lists/{list}",
    operation_id = "get_list",
    tag = "Lists",
    params(("list" = String, Path, description = "The list's name."), PageParams),
    responses(
        (status = 200, description = "The list.", body = Answer),
        (status = 400, description = "A parameter is not known, its value is not, or the list has no pages.",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no list of that name.", body = Problem,
            content_type = "application/problem+json"),
        AnyRefusal
    )
)]
pub async fn show(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Part(list): Part<String>,
    Params(params): Params<PageParams>,
) -> Result<Json<Answer>, Problem> {
    let page = services.list_page(tenant, &list, params.after, params.limit).await?;
    let limit = params.limit.map(|limit| format!("&limit={limit}")).unwrap_or_default();
    let next = page.next.map(|after| format!("/api/v1/lists/{list}?after={after}{limit}"));
    Ok(Json(Answer { list, options: page.options.into_iter().map(Choice::from).collect(), next }))
}
