//! A stand-in for Kaseya Quote Manager's API: stateful, read-only over HTTP, and strict about what is known of it.
//!
//! A call goes through `http` (method, key, limits, faults, log) to `listing`, which reads the rows of `store`;
//! `resources` says what there is and what can be asked of it. `control` holds the routes that Quote Manager does not
//! have. Nothing is shared with any client. Where nobody outside knows what Quote Manager does, there is a switch.

mod answer;
mod control;
mod faults;
mod http;
mod limits;
mod listing;
mod log;
mod resources;
mod store;
mod table;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::task::TaskTracker;

use self::{
    faults::{Faults, Script},
    limits::Meter,
    log::Log,
    resources::Resource,
    store::{Saving, Store},
};
pub use self::{
    limits::{Limits, Usage},
    log::LogEntry,
};
use crate::clock::Clock;

/// The key that the instance takes unless [`Switches::keys`] says otherwise. It is no secret: nothing but the emulator
/// knows it.
pub const KEY: &str = "emulator-only-quote-manager-key";

/// A few rows of every kind that a client reads, with the traps of the real ones.
const EXAMPLE: &str = include_str!("example.json");

/// One record: field name to value.
type Row = Map<String, Value>;

/// How the instance writes the dates that it stamps itself; both are UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamps {
    /// With a `Z` at the end.
    #[default]
    Zoned,
    /// Without a zone.
    Zoneless,
}

/// What is not known of Quote Manager, or differs between instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switches {
    /// The keys that are taken, all for the same rows.
    pub keys: Vec<String>,
    /// Whether a change of a line or a section gives its quote or sales order a new `modifiedDate`.
    pub lines_touch_parents: bool,
    /// Whether `quotesection` heeds `quoteID` and `quoteline` heeds `quoteSectionID`; else they list everything.
    pub detail_filters: bool,
    /// Whether `modifiedAfter` also finds what changed at that very moment.
    pub modified_after_includes: bool,
    /// How stamped dates are written from now on.
    pub stamps: Stamps,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            keys: vec![KEY.to_owned()],
            lines_touch_parents: true,
            detail_filters: true,
            modified_after_includes: false,
            stamps: Stamps::default(),
        }
    }
}

/// An instance of Quote Manager in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct QuoteManager(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    /// Calls that a fault keeps waiting.
    tasks: TaskTracker,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    faults: Faults,
    meter: Meter,
    switches: Switches,
    log: Log,
}

impl QuoteManager {
    /// An instance with the rows that the journal holds; without one it is empty.
    pub(super) fn open(clock: Clock, journal: Option<&Path>) -> io::Result<Self> {
        let inner = Inner {
            store: Store::open(journal)?,
            faults: Faults::default(),
            meter: Meter::default(),
            switches: Switches::default(),
            log: Log::default(),
        };
        Ok(Self(Arc::new(Shared { clock, tasks: TaskTracker::new(), inner: Mutex::new(inner) })))
    }

    /// The API's routes and those that script it.
    pub(super) fn router(&self) -> axum::Router {
        control::router().merge(http::router()).with_state(self.clone())
    }

    /// Saves a row as somebody does in Quote Manager: it is kept as it is given, in the place of the one with its `id`.
    /// A row without an `id` gets one; the answer is the id. Where the row leaves out `modifiedDate`, or brings it as
    /// it was, it is stamped with the time, and so is the date of creation of a new row; quote sections and lines are
    /// never stamped. The quote or sales order of a section or line is stamped too ([`Switches::lines_touch_parents`]).
    ///
    /// # Errors
    /// Fails where there is no such resource, the row is no object, its `id` no whole number, or the journal cannot be
    /// written.
    pub fn put(&self, resource: &str, row: Value) -> io::Result<i64> {
        let (resource, row) = (known(resource)?, object(row)?);
        let mut inner = self.lock();
        let saving = self.saving(&inner);
        inner.store.put(resource, row, saving)
    }

