//! Documents that were stored and never sent, and the pushes of those that a person chose to send.

use sqlx::FromRow;
use uuid::Uuid;

use super::{StateCount, Tx, WriteTx, fault, on, turns::due};
use crate::{
    clock::Millis,
    domain::{
        ids::{BackfillId, DocumentId, PushId, TenantId},
        route::{Class, Sync},
    },
    error::Result,
};

/// What unsent documents are narrowed by; the default fits all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsentFilter {
    /// A part of the number or of the customer's name, whatever the case of its letters.
    pub text: String,
    /// `open`, `won`, `lost` or `placed`; empty for all.
    pub status: String,
    /// Who made the quote, by name or e-mail address; empty for all.
    pub owner: String,
    /// Made then or later.
    pub made_from: Millis,
    /// Made before then.
    pub made_before: Millis,
    /// Received then or earlier: later ones were not seen by who chose.
    pub received_until: Millis,
}

impl Default for UnsentFilter {
    fn default() -> Self {
        Self {
            text: String::new(),
            status: String::new(),
            owner: String::new(),
            made_from: Millis::MIN,
            made_before: Millis::MAX,
            received_until: Millis::MAX,
        }
    }
}

impl UnsentFilter {
    /// The text as a pattern of LIKE: its own wildcards stand for themselves.
    fn pattern(&self) -> String {
        let text = self.text.trim().to_lowercase();
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        format!("%{escaped}%")
    }
}

/// An unsent document as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct UnsentRow {
    /// Its id.
    pub id: Uuid,
    /// `quote` or `sale`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// The customer's name.
    pub customer: String,
    /// `open`, `won`, `lost` or `placed`; a quote whose sale arrived is won.
    pub status: String,
    /// When it was made at its source.
    pub made_at: i64,
    /// Who made it.
    pub owner: Option<String>,
    /// ISO 4217 code of the amount.
    pub currency: String,
    /// In hundredths; none where it is too large for lists.
    pub amount: Option<i64>,
}

/// An unsent document as it is chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
pub struct UnsentId {
    /// When it was made at its source.
    pub made_at: i64,
    /// Its id.
    pub id: Uuid,
    /// `open`, `won`, `lost` or `placed`.
    pub status: String,
    /// For a sale: the number of the quote that it came from.
    pub quote_number: Option<String>,
}

impl UnsentId {
    /// Its id.
    pub fn document(&self) -> DocumentId {
        DocumentId(self.id)
    }

    /// What decides by which sync it is sent.
    pub fn class(&self) -> Class {
        match (self.status.as_str(), &self.quote_number) {
            ("placed", Some(_)) => Class::QuotedSale,
            ("placed", None) => Class::UnquotedSale,
            _ => Class::Quote,
        }
    }
}

/// How many unsent documents have one status and currency.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct UnsentTotal {
    /// `open`, `won`, `lost` or `placed`.
    pub status: String,
    /// ISO 4217 code of the amount.
    pub currency: String,
    /// How many.
    pub count: i64,
    /// What they come to, in hundredths.
    pub amount: i64,
}

/// A new push of an unsent document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPush {
    /// Its id.
    pub id: PushId,
    /// The document.
    pub document: DocumentId,
    /// Which sync brings it to Autotask.
    pub sync: Sync,
    /// What happened to it, as far as Autotask is concerned: `created`, `won` or `lost`.
    pub change: &'static str,
}

/// A statement about unsent documents: those that no push ever brought to Autotask. A sale with a quote goes with it,
/// unless such sales become tickets and the quote was not sent with it before; a cancelled sale is not sent.
macro_rules! unsent {
    ($select:literal, $($rest:tt)*) => {
        concat!(
            $select,
            " FROM document d WHERE d.tenant_id = $1 AND d.status IN ('open', 'won', 'lost', 'placed') \
             AND NOT EXISTS (SELECT 1 FROM push p WHERE p.document_id = d.id AND (p.state <> 'skipped' OR p.opportunity_id IS NOT NULL OR p.ticket_id IS NOT NULL)) \
             AND (d.quote_number IS NULL OR NOT EXISTS (SELECT 1 FROM document q WHERE q.tenant_id = d.tenant_id AND q.kind = 'quote' \
             AND q.number = d.quote_number) OR EXISTS (SELECT 1 FROM settings_current c WHERE c.tenant_id = d.tenant_id \
             AND c.quoted_as_tickets) AND NOT EXISTS (SELECT 1 FROM document q JOIN push w ON w.document_id = q.id \
             WHERE q.tenant_id = d.tenant_id AND q.kind = 'quote' AND q.number = d.quote_number AND w.state <> 'skipped' \
             AND w.updated_at >= d.received_at)) ",
            $($rest)*
        )
    };
}

/// The same with a filter: `$2` to `$7`.
macro_rules! filtered {
    ($select:literal, $rest:literal) => {
        unsent!(
            $select,
            concat!(
                "AND d.search LIKE $2 ESCAPE '\\' AND ($3 = '' OR d.status = $3) AND ($4 = '' OR d.owner = $4) \
                 AND d.made_at >= $5 AND d.made_at < $6 AND d.received_at <= $7 ",
                $rest
            )
        )
    };
}

/// Binds what [`filtered`] asks for.
macro_rules! bind_filter {
    ($query:expr, $tenant:expr, $filter:expr) => {
        $query
            .bind($tenant.0)
            .bind($filter.pattern())
            .bind(&$filter.status)
            .bind(&$filter.owner)
            .bind($filter.made_from)
            .bind($filter.made_before)
            .bind($filter.received_until)
    };
}

