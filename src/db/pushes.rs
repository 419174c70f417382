//! Pushes: the queue and its history.
//!
//! A push is leased to one worker at a time. The lease's token counts up with every claim; every write of the
//! worker asks for its token, so that one that lost its lease can change nothing any more.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Tx, WriteTx, fault, on,
    turns::{all_under_way_due, due},
};
use crate::{
    clock::Millis,
    domain::{
        ids::{BackfillId, DocumentId, PushId, TenantId},
        route::Sync,
    },
    error::Result,
};

/// A push with what the activity page shows of its document.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PushRow {
    /// Its id.
    pub id: Uuid,
    /// Its document.
    pub document_id: Uuid,
    /// `quote` or `sale`.
    pub kind: String,
    /// The document's number.
    pub number: String,
    /// The customer's name.
    pub customer: String,
    /// What happened to the document: `created`, `edited`, `won`, `lost`, `reopened`.
    pub change: String,
    /// `waiting`, `sending`, `held`, `failed`, `sent` or `skipped`.
    pub state: String,
    /// Why it is in that state: a hold as JSON, or a sentence.
    pub reason: Option<String>,
    /// When it is due.
    pub run_at: i64,
    /// Tries that failed in a row.
    pub tries: i64,
    /// The revision of the settings that it was last planned with.
    pub settings_revision: Option<i64>,
    /// The Autotask opportunity.
    pub opportunity_id: Option<i64>,
    /// The Autotask ticket.
    pub ticket_id: Option<i64>,
    /// Which sync brings it to Autotask.
    #[sqlx(try_from = "String")]
    pub sync: Sync,
    /// When it was enqueued.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// A push that was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Lease {
    /// The push.
    pub id: Uuid,
    /// Its tenant.
    pub tenant_id: Uuid,
    /// Its document.
    pub document_id: Uuid,
    /// Which sync brings it to Autotask.
    #[sqlx(try_from = "String")]
    pub sync: Sync,
    /// The fencing token.
    pub lease_token: i64,
    /// Until when it is ours.
    pub lease_until: i64,
    /// Tries that failed in a row.
    pub tries: i64,
    /// Leases of this push that ran out since it last got on: the worker that had it ended, or stopped answering. The
    /// claim counts.
    pub crashes: i64,
}

impl Lease {
    /// The push's id.
    pub fn push(&self) -> PushId {
        PushId(self.id)
    }

    /// The tenant's id.
    pub fn tenant(&self) -> TenantId {
        TenantId(self.tenant_id)
    }

    /// The document's id.
    pub fn document(&self) -> DocumentId {
        DocumentId(self.document_id)
    }
}

/// How a worker leaves a push.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// The state to leave it in.
    pub state: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
    /// When it is due next.
    pub run_at: Millis,
    /// Tries that failed in a row.
    pub tries: i64,
    /// The version of the document that was sent.
    pub version: i64,
    /// The Autotask opportunity.
    pub opportunity_id: Option<i64>,
    /// The Autotask ticket.
    pub ticket_id: Option<i64>,
}

/// How many pushes of a tenant are in which state.
#[derive(Clone, Debug, FromRow)]
pub struct StateCount {
    /// The state.
    pub state: String,
    /// How many.
    pub count: i64,
    /// The oldest of them was enqueued then.
    pub oldest: i64,
    /// The newest of them changed then.
    pub newest: i64,
}

/// What a list of pushes is narrowed by.
#[derive(Clone, Copy, Debug, Default)]
pub struct PushFilter<'a> {
    /// The state.
    pub state: Option<&'a str>,
    /// Earlier quotes that were chosen to be sent together.
    pub backfill: Option<BackfillId>,
}

/// The push of a document that is not finished.
///
/// # Errors
/// When the database fails.
pub async fn active_push(tx: &mut Tx, tenant: TenantId, document: DocumentId) -> Result<Option<PushId>> {
    let id: Option<Uuid> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT id FROM push WHERE tenant_id = $1 AND document_id = $2 AND state IN ('waiting', 'sending', 'held', 'failed')",
        );
        query.bind(tenant.0).bind(document.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(id.map(PushId))
}

