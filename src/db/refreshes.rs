//! Refreshes: fetching a tenant's lists anew, as jobs.
//!
//! As with pushes, a lease's token counts up with every claim and every write asks for it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::ids::{TenantId, UserId},
    error::Result,
};

/// A refresh, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RefreshRow {
    /// Its id.
    pub id: Uuid,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: String,
    /// Who asked for it; `None` for the program itself.
    pub requested_by: Option<Uuid>,
    /// How many lists are done.
    pub lists_done: i64,
    /// The list that is being fetched.
    pub list: Option<String>,
    /// Rows of that list so far.
    pub rows_read: i64,
    /// Requests to Autotask so far.
    pub calls: i64,
    /// Options that changed so far.
    pub changes: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// What to do about that.
    pub fix: Option<String>,
    /// When it was asked for.
    pub created_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// When the next one begins by itself.
    pub next_at: Option<i64>,
}

/// A refresh that was claimed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RefreshLease {
    /// The refresh.
    pub id: Uuid,
    /// Its tenant.
    pub tenant_id: Uuid,
    /// The fencing token.
    pub lease_token: i64,
    /// Who asked for it; `None` for the program itself.
    pub requested_by: Option<Uuid>,
    /// How many lists an earlier run has done.
    pub lists_done: i64,
    /// Requests that earlier runs made.
    pub calls: i64,
    /// Options that changed in earlier runs.
    pub changes: i64,
}

impl RefreshLease {
    /// The tenant's id.
    pub fn tenant(&self) -> TenantId {
        TenantId(self.tenant_id)
    }
}

/// How far a refresh is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many lists are done.
    pub lists_done: i64,
    /// The name of the list that is being fetched; empty where that is none.
    pub list: &'static str,
    /// Rows of that list so far.
    pub rows_read: i64,
    /// Requests to Autotask so far.
    pub calls: i64,
    /// Options that changed so far.
    pub changes: i64,
}

/// How a refresh ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefreshEnd {
    /// Why it failed and what to do about that; `None` when every list is done.
    pub failure: Option<(String, String)>,
    /// When the next one begins by itself.
    pub next_at: Millis,
}

/// Asks for a refresh; one that waits or runs already is enough.
///
/// # Errors
/// When the database fails.
pub async fn add_refresh(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    requested_by: Option<UserId>,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO list_refresh (id, tenant_id, state, requested_by, lists_done, rows_read, calls, changes, lease_token, \
             lease_until, created_at) VALUES ($1, $2, 'waiting', $3, 0, 0, 0, 0, 0, 0, $4) \
             ON CONFLICT (tenant_id) WHERE state IN ('waiting', 'running') DO NOTHING",
        );
        let query = query.bind(id).bind(tenant.0).bind(requested_by.map(|user| user.0)).bind(now);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Claims the refresh that was asked for first, or one whose lease ran out.
///
/// # Errors
/// When the database fails.
pub async fn claim_refresh(tx: &mut WriteTx, now: Millis, until: Millis) -> Result<Option<RefreshLease>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "UPDATE list_refresh SET state = 'running', lease_token = lease_token + 1, lease_until = $2 \
             WHERE id = (SELECT id FROM list_refresh WHERE state IN ('waiting', 'running') \
             AND lease_until <= $1 ORDER BY id LIMIT 1) AND state IN ('waiting', 'running') AND lease_until <= $1 \
             RETURNING id, tenant_id, lease_token, requested_by, lists_done, calls, changes",
        );
        query.bind(now).bind(until).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Takes a tenant's refresh over, whoever has it: their writes are refused from now on.
