//! Everything that the instance holds, and what happens to a row when somebody saves it.

use std::{collections::BTreeMap, io, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::{journal::Journal, values},
    Row, Stamps, Switches,
    resources::{self, MODIFIED, RESOURCES, Resource},
    table::Table,
};
use crate::clock::{self, Millis};

/// One row that came, changed or went; a line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Change {
    resource: String,
    id: i64,
    /// The whole row as it is afterwards; none when it was removed.
    row: Option<Row>,
}

/// When and how rows are saved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Saving {
    pub(super) now: Millis,
    pub(super) stamps: Stamps,
    /// Whether the rows that they belong to count as changed.
    pub(super) touches: bool,
}

impl Saving {
    pub(super) fn new(now: Millis, switches: &Switches) -> Self {
        Self { now, stamps: switches.stamps, touches: switches.lines_touch_parents }
    }

    fn stamp(self) -> Value {
        let at = clock::timestamp(self.now);
        match self.stamps {
            Stamps::Zoned => at.to_string().into(),
            Stamps::Zoneless => values::stamp(at).into(),
        }
    }
}

/// The instance's rows.
#[derive(Debug)]
pub(super) struct Store {
    tables: BTreeMap<&'static str, Table>,
    journal: Journal,
}

impl Store {
    /// The rows that the journal holds; fails where it cannot be read or is not one.
    pub(super) fn open(journal: Option<&Path>) -> io::Result<Self> {
        let (journal, changes) = Journal::open(journal)?;
        let mut store = Self { tables: empty(), journal };
        for change in changes {
            store.apply(change);
        }
        Ok(store)
    }

    /// Forgets every row, also in the journal.
    pub(super) fn reset(&mut self) -> io::Result<()> {
        self.tables = empty();
        self.journal.clear()
    }

    pub(super) fn table(&self, resource: &str) -> Option<&Table> {
        self.tables.get(resource)
    }

    pub(super) fn row(&self, resource: &str, id: i64) -> Option<&Row> {
        self.table(resource)?.get(id)
    }

    /// Saves the row in the place of the one with its id, and gives it an id where it has none.
    pub(super) fn put(&mut self, resource: &Resource, row: Row, saving: Saving) -> io::Result<i64> {
        let (id, row) = self.identified(resource, row)?;
        let row = stamped(resource, row, self.row(resource.name, id), saving);
        let mut changes = self.touched(resource, &row, saving);
        changes.push(Change { resource: resource.name.into(), id, row: Some(row) });
        self.commit(changes)?;
        Ok(id)
    }

    /// Keeps the row just as it is, as if it had been there before.
    pub(super) fn load(&mut self, resource: &Resource, row: Row) -> io::Result<()> {
        let (id, row) = self.identified(resource, row)?;
        self.commit(vec![Change { resource: resource.name.into(), id, row: Some(row) }])
    }

    /// The row and its id, which rows of some resources do not show.
    fn identified(&self, resource: &Resource, mut row: Row) -> io::Result<(i64, Row)> {
        let next = self.table(resource.name).map_or(1, |table| table.next_id);
        let id = match row.remove("id").unwrap_or_default() {
            Value::Null => next,
            id => id.as_i64().ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "The id of a row is a whole number.")
            })?,
        };
        if resource.has_ids {
            row.insert("id".into(), id.into());
        }
        Ok((id, row))
    }

    /// Forgets a row, and nothing that belongs to it; whether there was one.
    pub(super) fn remove(&mut self, resource: &Resource, id: i64, saving: Saving) -> io::Result<bool> {
        let Some(row) = self.row(resource.name, id) else { return Ok(false) };
        let mut changes = self.touched(resource, row, saving);
        changes.push(Change { resource: resource.name.into(), id, row: None });
        self.commit(changes)?;
        Ok(true)
    }

    /// The rows above this one that count as changed with it.
    fn touched(&self, resource: &Resource, row: &Row, saving: Saving) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut next = above(resource, row).filter(|_| saving.touches);
        while let Some((resource, id)) = next {
            let Some(row) = self.row(resource.name, id) else { break };
            if resource.created.is_some() {
                let row = stamped(resource, row.clone(), Some(row), saving);
                changes.push(Change { resource: resource.name.into(), id, row: Some(row) });
            }
            next = above(resource, row);
        }
        changes
    }

    fn commit(&mut self, changes: Vec<Change>) -> io::Result<()> {
        self.journal.write(&changes)?;
        for change in changes {
            self.apply(change);
        }
        Ok(())
    }

    fn apply(&mut self, change: Change) {
        let Some(table) = self.tables.get_mut(change.resource.as_str()) else { return };
        match change.row {
            Some(row) => table.put(change.id, row),
            None => table.remove(change.id),
        }
    }
}

fn empty() -> BTreeMap<&'static str, Table> {
    RESOURCES.iter().map(|resource| (resource.name, Table::new(resource))).collect()
}

/// The row that this one belongs to, as its resource and its id.
fn above(resource: &Resource, row: &Row) -> Option<(&'static Resource, i64)> {
    let parent = resource.parent?;
    Some((resources::find(parent.resource)?, row.get(parent.field)?.as_i64()?))
}

/// The row with the dates that a save gives it. A date that the writer chose stays; one that only came along from the row
/// as it was `before` is no choice.
fn stamped(resource: &Resource, mut row: Row, before: Option<&Row>, saving: Saving) -> Row {
    let Some(created) = resource.created else { return row };
    if !row.contains_key(created) {
        let first = before.and_then(|before| before.get(created)).cloned();
        row.insert(created.into(), first.unwrap_or_else(|| saving.stamp()));
    }
    let is_chosen = row.get(MODIFIED).is_some_and(|given| {
        given.is_null() || before.is_none_or(|before| before.get(MODIFIED) != Some(given))
    });
    if !is_chosen {
        row.insert(MODIFIED.into(), saving.stamp());
    }
    row
}
