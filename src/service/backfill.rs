//! Earlier quotes: documents that were stored and never sent, chosen and sent by a person.

use serde_json::json;

pub use crate::db::{UnsentFilter, UnsentRow, UnsentTotal};
use crate::{
    db::{self, NewPush, StateCount, Tx, UnsentId},
    domain::{
        author::Author,
        ids::{BackfillId, DocumentId, PushId, TenantId},
        list_changes::Entry,
        route::{self, Sync},
    },
    error::{Error, Result},
    service::Services,
};

/// Documents on one page.
pub const PAGE: i64 = 50;
/// The most that are sent at once.
pub const MOST: usize = 5_000;

/// One page of unsent documents.
#[derive(Clone, Debug)]
pub struct Unsent {
    /// The newest first.
    pub rows: Vec<UnsentRow>,
    /// Everything that fits the filter, by status and currency.
    pub totals: Vec<UnsentTotal>,
    /// Who made unsent documents.
    pub owners: Vec<String>,
    /// Where older ones begin, if there are any.
    pub older: Option<DocumentId>,
}

/// Which unsent documents are to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These.
    These(Vec<DocumentId>),
    /// All that fit.
    All(UnsentFilter),
}

impl Services {
    /// Unsent documents of a tenant, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsent(
        &self,
        tenant: TenantId,
        filter: &UnsentFilter,
        before: Option<DocumentId>,
    ) -> Result<Unsent> {
        let mut tx = self.db.read().await?;
        let mut rows = db::unsent_page(&mut tx, tenant, filter, before, PAGE + 1).await?;
        let has_older = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        if has_older {
            rows.pop();
        }
        Ok(Unsent {
            older: rows.last().filter(|_| has_older).map(|row| DocumentId(row.id)),
            rows,
            totals: db::unsent_totals(&mut tx, tenant, filter).await?,
            owners: db::unsent_owners(&mut tx, tenant).await?,
        })
    }

    /// How many documents of a tenant were stored and never sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsent_count(&self, tenant: TenantId) -> Result<u64> {
        let mut tx = self.db.read().await?;
        Ok(u64::try_from(db::unsent_count(&mut tx, tenant).await?).unwrap_or(0))
    }

    /// Enqueues the pushes of the selected documents, the oldest first, behind everything that arrives by itself. All
    /// in one transaction, and each document once: what got a push meanwhile, from whomever, keeps that one. Sending
    /// the same backfill again adds nothing. How many pushes the backfill has now.
    ///
    /// # Errors
    /// When more than [`MOST`] are selected, or the database fails.
    pub async fn backfill(
        &self,
        tenant: TenantId,
        by: &Author,
        id: BackfillId,
        selection: &Selection,
    ) -> Result<u64> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let seen = pick(&mut tx, tenant, selection).await?;
        let seen: Vec<DocumentId> = seen.iter().map(UnsentId::document).collect();
        db::lock_documents(&mut tx, tenant, &seen).await?;
        // Picked again: what was enqueued while the lock was waited for is no longer among them.
        let picked = pick(&mut tx, tenant, selection).await?;
        let settings = db::settings(&mut tx, tenant).await?.settings;
        let sync = |unsent: &UnsentId| route::of_chosen(unsent.class(), &settings);
        let pushes: Vec<NewPush> =
            picked.iter().filter_map(|unsent| Some(self.new_push(unsent, sync(unsent)?))).collect();
        let added = db::add_backfill(&mut tx, tenant, id, &pushes, now).await?;
        if added > 0 {
            db::add_history(
                &mut tx,
                tenant,
                self.clock.new_id(),
                by.user,
                "backfill",
                &entry(id, added),
                now,
            )
            .await?;
        }
        let counts = db::backfill_counts(&mut tx, tenant, id).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(counts.iter().map(|state| u64::try_from(state.count).unwrap_or(0)).sum())
    }

    fn new_push(&self, unsent: &UnsentId, sync: Sync) -> NewPush {
        let change = match unsent.status.as_str() {
            "won" | "placed" => "won",
            "lost" => "lost",
            _ => "created",
        };
        NewPush { id: PushId(self.clock.new_id()), document: unsent.document(), sync, change }
    }

    /// What became of a backfill: how many pushes are in which state.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn backfill_counts(&self, tenant: TenantId, id: BackfillId) -> Result<Vec<StateCount>> {
        let mut tx = self.db.read().await?;
        let counts = db::backfill_counts(&mut tx, tenant, id).await?;
        if counts.is_empty() {
            return Err(Error::NotFound("No earlier quotes were sent under this address."));
        }
        Ok(counts)
    }
}

/// Everything selected that is still unsent, the oldest first.
pub(super) async fn pick(tx: &mut Tx, tenant: TenantId, selection: &Selection) -> Result<Vec<UnsentId>> {
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1);
    let picked = match selection {
        Selection::These(ids) if ids.len() > MOST => return Err(too_many()),
        Selection::These(ids) => db::unsent_among(tx, tenant, ids).await?,
        Selection::All(filter) => db::unsent_ids(tx, tenant, filter, limit).await?,
    };
    if picked.len() > MOST { Err(too_many()) } else { Ok(picked) }
}

fn too_many() -> Error {
    Error::Conflict(
        "At most 5,000 quotes and sales are sent at once. Narrow the filter, for example by dates, and send them in parts."
            .to_owned(),
    )
}

fn entry(id: BackfillId, count: u64) -> Entry {
    let chosen = if count == 1 { "quote or sale was" } else { "quotes and sales were" };
    Entry {
        subject: "backfill",
        sentence: format!("{count} earlier {chosen} chosen to be sent"),
        details: json!({ "backfill": id, "count": count }),
    }
}
