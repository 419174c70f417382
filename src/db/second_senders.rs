//! The second sender: whether another tool creates opportunities for a tenant's quotes too, and what says so.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, on, turns::due};
use crate::{
    clock::Millis,
    domain::{
        document::AutotaskIds,
        ids::{DocumentId, TenantId},
    },
    error::Result,
};

/// What is known of a tenant's second sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct SecondSenderRow {
    /// Since when the sync is on; `None` while it is off.
    pub sending_since: Option<i64>,
    /// Documents that got ids of another tool's since a person last let Opportune go on.
    pub appearances: i64,
    /// Since when nothing is sent for that reason.
    pub observing_since: Option<i64>,
}

/// A document that got ids of another tool's.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AppearanceRow {
    /// `quote` or `sale`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// The opportunity's Autotask id.
    pub opportunity_id: Option<i64>,
    /// The quote's Autotask id.
    pub quote_id: Option<i64>,
    /// When it got the first of them.
    pub appeared_at: i64,
}

/// What is known of a tenant's second sender.
///
/// # Errors
/// When the database fails.
pub async fn second_sender(tx: &mut Tx, tenant: TenantId) -> Result<SecondSenderRow> {
    let row: Option<SecondSenderRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT sending_since, appearances, observing_since FROM second_sender WHERE tenant_id = $1",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(row.unwrap_or_default())
}

/// Notes that the sync is on or off; since when it is on stays.
pub(super) async fn note_switch(tx: &mut WriteTx, tenant: TenantId, on: bool, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO second_sender (tenant_id, sending_since) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET \
             sending_since = CASE WHEN excluded.sending_since IS NULL THEN NULL \
             ELSE COALESCE(second_sender.sending_since, excluded.sending_since) END",
        );
        query.bind(tenant.0).bind(on.then_some(now)).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Who waits for whom, on Postgres: whoever is about to write to Autotask shares it with others who are …
const SHARED: &str = "SELECT pg_advisory_xact_lock_shared(7104, hashtext($1))";
/// … and whoever notes an appearance or lets it go on has it alone. It is taken after the locks on turn and push.
const ALONE: &str = "SELECT pg_advisory_xact_lock(7104, hashtext($1))";

/// Keeps others from noting appearances until the transaction ends, and with `alone` also from intending to write. On
/// SQLite nobody else writes meanwhile anyway.
///
/// # Errors
/// When the database fails.
pub async fn lock_second_sender(tx: &mut WriteTx, tenant: TenantId, alone: bool) -> Result<()> {
    if !tx.is_postgres() {
        return Ok(());
    }
    let lock = if alone { ALONE } else { SHARED };
    on!(tx, |c| sqlx::query(lock).bind(tenant.to_string()).execute(c).await.map(drop)).map_err(fault)
}

/// Keeps ids that a document got and that are not ours.
///
/// # Errors
/// When the database fails.
pub async fn put_foreign_ids(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    ids: AutotaskIds,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO foreign_id (document_id, tenant_id, opportunity_id, quote_id, appeared_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (document_id) DO UPDATE SET \
             opportunity_id = COALESCE(excluded.opportunity_id, foreign_id.opportunity_id), \
             quote_id = COALESCE(excluded.quote_id, foreign_id.quote_id)",
        );
        let query = query.bind(document.0).bind(tenant.0).bind(ids.opportunity_id).bind(ids.quote_id);
        query.bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Whether a document ever got ids that are not ours.
///
/// # Errors
/// When the database fails.
pub async fn has_foreign_ids(tx: &mut Tx, tenant: TenantId, document: DocumentId) -> Result<bool> {
    let count: i64 = on!(tx, |c| {
        let query =
            sqlx::query_scalar("SELECT COUNT(*) FROM foreign_id WHERE tenant_id = $1 AND document_id = $2");
        query.bind(tenant.0).bind(document.0).fetch_one(c).await
    })
    .map_err(fault)?;
    Ok(count > 0)
}

/// Counts a document with ids that are not ours, unless it was counted before; the count since a person last let
/// Opportune go on.
///
/// # Errors
/// When the database fails.
pub async fn count_appearance(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
) -> Result<Option<i64>> {
    let counted = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE foreign_id SET round = (SELECT s.round FROM second_sender s WHERE s.tenant_id = $1) \
             WHERE tenant_id = $1 AND document_id = $2 AND round IS NULL",
        );
        query.bind(tenant.0).bind(document.0).execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)?;
    if counted == 0 {
        return Ok(None);
    }
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "UPDATE second_sender SET appearances = appearances + 1 WHERE tenant_id = $1 RETURNING appearances",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Lets nothing be sent for a tenant any more; `false` where that was so already.
///
/// # Errors
/// When the database fails.
pub async fn begin_observing(tx: &mut WriteTx, tenant: TenantId, now: Millis) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE second_sender SET observing_since = $2 WHERE tenant_id = $1 AND observing_since IS NULL",
        );
        query.bind(tenant.0).bind(now).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Lets a tenant's pushes be sent again and begins to count anew; `false` where nothing kept them.
///
/// # Errors
/// When the database fails.
pub async fn end_observing(tx: &mut WriteTx, tenant: TenantId, now: Millis) -> Result<bool> {
    due(tx, tenant, now).await?;
    lock_second_sender(tx, tenant, true).await?;
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE second_sender SET observing_since = NULL, appearances = 0, round = round + 1 \
             WHERE tenant_id = $1 AND observing_since IS NOT NULL",
        );
        query.bind(tenant.0).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// The documents that were counted since a person last let Opportune go on, in the order in which they got their ids,
/// at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn appearances(tx: &mut Tx, tenant: TenantId, limit: i64) -> Result<Vec<AppearanceRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT d.kind, d.number, f.opportunity_id, f.quote_id, f.appeared_at FROM foreign_id f \
             JOIN second_sender s ON s.tenant_id = f.tenant_id AND s.round = f.round \
             JOIN document d ON d.id = f.document_id WHERE f.tenant_id = $1 ORDER BY f.appeared_at, d.number LIMIT $2",
        );
        query.bind(tenant.0).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}
