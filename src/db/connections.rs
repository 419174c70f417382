//! Connections: each tenant's Autotask credentials and zone, and how much of Autotask's calls are used.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// One tenant's Autotask credentials and zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct ConnectionRow {
    /// Where the zone is looked up.
    pub discovery_url: String,
    /// The API user's name.
    pub user_name: String,
    /// The integration code (tracking identifier).
    pub integration_code: String,
    /// The API user's secret, sealed for this tenant; empty once it was disconnected.
    pub secret_sealed: String,
    /// ISO 4217 code of Autotask's amounts.
    pub currency: String,
    /// The zone's address, once looked up; ends with a slash.
    pub zone_url: Option<String>,
    /// Where people open Autotask, once looked up; ends with a slash.
    pub web_url: Option<String>,
    /// Autotask's number of the company whose Autotask it is, once known.
    pub company_id: Option<i64>,
    /// That company's name.
    pub company_name: Option<String>,
    /// When the secret was entered.
    pub secret_saved_at: Option<i64>,
    /// Who entered it, if it was a person.
    pub secret_saved_by: Option<Uuid>,
    /// When it was last tested.
    pub tested_at: Option<i64>,
    /// What the last test said, as JSON.
    pub checklist: Option<String>,
}

/// The calls of an hour as Autotask counted them, of all integrations together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct CallsRow {
    /// Calls that were used.
    pub calls_used: Option<i64>,
    /// Calls that are allowed.
    pub calls_limit: Option<i64>,
    /// When Autotask was asked, whether or not it answered.
    pub calls_read_at: Option<i64>,
}

const CONNECTED: &str = "SELECT discovery_url, user_name, integration_code, secret_sealed, currency, zone_url, web_url, company_id, \
     company_name, secret_saved_at, secret_saved_by, tested_at, checklist FROM connection WHERE tenant_id = $1 \
     AND disconnected_at IS NULL";
const DISCONNECTED: &str = "SELECT discovery_url, user_name, integration_code, secret_sealed, currency, zone_url, web_url, company_id, \
     company_name, secret_saved_at, secret_saved_by, tested_at, checklist FROM connection WHERE tenant_id = $1 \
     AND disconnected_at IS NOT NULL";

const PUT: &str = "INSERT INTO connection (tenant_id, discovery_url, user_name, integration_code, secret_sealed, currency, zone_url, \
     web_url, company_id, company_name, secret_saved_at, secret_saved_by, tested_at, checklist, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (tenant_id) DO UPDATE SET \
     discovery_url = excluded.discovery_url, user_name = excluded.user_name, integration_code = excluded.integration_code, \
     secret_sealed = excluded.secret_sealed, currency = excluded.currency, zone_url = excluded.zone_url, \
     web_url = excluded.web_url, company_id = excluded.company_id, company_name = excluded.company_name, \
     secret_saved_at = excluded.secret_saved_at, secret_saved_by = excluded.secret_saved_by, tested_at = excluded.tested_at, \
     checklist = excluded.checklist, updated_at = excluded.updated_at, disconnected_at = NULL";

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
        let query = sqlx::query(PUT).bind(tenant.0).bind(&row.discovery_url).bind(&row.user_name);
        let query = query.bind(&row.integration_code).bind(&row.secret_sealed).bind(&row.currency);
        let query = query.bind(&row.zone_url).bind(&row.web_url).bind(row.company_id).bind(&row.company_name);
        let query = query.bind(row.secret_saved_at).bind(row.secret_saved_by).bind(row.tested_at);
        query.bind(&row.checklist).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// A tenant's connection, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn connection(tx: &mut Tx, tenant: TenantId) -> Result<Option<ConnectionRow>> {
    select(tx, tenant, CONNECTED).await
}

/// What is left of a connection that was ended: everything but its secret.
///
/// # Errors
/// When the database fails.
pub async fn former_connection(tx: &mut Tx, tenant: TenantId) -> Result<Option<ConnectionRow>> {
    select(tx, tenant, DISCONNECTED).await
}

async fn select(tx: &mut Tx, tenant: TenantId, sql: &'static str) -> Result<Option<ConnectionRow>> {
    on!(tx, |c| sqlx::query_as(sql).bind(tenant.0).fetch_optional(c).await).map_err(fault)
}

/// Ends a connection: its secret is gone for good, whose Autotask it was stays known.
///
/// # Errors
/// When the database fails.
pub async fn end_connection(tx: &mut WriteTx, tenant: TenantId, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE connection SET secret_sealed = '', disconnected_at = $2, secret_saved_at = NULL, secret_saved_by = NULL, \
             tested_at = NULL, checklist = NULL, calls_used = NULL, calls_limit = NULL, calls_read_at = NULL, updated_at = $2 \
             WHERE tenant_id = $1",
        );
        query.bind(tenant.0).bind(now).execute(c).await.map(drop)
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

