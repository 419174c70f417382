//! Documents: the newest state of every quote and sale that was received.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, Tx, WriteTx, fault, json, on, parse};
use crate::{
    clock::Millis,
    domain::{
        document::{Document, Kind},
        ids::{DocumentId, TenantId},
        plan,
    },
    error::Result,
};

/// A quote or sale as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDocument {
    /// Its id.
    pub id: DocumentId,
    /// Counts up from 1 with each change.
    pub version: i64,
    /// The SHA-256 of its content: the same content twice changes nothing.
    pub content_hash: Vec<u8>,
    /// When it was first received.
    pub received_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// The document.
    pub document: Document,
}

#[derive(FromRow)]
struct DocumentRow {
    id: Uuid,
    version: i64,
    content_hash: Vec<u8>,
    received_at: i64,
    updated_at: i64,
    body: String,
}

impl DocumentRow {
    fn read(self) -> Result<StoredDocument> {
        Ok(StoredDocument {
            id: DocumentId(self.id),
            version: self.version,
            content_hash: self.content_hash,
            received_at: self.received_at,
            updated_at: self.updated_at,
            document: parse(&self.body)?,
        })
    }
}

/// The document of that kind and number.
///
/// # Errors
/// When the database fails.
pub async fn find_document(
    tx: &mut Tx,
    tenant: TenantId,
    kind: Kind,
    number: &str,
) -> Result<Option<StoredDocument>> {
    let row: Option<DocumentRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, version, content_hash, received_at, updated_at, body FROM document \
             WHERE tenant_id = $1 AND kind = $2 AND number = $3",
        );
        query.bind(tenant.0).bind(kind.name()).bind(number).fetch_optional(c).await
    })
    .map_err(fault)?;
    row.map(DocumentRow::read).transpose()
}

/// The documents with those ids, in any order.
///
/// # Errors
/// When the database fails.
pub async fn documents(tx: &mut Tx, tenant: TenantId, ids: &[DocumentId]) -> Result<Vec<StoredDocument>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<DocumentRow> = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT id, version, content_hash, received_at, updated_at, body FROM document WHERE tenant_id = ",
        );
        query.push_bind(tenant.0).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })
    .map_err(fault)?;
    rows.into_iter().map(DocumentRow::read).collect()
}

/// The document with that id.
///
/// # Errors
/// When the database fails.
pub async fn document(tx: &mut Tx, tenant: TenantId, id: DocumentId) -> Result<Option<StoredDocument>> {
    let row: Option<DocumentRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, version, content_hash, received_at, updated_at, body FROM document WHERE tenant_id = $1 AND id = $2",
        );
        query.bind(tenant.0).bind(id.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    row.map(DocumentRow::read).transpose()
}

/// The newest sale that came from a quote.
///
/// # Errors
/// When the database fails.
pub async fn sale_of_quote(
    tx: &mut Tx,
    tenant: TenantId,
    quote_number: &str,
) -> Result<Option<StoredDocument>> {
    let row: Option<DocumentRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, version, content_hash, received_at, updated_at, body FROM document \
             WHERE tenant_id = $1 AND quote_number = $2 AND kind = 'sale' ORDER BY received_at DESC, id DESC LIMIT 1",
        );
        query.bind(tenant.0).bind(quote_number).fetch_optional(c).await
    })
    .map_err(fault)?;
    row.map(DocumentRow::read).transpose()
}

/// What a document is called, without its content.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DocumentName {
    /// `quote` or `sale`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// The customer's name.
    pub customer: String,
}

/// The documents that came in last, newest first, at most `limit`. Sales of quotes are not among them: they go with
/// their quotes.
///
/// # Errors
/// When the database fails.
pub async fn newest_documents(tx: &mut Tx, tenant: TenantId, limit: i64) -> Result<Vec<DocumentName>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT kind, number, customer FROM document WHERE tenant_id = $1 AND quote_number IS NULL \
             ORDER BY received_at DESC, id DESC LIMIT $2",
        );
        query.bind(tenant.0).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// Stores a document for the first time.
///
/// # Errors
/// When the database fails, or another request stored the same number first.
pub async fn add_document(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: DocumentId,
    document: &Document,
    hash: &[u8],
    now: Millis,
) -> Result<()> {
    let body = json(document)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO document (id, tenant_id, kind, number, quote_number, customer, version, body, content_hash, received_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $9)",
        );
        let query = query.bind(id.0).bind(tenant.0).bind(document.kind.name()).bind(&document.number);
        let query = query.bind(&document.quote_number).bind(&document.content.customer.name).bind(&body);
        query.bind(hash).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Stores a document's newer state.
