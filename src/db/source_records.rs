//! Records as a source last showed them: documents with what is below them, and what they refer to.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, on};
use crate::{clock::Millis, domain::ids::TenantId, error::Result};

/// Whose records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceOf<'a> {
    /// The tenant.
    pub tenant: TenantId,
    /// The source's word.
    pub source: &'a str,
}

/// A record's name: its resource and its id.
pub type RecordKey<'a> = (&'a str, i64);

/// A record as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SourceRecord {
    /// The resource that it is of, as the source names it.
    pub resource: String,
    /// Its id.
    pub id: i64,
    /// The resource of the document that it belongs to; its own where it is one, or belongs to none.
    pub root_resource: String,
    /// The id of that document.
    pub root_id: i64,
    /// The id of the record right above it; 0 where there is none.
    pub parent_id: i64,
    /// The record, as JSON.
    pub body: String,
    /// Whether what is below it is to be read.
    pub unread: bool,
    /// For a document: 2 where it changed since it was taken in, 1 where what it refers to did.
    pub dirty: i64,
    /// Whether the source has it no longer.
    pub gone: bool,
    /// For a document that was taken in: whether it is from before the connection and did not change since.
    pub history: Option<bool>,
    /// Why it is no document.
    pub trouble: Option<String>,
}

/// A record that is new or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRecord<'a> {
    /// Its resource and id.
    pub key: RecordKey<'a>,
    /// The document that it belongs to.
    pub root: RecordKey<'a>,
    /// The id of the record right above it; 0 where there is none.
    pub parent_id: i64,
    /// The record, as JSON.
    pub body: &'a str,
    /// The SHA-256 of that.
    pub hash: &'a [u8],
    /// Whether what is below it is to be read.
    pub unread: bool,
    /// 2 for a document, 0 for all others.
    pub dirty: i64,
    /// Whether it is a document that nobody has decided on.
    pub is_open: bool,
    /// Whether the source does not have it.
    pub gone: bool,
}

/// What is known of a record without reading it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RecordHash {
    /// Its id.
    pub id: i64,
    /// The SHA-256 of its body.
    pub hash: Vec<u8>,
    /// Whether the source has it no longer.
    pub gone: bool,
}

/// How many documents of one resource there are.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RecordCount {
    /// The resource.
    pub resource: String,
    /// All that the source has.
    pub documents: i64,
    /// Those that were not taken in yet.
    pub waiting: i64,
    /// Those that the source had once.
    pub gone: i64,
    /// Those that are no document for a reason that is kept with them.
    pub trouble: i64,
}

/// What is known of the records with these ids.
///
/// # Errors
/// When the database fails.
pub async fn source_hashes(
    tx: &mut Tx,
    of: SourceOf<'_>,
    resource: &str,
    ids: &[i64],
) -> Result<Vec<RecordHash>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query =
            sqlx::QueryBuilder::new("SELECT id, hash, gone FROM source_record WHERE tenant_id = ");
        query.push_bind(of.tenant.0).push(" AND source = ").push_bind(of.source);
        query.push(" AND resource = ").push_bind(resource).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })
    .map_err(fault)
}

/// What is known of the records right below one.
///
/// # Errors
/// When the database fails.
pub async fn source_children(
    tx: &mut Tx,
    of: SourceOf<'_>,
    resource: &str,
    parent: i64,
) -> Result<Vec<RecordHash>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, hash, gone FROM source_record WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND parent_id = $4",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(parent).fetch_all(c).await
    })
    .map_err(fault)
}

/// The records right below one.
///
/// # Errors
/// When the database fails.
pub async fn source_records_below(
    tx: &mut Tx,
    of: SourceOf<'_>,
    resource: &str,
    parent: i64,
) -> Result<Vec<SourceRecord>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT resource, id, root_resource, root_id, parent_id, body, unread, dirty, gone, history, trouble FROM source_record \
             WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND parent_id = $4 ORDER BY id",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(parent).fetch_all(c).await
    })
    .map_err(fault)
}

/// Keeps a record that is new or changed. What became of it as a document stays known.
///
/// # Errors
/// When the database fails.
pub async fn put_source_record(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    new: &NewRecord<'_>,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO source_record (tenant_id, source, resource, id, root_resource, root_id, parent_id, body, hash, unread, dirty, \
             is_open, gone, changed_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) \
             ON CONFLICT (tenant_id, source, resource, id) DO UPDATE SET root_resource = excluded.root_resource, \
             root_id = excluded.root_id, parent_id = excluded.parent_id, body = excluded.body, hash = excluded.hash, \
             unread = excluded.unread, dirty = excluded.dirty, is_open = excluded.is_open, gone = excluded.gone, \
             changed_at = excluded.changed_at, seen_at = excluded.seen_at",
        );
        let query = query.bind(of.tenant.0).bind(of.source).bind(new.key.0).bind(new.key.1);
        let query = query.bind(new.root.0).bind(new.root.1).bind(new.parent_id).bind(new.body).bind(new.hash);
        let query = query.bind(new.unread).bind(new.dirty).bind(new.is_open).bind(new.gone);
        query.bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Notes that the source has these records as they are known.
