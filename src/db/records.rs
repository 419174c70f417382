//! Services and roles as Autotask last showed them, and which items they are.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, items::search_text, on};
use crate::{
    clock::Millis,
    domain::{
        catalogue::{Record, name_key},
        ids::TenantId,
        plan::{Key, Target},
    },
    error::Result,
};

#[derive(FromRow)]
struct RecordRow {
    autotask_id: i64,
    name: String,
    sku: Option<String>,
    active: bool,
}

impl RecordRow {
    fn read(self) -> Record {
        Record { id: self.autotask_id, name: self.name, sku: self.sku, active: self.active }
    }
}

/// Keeps a record as Autotask shows it now.
///
/// # Errors
/// When the database fails.
pub async fn put_record(
    tx: &mut WriteTx,
    tenant: TenantId,
    target: Target,
    record: &Record,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO autotask_record (tenant_id, kind, autotask_id, name, name_key, sku, sku_key, active, seen_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, kind, autotask_id) DO UPDATE SET \
             name = excluded.name, name_key = excluded.name_key, sku = excluded.sku, sku_key = excluded.sku_key, \
             active = excluded.active, seen_at = excluded.seen_at",
        );
        let query = query.bind(tenant.0).bind(target.name()).bind(record.id).bind(&record.name);
        let query = query.bind(name_key(&record.name)).bind(&record.sku);
        let query = query.bind(record.sku.as_deref().map(name_key)).bind(record.active).bind(now);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The record with that id.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &mut Tx, tenant: TenantId, target: Target, id: i64) -> Result<Option<Record>> {
    let row: Option<RecordRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT autotask_id, name, sku, active FROM autotask_record WHERE tenant_id = $1 AND kind = $2 AND autotask_id = $3",
        );
        query.bind(tenant.0).bind(target.name()).bind(id).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(row.map(RecordRow::read))
}

/// The active records of that name, whatever the case of its letters.
///
/// # Errors
/// When the database fails.
pub async fn records_named(tx: &mut Tx, tenant: TenantId, target: Target, name: &str) -> Result<Vec<Record>> {
    let rows: Vec<RecordRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT autotask_id, name, sku, active FROM autotask_record WHERE tenant_id = $1 AND kind = $2 AND name_key = $3 \
             AND active = $4 ORDER BY autotask_id",
        );
        query.bind(tenant.0).bind(target.name()).bind(name_key(name)).bind(true).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(RecordRow::read).collect())
}

/// The active records with that SKU, whatever the case of its letters.
///
/// # Errors
/// When the database fails.
pub async fn records_with_sku(
    tx: &mut Tx,
    tenant: TenantId,
    target: Target,
    sku: &str,
) -> Result<Vec<Record>> {
    let rows: Vec<RecordRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT autotask_id, name, sku, active FROM autotask_record WHERE tenant_id = $1 AND kind = $2 AND sku_key = $3 \
             AND active = $4 ORDER BY autotask_id",
        );
        query.bind(tenant.0).bind(target.name()).bind(name_key(sku)).bind(true).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(RecordRow::read).collect())
}

/// Forgets every record: they are another company's.
///
/// # Errors
/// When the database fails.
pub async fn forget_records(tx: &mut WriteTx, tenant: TenantId) -> Result<()> {
    on!(tx, |c| {
        sqlx::query("DELETE FROM autotask_record WHERE tenant_id = $1")
            .bind(tenant.0)
            .execute(c)
            .await
            .map(drop)
    })
    .map_err(fault)
}

/// The keys of the items that a record may be: those of its name, and those of its SKU that are linked to nothing.
///
/// # Errors
/// When the database fails.
pub async fn item_keys_of(
    tx: &mut Tx,
    tenant: TenantId,
    target: Target,
    name: &str,
    sku: Option<&str>,
) -> Result<Vec<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT i.key FROM item i WHERE i.tenant_id = $1 AND i.kind = $2 AND i.name_key = $3 \
             UNION SELECT i.key FROM item i WHERE i.tenant_id = $1 AND i.kind = $2 AND i.sku_key = $4 \
             AND NOT EXISTS (SELECT 1 FROM link l WHERE l.tenant_id = $1 AND l.scope = '' AND l.target = $2 AND l.key = i.key)",
        );
        let query = query.bind(tenant.0).bind(target.name()).bind(name_key(name));
        query.bind(sku.map(name_key)).fetch_all(c).await
    })
    .map_err(fault)
}

/// Gives the brand and the category to items that have none.
///
/// # Errors
/// When the database fails.
pub async fn fill_item(
    tx: &mut WriteTx,
    tenant: TenantId,
    key: &Key,
    brand: &str,
    category: &str,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE item SET brand = COALESCE(brand, $4), category = COALESCE(category, $5) \
             WHERE tenant_id = $1 AND kind = $2 AND key = $3",
        );
        let query = query.bind(tenant.0).bind(key.target.name()).bind(&key.key).bind(brand).bind(category);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Gives the items that are linked to a record its new name, but for those whose place another item of that name has:
/// of them, what came from Autotask alone is gone.
///
/// # Errors
/// When the database fails.
pub async fn follow_record(
    tx: &mut WriteTx,
    tenant: TenantId,
    own: &Key,
    record: &Record,
    now: Millis,
) -> Result<()> {
    let target = own.target.name();
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM item WHERE tenant_id = $1 AND kind = $2 AND key <> $4 AND source = 'autotask' \
             AND key IN (SELECT l.key FROM link l WHERE l.tenant_id = $1 AND l.target = $2 AND l.autotask_id = $3 AND l.scope = '') \
             AND EXISTS (SELECT 1 FROM item o WHERE o.tenant_id = $1 AND o.kind = $2 AND o.key = $4)",
        );
        query.bind(tenant.0).bind(target).bind(record.id).bind(&own.key).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE item SET name = $5, name_key = $6, sku = COALESCE($7, sku), sku_key = COALESCE($8, sku_key), search = $9, updated_at = $10 \
             WHERE tenant_id = $1 AND kind = $2 \
             AND key IN (SELECT l.key FROM link l WHERE l.tenant_id = $1 AND l.target = $2 AND l.autotask_id = $3 AND l.scope = '') \
             AND (key = $4 OR NOT EXISTS (SELECT 1 FROM item o WHERE o.tenant_id = $1 AND o.kind = $2 AND o.key = $4))",
        );
        let query = query.bind(tenant.0).bind(target).bind(record.id).bind(&own.key).bind(&record.name);
        let query = query.bind(name_key(&record.name)).bind(&record.sku).bind(record.sku.as_deref().map(name_key));
        let query = query.bind(search_text([Some(&record.name), record.sku.as_deref(), None])).bind(now);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Takes every link of the catalogue to a record away: new lines are not to use it.
///
/// # Errors
/// When the database fails.
pub async fn unlink_record(tx: &mut WriteTx, tenant: TenantId, target: Target, id: i64) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM link WHERE tenant_id = $1 AND target = $2 AND autotask_id = $3 AND scope = ''",
        );
        query.bind(tenant.0).bind(target.name()).bind(id).execute(c).await.map(drop)
    })
    .map_err(fault)
}
