//! What the documents of the REST interface look like, for `openapi.json`.
//!
//! Nothing is read with these structs: `domain::intake` alone decides what is taken in, because it names every wrong
//! field at once. `tests/openapi` proves that both say the same.

#![expect(dead_code, reason = "the fields are there for their derived schema")]

mod line;
mod settings;
mod tickets;

use serde_json::Value;
use utoipa::ToSchema;

pub use line::Line;
pub use settings::{OpportunitySections, Switch};
pub use tickets::{StaleTicketProblem, TicketDocument, TicketSettings, TicketSwitch};

use super::schema;
use crate::domain::intake;

/// An example that names every field of a quote.
pub fn quote_example() -> Value {
    intake::EXAMPLE.parse().unwrap_or_default()
}

/// An example that names every field of a sale.
pub fn sale_example() -> Value {
    serde_json::from_str(include_str!("schema/sale.json")).unwrap_or_default()
}

/// An example of what to preview.
pub fn preview_example() -> Value {
    serde_json::json!({ "quote": "Q-1" })
}

/// A signed amount: up to 9 digits before the point, up to 4 after it, in quotation marks.
#[derive(ToSchema)]
#[schema(pattern = r"^-?\d{1,9}(\.\d{1,4})?$", examples("1249.00", "-20.00"))]
pub struct Amount(String);

/// An amount that is not negative: up to 9 digits before the point, up to 4 after it, in quotation marks.
#[derive(ToSchema)]
#[schema(pattern = r"^\d{1,9}(\.\d{1,4})?$", examples("25.00", "0"))]
pub struct PositiveAmount(String);

/// A quantity above 0: up to 9 digits before the point, up to 4 after it, in quotation marks.
#[derive(ToSchema)]
#[schema(pattern = r"^(?=.*[1-9])\d{1,9}(\.\d{1,4})?$", examples("2", "3.5"))]
pub struct Quantity(String);

/// A currency: the three capital letters of ISO 4217.
#[derive(ToSchema)]
#[schema(pattern = "^[A-Z]{3}$", examples("USD"))]
pub struct Currency(String);

/// How far a quote came: the customer has not decided (`open`), accepted (`won`), or declined (`lost`).
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum QuoteStatus {
    /// The customer has not decided.
    Open,
    /// The customer accepted.
    Won,
    /// The customer declined, or the quote was withdrawn.
    Lost,
}

/// How far a sale came.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SaleStatus {
    /// It was ordered.
    Placed,
    /// It was called off.
    Cancelled,
}

/// A quote's whole current state.
#[derive(ToSchema)]
#[schema(examples(schema::quote_example))]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// What it is about. Together with the number it becomes the opportunity's title.
    #[schema(min_length = 1, max_length = 500, examples("Office refresh"))]
    title: String,
    /// How far it came.
    status: QuoteStatus,
    /// The currency of every amount in it. One that is not Autotask's holds the push; nothing is converted.
    currency: Currency,
    /// When the quote was made, with its zone.
    #[schema(format = DateTime, examples("2026-11-23T09:00:00Z"))]
    created_at: String,
    /// The last day on which it can be accepted.
    #[schema(format = Date, examples("2026-12-07"))]
    expires_on: Option<String>,
    /// The seller. An active Autotask resource with this e-mail address becomes the opportunity's owner.
    owner: Option<Person>,
    /// The buyer.
    customer: Customer,
    /// The buyer's person. An active Autotask contact with this e-mail address is named on the opportunity.
    contact: Option<Person>,
    /// Where it goes and what that costs.
    delivery: Option<Delivery>,
    /// Where the invoice goes: bill-to and sold-to address of the Autotask quote. Absent, it is the delivery address.
    billing_address: Option<Address>,
    /// What is offered, in display order. Each line's `id` is its own within the document.
    #[schema(max_items = 500)]
    lines: Option<Vec<Line>>,
    /// Autotask records that exist for this quote already: they are linked, not made again.
    autotask: Option<AutotaskIds>,
}