///
/// # Errors
/// When the database fails.
pub async fn change_document(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: DocumentId,
    document: &Document,
    hash: &[u8],
    now: Millis,
) -> Result<()> {
    let body = json(document)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE document SET quote_number = $3, customer = $4, version = version + 1, body = $5, content_hash = $6, updated_at = $7 \
             WHERE tenant_id = $1 AND id = $2",
        );
        let query = query.bind(tenant.0).bind(id.0).bind(&document.quote_number).bind(&document.content.customer.name);
        query.bind(&body).bind(hash).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Counts a document's version up without changing it: what it is sent with has changed (its sale arrived).
///
/// # Errors
/// When the database fails.
pub async fn touch_document(tx: &mut WriteTx, tenant: TenantId, id: DocumentId, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE document SET version = version + 1, updated_at = $3 WHERE tenant_id = $1 AND id = $2",
        );
        query.bind(tenant.0).bind(id.0).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// What lists show of a document.
struct Description {
    status: &'static str,
    made_at: Millis,
    owner: Option<String>,
    currency: String,
    /// In hundredths; none where it is beyond every sum that can be added up in the database.
    amount: Option<i64>,
    search: String,
}

/// The largest amount that lists show and add up, in hundredths: a million of them still fit a sum.
const MAX_AMOUNT: i64 = 9_000_000_000_000;

impl Description {
    fn of(document: &Document) -> Self {
        let content = &document.content;
        let owner = content.owner.as_ref().and_then(|owner| owner.name.as_ref().or(owner.email.as_ref()));
        let hundredths = (plan::amount(document) * Decimal::ONE_HUNDRED).to_i64();
        Self {
            status: document.status(),
            made_at: content.created_at.as_millisecond(),
            owner: owner.cloned(),
            currency: content.currency.clone(),
            amount: hundredths.filter(|amount| amount.abs() <= MAX_AMOUNT),
            search: format!("{} {}", document.number, content.customer.name).to_lowercase(),
        }
    }
}

/// Writes down what lists show of a document, a quote together with its sale, from what is stored.
///
/// # Errors
/// When the database fails, or the document cannot be read.
pub async fn describe_document(tx: &mut WriteTx, tenant: TenantId, id: DocumentId) -> Result<()> {
    let Some(stored) = document(tx, tenant, id).await? else { return Ok(()) };
    let sale = match stored.document.kind {
        Kind::Quote => sale_of_quote(tx, tenant, &stored.document.number).await?,
        Kind::Sale => None,
    };
    let described = match sale {
        Some(sale) => Description::of(&stored.document.with_sale(&sale.document)),
        None => Description::of(&stored.document),
    };
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE document SET status = $3, made_at = $4, owner = $5, currency = $6, amount = $7, search = $8 \
             WHERE tenant_id = $1 AND id = $2",
        );
        let query = query.bind(tenant.0).bind(id.0).bind(described.status).bind(described.made_at);
        let query = query.bind(&described.owner).bind(&described.currency).bind(described.amount);
        query.bind(&described.search).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Documents that are described in one transaction.
const DESCRIBED_AT_ONCE: i64 = 200;

/// Describes documents that were stored before lists showed anything of them. One that cannot be read is left out of
/// lists: that must not keep the program from starting.
pub(super) async fn describe_old_documents(db: &Db) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let mut tx = db.write().await?;
        let rows: Vec<(Uuid, Uuid)> = on!(tx, |c| {
            let query = sqlx::query_as(
                "SELECT tenant_id, id FROM document WHERE status IS NULL AND id > $1 ORDER BY id LIMIT $2",
            );
            query.bind(after).bind(DESCRIBED_AT_ONCE).fetch_all(c).await
        })
        .map_err(fault)?;
        let Some((_, last)) = rows.last().copied() else { return Ok(()) };
        for (tenant, id) in rows {
            if let Err(error) = describe_document(&mut tx, TenantId(tenant), DocumentId(id)).await {
                tracing::error!(document = %id, %error, "a stored document cannot be described");
            }
        }
        tx.commit().await?;
        after = last;
    }
}
