//! Items: what documents' lines name and what Autotask has as services and roles.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        catalogue::{ItemKind, Source, name_key},
        ids::TenantId,
        plan::{Key, Target},
    },
    error::Result,
};

/// An item, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ItemRow {
    /// Its id.
    pub id: Uuid,
    /// The word of its target: `product`, `service` or `role`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The seller's stock keeping unit.
    pub sku: Option<String>,
    /// The maker's number.
    pub part_number: Option<String>,
    /// Its brand.
    pub brand: Option<String>,
    /// The path of its category.
    pub category: Option<String>,
    /// Where it came from: `document`, `autotask` or `api`.
    pub source: String,
    /// Whether documents leave its brand and category alone.
    pub kept: bool,
    /// When it last changed.
    pub updated_at: i64,
    /// Its id in Autotask.
    pub autotask_id: Option<i64>,
    /// How many active records of Autotask have its name.
    pub active_records: i64,
    /// How many records of Autotask have its name.
    pub records: i64,
}

impl ItemRow {
    /// What it is.
    pub fn item_kind(&self) -> ItemKind {
        let kind = ItemKind::ALL.into_iter().find(|kind| kind.target().name() == self.kind);
        kind.unwrap_or(ItemKind::Product)
    }
}

/// An item that came in.
#[derive(Clone, Debug)]
pub struct NewItem<'a> {
    /// The id that it gets if it is new.
    pub id: Uuid,
    /// Its key.
    pub key: &'a Key,
    /// Its name.
    pub name: &'a str,
    /// The seller's stock keeping unit.
    pub sku: Option<&'a str>,
    /// The maker's number.
    pub part_number: Option<&'a str>,
    /// Its brand; `None` leaves it as it is.
    pub brand: Option<&'a str>,
    /// The path of its category; `None` leaves it as it is.
    pub category: Option<&'a str>,
    /// Where it comes from.
    pub source: Source,
}

/// What a list of items is narrowed by; empty for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// Part of a name, a SKU or a maker's number.
    pub search: String,
    /// The kind.
    pub kind: Option<ItemKind>,
    /// The brand's name.
    pub brand: Option<String>,
    /// The category's path.
    pub category: Option<String>,
    /// Whether it has an id in Autotask.
    pub linked: Option<bool>,
}

impl ItemFilter {
    /// Whether anything is left out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

const SELECT: &str = "SELECT i.id, i.kind, i.name, i.sku, i.part_number, i.brand, i.category, i.source, i.kept, i.updated_at, l.autotask_id, \
     (SELECT COUNT(*) FROM autotask_record r WHERE r.tenant_id = i.tenant_id AND r.kind = i.kind AND r.name_key = i.name_key \
     AND r.active = $2) AS active_records, (SELECT COUNT(*) FROM autotask_record r WHERE r.tenant_id = i.tenant_id \
     AND r.kind = i.kind AND r.name_key = i.name_key) AS records FROM item i LEFT JOIN link l ON l.tenant_id = i.tenant_id \
     AND l.scope = '' AND l.target = i.kind AND l.key = i.key WHERE i.tenant_id = $1";

/// Keeps what came in: as the item of its key, as the one that is linked to the same record, or as a new one. Documents
/// leave the brand and the category of a kept item as they are; a service or role has that record's name.
///
/// # Errors
/// When the database fails.
pub async fn put_item(tx: &mut WriteTx, tenant: TenantId, new: &NewItem<'_>, now: Millis) -> Result<()> {
    let same = same_item(tx, tenant, new.key).await?;
    let (key, has_record) = same.unwrap_or_else(|| (new.key.key.clone(), false));
    let kept = new.source != Source::Document && (new.brand.is_some() || new.category.is_some());
    let search = search_text([Some(new.name), new.sku, new.part_number]);
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO item (tenant_id, kind, key, id, name, name_key, sku, sku_key, part_number, search, category, brand, source, kept, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
             COALESCE((SELECT b.name FROM brand b WHERE b.tenant_id = $1 AND b.name_key = $12), $13), $14, $15, $16) \
             ON CONFLICT (tenant_id, kind, key) DO UPDATE SET \
             name = CASE WHEN $17 THEN item.name ELSE excluded.name END, \
             name_key = CASE WHEN $17 THEN item.name_key ELSE excluded.name_key END, \
             search = CASE WHEN $17 THEN item.search ELSE excluded.search END, \
             sku = COALESCE(excluded.sku, item.sku), sku_key = COALESCE(excluded.sku_key, item.sku_key), \
             part_number = COALESCE(excluded.part_number, item.part_number), \
             category = CASE WHEN item.kept AND NOT excluded.kept THEN item.category ELSE COALESCE(excluded.category, item.category) END, \
             brand = CASE WHEN item.kept AND NOT excluded.kept THEN item.brand ELSE COALESCE(excluded.brand, item.brand) END, \
             kept = item.kept OR excluded.kept, updated_at = excluded.updated_at",
        );
        let query = query.bind(tenant.0).bind(new.key.target.name()).bind(&key).bind(new.id);
        let query = query.bind(new.name).bind(name_key(new.name)).bind(new.sku).bind(new.sku.map(name_key));
        let query = query.bind(new.part_number).bind(&search).bind(new.category);
        let query = query.bind(new.brand.map(name_key)).bind(new.brand).bind(new.source.name());
        query.bind(kept).bind(now).bind(has_record).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// What an item is searched in.
pub(super) fn search_text(parts: [Option<&str>; 3]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().map(name_key).collect();
    parts.join("\n")
}

/// The item that a key means, and whether it is a record of Autotask's that is known: its own, or the one that is linked
/// to the same record.
async fn same_item(tx: &mut Tx, tenant: TenantId, key: &Key) -> Result<Option<(String, bool)>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT i.key, EXISTS (SELECT 1 FROM link k JOIN autotask_record r ON r.tenant_id = k.tenant_id AND r.kind = k.target \
             AND r.autotask_id = k.autotask_id WHERE k.tenant_id = $1 AND k.scope = '' AND k.target = $2 AND k.key = i.key) \
             FROM item i WHERE i.tenant_id = $1 AND i.kind = $2 AND (i.key = $3 OR i.key IN (SELECT o.key FROM link l \
             JOIN link o ON o.tenant_id = l.tenant_id AND o.target = l.target AND o.autotask_id = l.autotask_id AND o.scope = '' \
             WHERE l.tenant_id = $1 AND l.scope = '' AND l.target = $2 AND l.key = $3)) \
             ORDER BY CASE WHEN i.key = $3 THEN 0 ELSE 1 END, i.key LIMIT 1",
        );
        query.bind(tenant.0).bind(key.target.name()).bind(&key.key).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Items that pass the filter, by name, after the item `after`, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn items(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &ItemFilter,
    after: Option<&(String, Uuid)>,
    limit: i64,
) -> Result<Vec<ItemRow>> {
    let sql = items_sql(filter);
    let (name, id) = after.cloned().unwrap_or_default();
    let kind = filter.kind.map_or("", |kind| kind.target().name());
    let pattern = format!("%{}%", escaped(&name_key(&filter.search)));
    on!(tx, |c| {
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.0).bind(true).bind(&name).bind(id);
        let query = query.bind(limit).bind(kind).bind(filter.brand.as_deref().unwrap_or_default());
        let query = query.bind(filter.category.as_deref().unwrap_or_default()).bind(&pattern);
        query.fetch_all(c).await
    })
    .map_err(fault)
}

