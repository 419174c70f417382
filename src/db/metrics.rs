//! What is counted over all tenants, for metrics. Each question reads what is open, never what is finished.

use sqlx::FromRow;

use super::{Tx, fault, on};
use crate::{
    clock::Millis,
    domain::{ids::TenantId, route::Sync},
    error::Result,
};

/// How many unfinished pushes of a tenant are in one state.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OpenPushes {
    /// The tenant's name.
    pub tenant: String,
    /// Whether their sync is on.
    pub enabled: bool,
    /// `waiting`, `sending`, `held` or `failed`.
    pub state: String,
    /// How many.
    pub count: i64,
    /// The oldest of them was enqueued then.
    pub oldest: i64,
}

/// Unfinished pushes by tenant and state, and whether their sync is on.
///
/// # Errors
/// When the database fails.
pub async fn open_pushes(tx: &mut Tx) -> Result<Vec<OpenPushes>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT t.name AS tenant, COALESCE(CASE WHEN p.sync = $2 THEN s.tickets_enabled ELSE s.enabled END, $1) AS enabled, \
             p.state, p.count, p.oldest FROM (SELECT tenant_id, state, sync, COUNT(*) AS count, MIN(created_at) AS oldest FROM push \
             WHERE state IN ('waiting', 'sending', 'held', 'failed') GROUP BY tenant_id, state, sync) p \
             JOIN tenant t ON t.id = p.tenant_id LEFT JOIN settings_current s ON s.tenant_id = p.tenant_id \
             ORDER BY t.name, p.state, p.sync",
        );
        query.bind(false).bind(Sync::Tickets.name()).fetch_all(c).await
    })
    .map_err(fault)
}

/// Creates whose outcome nobody told, by the name of their tenant: those noted as unknown, and those whose request can
/// no longer be on its way to being sent.
///
/// # Errors
/// When the database fails.
pub async fn unknown_steps(tx: &mut Tx, now: Millis) -> Result<Vec<(String, i64)>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT t.name, COUNT(*) FROM step s JOIN tenant t ON t.id = s.tenant_id \
             WHERE s.state IN ('intent', 'unknown') AND (s.state = 'unknown' OR s.send_before < $1) \
             GROUP BY t.name ORDER BY t.name",
        );
        query.bind(now).fetch_all(c).await
    })
    .map_err(fault)
}

/// The same of one tenant.
///
/// # Errors
/// When the database fails.
pub async fn unknown_steps_of(tx: &mut Tx, tenant: TenantId, now: Millis) -> Result<i64> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT COUNT(*) FROM step WHERE tenant_id = $1 AND state IN ('intent', 'unknown') \
             AND (state = 'unknown' OR send_before < $2)",
        );
        query.bind(tenant.0).bind(now).fetch_one(c).await
    })
    .map_err(fault)
}

/// How many pushes of a tenant wait.
///
/// # Errors
/// When the database fails.
pub async fn waiting_pushes(tx: &mut Tx, tenant: TenantId) -> Result<i64> {
    on!(tx, |c| {
        let query =
            sqlx::query_scalar("SELECT COUNT(*) FROM push WHERE tenant_id = $1 AND state = 'waiting'");
        query.bind(tenant.0).fetch_one(c).await
    })
    .map_err(fault)
}
