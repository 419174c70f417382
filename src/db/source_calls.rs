//! Calls to a source, counted by the second and by the minute in which they were made: what its limits are kept by.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// The spans that calls are counted by, in milliseconds.
pub const SECOND: Millis = 1_000;
/// The longer one: a day has few enough of them to be added up before each call.
pub const MINUTE: Millis = 60_000;

/// Calls of a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct SourceCalls {
    /// How many.
    pub calls: i64,
    /// When the span of the first of them began.
    pub first: Option<i64>,
}

/// The calls of the spans of `length` that began after `since`.
///
/// # Errors
/// When the database fails.
pub async fn source_calls(
    tx: &mut Tx,
    tenant: TenantId,
    source: &str,
    length: Millis,
    since: Millis,
) -> Result<SourceCalls> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT) AS calls, MIN(began_at) AS first FROM source_call \
             WHERE tenant_id = $1 AND source = $2 AND length = $3 AND began_at > $4",
        );
        query.bind(tenant.0).bind(source).bind(length).bind(since).fetch_one(c).await
    })
    .map_err(fault)
}

/// Keeps everybody else from counting calls to this source until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub async fn lock_source_calls(tx: &mut WriteTx, tenant: TenantId, source: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO source_call (tenant_id, source, length, began_at, calls) VALUES ($1, $2, 0, 0, 0) \
             ON CONFLICT (tenant_id, source, length, began_at) DO UPDATE SET calls = 0",
        );
        query.bind(tenant.0).bind(source).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Counts a call that is made now.
///
/// # Errors
/// When the database fails.
pub async fn count_source_call(tx: &mut WriteTx, tenant: TenantId, source: &str, now: Millis) -> Result<()> {
    for length in [SECOND, MINUTE] {
        on!(tx, |c| {
            let query = sqlx::query(
                "INSERT INTO source_call (tenant_id, source, length, began_at, calls) VALUES ($1, $2, $3, $4, 1) \
                 ON CONFLICT (tenant_id, source, length, began_at) DO UPDATE SET calls = source_call.calls + 1",
            );
            let began = now - now.rem_euclid(length);
            query.bind(tenant.0).bind(source).bind(length).bind(began).execute(c).await.map(drop)
        })
        .map_err(fault)?;
    }
    Ok(())
}

/// Forgets the spans of `length` that began at `until` or before.
///
/// # Errors
/// When the database fails.
pub async fn forget_source_calls(
    tx: &mut WriteTx,
    tenant: TenantId,
    source: &str,
    length: Millis,
    until: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM source_call WHERE tenant_id = $1 AND source = $2 AND length = $3 AND began_at <= $4",
        );
        query.bind(tenant.0).bind(source).bind(length).bind(until).execute(c).await.map(drop)
    })
    .map_err(fault)
}
