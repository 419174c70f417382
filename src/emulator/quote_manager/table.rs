//! The rows of one resource, with an index on what its list can be narrowed by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{
    super::values,
    Row,
    resources::{MODIFIED, Resource},
};
use crate::clock::Millis;

/// The first id that is given to a row which brings none.
const FIRST_ID: i64 = 100_001;

/// What a value is found under; null is not found.
pub(super) fn key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads a date, or a date and time with or without a zone, as UTC.
pub(super) fn moment(text: &str) -> Option<Millis> {
    let at = TimeZone::UTC.to_timestamp(values::moment(text)?).ok()?;
    Some(at.as_millisecond())
}

/// A row, and when it changed last as far as it says so.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) row: Row,
    modified: Option<Millis>,
}

impl Kept {
    /// Whether the row changed after `after`, or at that very moment where it is `included`.
    pub(super) fn is_after(&self, after: Millis, included: bool) -> bool {
        self.modified.is_some_and(|at| at > after || included && at == after)
    }
}

/// Rows by ascending id.
#[derive(Debug)]
pub(super) struct Table {
    resource: &'static Resource,
    rows: BTreeMap<i64, Kept>,
    index: HashMap<String, BTreeSet<i64>>,
    /// The id that the next row without one gets; ids are never given twice.
    pub(super) next_id: i64,
}

impl Table {
    pub(super) fn new(resource: &'static Resource) -> Self {
        Self { resource, rows: BTreeMap::new(), index: HashMap::new(), next_id: FIRST_ID }
    }

    /// Adds the row, or puts it in the place of the one with its id.
    pub(super) fn put(&mut self, id: i64, row: Row) {
        self.remove(id);
        if let Some(key) = self.resource.key_of(&row) {
            self.index.entry(key).or_default().insert(id);
        }
        self.next_id = self.next_id.max(id.saturating_add(1));
        let modified = row.get(MODIFIED).and_then(Value::as_str).and_then(moment);
        self.rows.insert(id, Kept { row, modified });
    }

    pub(super) fn remove(&mut self, id: i64) {
        let Some(Kept { row, .. }) = self.rows.remove(&id) else { return };
        if let Some(ids) = self.resource.key_of(&row).and_then(|key| self.index.get_mut(&key)) {
            ids.remove(&id);
        }
    }

    pub(super) fn get(&self, id: i64) -> Option<&Row> {
        self.rows.get(&id).map(|kept| &kept.row)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Kept> {
        self.rows.values()
    }

    /// The rows that the resource's filter finds under `key`.
    pub(super) fn found<'s>(&'s self, key: &str) -> impl Iterator<Item = &'s Kept> + use<'s> {
        self.index.get(key).into_iter().flatten().filter_map(|id| self.rows.get(id))
    }
}
