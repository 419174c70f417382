//! Something of the tenant's that becomes inactive while requests come in, like a stage that an administrator retires.

use std::io;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    entity_rules, faults,
    log::Op,
    metadata::{DataType, Entity},
    store::{Change, Store},
};
use crate::clock::Millis;

/// The `kind` by which this line of a script is told from faults.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Deactivate,
}

/// A line of the script: after some requests, a row or a value of a picklist is inactive.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deactivation {
    kind: Kind,
    /// Which requests count, as with faults.
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: String,
    /// How many more requests still see it active.
    #[serde(default)]
    after: u32,
    /// The plural name of the entity.
    entity: String,
    /// The row, where it is a row.
    #[serde(default)]
    id: Option<i64>,
    /// The picklist and its value, where it is one.
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    value: Option<Value>,
}

/// What becomes inactive.
enum Target {
    Row { plural: &'static str, id: i64, inactive: Value },
    Value { entity: &'static str, field: String, value: String },
}

impl Deactivation {
    /// Whether it happens before this request; counts the request where it does not.
    pub(super) fn is_due(&mut self, method: &Method, path: &str) -> bool {
        let covered = faults::covers(self.method.as_deref(), &self.path, method, path);
        let due = covered && self.after == 0;
        self.after -= u32::from(covered && !due);
        due
    }

    /// Whether the tenant has what is to become inactive.
    pub(super) fn is_possible(&self, store: &Store) -> bool {
        self.target(store).is_some()
    }

    /// Makes it inactive; fails where the journal cannot be written.
    pub(super) fn apply(&self, store: &mut Store, now: Millis) -> io::Result<()> {
        match self.target(store) {
            Some(Target::Row { plural, id, inactive }) => {
                let metadata = store.metadata();
                let (Some(entity), Some(row)) = (metadata.entity(plural), store.row(plural, id)) else {
                    return Ok(());
                };
                let mut row = row.clone();
                entity_rules::stamp(store, entity, &mut row, now, false);
                row.insert("isActive".into(), inactive);
                store.commit(vec![Change { op: Op::Update, entity: plural.into(), id, row: Some(row) }], now)
            }
            Some(Target::Value { entity, field, value }) => {
                if let Some(item) = store.picklist_value(entity, &field, &value) {
                    item.is_active = false;
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn target(&self, store: &Store) -> Option<Target> {
        let metadata = store.metadata();
        let entity = metadata.entity(&self.entity)?;
        match (self.id, &self.field, &self.value) {
            (Some(id), None, None) => row(store, entity, id),
            (None, Some(field), Some(value)) => {
                let field = entity.field(field).filter(|field| field.is_pick_list)?;
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if let Some(source) = &field.picklist_from {
                    return row(store, metadata.entity(source)?, value.parse().ok()?);
                }
                let listed = store.picklist(entity, field).into_iter().any(|item| item.value == value);
                listed.then(|| Target::Value { entity: entity.plural, field: field.name.clone(), value })
            }
            _ => None,
        }
    }
}

fn row(store: &Store, entity: &Entity, id: i64) -> Option<Target> {
    store.row(entity.plural, id)?;
    let inactive = match entity.field("isActive")?.data_type {
        DataType::Boolean => json!(false),
        _ => json!(0),
    };
    Some(Target::Row { plural: entity.plural, id, inactive })
}
