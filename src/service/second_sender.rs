//! Another tool that creates opportunities for the same quotes: how it is noticed, what stops then, and how a person lets
//! Opportune go on.
//!
//! Ids that a document comes with are noted in the transaction that receives it. Whoever is about to write to Autotask
//! asks in the transaction that commits its intent ([`may_write`]), so that after the third appearance nothing leaves.

use serde_json::json;
use uuid::Uuid;

pub use crate::db::AppearanceRow;
use crate::{
    clock::Millis,
    db::{self, Lease, NewFinding, StepRow, StoredDocument, Tx, WriteTx},
    domain::{
        author::Author,
        document::{AutotaskIds, Document},
        findings::Finding,
        hold::Hold,
        ids::{DocumentId, TenantId},
        list_changes::Entry,
        plan,
        second_sender::{self, Double, STOPS_AT},
    },
    error::{Error, Result},
    service::{Services, open_repairs, repairs},
};

/// What the history says this is about.
const SUBJECT: &str = "second_sender";
/// As many documents are named.
const NAMED: usize = 5;
/// As many documents are looked up.
const LISTED: i64 = 50;

/// What is known of a tenant's second sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondSender {
    /// Since when nothing is sent for that reason; `None` while Opportune sends.
    pub since: Option<Millis>,
    /// Documents that got ids of another tool's since a person last let Opportune go on.
    pub appearances: i64,
    /// The first of them, at most 50.
    pub documents: Vec<AppearanceRow>,
    /// Pushes that are held for it.
    pub held: u64,
}

/// Whether a write may be intended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayWrite {
    /// Nothing is against it.
    Yes,
    /// Another tool creates opportunities too: nothing is sent.
    Observing,
    /// The document got the id of the record that is to be created: it is adopted.
    Overtaken,
}

impl SecondSender {
    /// What a person does about it, and what will happen then.
    pub const WHAT_TO_DO: &str = "Turn off the Autotask opportunity sync in Kaseya Quote Manager (or in the other tool), then press Start \
         sending again: what is held is sent then. Should the other tool go on, a quote may get two opportunities before Opportune stops again.";

    /// Which documents it was seen with, in a sentence; empty where it was not seen.
    pub fn seen_with(&self) -> String {
        let names: Vec<String> =
            self.documents.iter().take(NAMED).map(|one| format!("{} {}", one.kind, one.number)).collect();
        let Some((last, others)) = names.split_last() else { return String::new() };
        let more = self.appearances - i64::try_from(names.len()).unwrap_or(i64::MAX);
        let listed = match (others.is_empty(), more) {
            (_, 1..) => format!("{} and {more} more", names.join(", ")),
            (true, _) => last.clone(),
            (false, _) => format!("{} and {last}", others.join(", ")),
        };
        format!("Ids that Opportune did not make came with {listed}.")
    }
}

impl Services {
    /// What is known of a tenant's second sender.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn second_sender(&self, tenant: TenantId) -> Result<SecondSender> {
        let mut tx = self.db.read().await?;
        let row = db::second_sender(&mut tx, tenant).await?;
        if row.appearances == 0 {
            return Ok(SecondSender::default());
        }
        let held = db::held_causes(&mut tx, tenant).await?;
        let held = held.iter().filter(|row| is_its(&row.reason)).map(|row| row.count.unsigned_abs()).sum();
        let documents = db::appearances(&mut tx, tenant, LISTED).await?;
        Ok(SecondSender { since: row.observing_since, appearances: row.appearances, documents, held })
    }

    /// Lets a tenant's pushes be sent again, begins to count anew, and releases what was held. How many pushes that were;
    /// `None` where nothing kept them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_sending_again(&self, tenant: TenantId, author: &Author) -> Result<Option<u64>> {
        let seen = self.second_sender(tenant).await?;
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        if !db::end_observing(&mut tx, tenant, now).await? {
            return Ok(None);
        }
        let mut released = 0;
        for (push, reason) in db::held_pushes(&mut tx, tenant).await? {
            if is_its(&reason) {
                db::wake_push(&mut tx, tenant, push, None, now).await?;
                released += 1;
            }
        }
        let name = repairs::called(&mut tx, author).await?;
        let sentence = format!("{name} started sending again. {}", seen.seen_with());
        let entry = Entry { subject: SUBJECT, sentence, details: json!({ "released": released }) };
        self.note(&mut tx, tenant, author, &entry).await?;
        tx.commit().await?;
        self.wake.notify_one();
        tracing::info!(%tenant, released, "sending again although another tool was seen");
        Ok(Some(released))
    }

    /// Notes the ids that a document has got since its state before and that Opportune did not make. Its push must be in
    /// `tx` already, so that locks are always taken in one order.
    pub(super) async fn note_given_ids(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        id: DocumentId,
        before: Option<&StoredDocument>,
        document: &Document,
    ) -> Result<()> {
        let before = before.map(|before| &before.document);
        let was = before.map(|before| before.content.autotask).unwrap_or_default();
        if document.content.autotask == was {
            return Ok(());
        }
        db::lock_second_sender(tx, tenant, true).await?;
        let (now, links) = (self.clock.now(), db::links(tx, tenant, id, &[]).await?);
        note_double(tx, tenant, id, second_sender::double(document, &links), now).await?;
        let appeared = second_sender::appeared(before, document, &links);
        if appeared == AutotaskIds::default() {
            return Ok(());
        }
        db::put_foreign_ids(tx, tenant, id, appeared, now).await?;
        let sending_since = db::second_sender(tx, tenant).await?.sending_since;
        if second_sender::is_sign(before, document, sending_since) {
            let count = db::count_appearance(tx, tenant, id).await?;
            tracing::warn!(%tenant, number = document.number, count, "ids of another tool's appeared");
            if count.is_some_and(|count| count >= STOPS_AT) {
                self.stop_sending(tx, tenant).await?;
            }
        }
        Ok(())
    }

    async fn stop_sending(&self, tx: &mut WriteTx, tenant: TenantId) -> Result<()> {
        if !db::begin_observing(tx, tenant, self.clock.now()).await? {
            return Ok(());
        }
        let documents = db::appearances(tx, tenant, LISTED).await?;
        let appearances = i64::try_from(documents.len()).unwrap_or(i64::MAX);
        let seen = SecondSender { appearances, documents, ..SecondSender::default() };
        let sentence = format!(
            "Opportune stopped sending: another tool also creates opportunities in Autotask. {}",
            seen.seen_with()
        );
        let numbers: Vec<&String> = seen.documents.iter().map(|one| &one.number).collect();
        let entry = Entry { subject: SUBJECT, sentence, details: json!({ "documents": numbers }) };
        tracing::warn!(%tenant, "sending stopped: another tool creates opportunities too");
        self.note(tx, tenant, &Author::SYSTEM, &entry).await
    }

    async fn note(&self, tx: &mut WriteTx, tenant: TenantId, author: &Author, entry: &Entry) -> Result<()> {
        let (id, now) = (self.clock.new_id(), self.clock.now());
        db::add_history(tx, tenant, id, author.user, repairs::HISTORY, entry, now).await
    }
}

