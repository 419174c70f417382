//! Where pushes that are due stand in their tenant's queue.

use uuid::Uuid;

use super::{Tx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// The places of due pushes among all that are due, from 1: `(id, place)`. Those that are not due have none.
///
/// # Errors
/// When the database fails.
pub async fn queue_places(
    tx: &mut Tx,
    tenant: TenantId,
    pushes: &[Uuid],
    now: Millis,
) -> Result<Vec<(Uuid, i64)>> {
    if pushes.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT id, place FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY is_backlog, run_at, id) AS place FROM push \
             WHERE state = 'waiting' AND tenant_id = ",
        );
        query.push_bind(tenant.0).push(" AND run_at <= ").push_bind(now).push(") due WHERE id IN (");
        let mut list = query.separated(", ");
        for id in pushes {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })
    .map_err(fault)
}
