//! Breakers: whether a tenant's Autotask may be called. A tenant without a row has a closed one.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, on, turns::due};
use crate::{
    clock::Millis,
    domain::{
        breaker::{Breaker, Cause},
        ids::TenantId,
    },
    error::Result,
};

/// How a refusal of the credentials is written; everything else is the sentence of a trouble.
const CREDENTIALS: &str = "credentials";

#[derive(FromRow)]
struct BreakerRow {
    failures: i64,
    trips: i64,
    open_until: i64,
    cause: Option<String>,
    trial_until: i64,
    slow_until: i64,
}

impl From<BreakerRow> for Breaker {
    fn from(row: BreakerRow) -> Self {
        let cause =
            |text: String| if text == CREDENTIALS { Cause::Credentials } else { Cause::Trouble(text) };
        Self {
            failures: row.failures,
            trips: row.trips,
            open_until: row.open_until,
            cause: row.cause.map(cause),
            trial_until: row.trial_until,
            slow_until: row.slow_until,
        }
    }
}

/// A tenant's breaker.
///
/// # Errors
/// When the database fails.
pub async fn breaker(tx: &mut Tx, tenant: TenantId) -> Result<Breaker> {
    let row: Option<BreakerRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT failures, trips, open_until, cause, trial_until, slow_until FROM breaker WHERE tenant_id = $1",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(row.map(Breaker::from).unwrap_or_default())
}

/// A tenant's breaker, kept from everybody else until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_breaker(tx: &mut WriteTx, tenant: TenantId) -> Result<Breaker> {
    let row: BreakerRow = on!(tx, |c| {
        let query = sqlx::query_as(
            "INSERT INTO breaker (tenant_id) VALUES ($1) ON CONFLICT (tenant_id) DO UPDATE SET failures = breaker.failures \
             RETURNING failures, trips, open_until, cause, trial_until, slow_until",
        );
        query.bind(tenant.0).fetch_one(c).await
    })
    .map_err(fault)?;
    Ok(row.into())
}

/// Sets a tenant's breaker. Where calls may be made, its pushes are due.
///
/// # Errors
/// When the database fails.
pub async fn put_breaker(tx: &mut WriteTx, tenant: TenantId, breaker: &Breaker, now: Millis) -> Result<()> {
    let cause = breaker.cause.as_ref().map(|cause| match cause {
        Cause::Credentials => CREDENTIALS,
        Cause::Trouble(sentence) => sentence,
    });
    if breaker.open_until <= now {
        due(tx, tenant, now).await?;
    }
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO breaker (tenant_id, failures, trips, open_until, cause, trial_until, slow_until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id) DO UPDATE SET failures = excluded.failures, \
             trips = excluded.trips, open_until = excluded.open_until, cause = excluded.cause, \
             trial_until = excluded.trial_until, slow_until = excluded.slow_until",
        );
        let query = query.bind(tenant.0).bind(breaker.failures).bind(breaker.trips).bind(breaker.open_until);
        let query = query.bind(cause).bind(breaker.trial_until).bind(breaker.slow_until);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Takes the one try that a breaker allows which is not closed; `false` when somebody else has it, or there is none.
///
/// # Errors
/// When the database fails.
pub async fn take_trial(tx: &mut WriteTx, tenant: TenantId, now: Millis, until: Millis) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE breaker SET trial_until = $3 WHERE tenant_id = $1 AND trips > 0 AND open_until <= $2 AND trial_until <= $2",
        );
        query.bind(tenant.0).bind(now).bind(until).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends every try: whoever made them is no more.
///
/// # Errors
/// When the database fails.
pub async fn end_trials(tx: &mut WriteTx) -> Result<()> {
    on!(tx, |c| sqlx::query("UPDATE breaker SET trial_until = 0").execute(c).await.map(drop)).map_err(fault)
}
