//! Which request a push came from, so that its log lines and the request's can be put together.

use super::{Tx, WriteTx, fault, on};
use crate::{
    domain::ids::{PushId, TenantId},
    error::Result,
};

/// Notes the request that brought the newest state of a push's document in.
///
/// # Errors
/// When the database fails.
pub async fn note_request(tx: &mut WriteTx, tenant: TenantId, push: PushId, request_id: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE push SET request_id = $3 WHERE tenant_id = $1 AND id = $2");
        query.bind(tenant.0).bind(push.0).bind(request_id).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The request that was noted last.
///
/// # Errors
/// When the database fails.
pub async fn request_of(tx: &mut Tx, tenant: TenantId, push: PushId) -> Result<Option<String>> {
    let id: Option<Option<String>> = on!(tx, |c| {
        let query = sqlx::query_scalar("SELECT request_id FROM push WHERE tenant_id = $1 AND id = $2");
        query.bind(tenant.0).bind(push.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(id.flatten())
}
