//! Back-pressure: a tenant may have only so many pushes waiting (reliability R18).
//!
//! Counting them for each document that comes in would read up to the whole cap. So each process counts at most once
//! in a while, and adds what it lets in itself: several processes together may go over the cap by what the others let
//! in meanwhile.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    clock::Millis,
    db::{self, Tx},
    domain::ids::TenantId,
    error::{Error, Result},
    service::Services,
};

/// Pushes of one tenant that may wait.
const MOST_WAITING: i64 = 50_000;
/// A count is believed for this long.
const BELIEVED: Millis = 10_000;
/// When a sender that was refused may try again, in seconds.
const RETRY_AFTER: u64 = 60;

/// How many pushes wait, as last counted.
#[derive(Debug, Default)]
pub struct WaitingCounts(Mutex<HashMap<TenantId, Counted>>);

#[derive(Clone, Copy, Debug)]
struct Counted {
    at: Millis,
    waiting: i64,
}

impl Services {
    /// Lets one more push wait; it must be in `tx` already.
    ///
    /// # Errors
    /// When too many do.
    pub(super) async fn admit(&self, tx: &mut Tx, tenant: TenantId) -> Result<()> {
        let now = self.clock.now();
        let known = self.waiting.get(tenant).filter(|known| (0..BELIEVED).contains(&(now - known.at)));
        let counted = match known {
            Some(known) => Counted { waiting: known.waiting + 1, ..known },
            None => Counted { at: now, waiting: db::waiting_pushes(tx, tenant).await? },
        };
        if counted.waiting > MOST_WAITING {
            self.waiting.set(tenant, Counted { waiting: MOST_WAITING, ..counted });
            return Err(Error::Full(full(), RETRY_AFTER));
        }
        self.waiting.set(tenant, counted);
        Ok(())
    }
}

fn full() -> String {
    format!(
        "{MOST_WAITING} quotes and sales wait to be sent to Autotask, and no new ones are taken until there are fewer. \
         Send this one again in a minute, and look at Activity for what holds the others up. Changes of quotes and \
         sales that are known are still taken."
    )
}

impl WaitingCounts {
    fn get(&self, tenant: TenantId) -> Option<Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).copied()
    }

    fn set(&self, tenant: TenantId, counted: Counted) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, counted);
    }
}
