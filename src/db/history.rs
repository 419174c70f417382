//! History: what people should know happened.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        ids::{TenantId, UserId},
        list_changes::Entry,
    },
    error::Result,
};

/// An entry of the history, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct HistoryRow {
    /// Its id.
    pub id: Uuid,
    /// Who did it; `None` where it came from Autotask.
    pub user_id: Option<Uuid>,
    /// `list` for a change of a list.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What happened, as a sentence without a full stop.
    pub sentence: String,
    /// The same as JSON.
    pub details: String,
    /// When it was noticed.
    pub created_at: i64,
}

/// Adds an entry. `id` must sort after those of earlier entries.
///
/// # Errors
/// When the database fails.
pub async fn add_history(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    user: Option<UserId>,
    kind: &str,
    entry: &Entry,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO history_entry (id, tenant_id, user_id, kind, subject, sentence, details, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        );
        let query = query.bind(id).bind(tenant.0).bind(user.map(|user| user.0)).bind(kind).bind(entry.subject);
        query.bind(&entry.sentence).bind(entry.details.to_string()).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The newest entries of a kind, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn history(tx: &mut Tx, tenant: TenantId, kind: &str, limit: i64) -> Result<Vec<HistoryRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, user_id, kind, subject, sentence, details, created_at FROM history_entry \
             WHERE tenant_id = $1 AND kind = $2 ORDER BY id DESC LIMIT $3",
        );
        query.bind(tenant.0).bind(kind).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}
