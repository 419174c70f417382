//! What a person does about a document whose opportunity or ticket is not as Opportune left it: link another one, stop its
//! sync, start it again. Opportune never makes a second one by itself.

use serde_json::json;

pub use crate::db::StopRow;
use crate::{
    autotask::{self, Call, Row},
    db::{self, PushRow, WriteTx},
    domain::{
        author::Author,
        ids::{DocumentId, PushId, TenantId},
        list_changes::Entry,
        plan::{self, Key, Link, Target, Written},
        route::Sync,
    },
    error::{Error, Result},
    service::{Services, customers::wrong, planning},
};

/// The kind of history entries about what people did for single documents.
pub(super) const HISTORY: &str = "repair";
/// The longest reason, in characters.
const MAX_REASON: usize = 200;
const NO_PUSH: &str = "There is no push of that id.";

impl Services {
    /// Links a push's document with an opportunity, or where it goes by the tickets sync with a ticket, that is in Autotask
    /// already, checked by one read, and sends the document there; which of the two it is and its title are given back.
    /// What hangs below it is looked for there, or made there.
    ///
    /// # Errors
    /// When Autotask has no such record, it is another customer's or another document's, or the document is being sent
    /// right now.
    pub async fn link_record(
        &self,
        tenant: TenantId,
        author: &Author,
        push: PushId,
        typed: &str,
    ) -> Result<(Target, String)> {
        let mut tx = self.db.read().await?;
        let head = idle(&mut tx, tenant, push).await?.sync.head();
        drop(tx);
        let noun = head.noun();
        let number = || wrong(noun, format!("Enter the {noun}'s Autotask id, a number such as 41877"));
        let id = typed.trim().parse::<i64>().ok().filter(|id| *id > 0).ok_or_else(number)?;
        let call = Call::read(format!("{}/{id}", head.entity()));
        let row = self.ask_autotask(tenant, &call, autotask::item).await?;
        let gone = || wrong(noun, format!("Enter another id: Autotask has no {noun} {id}"));
        let row = row.ok_or_else(gone)?;
        let lost_quote = self.lost_quote(tenant, push, id).await?;
        let mut tx = self.db.write().await?;
        let push = idle(&mut tx, tenant, push).await?;
        let document = DocumentId(push.document_id);
        check_free(&mut tx, tenant, document, (head, id), &row).await?;
        if lost_quote {
            db::remove_links_below(&mut tx, tenant, document, head).await?;
        }
        self.relink(&mut tx, tenant, document, (head, id)).await?;
        self.note_repair(&mut tx, tenant, author, document, &format!("linked {noun} {id}")).await?;
        self.set_going(&mut tx, tenant, document, push.sync).await?;
        tx.commit().await?;
        self.wake.notify_one();
        let title = row.get("title").and_then(serde_json::Value::as_str).unwrap_or_default();
        Ok((head, title.to_owned()))
    }

