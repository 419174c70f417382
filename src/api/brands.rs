//! `/api/v1/brands`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    error::Problem,
    extract::{Caller, JsonBody, Params},
    openapi::{AnyRefusal, EntriesRefusal, PageRefusal},
};
use crate::{
    clock,
    domain::catalogue_entries,
    error::Error,
    service::{Services, catalogue::BrandRow},
};

/// Which page of the brands.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct BrandParams {
    /// Only brands after the one of this name; `next` of a page names it.
    pub after: String,
    /// The most brands on a page, 50 without it.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
}

/// Brands, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Brands {
    /// The brands.
    brands: Vec<Brand>,
    /// The address of those that follow; null where there are none.
    #[schema(required = true)]
    next: Option<String>,
}

/// A brand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Brand {
    /// Its name.
    name: String,
    /// How many items have it.
    items: i64,
    /// When it was added or renamed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<BrandRow> for Brand {
    fn from(row: BrandRow) -> Self {
        Self { name: row.name, items: row.items, updated_at: clock::timestamp(row.updated_at).to_string() }
    }
}

/// Brands to add.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the body; domain::catalogue_entries reads it")]
#[serde(deny_unknown_fields)]
pub struct NewBrands {
    /// The brands, at most 1,000.
    #[schema(max_items = 1000)]
    brands: Vec<NewBrand>,
}

/// A brand to add.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the body; domain::catalogue_entries reads it")]
#[serde(deny_unknown_fields)]
pub struct NewBrand {
    /// Its name; one that differs in the case of its letters alone is the same.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

/// What was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    /// How many entries, new ones and those that were there.
    pub entries: usize,
}

/// Lists brands
///
/// By name, up to 50 at a time; `next` is the address of those that follow.
#[utoipa::path(
    get,
    path = "/api/v1/brands",
    operation_id = "list_brands",
    tag = "Catalogue",
    params(BrandParams),
    responses((status = 200, description = "The brands.", body = Brands), PageRefusal, AnyRefusal)
)]
pub async fn list(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Params(params): Params<BrandParams>,
) -> Result<Json<Brands>, Problem> {
    let page = services.brand_page(tenant, &params.after, params.limit).await?;
    let next = page.next.map(|after| super::catalogue::next("brands", &[("after", after)], params.limit));
    Ok(Json(Brands { brands: page.rows.into_iter().map(Brand::from).collect(), next }))
}

/// Adds brands
///
/// Brands that are there already stay as they are, so that sending the same twice changes nothing. None is taken away.
#[utoipa::path(
    put,
    path = "/api/v1/brands",
    operation_id = "put_brands",
    tag = "Catalogue",
    request_body(content = NewBrands, description = "The brands"),
    responses((status = 200, description = "The brands are there.", body = Taken), EntriesRefusal, AnyRefusal)
)]
pub async fn put(
    State(services): State<Services>,
    Caller(tenant): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Taken>, Problem> {
    let names = catalogue_entries::brands(&body).map_err(Error::from)?;
    services.put_brands(tenant, &names).await?;
    Ok(Json(Taken { entries: names.len() }))
}
