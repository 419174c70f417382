//! Pushes that workers ended with (reliability R13).
//!
//! A claim that takes an expired lease over counts it, before anything is done. A push with such a count runs alone in
//! its process: what ended it last time may have been another one that ran beside it, and the next end shall blame the
//! right one. One that did so again and again is held.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Work, Worker};
use crate::{db::Lease, domain::hold::Hold};

/// So many ends in a row, and a push is held.
const CRASHES: i64 = 3;

/// What holds a push that crashed workers.
pub fn hold(lease: &Lease) -> Option<Hold> {
    (lease.crashes >= CRASHES).then_some(Hold::Crashed)
}

impl Worker {
    /// All other places of the process, where this work is to run alone: the lease is kept until they are free.
    pub(super) async fn place_for(
        &self,
        work: &Work,
        places: &Arc<Semaphore>,
    ) -> Option<OwnedSemaphorePermit> {
        let Work::Push(lease) = work else { return None };
        let others = u32::try_from(self.config.tasks.saturating_sub(1)).unwrap_or(u32::MAX);
        if lease.crashes == 0 || hold(lease).is_some() || others == 0 {
            return None;
        }
        tokio::select! {
            places = places.clone().acquire_many_owned(others) => places.ok(),
            _ = self.heartbeat(lease) => None,
            () = self.stop.cancelled() => None,
        }
    }
}