/// Whether a push's reason is that another tool sends too.
fn is_its(reason: &str) -> bool {
    serde_json::from_str(reason).is_ok_and(|hold: Hold| hold == Hold::SecondSender)
}

/// Whether a write may be intended: asked in the transaction that would commit its intent. Until that ends nobody can
/// note an appearance.
///
/// # Errors
/// When the database fails.
pub async fn may_write(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    intent: &StepRow,
) -> Result<MayWrite> {
    db::lock_second_sender(tx, tenant, false).await?;
    if db::second_sender(tx, tenant).await?.observing_since.is_some() {
        return Ok(MayWrite::Observing);
    }
    let is_overtaken = intent.action == "create"
        && db::has_foreign_ids(tx, tenant, document).await?
        && has_unadopted(tx, tenant, document, &intent.target).await?;
    Ok(if is_overtaken { MayWrite::Overtaken } else { MayWrite::Yes })
}

/// Whether a document names a record of that target which is still to be adopted.
async fn has_unadopted(tx: &mut Tx, tenant: TenantId, document: DocumentId, target: &str) -> Result<bool> {
    let Some(stored) = db::document(tx, tenant, document).await? else { return Ok(false) };
    let links = db::links(tx, tenant, document, &[]).await?;
    Ok(plan::adopted(&stored.document, &links).iter().any(|(key, _)| key.target.name() == target))
}

/// Sees to a push that was just left: what its run made may be a double by now, and what it is held for may have been
/// mended while it ran.
///
/// # Errors
/// When the database fails.
pub async fn after_push(
    tx: &mut WriteTx,
    lease: &Lease,
    stored: &StoredDocument,
    reason: Option<&str>,
    now: Millis,
) -> Result<()> {
    let tenant = lease.tenant();
    if stored.document.content.autotask != AutotaskIds::default() {
        let links = db::links(tx, tenant, stored.id, &[]).await?;
        if let Some(double) = second_sender::double(&stored.document, &links) {
            note_double(tx, tenant, stored.id, Some(double), now).await?;
        }
    }
    if reason.is_some_and(is_its) {
        db::lock_second_sender(tx, tenant, true).await?;
        if db::second_sender(tx, tenant).await?.observing_since.is_none() {
            db::wake_push(tx, tenant, lease.push(), None, now).await?;
        }
    }
    Ok(())
}

/// Keeps what Autotask has twice for a document as a finding, or forgets that it had.
async fn note_double(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    double: Option<Double>,
    now: Millis,
) -> Result<()> {
    let id = finding_of(document);
    let Some(Double { target, ours, theirs }) = double else {
        return db::remove_finding(tx, tenant, id).await;
    };
    let finding = NewFinding {
        id,
        rank: open_repairs::NEEDED,
        target: target.name(),
        autotask_id: ours,
        document: Some(document),
        details: serde_json::to_string(&Finding::Double { other: theirs }).map_err(Error::internal)?,
    };
    db::put_finding(tx, tenant, &finding, db::OF_NO_ROUND, now).await
}

fn finding_of(document: DocumentId) -> Uuid {
    open_repairs::id_of("double", &document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_named_up_to_five() {
        let seen = |count: i64| {
            let row = |nth| AppearanceRow {
                kind: "quote".to_owned(),
                number: format!("Q-{nth}"),
                opportunity_id: Some(nth),
                quote_id: None,
                appeared_at: nth,
            };
            let documents = (1..=count).map(row).collect();
            SecondSender { appearances: count, documents, ..SecondSender::default() }.seen_with()
        };
        assert_eq!(seen(0), "");
        assert_eq!(seen(1), "Ids that Opportune did not make came with quote Q-1.");
        assert!(seen(3).ends_with(" with quote Q-1, quote Q-2 and quote Q-3."), "{}", seen(3));
        assert!(seen(5).ends_with("quote Q-4 and quote Q-5."), "{}", seen(5));
        assert!(seen(7).ends_with("quote Q-4, quote Q-5 and 2 more."), "{}", seen(7));
    }
}
