//! Time and ids, the only module that asks the machine for either.
//!
//! Everything that needs the time or a new id takes a [`Clock`], so that a test can hold time still.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use uuid::Uuid;

/// Milliseconds since the Unix epoch, UTC: how every `…_at` column keeps time.
pub type Millis = i64;

/// Where time and ids come from.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// The machine's clock, until it was told what time it is: then that, and what has passed since by the machine's
    /// stopwatch, which nobody sets.
    System(Arc<RwLock<Option<(Instant, Millis)>>>),
    Manual(Arc<AtomicI64>),
}

impl Default for Source {
    fn default() -> Self {
        Self::System(Arc::default())
    }
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still at `start` until [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.as_millisecond()))))
    }

    /// The current time in milliseconds since the Unix epoch, UTC.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System(told) => match *told.read().unwrap_or_else(PoisonError::into_inner) {
                Some((since, at)) => at + Millis::try_from(since.elapsed().as_millis()).unwrap_or_default(),
                None => system_now().as_millisecond(),
            },
            Source::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// The current time, cut to milliseconds.
    pub fn timestamp(&self) -> Timestamp {
        timestamp(self.now())
    }

    /// Lets some time pass. A manual clock stands still until somebody moves it, so nobody waits for it.
    pub async fn pass(&self, millis: Millis) {
        if let Source::System(_) = &self.0 {
            tokio::time::sleep(Duration::from_millis(millis.unsigned_abs())).await;
        }
    }

    /// Moves a manual clock forward by `millis`; the system clock takes no notice.
    pub fn advance(&self, millis: Millis) {
        if let Source::Manual(at) = &self.0 {
            at.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// A number from -100 to 100, for spreading tries in time; a manual clock's follows from its time.
    pub fn spread(&self) -> i64 {
        match &self.0 {
            Source::System(_) => rand::random_range(-100..=100),
            Source::Manual(at) => at.load(Ordering::SeqCst) % 201 - 100,
        }
    }

    /// Goes by another clock from now on, which says that it is `at`: the database's, so that all processes agree on when
    /// a lease ends. A manual clock takes no notice.
    pub fn follow(&self, at: Millis) {
        if let Source::System(told) = &self.0 {
            *told.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), at));
        }
    }

    /// A new id (UUID version 7, so that ids sort by the time they were made).
    pub fn new_id(&self) -> Uuid {
        new_id()
    }
}

/// The point in time that `millis` stands for; out of range is the epoch.
pub fn timestamp(millis: Millis) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "this is the one caller")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the one caller")]
fn new_id() -> Uuid {
    Uuid::now_v7()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(timestamp(1_000));
        assert_eq!((clock.now(), clock.clone().now()), (1_000, 1_000));
        clock.advance(50);
        clock.follow(70);
        assert_eq!(clock.now(), 1_050);
    }

    #[test]
    fn a_clock_that_follows_another_has_its_time() {
        let clock = Clock::system();
        let copy = clock.clone();
        assert!(copy.now() > 1_700_000_000_000);
        clock.follow(5_000);
        assert!((5_000..65_000).contains(&copy.now()), "{}", copy.now());
    }
}
