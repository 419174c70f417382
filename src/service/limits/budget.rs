//! The hour's budget: calls are taken from a bucket in the database, a few at a time.

use std::{sync::atomic::Ordering, time::Duration};

use super::{Keeper, Lane, fault, locked};
use crate::{
    autotask::Failure,
    clock::Millis,
    db::{self, CallsRow},
    domain::budget::{Bucket, Buckets, CALL, KEPT, LIMIT, Reading},
    error::Result,
};

/// Calls that the worker takes at once where there are so many: one commit instead of eight.
const AT_ONCE: i64 = 8;
/// A push is only begun where so many calls are left, so that it can be ended: one that is interrupted has to look up
/// what it made.
const TO_BEGIN: i64 = 16;
/// Autotask is asked how many calls are used at most this often: asking is a call too …
const READ_EVERY: Millis = 5 * 60_000;
/// … and nobody waits longer for the answer.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// What Autotask told longer ago says nothing about the last hour.
const HOUR: Millis = 3_600_000;

const BACKGROUND: &str = "background";
const INTERACTIVE: &str = "interactive";
const EMPTY: &str = "The calls that Opportune may make in an hour are used up";
const OTHERS: &str = "Other integrations use most of the calls that Autotask allows in an hour";

/// Calls that this process took and has not made yet.
#[derive(Debug)]
pub(super) struct Batch {
    calls: i64,
    until: Millis,
}

impl Keeper {
    /// Takes one call; whether Autotask was asked something on the way.
    pub(super) async fn take_call(&self) -> std::result::Result<bool, Failure> {
        if self.lane == Lane::Background && self.take_from_batch() {
            return Ok(false);
        }
        let (buckets, has_read) = self.buckets().await.map_err(fault)?;
        let taken = match self.lane {
            Lane::Background => self.take_batch(buckets.background).await,
            Lane::Interactive => self.take_for_person(buckets).await,
        };
        if taken.map_err(fault)? {
            self.has_begun.store(true, Ordering::Relaxed);
            return Ok(has_read);
        }
        Err(self.pause(buckets).await.map_err(fault)?)
    }

    fn take_from_batch(&self) -> bool {
        let now = self.services.clock.now();
        let mut batches = locked(&self.services.limits.0.batches);
        match batches.get_mut(&self.tenant) {
            Some(batch) if batch.calls > 0 && now < batch.until => batch.calls -= 1,
            _ => return false,
        }
        self.has_begun.store(true, Ordering::Relaxed);
        true
    }

    async fn take_batch(&self, bucket: Bucket) -> Result<bool> {
        let floor = if self.has_begun.load(Ordering::Relaxed) { 0 } else { to_begin(bucket) };
        for calls in [AT_ONCE, 1] {
            if self.take(BACKGROUND, bucket, (calls, (floor - calls).max(0))).await? {
                self.keep(calls - 1);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps calls for the next requests, together with what another task of this process has just taken.
    fn keep(&self, calls: i64) {
        let now = self.services.clock.now();
        let mut batches = locked(&self.services.limits.0.batches);
        let batch = batches.entry(self.tenant).or_insert(Batch { calls: 0, until: now + KEPT });
        if batch.calls == 0 || now >= batch.until {
            *batch = Batch { calls: 0, until: now + KEPT };
        }
        batch.calls += calls;
    }

    /// A person's call comes from their own bucket; where that is empty, from the worker's.
    async fn take_for_person(&self, buckets: Buckets) -> Result<bool> {
        Ok(self.take(INTERACTIVE, buckets.interactive, (1, 0)).await?
            || self.take(BACKGROUND, buckets.background, (1, 0)).await?)
    }

    async fn take(&self, lane: &str, bucket: Bucket, calls: (i64, i64)) -> Result<bool> {
        let now = self.services.clock.now();
        let mut tx = self.services.db.write().await?;
        db::add_budget(&mut tx, self.tenant, lane, bucket.capacity, now).await?;
        let taken = db::take_calls(&mut tx, self.tenant, lane, bucket, calls, now).await?;
        tx.commit().await?;
        Ok(taken)
    }

    /// Asks Autotask how many calls are used, if that was not done for a while by anybody; whether it did.
    async fn read_if_due(&self, known: &CallsRow) -> Result<bool> {
        if self.lane != Lane::Background || self.is_trying.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let now = self.services.clock.now();
        if known.calls_read_at.is_some_and(|at| now - at < READ_EVERY) {
            return Ok(false);
        }
        let mut tx = self.services.db.write().await?;
        let is_ours = db::claim_reading(&mut tx, self.tenant, now, now - READ_EVERY).await?;
        tx.commit().await?;
        if is_ours {
            self.services.read_api_use(self.tenant, now, READ_WITHIN).await?;
        }
        Ok(is_ours)
    }

    /// The buckets by what is known of all calls; whether Autotask was asked for that.
    async fn buckets(&self) -> Result<(Buckets, bool)> {
        let mut row = self.calls_of_all().await?;
        let has_read = self.read_if_due(&row).await?;
        if has_read {
            row = self.calls_of_all().await?;
        }
        let now = self.services.clock.now();
        Ok((Buckets::of(self.services.limits.0.share, reading(&row, now)), has_read))
    }

    async fn calls_of_all(&self) -> Result<CallsRow> {
        let mut tx = self.services.db.read().await?;
        db::calls_of_all(&mut tx, self.tenant).await
    }

    /// Lets the worker leave this tenant alone until there is enough to go on with.
    async fn pause(&self, buckets: Buckets) -> Result<Failure> {
        let (bucket, now) = (buckets.background, self.services.clock.now());
        let enough = (bucket.capacity / 2).max((to_begin(bucket) + 1) * CALL).min(bucket.capacity);
        let mut tx = self.services.db.write().await?;
        let left = db::calls_left(&mut tx, self.tenant, BACKGROUND, bucket, now).await?.unwrap_or(0);
        let (wait, reason) = if bucket.rate > 0 {
            ((enough - left).max(0) / bucket.rate + 1, EMPTY)
        } else {
            let read_at = db::calls_of_all(&mut tx, self.tenant).await?.calls_read_at.unwrap_or(now);
            ((read_at + READ_EVERY - now).max(1_000), OTHERS)
        };
        if self.lane == Lane::Background {
            db::pause_pushes(&mut tx, self.tenant, now + wait, Some(reason)).await?;
        }
        tx.commit().await?;
        Ok(Failure::Paced { wait: Duration::from_millis(wait.unsigned_abs()), reason: reason.to_owned() })
    }
}

/// Calls that must be there before a push is begun: fewer where the bucket is small.
fn to_begin(bucket: Bucket) -> i64 {
    TO_BEGIN.min(bucket.capacity / CALL / 2)
}

fn reading(row: &CallsRow, now: Millis) -> Reading {
    let is_new = row.calls_read_at.is_some_and(|at| now - at < HOUR);
    Reading { used: row.calls_used.filter(|_| is_new), limit: row.calls_limit.unwrap_or(LIMIT) }
}