///
/// # Errors
/// When the database fails.
pub async fn take_refresh(tx: &mut WriteTx, tenant: TenantId, until: Millis) -> Result<Option<RefreshLease>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "UPDATE list_refresh SET state = 'running', lease_token = lease_token + 1, lease_until = $2 \
             WHERE tenant_id = $1 AND state IN ('waiting', 'running') \
             RETURNING id, tenant_id, lease_token, requested_by, lists_done, calls, changes",
        );
        query.bind(tenant.0).bind(until).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Notes how far a refresh is and keeps its lease; `false` when the lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn advance_refresh(
    tx: &mut WriteTx,
    lease: &RefreshLease,
    progress: &Progress,
    until: Millis,
) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE list_refresh SET lists_done = $3, list = $4, rows_read = $5, calls = $6, changes = $7, lease_until = $8 \
             WHERE id = $1 AND lease_token = $2 AND state = 'running'",
        );
        let query =
            query.bind(lease.id).bind(lease.lease_token).bind(progress.lists_done).bind(progress.list);
        let query = query.bind(progress.rows_read).bind(progress.calls).bind(progress.changes).bind(until);
        query.execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Lets a refresh wait until `until`, from where it is; `false` when its lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn snooze_refresh(tx: &mut WriteTx, lease: &RefreshLease, until: Millis) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE list_refresh SET state = 'waiting', lease_until = $3 WHERE id = $1 AND lease_token = $2 AND state = 'running'",
        );
        let query = query.bind(lease.id).bind(lease.lease_token).bind(until);
        query.execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends a refresh; `false` when its lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn finish_refresh(
    tx: &mut WriteTx,
    lease: &RefreshLease,
    end: &RefreshEnd,
    now: Millis,
) -> Result<bool> {
    let (error, fix) = end.failure.as_ref().map(|(error, fix)| (error, fix)).unzip();
    let state = if error.is_some() { "failed" } else { "done" };
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE list_refresh SET state = $3, list = NULL, error = $4, fix = $5, next_at = $6, finished_at = $7, lease_until = 0 \
             WHERE id = $1 AND lease_token = $2 AND state = 'running'",
        );
        let query = query.bind(lease.id).bind(lease.lease_token).bind(state).bind(error).bind(fix);
        query.bind(end.next_at).bind(now).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends the leases of all refreshes: the process that held them is gone. For SQLite, where there is one worker process.
///
/// # Errors
/// When the database fails.
pub async fn end_refresh_leases(tx: &mut WriteTx, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE list_refresh SET lease_until = $1 WHERE state = 'running'");
        query.bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// A tenant's newest refresh; of those that are `done` where only they count.
///
/// # Errors
/// When the database fails.
pub async fn newest_refresh(tx: &mut Tx, tenant: TenantId, done: bool) -> Result<Option<RefreshRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, state, requested_by, lists_done, list, rows_read, calls, changes, error, fix, created_at, finished_at, next_at \
             FROM list_refresh WHERE tenant_id = $1 AND ($2 = $3 OR state = 'done') ORDER BY id DESC LIMIT 1",
        );
        query.bind(tenant.0).bind(done).bind(false).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Whether some refresh of a tenant has ended that went through `lists` lists.
///
/// # Errors
/// When the database fails.
pub async fn was_refreshed(tx: &mut Tx, tenant: TenantId, lists: i64) -> Result<bool> {
    let found: Option<i64> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT lists_done FROM list_refresh WHERE tenant_id = $1 AND state IN ('done', 'failed') AND lists_done >= $2 LIMIT 1",
        );
        query.bind(tenant.0).bind(lists).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(found.is_some())
}

/// Connected tenants whose lists are due: the newest refresh ended and said until when it is enough, or is older than
/// the connection.
///
/// # Errors
/// When the database fails.
pub async fn due_refreshes(tx: &mut Tx, now: Millis) -> Result<Vec<TenantId>> {
    let rows: Vec<Uuid> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT c.tenant_id FROM connection c WHERE NOT EXISTS (SELECT 1 FROM list_refresh r WHERE r.tenant_id = c.tenant_id \
             AND (r.state IN ('waiting', 'running') OR (r.next_at > $1 AND r.created_at >= c.updated_at \
             AND NOT EXISTS (SELECT 1 FROM list_refresh n WHERE n.tenant_id = r.tenant_id AND n.id > r.id))))",
        );
        query.bind(now).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(TenantId).collect())
}
