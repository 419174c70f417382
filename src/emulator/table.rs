//! The rows of one entity, with indexes on the fields that clients look things up by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::store::{Row, field};

/// Ids that the tenant's own records start at, as in a real tenant; those of the system are small.
const FIRST_ID: i64 = 29_682_000;

/// The fields with an index: parents, and the markers by which records are found again.
const INDEXED: [(&str, &str); 11] = [
    ("Opportunities", "companyID"),
    ("Quotes", "opportunityID"),
    ("Quotes", "externalQuoteNumber"),
    ("QuoteItems", "quoteID"),
    ("Contacts", "companyID"),
    ("Companies", "companyName"),
    ("CompanyLocations", "companyID"),
    ("Products", "name"),
    ("Products", "sku"),
    ("Tickets", "companyID"),
    ("TicketCharges", "ticketID"),
];

type Index = HashMap<String, BTreeSet<i64>>;

/// Rows by ascending id.
#[derive(Debug)]
pub(super) struct Table {
    rows: BTreeMap<i64, Row>,
    /// The id that the next new row gets.
    pub(super) next_id: i64,
    indexes: Vec<(&'static str, Index)>,
}

/// What a value is found under: numbers as numbers, text in any case; null is not found.
pub(super) fn key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Number(number) => number.as_f64().map(|number| number.to_string()),
        _ => None,
    }
}

impl Table {
    pub(super) fn new(plural: &str) -> Self {
        let fields = INDEXED.iter().filter(|(entity, _)| *entity == plural);
        let indexes = fields.map(|(_, name)| (*name, Index::new())).collect();
        Self { rows: BTreeMap::new(), next_id: FIRST_ID, indexes }
    }

    /// Adds the row, or puts it in the place of the one with its id.
    pub(super) fn put(&mut self, id: i64, row: Row) {
        self.remove(id);
        for (name, index) in &mut self.indexes {
            if let Some(key) = key(field(&row, name)) {
                index.entry(key).or_default().insert(id);
            }
        }
        self.next_id = self.next_id.max(id + 1);
        self.rows.insert(id, row);
    }

    pub(super) fn remove(&mut self, id: i64) {
        let Some(row) = self.rows.remove(&id) else { return };
        for (name, index) in &mut self.indexes {
            if let Some(ids) = key(field(&row, name)).and_then(|key| index.get_mut(&key)) {
                ids.remove(&id);
            }
        }
    }

    pub(super) fn get(&self, id: i64) -> Option<&Row> {
        self.rows.get(&id)
    }

    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.values()
    }

    /// The rows whose field is found under `key`; none where the field has no index.
    pub(super) fn found(&self, name: &str, key: &str) -> Option<impl Iterator<Item = &Row>> {
        let (_, index) = self.indexes.iter().find(|(indexed, _)| *indexed == name)?;
        Some(index.get(key).into_iter().flatten().filter_map(|id| self.rows.get(id)))
    }
}
