//! Create, update and delete: from a request's body to the changes that it makes.

use serde_json::{Value, json};

use super::{
    entity_rules,
    log::Op,
    metadata::Entity,
    query::member,
    rules::{self, Changed},
    store::{Change, Row, Store, field, number},
    tickets, user_defined,
};
use crate::clock::Millis;

/// The rows that a write changes, its own first; or the sentences to refuse it with.
pub(super) type Outcome = Result<Vec<Change>, Vec<String>>;

/// A new row; `parent` is the id in the address of a child.
pub(super) fn create(
    store: &Store,
    entity: &Entity,
    body: &Row,
    parent: Option<i64>,
    now: Millis,
) -> Outcome {
    let mut row = entity.blank();
    rules::assign(entity, body, &mut row, true)?;
    user_defined::assign(&entity.user_defined, body, &mut row, true)?;
    if let (Some(address), Some(parent)) = (entity.parent, parent) {
        row.insert(address.key.into(), json!(parent));
    }
    row.insert("id".into(), json!(store.next_id(entity.plural)));
    check(store, entity, &mut row, &entity.fields.iter().collect())?;
    entity_rules::defaults(store, entity, &mut row);
    entity_rules::stamp(store, entity, &mut row, now, true);
    Ok(changes(store, entity, row, Op::Create))
}

/// Changes the row whose id the body holds: the fields given, or with `replace` all that can be written.
pub(super) fn update(
    store: &Store,
    entity: &Entity,
    body: &Row,
    parent: Option<i64>,
    replace: bool,
    now: Millis,
) -> Outcome {
    let id = member(body, "id").and_then(whole).ok_or_else(|| vec![rules::missing_field("id")])?;
    let mut row = existing(store, entity, id, parent).cloned().ok_or_else(|| {
        vec![format!("No matching records found. {} {id} does not exist.", entity.singular)]
    })?;
    let writable: Changed<'_> =
        entity.fields.iter().filter(|field| replace && rules::is_writable(field, false)).collect();
    row.extend(writable.iter().map(|field| (field.name.clone(), Value::Null)));
    let given = rules::assign(entity, body, &mut row, false)?;
    user_defined::assign(&entity.user_defined, body, &mut row, replace)?;
    check(store, entity, &mut row, if replace { &writable } else { &given })?;
    entity_rules::stamp(store, entity, &mut row, now, false);
    Ok(changes(store, entity, row, Op::Update))
}

/// Deletes a child by its id.
pub(super) fn delete(store: &Store, entity: &Entity, id: i64, parent: Option<i64>) -> Outcome {
    let gone = "No message. No matching records found. \
        The logged in Resource may not have the required permissions to delete the data.";
    let row = existing(store, entity, id, parent).ok_or_else(|| vec![gone.to_owned()])?;
    if let Some(refusal) = tickets::billed(row) {
        return Err(vec![refusal]);
    }
    Ok(vec![Change { op: Op::Delete, entity: entity.plural.into(), id, row: None }])
}

fn check(store: &Store, entity: &Entity, row: &mut Row, changed: &Changed<'_>) -> Result<(), Vec<String>> {
    if let Some(missing) = rules::missing(row, changed.iter().copied()) {
        return Err(vec![missing]);
    }
    let mut errors = rules::violations(store, entity, row, changed);
    for error in entity_rules::settle(store, entity, row, changed) {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn existing<'s>(store: &'s Store, entity: &Entity, id: i64, parent: Option<i64>) -> Option<&'s Row> {
    let row = store.row(entity.plural, id)?;
    let belongs = |parent| entity.parent.is_none_or(|address| *field(row, address.key) == json!(parent));
    parent.is_none_or(belongs).then_some(row)
}

/// The row's own change; a quote that becomes primary takes that from the one that was.
fn changes(store: &Store, entity: &Entity, row: Row, op: Op) -> Vec<Change> {
    let change = |op, row: Row| Change {
        op,
        entity: entity.plural.into(),
        id: number(&row, "id").unwrap_or_default(),
        row: Some(row),
    };
    let is_primary = entity.plural == "Quotes" && *field(&row, "primaryQuote") == json!(true);
    let demoted = is_primary.then(|| entity_rules::other_primary(store, &row).cloned()).flatten();
    let demoted = demoted.map(|mut other| {
        other.insert("primaryQuote".into(), json!(false));
        change(Op::Update, other)
    });
    std::iter::once(change(op, row)).chain(demoted).collect()
}

/// A whole number, also where it comes as text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
