//! Quote Manager's own control under `/_quote_manager`, for tests and for the demonstration. None of it is logged, and
//! none of it is Autotask's: `POST /_emulator/reset` leaves it alone. Time is `POST /_emulator/tick`'s affair.
//!
//! | route | does |
//! |---|---|
//! | `GET entities/{resource}` | shows a resource's rows |
//! | `POST entities/{resource}` | saves rows, as a JSON array, each as `QuoteManager::put` does; shows their ids |
//! | `PUT entities/{resource}/{id}` | saves one row in the place of the one with this id |
//! | `PATCH entities/{resource}/{id}` | changes some fields of a row |
//! | `DELETE entities/{resource}/{id}` | removes a row |
//! | `POST example` | saves the rows of an example instance |
//! | `GET log` | shows the calls, one a line |
//! | `GET`, `POST`, `DELETE faults` | shows, adds to and clears the script: lines as `faults::Fault` names them |
//! | `GET`, `POST limits` | shows and sets `minute`, `day`, `retry_after`; shows as `usage` what is used up |
//! | `GET`, `POST switches` | shows and sets what `Switches` names |
//! | `POST reset` | empties the instance and brings limits and switches back |

use std::io;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::{Response, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Result},
    routing::{get, post, put},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{QuoteManager, Row, known, object, unreadable};

/// The routes, to be joined with the API's.
pub(super) fn router() -> Router<QuoteManager> {
    Router::new()
        .route("/_quote_manager/entities/{resource}", get(rows).post(add))
        .route("/_quote_manager/entities/{resource}/{id}", put(replace).patch(edit).delete(remove))
        .route("/_quote_manager/example", post(example))
        .route("/_quote_manager/log", get(log))
        .route("/_quote_manager/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/_quote_manager/limits", get(limits).post(set_limits))
        .route("/_quote_manager/switches", get(switches).post(set_switches))
        .route("/_quote_manager/reset", post(reset))
}

/// Why a route did not do what it was asked for.
struct Failed(io::Error);

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response<Body> {
        let status = match self.0.kind() {
            io::ErrorKind::NotFound => StatusCode::NOT_FOUND,
            io::ErrorKind::InvalidInput => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(json!({ "message": self.0.to_string() }))).into_response()
    }
}

type Done = Result<StatusCode, Failed>;

async fn rows(
    State(manager): State<QuoteManager>,
    Path(resource): Path<String>,
) -> Result<Json<Vec<Value>>, Failed> {
    Ok(Json(manager.rows(known(&resource)?.name)))
}

async fn add(
    State(manager): State<QuoteManager>,
    Path(resource): Path<String>,
    Json(rows): Json<Vec<Value>>,
) -> Result<Json<Vec<i64>>, Failed> {
    let ids = rows.into_iter().map(|row| manager.put(&resource, row));
    Ok(Json(ids.collect::<io::Result<_>>()?))
}

async fn replace(
    State(manager): State<QuoteManager>,
    Path((resource, id)): Path<(String, i64)>,
    Json(row): Json<Value>,
) -> Done {
    let mut row = object(row)?;
    row.insert("id".into(), id.into());
    manager.put(&resource, row.into())?;
    Ok(StatusCode::NO_CONTENT)
}

async fn edit(
    State(manager): State<QuoteManager>,
    Path((resource, id)): Path<(String, i64)>,
    Json(fields): Json<Value>,
) -> Done {
    manager.edit(&resource, id, fields)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(State(manager): State<QuoteManager>, Path((resource, id)): Path<(String, i64)>) -> Done {
    manager.remove(&resource, id)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn example(State(manager): State<QuoteManager>) -> Done {
    manager.seed_example()?;
    Ok(StatusCode::NO_CONTENT)
}

async fn log(State(manager): State<QuoteManager>) -> Result<Response<Body>, Failed> {
    let mut lines = Vec::new();
    for entry in manager.log() {
        serde_json::to_writer(&mut lines, &entry).map_err(io::Error::from)?;
        lines.push(b'\n');
    }
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

async fn faults(State(manager): State<QuoteManager>) -> Json<Value> {
    Json(json!(manager.lock().faults.pending()))
}

async fn add_faults(
    State(manager): State<QuoteManager>,
    Json(script): Json<Value>,
) -> Result<Json<Value>, Failed> {
    manager.fault(script)?;
    Ok(faults(State(manager)).await)
}

async fn clear_faults(State(manager): State<QuoteManager>) -> StatusCode {
    manager.clear_faults();
    StatusCode::NO_CONTENT
}

async fn limits(State(manager): State<QuoteManager>) -> Json<Value> {
    let mut shown = json!(manager.limits());
    shown["usage"] = json!(manager.usage());
    Json(shown)
}

async fn set_limits(
    State(manager): State<QuoteManager>,
    Json(change): Json<Row>,
) -> Result<Json<Value>, Failed> {
    manager.set_limits(changed(&manager.limits(), change)?);
    Ok(limits(State(manager)).await)
}

async fn switches(State(manager): State<QuoteManager>) -> Json<Value> {
    Json(json!(manager.switches()))
}

async fn set_switches(
    State(manager): State<QuoteManager>,
    Json(change): Json<Row>,
) -> Result<Json<Value>, Failed> {
    manager.set_switches(changed(&manager.switches(), change)?);
    Ok(switches(State(manager)).await)
}

async fn reset(State(manager): State<QuoteManager>) -> Done {
    manager.reset()?;
    Ok(StatusCode::NO_CONTENT)
}

/// A setting with what the change names in place of its own.
fn changed<T: Serialize + DeserializeOwned>(setting: &T, change: Row) -> io::Result<T> {
    let mut whole = object(json!(setting))?;
    whole.extend(change);
    serde_json::from_value(whole.into()).map_err(unreadable)
}
