//! The catalogue: brands, categories and items that documents name.

use std::collections::BTreeMap;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        document::Line,
        ids::TenantId,
        plan::{Key, Target},
    },
    error::Result,
};

/// Adds a brand unless it is there.
///
/// # Errors
/// When the database fails.
pub async fn add_brand(tx: &mut WriteTx, tenant: TenantId, name: &str, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO brand (tenant_id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        query.bind(tenant.0).bind(name).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// A tenant's brands, by name.
///
/// # Errors
/// When the database fails.
pub async fn brands(tx: &mut Tx, tenant: TenantId) -> Result<Vec<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar("SELECT name FROM brand WHERE tenant_id = $1 ORDER BY name");
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// Adds a category unless it is there.
///
/// # Errors
/// When the database fails.
pub async fn add_category(tx: &mut WriteTx, tenant: TenantId, path: &str, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO category (tenant_id, path, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        query.bind(tenant.0).bind(path).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// A tenant's categories, by path.
///
/// # Errors
/// When the database fails.
pub async fn categories(tx: &mut Tx, tenant: TenantId) -> Result<Vec<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar("SELECT path FROM category WHERE tenant_id = $1 ORDER BY path");
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// Keeps what a line names under its key, in place of what was known of it.
///
/// # Errors
/// When the database fails.
pub async fn put_item(tx: &mut WriteTx, tenant: TenantId, key: &Key, line: &Line, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO item (tenant_id, kind, key, name, category, brand, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (tenant_id, kind, key) DO UPDATE SET name = excluded.name, category = excluded.category, \
             brand = excluded.brand, updated_at = excluded.updated_at",
        );
        let query = query.bind(tenant.0).bind(key.target.name()).bind(&key.key).bind(&line.name);
        query.bind(&line.category).bind(&line.brand).bind(now).execute(c).await.map(drop)
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
