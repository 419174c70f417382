//! What a plan is made from, as the database has it: the same for a push and for a preview.

use crate::{
    db::{self, StopRow, StoredDocument, Tx},
    domain::{
        document::{Document, Kind, State},
        ids::{DocumentId, TenantId},
        lists::Lists,
        plan::{self, Input, Key, Links, Plan, Target},
        route::{self, Class, Route, Sync},
        settings::Settings,
    },
    error::Result,
};

/// Everything that a document's plan depends on.
pub struct Planning {
    /// The document; a quote with the surcharge and coupon of its sale.
    pub document: Document,
    /// For a quote: the number of the sale that is billed with it.
    pub billed_sale: Option<String>,
    /// For a sale that came from a quote: that quote, where it was received.
    pub quote: Option<QuoteOfSale>,
    /// The number of the newest revision of the settings …
    pub revision: i64,
    /// … and the settings.
    pub settings: Settings,
    /// The tenant's Autotask lists.
    pub lists: Lists,
    /// What is linked.
    pub links: Links,
    /// The connection's currency; `None` where there is no connection.
    pub currency: Option<String>,
    /// Who took the document out of the sync, and why.
    pub stopped: Option<StopRow>,
    /// The sync that it is planned for where neither takes it.
    pub otherwise: Sync,
}

/// The quote that a sale came from.
pub struct QuoteOfSale {
    /// What it is linked with.
    pub links: Links,
    /// Whether it is the same customer's.
    pub is_of_same_customer: bool,
}

impl Planning {
    /// Loads what the plan of a document depends on. `id` tells which links are the document's own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(tx: &mut Tx, tenant: TenantId, id: DocumentId, document: Document) -> Result<Self> {
        let db::Revision { revision, settings, .. } = db::settings(tx, tenant).await?;
        let (mut document, billed_sale) = with_sale(tx, tenant, id, document, &settings).await?;
        db::aliases(tx, tenant).await?.apply(&mut document);
        let quote = quote_of(tx, tenant, &document).await?;
        let quote = match quote {
            Some(quote) => Some(QuoteOfSale {
                links: db::links(tx, tenant, quote.id, &[]).await?,
                is_of_same_customer: quote.document.content.customer.id == document.content.customer.id,
            }),
            None => None,
        };
        Ok(Self {
            billed_sale,
            quote,
            revision,
            settings,
            lists: db::lists(tx, tenant).await?,
            links: db::links(tx, tenant, id, &plan::shared_keys(&document)).await?,
            currency: db::connection(tx, tenant).await?.map(|row| row.currency),
            stopped: db::stop_of(tx, tenant, id).await?,
            otherwise: Sync::Opportunities,
            document,
        })
    }

    /// The sync by which the document goes, with links that may have become more since they were loaded.
    pub fn sync(&self, links: &Links) -> Sync {
        let before = route::sent_by(&self.document, links, self.quote.as_ref().map(|quote| &quote.links));
        let route = route::route(Class::of(&self.document), before, &self.settings);
        route.sync().unwrap_or(self.otherwise)
    }

    /// The plan with links that may have become more since they were loaded.
    pub fn plan(&self, links: &Links) -> Plan {
        if let Some(stop) = &self.stopped {
            return Plan { skipped: Some(stopped(stop)), ..Plan::default() };
        }
        let quote = self.quote.as_ref().filter(|quote| quote.is_of_same_customer);
        plan::plan(&Input {
            sync: self.sync(links),
            document: &self.document,
            quote_is_known: self.quote.is_some(),
            opportunity: quote.and_then(|quote| quote.links.id(&Key::only(Target::Opportunity))),
            sections: self.settings.sections.as_ref(),
            tickets: self.settings.tickets.sections.as_ref(),
            codes: self.settings.codes.as_ref(),
            links,
            lists: &self.lists,
            currency: self.currency.as_deref(),
        })
    }
}

/// Why a document that was taken out of the sync is not sent.
pub fn stopped(stop: &StopRow) -> String {
    format!("{} stopped its sync: {}", stop.stopped_by, stop.reason)
}

/// The quote that a sale came from, where that was received.
///
/// # Errors
/// When the database fails.
pub async fn quote_of(tx: &mut Tx, tenant: TenantId, sale: &Document) -> Result<Option<StoredDocument>> {
    match &sale.quote_number {
        Some(number) => db::find_document(tx, tenant, Kind::Quote, number).await,
        None => Ok(None),
    }
}

/// By which sync a stored sale goes.
///
/// # Errors
/// When the database fails.
pub async fn route_of(
    tx: &mut Tx,
    tenant: TenantId,
    sale: (DocumentId, &Document),
    quote: Option<DocumentId>,
    settings: &Settings,
) -> Result<Route> {
    let own = db::links(tx, tenant, sale.0, &[]).await?;
    let of_quote = match quote {
        Some(quote) => Some(db::links(tx, tenant, quote, &[]).await?),
        None => None,
    };
    let before = route::sent_by(sale.1, &own, of_quote.as_ref());
    Ok(route::route(Class::of(sale.1), before, settings))
}

/// A quote, of that id, as its sale makes it: won, with the sale's surcharge and coupon unless a ticket bills that sale;
/// and the number of the sale that it bills. Anything else as it is.
///
/// # Errors
/// When the database fails.
pub async fn with_sale(
    tx: &mut Tx,
    tenant: TenantId,
    id: DocumentId,
    document: Document,
    settings: &Settings,
) -> Result<(Document, Option<String>)> {
    if document.kind == Kind::Sale {
        return Ok((document, None));
    }
    let Some(sale) = db::sale_of_quote(tx, tenant, &document.number).await? else {
        return Ok((document, None));
    };
    let route = route_of(tx, tenant, (sale.id, &sale.document), Some(id), settings).await?;
    if route == Route::By(Sync::Tickets) {
        return Ok((document.won_by(&sale.document), None));
    }
    let billed = (sale.document.state == State::Won).then(|| sale.document.number.clone());
    Ok((document.with_sale(&sale.document), billed))
}
