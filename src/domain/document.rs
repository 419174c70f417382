//! Documents: the quotes and sales that are brought to Autotask, as one shape.
//!
//! A quote and a sale differ in few things; what they share is [`Content`], and [`Document`] is what the plan reads.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{to_cents, to_wire};

/// A quote or a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An offer to a customer.
    Quote,
    /// A sales order.
    Sale,
}

impl Kind {
    /// The word in the database and on pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Sale => "sale",
        }
    }
}

/// How far a quote or a sale came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A quote that the customer has not decided on.
    #[default]
    Open,
    /// A quote that was accepted, or a sale that was placed.
    Won,
    /// A quote that was declined, or a sale that was cancelled.
    Lost,
}

/// A quote or sale with its number and state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Quote or sale.
    pub kind: Kind,
    /// The source's number, unique among the tenant's documents of that kind; the marker in Autotask.
    pub number: String,
    /// How far it came.
    pub state: State,
    /// For a sale: the number of the quote that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote_number: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub content: Content,
}

/// What quotes and sales have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// What it is about.
    pub title: String,
    /// ISO 4217 code of every amount in it.
    pub currency: String,
    /// When the quote was made or the sale was placed.
    pub created_at: Timestamp,
    /// The last day on which the quote can be accepted.
    pub expires_on: Option<Date>,
    /// The seller.
    pub owner: Option<Person>,
    /// The buyer.
    pub customer: Customer,
    /// The buyer's person.
    pub contact: Option<Person>,
    /// Where it goes and what that costs.
    pub delivery: Option<Delivery>,
    /// Where the invoice goes, if that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// A card surcharge (sales).
    pub surcharge: Option<Charge>,
    /// A coupon's worth (sales): an amount that is taken off.
    pub coupon: Option<Decimal>,
    /// What is offered or sold, in display order.
    pub lines: Vec<Line>,
    /// The Autotask records that another sender made for it.
    #[serde(default)]
    pub autotask: AutotaskIds,
}

/// A person with an e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Full name.
    pub name: Option<String>,
    /// E-mail address: how the person is found in Autotask.
    pub email: Option<String>,
}

/// The buyer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The source's id for the customer: the link's key.
    pub id: String,
    /// The company's name: how it is found in Autotask.
    pub name: String,
    /// Its phone number: a company cannot be created in Autotask without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Autotask's `companyID`, where the source knows it.
    pub autotask_company_id: Option<i64>,
}

/// Where the goods go and what that costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// The address.
    pub address: Option<Address>,
    /// The price; 0 is no item.
    pub charge: Option<Charge>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub line1: Option<String>,
    /// Second line.
    pub line2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166 country code; Autotask's `QuoteLocations` have no field for it.
    pub country: Option<String>,
}

/// An amount that tax may apply to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The amount before tax.
    pub amount: Decimal,
    /// Whether tax applies.
    pub taxable: bool,
}

/// The Autotask records that another sender made for a quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutotaskIds {
    /// An opportunity's id.
    pub opportunity_id: Option<i64>,
    /// A quote's id.
    pub quote_id: Option<i64>,
}

/// What a line offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Goods.
    #[default]
    Product,
    /// A service that is billed each period.
    RecurringService,
    /// A service that is billed once.
    Service,
    /// Hours of work.
    Labor,
    /// The one-time fee of a contract.
    SetupFee,
    /// A set of lines that is sold as one.
    Bundle,
    /// Words between lines.
    Text,
}

/// How often a recurring service is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Each month.
    #[default]
    Monthly,
    /// Each quarter.
    Quarterly,
    /// Each half year.
    SemiAnnual,
    /// Each year.
    Yearly,
}

impl Period {
    /// How it is said of something that is billed so.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::SemiAnnual => "semi-annually",
            Self::Yearly => "yearly",
        }
    }
}

