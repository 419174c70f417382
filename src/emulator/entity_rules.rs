//! The rules that only one entity has, and the fields that Autotask fills in by itself.

use serde_json::{Value, json};

use super::{
    metadata::{Entity, Field},
    quote_items,
    rules::{self, Changed},
    store::{Row, Store, field, is_inactive, number},
    tickets, values,
};
use crate::clock::{self, Millis};

/// The licence of an API user, who stands as the creator of what is written through the API.
const API_USER: i64 = 7;

const STAMPED_AT_CREATION: [&str; 2] = ["createDate", "createdTime"];
const SIGNED_AT_CREATION: [&str; 3] = ["creatorResourceID", "createdByResourceID", "createdBy"];
const STAMPED_ALWAYS: [&str; 6] = [
    "lastActivity",
    "lastActivityDate",
    "lastModifiedDate",
    "lastTrackedModifiedDateTime",
    "lastTrackedModificationDateTime",
    "statusLastModifiedDate",
];
const SIGNED_ALWAYS: [&str; 2] = ["lastModifiedBy", "updateResourceID"];

/// Fills in what follows from the row's other fields, and says which rules the row breaks.
pub(super) fn settle(store: &Store, entity: &Entity, row: &mut Row, changed: &Changed<'_>) -> Vec<String> {
    match entity.plural {
        "Opportunities" => opportunity(store, row, changed),
        "Quotes" => quote(store, row, changed),
        "QuoteItems" => quote_items::settle(store, row),
        "Services" => service(store, row).into_iter().collect(),
        "Tickets" => foreign_contact(store, row, changed).into_iter().chain(tickets::ticket(row)).collect(),
        "TicketCharges" => tickets::charge(store, row),
        _ => Vec::new(),
    }
}

fn opportunity(store: &Store, row: &Row, changed: &Changed<'_>) -> Vec<String> {
    let mut errors = Vec::new();
    errors.extend(foreign_contact(store, row, changed));
    if number(row, "probability").is_some_and(|percent| !(0..=100).contains(&percent)) {
        errors.push("Opportunity.probability must be between 0 and 100.".into());
    }
    let [start, close] = ["startDate", "projectedCloseDate"].map(|name| moment(row, name));
    if start.zip(close).is_some_and(|(start, close)| close < start) {
        errors.push("Opportunity.projectedCloseDate may not be before Opportunity.startDate.".into());
    }
    errors
}

fn quote(store: &Store, row: &mut Row, changed: &Changed<'_>) -> Vec<String> {
    let opportunity = number(row, "opportunityID").and_then(|id| store.row("Opportunities", id));
    if let (Some(opportunity), true) = (opportunity, field(row, "companyID").is_null()) {
        row.insert("companyID".into(), field(opportunity, "companyID").clone());
    }
    let mut errors = Vec::new();
    errors.extend(foreign_contact(store, row, changed));
    match other_primary(store, row) {
        None if *field(row, "primaryQuote") == json!(false) => {
            errors.push("An opportunity with quotes must have a primary quote.".into());
        }
        None => {
            row.insert("primaryQuote".into(), json!(true));
        }
        Some(_) if field(row, "primaryQuote").is_null() => {
            row.insert("primaryQuote".into(), json!(false));
        }
        Some(_) => {}
    }
    errors
}

/// The quote that is primary for the same opportunity, other than this one.
pub(super) fn other_primary<'s>(store: &'s Store, quote: &Row) -> Option<&'s Row> {
    let siblings = store.rows_with("Quotes", "opportunityID", field(quote, "opportunityID"));
    siblings.into_iter().find(|other| {
        field(other, "id") != field(quote, "id") && *field(other, "primaryQuote") == json!(true)
    })
}

/// A contact that is written must belong to the company, or to its parent.
fn foreign_contact(store: &Store, row: &Row, changed: &Changed<'_>) -> Option<String> {
    let written = changed.iter().find(|field| field.name == "contactID")?;
    let contact = store.row("Contacts", number(row, "contactID")?)?;
    let company = number(row, "companyID")?;
    let parent = store.row("Companies", company).and_then(|company| number(company, "parentCompanyID"));
    let owner = number(contact, "companyID");
    let belongs = owner == Some(company) || (owner.is_some() && owner == parent);
    (!belongs).then(|| rules::bad_reference(written))
}

/// Two active services may not have one name; no source records the sentence.
fn service(store: &Store, row: &Row) -> Option<String> {
    let name = field(row, "name").as_str()?.to_lowercase();
    let taken = store.rows("Services").any(|other| {
        field(other, "id") != field(row, "id")
            && !is_inactive(other)
            && field(other, "name").as_str().is_some_and(|other| other.to_lowercase() == name)
    });
    (taken && !is_inactive(row)).then(|| "An active Service with this name already exists.".into())
}

/// What a new row has where the client said nothing.
pub(super) fn defaults(store: &Store, entity: &Entity, row: &mut Row) {
    if entity.field("isActive").is_some_and(|field| !field.is_required) && field(row, "isActive").is_null() {
        row.insert("isActive".into(), json!(true));
    }
    match entity.plural {
        "Quotes" => {
            let last = store.rows("Quotes").next_back().and_then(|quote| number(quote, "quoteNumber"));
            row.insert("quoteNumber".into(), json!(last.unwrap_or(0) + 1));
        }
        "QuoteItems" => {
            let siblings = store.rows_with("QuoteItems", "quoteID", field(row, "quoteID"));
            let last = siblings.iter().filter_map(|item| number(item, "sortOrderID")).max();
            row.insert("sortOrderID".into(), json!(last.unwrap_or(0) + 1));
        }
        _ => {}
    }
}

/// Writes down when the row was touched and by whom, in the fields that its entity has for that.
pub(super) fn stamp(store: &Store, entity: &Entity, row: &mut Row, now: Millis, creating: bool) {
    let now = values::stamp(clock::timestamp(now));
    let api_user = store.rows("Resources").find(|row| number(row, "licenseType") == Some(API_USER));
    let api_user = api_user.map_or(Value::Null, |row| field(row, "id").clone());
    let mut set = |names: &[&str], value: &Value| {
        for Field { name, .. } in names.iter().filter_map(|name| entity.field(name)) {
            row.insert(name.clone(), value.clone());
        }
    };
    set(&STAMPED_ALWAYS, &json!(now));
    set(&SIGNED_ALWAYS, &api_user);
    if creating {
        set(&STAMPED_AT_CREATION, &json!(now));
        set(&SIGNED_AT_CREATION, &api_user);
    }
    if entity.plural == "Tickets" {
        if field(row, "ticketNumber").is_null() {
            row.insert("ticketNumber".into(), tickets::next_number(store, &now));
        }
        tickets::complete(row, &now);
    }
}

fn moment(row: &Row, name: &str) -> Option<jiff::civil::DateTime> {
    field(row, name).as_str().and_then(values::moment)
}
