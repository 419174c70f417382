//! Requests at once: each needs a place, of which there are few for an endpoint, over all processes.
//!
//! A session keeps a place that it used for its next requests, so that not every request costs two commits, and gives
//! all of them back when it ends. A request that was given up keeps its place until the lease runs out: Autotask may
//! still be at work on it.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::runtime::Handle;
use uuid::Uuid;

use super::{GIVING_BACK, Lane, fault, locked};
use crate::{
    autotask::{Failure, Pass},
    clock::Millis,
    db::{self, ThreadSlot},
    error::Result,
    service::Services,
};

/// How long a place may be used again before its lease is renewed. It is part of the lease, so that the last request
/// has as much of it as the first; never longer than what the lease is without it.
const KEEP: Millis = 5_000;
/// How often a place is asked for where all are taken, and about how long between that.
const TRIES: usize = 10;
const BETWEEN: Millis = 100;
/// How long a push waits where that was in vain.
const FULL: Duration = Duration::from_secs(2);

/// Autotask takes three requests at once on an endpoint. The worker has two places; the third is for people, who may
/// use those of the worker too.
pub(super) fn places(lane: Lane) -> &'static [i64] {
    match lane {
        Lane::Background => &[0, 1],
        Lane::Interactive => &[2, 0, 1],
    }
}

/// The places that a session has.
pub(super) struct Threads {
    services: Services,
    holder: Uuid,
    held: Mutex<Vec<Held>>,
}

struct Held {
    place: ThreadSlot,
    leased_at: Millis,
    is_used: bool,
    /// Its request was given up.
    is_lost: bool,
}

impl Threads {
    pub(super) fn new(services: &Services) -> Self {
        Self { services: services.clone(), holder: services.clock.new_id(), held: Mutex::default() }
    }

    /// Takes one of the numbered places for a request, and waits a little for it where they are taken.
    pub(super) async fn take(
        self: &Arc<Self>,
        scope: String,
        endpoint: &str,
        numbers: &[i64],
    ) -> std::result::Result<Pass, Failure> {
        let place =
            |slot: &i64| ThreadSlot { scope: scope.clone(), endpoint: endpoint.to_owned(), slot: *slot };
        let places: Vec<ThreadSlot> = numbers.iter().map(place).collect();
        if let Some(place) = self.kept(&places) {
            return Ok(self.pass(place));
        }
        for _ in 0..TRIES {
            if let Some(place) = self.lease_one(&places).await.map_err(fault)? {
                return Ok(self.pass(place));
            }
            let wait = BETWEEN + BETWEEN * self.services.clock.spread() / 200;
            self.services.clock.pass(wait).await;
        }
        let reason = format!("Autotask is at work on as many requests about {endpoint} as it takes at once");
        Err(Failure::Paced { wait: FULL, reason })
    }

    /// A place that this session has and does not use.
    fn kept(&self, places: &[ThreadSlot]) -> Option<ThreadSlot> {
        let now = self.services.clock.now();
        let mut held = locked(&self.held);
        let is_free = |one: &&mut Held| {
            !one.is_used
                && !one.is_lost
                && places.contains(&one.place)
                && (0..self.keep()).contains(&(now - one.leased_at))
        };
        let free = held.iter_mut().find(is_free)?;
        free.is_used = true;
        Some(free.place.clone())
    }

    fn keep(&self) -> Millis {
        KEEP.min(self.services.limits.0.lease)
    }

    async fn lease_one(&self, places: &[ThreadSlot]) -> Result<Option<ThreadSlot>> {
        let now = self.services.clock.now();
        let until = now + self.services.limits.0.lease + self.keep();
        let in_use: Vec<ThreadSlot> = locked(&self.held)
            .iter()
            .filter(|one| one.is_used || one.is_lost)
            .map(|one| one.place.clone())
            .collect();
        let mut tx = self.services.db.write().await?;
        for place in places.iter().filter(|place| !in_use.contains(place)) {
            if db::take_place(&mut tx, place, self.holder, now, until).await? {
                tx.commit().await?;
                let mut held = locked(&self.held);
                held.retain(|one| one.place != *place);
                held.push(Held { place: place.clone(), leased_at: now, is_used: true, is_lost: false });
                return Ok(Some(place.clone()));
            }
        }
        Ok(None)
    }

    fn pass(self: &Arc<Self>, place: ThreadSlot) -> Pass {
        let threads = self.clone();
        Pass::new(move |is_over| {
            for one in locked(&threads.held).iter_mut().filter(|one| one.place == place) {
                (one.is_used, one.is_lost) = (false, !is_over);
            }
        })
    }
}

/// Gives back what is left; where that fails, the lease runs out.
impl Drop for Threads {
    fn drop(&mut self) {
        let mut held = std::mem::take(&mut *locked(&self.held));
        held.retain(|one| !one.is_lost);
        let (services, holder) = (self.services.clone(), self.holder);
        if let Some(runtime) = Handle::try_current().ok().filter(|_| !held.is_empty()) {
            let free = async move {
                if let Err(error) = free(&services, holder, &held).await {
                    tracing::warn!(%error, "places for requests were not given back");
                }
            };
            GIVING_BACK.spawn_on(free, &runtime);
        }
    }
}

async fn free(services: &Services, holder: Uuid, held: &[Held]) -> Result<()> {
    let mut tx = services.db.write().await?;
    for one in held {
        db::free_place(&mut tx, &one.place, holder).await?;
    }
    tx.commit().await
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").field("holder", &self.holder).finish_non_exhaustive()
    }
}
