//! Comparing what is linked with Autotask, as jobs: one row a tenant.
//!
//! A round goes through the links target by target; where it is stays here, so that another process or the next hour
//! goes on there. As with pushes, a lease's token counts up with every claim and every write asks for it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// A comparison that was claimed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReconcileLease {
    /// Its tenant.
    pub tenant_id: Uuid,
    /// The fencing token.
    pub lease_token: i64,
    /// The number of the round.
    pub round: i64,
    /// How many targets an earlier run has gone through.
    pub targets_done: i64,
    /// The Autotask id after which the next target's links go on.
    pub after_id: i64,
    /// Calls of this round so far.
    pub calls: i64,
}

impl ReconcileLease {
    /// The tenant's id.
    pub fn tenant(&self) -> TenantId {
        TenantId(self.tenant_id)
    }
}

/// How far a tenant's comparison is, as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct ReconcileRow {
    /// When the round that is under way began.
    pub started_at: Option<i64>,
    /// Links that it has gone through.
    pub checked: i64,
    /// Calls that it took so far.
    pub calls: i64,
    /// When the newest whole round ended …
    pub finished_at: Option<i64>,
    /// … how many links it went through …
    pub last_checked: i64,
    /// … and how many calls it took.
    pub last_calls: i64,
    /// Why the newest run failed.
    pub error: Option<String>,
    /// What to do about that.
    pub fix: Option<String>,
    /// When it begins or goes on.
    pub next_at: i64,
}

/// How a run is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReconcileEnd {
    /// Whether the round is through.
    pub done: bool,
    /// Why it stopped or what it could not read, and what to do about that.
    pub failure: Option<(String, String)>,
    /// When it goes on, or the next round begins.
    pub next_at: Millis,
}

/// Whether calls may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spend {
    /// They are counted, and may be made.
    Granted,
    /// The hour's calls are used up; not before then.
    Later(Millis),
    /// Somebody else has the lease.
    Lost,
}

/// What may be spent on comparing: so many calls until there was a time of this length without any. So no stretch of
/// that length sees more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The most calls.
    pub calls: i64,
    /// The length of time.
    pub within: Millis,
}

/// Connected tenants whose comparison was never scheduled.
///
/// # Errors
/// When the database fails.
pub async fn unscheduled_reconciles(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let rows: Vec<Uuid> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT c.tenant_id FROM connection c WHERE c.disconnected_at IS NULL \
             AND NOT EXISTS (SELECT 1 FROM reconcile r WHERE r.tenant_id = c.tenant_id)",
        );
        query.fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(TenantId).collect())
}

/// Makes a comparison due at `at`, or leaves it due before that.
///
/// # Errors
/// When the database fails.
pub async fn schedule_reconcile(tx: &mut WriteTx, tenant: TenantId, at: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO reconcile (tenant_id, next_at) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE \
             SET next_at = excluded.next_at WHERE reconcile.next_at > excluded.next_at",
        );
        query.bind(tenant.0).bind(at).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Claims the comparison that is due first, of a connected tenant, unless somebody is at it; begins a round where none
/// is under way.
///
/// # Errors
/// When the database fails.
pub async fn claim_reconcile(tx: &mut WriteTx, now: Millis, until: Millis) -> Result<Option<ReconcileLease>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "UPDATE reconcile SET lease_token = lease_token + 1, lease_until = $2, started_at = COALESCE(started_at, $1), \
             round = CASE WHEN started_at IS NULL THEN round + 1 ELSE round END, \
             targets_done = CASE WHEN started_at IS NULL THEN 0 ELSE targets_done END, \
             after_id = CASE WHEN started_at IS NULL THEN 0 ELSE after_id END, \
             checked = CASE WHEN started_at IS NULL THEN 0 ELSE checked END, \
             calls = CASE WHEN started_at IS NULL THEN 0 ELSE calls END \
             WHERE tenant_id = (SELECT r.tenant_id FROM reconcile r JOIN connection c ON c.tenant_id = r.tenant_id \
             WHERE r.next_at <= $1 AND r.lease_until <= $1 AND c.disconnected_at IS NULL ORDER BY r.next_at LIMIT 1) \
             AND next_at <= $1 AND lease_until <= $1 \
             RETURNING tenant_id, lease_token, round, targets_done, after_id, calls",
        );
        query.bind(now).bind(until).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Counts calls before they are made, and keeps the lease.
