//! Quotes, their sections and their lines.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{Address, Record, Row, Taxed, delivery_address, delivery_charge, line_price, modified};

/// A quote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quote {
    /// Its id.
    pub id: Option<i64>,
    /// The sales order that came of it.
    pub sales_order_id: Option<i64>,
    /// Its number, such as `QO12345678`.
    pub number: Option<String>,
    /// What it is about.
    pub title: Option<String>,
    /// `quote.status`.
    pub status: Option<i64>,
    /// The seller.
    pub owner_employee_id: Option<i64>,
    /// The buyer.
    pub customer_id: Option<i64>,
    /// The buyer's person.
    pub contact_name: Option<String>,
    /// That person's e-mail address.
    pub contact_email: Option<String>,
    /// Where the goods go.
    pub delivery_address: Address,
    /// What that costs.
    pub delivery: Taxed,
    /// Autotask's `Quotes` id, where its own sync made one.
    pub autotask_quote_id: Option<i64>,
    /// Autotask's `Opportunities` id, likewise.
    pub autotask_opportunity_id: Option<i64>,
    /// Autotask's `Companies` id.
    pub autotask_organization_id: Option<i64>,
    /// Until when it can be accepted.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Quote {
    const RESOURCE: &'static str = "quote";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            sales_order_id: row.id("salesOrderId"),
            number: row.text("quoteNumber"),
            title: row.text("title"),
            status: row.code("status"),
            owner_employee_id: row.id("ownerEmployeeID"),
            customer_id: row.id("customerID"),
            contact_name: row.text("contactName"),
            contact_email: row.text("contactEmail"),
            delivery_address: delivery_address(row),
            delivery: delivery_charge(row),
            autotask_quote_id: row.id("autotaskQuoteID"),
            autotask_opportunity_id: row.id("autotaskOpportunityID"),
            autotask_organization_id: row.id("autotaskOrganizationID"),
            expires_at: row.time("expiryDate"),
            created_at: row.time("createdDate"),
            modified_at: modified(row),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A part of a quote, with lines in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its id.
    pub id: Option<i64>,
    /// The quote.
    pub quote_id: Option<i64>,
    /// Its place in the quote.
    pub line_number: Option<i64>,
    /// Whether the customer chooses among its lines.
    pub is_multi_choice: Option<bool>,
    /// Whether it counts.
    pub is_selected: Option<bool>,
    /// Its heading.
    pub title: Option<String>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Section {
    const RESOURCE: &'static str = "quotesection";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            quote_id: row.id("quoteID"),
            line_number: row.code("lineNumber"),
            is_multi_choice: row.flag("isMultiChoice"),
            is_selected: row.flag("isSelected"),
            title: row.text("title"),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A line of a section.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Its id.
    pub id: Option<i64>,
    /// The section.
    pub section_id: Option<i64>,
    /// Its place in the section.
    pub line_number: Option<i64>,
    /// What it is called.
    pub title: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// The product.
    pub product_id: Option<i64>,
    /// The product's number when the line was written.
    pub product_number: Option<String>,
    /// The price of one.
    pub price: Taxed,
    /// How many.
    pub quantity: Option<Decimal>,
    /// Whether the customer may leave it out.
    pub is_optional: Option<bool>,
    /// Whether it counts.
    pub is_selected: Option<bool>,
    /// Whether it is billed each period.
    pub is_recurring: Option<bool>,
    /// `quoteline.recurringType`.
    pub recurring_type: Option<i64>,
    /// `quoteline.discountMethod`.
    pub discount_method: Option<i64>,
    /// What is taken off.
    pub discount_value: Option<Decimal>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Line {
    const RESOURCE: &'static str = "quoteline";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            section_id: row.id("quoteSectionID"),
            line_number: row.code("lineNumber"),
            title: row.text("title"),
            description: row.text("description"),
            product_id: row.id("productID"),
            product_number: row.text("productNumber"),
            price: line_price(row),
            quantity: row.number("quantity"),
            is_optional: row.flag("isOptional"),
            is_selected: row.flag("isSelected"),
            is_recurring: row.flag("isRecurring"),
            recurring_type: row.code("recurringType"),
            discount_method: row.code("discountMethod"),
            discount_value: row.number("discountValue"),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}
