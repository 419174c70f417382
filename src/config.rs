//! One typed struct with everything that the operator sets; filled by the command line in `main`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;

/// Which parts a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Web server and worker.
    All,
    /// Pages and REST alone.
    Web,
    /// Worker alone.
    Worker,
}

/// How one process runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite://FILE` or `postgres://…`.
    pub database_url: String,
    /// Where pages and REST are served; port 0 is any free port.
    pub listen: SocketAddr,
    /// Where `/metrics` is served, with `/healthz` and `/readyz`: an address that is not for everybody.
    pub metrics_listen: Option<SocketAddr>,
    /// Which parts run.
    pub role: Role,
    /// The file that holds the key with which secrets are sealed; made on first use beside a SQLite database.
    pub key_file: Option<PathBuf>,
    /// The keys themselves, in place of a file.
    pub key: Option<SecretString>,
    /// The worker's pace.
    pub worker: WorkerConfig,
    /// Whether cookies are only sent over HTTPS. Off where a plain loopback address is served.
    pub secure_cookies: bool,
    /// Where the zones of new connections are looked up: Autotask's own host, or an emulator for tests.
    pub discovery_url: String,
    /// Where Kaseya Quote Manager is read: its own host, or an emulator for tests.
    pub quote_manager_url: String,
    /// Whether the pages say "Test server": Autotask is the emulator.
    pub test_server: bool,
}

/// The worker's pace and patience.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Pushes that one process works on at a time.
    pub tasks: usize,
    /// Pushes of one tenant that are worked on at a time: Autotask allows 3 requests at once on an endpoint, one
    /// is left for people.
    pub tasks_per_tenant: i64,
    /// How often the table is looked at when nothing else wakes the worker.
    pub poll: Duration,
    /// How long a push stays with a worker that says nothing.
    pub lease: Duration,
    /// How often a worker says that it is alive.
    pub heartbeat: Duration,
    /// A create without an answer is looked up for the second time this long after it was sent …
    pub second_look: Duration,
    /// … and believed lost only this long after: Autotask works on a request for up to 5 minutes, also when its
    /// sender has gone.
    pub quarantine: Duration,
    /// How long work that is under way may take after the worker was told to stop; then it is handed back.
    pub grace: Duration,
    /// Percent of the calls that Autotask allows a tenant in an hour which are ours.
    pub share_percent: i64,
    /// How long a minute is where sources are concerned: how often they are read, and what they take within one. Tests
    /// and the demo have less time.
    pub source_minute: Duration,
    /// How long a request that writes may take; shorter than the lease, so that no request outlives it.
    pub write_timeout: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            tasks: 8,
            tasks_per_tenant: 2,
            poll: Duration::from_millis(500),
            lease: Duration::from_mins(2),
            heartbeat: Duration::from_secs(15),
            second_look: Duration::from_secs(30),
            quarantine: Duration::from_secs(330),
            grace: Duration::from_secs(30),
            share_percent: 40,
            source_minute: Duration::from_mins(1),
            write_timeout: Duration::from_secs(100),
        }
    }
}