    /// Changes some fields of a row and leaves the others; else like [`QuoteManager::put`].
    ///
    /// # Errors
    /// Like those of [`QuoteManager::put`]; and where there is no row of that id.
    pub fn edit(&self, resource: &str, id: i64, fields: Value) -> io::Result<()> {
        let (resource, fields) = (known(resource)?, object(fields)?);
        let mut inner = self.lock();
        let saving = self.saving(&inner);
        let mut row = inner.store.row(resource.name, id).cloned().ok_or_else(|| unknown("row"))?;
        row.extend(fields);
        row.insert("id".into(), id.into());
        inner.store.put(resource, row, saving).map(drop)
    }

    /// Removes a row, and nothing that belongs to it.
    ///
    /// # Errors
    /// Fails where there is no such resource or row, or the journal cannot be written.
    pub fn remove(&self, resource: &str, id: i64) -> io::Result<()> {
        let resource = known(resource)?;
        let mut inner = self.lock();
        let saving = self.saving(&inner);
        if inner.store.remove(resource, id, saving)? { Ok(()) } else { Err(unknown("row")) }
    }

    /// The rows of a resource by ascending id, as they were put; empty for a resource that there is not.
    pub fn rows(&self, resource: &str) -> Vec<Value> {
        let inner = self.lock();
        let table = inner.store.table(resource);
        table.map(|table| table.all().map(|kept| kept.row.clone().into()).collect()).unwrap_or_default()
    }

    /// Puts an example instance's rows: quotes of every status with their sections and lines, sales with and without a
    /// quote, and what they refer to. Their dates are in November 2026.
    ///
    /// # Errors
    /// Fails where the journal cannot be written.
    pub fn seed_example(&self) -> io::Result<()> {
        let example: BTreeMap<String, Vec<Row>> = serde_json::from_str(EXAMPLE)?;
        let mut inner = self.lock();
        for (resource, rows) in example {
            for row in rows {
                inner.store.load(known(&resource)?, row)?;
            }
        }
        Ok(())
    }

    /// The calls of the API's routes, oldest first.
    pub fn log(&self) -> Vec<LogEntry> {
        self.lock().log.entries()
    }

    /// Adds one line to the script of faults, or a list of lines: objects as `POST /_quote_manager/faults` takes them, like
    /// `{"resource": "quote", "kind": "status", "status": 503, "times": 2}`.
    ///
    /// # Errors
    /// Fails where it is no such line, or names a resource that there is not.
    pub fn fault(&self, script: Value) -> io::Result<()> {
        let lines = serde_json::from_value::<Script>(script).map_err(unreadable)?.into_lines();
        if lines.iter().any(faults::Fault::is_impossible) {
            return Err(unknown("resource"));
        }
        self.lock().faults.add(lines);
        Ok(())
    }

    /// Forgets what is left of the script.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// How many calls were let in lately, and the most that ever came in a minute and in a day.
    pub fn usage(&self) -> Usage {
        self.lock().meter.usage(self.0.clock.now())
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.lock().meter.limits
    }

    /// Sets the limits; what has been used of them stays used.
    pub fn set_limits(&self, limits: Limits) {
        self.lock().meter.limits = limits;
    }

    /// The switches as they stand.
    pub fn switches(&self) -> Switches {
        self.lock().switches.clone()
    }

    /// Sets the switches; what was saved before stays as it is.
    pub fn set_switches(&self, switches: Switches) {
        self.lock().switches = switches;
    }

    /// Back to an empty instance, with an empty log, journal and script, and the usual limits and switches.
    ///
    /// # Errors
    /// Fails where the journal cannot be written.
    pub fn reset(&self) -> io::Result<()> {
        let mut inner = self.lock();
        inner.store.reset()?;
        inner.faults.clear();
        inner.meter = Meter::default();
        inner.switches = Switches::default();
        inner.log = Log::default();
        Ok(())
    }

    fn saving(&self, inner: &Inner) -> Saving {
        Saving::new(self.0.clock.now(), &inner.switches)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known(resource: &str) -> io::Result<&'static Resource> {
    resources::find(resource).ok_or_else(|| unknown("resource"))
}

fn object(row: Value) -> io::Result<Row> {
    serde_json::from_value(row).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

fn unknown(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("The Quote Manager has no such {what}."))
}
