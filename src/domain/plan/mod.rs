//! The plan: what Autotask should look like for a document, and which steps get it there.
//!
//! [`plan`] is pure and level-triggered: it compares the document's newest state with what the links say was last
//! written and returns the steps that are still needed. After they are done it returns none. The push, its retry and
//! any preview are this one function.

mod catalogue;
mod charges;
mod customer;
mod drift;
mod fields;
mod items;
mod labels;
mod late;
mod links;
mod notes;
mod opportunity;
mod provenance;
mod quote;
pub mod settle;
mod source;
mod ticket;

pub use catalogue::{catalogue_key, other_period, wanted_period};
pub use charges::left_otherwise;
pub use customer::company_key;
pub use drift::{Difference, differences, has_arrived, rewritten, watched};
pub use fields::{Condition, Fields, Filter, Op, Value, cut};
pub use labels::label;
pub use links::{Key, Left, Link, Links, Target, Written, adopted};
pub use notes::lost_characters;
pub use opportunity::amount;
pub use provenance::Provenance;
pub use quote::address_of;
pub use source::{Of, Source};

use super::{
    document::{Document, Kind, State},
    hold::Hold,
    lists::Lists,
    route::Sync,
    settings::{self, BillingCodes, Sections, TicketSections},
};

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
    /// Delete it (quote items and ticket charges alone can be).
    Delete {
        /// The record that it hangs below.
        parent: Key,
    },
    /// Read the opportunity or the ticket, then set stage and status unless a person was there before.
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
    /// What to do where all candidates are inactive; `None` where the filter asks for active ones alone.
    pub inactive: Option<Otherwise>,
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
}

/// The steps that are still needed, and what keeps them from being done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// In the order in which they are to be done.
    pub steps: Vec<Step>,
    /// What needs a person before any of them is done; the first is what a push is held for.
    pub problems: Vec<Hold>,
    /// Why the document is not to be sent at all.
    pub skipped: Option<String>,
    /// What Autotask cannot take as the document has it, in whole sentences.
    pub notes: Vec<String>,
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// As what it goes to Autotask.
    pub sync: Sync,
    /// The document's newest state; a quote has the surcharge and coupon of its sale, if it has one.
    pub document: &'a Document,
    /// For a sale that came from a quote: whether that quote was received.
    pub quote_is_known: bool,
    /// For a sale that came from a quote: the quote's opportunity.
    pub opportunity: Option<i64>,
    /// The sections of the Opportunities page; `None` until they were saved for the first time.
    pub sections: Option<&'a Sections>,
    /// The sections of the Tickets page; `None` until they were saved for the first time.
    pub tickets: Option<&'a TicketSections>,
    /// The billing codes, which come with the sections of either page; `None` until those were saved.
    pub codes: Option<&'a BillingCodes>,
    /// What is linked.
    pub links: &'a Links,
    /// Autotask's choices.
    pub lists: &'a Lists,
    /// The connection's currency (ISO 4217); `None` where Autotask is not connected.
    pub currency: Option<&'a str>,
}

/// The steps that bring Autotask to where the document is, and everything that stands in their way.
///
/// A push does the steps of a plan without problems alone; a preview shows the others too.
pub fn plan(input: &Input<'_>) -> Plan {
    match input.sync {
        Sync::Opportunities => by_opportunities(input),
        Sync::Tickets => ticket::plan(input),
    }
}

fn by_opportunities(input: &Input<'_>) -> Plan {
    let mut plan = Plan::default();
    if let Some(number) = &input.document.quote_number {
        if input.quote_is_known {
            plan.skipped = Some(format!("The sale is sent with its quote {number}."));
        } else {
            plan.problems.push(Hold::QuoteMissing { number: number.clone() });
        }
        return plan;
    }
    plan.problems.extend(not_connected(input));
    let (Some(sections), Some(codes)) = (input.sections, input.codes) else {
        plan.problems.push(Hold::SetupNeeded);
        return plan;
    };
    plan.skipped = reason_to_skip(input, sections);
    if plan.skipped.is_some() {
        return plan;
    }
    plan.problems.extend(foreign_currency(input));
    Planner { input, sections, codes, plan, is_cut_short: false }.run()
}

fn not_connected(input: &Input<'_>) -> Option<Hold> {
    input.currency.is_none().then_some(Hold::NotConnected)
}

fn foreign_currency(input: &Input<'_>) -> Option<Hold> {
    let document = &input.document.content.currency;
    let connection = input.currency.filter(|connection| connection != document)?;
    Some(Hold::Currency { document: document.clone(), connection: connection.to_owned() })
}