/// Enqueues a push.
///
/// # Errors
/// When the database fails, or the document has an active push.
pub async fn add_push(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    id: PushId,
    sync: Sync,
    change: &str,
    now: Millis,
) -> Result<()> {
    due(tx, tenant, now).await?;
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO push (id, tenant_id, document_id, change, state, run_at, tries, lease_token, lease_until, version, created_at, \
             updated_at, sync) VALUES ($1, $2, $3, $4, 'waiting', $5, 0, 0, 0, 0, $5, $5, $6)",
        );
        let query = query.bind(id.0).bind(tenant.0).bind(document.0).bind(change).bind(now);
        query.bind(sync.name()).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Makes an active push due, and notes the newest change of its document: with that it is no longer an earlier quote's.
/// One that is being sent stays so: its worker sees that the document moved.
///
/// # Errors
/// When the database fails.
pub async fn wake_push(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PushId,
    change: Option<&str>,
    now: Millis,
) -> Result<()> {
    due(tx, tenant, now).await?;
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE push SET change = COALESCE($3, change), updated_at = $4, tries = 0, crashes = 0, \
             is_backlog = CASE WHEN $3 IS NULL THEN is_backlog ELSE $5 END, \
             state = CASE WHEN state = 'sending' THEN state ELSE 'waiting' END, \
             reason = CASE WHEN state = 'sending' THEN reason ELSE NULL END, \
             run_at = CASE WHEN state = 'sending' THEN run_at ELSE $4 END \
             WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'sending', 'held', 'failed')",
        );
        query.bind(tenant.0).bind(id.0).bind(change).bind(now).bind(false).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Keeps a lease until `until`; `false` when it was lost.
///
/// # Errors
/// When the database fails.
pub async fn keep_lease(tx: &mut WriteTx, lease: &Lease, until: Millis) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE push SET lease_until = $3 WHERE id = $1 AND lease_token = $2 AND state = 'sending'",
        );
        query
            .bind(lease.id)
            .bind(lease.lease_token)
            .bind(until)
            .execute(c)
            .await
            .map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends all leases at once: the process that held them is gone. For SQLite, where there is one worker process.
///
/// # Errors
/// When the database fails.
pub async fn end_leases(tx: &mut WriteTx, now: Millis) -> Result<()> {
    all_under_way_due(tx, now).await?;
    on!(tx, |c| sqlx::query("UPDATE push SET lease_until = $1 WHERE state = 'sending'")
        .bind(now)
        .execute(c)
        .await
        .map(drop))
    .map_err(fault)
}

/// Adds `by` to the count of crashes of a push, which is never below none.
///
/// # Errors
/// When the database fails.
pub async fn blame(tx: &mut WriteTx, lease: &Lease, by: i64) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE push SET crashes = CASE WHEN crashes + $3 < 0 THEN 0 ELSE crashes + $3 END \
             WHERE id = $1 AND lease_token = $2",
        );
        query.bind(lease.id).bind(lease.lease_token).bind(by).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Leaves a push; `false` when its lease was lost. One that is to go on keeps its count of crashes.
///
/// # Errors
/// When the database fails.
pub async fn finish_push(
    tx: &mut WriteTx,
    lease: &Lease,
    outcome: &Outcome<'_>,
    now: Millis,
) -> Result<bool> {
    // Its place is free, and it may be due again itself.
    due(tx, lease.tenant(), now).await?;
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE push SET state = $3, reason = $4, run_at = $5, tries = $6, version = $7, \
             opportunity_id = COALESCE($8, opportunity_id), ticket_id = COALESCE($10, ticket_id), lease_until = 0, updated_at = $9, \
             crashes = CASE WHEN $3 = 'waiting' THEN crashes ELSE 0 END \
             WHERE id = $1 AND lease_token = $2 AND state = 'sending'",
        );
        let query = query
            .bind(lease.id)
            .bind(lease.lease_token)
            .bind(outcome.state)
            .bind(outcome.reason)
            .bind(outcome.run_at);
        let query = query.bind(outcome.tries).bind(outcome.version).bind(outcome.opportunity_id).bind(now);
        query.bind(outcome.ticket_id).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Notes with which revision of the settings a push is planned, and which sync they make it a push of.
