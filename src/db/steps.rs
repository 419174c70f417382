//! Steps that were begun, and the requests that were made.
//!
//! A create is committed here as an intent before its request may leave; what becomes of it is noted afterwards.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        ids::{DocumentId, PushId, TenantId},
        plan::Key,
    },
    error::Result,
};

/// A step that was begun.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StepRow {
    /// Its id.
    pub id: Uuid,
    /// The push that began it.
    pub push_id: Uuid,
    /// What it is about ([`crate::domain::plan::Target::name`]).
    pub target: String,
    /// Which one.
    pub key: String,
    /// `create`, `update`, `delete` or `settle`.
    pub action: String,
    /// `intent`, `unknown`, `done` or `failed`.
    pub state: String,
    /// Of a create: the filter that finds it again, as sent; `None` where a second one does no harm. Of a settle: the
    /// state that it brings the opportunity to.
    pub marker: Option<String>,
    /// The request's body, as sent.
    pub request: String,
    /// Where each value of the body comes from: [`crate::domain::plan::Provenance`] as JSON; `None` where it was not kept.
    pub sources: Option<String>,
    /// The record's Autotask id, once known.
    pub autotask_id: Option<i64>,
    /// A sentence for the push's page.
    pub note: Option<String>,
    /// The fencing token of the worker that began it.
    pub lease_token: i64,
    /// The settings that it was planned with.
    pub settings_revision: i64,
    /// The last moment at which its request may leave.
    pub send_before: i64,
    /// When it was begun.
    pub created_at: i64,
}

/// One request to Autotask.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AttemptRow {
    /// Its id.
    pub id: Uuid,
    /// HTTP method.
    pub method: String,
    /// The address's path below the API's root.
    pub path: String,
    /// The HTTP status; `None` without an answer.
    pub status: Option<i64>,
    /// What came of it, in a few words.
    pub outcome: String,
    /// The body sent.
    pub request: Option<String>,
    /// The body received, cut to a length that can be shown.
    pub response: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// When it was made.
    pub created_at: i64,
}

/// Notes a step that is begun.
///
/// # Errors
/// When the database fails.
pub async fn add_step(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    step: &StepRow,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO step (id, tenant_id, document_id, push_id, target, key, action, state, marker, request, autotask_id, note, \
             lease_token, settings_revision, send_before, created_at, updated_at, sources) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17)",
        );
        let query = query.bind(step.id).bind(tenant.0).bind(document.0).bind(step.push_id).bind(&step.target);
        let query = query.bind(&step.key).bind(&step.action).bind(&step.state).bind(&step.marker).bind(&step.request);
        let query = query.bind(step.autotask_id).bind(&step.note).bind(step.lease_token).bind(step.settings_revision);
        query.bind(step.send_before).bind(step.created_at).bind(&step.sources).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// On Postgres whoever is about to create what documents of a tenant share takes turns until it commits.
const SHARED_TURN: &str = "SELECT pg_advisory_xact_lock(7103, hashtext($1))";

/// Whether a record that documents share may be created: it has no link, and no create of it that had to be sent later
/// than `over` is open. Until the transaction ends nobody else is told so.
///
/// # Errors
/// When the database fails.
pub async fn may_create(
    tx: &mut WriteTx,
    tenant: TenantId,
    target: &str,
    key: &str,
    over: Millis,
) -> Result<bool> {
    if tx.is_postgres() {
        on!(tx, |c| sqlx::query(SHARED_TURN).bind(tenant.to_string()).execute(c).await.map(drop))
            .map_err(fault)?;
    }
    let others: i64 = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT (SELECT COUNT(*) FROM step WHERE tenant_id = $1 AND target = $2 AND key = $3 AND action = 'create' \
             AND state IN ('intent', 'unknown') AND send_before > $4) \
             + (SELECT COUNT(*) FROM link WHERE tenant_id = $1 AND scope = '' AND target = $2 AND key = $3)",
        );
        query.bind(tenant.0).bind(target).bind(key).bind(over).fetch_one(c).await
    })
    .map_err(fault)?;
    Ok(others == 0)
}

/// Notes what became of a step that is still open: the first to know it is right.
///
/// # Errors
/// When the database fails.
pub async fn close_step(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    state: &str,
    autotask_id: Option<i64>,
    note: Option<&str>,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE step SET state = $3, autotask_id = $4, note = $5, updated_at = $6 WHERE tenant_id = $1 AND id = $2 \
             AND state IN ('intent', 'unknown')",
        );
        query.bind(tenant.0).bind(id).bind(state).bind(autotask_id).bind(note).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Steps of a document whose outcome is not known: begun by a worker that died, or without an answer.
///
/// # Errors
/// When the database fails.
pub async fn open_steps(tx: &mut Tx, tenant: TenantId, document: DocumentId) -> Result<Vec<StepRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, push_id, target, key, action, state, marker, request, sources, autotask_id, note, lease_token, settings_revision, \
             send_before, created_at FROM step WHERE tenant_id = $1 AND document_id = $2 AND state IN ('intent', 'unknown') ORDER BY id",
        );
        query.bind(tenant.0).bind(document.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// Creates of a record that documents share, begun for other documents than this one and without an answer so far.
///
/// # Errors
/// When the database fails.
pub async fn open_creates_of_others(
    tx: &mut Tx,
    tenant: TenantId,
    document: DocumentId,
    key: &Key,
) -> Result<Vec<StepRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, push_id, target, key, action, state, marker, request, sources, autotask_id, note, lease_token, settings_revision, \
             send_before, created_at FROM step WHERE tenant_id = $1 AND document_id <> $2 AND target = $3 AND key = $4 \
             AND action = 'create' AND state IN ('intent', 'unknown') ORDER BY id",
        );
        let query = query.bind(tenant.0).bind(document.0);
        query.bind(key.target.name()).bind(&key.key).fetch_all(c).await
    })
    .map_err(fault)
}

/// The steps of a push, in order.
///
/// # Errors
/// When the database fails.
pub async fn steps(tx: &mut Tx, tenant: TenantId, push: PushId) -> Result<Vec<StepRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, push_id, target, key, action, state, marker, request, sources, autotask_id, note, lease_token, settings_revision, \
             send_before, created_at FROM step WHERE tenant_id = $1 AND push_id = $2 ORDER BY id",
        );
        query.bind(tenant.0).bind(push.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// Notes a request that was made.
///
/// # Errors
/// When the database fails.
pub async fn add_attempt(
    tx: &mut WriteTx,
    tenant: TenantId,
    push: PushId,
    attempt: &AttemptRow,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO attempt (id, tenant_id, push_id, method, path, status, outcome, request, response, duration_ms, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        );
        let query = query.bind(attempt.id).bind(tenant.0).bind(push.0).bind(&attempt.method).bind(&attempt.path);
        let query = query.bind(attempt.status).bind(&attempt.outcome).bind(&attempt.request).bind(&attempt.response);
        query.bind(attempt.duration_ms).bind(attempt.created_at).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The requests of a push, newest first, at most 200.
///
/// # Errors
/// When the database fails.
pub async fn attempts(tx: &mut Tx, tenant: TenantId, push: PushId) -> Result<Vec<AttemptRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, method, path, status, outcome, request, response, duration_ms, created_at FROM attempt \
             WHERE tenant_id = $1 AND push_id = $2 ORDER BY id DESC LIMIT 200",
        );
        query.bind(tenant.0).bind(push.0).fetch_all(c).await
    })
    .map_err(fault)
}
