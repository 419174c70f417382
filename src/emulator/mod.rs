//! The Autotask emulator: a stateful stand-in for the far side that speaks HTTP as Autotask does.
//!
//! It shares no code with the client, so that a mistake in one is not repeated in the other. A request goes through
//! `http` (what HTTP brings), `work` (limits, faults, log) and `routes` (which call) to `calls`, which reads with `query` or writes with
//! `writes`; `rules`, `user_defined`,
//! `entity_rules`, `quote_items` and `tickets` say what Autotask refuses. `control` holds the routes that
//! Autotask does not have.
//!
//! `quote_manager` is the other far side, served beside it: Kaseya Quote Manager, which quotes come from.

mod answer;
mod calls;
mod condition;
mod control;
mod deactivation;
mod entity_rules;
mod faults;
mod http;
mod journal;
mod limits;
mod log;
mod metadata;
mod query;
mod quote_items;
pub mod quote_manager;
mod routes;
mod rules;
mod scale;
mod seed;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod tickets;
mod user_defined;
mod values;
mod work;
mod writes;

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio_util::task::TaskTracker;

use self::{
    faults::Faults, limits::Limits, log::Log, metadata::Metadata, seed::Seed, store::Store, work::Work,
};
pub use self::{
    log::{Effect, LogEntry, Op},
    quote_manager::{KEY as QUOTE_MANAGER_KEY, QuoteManager},
};
use crate::clock::{Clock, Millis};

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

/// Whether requests are slowed down when more than half of the hour's limit is used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delays {
    /// They are not: the log's `ms` only says by how much they would be.
    #[default]
    Off,
    /// They are, as by Autotask.
    Real,
}

/// How to open an emulator.
#[derive(Debug, Default)]
pub struct Options {
    /// The file in which effects outlive the process; none keeps them in memory only. The rows of Quote Manager are in
    /// a file beside it, whose name ends in `.quote-manager.jsonl`.
    pub journal: Option<PathBuf>,
    /// The time that rows and the log are stamped with.
    pub clock: Clock,
    /// What a nearly exhausted hour's limit costs.
    pub delays: Delays,
    /// Whether the tenant is a large one: 5,000 companies, 300 resources, 220 billing codes, 800 product categories and
    /// 20,000 products.
    pub scale: bool,
}

/// An Autotask tenant in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct Emulator(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    delays: Delays,
    /// Requests that a fault or a limit keeps waiting.
    tasks: TaskTracker,
    inner: Mutex<Inner>,
    quote_manager: QuoteManager,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    faults: Faults,
    limits: Limits,
    log: Log,
    /// Requests whose effect is still to come, by when it is due and a number that keeps their order.
    late: BTreeMap<(Millis, u64), Work>,
    put_off: u64,
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
        let mut seed = Seed::parse(seed)?;
        if options.scale {
            scale::grow(&mut seed);
        }
        let metadata = Arc::new(Metadata::load(&seed.user_defined_fields)?);
        let store = Store::open(metadata, seed, options.journal.as_deref())?;
        let inner = Inner {
            store,
            faults: Faults::default(),
            limits: Limits::default(),
            log: Log::default(),
            late: BTreeMap::new(),
            put_off: 0,
        };
        let beside = options.journal.map(|path| path.with_extension("quote-manager.jsonl"));
        let quote_manager = QuoteManager::open(options.clock.clone(), beside.as_deref())?;
        let tasks = TaskTracker::new();
        Ok(Self(Arc::new(Shared {
            clock: options.clock,
            delays: options.delays,
            tasks,
            inner: Mutex::new(inner),
            quote_manager,
        })))
    }

    /// Autotask's routes under `/ATServicesRest/`, and the emulator's own under `/_emulator/`; Quote Manager's under
    /// `/v1/`, and those that script it under `/_quote_manager/`.
    pub fn router(&self) -> axum::Router {
        let autotask = control::router().fallback(http::handle).with_state(self.clone());
        autotask.merge(self.0.quote_manager.router())
    }

    /// The Quote Manager that is served beside Autotask.
    pub fn quote_manager(&self) -> QuoteManager {
        self.0.quote_manager.clone()
    }

    /// The rows of an entity by ascending id, each with all its fields; empty for an entity that is out of scope.
    pub fn entities(&self, entity: &str) -> Vec<Value> {
        self.lock().store.rows(entity).cloned().map(Value::Object).collect()
    }

    /// The requests to Autotask's routes, oldest first.
    pub fn log(&self) -> Vec<LogEntry> {
        self.lock().log.entries()
    }

    /// The tenant as it is by now, with what has come due.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.catch_up(self.0.clock.now());
        inner
    }
}
