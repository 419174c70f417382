//! Polls: looking for services and roles that are new or changed in Autotask, as jobs.
//!
//! A tenant has one row. As with pushes, a lease's token counts up with every claim and every write asks for it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// How far a tenant's poll is.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Cursors {
    /// The largest id of `Services` that was seen.
    pub services_after: i64,
    /// `lastModifiedDate` from which on services may have changed, as Autotask wrote it; `None` before there was any.
    pub services_since: Option<String>,
    /// The id after which the changed services go on; 0 where a look at them begins.
    pub changed_after: i64,
    /// The `services_since` of the next look, known from the first page of this one.
    pub changed_until: Option<String>,
    /// The id after which the roles go on; 0 where a look at them begins.
    pub roles_after: i64,
}

/// A poll that was claimed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PollLease {
    /// Its tenant.
    pub tenant_id: Uuid,
    /// The fencing token.
    pub lease_token: i64,
    /// Where it goes on.
    #[sqlx(flatten)]
    pub cursors: Cursors,
}

impl PollLease {
    /// The tenant's id.
    pub fn tenant(&self) -> TenantId {
        TenantId(self.tenant_id)
    }
}

/// A poll, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PollRow {
    /// When Autotask was last asked with success.
    pub polled_at: Option<i64>,
    /// Why the newest poll failed.
    pub error: Option<String>,
    /// What to do about that.
    pub fix: Option<String>,
    /// When the next one begins.
    pub next_at: i64,
}

/// Makes a poll due at once for every connected tenant whose sync is on, where there was none since the connection was
/// made or changed.
///
/// # Errors
/// When the database fails.
pub async fn add_polls(tx: &mut WriteTx, now: Millis) -> Result<u64> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO catalogue_poll (tenant_id, next_at) SELECT c.tenant_id, $1 FROM connection c \
             JOIN settings_current s ON s.tenant_id = c.tenant_id WHERE c.disconnected_at IS NULL AND s.enabled = $2 \
             AND NOT EXISTS (SELECT 1 FROM catalogue_poll p WHERE p.tenant_id = c.tenant_id \
             AND (p.finished_at >= c.updated_at OR p.next_at <= $1)) \
             ON CONFLICT (tenant_id) DO UPDATE SET next_at = excluded.next_at",
        );
        query.bind(now).bind(true).execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)
}

/// Claims the poll that is due first, of a connected tenant whose sync is on, unless somebody is at it.
///
/// # Errors
/// When the database fails.
pub async fn claim_poll(tx: &mut WriteTx, now: Millis, until: Millis) -> Result<Option<PollLease>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "UPDATE catalogue_poll SET lease_token = lease_token + 1, lease_until = $2 WHERE tenant_id = (SELECT p.tenant_id \
             FROM catalogue_poll p JOIN connection c ON c.tenant_id = p.tenant_id JOIN settings_current s ON s.tenant_id = p.tenant_id \
             WHERE p.next_at <= $1 AND p.lease_until <= $1 AND c.disconnected_at IS NULL AND s.enabled = $3 \
             ORDER BY p.next_at LIMIT 1) AND next_at <= $1 AND lease_until <= $1 \
             RETURNING tenant_id, lease_token, services_after, services_since, changed_after, changed_until, roles_after",
        );
        query.bind(now).bind(until).bind(true).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Notes how far a poll is and keeps its lease; `false` when the lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn advance_poll(
    tx: &mut WriteTx,
    lease: &PollLease,
    cursors: &Cursors,
    until: Millis,
) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE catalogue_poll SET services_after = $3, services_since = $4, changed_after = $5, changed_until = $6, \
             roles_after = $7, lease_until = $8 WHERE tenant_id = $1 AND lease_token = $2",
        );
        let query = query.bind(lease.tenant_id).bind(lease.lease_token).bind(cursors.services_after);
        let query =
            query.bind(&cursors.services_since).bind(cursors.changed_after).bind(&cursors.changed_until);
        query.bind(cursors.roles_after).bind(until).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends a poll with why it failed and what to do about that, if it did; `false` when its lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn finish_poll(
    tx: &mut WriteTx,
    lease: &PollLease,
    failure: Option<&(String, String)>,
    next_at: Millis,
    now: Millis,
) -> Result<bool> {
    let (error, fix) = failure.map(|(error, fix)| (error, fix)).unzip();
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE catalogue_poll SET error = $3, fix = $4, next_at = $5, lease_until = 0, finished_at = $7, \
             polled_at = CASE WHEN $6 THEN $7 ELSE polled_at END WHERE tenant_id = $1 AND lease_token = $2",
        );
        let query = query.bind(lease.tenant_id).bind(lease.lease_token).bind(error).bind(fix).bind(next_at);
        query.bind(failure.is_none()).bind(now).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends the leases of all polls: the process that held them is gone. For SQLite, where there is one worker process.
///
/// # Errors
/// When the database fails.
pub async fn end_poll_leases(tx: &mut WriteTx) -> Result<()> {
    on!(tx, |c| sqlx::query("UPDATE catalogue_poll SET lease_until = 0").execute(c).await.map(drop))
        .map_err(fault)
}

/// A tenant's poll.
///
/// # Errors
/// When the database fails.
pub async fn poll(tx: &mut Tx, tenant: TenantId) -> Result<Option<PollRow>> {
    on!(tx, |c| {
        let query =
            sqlx::query_as("SELECT polled_at, error, fix, next_at FROM catalogue_poll WHERE tenant_id = $1");
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Begins a tenant's poll anew, from the first record: the records are another company's. Whoever is at it has lost its
/// lease.
///
/// # Errors
/// When the database fails.
pub async fn restart_poll(tx: &mut WriteTx, tenant: TenantId, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE catalogue_poll SET services_after = 0, services_since = NULL, changed_after = 0, changed_until = NULL, roles_after = 0, \
             polled_at = NULL, error = NULL, fix = NULL, next_at = $2, lease_token = lease_token + 1, lease_until = 0 WHERE tenant_id = $1",
        );
        query.bind(tenant.0).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}
