//! Autotask's two limits: requests at once on one endpoint, and requests in an hour on the tenant's whole database.

use std::collections::{HashMap, VecDeque};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::Millis;

const TIMEFRAME_MINUTES: i64 = 60;
const TIMEFRAME: Millis = TIMEFRAME_MINUTES * 60_000;

/// How much longer a request takes from half of the hour's limit on, and beyond three quarters of it.
const SLOWED: Millis = 500;
const SLOWED_MORE: Millis = 1_000;

/// What requests at once are counted by: the tool that asks, and the entity it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Thread {
    pub(super) integration_code: String,
    /// The plural name of the entity, whether called at the root or below a parent.
    pub(super) endpoint: String,
}

/// A change of the limits; what it leaves out stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    limit: Option<usize>,
    others_used: Option<usize>,
    threads: Option<usize>,
}

/// The limits, and how far they are used up.
#[derive(Debug)]
pub(super) struct Limits {
    /// Requests in an hour, by all integrations of the tenant together.
    limit: usize,
    /// How many of them other integrations are taken to have made within the last hour.
    others_used: usize,
    /// Requests at once on one endpoint.
    threads: usize,
    /// When the requests of the last hour arrived here.
    arrivals: VecDeque<Millis>,
    under_way: HashMap<Thread, usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            limit: 10_000,
            others_used: 0,
            threads: 3,
            arrivals: VecDeque::new(),
            under_way: HashMap::new(),
        }
    }
}

impl Limits {
    pub(super) fn set(&mut self, to: &Setting) {
        self.limit = to.limit.unwrap_or(self.limit);
        self.others_used = to.others_used.unwrap_or(self.others_used);
        self.threads = to.threads.unwrap_or(self.threads);
    }

    /// Back to the usual limits with nothing used; requests under way keep their threads.
    pub(super) fn reset(&mut self) {
        let under_way = std::mem::take(&mut self.under_way);
        *self = Self { under_way, ..Self::default() };
    }

    /// Counts a request and says by how many milliseconds it is slowed down; or refuses it, uncounted.
    pub(super) fn admit(&mut self, thread: &Thread, now: Millis) -> Result<Millis, String> {
        let at_once = self.under_way.get(thread).copied().unwrap_or(0);
        if at_once >= self.threads {
            return Err(thread_sentence(self.threads, &thread.endpoint));
        }
        if self.used(now) >= self.limit {
            let limit = self.limit;
            return Err(format!(
                "The request threshold of {limit} external requests in {TIMEFRAME_MINUTES} minutes has been exceeded."
            ));
        }
        self.arrivals.push_back(now);
        *self.under_way.entry(thread.clone()).or_default() += 1;
        let used = self.used(now);
        Ok(match used {
            _ if used.saturating_mul(4) > self.limit.saturating_mul(3) => SLOWED_MORE,
            _ if used.saturating_mul(2) >= self.limit => SLOWED,
            _ => 0,
        })
    }

    /// Frees the thread of a request that is done.
    pub(super) fn release(&mut self, thread: &Thread) {
        if let Some(count) = self.under_way.get_mut(thread) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(thread);
            }
        }
    }

    fn used(&mut self, now: Millis) -> usize {
        while self.arrivals.front().is_some_and(|arrival| *arrival <= now - TIMEFRAME) {
            self.arrivals.pop_front();
        }
        self.arrivals.len().saturating_add(self.others_used)
    }

    /// The limits as the emulator's own route shows them.
    pub(super) fn describe(&mut self, now: Millis) -> Value {
        let used = self.used(now);
        json!({
            "limit": self.limit, "others_used": self.others_used, "threads": self.threads, "used": used,
        })
    }

    /// The answer to `ThresholdInformation`.
    pub(super) fn threshold(&mut self, now: Millis) -> Value {
        let used = self.used(now);
        json!({
            "externalRequestThreshold": self.limit,
            "requestThresholdTimeframe": TIMEFRAME_MINUTES,
            "currentTimeframeRequestCount": used,
        })
    }
}

/// What a request beyond the threads of an endpoint is told.
pub(super) fn thread_sentence(threads: usize, endpoint: &str) -> String {
    format!(
        "Itgenatr005: on {endpoint} this integration's thread threshold of {threads} threads has been exceeded."
    )
}
