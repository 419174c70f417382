//! The rules of tickets and their charges, and what Autotask works out for them.

use serde_json::{Value, json};

use super::store::{Row, Store, field, number};

/// The system's status for a ticket that is done.
const COMPLETE: i64 = 5;

/// The status that a charge starts with.
const PENDING: i64 = 1;

/// Autotask keeps amounts to four places.
const PLACES: f64 = 10_000.0;

/// What is wrong with a ticket's assignment.
pub(super) fn ticket(row: &Row) -> Vec<String> {
    let assigned = ["assignedResourceID", "assignedResourceRoleID"].map(|name| field(row, name).is_null());
    let half = assigned[0] != assigned[1];
    let sentence = "Data violation: When assigning a Resource, you must assign both a assignedResourceID and \
        assignedResourceRoleID.";
    half.then(|| sentence.to_owned()).into_iter().collect()
}

/// The next free number of the day, like `T20260304.0001`.
pub(super) fn next_number(store: &Store, now: &str) -> Value {
    let day: String = now.chars().take_while(|letter| *letter != 'T').filter(char::is_ascii_digit).collect();
    let prefix = format!("T{day}.");
    let counter = |row: &Row| field(row, "ticketNumber").as_str()?.strip_prefix(&prefix)?.parse::<u32>().ok();
    let last = store.rows("Tickets").rev().find_map(counter).unwrap_or(0);
    json!(format!("{prefix}{:04}", last + 1))
}

/// Writes down when a ticket was completed; one that is open again has not been.
pub(super) fn complete(row: &mut Row, now: &str) {
    let is_complete = number(row, "status") == Some(COMPLETE);
    if is_complete == field(row, "completedDate").is_null() {
        row.insert("completedDate".into(), if is_complete { json!(now) } else { Value::Null });
    }
}

/// Fills in what a charge takes from its product or its material code, and what follows from its prices.
pub(super) fn charge(store: &Store, row: &mut Row) -> Vec<String> {
    let source = [("productID", "Products"), ("billingCodeID", "BillingCodes")]
        .into_iter()
        .find_map(|(name, plural)| store.row(plural, number(row, name)?));
    for name in ["unitPrice", "unitCost"] {
        if field(row, name).is_null() {
            row.insert(name.into(), source.map_or(Value::Null, |source| field(source, name).clone()));
        }
    }
    for (name, value) in
        [("isBilled", json!(false)), ("isBillableToCompany", json!(true)), ("status", json!(PENDING))]
    {
        if field(row, name).is_null() {
            row.insert(name.into(), value);
        }
    }
    for (total, unit) in [
        ("billableAmount", "unitPrice"),
        ("extendedCost", "unitCost"),
        ("internalCurrencyBillableAmount", "unitPrice"),
    ] {
        row.insert(total.into(), times_quantity(row, unit));
    }
    row.insert("internalCurrencyUnitPrice".into(), field(row, "unitPrice").clone());
    billed(row).into_iter().collect()
}

fn times_quantity(row: &Row, unit: &str) -> Value {
    let [quantity, unit] = ["unitQuantity", unit].map(|name| field(row, name).as_f64());
    quantity
        .zip(unit)
        .map_or(Value::Null, |(quantity, unit)| json!((quantity * unit * PLACES).round() / PLACES))
}

/// Why a charge that is on an invoice stays as it is; no source records the sentence.
pub(super) fn billed(row: &Row) -> Option<String> {
    (*field(row, "isBilled") == json!(true))
        .then(|| "A TicketCharge that has been billed may not be changed or deleted.".to_owned())
}
