//! What was asked, what was answered, and what it did: the oracle that tests count effects with.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many requests the log remembers.
const KEPT: usize = 200_000;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// It is new.
    Create,
    /// Some of its fields changed.
    Update,
    /// It is gone.
    Delete,
}

/// The row that a request created, changed or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The plural name of its entity, like `Opportunities`.
    pub entity: String,
    /// Its id.
    pub id: i64,
    /// What became of it.
    pub op: Op,
}

/// One request to Autotask's own routes. Entries stand in the order in which the requests took effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// The request's number, from 1; forgotten entries keep theirs.
    pub n: u64,
    /// When the request arrived: ISO 8601, UTC.
    pub at: String,
    /// The HTTP method.
    pub method: String,
    /// The path with its query, as it was sent.
    pub path: String,
    /// The `UserName` header; none where there was none.
    pub tenant: Option<String>,
    /// The request's body: JSON where it is JSON, else text, null where it was empty.
    pub body: Value,
    /// The HTTP status; none where the connection was cut without an answer.
    pub status: Option<u16>,
    /// The answer's body, like `body`.
    pub response: Value,
    /// What the request did to the tenant's rows; none where it only read or was refused.
    pub effect: Option<Effect>,
    /// Milliseconds from the request's arrival to its answer, or to its effect where no answer comes; with those by
    /// which the hour's limit would slow it down where that is not waited for.
    pub ms: i64,
}

/// The newest requests.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<LogEntry>,
    last: u64,
}

impl Log {
    /// Adds a request, gives it its number, and forgets the oldest beyond the bound.
    pub(super) fn push(&mut self, mut entry: LogEntry) {
        self.last += 1;
        entry.n = self.last;
        self.entries.push_back(entry);
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
    }

    pub(super) fn entries(&self) -> Vec<LogEntry> {
        self.entries.iter().cloned().collect()
    }
}
