//! The catalogue: brands and categories that documents name.

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// Adds a brand unless it is there.
///
/// # Errors
/// When the database fails.
pub async fn add_brand(tx: &mut WriteTx, tenant: TenantId, name: &str, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("INSERT INTO brand (tenant_id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
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
        let query = sqlx::query("INSERT INTO category (tenant_id, path, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
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
