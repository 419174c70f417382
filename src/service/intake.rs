//! Receiving quotes and sales.

use std::collections::BTreeSet;

pub use crate::db::StoredDocument;
use crate::{
    crypto,
    db::{self, WriteTx},
    domain::{
        document::{Document, Kind, State},
        ids::{DocumentId, PushId, TenantId},
        route::{Route, Sync},
        settings::Settings,
    },
    error::{Error, Result},
    service::{
        Services,
        planning::{quote_of, route_of},
    },
};

/// What came of receiving a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The document's version: 1 when it was new, the same as before when nothing changed.
    pub version: i64,
    /// Whether this very content was there already.
    pub unchanged: bool,
    /// The push that brings it to Autotask.
    pub push: Option<PushId>,
    /// Why there is none.
    pub note: Option<&'static str>,
}

impl Services {
    /// Takes a document's whole current state in, and enqueues its push in the same transaction. The same content
    /// twice changes nothing.
    ///
    /// # Errors
    /// When the database fails, or so many pushes wait that no new document is taken.
    pub async fn receive(&self, tenant: TenantId, document: &Document) -> Result<Receipt> {
        self.receive_from(tenant, document, None).await
    }

    /// The same for a request of this id, which is kept with the push.
    ///
    /// # Errors
    /// When the database fails, or so many pushes wait that no new document is taken.
    pub async fn receive_from(
        &self,
        tenant: TenantId,
        document: &Document,
        request_id: Option<&str>,
    ) -> Result<Receipt> {
        let hash = crypto::hash(&serde_json::to_string(document).map_err(Error::internal)?);
        let mut tx = self.db.write().await?;
        let before = db::find_document(&mut tx, tenant, document.kind, &document.number).await?;
        if let Some(before) = before.as_ref().filter(|before| before.content_hash == hash) {
            let push = db::active_push(&mut tx, tenant, before.id).await?;
            return Ok(Receipt { version: before.version, unchanged: true, push, note: None });
        }
        let stored = self.store(&mut tx, tenant, document, before.as_ref(), &hash).await?;
        let change = change(before.as_ref().map(|before| &before.document), document);
        let (push, note) = self.enqueue(&mut tx, tenant, document, stored, change).await?;
        if let Some(push) = push {
            // What is known is always taken: a change must not get lost, and most add no push.
            if before.is_none() {
                self.admit(&mut tx, tenant).await?;
            }
            if let Some(request_id) = request_id {
                db::note_request(&mut tx, tenant, push, request_id).await?;
            }
        }
        tx.commit().await?;
        self.wake.notify_one();
        let version = before.map_or(1, |before| before.version + 1);
        Ok(Receipt { version, unchanged: false, push, note })
    }

    /// Adds categories and brands that are not there yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_catalogue(
        &self,
        tenant: TenantId,
        categories: &BTreeSet<String>,
        brands: &BTreeSet<String>,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        self.store_catalogue(&mut tx, tenant, categories, brands).await?;
        tx.commit().await
    }

    pub(super) async fn store_catalogue(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        categories: &BTreeSet<String>,
        brands: &BTreeSet<String>,
    ) -> Result<()> {
        for category in categories {
            db::add_category(tx, tenant, category, self.clock.now()).await?;
        }
        for brand in brands {
            db::add_brand(tx, tenant, brand, self.clock.now()).await?;
        }
        Ok(())
    }

    /// The newest state of a document.
    ///
    /// # Errors
    /// When there is none of that number.
    pub async fn document(&self, tenant: TenantId, kind: Kind, number: &str) -> Result<StoredDocument> {
        let mut tx = self.db.read().await?;
        let found = db::find_document(&mut tx, tenant, kind, number).await?;
        found.ok_or(Error::NotFound("There is no document of that number."))
    }

    async fn store(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        document: &Document,
        before: Option<&StoredDocument>,
        hash: &[u8],
    ) -> Result<DocumentId> {
        let now = self.clock.now();
        self.keep_catalogue(tx, tenant, document).await?;
        if let Some(before) = before {
            db::change_document(tx, tenant, before.id, document, hash, now).await?;
            db::describe_document(tx, tenant, before.id).await?;
            return Ok(before.id);
        }
        let id = DocumentId(self.clock.new_id());
        db::add_document(tx, tenant, id, document, hash, now).await?;
        db::describe_document(tx, tenant, id).await?;
        Ok(id)
    }

    /// A sale that came from a quote is sent with that quote, or by itself where it becomes a ticket; then its quote is won
    /// all the same. A quote also takes along a sale that waited for it.
    async fn enqueue(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        document: &Document,
        id: DocumentId,
        change: &str,
    ) -> Result<(Option<PushId>, Option<&'static str>)> {
        let settings = db::settings(tx, tenant).await?.settings;
        let quote = quote_of(tx, tenant, document).await?;
        let route =
            route_of(tx, tenant, (id, document), quote.as_ref().map(|quote| quote.id), &settings).await?;
        if let Some(quote) = &quote {
            db::touch_document(tx, tenant, quote.id, self.clock.now()).await?;
            db::describe_document(tx, tenant, quote.id).await?;
            let of_quote = self.enqueue_quote(tx, tenant, quote, &settings, change).await?;
            if route != Route::By(Sync::Tickets) {
                return Ok(of_quote);
            }
        }
        if document.kind == Kind::Quote
            && let Some(sale) = db::sale_of_quote(tx, tenant, &document.number).await?
            && let Some(waiting) = db::active_push(tx, tenant, sale.id).await?
        {
            db::wake_push(tx, tenant, waiting, None, self.clock.now()).await?;
        }
        self.enqueue_push(tx, tenant, id, route, change).await
    }

    async fn enqueue_quote(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        quote: &StoredDocument,
        settings: &Settings,
        change: &str,
    ) -> Result<(Option<PushId>, Option<&'static str>)> {
        let route = route_of(tx, tenant, (quote.id, &quote.document), None, settings).await?;
        self.enqueue_push(tx, tenant, quote.id, route, change).await
    }

    /// While the sync is off, only what was sent before it was turned off is enqueued: turning on does not backfill.
    async fn enqueue_push(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        id: DocumentId,
        route: Route,
        change: &str,
    ) -> Result<(Option<PushId>, Option<&'static str>)> {
        let now = self.clock.now();
        if let Some(active) = db::active_push(tx, tenant, id).await? {
            db::wake_push(tx, tenant, active, Some(change), now).await?;
            return Ok((Some(active), None));
        }
        let Some(sync) = route.sync() else { return Ok((None, route.note())) };
        let push = PushId(self.clock.new_id());
        db::add_push(tx, tenant, id, push, sync, change, now).await?;
        Ok((Some(push), None))
    }
}

/// What happened to a document, in one word for the activity page.
fn change(before: Option<&Document>, after: &Document) -> &'static str {
    let was = before.map(|document| document.state);
    match (was, after.state) {
        (None | Some(State::Open | State::Lost), State::Won) => "won",
        (None | Some(State::Open | State::Won), State::Lost) => "lost",
        (Some(State::Won | State::Lost), State::Open) => "reopened",
        (None, State::Open) => "created",
        (Some(_), _) => "edited",
    }
}
