//! What a plan is made from, as the database has it: the same for a push and for a preview.

use crate::{
    db::{self, StopRow, Tx},
    domain::{
        document::{Document, Kind},
        hold::Hold,
        ids::{DocumentId, TenantId},
        lists::Lists,
        plan::{self, Input, Links, Plan},
        settings::Sections,
    },
    error::Result,
};

/// Everything that a document's plan depends on.
pub struct Planning {
    /// The document; a quote with the surcharge and coupon of its sale.
    pub document: Document,
    /// For a sale that came from a quote: whether that quote was received.
    pub quote_is_known: bool,
    /// The number of the newest revision of the settings …
    pub revision: i64,
    /// … and its sections.
    pub sections: Option<Sections>,
    /// The tenant's Autotask lists.
    pub lists: Lists,
    /// What is linked.
    pub links: Links,
    /// The connection's currency; `None` where there is no connection.
    pub currency: Option<String>,
    /// Who took the document out of the sync, and why.
    pub stopped: Option<StopRow>,
    /// Whether nothing is sent, because another tool creates opportunities for the same quotes.
    pub observing: bool,
}

impl Planning {
    /// Loads what the plan of a document depends on. `id` tells which links are the document's own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(tx: &mut Tx, tenant: TenantId, id: DocumentId, document: Document) -> Result<Self> {
        let mut document = with_sale(tx, tenant, document).await?;
        db::aliases(tx, tenant).await?.apply(&mut document);
        let quote_is_known = match &document.quote_number {
            Some(number) => db::find_document(tx, tenant, Kind::Quote, number).await?.is_some(),
            None => false,
        };
        let db::Revision { revision, settings, .. } = db::settings(tx, tenant).await?;
        Ok(Self {
            quote_is_known,
            revision,
            sections: settings.sections,
            lists: db::lists(tx, tenant).await?,
            links: db::links(tx, tenant, id, &plan::shared_keys(&document)).await?,
            currency: db::connection(tx, tenant).await?.map(|row| row.currency),
            stopped: db::stop_of(tx, tenant, id).await?,
            observing: db::second_sender(tx, tenant).await?.observing_since.is_some(),
            document,
        })
    }

    /// The plan with links that may have become more since they were loaded.
    pub fn plan(&self, links: &Links) -> Plan {
        if let Some(stop) = &self.stopped {
            return Plan { skipped: Some(stopped(stop)), ..Plan::default() };
        }
        let mut plan = plan::plan(&Input {
            document: &self.document,
            quote_is_known: self.quote_is_known,
            sections: self.sections.as_ref(),
            links,
            lists: &self.lists,
            currency: self.currency.as_deref(),
        });
        if self.observing && plan.would_write() {
            plan.problems.insert(0, Hold::SecondSender);
        }
        plan
    }
}

/// Why a document that was taken out of the sync is not sent.
pub fn stopped(stop: &StopRow) -> String {
    format!("{} stopped its sync: {}", stop.stopped_by, stop.reason)
}

/// A quote with the surcharge and coupon of its sale; anything else as it is.
///
/// # Errors
/// When the database fails.
pub async fn with_sale(tx: &mut Tx, tenant: TenantId, document: Document) -> Result<Document> {
    if document.kind == Kind::Sale {
        return Ok(document);
    }
    let sale = db::sale_of_quote(tx, tenant, &document.number).await?;
    Ok(match sale {
        Some(sale) => document.with_sale(&sale.document),
        None => document,
    })
}
