//! `/api/v1/categories`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    brands::Taken,
    error::Problem,
    extract::{Caller, JsonBody, Params},
    openapi::{AnyRefusal, EntriesRefusal, PageRefusal},
};
use crate::{
    domain::catalogue_entries,
    error::Error,
    service::{Services, catalogue::CategoryRow},
};

/// Which page of the categories.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CategoryParams {
    /// Only categories after the one of this path; `next` of a page names it.
    pub after: String,
    /// The most categories on a page, 50 without it.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
}

/// Categories, by path.
#[derive(Debug, Serialize, ToSchema)]
pub struct Categories {
    /// The categories.
    categories: Vec<Category>,
    /// The address of those that follow; null where there are none.
    #[schema(required = true)]
    next: Option<String>,
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub struct Category {
    /// Its path, such as `Hardware/Firewalls`.
    path: String,
    /// How many items have it, those below it not counted.
    items: i64,
}

impl From<CategoryRow> for Category {
    fn from(row: CategoryRow) -> Self {
        Self { path: row.path, items: row.items }
    }
}

/// Categories to add.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the body; domain::catalogue_entries reads it")]
#[serde(deny_unknown_fields)]
pub struct NewCategories {
    /// The categories, at most 1,000.
    #[schema(max_items = 1000)]
    categories: Vec<NewCategory>,
}

/// A category to add.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the body; domain::catalogue_entries reads it")]
#[serde(deny_unknown_fields)]
pub struct NewCategory {
    /// Its path: names with slashes between them.
    #[schema(min_length = 1, max_length = 500)]
    path: String,
}

/// Lists categories
///
/// By path, up to 50 at a time; `next` is the address of those that follow.
#[utoipa::path(
    get,
    path = "/api/v1/categories",
    operation_id = "list_categories",
    tag = "Catalogue",
    params(CategoryParams),
    responses((status = 200, description = "The categories.", body = Categories), PageRefusal, AnyRefusal)
)]
pub async fn list(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Params(params): Params<CategoryParams>,
) -> Result<Json<Categories>, Problem> {
    let page = services.category_page(tenant, &params.after, params.limit).await?;
    let next = page.next.map(|after| super::catalogue::next("categories", &[("after", after)], params.limit));
    Ok(Json(Categories { categories: page.rows.into_iter().map(Category::from).collect(), next }))
}

/// Adds categories
///
/// Categories that are there already stay as they are, so that sending the same twice changes nothing. None is taken
/// away.
#[utoipa::path(
    put,
    path = "/api/v1/categories",
    operation_id = "put_categories",
    tag = "Catalogue",
    request_body(content = NewCategories, description = "The categories"),
    responses((status = 200, description = "The categories are there.", body = Taken), EntriesRefusal, AnyRefusal)
)]
pub async fn put(
    State(services): State<Services>,
    Caller(tenant): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Taken>, Problem> {
    let paths = catalogue_entries::categories(&body).map_err(Error::from)?;
    services.put_categories(tenant, &paths).await?;
    Ok(Json(Taken { entries: paths.len() }))
}
