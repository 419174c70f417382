//! Systems that quotes are read from: the connection to each, and reading it as a job.
//!
//! A tenant has one row a source. As with pushes, a lease's token counts up with every claim and every write asks for it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// A connection to a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct SourceConnection {
    /// The key, sealed; empty after the connection was ended.
    pub key_sealed: String,
    /// When the key was saved.
    pub key_saved_at: i64,
    /// Who saved it, if it was a person.
    pub key_saved_by: Option<Uuid>,
    /// From when on a document that was never seen counts as new.
    pub since: i64,
    /// When it was last tested.
    pub tested_at: Option<i64>,
    /// What that test found, as JSON.
    pub checklist: Option<String>,
    /// When the connection was ended.
    pub disconnected_at: Option<i64>,
}

/// Reading a source, claimed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SourceLease {
    /// Its tenant.
    pub tenant_id: Uuid,
    /// The source's word.
    pub source: String,
    /// The fencing token.
    pub lease_token: i64,
    /// How far its lists are, as JSON.
    pub progress: String,
    /// By which settings its documents were last made, as JSON; none before there were any.
    pub settings: Option<String>,
    /// How often in a row reading failed.
    pub failures: i64,
    /// Whether the key was not accepted.
    pub refused: bool,
    /// Why the run before stopped.
    pub error: Option<String>,
    /// What to do about that.
    pub fix: Option<String>,
}

impl SourceLease {
    /// The tenant's id.
    pub fn tenant(&self) -> TenantId {
        TenantId(self.tenant_id)
    }
}

/// How a run is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceEnd {
    /// When the lists were last read to their end, if this run did.
    pub read_at: Option<Millis>,
    /// How often in a row reading failed.
    pub failures: i64,
    /// Whether the key was not accepted.
    pub refused: bool,
    /// Why it stopped, and what to do about that.
    pub failure: Option<(String, String)>,
    /// When it goes on.
    pub next_at: Millis,
}

/// Reading a source, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SourcePollRow {
    /// How far its lists are, as JSON.
    pub progress: String,
    /// When the lists were last read to their end.
    pub read_at: Option<i64>,
    /// Whether the key was not accepted.
    pub refused: bool,
    /// Why the newest run stopped.
    pub error: Option<String>,
    /// What to do about that.
    pub fix: Option<String>,
    /// When it goes on.
    pub next_at: i64,
}

/// A tenant's connection to a source, also one that was ended.
///
/// # Errors
/// When the database fails.
pub async fn source_connection(
    tx: &mut Tx,
    tenant: TenantId,
    source: &str,
) -> Result<Option<SourceConnection>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT key_sealed, key_saved_at, key_saved_by, since, tested_at, checklist, disconnected_at \
             FROM source_connection WHERE tenant_id = $1 AND source = $2",
        );
        query.bind(tenant.0).bind(source).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Keeps a connection to a source.
///
/// # Errors
/// When the database fails.
pub async fn put_source_connection(
    tx: &mut WriteTx,
    tenant: TenantId,
    source: &str,
    row: &SourceConnection,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO source_connection (tenant_id, source, key_sealed, key_saved_at, key_saved_by, since, tested_at, checklist, \
             disconnected_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, source) DO UPDATE SET \
             key_sealed = excluded.key_sealed, key_saved_at = excluded.key_saved_at, key_saved_by = excluded.key_saved_by, \
             since = excluded.since, tested_at = excluded.tested_at, checklist = excluded.checklist, \
             disconnected_at = excluded.disconnected_at",
        );
        let query = query.bind(tenant.0).bind(source).bind(&row.key_sealed).bind(row.key_saved_at);
        let query = query.bind(row.key_saved_by).bind(row.since).bind(row.tested_at).bind(&row.checklist);
        query.bind(row.disconnected_at).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Keeps what a test of the saved key found.
///
/// # Errors
/// When the database fails.
pub async fn set_source_tested(
    tx: &mut WriteTx,
    tenant: TenantId,
    source: &str,
    checklist: &str,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_connection SET tested_at = $3, checklist = $4 WHERE tenant_id = $1 AND source = $2",
        );
        query.bind(tenant.0).bind(source).bind(now).bind(checklist).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Ends a connection to a source: its key is deleted, and whoever reads it has lost its lease.
///
/// # Errors
/// When the database fails.
pub async fn end_source_connection(
    tx: &mut WriteTx,
    tenant: TenantId,
    source: &str,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_connection SET key_sealed = '', checklist = NULL, tested_at = NULL, disconnected_at = $3 \
             WHERE tenant_id = $1 AND source = $2",
        );
        query.bind(tenant.0).bind(source).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_poll SET lease_token = lease_token + 1, lease_until = 0, error = NULL, fix = NULL \
             WHERE tenant_id = $1 AND source = $2",
        );
        query.bind(tenant.0).bind(source).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Begins reading a source anew, at once. Whoever is at it has lost its lease.
