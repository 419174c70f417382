//! Makes quotes and sales of Kaseya Quote Manager's records. It is pure, and the same records give the same document.
//!
//! Whatever cannot be read for certain goes into [`Content::unclear`](crate::domain::document::Content::unclear) and holds
//! the document. Nothing is guessed, and nothing is dropped without being said.

mod checked;
mod line;
mod needs;
mod notes;
mod parties;
mod quote;
mod sale;

use std::collections::BTreeMap;

pub(super) use line::category_path;
pub use needs::{Needs, quote_needs, sale_needs};
pub use quote::quote;
pub use sale::sale;

use super::{codes::Codes, wire};

/// A quote with everything that belongs to it alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuoteRecord {
    /// The quote.
    pub quote: wire::Quote,
    /// Its sections, each with its lines, in any order.
    pub sections: Vec<(wire::Section, Vec<wire::Line>)>,
}

/// A sales order with its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaleRecord {
    /// The sales order.
    pub order: wire::Order,
    /// Its lines, in any order.
    pub lines: Vec<wire::OrderLine>,
}

/// The records that quotes and sales orders refer to, by their ids. Those that are not there are taken for deleted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct References {
    /// Customers.
    pub customers: BTreeMap<i64, wire::Customer>,
    /// Customers' persons: a phone number comes from here; quotes go without it.
    pub contacts: BTreeMap<i64, wire::Contact>,
    /// Products.
    pub products: BTreeMap<i64, wire::Product>,
    /// Categories.
    pub categories: BTreeMap<i64, wire::Category>,
    /// Brands.
    pub brands: BTreeMap<i64, wire::Brand>,
    /// Sellers.
    pub employees: BTreeMap<i64, wire::Employee>,
    /// The numbers of quotes, by the quotes' ids.
    pub quote_numbers: BTreeMap<i64, String>,
}

/// What records are read with.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The records that they refer to.
    pub references: &'a References,
    /// What numbers mean.
    pub codes: &'a Codes,
    /// The currency (ISO 4217) of every amount: the API does not tell it.
    pub currency: &'a str,
}

/// A record that no document can be made of, as it has no number to go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong and what to do about it, in whole sentences.
    pub sentence: String,
}

#[cfg(test)]
mod tests;