/// The text of [`items`]: only what is asked for, so that each question can be answered from an index. Every value is
/// bound.
pub fn items_sql(filter: &ItemFilter) -> String {
    let linked = match filter.linked {
        Some(true) => " AND l.autotask_id IS NOT NULL",
        Some(false) => " AND l.autotask_id IS NULL",
        None => "",
    };
    // Each value is bound in every form of the text: Postgres wants to be told its type.
    let optional = [
        (filter.kind.is_some(), "i.kind = $6", "$6 = ''"),
        (filter.brand.is_some(), "i.brand = $7", "$7 = ''"),
        (filter.category.is_some(), "i.category = $8", "$8 = ''"),
        (!filter.search.trim().is_empty(), "i.search LIKE $9 ESCAPE '\\'", "$9 = '%%'"),
    ];
    let mut sql = format!("{SELECT} AND (i.name_key, i.id) > ($3, $4){linked}");
    for (is_asked, condition, otherwise) in optional {
        sql.push_str(" AND ");
        sql.push_str(if is_asked { condition } else { otherwise });
    }
    sql.push_str(" ORDER BY i.name_key, i.id LIMIT $5");
    sql
}

/// A text to look for as it is: the wildcards in it stand for themselves.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The item with that id.
///
/// # Errors
/// When the database fails.
pub async fn item(tx: &mut Tx, tenant: TenantId, id: Uuid) -> Result<Option<ItemRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(AssertSqlSafe(format!("{SELECT} AND i.id = $3")));
        query.bind(tenant.0).bind(true).bind(id).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Gives an item a brand and a category, which documents leave alone from now on.
///
/// # Errors
/// When the database fails.
pub async fn set_item(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    brand: Option<&str>,
    category: Option<&str>,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE item SET brand = $3, category = $4, kept = $5, updated_at = $6 WHERE tenant_id = $1 AND id = $2",
        );
        let query = query.bind(tenant.0).bind(id).bind(brand).bind(category).bind(true).bind(now);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// How many products each category has, by the category's path.
///
/// # Errors
/// When the database fails.
pub async fn products_by_category(tx: &mut Tx, tenant: TenantId) -> Result<BTreeMap<String, u64>> {
    let rows: Vec<(String, i64)> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT category, COUNT(*) FROM item WHERE tenant_id = $1 AND kind = $2 AND category IS NOT NULL GROUP BY category",
        );
        query.bind(tenant.0).bind(Target::Product.name()).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(|(path, count)| (path, count.unsigned_abs())).collect())
}

/// The place of an item in the list by name.
///
/// # Errors
/// When the database fails.
pub async fn item_place(tx: &mut Tx, tenant: TenantId, id: Uuid) -> Result<Option<(String, Uuid)>> {
    on!(tx, |c| {
        let query = sqlx::query_as("SELECT name_key, id FROM item WHERE tenant_id = $1 AND id = $2");
        query.bind(tenant.0).bind(id).fetch_optional(c).await
    })
    .map_err(fault)
}
