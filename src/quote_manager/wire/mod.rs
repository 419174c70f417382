//! The records of Kaseya Quote Manager, read leniently: the members that we use and no others.
//!
//! An absent member, null and an empty text are alike, and so are an id of 0 and none. Names are compared without regard
//! to case (`salesOrderId`, `salesOrderID`), and `createDate` is `createdDate`. Numbers may come as text. What is there
//! and cannot be read is never taken for absent: it is noted in [`Record::wrong`]. [`FIELDS`] names every member.

mod catalogue;
mod fields;
mod quote;
mod row;
mod sale;

pub use catalogue::{Brand, Category, Contact, Customer, Employee, Product};
pub use fields::FIELDS;
pub use quote::{Line, Quote, Section};
pub use row::Row;
pub use sale::{Order, OrderLine};
use serde_json::Value;

/// A record of one resource.
pub trait Record: Sized {
    /// The resource's word in addresses.
    const RESOURCE: &'static str;

    /// Reads a row.
    fn from_row(row: &mut Row<'_>) -> Self;

    /// Its id; `None` for a row that cannot be told from others.
    fn id(&self) -> Option<i64>;

    /// What of the row could not be read: the member and what it holds.
    fn wrong(&self) -> &[String];
}

/// Reads a row of an answer.
pub fn read<T: Record>(row: &Value) -> T {
    T::from_row(&mut Row::new(row))
}

/// An address, of a delivery or of a customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// Street and number, in one or more lines.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
}

/// An amount and the tax on it: of a line, of one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taxed {
    /// The amount before tax.
    pub amount: Option<rust_decimal::Decimal>,
    /// The tax, as an amount.
    pub tax: Option<rust_decimal::Decimal>,
    /// The tax's rate; it is not known whether a tenth is 0.1 or 10.
    pub rate: Option<rust_decimal::Decimal>,
}

impl Taxed {
    /// Whether tax applies.
    pub fn is_taxed(&self) -> bool {
        [self.tax, self.rate].into_iter().flatten().any(|part| part > rust_decimal::Decimal::ZERO)
    }
}

/// When a row was last changed.
fn modified(row: &mut Row<'_>) -> Option<jiff::Timestamp> {
    row.time("modifiedDate")
}

fn delivery_address(row: &mut Row<'_>) -> Address {
    Address {
        street: row.text("deliveryAddress"),
        city: row.text("deliveryCity"),
        state: row.text("deliveryState"),
        postal_code: row.text("deliveryPostalCode"),
        country: row.text("deliveryCountry"),
    }
}

fn delivery_charge(row: &mut Row<'_>) -> Taxed {
    Taxed {
        amount: row.number("deliveryAmount"),
        tax: row.number("deliveryTax"),
        rate: row.number("deliveryTaxRate"),
    }
}

fn line_price(row: &mut Row<'_>) -> Taxed {
    Taxed { amount: row.number("price"), tax: row.number("tax"), rate: row.number("taxRate") }
}

#[cfg(test)]
mod tests;