/// A sale's whole current state.
#[derive(ToSchema)]
#[schema(examples(schema::sale_example))]
#[serde(deny_unknown_fields)]
pub struct Sale {
    /// What it is about. Together with the number it becomes the opportunity's title.
    #[schema(min_length = 1, max_length = 500, examples("Online store order"))]
    title: String,
    /// How far it came.
    status: SaleStatus,
    /// The number of the quote that it came from: that quote is won, and takes the sale's surcharge and coupon.
    /// Absent for an unquoted sale.
    #[schema(max_length = 50)]
    quote_number: Option<String>,
    /// The currency of every amount in it. One that is not Autotask's holds the push; nothing is converted.
    currency: Currency,
    /// When the sale was placed, with its zone.
    #[schema(format = DateTime, examples("2026-11-23T11:20:00Z"))]
    ordered_at: String,
    /// The seller. An active Autotask resource with this e-mail address becomes the opportunity's owner.
    owner: Option<Person>,
    /// The buyer.
    customer: Customer,
    /// The buyer's person. An active Autotask contact with this e-mail address is named on the opportunity.
    contact: Option<Person>,
    /// Where it goes and what that costs.
    delivery: Option<Delivery>,
    /// Where the invoice goes: bill-to and sold-to address of the Autotask quote. Absent, it is the delivery address.
    billing_address: Option<Address>,
    /// What is added for paying by card.
    surcharge: Option<Surcharge>,
    /// What is taken off the total.
    coupon: Option<Coupon>,
    /// What is sold, in display order. Each line's `id` is its own within the document.
    #[schema(max_items = 500)]
    lines: Option<Vec<Line>>,
}

/// A person.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Full name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// E-mail address, by which the person is found in Autotask.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
}

/// The buyer: linked to an Autotask company by `autotask_company_id`, else by exactly its name.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The sender's id for the customer. It stays the same when the name changes.
    #[schema(min_length = 1, max_length = 100)]
    id: String,
    /// The company's name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Its phone number. Autotask takes no new company without one.
    #[schema(max_length = 25, examples("518-555-0201"))]
    phone: Option<String>,
    /// Autotask's `companyID`, where the sender knows it.
    #[schema(minimum = 0)]
    autotask_company_id: Option<i64>,
}

/// Where the goods go and what that costs.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The address.
    address: Option<Address>,
    /// The price before tax; `"0"` and absent add nothing to the quote.
    amount: Option<PositiveAmount>,
    /// Whether tax applies to the price.
    #[schema(default = false)]
    taxable: Option<bool>,
}

/// A postal address.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    #[schema(max_length = 200)]
    line1: Option<String>,
    /// Second line.
    #[schema(max_length = 200)]
    line2: Option<String>,
    /// City.
    #[schema(max_length = 100)]
    city: Option<String>,
    /// State or province.
    #[schema(max_length = 100)]
    state: Option<String>,
    /// Postal code.
    #[schema(max_length = 20)]
    postal_code: Option<String>,
    /// Country code.
    #[schema(max_length = 100)]
    country: Option<String>,
}

/// What is added for paying by card.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Surcharge {
    /// The amount before tax.
    amount: PositiveAmount,
    /// Whether tax applies.
    #[schema(default = false)]
    taxable: Option<bool>,
}

/// What is taken off a sale's total.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    /// The amount, written without a minus sign.
    amount: PositiveAmount,
}

/// Autotask records that another sender made for a quote.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AutotaskIds {
    /// The opportunity's id.
    #[schema(minimum = 0)]
    opportunity_id: Option<i64>,
    /// The quote's id.
    #[schema(minimum = 0)]
    quote_id: Option<i64>,
}

/// A quote's number where it is stored, or its whole current state.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum QuoteOrNumber {
    /// The number of a stored quote.
    Number(String),
    /// A quote's whole current state.
    Quote(Box<Quote>),
}

/// A sale's number where it is stored, or its whole current state.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum SaleOrNumber {
    /// The number of a stored sale.
    Number(String),
    /// A sale's whole current state.
    Sale(Box<Sale>),
}

/// What to preview: a quote or a sale.
#[derive(ToSchema)]
#[schema(examples(schema::preview_example))]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The quote: its number, or the document itself.
    quote: Option<QuoteOrNumber>,
    /// The sale: its number, or the document itself.
    sale: Option<SaleOrNumber>,
    /// The number of a document that is given itself. Where one of that number is stored, this is its next state.
    #[schema(min_length = 1, max_length = 50)]
    number: Option<String>,
    /// The settings in place of the saved ones: all sections.
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
}
