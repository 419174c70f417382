//! How many of Autotask's calls are ours (reliability R9).
//!
//! Autotask counts the calls of all of a tenant's integrations together, over a rolling hour. We take a share of them
//! through a bucket that fills steadily. Whoever takes from it uses what it took within [`KEPT`], so that no hour sees
//! more than a full bucket and what flows in during an hour and that time; [`Bucket::of`] makes this sum the share.

use crate::clock::Millis;

/// One call, in the unit of buckets.
pub const CALL: i64 = 1_000_000;
/// How long calls that were taken may be used.
pub const KEPT: Millis = 30_000;
/// Percent of the tenant's limit that is ours, where the operator says nothing else.
pub const SHARE: i64 = 40;
/// The limit of a tenant whose limit was never read, in calls an hour.
pub const LIMIT: i64 = 10_000;

const HOUR: Millis = 3_600_000;
/// Percent of the share that are kept for people who wait for an answer.
const FOR_PEOPLE: i64 = 5;
/// A full bucket of the worker's holds one part in so many of its share: it is what a quiet tenant's quotes may use at
/// once, and what a backlog loses of its pace.
const BURST: i64 = 70;
/// A full bucket of people's holds half: they come seldom, and then ask a lot.
const BURST_OF_PEOPLE: i64 = 2;
/// Per mille of the tenant's limit, used by all integrations together, from which on the worker takes less …
const EASE_FROM: i64 = 600;
/// … and from which on it takes nothing …
const STOP_AT: i64 = 850;
/// … and from which on not even people do.
const STOP_ALL_AT: i64 = 900;

/// A bucket's measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// What it holds at most, in millionths of a call.
    pub capacity: i64,
    /// What flows in, in millionths of a call a millisecond.
    pub rate: i64,
}

/// The buckets of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// The worker's.
    pub background: Bucket,
    /// That of people who wait for an answer.
    pub interactive: Bucket,
}

/// Calls of the last hour by all integrations, as Autotask told, and its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Calls that were used; `None` where that is not known.
    pub used: Option<i64>,
    /// Calls that are allowed.
    pub limit: i64,
}

impl Bucket {
    /// A bucket from which no rolling hour can take more than `calls`.
    pub fn of(calls: i64, burst: i64) -> Self {
        let capacity = calls * CALL / burst;
        Self { capacity, rate: (calls * CALL - capacity) / (HOUR + KEPT) }
    }

    fn scaled(self, per_mille: i64) -> Self {
        Self { capacity: self.capacity / 1_000 * per_mille, rate: self.rate * per_mille / 1_000 }
    }
}

impl Buckets {
    /// The buckets of a tenant of whose limit `percent` are ours, less where others use a lot.
    pub fn of(percent: i64, reading: Reading) -> Self {
        let share = reading.limit.max(0) * percent / 100;
        let for_people = share * FOR_PEOPLE / 100;
        let used = reading.used.unwrap_or(0) * 1_000 / reading.limit.max(1);
        let eased = ((STOP_AT - used) * 1_000 / (STOP_AT - EASE_FROM)).clamp(0, 1_000);
        let people = if used < STOP_ALL_AT { 1_000 } else { 0 };
        Self {
            background: Bucket::of(share - for_people, BURST).scaled(eased),
            interactive: Bucket::of(for_people, BURST_OF_PEOPLE).scaled(people),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNUSED: Reading = Reading { used: Some(0), limit: LIMIT };

    /// The most that an hour can see: a full bucket, and what flows in until the last call of it can have been taken.
    fn most(bucket: Bucket) -> i64 {
        (bucket.capacity + bucket.rate * (HOUR + KEPT)) / CALL
    }

    #[test]
    fn no_hour_sees_more_than_the_share_and_hardly_less() {
        let Buckets { background, interactive } = Buckets::of(SHARE, UNUSED);
        assert!((3_790..=3_800).contains(&most(background)), "{background:?}");
        assert!((195..=200).contains(&most(interactive)), "{interactive:?}");
        let (steady, share) = (background.rate * HOUR / CALL, 3_800);
        assert!(share * 100 <= steady * 103, "a backlog drains in at most 103 % of the time: {steady}");
    }

    #[test]
    fn others_come_first() {
        let used = |used| Buckets::of(SHARE, Reading { used: Some(used), limit: LIMIT });
        let full = used(0);
        assert_eq!(used(6_000), full);
        assert_eq!(used(7_250).background.rate, full.background.rate / 2);
        assert_eq!(used(8_500).background, Bucket { capacity: 0, rate: 0 });
        assert_eq!(used(8_999).interactive, full.interactive);
        assert_eq!(used(9_000).interactive, Bucket { capacity: 0, rate: 0 });
        assert_eq!(used(20_000).background.rate, 0);
        assert_eq!(Buckets::of(SHARE, Reading { used: None, limit: LIMIT }), full);
    }
}
