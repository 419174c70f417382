//! What was asked and what was answered.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How many calls the log remembers.
const KEPT: usize = 200_000;

/// One call of Quote Manager's own routes. Entries stand in the order in which the calls were answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// The call's number, from 1; forgotten entries keep theirs.
    pub n: u64,
    /// When the call arrived: ISO 8601, UTC.
    pub at: String,
    /// The HTTP method.
    pub method: String,
    /// The path, like `/v1/quote/101`.
    pub path: String,
    /// The query as it was sent, without the key; empty where there was none.
    pub query: String,
    /// The HTTP status; none where the connection was cut without an answer.
    pub status: Option<u16>,
    /// How many rows the answer holds; 0 where it is a refusal, or a fault took its place.
    pub rows: usize,
    /// Whether a fault of the script took the answer's place, so that it is not Quote Manager's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scripted: bool,
}

/// The newest calls.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<LogEntry>,
    last: u64,
}

impl Log {
    /// Adds a call, gives it its number, and forgets the oldest beyond the bound.
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
