//! The delivery address and the Autotask quote.

use super::{
    Action, Create, Fields, Filter, Key, Of, Op, Planner, Source, Target, Value,
    opportunity::{end_date, start_date, wire_date},
};

/// Length of `Quotes.name`.
const NAME: usize = 100;

impl Planner<'_> {
    /// One `QuoteLocations` row a document: it serves as bill-to, ship-to and sold-to address.
    pub(super) fn location(&mut self) {
        let key = Key::only(Target::QuoteLocation);
        let has_quote = self.input.links.get(&Key::only(Target::Quote)).is_some();
        if has_quote || self.input.links.get(&key).is_some() {
            return;
        }
        let delivery = self.input.document.content.delivery.as_ref();
        let address = delivery.and_then(|delivery| delivery.address.clone()).unwrap_or_default();
        let source = Source::document("delivery address");
        let fields = Fields::new()
            .with_text("address1", address.line1.as_deref(), 50, source)
            .with_text("address2", address.line2.as_deref(), 50, source)
            .with_text("city", address.city.as_deref(), 50, source)
            .with_text("state", address.state.as_deref(), 50, source)
            .with_text("postalCode", address.postal_code.as_deref(), 20, source);
        // A second copy of an address that nothing points to harms nobody, so it needs no marker.
        self.push(key, Action::Create(Create { parent: None, fields, marker: None }));
    }

    /// Creates the quote, or brings its open fields up to date.
    pub(super) fn quote(&mut self) {
        let key = Key::only(Target::Quote);
        if self.input.links.get(&key).is_some() {
            if self.follows_edits() {
                self.update(&key, self.quote_fields(), &["contactID"]);
            }
            return;
        }
        if self.sections.created.shipping.is_some() {
            self.require_active("created.shipping");
        }
        let opportunity = Key::only(Target::Opportunity);
        let location = || Value::Id(Key::only(Target::QuoteLocation));
        let (number, of_location) = (&self.input.document.number, Source::Step(Target::QuoteLocation));
        let shipping = self.sections.created.shipping;
        let fields = self
            .quote_fields()
            .with("opportunityID", Value::Id(opportunity.clone()), Source::Step(Target::Opportunity))
            .with("billToLocationID", location(), of_location)
            .with("shipToLocationID", location(), of_location)
            .with("soldToLocationID", location(), of_location)
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
        Fields::new()
            .with_text("name", Some(&document.content.title), NAME, Source::document("title"))
            .with("effectiveDate", wire_date(start_date(document)), Source::document("date"))
            .with("expirationDate", wire_date(end), end_source)
            .with_some("contactID", self.contact_id(), contact)
    }
}
