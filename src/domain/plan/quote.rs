//! The delivery address and the Autotask quote.

use super::{
    Action, Create, Fields, Filter, Key, Op, Planner, Target, Value, cut,
    opportunity::{end_date, start_date, wire_date},
};
use crate::domain::{document::State, hold::Hold};

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
        let part = |text: Option<String>, max| text.map(|text| cut(&text, max));
        let fields = Fields::new()
            .with_some("address1", part(address.line1, 50))
            .with_some("address2", part(address.line2, 50))
            .with_some("city", part(address.city, 50))
            .with_some("state", part(address.state, 50))
            .with_some("postalCode", part(address.postal_code, 20));
        // A second copy of an address that nothing points to harms nobody, so it needs no marker.
        self.push(key, Action::Create(Create { parent: None, fields, marker: None, state: State::Open }));
    }

    /// Creates the quote, or brings its open fields up to date.
    pub(super) fn quote(&mut self) -> Result<(), Hold> {
        let key = Key::only(Target::Quote);
        if self.input.links.get(&key).is_some() {
            if self.follows_edits() {
                self.update(&key, self.quote_fields());
            }
            return Ok(());
        }
        if self.sections.created.shipping.is_some() {
            self.sections.require_active("created.shipping", self.input.lists)?;
        }
        let opportunity = Key::only(Target::Opportunity);
        let location = || Value::Id(Key::only(Target::QuoteLocation));
        let fields = self
            .quote_fields()
            .with("opportunityID", Value::Id(opportunity.clone()))
            .with("billToLocationID", location())
            .with("shipToLocationID", location())
            .with("soldToLocationID", location())
            .with("externalQuoteNumber", self.input.document.number.clone())
            .with("primaryQuote", true)
            .with_some("shippingType", self.sections.created.shipping);
        let marker = Filter::new().and(Op::Eq, "opportunityID", Value::Id(opportunity.clone())).and(
            Op::Eq,
            "externalQuoteNumber",
            self.input.document.number.clone(),
        );
        self.push(
            key,
            Action::Create(Create {
                parent: Some(opportunity),
                fields,
                marker: Some(marker),
                state: State::Open,
            }),
        );
        Ok(())
    }

    fn quote_fields(&self) -> Fields {
        let document = self.input.document;
        Fields::new()
            .with("name", cut(&document.content.title, NAME))
            .with("effectiveDate", wire_date(start_date(document)))
            .with("expirationDate", wire_date(end_date(document)))
            .with_some("contactID", self.contact_id())
    }
}