/// Unsent documents, the newest first: those made before the document `before`, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn unsent_page(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &UnsentFilter,
    before: Option<DocumentId>,
    limit: i64,
) -> Result<Vec<UnsentRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(filtered!(
            "SELECT d.id, d.kind, d.number, d.customer, d.status, d.made_at, d.owner, d.currency, d.amount",
            "AND ($8 IS NULL OR (d.made_at, d.id) < (SELECT b.made_at, b.id FROM document b WHERE b.tenant_id = $1 AND b.id = $8)) \
             ORDER BY d.made_at DESC, d.id DESC LIMIT $9"
        ));
        let query = bind_filter!(query, tenant, filter);
        query.bind(before.map(|id| id.0)).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// How many unsent documents there are and what they come to, by status and currency.
///
/// # Errors
/// When the database fails.
pub async fn unsent_totals(tx: &mut Tx, tenant: TenantId, filter: &UnsentFilter) -> Result<Vec<UnsentTotal>> {
    on!(tx, |c| {
        let query = sqlx::query_as(filtered!(
            "SELECT d.status, d.currency, COUNT(*) AS count, CAST(COALESCE(SUM(d.amount), 0) AS BIGINT) AS amount",
            "GROUP BY d.status, d.currency ORDER BY d.status, d.currency"
        ));
        bind_filter!(query, tenant, filter).fetch_all(c).await
    })
    .map_err(fault)
}

/// How many unsent documents a tenant has.
///
/// # Errors
/// When the database fails.
pub async fn unsent_count(tx: &mut Tx, tenant: TenantId) -> Result<i64> {
    on!(tx, |c| sqlx::query_scalar(unsent!("SELECT COUNT(*)", "")).bind(tenant.0).fetch_one(c).await)
        .map_err(fault)
}

/// Who made a tenant's unsent documents, by name.
///
/// # Errors
/// When the database fails.
pub async fn unsent_owners(tx: &mut Tx, tenant: TenantId) -> Result<Vec<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(unsent!(
            "SELECT DISTINCT d.owner",
            "AND d.owner IS NOT NULL ORDER BY d.owner"
        ));
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// The unsent documents that fit a filter, the oldest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn unsent_ids(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &UnsentFilter,
    limit: i64,
) -> Result<Vec<UnsentId>> {
    on!(tx, |c| {
        let query = sqlx::query_as(filtered!(
            "SELECT d.made_at, d.id, d.status, d.quote_number",
            "ORDER BY d.made_at, d.id LIMIT $8"
        ));
        bind_filter!(query, tenant, filter).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// Those of `ids` that are unsent, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn unsent_among(tx: &mut Tx, tenant: TenantId, ids: &[DocumentId]) -> Result<Vec<UnsentId>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let row: Option<UnsentId> = on!(tx, |c| {
            let query =
                sqlx::query_as(unsent!("SELECT d.made_at, d.id, d.status, d.quote_number", "AND d.id = $2"));
            query.bind(tenant.0).bind(id.0).fetch_optional(c).await
        })
        .map_err(fault)?;
        found.extend(row);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Keeps everybody else from changing these documents, and with that from enqueuing them, until the end of the
/// transaction. On SQLite nobody else writes meanwhile anyway.
///
/// # Errors
/// When the database fails.
pub async fn lock_documents(tx: &mut WriteTx, tenant: TenantId, ids: &[DocumentId]) -> Result<()> {
    if ids.is_empty() || !tx.is_postgres() {
        return Ok(());
    }
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT 1 FROM document WHERE tenant_id = ");
        query.push_bind(tenant.0).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        // Always in the same order, so that two who lock cannot wait for each other.
        query.push(") ORDER BY id FOR UPDATE");
        query.build().execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Pushes that one statement enqueues: the database takes only so many values at once.
const PUSHES_AT_ONCE: usize = 500;

/// Enqueues pushes behind all that arrives by itself; how many were new. A document that has an active push keeps it.
///
/// # Errors
/// When the database fails.
pub async fn add_backfill(
    tx: &mut WriteTx,
    tenant: TenantId,
    backfill: BackfillId,
    pushes: &[NewPush],
    now: Millis,
) -> Result<u64> {
    due(tx, tenant, now).await?;
    let mut added = 0;
    for some in pushes.chunks(PUSHES_AT_ONCE) {
        added += on!(tx, |c| {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO push (id, tenant_id, document_id, change, backfill_id, is_backlog, run_at, created_at, updated_at, sync, \
                 state, tries, lease_token, lease_until, version) ",
            );
            query.push_values(some, |mut row, push| {
                row.push_bind(push.id.0).push_bind(tenant.0).push_bind(push.document.0);
                row.push_bind(push.change).push_bind(backfill.0).push_bind(true);
                row.push_bind(now).push_bind(now).push_bind(now).push_bind(push.sync.name());
                row.push("'waiting', 0, 0, 0, 0");
            });
            query.push(" ON CONFLICT DO NOTHING");
            query.build().execute(c).await.map(|done| done.rows_affected())
        })
        .map_err(fault)?;
    }
    Ok(added)
}

/// How many of the earlier quotes that were chosen together are in which state.
///
/// # Errors
/// When the database fails.
pub async fn backfill_counts(tx: &mut Tx, tenant: TenantId, backfill: BackfillId) -> Result<Vec<StateCount>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT state, COUNT(*) AS count, MIN(created_at) AS oldest, MAX(updated_at) AS newest FROM push \
             WHERE tenant_id = $1 AND backfill_id = $2 GROUP BY state ORDER BY state",
        );
        query.bind(tenant.0).bind(backfill.0).fetch_all(c).await
    })
    .map_err(fault)
}
