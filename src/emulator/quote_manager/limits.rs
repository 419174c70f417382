//! Quote Manager's two limits, calls in a minute and calls in a day, counted for each key.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

const MINUTE: Millis = 60_000;
const DAY: Millis = 24 * 60 * MINUTE;

/// How many calls are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Calls in any 60 seconds.
    pub minute: usize,
    /// Calls in any 24 hours.
    pub day: usize,
    /// Whether a call that is turned away is told in `Retry-After` after how many seconds one is let in.
    pub retry_after: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { minute: 60, day: 20_000, retry_after: true }
    }
}

/// How far the limits are used up, by the key that uses most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Calls that were let in within the last 60 seconds.
    pub minute: usize,
    /// Calls that were let in within the last 24 hours.
    pub day: usize,
    /// The most calls that ever arrived in any 60 seconds, those that were turned away too.
    pub most_in_a_minute: usize,
    /// The most calls that ever arrived in any 24 hours, those that were turned away too.
    pub most_in_a_day: usize,
    /// The calls that were turned away, of all keys.
    pub refused: u64,
}

/// The calls of the last while.
#[derive(Debug)]
struct Window {
    span: Millis,
    calls: VecDeque<Millis>,
    most: usize,
}

impl Window {
    fn new(span: Millis) -> Self {
        Self { span, calls: VecDeque::new(), most: 0 }
    }

    fn used(&mut self, now: Millis) -> usize {
        while self.calls.front().is_some_and(|call| *call <= now - self.span) {
            self.calls.pop_front();
        }
        self.calls.len()
    }

    fn add(&mut self, now: Millis) {
        self.calls.push_back(now);
        self.most = self.most.max(self.used(now));
    }

    /// How long until one more call is within the limit; none where it is so now.
    fn full_for(&mut self, limit: usize, now: Millis) -> Option<Millis> {
        let too_many = self.used(now).checked_sub(limit)?;
        Some(self.calls.get(too_many).map_or(self.span, |call| call + self.span - now))
    }
}

/// The calls of one key.
#[derive(Debug)]
struct Counts {
    let_in: [Window; 2],
    all: [Window; 2],
}

impl Default for Counts {
    fn default() -> Self {
        let windows = || [Window::new(MINUTE), Window::new(DAY)];
        Self { let_in: windows(), all: windows() }
    }
}

/// The limits, and the calls that they count.
#[derive(Debug, Default)]
pub(super) struct Meter {
    pub(super) limits: Limits,
    keys: HashMap<String, Counts>,
    refused: u64,
}

impl Meter {
    /// Counts a call, or turns it away and says after how many milliseconds one will be let in.
    pub(super) fn admit(&mut self, key: &str, now: Millis) -> Result<(), Millis> {
        let counts = self.keys.entry(key.to_owned()).or_default();
        counts.all.iter_mut().for_each(|window| window.add(now));
        let limits = [self.limits.minute, self.limits.day];
        let full =
            counts.let_in.iter_mut().zip(limits).filter_map(|(window, limit)| window.full_for(limit, now));
        if let Some(wait) = full.max() {
            self.refused += 1;
            return Err(wait);
        }
        counts.let_in.iter_mut().for_each(|window| window.add(now));
        Ok(())
    }

    pub(super) fn usage(&mut self, now: Millis) -> Usage {
        let mut usage = Usage { refused: self.refused, ..Usage::default() };
        for Counts { let_in: [minute, day], all: [all_minute, all_day] } in self.keys.values_mut() {
            usage.minute = usage.minute.max(minute.used(now));
            usage.day = usage.day.max(day.used(now));
            usage.most_in_a_minute = usage.most_in_a_minute.max(all_minute.most);
            usage.most_in_a_day = usage.most_in_a_day.max(all_day.most);
        }
        usage
    }
}