/// What a test of the saved credentials told.
#[derive(Clone, Debug, Default)]
pub struct Tested {
    /// The checklist as JSON.
    pub checklist: String,
    /// The zone's address.
    pub zone_url: Option<String>,
    /// Where people open Autotask.
    pub web_url: Option<String>,
    /// Autotask's number of the company.
    pub company_id: Option<i64>,
    /// The company's name.
    pub company_name: Option<String>,
}

/// Keeps what a test of the saved credentials told; what it did not tell stays as it was.
///
/// # Errors
/// When the database fails.
pub async fn set_tested(tx: &mut WriteTx, tenant: TenantId, tested: &Tested, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE connection SET checklist = $2, tested_at = $3, zone_url = COALESCE($4, zone_url), web_url = COALESCE($5, web_url), \
             company_id = COALESCE($6, company_id), company_name = COALESCE($7, company_name) \
             WHERE tenant_id = $1 AND disconnected_at IS NULL",
        );
        let query = query.bind(tenant.0).bind(&tested.checklist).bind(now).bind(&tested.zone_url).bind(&tested.web_url);
        query.bind(tested.company_id).bind(&tested.company_name).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The hour's calls as Autotask last counted them.
///
/// # Errors
/// When the database fails.
pub async fn calls_of_all(tx: &mut Tx, tenant: TenantId) -> Result<CallsRow> {
    let row: Option<CallsRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT calls_used, calls_limit, calls_read_at FROM connection WHERE tenant_id = $1",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(row.unwrap_or_default())
}

/// Takes it upon the caller to ask Autotask for the hour's calls; `false` when somebody has asked after `before`.
///
/// # Errors
/// When the database fails.
pub async fn claim_reading(tx: &mut WriteTx, tenant: TenantId, now: Millis, before: Millis) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE connection SET calls_read_at = $2 WHERE tenant_id = $1 AND disconnected_at IS NULL \
             AND (calls_read_at IS NULL OR calls_read_at <= $3)",
        );
        query.bind(tenant.0).bind(now).bind(before).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Keeps the hour's calls as Autotask counted them; what it did not tell leaves the numbers as they were.
///
/// # Errors
/// When the database fails.
pub async fn set_calls_of_all(tx: &mut WriteTx, tenant: TenantId, row: CallsRow) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE connection SET calls_used = COALESCE($2, calls_used), calls_limit = COALESCE($3, calls_limit), \
             calls_read_at = $4 WHERE tenant_id = $1",
        );
        let query = query.bind(tenant.0).bind(row.calls_used).bind(row.calls_limit).bind(row.calls_read_at);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

const MINUTE: Millis = 60_000;
/// Minutes that Autotask's limit looks back on.
const TIMEFRAME: i64 = 60;

/// Counts calls of ours, and forgets those of more than an hour ago.
///
/// # Errors
/// When the database fails.
pub async fn count_calls(tx: &mut WriteTx, tenant: TenantId, calls: i64, now: Millis) -> Result<()> {
    if calls == 0 {
        return Ok(());
    }
    let minute = now / MINUTE;
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO api_call (tenant_id, minute, calls) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, minute) DO UPDATE SET calls = api_call.calls + excluded.calls",
        );
        query.bind(tenant.0).bind(minute).bind(calls).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM api_call WHERE tenant_id = $1 AND minute <= $2");
        query.bind(tenant.0).bind(minute - TIMEFRAME).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Calls of ours within the last hour.
///
/// # Errors
/// When the database fails.
pub async fn own_calls(tx: &mut Tx, tenant: TenantId, now: Millis) -> Result<i64> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT) FROM api_call WHERE tenant_id = $1 AND minute > $2",
        );
        query.bind(tenant.0).bind(now / MINUTE - TIMEFRAME).fetch_one(c).await
    })
    .map_err(fault)
}

/// The same of every tenant that made any, by its name.
///
/// # Errors
/// When the database fails.
pub async fn calls_by_tenant(tx: &mut Tx, now: Millis) -> Result<Vec<(String, i64)>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT t.name, CAST(SUM(a.calls) AS BIGINT) FROM api_call a JOIN tenant t ON t.id = a.tenant_id \
             WHERE a.minute > $1 GROUP BY t.name ORDER BY t.name",
        );
        query.bind(now / MINUTE - TIMEFRAME).fetch_all(c).await
    })
    .map_err(fault)
}