/// What is taken off a line, in one of the ways that Autotask knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Discount {
    /// An amount off each unit.
    Unit(Decimal),
    /// An amount off the line.
    Line(Decimal),
    /// Percent off the line, 0 to 100.
    Percent(Decimal),
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The source's id, unique within the document: the link's key.
    pub id: String,
    /// What it offers.
    pub kind: LineKind,
    /// What it is called.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// The seller's stock keeping unit.
    pub sku: Option<String>,
    /// The maker's number.
    pub manufacturer_part_number: Option<String>,
    /// The path of its category, such as `Hardware/Firewalls`.
    pub category: Option<String>,
    /// The brand's name.
    pub brand: Option<String>,
    /// How often it is billed; for recurring services alone.
    pub period: Option<Period>,
    /// How many.
    pub quantity: Decimal,
    /// The price of one before discount and tax.
    pub unit_price: Decimal,
    /// What one costs the seller.
    pub unit_cost: Option<Decimal>,
    /// What is taken off.
    pub discount: Option<Discount>,
    /// Whether tax applies.
    pub taxable: bool,
    /// Whether the customer may leave it out.
    pub optional: bool,
    /// Whether it counts: the customer's choice for optional lines.
    pub selected: bool,
    /// The lines of a bundle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Line>,
}

impl Document {
    /// How far it came, in the word of its sender: `open`, `won` or `lost` for quotes, `placed` or `cancelled` for sales.
    pub fn status(&self) -> &'static str {
        match (self.kind, self.state) {
            (Kind::Quote, State::Open) => "open",
            (Kind::Quote, State::Won) => "won",
            (Kind::Quote, State::Lost) => "lost",
            (Kind::Sale, State::Lost) => "cancelled",
            (Kind::Sale, _) => "placed",
        }
    }

    /// The quote as it is sent together with the sale that came from it: won, with the sale's surcharge and coupon.
    /// A cancelled sale leaves the quote as it is.
    #[must_use]
    pub fn with_sale(self, sale: &Self) -> Self {
        let mut document = self.won_by(sale);
        if sale.state == State::Won {
            document.content.surcharge = sale.content.surcharge;
            document.content.coupon = sale.content.coupon;
        }
        document
    }

    /// The same where the sale is billed by itself: won, and nothing more.
    #[must_use]
    pub fn won_by(mut self, sale: &Self) -> Self {
        if sale.state == State::Won {
            self.state = State::Won;
        }
        self
    }
}

impl Line {
    /// The line's price after discount and before tax, not rounded. Intake refuses what would not be exact.
    pub fn total(&self) -> Decimal {
        let gross = self.quantity.saturating_mul(self.unit_price);
        let off = match self.discount {
            None => Decimal::ZERO,
            Some(Discount::Unit(amount)) => self.quantity.saturating_mul(amount),
            Some(Discount::Line(amount)) => amount,
            Some(Discount::Percent(percent)) => gross.saturating_mul(percent / Decimal::ONE_HUNDRED),
        };
        gross.saturating_sub(off)
    }

    /// Autotask's setup fees take no discount: theirs is taken off the price, and what is left is one unit, so that it
    /// sums right whatever the quantity. Other lines stay as they are.
    fn with_folded_discount(self) -> Self {
        if self.kind != LineKind::SetupFee || self.discount.is_none() {
            return self;
        }
        Self { quantity: Decimal::ONE, unit_price: to_cents(self.total()), discount: None, ..self }
    }

    /// A component as a line of its own: as many as the bundle's quantity asks for, chosen with it.
    pub(super) fn within(&self, bundle: &Self) -> Self {
        Self {
            id: format!("{}/{}", bundle.id, self.id),
            quantity: to_wire(self.quantity.saturating_mul(bundle.quantity)),
            optional: bundle.optional || self.optional,
            selected: bundle.selected && self.selected,
            ..self.clone()
        }
    }

    /// What the line costs the seller, not rounded.
    pub fn cost(&self) -> Decimal {
        self.quantity.saturating_mul(self.unit_cost.unwrap_or_default())
    }
}

impl Content {
    /// The lines that are sold, in display order: a bundle is its components, text is none.
    pub fn sold_lines(&self) -> Vec<Line> {
        let mut sold = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            match line.kind {
                LineKind::Text => {}
                LineKind::Bundle => sold.extend(components(line)),
                _ => sold.push(line.clone().with_folded_discount()),
            }
        }
        sold
    }

    /// The categories and the brands that its lines name.
    pub fn catalogue(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let lines = || self.lines.iter().flat_map(|line| std::iter::once(line).chain(&line.components));
        (
            lines().filter_map(|line| line.category.clone()).collect(),
            lines().filter_map(|line| line.brand.clone()).collect(),
        )
    }
}

/// The components of a bundle as lines of their own.
fn components(bundle: &Line) -> Vec<Line> {
    let sold = bundle.components.iter().filter(|component| component.kind != LineKind::Text);
    sold.map(|component| component.within(bundle).with_folded_discount()).collect()
}
