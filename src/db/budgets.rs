//! Budgets: what is left of a tenant's calls. Each is taken from by one statement, so that any number of processes may.

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        budget::{Bucket, CALL},
        ids::TenantId,
    },
    error::Result,
};

/// What is in the bucket now: what was, and what flowed in since, up to its capacity. $3 is now, $4 the rate, $5 the
/// capacity. A clock that went back fills nothing.
macro_rules! level {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " CASE WHEN level + (CASE WHEN $3 > filled_at THEN $3 - filled_at ELSE 0 END) * $4 > $5 THEN $5 \
             ELSE level + (CASE WHEN $3 > filled_at THEN $3 - filled_at ELSE 0 END) * $4 END ",
            $after
        )
    };
}

/// Takes calls out of a tenant's bucket, if so many are left that it holds `floor` more afterwards; whether it did.
///
/// # Errors
/// When the database fails.
pub async fn take_calls(
    tx: &mut WriteTx,
    tenant: TenantId,
    lane: &str,
    bucket: Bucket,
    (calls, floor): (i64, i64),
    now: Millis,
) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(concat!(
            level!("UPDATE call_budget SET level =", "- $6, "),
            "filled_at = CASE WHEN $3 > filled_at THEN $3 ELSE filled_at END ",
            level!("WHERE tenant_id = $1 AND lane = $2 AND", ">= $6 + $7")
        ));
        let query = query.bind(tenant.0).bind(lane).bind(now).bind(bucket.rate).bind(bucket.capacity);
        query.bind(calls * CALL).bind(floor * CALL).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Makes a full bucket for a tenant that has none.
///
/// # Errors
/// When the database fails.
pub async fn add_budget(
    tx: &mut WriteTx,
    tenant: TenantId,
    lane: &str,
    capacity: i64,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO call_budget (tenant_id, lane, level, filled_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        );
        query.bind(tenant.0).bind(lane).bind(capacity).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// What is in a tenant's bucket, in millionths of a call; `None` where it has none.
///
/// # Errors
/// When the database fails.
pub async fn calls_left(
    tx: &mut Tx,
    tenant: TenantId,
    lane: &str,
    bucket: Bucket,
    now: Millis,
) -> Result<Option<i64>> {
    on!(tx, |c| {
        let query =
            sqlx::query_scalar(level!("SELECT", "FROM call_budget WHERE tenant_id = $1 AND lane = $2"));
        let query = query.bind(tenant.0).bind(lane).bind(now).bind(bucket.rate).bind(bucket.capacity);
        query.fetch_optional(c).await
    })
    .map_err(fault)
}
