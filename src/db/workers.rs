//! Worker processes: which were seen when, and whether there is anything for them but pushes.

use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, error::Result};

/// Notes that a worker process is running, and forgets those not seen since `forget_before`.
///
/// # Errors
/// When the database fails.
pub async fn worker_seen(tx: &mut WriteTx, id: Uuid, now: Millis, forget_before: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO worker_process (id, seen_at) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
        );
        query.bind(id).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM worker_process WHERE seen_at < $1");
        query.bind(forget_before).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// When any worker process was last seen; `None` where none ever was.
///
/// # Errors
/// When the database fails.
pub async fn worker_last_seen(tx: &mut Tx) -> Result<Option<Millis>> {
    on!(tx, |c| sqlx::query_scalar("SELECT MAX(seen_at) FROM worker_process").fetch_one(c).await)
        .map_err(fault)
}

/// Whether a refresh, a poll or a comparison may be due. One of a tenant that is disconnected or off counts too: only a
/// claim says for certain.
///
/// # Errors
/// When the database fails.
pub async fn may_have_jobs(tx: &mut Tx, now: Millis) -> Result<bool> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM list_refresh WHERE state IN ('waiting', 'running') AND lease_until <= $1) \
             OR EXISTS (SELECT 1 FROM catalogue_poll WHERE next_at <= $1 AND lease_until <= $1) \
             OR EXISTS (SELECT 1 FROM reconcile WHERE next_at <= $1 AND lease_until <= $1) \
             OR EXISTS (SELECT 1 FROM source_poll WHERE next_at <= $1 AND lease_until <= $1)",
        );
        query.bind(now).fetch_one(c).await
    })
    .map_err(fault)
}
