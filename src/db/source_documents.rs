//! Documents of a source between being read and being taken in: which changed, what they were made with.

use sqlx::FromRow;

use super::{RecordCount, RecordKey, SourceOf, SourceRecord, Tx, WriteTx, fault, on};
use crate::error::Result;

/// A code that documents have.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct UsedCode {
    /// What uses of it are kept under.
    pub resource: String,
    /// The code.
    pub id: i64,
    /// How many documents have it.
    pub documents: i64,
}

/// Marks a document: 2 because it changed itself, 1 because something that it was made with did. The higher mark stays.
///
/// # Errors
/// When the database fails.
pub async fn mark_document(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
    mark: i64,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET dirty = $5 WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND id = $4 AND dirty < $5",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id).bind(mark).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Marks the documents that were made with something, because that is another now.
///
/// # Errors
/// When the database fails.
pub async fn mark_users(tx: &mut WriteTx, of: SourceOf<'_>, (resource, id): RecordKey<'_>) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET dirty = 1 WHERE tenant_id = $1 AND source = $2 AND dirty = 0 AND (resource, id) IN \
             (SELECT u.root_resource, u.root_id FROM source_use u WHERE u.tenant_id = $1 AND u.source = $2 AND u.resource = $3 \
             AND u.id = $4)",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Marks all documents of a resource that were taken in once.
///
/// # Errors
/// When the database fails.
pub async fn mark_all_documents(tx: &mut WriteTx, of: SourceOf<'_>, resource: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET dirty = 1 WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND dirty = 0 AND NOT gone",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Notes what became of a document: it is taken in, history or not, or it is none for this reason.
///
/// # Errors
/// When the database fails.
pub async fn settle_document(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
    history: Option<bool>,
    trouble: Option<&str>,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET dirty = 0, history = $5, trouble = $6 \
             WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND id = $4",
        );
        let query = query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id);
        query.bind(history).bind(trouble).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Has everything below all open documents of a resource read again.
///
/// # Errors
/// When the database fails.
pub async fn reread_open_documents(tx: &mut WriteTx, of: SourceOf<'_>, resource: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET unread = $4 WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND is_open AND NOT gone",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(true).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// An open document of a resource that was not seen since then.
///
/// # Errors
/// When the database fails.
pub async fn unseen_document(
    tx: &mut Tx,
    of: SourceOf<'_>,
    resource: &str,
    since: i64,
) -> Result<Option<i64>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT id FROM source_record WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND is_open AND NOT gone \
             AND seen_at < $4 ORDER BY id LIMIT 1",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(since).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Notes that the source has a document no longer.
///
/// # Errors
/// When the database fails.
pub async fn set_document_gone(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET gone = $5, unread = $6, dirty = 0, hash = $7 \
             WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND id = $4",
        );
        let query = query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id);
        query.bind(true).bind(false).bind(&b""[..]).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Forgets that the source did not have records of these resources, so that they are asked for again; marks the documents
/// that refer to them.
///
/// # Errors
/// When the database fails.
pub async fn forget_missing_records(tx: &mut WriteTx, of: SourceOf<'_>, resource: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE source_record SET dirty = 1 WHERE tenant_id = $1 AND source = $2 AND dirty = 0 AND (resource, id) IN \
             (SELECT u.root_resource, u.root_id FROM source_use u JOIN source_record m ON m.tenant_id = u.tenant_id \
             AND m.source = u.source AND m.resource = u.resource AND m.id = u.id \
             WHERE u.tenant_id = $1 AND u.source = $2 AND m.resource = $3 AND m.gone)",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM source_record WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND gone",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// What a document was made with.
///
/// # Errors
/// When the database fails.
pub async fn source_uses(
    tx: &mut Tx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
) -> Result<Vec<(String, i64)>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT resource, id FROM source_use WHERE tenant_id = $1 AND source = $2 AND root_resource = $3 AND root_id = $4 \
             ORDER BY resource, id",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id).fetch_all(c).await
    })
    .map_err(fault)
}

/// Notes what a document was made with, in the place of what was noted before.
///
/// # Errors
/// When the database fails.
pub async fn put_source_uses(
    tx: &mut WriteTx,
    of: SourceOf<'_>,
    (resource, id): RecordKey<'_>,
    uses: &[(String, i64)],
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM source_use WHERE tenant_id = $1 AND source = $2 AND root_resource = $3 AND root_id = $4",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    for (used, used_id) in uses {
        on!(tx, |c| {
            let query = sqlx::query(
                "INSERT INTO source_use (tenant_id, source, root_resource, root_id, resource, id) VALUES ($1, $2, $3, $4, $5, $6)",
            );
            let query = query.bind(of.tenant.0).bind(of.source).bind(resource).bind(id);
            query.bind(used).bind(*used_id).execute(c).await.map(drop)
        })
        .map_err(fault)?;
    }
    Ok(())
}

/// The codes that documents have: uses that are kept under names which begin so.
///
/// # Errors
/// When the database fails.
pub async fn used_codes(tx: &mut Tx, of: SourceOf<'_>, prefix: &str) -> Result<Vec<UsedCode>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT resource, id, COUNT(*) AS documents FROM source_use WHERE tenant_id = $1 AND source = $2 AND resource LIKE $3 \
             GROUP BY resource, id ORDER BY resource, id",
        );
        query.bind(of.tenant.0).bind(of.source).bind(format!("{prefix}%")).fetch_all(c).await
    })
    .map_err(fault)
}

/// How many documents there are, by resource. One that others refer to and that nobody ever read is not gone.
///
/// # Errors
/// When the database fails.
pub async fn document_counts(tx: &mut Tx, of: SourceOf<'_>, resources: &[&str]) -> Result<Vec<RecordCount>> {
    let mut counts = Vec::with_capacity(resources.len());
    for resource in resources {
        let count = on!(tx, |c| {
            let query = sqlx::query_as(
                "SELECT $3 AS resource, COUNT(CASE WHEN gone THEN NULL ELSE 1 END) AS documents, \
                 COUNT(CASE WHEN NOT gone AND dirty > 0 THEN 1 END) AS waiting, COUNT(CASE WHEN gone AND body <> '{}' THEN 1 END) AS gone, \
                 COUNT(CASE WHEN NOT gone THEN trouble END) AS trouble \
                 FROM source_record WHERE tenant_id = $1 AND source = $2 AND resource = $3",
            );
            query.bind(of.tenant.0).bind(of.source).bind(*resource).fetch_one(c).await
        })
        .map_err(fault)?;
        counts.push(count);
    }
    Ok(counts)
}

/// Records of a resource that are no document for a reason that is kept with them or that the source has no longer, the
/// newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn troubled_documents(
    tx: &mut Tx,
    of: SourceOf<'_>,
    resource: &str,
    limit: i64,
) -> Result<Vec<SourceRecord>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT resource, id, root_resource, root_id, parent_id, body, unread, dirty, gone, history, trouble FROM source_record \
             WHERE tenant_id = $1 AND source = $2 AND resource = $3 AND (gone AND body <> '{}' OR trouble IS NOT NULL) \
             ORDER BY changed_at DESC, id DESC LIMIT $4",
        );
        query.bind(of.tenant.0).bind(of.source).bind(resource).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}
