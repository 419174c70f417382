//! Forgetting what was kept long enough. Each function changes at most as many rows as it is told.
//!
//! Links, and the intents of creates, stay for as long as their document does: without them a restored or repeated
//! document would be made in Autotask a second time. So do a push that began a create, and each document's newest.

use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, error::Result};

/// Forgets what was sent and answered by calls that succeeded before `ok_before`, and by those that failed before
/// `failed_before`, which is the earlier of the two. That they were made stays known. How many calls it was.
///
/// # Errors
/// When the database fails.
pub async fn forget_bodies(
    tx: &mut WriteTx,
    ok_before: Millis,
    failed_before: Millis,
    limit: i64,
) -> Result<u64> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE attempt SET request = NULL, response = NULL WHERE id IN (SELECT id FROM attempt \
             WHERE created_at < $1 AND (outcome = 'OK' OR created_at < $2) AND (request IS NOT NULL OR response IS NOT NULL) LIMIT $3)",
        );
        query.bind(ok_before).bind(failed_before).bind(limit).execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)
}

/// Forgets that calls were made before `before`. How many.
///
/// # Errors
/// When the database fails.
pub async fn forget_attempts(tx: &mut WriteTx, before: Millis, limit: i64) -> Result<u64> {
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM attempt WHERE id IN (SELECT id FROM attempt WHERE created_at < $1 LIMIT $2)",
        );
        query.bind(before).bind(limit).execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)
}

/// Pushes that were over before `before` and may be forgotten: they began no create, no call of theirs is known any
/// more, and a newer push says that the document was sent.
///
/// # Errors
/// When the database fails.
pub async fn forgettable_pushes(tx: &mut Tx, before: Millis, limit: i64) -> Result<Vec<Uuid>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT p.id FROM push p WHERE p.state IN ('sent', 'skipped') AND p.updated_at < $1 \
             AND EXISTS (SELECT 1 FROM push n WHERE n.document_id = p.document_id AND n.id > p.id \
             AND (n.state <> 'skipped' OR n.opportunity_id IS NOT NULL OR n.ticket_id IS NOT NULL)) \
             AND NOT EXISTS (SELECT 1 FROM step s WHERE s.push_id = p.id AND s.action = 'create') \
             AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.push_id = p.id) ORDER BY p.updated_at LIMIT $2",
        );
        query.bind(before).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// Forgets steps of these pushes. How many.
///
/// # Errors
/// When the database fails.
pub async fn forget_steps(tx: &mut WriteTx, pushes: &[Uuid], limit: i64) -> Result<u64> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "DELETE FROM step WHERE id IN (SELECT id FROM step WHERE action <> 'create' AND push_id IN (",
        );
        let mut list = query.separated(", ");
        for id in pushes {
            list.push_bind(*id);
        }
        query.push(") LIMIT ").push_bind(limit).push(")");
        query.build().execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)
}

/// Forgets those of these pushes of which no step is known any more. How many.
///
/// # Errors
/// When the database fails.
pub async fn forget_pushes(tx: &mut WriteTx, pushes: &[Uuid]) -> Result<u64> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "DELETE FROM push WHERE NOT EXISTS (SELECT 1 FROM step s WHERE s.push_id = push.id) AND id IN (",
        );
        let mut list = query.separated(", ");
        for id in pushes {
            list.push_bind(*id);
        }
        query.push(")");
        query.build().execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)
}