///
/// # Errors
/// When the database fails.
pub async fn pin_settings(tx: &mut WriteTx, lease: &Lease, revision: i64, sync: Sync) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE push SET settings_revision = $3, sync = $4 WHERE id = $1 AND lease_token = $2",
        );
        let query = query.bind(lease.id).bind(lease.lease_token).bind(revision).bind(sync.name());
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Held pushes of a tenant with their reasons, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn held_pushes(tx: &mut Tx, tenant: TenantId) -> Result<Vec<(PushId, String)>> {
    let rows: Vec<(Uuid, Option<String>)> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, reason FROM push WHERE tenant_id = $1 AND state IN ('held', 'failed') ORDER BY id",
        );
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(|(id, reason)| (PushId(id), reason.unwrap_or_default())).collect())
}

/// One push.
///
/// # Errors
/// When the database fails.
pub async fn push(tx: &mut Tx, tenant: TenantId, id: PushId) -> Result<Option<PushRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT p.id, p.document_id, d.kind, d.number, d.customer, p.change, p.state, p.reason, p.run_at, p.tries, p.settings_revision, \
             p.opportunity_id, p.ticket_id, p.sync, p.created_at, p.updated_at FROM push p JOIN document d ON d.id = p.document_id \
             WHERE p.tenant_id = $1 AND p.id = $2",
        );
        query.bind(tenant.0).bind(id.0).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Pushes of a tenant that fit `filter`, newest first: those before `before`, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn pushes(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &PushFilter<'_>,
    before: Option<PushId>,
    limit: i64,
) -> Result<Vec<PushRow>> {
    let before = before.map_or(Uuid::max(), |push| push.0);
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT p.id, p.document_id, d.kind, d.number, d.customer, p.change, p.state, p.reason, p.run_at, p.tries, p.settings_revision, \
             p.opportunity_id, p.ticket_id, p.sync, p.created_at, p.updated_at FROM push p JOIN document d ON d.id = p.document_id \
             WHERE p.tenant_id = $1 AND p.id < $2 AND ($3 = '' OR p.state = $3) AND ($4 IS NULL OR p.backfill_id = $4) \
             ORDER BY p.id DESC LIMIT $5",
        );
        let query = query.bind(tenant.0).bind(before).bind(filter.state.unwrap_or(""));
        query.bind(filter.backfill.map(|id| id.0)).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// How many pushes of a tenant are in which state.
///
/// # Errors
/// When the database fails.
pub async fn push_counts(tx: &mut Tx, tenant: TenantId) -> Result<Vec<StateCount>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT state, COUNT(*) AS count, MIN(created_at) AS oldest, MAX(updated_at) AS newest FROM push \
             WHERE tenant_id = $1 GROUP BY state ORDER BY state",
        );
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// Since when the push is due that has been due longest, whose sync is on, and that nobody took.
///
/// # Errors
/// When the database fails.
pub async fn oldest_due(tx: &mut Tx, now: Millis) -> Result<Option<Millis>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT MIN(p.run_at) FROM push p JOIN settings_current s ON s.tenant_id = p.tenant_id \
             WHERE p.state = 'waiting' AND p.run_at <= $1 AND (p.sync = $3 AND s.enabled = $2 OR p.sync = $4 AND s.tickets_enabled = $2)",
        );
        let query = query.bind(now).bind(true).bind(Sync::Opportunities.name());
        query.bind(Sync::Tickets.name()).fetch_one(c).await
    })
    .map_err(fault)
}
