//! Connections: each tenant's Autotask credentials and zone.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// One tenant's Autotask credentials and zone.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ConnectionRow {
    /// Where the zone is looked up.
    pub discovery_url: String,
    /// The API user's name.
    pub user_name: String,
    /// The integration code (tracking identifier).
    pub integration_code: String,
    /// The API user's secret, sealed for this tenant.
    pub secret_sealed: String,
    /// ISO 4217 code of Autotask's amounts.
    pub currency: String,
    /// The zone's address, once looked up; ends with a slash.
    pub zone_url: Option<String>,
    /// Where people open Autotask, once looked up; ends with a slash.
    pub web_url: Option<String>,
}

/// Sets a tenant's connection.
///
/// # Errors
/// When the database fails.
pub async fn put_connection(
    tx: &mut WriteTx,
    tenant: TenantId,
    row: &ConnectionRow,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO connection (tenant_id, discovery_url, user_name, integration_code, secret_sealed, currency, zone_url, \
             web_url, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id) DO UPDATE SET \
             discovery_url = excluded.discovery_url, user_name = excluded.user_name, integration_code = excluded.integration_code, \
             secret_sealed = excluded.secret_sealed, currency = excluded.currency, zone_url = excluded.zone_url, \
             web_url = excluded.web_url, updated_at = excluded.updated_at",
        );
        let query = query.bind(tenant.0).bind(&row.discovery_url).bind(&row.user_name).bind(&row.integration_code);
        let query = query.bind(&row.secret_sealed).bind(&row.currency).bind(&row.zone_url).bind(&row.web_url);
        query.bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// A tenant's connection, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn connection(tx: &mut Tx, tenant: TenantId) -> Result<Option<ConnectionRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT discovery_url, user_name, integration_code, secret_sealed, currency, zone_url, web_url FROM connection \
             WHERE tenant_id = $1",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Remembers where a tenant's zone is.
///
/// # Errors
/// When the database fails.
pub async fn set_zone(tx: &mut WriteTx, tenant: TenantId, zone_url: &str, web_url: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE connection SET zone_url = $2, web_url = $3 WHERE tenant_id = $1");
        query.bind(tenant.0).bind(zone_url).bind(web_url).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Sealed secrets of tenants after `after`, by tenant, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn sealed_secrets(tx: &mut Tx, after: TenantId, limit: i64) -> Result<Vec<(TenantId, String)>> {
    let rows: Vec<(Uuid, String)> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT tenant_id, secret_sealed FROM connection WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2",
        );
        query.bind(after.0).bind(limit).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(|(tenant, sealed)| (TenantId(tenant), sealed)).collect())
}

/// Puts a secret that was sealed anew in place of the old seal; `false` when somebody saved another one meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn replace_seal(tx: &mut WriteTx, tenant: TenantId, old: &str, new: &str) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE connection SET secret_sealed = $3 WHERE tenant_id = $1 AND secret_sealed = $2",
        );
        query.bind(tenant.0).bind(old).bind(new).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}
