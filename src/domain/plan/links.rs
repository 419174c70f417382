//! Links: our records ↔ their Autotask ids, and what was last written to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::document::{Document, State};

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A customer's `Companies` row.
    Company,
    /// A contact's `Contacts` row.
    Contact,
    /// A line's `Products` row.
    Product,
    /// A line's `Services` row.
    Service,
    /// A labor line's `Roles` row.
    Role,
    /// A document's `Opportunities` row.
    Opportunity,
    /// A document's `QuoteLocations` row.
    QuoteLocation,
    /// A document's `Quotes` row.
    Quote,
    /// A line's `QuoteItems` row.
    QuoteItem,
    /// A sale's `Tickets` row.
    Ticket,
    /// A line's `TicketCharges` row.
    TicketCharge,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 11] = [
        Self::Company,
        Self::Contact,
        Self::Product,
        Self::Service,
        Self::Role,
        Self::Opportunity,
        Self::QuoteLocation,
        Self::Quote,
        Self::QuoteItem,
        Self::Ticket,
        Self::TicketCharge,
    ];

    /// The word in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Contact => "contact",
            Self::Product => "product",
            Self::Service => "service",
            Self::Role => "role",
            Self::Opportunity => "opportunity",
            Self::QuoteLocation => "quote_location",
            Self::Quote => "quote",
            Self::QuoteItem => "quote_item",
            Self::Ticket => "ticket",
            Self::TicketCharge => "ticket_charge",
        }
    }

    /// What one of them is called in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::QuoteLocation => "location",
            Self::QuoteItem => "item",
            Self::TicketCharge => "charge",
            other => other.name(),
        }
    }

    /// The entity, as Autotask names it in its addresses.
    pub fn entity(self) -> &'static str {
        match self {
            Self::Company => "Companies",
            Self::Contact => "Contacts",
            Self::Product => "Products",
            Self::Service => "Services",
            Self::Role => "Roles",
            Self::Opportunity => "Opportunities",
            Self::QuoteLocation => "QuoteLocations",
            Self::Quote => "Quotes",
            Self::QuoteItem => "QuoteItems",
            Self::Ticket => "Tickets",
            Self::TicketCharge => "TicketCharges",
        }
    }

    /// Whether the link belongs to one document (and not to the tenant's catalogue and customers).
    pub fn is_of_document(self) -> bool {
        !matches!(self, Self::Company | Self::Contact | Self::Product | Self::Service | Self::Role)
    }

    /// Whether everything else of a document hangs below it: it is looked for before it is created.
    pub fn is_head(self) -> bool {
        matches!(self, Self::Opportunity | Self::Ticket)
    }

    /// The record below which one of these is written, and the last part of the address there.
    pub fn parent(self) -> Option<(Self, &'static str)> {
        match self {
            Self::QuoteItem => Some((Self::Quote, "Items")),
            Self::TicketCharge => Some((Self::Ticket, "Charges")),
            _ => None,
        }
    }
}

/// The name of one of our records: a target and the source's key (a line's id, a SKU, a customer's id).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What it leads to.
    pub target: Target,
    /// Which one; empty where a document has only one.
    pub key: String,
}

impl Key {
    /// The key of a record.
    pub fn new(target: Target, key: impl Into<String>) -> Self {
        Self { target, key: key.into() }
    }

    /// The document's one opportunity, quote or location.
    pub fn only(target: Target) -> Self {
        Self::new(target, "")
    }
}

/// Our record ↔ its Autotask id, and what we last wrote to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// The Autotask id.
    pub id: i64,
    /// What we last wrote; empty for records that we did not write.
    pub written: Written,
}

/// What we last wrote to a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// Field by field, as sent.
    #[serde(default)]
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// Of an opportunity or a ticket: how far we brought it.
    #[serde(default)]
    pub state: State,
    /// Whether it was there before us, so that what hangs below it may be there too.
    #[serde(default)]
    pub adopted: bool,
    /// Of a quote's opportunity: the number of the sale that is billed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<String>,
    /// Of a charge: why it does not follow the document any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
}

/// Why a charge is left as it is in Autotask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// It is on an invoice.
    Billed,
    /// A person deleted it.
    Deleted,
}

/// All links that a document's plan may need.
#[derive(Clone, Debug, Default)]
pub struct Links(BTreeMap<Key, Link>);

impl Links {
    /// The link of a record.
    pub fn get(&self, key: &Key) -> Option<&Link> {
        self.0.get(key)
    }

    /// The Autotask id of a record.
    pub fn id(&self, key: &Key) -> Option<i64> {
        self.get(key).map(|link| link.id)
    }

    /// Sets a link.
    pub fn set(&mut self, key: Key, link: Link) {
        self.0.insert(key, link);
    }

    /// Takes a link away.
    pub fn remove(&mut self, key: &Key) {
        self.0.remove(key);
    }

    /// Only what belongs to the tenant's catalogue and customers: as if the document had never been sent.
    #[must_use]
    pub fn without_document(mut self) -> Self {
        self.0.retain(|key, _| !key.target.is_of_document());
        self
    }

    /// All links to one kind of target.
    pub fn of(&self, target: Target) -> impl Iterator<Item = (&Key, &Link)> {
        self.0.iter().filter(move |(key, _)| key.target == target)
    }
}

/// The links to the opportunity and the quote that another sender made for a document, where there is no link yet: they
/// are adopted, never made a second time. The quote is left where a person linked another opportunity than its own.
pub fn adopted(document: &Document, links: &Links) -> Vec<(Key, Link)> {
    let given = document.content.autotask;
    let given = [(Target::Opportunity, given.opportunity_id), (Target::Quote, given.quote_id)];
    let link = |id| Link { id, written: Written { adopted: true, ..Written::default() } };
    let own = links.id(&Key::only(Target::Opportunity));
    let is_moved =
        own.is_some() && document.content.autotask.opportunity_id.is_some_and(|id| Some(id) != own);
    given
        .into_iter()
        .filter(|(target, _)| *target == Target::Opportunity || !is_moved)
        .filter_map(|(target, id)| Some((Key::only(target), link(id?))))
        .filter(|(key, _)| links.get(key).is_none())
        .collect()
}
