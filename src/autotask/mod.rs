//! The Autotask client: zone, one `send()`, wire types as the vendor's swagger names them.
//!
//! It knows the contract and nothing of Opportune. Facts are from the contract document; what is not known for sure
//! is listed in `ARCHITECTURE.md` under *Assumptions*.

mod failure;
mod inspect;
mod send;
pub mod wire;

pub use failure::{Failure, Kind as CallKind, classify};
pub use inspect::{EntityInformation, Threshold, UserAccess};
pub use send::{Access, Call, Client, Exchange};

use serde_json::{Map, Value, json};
use wire::{FieldInformation, Fields, Item, Items, Written};

/// The largest page that a query gives.
pub const PAGE: usize = 500;
/// The most pages that are fetched for one list; a runaway answer ends there.
const MAX_PAGES: usize = 200;

/// One row of an entity, by Autotask's field names.
pub type Row = Map<String, Value>;

/// The client with one tenant's access: what callers use.
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    access: Access,
}

impl Session {
    /// Uses `client` with `access`.
    pub fn new(client: Client, access: Access) -> Self {
        Self { client, access }
    }

    /// Makes one call.
    pub async fn send(&self, call: &Call) -> Exchange {
        self.client.send(&self.access, call).await
    }

    /// Every row that passes a filter, in the order of ids: pages are taken by id, never by `nextPageUrl`, which
    /// answers 405 after a POST.
    ///
    /// # Errors
    /// What the first failing page failed with.
    pub async fn query_all(
        &self,
        entity: &str,
        filter: &[Value],
        fields: &[&str],
    ) -> Result<Vec<Row>, Failure> {
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..MAX_PAGES {
            let after =
                rows.last().and_then(id).map(|last| json!({ "op": "gt", "field": "id", "value": last }));
            let mut conditions = filter.to_vec();
            conditions.push(after.unwrap_or_else(|| json!({ "op": "exist", "field": "id" })));
            let page = items(&self.send(&Call::query(entity, &Value::Array(conditions), fields)).await)?;
            let is_last = page.len() < PAGE;
            rows.extend(page);
            if is_last {
                return Ok(rows);
            }
        }
        Err(Failure::Temporary(format!("{entity} has more rows than can be read")))
    }

    /// The fields of an entity with their picklists.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn fields(&self, entity: &str) -> Result<Vec<FieldInformation>, Failure> {
        let exchange = self.send(&Call::read(format!("{entity}/entityInformation/fields"))).await;
        Ok(read::<Fields>(&exchange)?.fields)
    }
}

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
    serde_json::from_str(text).map_err(|_| exchange.kind.failure("Autotask's answer could not be read"))
}
