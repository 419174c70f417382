//! Links: our records ↔ their Autotask ids, and what was last written to them.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, json, on, parse};
use crate::{
    clock::Millis,
    domain::{
        ids::{DocumentId, TenantId},
        plan::{Key, Link, Links, Target, Written},
    },
    error::Result,
};

#[derive(FromRow)]
struct LinkRow {
    target: String,
    key: String,
    autotask_id: i64,
    written: String,
}

/// Catalogue and customers are the tenant's; everything else hangs on its document.
fn scope(target: Target, document: DocumentId) -> String {
    if target.is_of_document() { document.to_string() } else { String::new() }
}

/// The links of a document, and those of the catalogue and customers under `keys`.
///
/// # Errors
/// When the database fails.
pub async fn links(tx: &mut Tx, tenant: TenantId, document: DocumentId, keys: &[String]) -> Result<Links> {
    let mut rows: Vec<LinkRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT target, key, autotask_id, written FROM link WHERE tenant_id = $1 AND scope = $2",
        );
        query.bind(tenant.0).bind(document.to_string()).fetch_all(c).await
    })
    .map_err(fault)?;
    if !keys.is_empty() {
        let shared: Vec<LinkRow> = on!(tx, |c| {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT target, key, autotask_id, written FROM link WHERE scope = '' AND tenant_id = ",
            );
            query.push_bind(tenant.0).push(" AND key IN (");
            let mut list = query.separated(", ");
            for key in keys {
                list.push_bind(key.as_str());
            }
            query.push(")");
            query.build_query_as().fetch_all(c).await
        })
        .map_err(fault)?;
        rows.extend(shared);
    }
    let mut links = Links::default();
    for row in rows {
        let target = Target::ALL.into_iter().find(|target| target.name() == row.target);
        if let Some(target) = target {
            links.set(Key::new(target, row.key), Link { id: row.autotask_id, written: parse(&row.written)? });
        }
    }
    Ok(links)
}

/// Sets a link.
///
/// # Errors
/// When the database fails.
pub async fn put_link(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    key: &Key,
    link: &Link,
    now: Millis,
) -> Result<()> {
    let written = json(&link.written)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO link (tenant_id, scope, target, key, autotask_id, written, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (tenant_id, scope, target, key) DO UPDATE SET autotask_id = excluded.autotask_id, \
             written = excluded.written, updated_at = excluded.updated_at",
        );
        let query = query.bind(tenant.0).bind(scope(key.target, document)).bind(key.target.name()).bind(&key.key);
        query.bind(link.id).bind(&written).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Takes a link away: its record is gone.
///
/// # Errors
/// When the database fails.
pub async fn remove_link(tx: &mut WriteTx, tenant: TenantId, document: DocumentId, key: &Key) -> Result<()> {
    on!(tx, |c| {
        let query =
            sqlx::query("DELETE FROM link WHERE tenant_id = $1 AND scope = $2 AND target = $3 AND key = $4");
        let query = query.bind(tenant.0).bind(scope(key.target, document)).bind(key.target.name());
        query.bind(&key.key).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Takes the links of a document away that hang below its opportunity or ticket, the `head`: another one has others.
///
/// # Errors
/// When the database fails.
pub async fn remove_links_below(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    head: Target,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM link WHERE tenant_id = $1 AND scope = $2 AND target <> $3");
        let query = query.bind(tenant.0).bind(document.to_string()).bind(head.name());
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// A link, wherever it belongs.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct LinkedRow {
    /// The id of its document; empty for catalogue and customers.
    pub scope: String,
    /// Which record.
    pub key: String,
    /// The Autotask id.
    pub autotask_id: i64,
    written: String,
}

impl LinkedRow {
    /// What was last written there.
    ///
    /// # Errors
    /// When it cannot be read any more.
    pub fn written(&self) -> Result<Written> {
        parse(&self.written)
    }

    /// Its document.
    pub fn document(&self) -> Option<DocumentId> {
        self.scope.parse().ok()
    }
}

/// Links to one kind of target by Autotask id: those of the `limit` ids after `after`.
///
/// # Errors
/// When the database fails.
pub async fn links_after(
    tx: &mut Tx,
    tenant: TenantId,
    target: Target,
    after: i64,
    limit: i64,
) -> Result<Vec<LinkedRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT scope, key, autotask_id, written FROM link WHERE tenant_id = $1 AND target = $2 AND autotask_id IN \
             (SELECT DISTINCT autotask_id FROM link WHERE tenant_id = $1 AND target = $2 AND autotask_id > $3 \
             ORDER BY autotask_id LIMIT $4) ORDER BY autotask_id, scope, key",
        );
        query.bind(tenant.0).bind(target.name()).bind(after).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// Those of `ids` that other documents (or other keys of this one) are linked to.
///
/// # Errors
/// When the database fails.
pub async fn linked_elsewhere(
    tx: &mut Tx,
    tenant: TenantId,
    target: Target,
    ids: &[i64],
) -> Result<Vec<i64>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT autotask_id FROM link WHERE tenant_id = ");
        query
            .push_bind(tenant.0)
            .push(" AND target = ")
            .push_bind(target.name())
            .push(" AND autotask_id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_scalar().fetch_all(c).await
    })
    .map_err(fault)
}

/// Puts every link of a tenant aside, together with the steps that are still open: the records are another
/// company's.
///
/// # Errors
/// When the database fails.
pub async fn archive_links(tx: &mut WriteTx, tenant: TenantId, company: i64, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO link_archive (tenant_id, company_id, scope, target, key, autotask_id, written, archived_at) \
             SELECT tenant_id, $2, scope, target, key, autotask_id, written, $3 FROM link WHERE tenant_id = $1",
        );
        query.bind(tenant.0).bind(company).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| sqlx::query("DELETE FROM link WHERE tenant_id = $1")
        .bind(tenant.0)
        .execute(c)
        .await
        .map(drop))
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE step SET state = 'failed', note = 'Another Autotask company was connected', updated_at = $2 \
             WHERE tenant_id = $1 AND state IN ('intent', 'unknown')",
        );
        query.bind(tenant.0).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}
