//! A document's records put together: what is below it, and what it refers to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::run::Run;
use crate::{
    db::{self, SourceRecord, Tx},
    domain::source::{Key, Record, Role},
    error::{Error, Result},
};

/// What uses of codes are kept under, before the field's name.
pub(super) const CODE: &str = "code ";

/// A document with everything that it is made with.
pub(super) struct Gathered {
    pub stored: SourceRecord,
    pub record: Record,
    /// What it refers to, and what that refers to.
    pub known: BTreeMap<Key, Value>,
    /// What of it nobody has yet.
    pub missing: BTreeSet<Key>,
    /// Everything that it is made with, the codes too: when any of it changes it is made again.
    pub uses: Vec<(String, i64)>,
}

impl Run<'_> {
    /// Puts a document's records together.
    pub(super) async fn gather(&self, tx: &mut Tx, stored: SourceRecord) -> Result<Gathered> {
        let tree = db::source_tree(tx, self.of(), (&stored.resource, stored.id)).await?;
        let record = self.record_of(&stored, &tree)?;
        let mut known = BTreeMap::new();
        let mut uses: BTreeSet<Key> = BTreeSet::new();
        let mut missing = BTreeSet::new();
        let referred = record.all().into_iter().flat_map(|it| self.source.refers_to(it.resource, &it.row));
        let mut layer: BTreeSet<Key> = referred.collect();
        while !layer.is_empty() {
            uses.extend(&layer);
            let found = self.records(tx, &layer).await?;
            missing.extend(layer.iter().filter(|key| !found.contains_key(*key)));
            layer.clear();
            for (key, row) in found {
                let Some(row) = row else { continue };
                layer.extend(self.refers_further(key, &row));
                self.below_reference(tx, key, &mut known, &mut uses).await?;
                known.insert(key, row);
            }
            layer.retain(|key| !uses.contains(key));
        }
        let uses = self.uses(&record, &known, uses);
        Ok(Gathered { stored, record, known, missing, uses })
    }

    fn record_of(&self, stored: &SourceRecord, tree: &[SourceRecord]) -> Result<Record> {
        let resource = self.resource(&stored.resource)?.name;
        let mut below = Vec::new();
        for part in self.facts.parts_of(resource) {
            for child in tree.iter().filter(|it| it.resource == part.name && it.parent_id == stored.id) {
                below.push(self.record_of(child, tree)?);
            }
        }
        Ok(Record { resource, row: parsed(&stored.body)?, below })
    }

    /// The records of these keys as far as anything is known of them: `None` for one that the source does not have.
    async fn records(&self, tx: &mut Tx, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, Option<Value>>> {
        let mut by_resource: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
        for (resource, id) in keys {
            by_resource.entry(resource).or_default().push(*id);
        }
        let mut found = BTreeMap::new();
        for (resource, ids) in by_resource {
            for stored in db::source_records(tx, self.of(), resource, &ids).await? {
                let row = if stored.gone { None } else { Some(parsed(&stored.body)?) };
                found.insert((resource, stored.id), row);
            }
        }
        Ok(found)
    }

    /// What a reference refers to in turn. Another document is only named, so that nothing of it is needed.
    fn refers_further(&self, (resource, _): Key, row: &Value) -> Vec<Key> {
        let role = self.facts.resource(resource).map(|resource| resource.role);
        if role == Some(Role::Reference) { self.source.refers_to(resource, row) } else { Vec::new() }
    }

    /// Adds the references that hang below one, such as a customer's persons.
    async fn below_reference(
        &self,
        tx: &mut Tx,
        (above, id): Key,
        known: &mut BTreeMap<Key, Value>,
        uses: &mut BTreeSet<Key>,
    ) -> Result<()> {
        let is_below = |it: &&crate::domain::source::Resource| it.below.is_some_and(|(of, _)| of == above);
        for resource in self.facts.of(Role::Reference).filter(is_below) {
            for stored in db::source_records_below(tx, self.of(), resource.name, id).await? {
                if !stored.gone {
                    uses.insert((resource.name, stored.id));
                    known.insert((resource.name, stored.id), parsed(&stored.body)?);
                }
            }
        }
        Ok(())
    }

    fn uses(&self, record: &Record, known: &BTreeMap<Key, Value>, keys: BTreeSet<Key>) -> Vec<(String, i64)> {
        let own = record.all().into_iter().map(|it| (it.resource, &it.row));
        let others = known.iter().map(|((resource, _), row)| (*resource, row));
        let is_reference = |name: &str| self.facts.resource(name).is_some_and(|it| it.role != Role::Document);
        let rows = own.chain(others.filter(|(resource, _)| is_reference(resource)));
        let codes = rows.flat_map(|(resource, row)| self.source.codes(resource, row));
        let codes = codes.map(|(field, code)| (format!("{CODE}{field}"), code));
        let all: BTreeSet<(String, i64)> =
            keys.into_iter().map(|(resource, id)| (resource.to_owned(), id)).chain(codes).collect();
        all.into_iter().collect()
    }
}

fn parsed(body: &str) -> Result<Value> {
    serde_json::from_str(body).map_err(Error::internal)
}
