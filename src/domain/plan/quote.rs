//! The addresses and the Autotask quote.

use super::{
    Action, Create, Fields, Filter, Key, Of, Op, Planner, Source, Target, Value,
    opportunity::{end_date, start_date, wire_date},
};
use crate::domain::document::{Address, Content};

/// The fields of `QuoteLocations` that an address has.
const PARTS: [&str; 5] = ["address1", "address2", "city", "state", "postalCode"];

const DELIVERY: &str = "delivery address";
const BILLING: &str = "billing address";

/// The location of the billing address, where that is another than the delivery address.
fn billing_key() -> Key {
    Key::new(Target::QuoteLocation, "billing")
}

/// The addresses that a quote needs locations for.
struct Addresses<'a> {
    /// The only one, or the ship-to address of two; none makes an empty location.
    first: Option<&'a Address>,
    /// What that one is.
    what: &'static str,
    /// The bill-to and sold-to address, where it is another one.
    billing: Option<&'a Address>,
}

impl<'a> Addresses<'a> {
    fn of(content: &'a Content) -> Self {
        let is_given = |address: &&Address| parts(address).into_iter().any(|part| part.is_some());
        let delivery = content.delivery.as_ref().and_then(|delivery| delivery.address.as_ref());
        let billing = content.billing_address.as_ref().filter(is_given);
        match (delivery.filter(is_given), billing) {
            (None, Some(billing)) => Self { first: Some(billing), what: BILLING, billing: None },
            (first, billing) => {
                let is_other = |billing: &&Address| first.map(parts) != Some(parts(billing));
                Self { first, what: DELIVERY, billing: billing.filter(is_other) }
            }
        }
    }
}

/// The parts of an address that Autotask keeps, in the order of [`PARTS`].
fn parts(address: &Address) -> [Option<&str>; 5] {
    let Address { line1, line2, city, state, postal_code, country: _ } = address;
    [line1, line2, city, state, postal_code].map(|part| part.as_deref().filter(|part| !part.is_empty()))
}

/// What a document's location is the location of.
pub fn address_of(content: &Content, location: &Key) -> &'static str {
    if *location == billing_key() { BILLING } else { Addresses::of(content).what }
}

impl Planner<'_> {
    /// One `QuoteLocations` row serves as bill-to, ship-to and sold-to address; a billing address that is another one
    /// has its own.
    pub(super) fn locations(&mut self) {
        let Addresses { first, what, billing } = Addresses::of(&self.input.document.content);
        let only = Key::only(Target::QuoteLocation);
        // Whoever made a quote that was adopted gave it locations, which are not ours to change.
        let is_ours = |planner: &Self| planner.input.links.get(&only).is_some();
        if is_ours(self) || !self.has(Target::Quote) && !self.is_cut_short {
            self.location(only.clone(), first, what);
            if billing.is_some() {
                self.location(billing_key(), billing, BILLING);
            }
        }
    }

    fn location(&mut self, key: Key, address: Option<&Address>, what: &'static str) {
        let parts = address.map(parts).unwrap_or_default();
        let fields = PARTS.into_iter().zip(parts).fold(Fields::new(), |fields, (field, text)| {
            fields.with_text(field, text, self.longest(Target::QuoteLocation, field), Source::document(what))
        });
        match self.input.links.get(&key) {
            Some(_) if self.follows_edits() => self.update(&key, fields, &PARTS),
            None if self.follows_edits() || !self.has(Target::Quote) && !self.is_cut_short => {
                // A second copy of an address that nothing points to harms nobody, so it needs no marker.
                self.push(key, Action::Create(Create { parent: None, fields, marker: None }));
            }
            _ => {}
        }
    }

    /// Creates the quote, or brings its open fields up to date.
    pub(super) fn quote(&mut self) {
        let key = Key::only(Target::Quote);
        if self.has(Target::Quote) {
            if self.follows_edits() {
                let roles =
                    if self.has(Target::QuoteLocation) { self.location_roles() } else { Fields::new() };
                self.update(&key, self.quote_fields().and(roles), &["contactID"]);
            }
            return;
        }
        if self.is_cut_short {
            return;
        }
        if self.sections.created.shipping.is_some() {
            self.require_active("created.shipping");
        }
        let opportunity = Key::only(Target::Opportunity);
        let number = &self.input.document.number;
        let shipping = self.sections.created.shipping;
        let fields = self
            .quote_fields()
            .and(self.location_roles())
            .with("opportunityID", Value::Id(opportunity.clone()), Source::Step(Target::Opportunity))
            .with("externalQuoteNumber", number.clone(), Source::document("number"))
            .with("primaryQuote", true, Source::Fixed)
            .with_some("shippingType", shipping, Source::Setting("created.shipping"));
        let marker = Filter::new().and(Op::Eq, "opportunityID", Value::Id(opportunity.clone())).and(
            Op::Eq,
            "externalQuoteNumber",
            number.clone(),
        );
        self.push(key, Action::Create(Create { parent: Some(opportunity), fields, marker: Some(marker) }));
    }

    fn quote_fields(&self) -> Fields {
        let document = self.input.document;
        let (end, end_source) = end_date(document);
        let contact = Source::Matched { of: Of::Document, what: "contact" };
        let longest = self.longest(Target::Quote, "name");
        Fields::new()
            .with_text("name", Some(&document.content.title), longest, Source::document("title"))
            .with("effectiveDate", wire_date(start_date(document)), Source::document("date"))
            .with("expirationDate", wire_date(end), end_source)
            .with_some("contactID", self.contact_id(), contact)
    }

    /// Which location is which address of the quote.
    fn location_roles(&self) -> Fields {
        let first = Key::only(Target::QuoteLocation);
        let is_one = Addresses::of(&self.input.document.content).billing.is_none();
        let billing = if is_one { first.clone() } else { billing_key() };
        let source = Source::Step(Target::QuoteLocation);
        Fields::new()
            .with("billToLocationID", Value::Id(billing.clone()), source)
            .with("shipToLocationID", Value::Id(first), source)
            .with("soldToLocationID", Value::Id(billing), source)
    }
}