///
/// # Errors
/// When the database fails.
pub async fn see_source_records(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    resource: &str,
    ids: &[i64],
    now: Millis,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("UPDATE source_record SET seen_at = ");
        query.push_bind(now).push(" WHERE tenant_id = ").push_bind(of.tenant.0);
        query.push(" AND source = ").push_bind(of.source);
        query.push(" AND resource = ").push_bind(resource).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build().execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Forgets a record and everything right below it; `below` is what that is called.
///
/// # Errors
/// When the database fails.
pub async fn remove_source_record(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
    below: &[&str],
) -> Result<()> {
    for resource in below {
        on!(tx, |c| {
            let query = sqlx::query(
                "DELETE FROM source_record WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND parent_id = $4",
            );
            query.bind(of.tenant.0).bind(of.source).bind(*resource).bind(id).execute(c).await.map(drop)
        })
        .map_err(fault)?;
    }
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM source_record WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND id = $4",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Notes that what is below a record was read.
///
/// # Errors
/// When the database fails.
pub async fn set_source_read(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET unread = $5 WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND id = $4",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id).bind(false).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The record whose children are to be read next: those of documents that were begun first, then the newest.
///
/// # Errors
/// When the database fails.
pub async fn next_unread_record(tx: &mut Tx, of: SourceOf<'_>) -> Result<Option<SourceRecord>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT resource, id, root_resource, root_id, parent_id, body, unread, dirty, gone, history, trouble FROM source_record \
             WHERE tenant_id = $1 AND source = $2 AND unread \
             ORDER BY CASE WHEN parent_id = 0 THEN 1 ELSE 0 END, changed_at DESC, resource, id DESC LIMIT 1",
        );
        query.bind(of.tenant.0).bind(of.source).fetch_optional(c).await
    })
    .map_err(fault)
}

/// The records of a resource whose children are to be read.
///
/// # Errors
/// When the database fails.
pub async fn unread_records(tx: &mut Tx, of: SourceOf<'_>, resource: &str) -> Result<Vec<SourceRecord>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT resource, id, root_resource, root_id, parent_id, body, unread, dirty, gone, history, trouble FROM source_record \
             WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND unread",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).fetch_all(c).await
    })
    .map_err(fault)
}

/// Documents of a resource that changed since they were taken in and that are whole, the first first.
///
/// # Errors
/// When the database fails.
pub async fn ready_documents(
    tx: &mut Tx,
    of: SourceOf<'_>,
    resource: &str,
    limit: i64,
) -> Result<Vec<SourceRecord>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT r.resource, r.id, r.root_resource, r.root_id, r.parent_id, r.body, r.unread, r.dirty, r.gone, r.history, r.trouble \
             FROM source_record r WHERE r.tenant_id = $1 AND r.source = $2 AND r.resource = $3 AND r.dirty > 0 \
             AND NOT EXISTS (SELECT 1 FROM source_record p WHERE p.tenant_id = $1 AND p.source = $2 AND p.root_resource = $3 \
             AND p.root_id = r.id AND p.unread) ORDER BY r.changed_at, r.id LIMIT $4",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// A document with everything below it.
///
/// # Errors
/// When the database fails.
pub async fn source_tree(
    tx: &mut Tx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
) -> Result<Vec<SourceRecord>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT resource, id, root_resource, root_id, parent_id, body, unread, dirty, gone, history, trouble FROM source_record \
             WHERE tenant_id = $1 AND source = $2 AND root_resource = $3 AND root_id = $4 ORDER BY resource, id",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id).fetch_all(c).await
    })
    .map_err(fault)
}

/// The records of a resource with these ids.
///
/// # Errors
/// When the database fails.
pub async fn source_records(
    tx: &mut Tx,
    of: SourceOf<'_>,
    resource: &str,
    ids: &[i64],
) -> Result<Vec<SourceRecord>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT resource, id, root_resource, root_id, parent_id, body, unread, dirty, gone, history, trouble FROM source_record \
             WHERE tenant_id = ",
        );
        query.push_bind(of.tenant.0).push(" AND source = ").push_bind(of.source);
        query.push(" AND resource = ").push_bind(resource).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })
    .map_err(fault)
}
