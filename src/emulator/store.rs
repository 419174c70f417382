//! The tenant's rows, and the journal that lets them outlive the process.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    journal::Journal,
    log::Op,
    metadata::{Entity, Field, Metadata},
    seed::{PicklistValue, Picklists, Seed},
    table::{self, Table},
};
use crate::clock::Millis;

/// One record: field name to value.
pub(super) type Row = Map<String, Value>;

/// One row that came, changed or went; a line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) op: Op,
    /// The plural name of the entity.
    pub(super) entity: String,
    pub(super) id: i64,
    /// The whole row as it is afterwards; none when it was deleted.
    pub(super) row: Option<Row>,
}

/// Everything the tenant holds.
#[derive(Debug)]
pub(super) struct Store {
    metadata: Arc<Metadata>,
    seed: Seed,
    picklists: Picklists,
    tables: BTreeMap<&'static str, Table>,
    /// When rows were created, as far as this process did it: entity and id.
    created: HashMap<(String, i64), Millis>,
    journal: Journal,
}

impl Store {
    /// The seed's rows, then the journal's changes; fails where the journal cannot be read or is not one.
    pub(super) fn open(metadata: Arc<Metadata>, seed: Seed, journal: Option<&Path>) -> io::Result<Self> {
        let (tables, picklists) = (sown(&metadata, &seed)?, seed.picklists.clone());
        let (journal, changes) = Journal::open(journal)?;
        let mut store = Self { metadata, seed, picklists, tables, created: HashMap::new(), journal };
        for change in changes {
            store.apply(change);
        }
        Ok(store)
    }

    /// Back to the seed; what the journal held is gone.
    pub(super) fn reset(&mut self) -> io::Result<()> {
        self.created.clear();
        self.metadata = Arc::new(Metadata::load(&self.seed.user_defined_fields)?);
        self.tables = sown(&self.metadata, &self.seed)?;
        self.picklists = self.seed.picklists.clone();
        self.journal.clear()
    }

    /// Writes the changes of one call, made at `now`, to the journal in one piece, then makes them.
    pub(super) fn commit(&mut self, changes: Vec<Change>, now: Millis) -> io::Result<()> {
        self.journal.write(&changes)?;
        for change in changes {
            if change.op == Op::Create {
                self.created.insert((change.entity.clone(), change.id), now);
            }
            self.apply(change);
        }
        Ok(())
    }

    fn apply(&mut self, change: Change) {
        let Some(table) = self.tables.get_mut(change.entity.as_str()) else { return };
        match change.row {
            Some(row) => table.put(change.id, row),
            None => table.remove(change.id),
        }
    }

    pub(super) fn metadata(&self) -> Arc<Metadata> {
        Arc::clone(&self.metadata)
    }

    /// Sets how long a text field may be; whether there is such a field. The journal does not hold such changes.
    pub(super) fn set_length(&mut self, plural: &str, field: &str, length: usize) -> bool {
        Arc::make_mut(&mut self.metadata).set_length(plural, field, length)
    }

