//! The emulator's own routes under `/_emulator`, for tests and for the demonstration. None of them is logged.
//!
//! | route | does |
//! |---|---|
//! | `GET entities/{E}` | shows an entity's rows |
//! | `POST entities/{E}` | adds rows, as a JSON array, by no rule; shows their ids |
//! | `PATCH entities/{E}/{id}` | edits a row as a person would, by no rule |
//! | `DELETE entities/{E}/{id}` | deletes a row, by no rule |
//! | `PATCH picklists/{E}/{field}/{value}` | renames a value, or switches it on and off |
//! | `PATCH lengths/{E}/{field}` | sets how long a text field may be, as `length`: Autotask makes them longer at times |
//! | `GET log` | shows the requests, one a line |
//! | `GET`, `POST`, `DELETE faults` | shows, adds to and clears the script: lines as `faults::Fault` and `deactivation::Deactivation` name them |
//! | `GET`, `POST limits` | shows and sets `limit`, `others_used`, `threads` |
//! | `POST tick` | moves a manual clock on by `ms`, and lets what has come due happen |
//! | `POST reset` | brings the seed back |

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{Response, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Result},
    routing::{get, patch, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Emulator, entity_rules,
    faults::{Line, Script},
    limits,
    log::{Log, Op},
    seed::PicklistValue,
    store::{Change, Row},
};

/// The routes, to be joined with Autotask's.
pub(super) fn router() -> Router<Emulator> {
    Router::new()
        .route("/_emulator/entities/{entity}", get(rows).post(add))
        .route("/_emulator/entities/{entity}/{id}", patch(edit).delete(remove))
        .route("/_emulator/picklists/{entity}/{field}/{value}", patch(switch))
        .route("/_emulator/lengths/{entity}/{field}", patch(set_length))
        .route("/_emulator/log", get(log))
        .route("/_emulator/reset", post(reset))
        .route("/_emulator/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/_emulator/limits", get(limits).post(set_limits))
        .route("/_emulator/tick", post(tick))
        .route("/Mvc/CRM/OpportunityDetail.mvc", get(opportunity))
        .route("/Mvc/ServiceDesk/TicketDetail.mvc", get(ticket))
}

/// Which opportunity a person wants to see.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    opportunity_id: i64,
}

/// Where Opportune's links to an opportunity lead: Autotask has a page there, the emulator its rows.
async fn opportunity(State(emulator): State<Emulator>, Query(shown): Query<Shown>) -> Result<String> {
    let of = |entity: &str, field: &str, id: &Value| -> Vec<Value> {
        emulator.entities(entity).into_iter().filter(|row| row[field] == *id).collect()
    };
    let opportunities = of("Opportunities", "id", &json!(shown.opportunity_id));
    let opportunity = opportunities.first().ok_or_else(|| unknown("opportunity"))?;
    let quotes = of("Quotes", "opportunityID", &opportunity["id"]);
    let items: Vec<Value> =
        quotes.iter().flat_map(|quote| of("QuoteItems", "quoteID", &quote["id"])).collect();
    let page = json!({ "Opportunity": opportunity, "Quotes": quotes, "QuoteItems": items });
    Ok(serde_json::to_string_pretty(&page).map_err(failed)?)
}

/// Which ticket a person wants to see.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShownTicket {
    ticket_id: i64,
}

/// The same for Opportune's links to a ticket.
async fn ticket(State(emulator): State<Emulator>, Query(shown): Query<ShownTicket>) -> Result<String> {
    let of = |entity: &str, field: &str| -> Vec<Value> {
        let rows = emulator.entities(entity).into_iter();
        rows.filter(|row| row[field] == json!(shown.ticket_id)).collect()
    };
    let tickets = of("Tickets", "id");
    let ticket = tickets.first().ok_or_else(|| unknown("ticket"))?;
    let page = json!({ "Ticket": ticket, "TicketCharges": of("TicketCharges", "ticketID") });
    Ok(serde_json::to_string_pretty(&page).map_err(failed)?)
}

async fn rows(State(emulator): State<Emulator>, Path(entity): Path<String>) -> Result<Json<Vec<Value>>> {
    let metadata = emulator.lock().store.metadata();
    let entity = metadata.entity(&entity).ok_or_else(|| unknown("entity"))?;
    Ok(Json(emulator.entities(entity.plural)))
}

/// A person's edit behind the API: the fields are merged into the row, no rule is applied.
async fn edit(
    State(emulator): State<Emulator>,
    Path((entity, id)): Path<(String, i64)>,
    Json(fields): Json<Row>,
) -> Result<Json<Row>> {
    let now = emulator.0.clock.now();
    let mut inner = emulator.lock();
    let metadata = inner.store.metadata();
    let entity = metadata.entity(&entity).ok_or_else(|| unknown("entity"))?;
    let mut row = inner.store.row(entity.plural, id).cloned().ok_or_else(|| unknown("row"))?;
    entity_rules::stamp(&inner.store, entity, &mut row, now, false);
    row.extend(fields);
    let change = Change { op: Op::Update, entity: entity.plural.into(), id, row: Some(row.clone()) };
    inner.store.commit(vec![change], now).map_err(failed)?;
    Ok(Json(row))
}

