//! The plan: what Autotask should look like for a document, and which steps get it there.
//!
//! [`plan`] is pure and level-triggered: it compares the document's newest state with what the links say was last
//! written and returns the steps that are still needed. After they are done it returns none. The push, its retry and
//! any preview are this one function.

mod catalogue;
mod fields;
mod items;
mod opportunity;
mod quote;
pub mod settle;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use catalogue::catalogue_key;
pub use fields::{Condition, Fields, Filter, Op, Value, cut};
pub use opportunity::amount;

use super::{
    document::{Document, Kind, State},
    hold::Hold,
    lists::Lists,
    settings::{OpportunitySettings, Sections},
};

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
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 9] = [
        Self::Company,
        Self::Contact,
        Self::Product,
        Self::Service,
        Self::Role,
        Self::Opportunity,
        Self::QuoteLocation,
        Self::Quote,
        Self::QuoteItem,
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
        }
    }

    /// Whether the link belongs to one document (and not to the tenant's catalogue and customers).
    pub fn is_of_document(self) -> bool {
        matches!(self, Self::Opportunity | Self::QuoteLocation | Self::Quote | Self::QuoteItem)
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
    /// Of an opportunity: how far we brought it.
    #[serde(default)]
    pub state: State,
    /// Whether it was there before us, so that what hangs below it may be there too.
    #[serde(default)]
    pub adopted: bool,
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

    /// All links to one kind of target.
    pub fn of(&self, target: Target) -> impl Iterator<Item = (&Key, &Link)> {
        self.0.iter().filter(move |(key, _)| key.target == target)
    }
}

/// One step: what it is about and what is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The record.
    pub key: Key,
    /// What is to be done with it.
    pub action: Action,
}

/// What is to be done with a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Find it in Autotask by exact values, and create it where that is foreseen.
    Find(Find),
    /// Create it, unless the marker shows that it is there.
    Create(Create),
    /// Write the fields that changed.
    Update(Fields),
    /// Delete it (quote items alone can be).
    Delete {
        /// The record that it hangs below.
        parent: Key,
    },
    /// Read the opportunity, then set stage and status unless a person was there before.
    Settle(settle::Settle),
}

/// How a record is found.
#[derive(Clone, Debug, PartialEq)]
pub struct Find {
    /// What to ask for: one query whose answer holds every candidate.
    pub filter: Filter,
    /// The fields to compare, best first; the first that fits decides. Text is compared without regard to case.
    pub by: Vec<(&'static str, String)>,
    /// What to do with no candidate.
    pub otherwise: Otherwise,
    /// What to say when several candidates fit equally well; `None` goes on without it.
    pub ambiguous: Option<Hold>,
}

/// What to do when a record is not in Autotask.
#[derive(Clone, Debug, PartialEq)]
pub enum Otherwise {
    /// A person is needed.
    Hold(Hold),
    /// Go on without it.
    Omit,
    /// Create it with these fields.
    Create(Fields),
}

/// How a record is created.
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    /// The record that it hangs below; its fresh creation in the same run makes a search needless.
    pub parent: Option<Key>,
    /// What it gets.
    pub fields: Fields,
    /// How it is found again after an unknown outcome; `None` where a second one does no harm.
    pub marker: Option<Filter>,
    /// Of an opportunity: how far it stands with these fields.
    pub state: State,
}

/// The steps that are still needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// In the order in which they are to be done.
    pub steps: Vec<Step>,
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The document's newest state; a quote has the surcharge and coupon of its sale, if it has one.
    pub document: &'a Document,
    /// The newest revision.
    pub settings: &'a OpportunitySettings,
    /// What is linked.
    pub links: &'a Links,
    /// Autotask's choices.
    pub lists: &'a Lists,
    /// The connection's currency (ISO 4217).
    pub currency: &'a str,
}

/// What came of planning.
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// These steps are needed; none means that Autotask is up to date.
    Steps(Plan),
    /// A person is needed first.
    Held(Hold),
    /// It is not to be sent; the sentence says why.
    Skipped(&'static str),
}

/// The steps that bring Autotask to where the document is.
pub fn plan(input: &Input<'_>) -> Planned {
    let Some(sections) = &input.settings.sections else { return Planned::Held(Hold::SetupNeeded) };
    let linked = input.links.get(&Key::only(Target::Opportunity)).is_some();
    if input.document.kind == Kind::Sale && !linked {
        if !sections.include_unquoted_sales {
            return Planned::Skipped("Unquoted sales are not included in the sync.");
        }
        if input.document.state == State::Lost {
            return Planned::Skipped("The sale was cancelled before it was sent.");
        }
    }
    if input.document.content.currency != input.currency {
        let (document, connection) = (input.document.content.currency.clone(), input.currency.to_owned());
        return Planned::Held(Hold::Currency { document, connection });
    }
    match Planner::new(input, sections).run() {
        Ok(plan) => Planned::Steps(plan),
        Err(hold) => Planned::Held(hold),
    }
}

/// The keys of the customer, the contact and the catalogue records that a document's plan may ask for.
pub fn shared_keys(document: &Document) -> Vec<String> {
    let lines = document.content.sold_lines();
    let catalogue = lines.iter().filter_map(catalogue::catalogue_key);
    let customer =
        std::iter::once(opportunity::company_key(document)).chain(opportunity::contact_key(document));
    let keys: std::collections::BTreeSet<String> = customer.chain(catalogue).map(|key| key.key).collect();
    keys.into_iter().collect()
}

/// What the parts of the plan share.
struct Planner<'a> {
    input: &'a Input<'a>,
    sections: &'a Sections,
    steps: Vec<Step>,
}

impl<'a> Planner<'a> {
    fn new(input: &'a Input<'a>, sections: &'a Sections) -> Self {
        Self { input, sections, steps: Vec::new() }
    }

    fn run(mut self) -> Result<Plan, Hold> {
        self.customer();
        self.items_catalogue();
        self.opportunity()?;
        self.location();
        self.quote()?;
        self.items()?;
        self.settle()?;
        Ok(Plan { steps: self.steps })
    }

    fn push(&mut self, key: Key, action: Action) {
        self.steps.push(Step { key, action });
    }

    /// How far the opportunity was brought; `None` where there is none yet.
    fn state_written(&self) -> Option<State> {
        self.input.links.get(&Key::only(Target::Opportunity)).map(|link| link.written.state)
    }

    /// Whether fields and items that exist may be brought up to date: while open, and on the way to won.
    fn follows_edits(&self) -> bool {
        self.state_written().is_none_or(|state| state == State::Open)
            && self.input.document.state != State::Lost
            || self.input.document.state == State::Open
    }

    /// The update that is needed for a linked record, if any of its fields differs from what was last written.
    fn update(&mut self, key: &Key, mut fields: Fields) {
        let Some(link) = self.input.links.get(key) else { return };
        fields.resolve(self.input.links);
        fields.keep_changed(&link.written.fields);
        if !fields.is_empty() {
            self.push(key.clone(), Action::Update(fields));
        }
    }
}

#[cfg(test)]
mod tests;
