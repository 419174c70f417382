//! Pushes whose sync becomes another one with a save of the settings.

use std::collections::BTreeSet;

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{
    domain::{
        ids::{DocumentId, PushId, TenantId},
        route::Sync,
    },
    error::Result,
};

/// A sale whose push is not finished.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OpenSale {
    /// The push.
    pub push_id: Uuid,
    /// The sale.
    pub document_id: Uuid,
    /// The number of the quote that it came from.
    pub quote_number: Option<String>,
}

impl OpenSale {
    /// The push's id.
    pub fn push(&self) -> PushId {
        PushId(self.push_id)
    }

    /// The sale's id.
    pub fn document(&self) -> DocumentId {
        DocumentId(self.document_id)
    }
}

/// Sales, quoted or not, whose push is not finished and is of another sync than this. Those that may be in Autotask, as the
/// outcome of a write is not known, are not among them.
///
/// # Errors
/// When the database fails.
pub async fn open_sales(
    tx: &mut Tx,
    tenant: TenantId,
    is_quoted: bool,
    not_by: Sync,
) -> Result<Vec<OpenSale>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT p.id AS push_id, d.id AS document_id, d.quote_number FROM push p JOIN document d ON d.id = p.document_id \
             WHERE p.tenant_id = $1 AND p.state IN ('waiting', 'sending', 'held', 'failed') AND p.sync <> $2 AND d.kind = 'sale' \
             AND (d.quote_number IS NOT NULL) = $3 AND NOT EXISTS (SELECT 1 FROM step s WHERE s.document_id = d.id \
             AND s.state IN ('intent', 'unknown')) ORDER BY p.id",
        );
        query.bind(tenant.0).bind(not_by.name()).bind(is_quoted).fetch_all(c).await
    })
    .map_err(fault)
}

/// Placed sales that wait to be sent with their quote, and have no push of their own.
///
/// # Errors
/// When the database fails.
pub async fn sales_behind_quotes(tx: &mut Tx, tenant: TenantId) -> Result<Vec<DocumentId>> {
    let ids: Vec<Uuid> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT d.id FROM push p JOIN document q ON q.id = p.document_id JOIN document d ON d.tenant_id = q.tenant_id \
             AND d.quote_number = q.number AND d.kind = 'sale' WHERE p.tenant_id = $1 AND p.state IN ('waiting', 'held', 'failed') \
             AND q.kind = 'quote' AND d.status = 'placed' AND NOT EXISTS (SELECT 1 FROM push w WHERE w.document_id = d.id \
             AND w.state <> 'skipped') ORDER BY d.id",
        );
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(ids.into_iter().map(DocumentId).collect())
}

/// Those of these documents that are in Autotask as an opportunity or a ticket.
///
/// # Errors
/// When the database fails.
pub async fn documents_in_autotask(
    tx: &mut Tx,
    tenant: TenantId,
    documents: &[DocumentId],
) -> Result<BTreeSet<DocumentId>> {
    if documents.is_empty() {
        return Ok(BTreeSet::new());
    }
    let scopes: Vec<String> = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT scope FROM link WHERE tenant_id = ");
        query.push_bind(tenant.0).push(" AND key = '' AND target IN (");
        let mut heads = query.separated(", ");
        for sync in Sync::ALL {
            heads.push_bind(sync.head().name());
        }
        query.push(") AND scope IN (");
        let mut list = query.separated(", ");
        for document in documents {
            list.push_bind(document.to_string());
        }
        query.push(")");
        query.build_query_scalar().fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(scopes.iter().filter_map(|scope| scope.parse().ok()).collect())
}

/// Makes a push one of another sync.
///
/// # Errors
/// When the database fails.
pub async fn set_push_sync(tx: &mut WriteTx, tenant: TenantId, id: PushId, sync: Sync) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE push SET sync = $3 WHERE tenant_id = $1 AND id = $2");
        query.bind(tenant.0).bind(id.0).bind(sync.name()).execute(c).await.map(drop)
    })
    .map_err(fault)
}
