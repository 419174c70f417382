//! Services: one function per thing that a user wants done. Each opens, uses and commits its own transaction.
//!
//! Pages, REST and the command line call the same ones.

pub mod accounts;
pub mod activity;
pub mod api_use;
pub mod backfill;
pub mod catalogue;
pub mod category_map;
pub mod checklist;
pub mod connect;
pub mod connection;
pub mod customers;
pub mod finds;
pub mod foresight;
pub mod go_back;
pub mod history;
pub mod intake;
pub mod keys;
pub mod limits;
mod list_refresh;
mod list_sources;
pub mod lists;
pub mod metrics;
pub mod open_repairs;
pub mod parked;
pub mod people;
pub mod planning;
pub mod preview;
pub mod reconcile;
pub mod repairs;
mod reroute;
mod retention;
pub mod save_news;
pub mod settings;
pub mod settings_document;
pub mod settings_file;
pub mod standing;
mod waiting_cap;
pub mod waits;
pub mod workers;
pub mod written;

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use self::{metrics::Counters, waiting_cap::WaitingCounts};
use crate::{autotask, clock::Clock, crypto::Sealer, db::Db};

/// What every service works with.
#[derive(Clone, Debug)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// Time and ids.
    pub clock: Clock,
    /// Seals and opens secrets.
    pub sealer: Sealer,
    /// The HTTP client for Autotask.
    pub client: autotask::Client,
    /// Where the zone of a new connection is looked up: Autotask's own host, or an emulator. Never what a visitor says.
    pub discovery_url: Arc<str>,
    /// What stands before every request to Autotask.
    pub limits: limits::Limits,
    /// How long the test of a connection may take.
    pub test_within: Duration,
    /// How many pushes wait, as last counted.
    pub waiting: Arc<WaitingCounts>,
    /// What this process counts for its metrics.
    pub counters: Arc<Counters>,
    /// Tells a worker in this process that there is work. Only a hint: the truth is in the table.
    pub wake: Arc<Notify>,
}