    /// The rows of an entity, by ascending id.
    pub(super) fn rows<'s>(&'s self, plural: &str) -> impl DoubleEndedIterator<Item = &'s Row> + use<'s> {
        self.tables.get(plural).into_iter().flat_map(Table::rows)
    }

    /// The rows whose field has this value, by ascending id.
    pub(super) fn rows_with<'s>(&'s self, plural: &str, name: &str, value: &Value) -> Vec<&'s Row> {
        let Some((table, key)) = self.tables.get(plural).zip(table::key(value)) else { return Vec::new() };
        match table.found(name, &key) {
            Some(rows) => rows.collect(),
            None => table.rows().filter(|row| table::key(field(row, name)).as_ref() == Some(&key)).collect(),
        }
    }

    /// The rows of an entity among which those lie whose fields have these values; all where no index helps.
    pub(super) fn candidates<'s>(
        &'s self,
        plural: &str,
        pinned: &[(&str, String)],
    ) -> Box<dyn Iterator<Item = &'s Row> + 's> {
        let table = self.tables.get(plural);
        let found = |(name, key): &(&str, String)| table?.found(name, key).map(Iterator::collect::<Vec<_>>);
        match pinned.iter().find_map(found) {
            Some(rows) => Box::new(rows.into_iter()),
            None => Box::new(self.rows(plural)),
        }
    }

    pub(super) fn row(&self, plural: &str, id: i64) -> Option<&Row> {
        self.tables.get(plural)?.get(id)
    }

    /// When the row was created; the beginning of time where it was there before.
    pub(super) fn created_at(&self, plural: &str, row: &Row) -> Millis {
        let id = number(row, "id").unwrap_or_default();
        self.created.get(&(plural.to_owned(), id)).copied().unwrap_or(Millis::MIN)
    }

    /// The id that the entity's next new row gets.
    pub(super) fn next_id(&self, plural: &str) -> i64 {
        self.tables.get(plural).map_or(0, |table| table.next_id)
    }

    /// The values of a picklist, inactive ones too; none where the tenant has defined none.
    pub(super) fn picklist(&self, entity: &Entity, field: &Field) -> Vec<PicklistValue> {
        if let Some(source) = &field.picklist_from {
            return self.rows(source).zip(1..).map(|(row, order)| from_row(row, order)).collect();
        }
        self.listed(entity, field).to_vec()
    }

    fn listed(&self, entity: &Entity, field: &Field) -> &[PicklistValue] {
        let fields = self.picklists.get(entity.plural);
        fields.and_then(|fields| fields.get(&field.name)).map_or(&[], Vec::as_slice)
    }

    /// One value of a picklist that the tenant keeps as such, to be changed; the journal does not hold such changes.
    pub(super) fn picklist_value(
        &mut self,
        entity: &str,
        field: &str,
        value: &str,
    ) -> Option<&mut PicklistValue> {
        self.picklists.get_mut(entity)?.get_mut(field)?.iter_mut().find(|item| item.value == value)
    }

    /// Whether `value` may be written to a picklist field: it is in the list, and active.
    pub(super) fn offers(&self, entity: &Entity, field: &Field, value: &str) -> bool {
        match &field.picklist_from {
            Some(source) => {
                value.parse().ok().and_then(|id| self.row(source, id)).is_some_and(|row| !is_inactive(row))
            }
            None => self.listed(entity, field).iter().any(|item| item.value == value && item.is_active),
        }
    }
}

fn from_row(row: &Row, sort_order: i32) -> PicklistValue {
    PicklistValue {
        value: field(row, "id").to_string(),
        label: field(row, "name").as_str().unwrap_or_default().to_owned(),
        is_default_value: *field(row, "isGlobalDefault") == json!(true),
        sort_order,
        parent_value: String::new(),
        is_active: !is_inactive(row),
        is_system: false,
    }
}

/// A field of a row; null where the row does not hold it.
pub(super) fn field<'r>(row: &'r Row, name: &str) -> &'r Value {
    row.get(name).unwrap_or(&Value::Null)
}

/// A field that holds a whole number, like an id.
pub(super) fn number(row: &Row, name: &str) -> Option<i64> {
    field(row, name).as_i64()
}

/// Whether the row is switched off; `isActive` is a boolean in most entities and 1 or 0 in Contacts.
pub(super) fn is_inactive(row: &Row) -> bool {
    matches!(field(row, "isActive"), value if *value == json!(false) || *value == json!(0))
}

fn sown(metadata: &Metadata, seed: &Seed) -> io::Result<BTreeMap<&'static str, Table>> {
    let mut tables = BTreeMap::new();
    for entity in metadata.entities() {
        let mut table = Table::new(entity.plural);
        for given in seed.entities.get(entity.plural).into_iter().flatten() {
            let id = number(given, "id")
                .ok_or_else(|| io::Error::other(format!("the seed's {} need ids", entity.plural)))?;
            let mut row = entity.blank();
            row.extend(given.clone());
            table.put(id, row);
        }
        tables.insert(entity.plural, table);
    }
    Ok(tables)
}
