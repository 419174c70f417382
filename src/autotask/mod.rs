//! The Autotask client: zone, one `send()`, wire types as the vendor's swagger names them.
//!
//! It knows the contract and nothing of Opportune. Facts are from the contract document; what is not known for sure
//! is listed in `ARCHITECTURE.md` under *Assumptions*.

mod address;
mod failure;
mod filter;
mod gate;
mod inspect;
mod resolve;
mod send;
mod session;
#[cfg(test)]
mod tests;
pub mod wire;

pub use address::DISCOVERY_URL;
pub use failure::{Failure, Kind as CallKind, classify};
pub use filter::{Condition, Filter, Op, Scalar};
pub use gate::{Ask, Gate, Pass, Request, Tell, endpoint};
pub use inspect::{EntityInformation, Threshold, UserAccess};
pub use send::{Access, Call, Client, Exchange};
use serde_json::{Map, Value};
pub use session::{Admission, OnMove, PAGE, Session};
use wire::{Item, Items, Written};

/// One row of an entity, by Autotask's field names.
pub type Row = Map<String, Value>;

/// The id of a row.
pub fn id(row: &Row) -> Option<i64> {
    row.get("id").and_then(Value::as_i64)
}

/// The rows in a query's answer.
///
/// # Errors
/// What the call failed with, or that its answer is none.
pub fn items(exchange: &Exchange) -> Result<Vec<Row>, Failure> {
    Ok(read::<Items>(exchange)?.items)
}

/// The row in the answer to a read by id; `None` where there is no such row.
///
/// # Errors
/// What the call failed with, or that its answer is none.
pub fn item(exchange: &Exchange) -> Result<Option<Row>, Failure> {
    match read::<Item>(exchange) {
        Err(Failure::Missing) => Ok(None),
        other => Ok(other?.item),
    }
}

/// The id in the answer to a write.
///
/// # Errors
/// What the call failed with. An answer without an id leaves unknown what happened.
pub fn written(exchange: &Exchange) -> Result<i64, Failure> {
    read::<Written>(exchange).map(|written| written.item_id)
}

fn read<T: serde::de::DeserializeOwned>(exchange: &Exchange) -> Result<T, Failure> {
    let text = exchange.result.as_ref().map_err(Clone::clone)?;
    serde_json::from_str(text).map_err(|_| exchange.kind.failure(failure::UNREADABLE))
}
