//! The Autotask emulator: a stateful stand-in for the far side that speaks HTTP as Autotask does.
//!
//! It shares no code with the client, so that a mistake in one is not repeated in the other. A request goes through
//! `http` (credentials, faults, log) and `routes` (which call) to `calls`, which reads with `query` or writes with
//! `writes`; `rules`, `entity_rules` and `quote_items` say what Autotask refuses. `control` holds the routes that
//! Autotask does not have.

mod answer;
mod calls;
mod condition;
mod control;
mod entity_rules;
mod faults;
mod http;
mod log;
mod metadata;
mod query;
mod quote_items;
mod routes;
mod rules;
mod seed;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod writes;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio_util::task::TaskTracker;

pub use self::log::{Effect, LogEntry, Op};
use self::{faults::Faults, log::Log, metadata::Metadata, seed::Seed, store::Store};
use crate::clock::Clock;

/// What an API user signs in with.
#[derive(Clone, Copy, Debug)]
pub struct Credentials {
    /// The `UserName` header.
    pub user: &'static str,
    /// The `Secret` header.
    pub secret: &'static str,
    /// The `ApiIntegrationCode` header.
    pub integration_code: &'static str,
}

/// The only credentials that the emulator takes. They are no secret: nothing but the emulator knows them.
pub const CREDENTIALS: Credentials = Credentials {
    user: "quote.integration@northwind-it.example",
    secret: "emulator-only",
    integration_code: "EMULATORONLY0000000000000000",
};

/// How to open an emulator.
#[derive(Debug, Default)]
pub struct Options {
    /// The file in which effects outlive the process; none keeps them in memory only.
    pub journal: Option<PathBuf>,
    /// The time that rows and the log are stamped with.
    pub clock: Clock,
}

/// An Autotask tenant in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct Emulator(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    /// Requests that a scripted fault keeps waiting.
    tasks: TaskTracker,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    faults: Faults,
    log: Log,
}

impl Emulator {
    /// Opens the built-in tenant, with the effects that the journal holds.
    ///
    /// # Errors
    /// Fails where the journal cannot be opened or holds something else than effects.
    pub fn open(options: Options) -> io::Result<Self> {
        Self::with_seed(seed::BUILT_IN, options)
    }

    fn with_seed(seed: &str, options: Options) -> io::Result<Self> {
        let metadata = Arc::new(Metadata::load()?);
        let store = Store::open(metadata, Seed::parse(seed)?, options.journal.as_deref())?;
        let inner = Inner { store, faults: Faults::default(), log: Log::default() };
        let tasks = TaskTracker::new();
        Ok(Self(Arc::new(Shared { clock: options.clock, tasks, inner: Mutex::new(inner) })))
    }

    /// Autotask's routes under `/ATServicesRest/`, and the emulator's own under `/_emulator/`.
    pub fn router(&self) -> axum::Router {
        control::router().fallback(http::handle).with_state(self.clone())
    }

    /// The rows of an entity by ascending id, each with all its fields; empty for an entity that is out of scope.
    pub fn entities(&self, entity: &str) -> Vec<Value> {
        self.lock().store.rows(entity).cloned().map(Value::Object).collect()
    }

    /// The requests to Autotask's routes, oldest first.
    pub fn log(&self) -> Vec<LogEntry> {
        self.lock().log.entries()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
