//! Documents that a person took out of the sync.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::ids::{DocumentId, PushId, TenantId},
    error::Result,
};

/// Who stopped the sync of a document, and why.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StopRow {
    /// What whoever stopped it is called.
    pub stopped_by: String,
    /// Why, in their own words.
    pub reason: String,
    /// When.
    pub stopped_at: i64,
}

/// Whether, by whom and why the sync of a document was stopped.
///
/// # Errors
/// When the database fails.
pub async fn stop_of(tx: &mut Tx, tenant: TenantId, document: DocumentId) -> Result<Option<StopRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT stopped_by, reason, stopped_at FROM stopped_document WHERE tenant_id = $1 AND document_id = $2",
        );
        query.bind(tenant.0).bind(document.0).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Stops the sync of a document; of two who do so the first stays.
///
/// # Errors
/// When the database fails.
pub async fn add_stop(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    by: &str,
    reason: &str,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO stopped_document (document_id, tenant_id, stopped_by, reason, stopped_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (document_id) DO NOTHING",
        );
        query.bind(document.0).bind(tenant.0).bind(by).bind(reason).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Starts the sync of a document again; `false` when it was not stopped.
///
/// # Errors
/// When the database fails.
pub async fn remove_stop(tx: &mut WriteTx, tenant: TenantId, document: DocumentId) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query("DELETE FROM stopped_document WHERE tenant_id = $1 AND document_id = $2");
        query.bind(tenant.0).bind(document.0).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Ends a push without sending it, unless a worker has it: that one finishes what it began.
///
/// # Errors
/// When the database fails.
pub async fn skip_push(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PushId,
    reason: &str,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE push SET state = 'skipped', reason = $3, updated_at = $4 \
             WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'held', 'failed')",
        );
        query.bind(tenant.0).bind(id.0).bind(reason).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}
