//! What its records mean for reading them: which others they refer to, which numbers they hold, what document they are.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::{
    codes::{self, Codes},
    convert::{self, QuoteRecord, Reading, References, SaleRecord},
    source::known,
    wire::{self, Row, read},
};
use crate::domain::{
    catalogue,
    document::{Document, State},
    source::{Key, Making, Names, Record},
};

/// The id that a field holds.
pub(super) fn id_in(row: &Value, field: &'static str) -> Option<i64> {
    Row::new(row).id(field)
}

/// Whether a quote is one that nobody has decided on, by what is known of its status without the settings.
pub(super) fn is_open(resource: &str, row: &Value) -> bool {
    if resource != "quote" {
        return false;
    }
    let quote: wire::Quote = read(row);
    let state = quote.status.and_then(|status| Codes::default().quote_state(status));
    quote.sales_order_id.is_none() && !matches!(state, Some(State::Won | State::Lost))
}

/// The records that one refers to.
pub(super) fn refers_to(resource: &str, row: &Value) -> Vec<Key> {
    let fields: &[Field] = match resource {
        "quote" => &[("customer", "customerID"), ("employee", "ownerEmployeeID")],
        "salesorder" => &[("customer", "customerID"), ("employee", "ownerEmployeeID"), ("quote", "quoteID")],
        "quoteline" | "salesorderline" => &[("product", "productID")],
        "product" => &[("brand", "brandID"), ("category", "categoryID")],
        "category" => &[("category", "parentID")],
        _ => &[],
    };
    fields.iter().filter_map(|(of, field)| Some((*of, id_in(row, field)?))).collect()
}

/// A resource, and the field with the id of one of its records.
type Field = (&'static str, &'static str);

/// The numbers in a record that matter, each with the field whose table says what it means.
pub(super) fn codes(resource: &str, row: &Value) -> Vec<(&'static str, i64)> {
    let line = |is_recurring: Option<bool>, recurring, discount: Option<Decimal>, method| {
        let recurring = Some(codes::RECURRING).zip(recurring).filter(|_| is_recurring == Some(true));
        let is_discounted = discount.is_some_and(|value| !value.is_zero());
        [recurring, Some(codes::DISCOUNT).zip(method).filter(|_| is_discounted)]
    };
    let found = match resource {
        "quote" => [Some(codes::QUOTE_STATUS).zip(read::<wire::Quote>(row).status), None],
        "salesorder" => [Some(codes::SALE_STATUS).zip(read::<wire::Order>(row).status), None],
        "product" => [Some(codes::PRODUCT).zip(read::<wire::Product>(row).kind), None],
        "category" => [Some(codes::CATEGORY).zip(read::<wire::Category>(row).kind), None],
        "quoteline" => {
            let it: wire::Line = read(row);
            line(it.is_recurring, it.recurring_type, it.discount_value, it.discount_method)
        }
        "salesorderline" => {
            let it: wire::OrderLine = read(row);
            line(it.is_recurring, it.recurring_type, it.discount_value, it.discount_method)
        }
        _ => [None, None],
    };
    found.into_iter().flatten().collect()
}

/// The categories and brands that can be taken over as they are called.
pub(super) fn names(records: &BTreeMap<Key, Value>) -> Names {
    let references = References { categories: known(records, "category", read), ..References::default() };
    let paths = references.categories.keys().filter_map(|id| convert::category_path(*id, &references));
    let brands = known(records, "brand", |row| read::<wire::Brand>(row).name);
    Names {
        categories: paths.filter_map(|path| catalogue::category_path(&path).ok()).collect(),
        brands: brands.into_values().flatten().filter_map(|name| catalogue::brand_name(&name).ok()).collect(),
    }
}

/// The quote or the sale that a record is; a draft of a sales order is none yet.
pub(super) fn document(record: &Record, making: &Making<'_>) -> Result<Option<Document>, String> {
    let references = references(making);
    let codes = Codes::from_settings(&making.settings.codes);
    let reading = Reading { references: &references, codes: &codes, currency: making.currency };
    let document = if record.resource == "quote" {
        convert::quote(&quote(record), &reading).map(Some)
    } else {
        let sale = convert::sale(&sale(record), &reading);
        sale.map(|sale| Some(sale).filter(|sale| sale.state != State::Open))
    };
    document.map_err(|unreadable| unreadable.sentence)
}

fn quote(record: &Record) -> QuoteRecord {
    let lines = |section: &Record| section.below.iter().map(|line| read(&line.row)).collect();
    QuoteRecord {
        quote: read(&record.row),
        sections: record.below.iter().map(|section| (read(&section.row), lines(section))).collect(),
    }
}

fn sale(record: &Record) -> SaleRecord {
    SaleRecord { order: read(&record.row), lines: record.below.iter().map(|line| read(&line.row)).collect() }
}

fn references(making: &Making<'_>) -> References {
    let numbers = known(making.known, "quote", |row| read::<wire::Quote>(row).number);
    References {
        customers: known(making.known, "customer", read),
        contacts: known(making.known, "contact", read),
        products: known(making.known, "product", read),
        categories: known(making.known, "category", read),
        brands: known(making.known, "brand", read),
        employees: known(making.known, "employee", read),
        quote_numbers: numbers.into_iter().filter_map(|(id, number)| Some((id, number?))).collect(),
    }
}
