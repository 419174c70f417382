//! Pushes that workers ended with (reliability R13).
//!
//! A death counts against a push only as long as the push does not get on. The claim that takes an expired lease over
//! counts it, before anything is done; a push that counts three is held. The count is none again
//! - with every link that is written or removed: the next run has less to do, and whatever ended the last one is behind
//!   it. A create that was sent and found again by its marker is one too. An intent is none, nor is one that is given up
//!   as never received: both come again with every run that ends between them;
//! - when the push is sent, held or skipped, when its document changes, and when a person has it tried again.
//!
//! A run that ends in order and is to go on, because Autotask is busy or the process was told to stop, leaves it as it is.
//! So a push that crashes its worker at the same place is held after the third time, while one that is hit by
//! deployments or for want of memory goes on. One that crashes at the answer of every create still gets there:
//! it ends by itself after as many deaths as it has records.
//!
//! A push with a count runs alone in its process: what ended it last time may have been another one that ran beside it,
//! and the next end shall blame the right one. Until it begins it is not to blame for anything: the claim takes the last
//! count off again, and [`Worker::suspect_begins`] gives it back.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Work, Worker};
use crate::{
    db::{self, Lease},
    domain::hold::Hold,
    error::Result,
};

/// So many deaths without getting on, and a push is held.
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

    /// Gives the count back that a claim took off: from here on the push is to blame again.
    pub(super) async fn suspect_begins(&self, lease: &Lease) -> Result<()> {
        if lease.crashes == 0 {
            return Ok(());
        }
        let mut tx = self.services.db.write().await?;
        db::blame(&mut tx, lease, 1).await?;
        tx.commit().await
    }
}
