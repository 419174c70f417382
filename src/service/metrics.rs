//! What a process counts while it works, and what the database says of every tenant: both for `/metrics`.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

pub use crate::db::OpenPushes;
use crate::{clock::Millis, db, error::Result, service::Services};

/// The upper ends of the histogram's buckets, in milliseconds.
pub const BUCKETS: [u64; 8] = [1, 5, 10, 25, 50, 100, 500, 1_000];
/// How a run of a push can leave it.
pub const ENDS: [&str; 5] = ["sent", "waiting", "held", "failed", "skipped"];

/// A number that only counts up.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts one.
    pub fn count(&self) {
        self.add(1);
    }

    /// The number so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }
}

/// What this process counted since it started.
#[derive(Debug, Default)]
pub struct Counters {
    /// Calls of pushes that Autotask answered as it should.
    pub calls_ok: Counter,
    /// Calls of pushes that failed in any way.
    pub calls_failed: Counter,
    /// Pushes that were taken over from a worker whose lease had ended.
    pub takeovers: Counter,
    /// Tasks that ended in a panic.
    pub panics: Counter,
    /// Runs of pushes by how they left them, as in [`ENDS`].
    pub ends: [Counter; ENDS.len()],
    /// Claims that took at most as long as the bucket at the same place in [`BUCKETS`] says, and not as long as the
    /// one before; the last one is for the rest.
    pub claims: [Counter; BUCKETS.len() + 1],
    /// How long all claims took together, in microseconds.
    pub claim_micros: Counter,
}

impl Counters {
    /// Notes how long a claim took, whether or not there was something to claim.
    pub fn claimed(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().position(|end| micros <= end * 1_000).unwrap_or(BUCKETS.len());
        self.claims[bucket].count();
        self.claim_micros.add(micros);
    }

    /// Notes that a run of a push left it in this state.
    pub fn ended(&self, state: &str) {
        if let Some(place) = ENDS.iter().position(|end| *end == state) {
            self.ends[place].count();
        }
    }
}

/// How things stand in the database, for all tenants.
#[derive(Clone, Debug)]
pub struct Gauges {
    /// Unfinished pushes by tenant and state.
    pub open: Vec<OpenPushes>,
    /// Creates without a known outcome, by tenant.
    pub unknown: Vec<(String, i64)>,
    /// Calls within the last hour, by tenant.
    pub calls: Vec<(String, i64)>,
    /// When any worker last reported.
    pub worker_seen: Option<Millis>,
    /// When this was read.
    pub now: Millis,
}

impl Services {
    /// How things stand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn gauges(&self) -> Result<Gauges> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        Ok(Gauges {
            open: db::open_pushes(&mut tx).await?,
            unknown: db::unknown_steps(&mut tx, now).await?,
            calls: db::calls_by_tenant(&mut tx, now).await?,
            worker_seen: db::worker_last_seen(&mut tx).await?,
            now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_counted_in_the_smallest_bucket_that_holds_it() {
        let counters = Counters::default();
        for micros in [0, 1_000, 1_001, 999_999, 5_000_000] {
            counters.claimed(Duration::from_micros(micros));
        }
        assert_eq!(counters.claims.each_ref().map(Counter::get), [2, 1, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(counters.claim_micros.get(), 6_002_000);
    }
}
