//! Which other records a quote or a sales order refers to.

use std::collections::BTreeSet;

use super::{QuoteRecord, SaleRecord};

/// The ids of the records that must be at hand before a document is made. Categories and brands come with products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Customers.
    pub customers: BTreeSet<i64>,
    /// Products.
    pub products: BTreeSet<i64>,
    /// Sellers.
    pub employees: BTreeSet<i64>,
    /// Quotes: their numbers.
    pub quotes: BTreeSet<i64>,
}

/// What a quote refers to.
pub fn quote_needs(record: &QuoteRecord) -> Needs {
    let lines = record.sections.iter().flat_map(|(_, lines)| lines);
    Needs {
        customers: record.quote.customer_id.into_iter().collect(),
        products: lines.filter_map(|line| line.product_id).collect(),
        employees: record.quote.owner_employee_id.into_iter().collect(),
        quotes: BTreeSet::new(),
    }
}

/// What a sales order refers to.
pub fn sale_needs(record: &SaleRecord) -> Needs {
    Needs {
        customers: record.order.customer_id.into_iter().collect(),
        products: record.lines.iter().filter_map(|line| line.product_id).collect(),
        employees: record.order.owner_employee_id.into_iter().collect(),
        quotes: record.order.quote_id.into_iter().collect(),
    }
}