///
/// # Errors
/// When the database fails.
pub async fn spend_calls(
    tx: &mut WriteTx,
    lease: &ReconcileLease,
    calls: i64,
    allowance: Allowance,
    now: Millis,
    until: Millis,
) -> Result<Spend> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE reconcile SET calls = calls + $3, spent = CASE WHEN last_call_at <= $4 THEN $3 ELSE spent + $3 END, \
             last_call_at = $6, lease_until = $7 WHERE tenant_id = $1 AND lease_token = $2 \
             AND (last_call_at <= $4 OR spent + $3 <= $5)",
        );
        let query =
            query.bind(lease.tenant_id).bind(lease.lease_token).bind(calls).bind(now - allowance.within);
        query.bind(allowance.calls).bind(now).bind(until).execute(c).await.map(|done| done.rows_affected())
    });
    if rows.map_err(fault)? == 1 {
        return Ok(Spend::Granted);
    }
    let last: Option<i64> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT last_call_at FROM reconcile WHERE tenant_id = $1 AND lease_token = $2",
        );
        query.bind(lease.tenant_id).bind(lease.lease_token).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(last.map_or(Spend::Lost, |last| Spend::Later(last + allowance.within)))
}

/// Notes how far a round is: targets that it is through with, and the id after which the next one goes on. `checked`
/// links were gone through since. `false` when the lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn advance_reconcile(
    tx: &mut WriteTx,
    lease: &ReconcileLease,
    targets_done: i64,
    after_id: i64,
    checked: i64,
    until: Millis,
) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE reconcile SET targets_done = $3, after_id = $4, checked = checked + $5, lease_until = $6 \
             WHERE tenant_id = $1 AND lease_token = $2",
        );
        let query = query.bind(lease.tenant_id).bind(lease.lease_token).bind(targets_done).bind(after_id);
        query.bind(checked).bind(until).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Leaves a comparison; `false` when its lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn finish_reconcile(
    tx: &mut WriteTx,
    lease: &ReconcileLease,
    end: &ReconcileEnd,
    now: Millis,
) -> Result<bool> {
    let (error, fix) = end.failure.as_ref().map(|(error, fix)| (error, fix)).unzip();
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE reconcile SET error = $3, fix = $4, next_at = $5, lease_until = 0, \
             started_at = CASE WHEN $6 THEN NULL ELSE started_at END, \
             finished_at = CASE WHEN $6 THEN $7 ELSE finished_at END, \
             last_checked = CASE WHEN $6 THEN checked ELSE last_checked END, \
             last_calls = CASE WHEN $6 THEN calls ELSE last_calls END WHERE tenant_id = $1 AND lease_token = $2",
        );
        let query = query.bind(lease.tenant_id).bind(lease.lease_token).bind(error).bind(fix);
        query.bind(end.next_at).bind(end.done).bind(now).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends the leases of all comparisons: the process that held them is gone. For SQLite, where there is one worker process.
///
/// # Errors
/// When the database fails.
pub async fn end_reconcile_leases(tx: &mut WriteTx) -> Result<()> {
    on!(tx, |c| sqlx::query("UPDATE reconcile SET lease_until = 0").execute(c).await.map(drop)).map_err(fault)
}

/// Gives a round up that is under way: the links are another company's. Whoever is at it has lost its lease.
///
/// # Errors
/// When the database fails.
pub async fn restart_reconcile(tx: &mut WriteTx, tenant: TenantId) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE reconcile SET started_at = NULL, finished_at = NULL, error = NULL, fix = NULL, \
             lease_token = lease_token + 1, lease_until = 0 WHERE tenant_id = $1",
        );
        query.bind(tenant.0).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// How far a tenant's comparison is.
///
/// # Errors
/// When the database fails.
pub async fn reconcile(tx: &mut Tx, tenant: TenantId) -> Result<Option<ReconcileRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT started_at, checked, calls, finished_at, last_checked, last_calls, error, fix, next_at FROM reconcile \
             WHERE tenant_id = $1",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)
}
