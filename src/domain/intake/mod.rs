//! Reads the documents that tools send: every wrong field is named, nothing unknown is dropped.
//!
//! The format is DESIGN's: `PUT /api/v1/quotes/{number}` and `/api/v1/sales/{number}` carry the whole current state.

mod lines;
mod written;

use rust_decimal::Decimal;
use serde_json::Value;

pub use written::written;

use super::{
    document::{
        Address, AutotaskIds, Charge, Content, Customer, Delivery, Discount, Document, Kind, Line, LineKind,
        Period, Person, State,
    },
    plan::lost_characters,
    reader::{Notes, Reader},
};
use crate::error::FieldErrors;

/// The longest number of a quote or sale; Autotask's `externalQuoteNumber` holds as many characters.
pub const MAX_NUMBER: usize = 50;
/// The longest phone number; Autotask's `Companies.phone` holds as many characters.
pub const MAX_PHONE: usize = 25;
/// The most lines that one document may have, bundles' components not counted.
pub const MAX_LINES: usize = 500;
/// The most components that one bundle may have.
pub const MAX_COMPONENTS: usize = 100;

/// A quote that names every field, as its sender would write it.
pub const EXAMPLE: &str = include_str!("example.json");

const LINE_KINDS: [(&str, LineKind); 7] = [
    ("product", LineKind::Product),
    ("recurring_service", LineKind::RecurringService),
    ("service", LineKind::Service),
    ("labor", LineKind::Labor),
    ("setup_fee", LineKind::SetupFee),
    ("bundle", LineKind::Bundle),
    ("text", LineKind::Text),
];
const PERIODS: [(&str, Period); 4] = [
    ("monthly", Period::Monthly),
    ("quarterly", Period::Quarterly),
    ("semi_annual", Period::SemiAnnual),
    ("yearly", Period::Yearly),
];

/// The built-in example as a document.
///
/// # Errors
/// Never, as long as [`EXAMPLE`] is a quote.
pub fn example() -> Result<Document, FieldErrors> {
    quote("Q-EXAMPLE", &EXAMPLE.parse().unwrap_or_default())
}

/// Reads a quote.
///
/// # Errors
/// Every field that is wrong, by its path.
pub fn quote(number: &str, body: &Value) -> Result<Document, FieldErrors> {
    let notes = Notes::default();
    check_number(number, &notes);
    let mut top = Reader::top(body, &notes);
    let state =
        top.required_word("status", &[("open", State::Open), ("won", State::Won), ("lost", State::Lost)]);
    let content = Content {
        created_at: top.required_timestamp("created_at"),
        expires_on: top.date("expires_on"),
        autotask: top.object("autotask", autotask_ids).unwrap_or_default(),
        ..shared(&mut top)
    };
    top.refuse_the_rest();
    lines::check(&content.lines, &notes);
    notes.finish(Document {
        kind: Kind::Quote,
        number: number.to_owned(),
        state,
        quote_number: None,
        content,
    })
}

/// Reads a sale.
///
/// # Errors
/// Every field that is wrong, by its path.
pub fn sale(number: &str, body: &Value) -> Result<Document, FieldErrors> {
    let notes = Notes::default();
    check_number(number, &notes);
    let mut top = Reader::top(body, &notes);
    let state = top.required_word("status", &[("placed", State::Won), ("cancelled", State::Lost)]);
    let quote_number = top.text("quote_number", MAX_NUMBER);
    let content = Content {
        created_at: top.required_timestamp("ordered_at"),
        surcharge: top.object("surcharge", charge),
        coupon: top.object("coupon", coupon),
        ..shared(&mut top)
    };
    top.refuse_the_rest();
    lines::check(&content.lines, &notes);
    notes.finish(Document { kind: Kind::Sale, number: number.to_owned(), state, quote_number, content })
}

/// A number is the marker by which its opportunity is found again, so it must stand alone in a title, and
/// come back from Autotask as it was sent.
fn check_number(number: &str, notes: &Notes) {
    if number.is_empty() || number.chars().count() > MAX_NUMBER {
        notes.add("number", format!("must have 1 to {MAX_NUMBER} characters"));
    } else if number.chars().any(|c| c.is_whitespace() || c.is_control()) {
        notes.add("number", "must have no spaces in it");
    } else if let Some(lost) = lost_characters(number).next() {
        let sentence = format!("must have letters and signs that Autotask keeps: {lost} is none");
        notes.add("number", sentence);
    }
}

fn shared(top: &mut Reader<'_>) -> Content {
    Content {
        title: top.required_text("title", 500),
        currency: currency(top),
        owner: top.object("owner", person),
        customer: customer(top),
        contact: top.object("contact", person),
        delivery: top.object("delivery", delivery),
        billing_address: top.object("billing_address", address),
        lines: top.list("lines", MAX_LINES, line),
        ..Content::default()
    }
}

fn currency(top: &mut Reader<'_>) -> String {
    let code = top.required_text("currency", 3);
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_code && !code.is_empty() {
        top.wrong("currency", "must be a currency code of three capital letters, such as \"USD\"");
    }
    code
}

fn customer(top: &mut Reader<'_>) -> Customer {
    let read = |of: &mut Reader<'_>| Customer {
        id: of.required_text("id", 100),
        name: of.required_text("name", 200),
        phone: of.text("phone", MAX_PHONE),
        autotask_company_id: of.id("autotask_company_id"),
    };
    let customer = top.object("customer", read);
    if customer.is_none() {
        top.wrong("customer", "is required");
    }
    customer.unwrap_or_default()
}