/// Why a sale without a quote is not sent.
fn reason_to_skip(input: &Input<'_>, sections: &Sections) -> Option<String> {
    let linked = input.links.get(&Key::only(Target::Opportunity)).is_some();
    if input.document.kind != Kind::Sale || linked {
        return None;
    }
    let reason = match input.document.state {
        _ if !sections.include_unquoted_sales => "Unquoted sales are not included in the sync.",
        State::Lost => "The sale was cancelled before it was sent.",
        State::Open | State::Won => return None,
    };
    Some(reason.to_owned())
}

/// The keys of the customer, the contact and the catalogue records that a document's plan may ask for.
pub fn shared_keys(document: &Document) -> Vec<String> {
    let lines = document.content.sold_lines();
    let catalogue = lines.iter().filter_map(catalogue::catalogue_key);
    let customer = std::iter::once(customer::company_key(document)).chain(customer::contact_key(document));
    let keys: std::collections::BTreeSet<String> = customer.chain(catalogue).map(|key| key.key).collect();
    keys.into_iter().collect()
}

/// What the parts of the plan share.
struct Planner<'a> {
    input: &'a Input<'a>,
    sections: &'a Sections,
    codes: &'a BillingCodes,
    plan: Plan,
    /// Whether it was lost with changes that were never sent: then nothing more of it is made.
    is_cut_short: bool,
}

impl Planner<'_> {
    fn run(mut self) -> Plan {
        self.is_cut_short = self.is_lost_with_changes();
        let items = self.wanted_items();
        let left_out = self.has_unsent_changes(&items);
        self.customer();
        self.items_catalogue(&items);
        // A quote that is reopened is open before its edits begin: should it be decided again meanwhile, they are known to
        // be under way and are brought to their end.
        let is_reopened = self.input.document.state == State::Open;
        if is_reopened {
            self.settle();
        }
        self.opportunity();
        self.locations();
        self.quote();
        self.items(items);
        if !is_reopened {
            self.settle();
        }
        self.plan.notes = notes::of(self.input.document, &self.plan.steps, left_out);
        self.plan
    }

    /// Notes the problem, if Autotask would not take the value of the choice at `path` any more.
    fn require_active(&mut self, path: &str) {
        if let Err(hold) = self.active(path)
            && !self.plan.problems.contains(&hold)
        {
            self.plan.problems.push(hold);
        }
    }

    /// The hold for the choice at `path`, if Autotask would not take its value any more.
    fn active(&self, path: &str) -> Result<(), Hold> {
        let tickets = self.input.tickets.into_iter().flat_map(TicketSections::choices);
        let choices = self.sections.choices().into_iter().chain(self.codes.choices()).chain(tickets);
        settings::require_active(choices, path, self.input.lists)
    }

    /// What everything else of the document hangs below.
    fn head(&self) -> Target {
        self.input.sync.head()
    }

    /// Whether the document's one record of that kind is there.
    fn has(&self, target: Target) -> bool {
        self.input.links.get(&Key::only(target)).is_some()
    }

    /// The most UTF-16 units that a text field takes.
    fn longest(&self, target: Target, field: &'static str) -> usize {
        self.input.lists.lengths.of(target.entity(), field)
    }

    fn push(&mut self, key: Key, action: Action) {
        self.plan.steps.push(Step { key, action });
    }

    /// How far the opportunity or the ticket was brought; `None` where there is none yet.
    fn state_written(&self) -> Option<State> {
        self.input.links.get(&Key::only(self.head())).map(|link| link.written.state)
    }

    /// Whether fields and items that exist may be brought up to date: while open, and on the way to won.
    fn follows_edits(&self) -> bool {
        match self.input.document.state {
            State::Open => true,
            State::Won => self.state_written() != Some(State::Won),
            State::Lost => false,
        }
    }

    /// The update that is needed for a linked record, if any of its fields differs from what was last written. `optional`
    /// are fields that follow the document and that it may stop to have.
    fn update(&mut self, key: &Key, mut fields: Fields, optional: &[&'static str]) {
        fields = self.changed(key, fields, optional);
        if !fields.is_empty() {
            self.push(key.clone(), Action::Update(fields));
        }
    }

    /// Those of the fields that differ from what was last written to a linked record.
    fn changed(&self, key: &Key, fields: Fields, optional: &[&'static str]) -> Fields {
        let Some(link) = self.input.links.get(key) else { return Fields::new() };
        let mut fields = fields.emptied(optional, &link.written.fields);
        fields.resolve(self.input.links);
        fields.keep_changed(&link.written.fields);
        fields
    }
}

#[cfg(test)]
pub(in crate::domain) mod tests;