    /// Takes a push's document out of the sync: nothing of it is sent until somebody starts its sync again.
    ///
    /// # Errors
    /// When no reason is given.
    pub async fn stop_sync(
        &self,
        tenant: TenantId,
        author: &Author,
        push: PushId,
        reason: &str,
    ) -> Result<()> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(wrong("reason", "Enter why it is stopped"));
        }
        if reason.chars().count() > MAX_REASON {
            return Err(wrong("reason", format!("Enter at most {MAX_REASON} characters")));
        }
        let mut tx = self.db.write().await?;
        let push = db::push(&mut tx, tenant, push).await?.ok_or(Error::NotFound(NO_PUSH))?;
        let (document, by) = (DocumentId(push.document_id), called(&mut tx, author).await?);
        let now = self.clock.now();
        db::add_stop(&mut tx, tenant, document, &by, reason, now).await?;
        let stop = StopRow { stopped_by: by, reason: reason.to_owned(), stopped_at: now };
        if let Some(active) = db::active_push(&mut tx, tenant, document).await? {
            db::skip_push(&mut tx, tenant, active, &planning::stopped(&stop), now).await?;
        }
        self.note_repair(&mut tx, tenant, author, document, &format!("stopped the sync: {reason}")).await?;
        tx.commit().await
    }

    /// Starts the sync of a push's document again, and sends its newest state.
    ///
    /// # Errors
    /// When it was not stopped.
    pub async fn resume_sync(&self, tenant: TenantId, author: &Author, push: PushId) -> Result<()> {
        let mut tx = self.db.write().await?;
        let push = db::push(&mut tx, tenant, push).await?.ok_or(Error::NotFound(NO_PUSH))?;
        let document = DocumentId(push.document_id);
        if !db::remove_stop(&mut tx, tenant, document).await? {
            return Err(Error::Conflict("Its sync is not stopped.".to_owned()));
        }
        self.note_repair(&mut tx, tenant, author, document, "started the sync again").await?;
        self.set_going(&mut tx, tenant, document, push.sync).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Whether the opportunity is linked already and the document's Autotask quote is no longer there: then linking it
    /// again is how a person has the quote made anew.
    async fn lost_quote(&self, tenant: TenantId, push: PushId, opportunity: i64) -> Result<bool> {
        let mut tx = self.db.read().await?;
        let push = idle(&mut tx, tenant, push).await?;
        let links = db::links(&mut tx, tenant, DocumentId(push.document_id), &[]).await?;
        drop(tx);
        let quote = links.id(&Key::only(Target::Quote));
        let (Some(quote), true) = (quote, links.id(&Key::only(Target::Opportunity)) == Some(opportunity))
        else {
            return Ok(false);
        };
        let call = Call::read(format!("Quotes/{quote}"));
        Ok(self.ask_autotask(tenant, &call, autotask::item).await?.is_none())
    }

    /// Links an opportunity or a ticket in place of the one before. A create whose outcome is still unknown is not waited
    /// for: the person has said which one it is.
    async fn relink(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        document: DocumentId,
        (head, id): (Target, i64),
    ) -> Result<()> {
        let now = self.clock.now();
        for step in db::open_steps(tx, tenant, document).await? {
            let is_its = Target::ALL.into_iter().any(|one| one.name() == step.target && one.is_of_document());
            if is_its {
                let note = format!("A person linked another {}.", head.noun());
                db::close_step(tx, tenant, step.id, "failed", None, Some(&note), now).await?;
            }
        }
        let key = Key::only(head);
        let before = db::links(tx, tenant, document, &[]).await?.get(&key).cloned();
        if before.as_ref().is_some_and(|before| before.id == id) {
            return Ok(());
        }
        db::remove_links_below(tx, tenant, document, head).await?;
        let link = Link { id, written: Written { adopted: true, ..Written::default() } };
        db::put_link(tx, tenant, document, &key, &link, now).await
    }

    /// Makes the document's push due, a new one where there is none under way.
    async fn set_going(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        document: DocumentId,
        sync: Sync,
    ) -> Result<()> {
        let now = self.clock.now();
        if let Some(active) = db::active_push(tx, tenant, document).await? {
            return db::wake_push(tx, tenant, active, None, now).await;
        }
        let push = PushId(self.clock.new_id());
        db::add_push(tx, tenant, document, push, sync, "edited", now).await
    }

    /// Notes in the history what somebody did for a document: `Avery Chen linked opportunity 7 (quote Q-1)`.
    pub(super) async fn note_repair(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        author: &Author,
        document: DocumentId,
        what: &str,
    ) -> Result<()> {
        let Some(stored) = db::document(tx, tenant, document).await? else { return Ok(()) };
        let (kind, number) = (stored.document.kind.name(), &stored.document.number);
        let sentence = format!("{} {what} ({kind} {number})", called(tx, author).await?);
        let details = json!({ "document": { "kind": kind, "number": number } });
        let entry = Entry { subject: "push", sentence, details };
        db::add_history(tx, tenant, self.clock.new_id(), author.user, HISTORY, &entry, self.clock.now()).await
    }
}

/// What an author is called in a sentence that is kept.
pub(super) async fn called(tx: &mut db::Tx, author: &Author) -> Result<String> {
    let name = match author.user {
        Some(user) => db::user_name(tx, user).await?,
        None => None,
    };
    Ok(author.called(name.as_deref()))
}

/// A push that no worker has: what it is linked to may be changed.
async fn idle(tx: &mut db::Tx, tenant: TenantId, id: PushId) -> Result<PushRow> {
    let push = db::push(tx, tenant, id).await?.ok_or(Error::NotFound(NO_PUSH))?;
    let document = DocumentId(push.document_id);
    let active = match db::active_push(tx, tenant, document).await? {
        Some(active) => db::push(tx, tenant, active).await?,
        None => None,
    };
    if active.is_some_and(|active| active.state == "sending") {
        return Err(Error::Conflict("It is being sent right now. Try again in a moment.".to_owned()));
    }
    Ok(push)
}

/// Refuses an opportunity or a ticket that another document is linked to, or that belongs to another company than the
/// customer's.
async fn check_free(
    tx: &mut WriteTx,
    tenant: TenantId,
    document: DocumentId,
    (head, id): (Target, i64),
    row: &Row,
) -> Result<()> {
    let noun = head.noun();
    let stored = db::document(tx, tenant, document).await?.ok_or(Error::NotFound(NO_PUSH))?;
    let links = db::links(tx, tenant, document, &plan::shared_keys(&stored.document)).await?;
    let is_own = links.id(&Key::only(head)) == Some(id);
    let taken = db::linked_elsewhere(tx, tenant, head, &[id]).await?;
    if !is_own && !taken.is_empty() {
        let sentence = format!("Enter another id: {noun} {id} is linked with another quote or sale");
        return Err(wrong(noun, sentence));
    }
    let company = links.id(&plan::company_key(&stored.document));
    let theirs = row.get("companyID").and_then(serde_json::Value::as_i64);
    if company.is_some() && theirs != company {
        let customer = &stored.document.content.customer.name;
        let sentence = format!("Enter another id: {noun} {id} is not one of {customer}");
        return Err(wrong(noun, sentence));
    }
    Ok(())
}