fn person(of: &mut Reader<'_>) -> Person {
    let person = Person { name: of.text("name", 200), email: of.text("email", 254) };
    if let Some(email) = &person.email
        && !email.is_empty()
        && !validator::ValidateEmail::validate_email(email)
    {
        of.wrong("email", "must be an e-mail address, such as \"name@example.com\"");
    }
    person
}

fn delivery(of: &mut Reader<'_>) -> Delivery {
    let amount = of.decimal("amount");
    let taxable = of.boolean("taxable", false);
    if amount.is_some_and(|amount| amount.is_sign_negative()) {
        of.wrong("amount", "must not be negative");
    }
    Delivery {
        address: of.object("address", address),
        charge: amount.filter(|amount| !amount.is_zero()).map(|amount| Charge { amount, taxable }),
    }
}

fn address(of: &mut Reader<'_>) -> Address {
    Address {
        line1: of.text("line1", 200),
        line2: of.text("line2", 200),
        city: of.text("city", 100),
        state: of.text("state", 100),
        postal_code: of.text("postal_code", 20),
        country: of.text("country", 100),
    }
}

fn charge(of: &mut Reader<'_>) -> Charge {
    let charge = Charge { amount: of.required_decimal("amount"), taxable: of.boolean("taxable", false) };
    if charge.amount.is_sign_negative() {
        of.wrong("amount", "must not be negative");
    }
    charge
}

fn coupon(of: &mut Reader<'_>) -> Decimal {
    let amount = of.required_decimal("amount");
    if amount.is_sign_negative() {
        of.wrong("amount", "must not be negative: it is taken off the total");
    }
    amount
}

fn autotask_ids(of: &mut Reader<'_>) -> AutotaskIds {
    AutotaskIds { opportunity_id: of.id("opportunity_id"), quote_id: of.id("quote_id") }
}

fn line(of: &mut Reader<'_>) -> Line {
    let mut line = plain_line(of);
    line.components = of.list("components", MAX_COMPONENTS, plain_line);
    match (line.kind, line.components.is_empty()) {
        (LineKind::Bundle, true) => of.wrong("components", "is required for a bundle: give its lines"),
        (LineKind::Bundle, false) | (_, true) => {}
        (_, false) => of.wrong("components", "is only for lines of kind bundle"),
    }
    if line.components.iter().any(|component| component.kind == LineKind::Bundle) {
        of.wrong("components", "must not have a bundle in it");
    }
    line
}

fn plain_line(of: &mut Reader<'_>) -> Line {
    let kind = of.required_word("kind", &LINE_KINDS);
    let needs_price = !matches!(kind, LineKind::Text | LineKind::Bundle);
    let or_one = |given: Option<Decimal>| given.unwrap_or(Decimal::ONE);
    let line = Line {
        id: of.required_text("id", 100),
        kind,
        name: of.required_text("name", 1000),
        description: of.text("description", 8000),
        sku: of.text("sku", 100),
        manufacturer_part_number: of.text("manufacturer_part_number", 100),
        category: of.text("category", 500),
        brand: of.text("brand", 200),
        period: of.word("period", &PERIODS),
        quantity: if needs_price { of.required_decimal("quantity") } else { or_one(of.decimal("quantity")) },
        unit_price: if needs_price {
            of.required_decimal("unit_price")
        } else {
            of.decimal("unit_price").unwrap_or_default()
        },
        unit_cost: of.decimal("unit_cost"),
        discount: discount(of),
        taxable: of.boolean("taxable", false),
        optional: of.boolean("optional", false),
        selected: of.boolean("selected", true),
        components: Vec::new(),
    };
    check_line(of, &line);
    line
}

fn discount(of: &mut Reader<'_>) -> Option<Discount> {
    type Make = fn(Decimal) -> Discount;
    let kinds: [(&str, Make); 3] =
        [("unit", Discount::Unit), ("line", Discount::Line), ("percent", Discount::Percent)];
    of.object("discount", |of| {
        let make = of.word("kind", &kinds);
        of.required("kind", make.map(drop));
        let value = of.required_decimal("value");
        let percent = make.is_some_and(|make| matches!(make(value), Discount::Percent(_)));
        if value.is_sign_negative() || (percent && value > Decimal::ONE_HUNDRED) {
            of.wrong("value", if percent { "must be between 0 and 100" } else { "must not be negative" });
        }
        make.filter(|_| !value.is_zero()).map(|make| make(value))
    })?
}

/// The rules that need more than one field of a line.
fn check_line(of: &Reader<'_>, line: &Line) {
    if line.kind == LineKind::RecurringService && line.period.is_none() {
        of.wrong("period", "is required for a recurring service: monthly, quarterly, semi_annual or yearly");
    }
    if line.kind != LineKind::RecurringService && line.period.is_some() {
        of.wrong("period", "is only for recurring services");
    }
    if line.quantity <= Decimal::ZERO {
        of.wrong("quantity", "must be above 0");
    }
    if line.unit_cost.is_some_and(|cost| cost.is_sign_negative()) {
        of.wrong("unit_cost", "must not be negative");
    }
}
