//! Reading quotes and sales from other systems, the same way for each of them.
//!
//! [`registry`] lists the systems. Reading one is a job ([`run`]): it looks for changes, reads what is below changed
//! documents, fetches what they refer to, and takes the documents in ([`taking`]). Every page is committed together with
//! how far the job is, so that whoever goes on after a crash begins there and no list moves past what was not stored.

mod calls;
pub mod connection;
mod document;
mod gather;
mod look;
mod records;
pub mod registry;
mod run;
mod saving;
pub mod settings;
mod taking;
pub mod view;

pub use calls::CallUse;
pub use connection::{SourceChecklist, SourceConnected, SourceLine};
pub use document::{SourceDocument, SourcePut};
pub use registry::Sources;
pub use saving::KeySaved;
pub use settings::{SourceForm, SourceSaved};
pub use view::{ResourceRead, SeenCode, SourceState, SourceView, Troubled};

pub use crate::db::SourceLease;
/// Kaseya Quote Manager's own address.
pub use crate::quote_manager::URL as QUOTE_MANAGER;
use crate::{clock::Millis, domain::source::Failure, error::Error};

/// Calls that a run makes at most; then others have their turn.
const MOST_CALLS: usize = 50;
/// Documents that a run takes in at most …
const MOST_TAKEN: usize = 200;
/// … and those of one transaction.
const AT_ONCE: i64 = 20;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;

/// Why a run ends before its end.
#[derive(Debug)]
enum Stop {
    /// A call failed.
    Failed(Failure),
    /// The calls that are allowed are used up until then.
    Later(Millis),
    /// So many pushes wait that no new document is taken: a sentence.
    Full(String),
    /// The worker was told to stop.
    HandedBack,
    /// Somebody else has the lease.
    Lost,
    /// A fault of ours.
    Fault(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Full(sentence, _) => Self::Full(sentence),
            error => Self::Fault(error),
        }
    }
}
