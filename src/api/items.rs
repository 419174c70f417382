//! `/api/v1/items`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    brands::Taken,
    error::Problem,
    extract::{Caller, JsonBody, Params},
    openapi::{AnyRefusal, EntriesRefusal, PageRefusal},
};
use crate::{
    clock,
    domain::{catalogue::ItemKind, catalogue_entries},
    error::Error,
    service::{
        Services,
        catalogue::{ItemFilter, ItemRow},
    },
};

/// What an item is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ItemKind)]
pub enum Kind {
    /// Goods.
    Product,
    /// A service that is billed each period.
    RecurringService,
    /// Hours of work.
    Labor,
}

impl From<Kind> for ItemKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Product => Self::Product,
            Kind::RecurringService => Self::RecurringService,
            Kind::Labor => Self::Labor,
        }
    }
}

impl From<ItemKind> for Kind {
    fn from(kind: ItemKind) -> Self {
        match kind {
            ItemKind::Product => Self::Product,
            ItemKind::RecurringService => Self::RecurringService,
            ItemKind::Labor => Self::Labor,
        }
    }
}

/// What the list is narrowed by, and which page of it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ItemParams {
    /// Part of a name, a SKU or a manufacturer part number.
    pub search: String,
    /// Only items of this kind.
    pub kind: Option<Kind>,
    /// Only items of this brand.
    pub brand: Option<String>,
    /// Only items of this category, by its path.
    pub category: Option<String>,
    /// Only items that have an id in Autotask, or only those that have none.
    pub linked: Option<bool>,
    /// Only items after the one of this id; `next` of a page names it.
    pub after: Option<Uuid>,
    /// The most items on a page, 50 without it.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
}

impl ItemParams {
    fn filter(&self) -> ItemFilter {
        ItemFilter {
            search: self.search.clone(),
            kind: self.kind.map(ItemKind::from),
            brand: self.brand.clone(),
            category: self.category.clone(),
            linked: self.linked,
        }
    }

    fn next(&self, after: Uuid) -> String {
        let kind = self.kind.map(|kind| ItemKind::from(kind).name().to_owned());
        let query = [
            ("search", self.search.clone()),
            ("kind", kind.unwrap_or_default()),
            ("brand", self.brand.clone().unwrap_or_default()),
            ("category", self.category.clone().unwrap_or_default()),
            ("linked", self.linked.map(|linked| linked.to_string()).unwrap_or_default()),
            ("after", after.to_string()),
        ];
        super::catalogue::next("items", &query, self.limit)
    }
}

/// Items, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Items {
    /// The items.
    items: Vec<Item>,
    /// The address of those that follow; null where there are none.
    #[schema(required = true)]
    next: Option<String>,
}

/// An item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    /// Its id.
    id: Uuid,
    /// What it is.
    kind: Kind,
    /// Its name.
    name: String,
    /// The seller's stock keeping unit.
    #[schema(required = true)]
    sku: Option<String>,
    /// The maker's number.
    #[schema(required = true)]
    manufacturer_part_number: Option<String>,
    /// Its brand.
    #[schema(required = true)]
    brand: Option<String>,
    /// The path of its category.
    #[schema(required = true)]
    category: Option<String>,
    /// Where it came from: `document`, `autotask` or `api`.
    source: String,
    /// The id of its product, service or role in Autotask.
    #[schema(required = true)]
    autotask_id: Option<i64>,
    /// How many active services or roles of Autotask have its name. With more than one none of them is used.
    active_records: i64,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<ItemRow> for Item {
    fn from(row: ItemRow) -> Self {
        Self {
            id: row.id,
            kind: row.item_kind().into(),
            name: row.name,
            sku: row.sku,
            manufacturer_part_number: row.part_number,
            brand: row.brand,
            category: row.category,
            source: row.source,
            autotask_id: row.autotask_id,
            active_records: row.active_records,
            updated_at: clock::timestamp(row.updated_at).to_string(),
        }
    }
}

/// Items to add or change.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the body; domain::catalogue_entries reads it")]
#[serde(deny_unknown_fields)]
pub struct NewItems {
    /// The items, at most 1,000.
    #[schema(max_items = 1000)]
    items: Vec<NewItem>,
}

/// An item to add or change. It is found by its SKU, else its part number, else its name; recurring services by name.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the body; domain::catalogue_entries reads it")]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// What it is.
    kind: Kind,
    /// Its name.
    #[schema(min_length = 1, max_length = 500)]
    name: String,
    /// The seller's stock keeping unit.
    #[schema(max_length = 100)]
    sku: Option<String>,
    /// The maker's number.
    #[schema(max_length = 100)]
    manufacturer_part_number: Option<String>,
    /// Its brand, which is added where there is none of that name. Documents leave it alone from now on.
    #[schema(max_length = 100)]
    brand: Option<String>,
    /// The path of its category, which is added where there is none. Documents leave it alone from now on.
    #[schema(max_length = 500)]
    category: Option<String>,
}

/// Lists items
///
/// By name, up to 50 at a time; `next` is the address of those that follow.
#[utoipa::path(
    get,
    path = "/api/v1/items",
    operation_id = "list_items",
    tag = "Catalogue",
    params(ItemParams),
    responses((status = 200, description = "The items.", body = Items), PageRefusal, AnyRefusal)
)]
pub async fn list(
    State(services): State<Services>,
    Caller(tenant): Caller,
    Params(params): Params<ItemParams>,
) -> Result<Json<Items>, Problem> {
    let page = services.item_page(tenant, &params.filter(), params.after, params.limit).await?;
    let next = page.next.map(|after| params.next(after));
    Ok(Json(Items { items: page.rows.into_iter().map(Item::from).collect(), next }))
}

/// Adds or changes items
///
/// Fields that are absent or null stay as they are, so that sending the same twice changes nothing. None is taken away.
#[utoipa::path(
    put,
    path = "/api/v1/items",
    operation_id = "put_items",
    tag = "Catalogue",
    request_body(content = NewItems, description = "The items"),
    responses((status = 200, description = "The items are there.", body = Taken), EntriesRefusal, AnyRefusal)
)]
pub async fn put(
    State(services): State<Services>,
    Caller(tenant): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Taken>, Problem> {
    let entries = catalogue_entries::items(&body).map_err(Error::from)?;
    services.put_items(tenant, &entries).await?;
    Ok(Json(Taken { entries: entries.len() }))
}
