//! How long the texts of a tenant's Autotask may be.

use super::{Tx, WriteTx, fault, on};
use crate::{
    domain::{ids::TenantId, lengths::Lengths},
    error::Result,
};

/// Keeps the lengths of text fields (entity, field, UTF-16 units) in place of what was known of them.
///
/// # Errors
/// When the database fails.
pub async fn put_lengths(
    tx: &mut WriteTx,
    tenant: TenantId,
    lengths: &[(String, String, i64)],
) -> Result<()> {
    for (entity, field, length) in lengths {
        on!(tx, |c| {
            let query = sqlx::query(
                "INSERT INTO field_length (tenant_id, entity, field, length) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (tenant_id, entity, field) DO UPDATE SET length = excluded.length",
            );
            query.bind(tenant.0).bind(entity).bind(field).bind(length).execute(c).await.map(drop)
        })
        .map_err(fault)?;
    }
    Ok(())
}

/// The lengths of a tenant's text fields; the documented ones where none were kept.
///
/// # Errors
/// When the database fails.
pub async fn lengths(tx: &mut Tx, tenant: TenantId) -> Result<Lengths> {
    let rows: Vec<(String, String, i64)> = on!(tx, |c| {
        let query = sqlx::query_as("SELECT entity, field, length FROM field_length WHERE tenant_id = $1");
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)?;
    let mut lengths = Lengths::default();
    for (entity, field, length) in rows {
        lengths.set(&entity, &field, usize::try_from(length).unwrap_or_default());
    }
    Ok(lengths)
}
