//! The breaker of a connection: when Autotask is left alone because calls cannot succeed (reliability R8).

use crate::clock::Millis;

const MINUTE: Millis = 60_000;
/// Calls in a row that may fail by the network or by Autotask itself before it opens.
const FAILURES: i64 = 5;
/// The longest time for which such failures open it; the first is a minute, and each next twice the one before.
const LONGEST: Millis = 15 * MINUTE;
/// How long after it closed a tenant's pushes go one at a time.
const SLOW: Millis = 2 * MINUTE;
/// One try has this long: longer than any call takes.
pub const TRIAL: Millis = 110_000;

/// Why it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The credentials were not accepted: only other ones help, or somebody's test that passes.
    Credentials,
    /// Autotask could not be reached or had faults of its own; what it was the last time.
    Trouble(String),
}

/// What came of a call, as far as the breaker minds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Autotask dealt with it, also where it refused.
    Contact,
    /// Failed by the network or by a fault of Autotask's.
    Trouble(String),
    /// The credentials were not accepted.
    Credentials,
    /// Says nothing: it was put off.
    Nothing,
}

/// Whether a call may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum May {
    /// Yes.
    Go,
    /// One may, as a try, and nobody else until it is known how that went; the zone is looked up first, without
    /// credentials, where Autotask was in trouble.
    Try {
        /// Whether to look the zone up.
        probe: bool,
    },
    /// Not before then; `None` is not before a person has done something.
    Wait(Option<Millis>),
}

/// A breaker's state. The default is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row while it is closed.
    pub failures: i64,
    /// How often it opened since a call last succeeded.
    pub trips: i64,
    /// No call before then; [`Breaker::NEVER`] is until a person has done something.
    pub open_until: Millis,
    /// Why it opened; `None` for credentials that were never used.
    pub cause: Option<Cause>,
    /// Somebody's try is under way until then.
    pub trial_until: Millis,
    /// Until then pushes go one at a time.
    pub slow_until: Millis,
}

impl Breaker {
    /// As a time: not by itself.
    pub const NEVER: Millis = Millis::MAX;

    /// For credentials that nobody tested: one call is tried alone.
    pub fn untested() -> Self {
        Self { trips: 1, ..Self::default() }
    }

    /// Whether nothing is to be written down when a call succeeds.
    pub fn is_pristine(&self) -> bool {
        self.failures == 0 && self.trips == 0
    }

    /// Whether a call may be made.
    pub fn may(&self, now: Millis) -> May {
        let latest = self.open_until.max(self.trial_until);
        match latest {
            _ if self.trips == 0 => May::Go,
            Self::NEVER => May::Wait(None),
            _ if latest > now => May::Wait(Some(latest)),
            _ => May::Try { probe: matches!(self.cause, Some(Cause::Trouble(_))) },
        }
    }

    /// What it is after a call. One that was under way when the breaker opened does not close it.
    #[must_use]
    pub fn after(self, outcome: Outcome, now: Millis) -> Self {
        if self.open_until > now && outcome != Outcome::Credentials {
            return self;
        }
        match outcome {
            Outcome::Contact if self.cause.is_some() => Self { slow_until: now + SLOW, ..Self::default() },
            Outcome::Contact => Self { slow_until: self.slow_until, ..Self::default() },
            Outcome::Credentials => self.opened(Cause::Credentials, Self::NEVER),
            Outcome::Trouble(sentence) if self.cause.is_some() || self.failures + 1 >= FAILURES => {
                let doubled = MINUTE << self.openings().min(4);
                self.opened(Cause::Trouble(sentence), now + doubled.min(LONGEST))
            }
            Outcome::Trouble(_) => Self { failures: self.failures + 1, trial_until: 0, ..self },
            Outcome::Nothing => Self { trial_until: 0, ..self },
        }
    }

    /// How often it really opened: credentials that were never used have a trip that opened nothing.
    fn openings(&self) -> i64 {
        if self.cause.is_none() { 0 } else { self.trips }
    }

    fn opened(self, cause: Cause, until: Millis) -> Self {
        let trips = self.openings() + 1;
        Self { failures: 0, trips, open_until: until, cause: Some(cause), trial_until: 0, slow_until: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble() -> Outcome {
        Outcome::Trouble("no answer".to_owned())
    }

    #[test]
    fn wrong_credentials_open_it_at_once_and_for_good() {
        let breaker = Breaker::default().after(Outcome::Credentials, 10);
        assert_eq!(breaker.may(Breaker::NEVER - 1), May::Wait(None));
        assert_eq!(breaker.clone().after(Outcome::Contact, 20), breaker, "an answer that comes late");
    }

    #[test]
    fn five_failures_in_a_row_open_it_for_longer_and_longer() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker = breaker.after(trouble(), 0);
            assert_eq!(breaker.may(0), May::Go);
        }
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..7 {
            breaker = breaker.after(trouble(), now);
            let May::Wait(Some(until)) = breaker.may(now) else { panic!("{breaker:?}") };
            waits.push((until - now) / MINUTE);
            assert_eq!(breaker.may(until), May::Try { probe: true });
            now = until;
        }
        assert_eq!(waits, [1, 2, 4, 8, 15, 15, 15]);
        let closed = breaker.after(Outcome::Contact, now);
        assert_eq!((closed.may(now), closed.slow_until), (May::Go, now + SLOW));
        assert_eq!(closed.after(trouble(), now).may(now), May::Go, "it counts from the beginning");
    }

    #[test]
    fn failures_with_a_success_between_them_do_not_open_it() {
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            breaker = breaker.after(trouble(), 0).after(trouble(), 0).after(Outcome::Contact, 0);
        }
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn credentials_that_were_never_used_are_tried_by_one_alone() {
        let untested = Breaker::untested();
        assert_eq!(untested.may(5), May::Try { probe: false });
        let tried = Breaker { trial_until: 5 + TRIAL, ..untested.clone() };
        assert_eq!(tried.may(5), May::Wait(Some(5 + TRIAL)));
        assert_eq!(tried.may(5 + TRIAL), May::Try { probe: false });
        assert_eq!(tried.clone().after(Outcome::Nothing, 6), untested);
        assert_eq!(tried.after(Outcome::Contact, 6), Breaker::default(), "nothing to be slow after");
    }
}