/// Rows that came into being behind the API: fields that they leave out are null, no rule is applied.
async fn add(
    State(emulator): State<Emulator>,
    Path(entity): Path<String>,
    Json(given): Json<Vec<Row>>,
) -> Result<Json<Vec<i64>>> {
    let now = emulator.0.clock.now();
    let mut inner = emulator.lock();
    let metadata = inner.store.metadata();
    let entity = metadata.entity(&entity).ok_or_else(|| unknown("entity"))?;
    let first = inner.store.next_id(entity.plural);
    let mut changes = Vec::new();
    for (id, fields) in (first..).zip(given) {
        let mut row = entity.blank();
        row.extend(fields);
        row.insert("id".into(), json!(id));
        changes.push(Change { op: Op::Create, entity: entity.plural.into(), id, row: Some(row) });
    }
    let ids = changes.iter().map(|change| change.id).collect();
    inner.store.commit(changes, now).map_err(failed)?;
    Ok(Json(ids))
}

/// A row that is gone, whatever pointed to it.
async fn remove(
    State(emulator): State<Emulator>,
    Path((entity, id)): Path<(String, i64)>,
) -> Result<StatusCode> {
    let now = emulator.0.clock.now();
    let mut inner = emulator.lock();
    let metadata = inner.store.metadata();
    let entity = metadata.entity(&entity).ok_or_else(|| unknown("entity"))?;
    inner.store.row(entity.plural, id).ok_or_else(|| unknown("row"))?;
    let change = Change { op: Op::Delete, entity: entity.plural.into(), id, row: None };
    inner.store.commit(vec![change], now).map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an administrator can change about one value of a picklist.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PicklistEdit {
    label: Option<String>,
    is_active: Option<bool>,
}

/// An administrator's edit of a picklist, like switching a stage off; names are written as Autotask writes them.
async fn switch(
    State(emulator): State<Emulator>,
    Path((entity, field, value)): Path<(String, String, String)>,
    Json(edit): Json<PicklistEdit>,
) -> Result<Json<PicklistValue>> {
    let mut inner = emulator.lock();
    let item =
        inner.store.picklist_value(&entity, &field, &value).ok_or_else(|| unknown("picklist value"))?;
    item.label = edit.label.unwrap_or_else(|| item.label.clone());
    item.is_active = edit.is_active.unwrap_or(item.is_active);
    Ok(Json(item.clone()))
}

/// How long a text field may be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Length {
    length: usize,
}

/// Another length of a text field; names are written as Autotask writes them.
async fn set_length(
    State(emulator): State<Emulator>,
    Path((entity, field)): Path<(String, String)>,
    Json(Length { length }): Json<Length>,
) -> Result<StatusCode> {
    let is_known = emulator.lock().store.set_length(&entity, &field, length);
    if is_known { Ok(StatusCode::NO_CONTENT) } else { Err(unknown("text field").into()) }
}

async fn log(State(emulator): State<Emulator>) -> Result<Response<Body>> {
    let mut lines = Vec::new();
    for entry in emulator.log() {
        serde_json::to_writer(&mut lines, &entry).map_err(failed)?;
        lines.push(b'\n');
    }
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

/// Back to the seed, with an empty log, journal and script.
async fn reset(State(emulator): State<Emulator>) -> Result<StatusCode> {
    let mut inner = emulator.lock();
    inner.store.reset().map_err(failed)?;
    inner.log = Log::default();
    inner.faults.clear();
    inner.forget_late();
    inner.limits.reset();
    Ok(StatusCode::NO_CONTENT)
}

async fn faults(State(emulator): State<Emulator>) -> Json<Value> {
    let now = emulator.0.clock.now();
    Json(json!(emulator.lock().faults.pending(now)))
}

async fn add_faults(State(emulator): State<Emulator>, Json(script): Json<Script>) -> Result<Json<Value>> {
    let now = emulator.0.clock.now();
    let mut inner = emulator.lock();
    let lines = script.into_lines();
    let impossible =
        |line: &Line| matches!(line, Line::Deactivation(line) if !line.is_possible(&inner.store));
    if lines.iter().any(impossible) {
        return Err(unknown("row or value to deactivate").into());
    }
    for line in lines {
        inner.faults.add(line, now);
    }
    Ok(Json(json!(inner.faults.pending(now))))
}

async fn clear_faults(State(emulator): State<Emulator>) -> StatusCode {
    emulator.lock().faults.clear();
    StatusCode::NO_CONTENT
}

async fn limits(State(emulator): State<Emulator>) -> Json<Value> {
    let now = emulator.0.clock.now();
    Json(emulator.lock().limits.describe(now))
}

async fn set_limits(State(emulator): State<Emulator>, Json(setting): Json<limits::Setting>) -> Json<Value> {
    let now = emulator.0.clock.now();
    let mut inner = emulator.lock();
    inner.limits.set(&setting);
    Json(inner.limits.describe(now))
}

/// By how many milliseconds a manual clock goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tick {
    #[serde(default)]
    ms: u32,
}

/// Lets what has come due happen; an empty body moves no clock.
async fn tick(State(emulator): State<Emulator>, body: Bytes) -> Result<StatusCode> {
    let unreadable = |error: serde_json::Error| (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n"));
    let Tick { ms } =
        if body.is_empty() { Tick::default() } else { serde_json::from_slice(&body).map_err(unreadable)? };
    emulator.0.clock.advance(ms.into());
    drop(emulator.lock());
    Ok(StatusCode::NO_CONTENT)
}

fn unknown(what: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::NOT_FOUND, Json(json!({"errors": [format!("The emulator has no such {what}.")]})))
}

fn failed(error: impl Into<std::io::Error>) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", error.into()))
}