///
/// # Errors
/// When the database fails.
pub async fn restart_source_poll(
    tx: &mut WriteTx,
    tenant: TenantId,
    source: &str,
    progress: &str,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO source_poll (tenant_id, source, progress, next_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, source) DO UPDATE SET progress = excluded.progress, next_at = excluded.next_at, failures = 0, \
             refused = $5, error = NULL, fix = NULL, lease_token = source_poll.lease_token + 1, lease_until = 0",
        );
        query.bind(tenant.0).bind(source).bind(progress).bind(now).bind(false).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Makes reading a tenant's sources due now: what is to be done without asking them is done at once.
///
/// # Errors
/// When the database fails.
pub async fn wake_source_polls(tx: &mut WriteTx, tenant: TenantId, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE source_poll SET next_at = $2 WHERE tenant_id = $1 AND next_at > $2");
        query.bind(tenant.0).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Makes reading a source due now, with this progress in the place of another; not while somebody is at it.
///
/// # Errors
/// When the database fails.
pub async fn hasten_source_poll(
    tx: &mut WriteTx,
    tenant: TenantId,
    source: &str,
    (before, after): (&str, &str),
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_poll SET progress = $4, next_at = CASE WHEN next_at < $5 THEN next_at ELSE $5 END \
             WHERE tenant_id = $1 AND source = $2 AND progress = $3 AND lease_until <= $5",
        );
        let query = query.bind(tenant.0).bind(source).bind(before).bind(after).bind(now);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Claims the source that is due first, of a tenant that is connected to it, unless somebody is at it.
///
/// # Errors
/// When the database fails.
pub async fn claim_source_poll(tx: &mut WriteTx, now: Millis, until: Millis) -> Result<Option<SourceLease>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "UPDATE source_poll SET lease_token = lease_token + 1, lease_until = $2 WHERE (tenant_id, source) = (SELECT p.tenant_id, \
             p.source FROM source_poll p JOIN source_connection s ON s.tenant_id = p.tenant_id AND s.source = p.source \
             WHERE p.next_at <= $1 AND p.lease_until <= $1 AND s.disconnected_at IS NULL ORDER BY p.next_at LIMIT 1) \
             AND next_at <= $1 AND lease_until <= $1 \
             RETURNING tenant_id, source, lease_token, progress, settings, failures, refused, error, fix",
        );
        query.bind(now).bind(until).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Notes how far a run is and keeps its lease; `false` when the lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn advance_source_poll(
    tx: &mut WriteTx,
    lease: &SourceLease,
    progress: &str,
    until: Millis,
) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_poll SET progress = $4, lease_until = $5 WHERE tenant_id = $1 AND source = $2 AND lease_token = $3",
        );
        let query = query.bind(lease.tenant_id).bind(&lease.source).bind(lease.lease_token);
        query.bind(progress).bind(until).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Notes by which settings documents are made from now on.
///
/// # Errors
/// When the database fails.
pub async fn set_source_settings(tx: &mut WriteTx, lease: &SourceLease, settings: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE source_poll SET settings = $3 WHERE tenant_id = $1 AND source = $2");
        query.bind(lease.tenant_id).bind(&lease.source).bind(settings).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Ends a run; `false` when its lease was lost.
///
/// # Errors
/// When the database fails.
pub async fn finish_source_poll(tx: &mut WriteTx, lease: &SourceLease, end: &SourceEnd) -> Result<bool> {
    let (error, fix) = end.failure.as_ref().map(|(error, fix)| (error, fix)).unzip();
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_poll SET read_at = CASE WHEN $4 IS NULL THEN read_at ELSE $4 END, failures = $5, refused = $6, error = $7, \
             fix = $8, next_at = $9, lease_until = 0 WHERE tenant_id = $1 AND source = $2 AND lease_token = $3",
        );
        let query = query.bind(lease.tenant_id).bind(&lease.source).bind(lease.lease_token).bind(end.read_at);
        let query = query.bind(end.failures).bind(end.refused).bind(error).bind(fix).bind(end.next_at);
        query.execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends the leases of all runs: the process that held them is gone. For SQLite, where there is one worker process.
///
/// # Errors
/// When the database fails.
pub async fn end_source_leases(tx: &mut WriteTx) -> Result<()> {
    on!(tx, |c| sqlx::query("UPDATE source_poll SET lease_until = 0").execute(c).await.map(drop))
        .map_err(fault)
}

/// How reading a source stands.
///
/// # Errors
/// When the database fails.
pub async fn source_poll(tx: &mut Tx, tenant: TenantId, source: &str) -> Result<Option<SourcePollRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT progress, read_at, refused, error, fix, next_at FROM source_poll WHERE tenant_id = $1 AND source = $2",
        );
        query.bind(tenant.0).bind(source).fetch_optional(c).await
    })
    .map_err(fault)
}
