//! Threads: places for requests that may be out at once, leased by whoever makes them. A row is a place that is taken.

use uuid::Uuid;

use super::{WriteTx, fault, on};
use crate::{clock::Millis, error::Result};

/// A place: Autotask counts requests by tool, zone and endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ThreadSlot {
    /// The integration code and the zone.
    pub scope: String,
    /// The endpoint.
    pub endpoint: String,
    /// Its number.
    pub slot: i64,
}

/// Takes a place, or keeps it where it is the holder's already; `false` when somebody else has it.
///
/// # Errors
/// When the database fails.
pub async fn take_place(
    tx: &mut WriteTx,
    place: &ThreadSlot,
    holder: Uuid,
    now: Millis,
    until: Millis,
) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO thread_slot (scope, endpoint, slot, holder, leased_until) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (scope, endpoint, slot) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until \
             WHERE thread_slot.leased_until <= $6 OR thread_slot.holder = excluded.holder",
        );
        let query = query.bind(&place.scope).bind(&place.endpoint).bind(place.slot).bind(holder).bind(until);
        query.bind(now).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// Gives a place back that is the holder's.
///
/// # Errors
/// When the database fails.
pub async fn free_place(tx: &mut WriteTx, place: &ThreadSlot, holder: Uuid) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM thread_slot WHERE scope = $1 AND endpoint = $2 AND slot = $3 AND holder = $4",
        );
        let query = query.bind(&place.scope).bind(&place.endpoint).bind(place.slot).bind(holder);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}
