//! What Autotask checks of every written field: presence, type, length, picklist and reference.

use serde_json::Value;

use super::{
    metadata::{Entity, Field},
    store::{self, Row, Store, is_inactive},
    values,
};

/// What Autotask adds to the sentences about single fields.
const RECORD: &str = " ; on record number [1].";

/// The kinds of billing code (`useType`) that a field takes: 1 is a work type, 4 is a material code, 5 one for recurring services,
/// 7 one for products. That a product takes a material code too is an assumption: the vendor's page speaks of
/// "material codes", a live tenant's list of a kind of its own, and no source proves that either is refused.
const CODE_KINDS: [(&str, &str, &[i64]); 6] = [
    ("Services", "billingCodeID", &[5]),
    ("QuoteItems", "chargeID", &[4]),
    ("QuoteItems", "expenseID", &[2]),
    ("Products", "productBillingCodeID", &[4, 7]),
    ("Tickets", "billingCodeID", &[1]),
    ("TicketCharges", "billingCodeID", &[4]),
];

/// The fields that a write sets, by their names in the metadata.
pub(super) type Changed<'e> = Vec<&'e Field>;

/// Copies a body's fields into the row and says which. Unknown and read-only fields are passed over without a
/// word, as Autotask does; so are those that can only be given at creation, once the row exists.
pub(super) fn assign<'e>(
    entity: &'e Entity,
    body: &Row,
    row: &mut Row,
    creating: bool,
) -> Result<Changed<'e>, Vec<String>> {
    let mut changed = Vec::new();
    let mut errors = Vec::new();
    for (name, value) in body {
        let Some(field) = entity.field(name).filter(|field| is_writable(field, creating)) else { continue };
        match values::convert(field, value) {
            Ok(value) => {
                row.insert(field.name.clone(), value);
                changed.push(field);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(changed) } else { Err(errors) }
}

/// Whether a write takes notice of the field.
pub(super) fn is_writable(field: &Field, creating: bool) -> bool {
    field.name != "id" && (!field.is_read_only || (creating && field.is_create_only()))
}

/// The sentence for a field that must have a value.
pub(super) fn missing_field(name: &str) -> String {
    format!("Missing Required Field: {name}.{RECORD}")
}

/// The sentence for a value that a picklist does not offer.
pub(super) fn bad_picklist_value(value: &str, name: &str) -> String {
    format!("Picklist value [{value}] does not exist for {name}.{RECORD}")
}

/// The sentence for a reference that leads nowhere, or to what may not be used.
pub(super) fn bad_reference(field: &Field) -> String {
    let Field { name, reference_entity_type: target, .. } = field;
    format!("Reference value on field: {name} of type: {target} does not exist or is invalid.{RECORD}")
}

/// The first of `fields` that is required and has no value: Autotask names one at a time.
pub(super) fn missing<'f>(row: &Row, fields: impl IntoIterator<Item = &'f Field>) -> Option<String> {
    let required = |field: &&Field| field.is_required && field.name != "id";
    let empty = fields.into_iter().filter(required).find(|field| store::field(row, &field.name).is_null());
    empty.map(|field| missing_field(&field.name))
}

/// What is wrong with the values of `fields`.
pub(super) fn violations(store: &Store, entity: &Entity, row: &Row, fields: &Changed<'_>) -> Vec<String> {
    let check = |field: &&Field| violation(store, entity, field, store::field(row, &field.name));
    fields.iter().filter_map(check).collect()
}

fn violation(store: &Store, entity: &Entity, field: &Field, value: &Value) -> Option<String> {
    if value.is_null() {
        return None;
    }
    if field.is_pick_list {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let refused = !store.offers(entity, field, &value);
        return refused.then(|| bad_picklist_value(&value, &field.name));
    }
    if field.reference_entity_type.is_empty() {
        return None;
    }
    (!refers(store, entity, field, value)).then(|| bad_reference(field))
}

/// Whether a reference leads to an active row of the right kind; entities out of scope are taken on trust.
fn refers(store: &Store, entity: &Entity, field: &Field, value: &Value) -> bool {
    let metadata = store.metadata();
    let Some(target) = metadata.referenced(&field.reference_entity_type) else { return true };
    let row = value.as_i64().and_then(|id| store.row(target.plural, id));
    row.is_some_and(|row| !is_inactive(row) && is_of_kind(entity, field, row))
}

fn is_of_kind(entity: &Entity, field: &Field, code: &Row) -> bool {
    let rule = CODE_KINDS.iter().find(|(plural, name, _)| *plural == entity.plural && *name == field.name);
    rule.is_none_or(|(_, _, kinds)| store::number(code, "useType").is_some_and(|kind| kinds.contains(&kind)))
}
