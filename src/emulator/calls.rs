//! Carries out a call of the API on the tenant's rows.

use axum::http::Method;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    http::Call,
    log::Effect,
    metadata::{Entity, Field},
    query::Query,
    routes::{Action, Route},
    store::{self, Row, Store},
    user_defined::UserDefinedField,
    writes::{self, Outcome},
};
use crate::clock::Millis;

/// The page that a paging address leads to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Paging {
    /// The method of the first call, which every later page must be fetched with.
    method: String,
    skip: usize,
    /// The query of a GET; after a POST the client sends its body again.
    search: Option<String>,
}

/// When a call is carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) now: Millis,
    /// Milliseconds for which queries do not show new rows.
    pub(super) lag: Millis,
}

/// The answer to a call.
pub(super) fn perform(store: &mut Store, route: &Route<'_>, call: &Call, at: At) -> Answer {
    let entity = route.entity;
    match route.action {
        Action::Query => query(store, entity, call, at),
        Action::NextPage => next_page(store, entity, call, at),
        Action::Count => count(store, entity, call, at),
        Action::Info => Answer::ok(entity.describe()),
        Action::Fields => Answer::ok(json!({"fields": fields(store, entity)})),
        Action::UserDefinedFields => {
            let fields = entity.user_defined.iter().map(UserDefinedField::describe);
            Answer::ok(json!({"fields": fields.collect::<Vec<_>>()}))
        }
        Action::Read { id, parent } => {
            let row = store.row(entity.plural, id).filter(|row| is_under(entity, row, parent));
            Answer::ok(json!({"item": row}))
        }
        Action::List { parent } => list(store, entity, parent),
        Action::Create { parent } => {
            let outcome = body(call).and_then(|body| writes::create(store, entity, &body, parent, at.now));
            commit(store, outcome, at.now)
        }
        Action::Update { parent, replace } => {
            let outcome =
                body(call).and_then(|body| writes::update(store, entity, &body, parent, replace, at.now));
            commit(store, outcome, at.now)
        }
        Action::Delete { id, parent } => {
            let outcome = writes::delete(store, entity, id, parent);
            commit(store, outcome, at.now)
        }
    }
}

fn body(call: &Call) -> Result<Row, Vec<String>> {
    let unreadable = |_| vec!["The body could not be read: one JSON object is needed.".to_owned()];
    serde_json::from_slice(&call.body).map_err(unreadable)
}

fn commit(store: &mut Store, outcome: Outcome, now: Millis) -> Answer {
    let changes = match outcome {
        Ok(changes) => changes,
        Err(errors) => return Answer::refused(&errors),
    };
    let effect = changes.first().map(|own| Effect { entity: own.entity.clone(), id: own.id, op: own.op });
    match (store.commit(changes, now), effect) {
        (Ok(()), Some(effect)) => Answer::written(effect),
        (Ok(()), None) => Answer::ok(json!({})),
        (Err(error), _) => {
            tracing::error!(%error, "the emulator's journal could not be written");
            Answer::refused(&["internal error: the journal could not be written".to_owned()])
        }
    }
}

fn fields(store: &Store, entity: &Entity) -> Vec<Value> {
    let describe = |field: &Field| {
        let picklist = field.is_pick_list.then(|| store.picklist(entity, field));
        field.describe(picklist.as_deref())
    };
    entity.fields.iter().map(describe).collect()
}

fn is_under(entity: &Entity, row: &Row, parent: Option<i64>) -> bool {
    match (entity.parent, parent) {
        (Some(address), Some(parent)) => store::number(row, address.key) == Some(parent),
        _ => true,
    }
}

fn list(store: &Store, entity: &Entity, parent: i64) -> Answer {
    let items = entity
        .parent
        .map_or_else(Vec::new, |address| store.rows_with(entity.plural, address.key, &json!(parent)));
    let count = items.len();
    Answer::ok(json!({
        "items": items,
        "pageDetails": {"count": count, "requestCount": 500, "prevPageUrl": null, "nextPageUrl": null},
    }))
}

fn query(store: &Store, entity: &Entity, call: &Call, at: At) -> Answer {
    page(store, entity, call, at, &Paging { method: call.method.to_string(), skip: 0, search: call.search() })
}

fn next_page(store: &Store, entity: &Entity, call: &Call, at: At) -> Answer {
    let token = call.parameter("paging").and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    match token.and_then(|token| serde_json::from_slice::<Paging>(&token).ok()) {
        None => Answer::refused(&["The paging token could not be read.".to_owned()]),
        Some(paging) if paging.method != call.method.as_str() => Answer::method_not_allowed(&call.method),
        Some(paging) => page(store, entity, call, at, &paging),
    }
}

fn page(store: &Store, entity: &Entity, call: &Call, at: At, paging: &Paging) -> Answer {
    let query = match read(entity, call, paging.search.as_deref()) {
        Ok(query) => query,
        Err(error) => return Answer::refused(&[error]),
    };
    let page = query.page(visible(store, entity, &query, at), paging.skip);
    let address = |skip: usize| {
        let token = URL_SAFE_NO_PAD.encode(json!(Paging { skip, ..paging.clone() }).to_string());
        format!("{}V1.0/{}/query/next?paging={token}", call.root(), entity.plural)
    };
    Answer::ok(json!({
        "items": page.items,
        "pageDetails": {
            "count": page.items.len(),
            "requestCount": query.max_records,
            "prevPageUrl": (paging.skip > 0).then(|| address(paging.skip.saturating_sub(query.max_records))),
            "nextPageUrl": page.more.then(|| address(paging.skip + query.max_records)),
        },
    }))
}

fn count(store: &Store, entity: &Entity, call: &Call, at: At) -> Answer {
    match read(entity, call, call.search().as_deref()) {
        Ok(query) => Answer::ok(json!({"queryCount": query.count(visible(store, entity, &query, at))})),
        Err(error) => Answer::refused(&[error]),
    }
}

/// The rows that the query can match and that it is shown already.
fn visible<'s>(
    store: &'s Store,
    entity: &Entity,
    query: &Query,
    at: At,
) -> impl Iterator<Item = &'s Row> + 's {
    let plural = entity.plural;
    query
        .candidates(store, entity)
        .filter(move |row| at.lag == 0 || store.created_at(plural, row) <= at.now - at.lag)
}

fn read(entity: &Entity, call: &Call, search: Option<&str>) -> Result<Query, String> {
    Query::parse(entity, search.map_or(&call.body, str::as_bytes))
}

impl Call {
    /// The query of a GET; none for a POST, which carries it in the body.
    fn search(&self) -> Option<String> {
        (self.method == Method::GET).then(|| self.parameter("search").unwrap_or_default())
    }
}
