//! The command line: what an operator types, turned into [`Config`] and calls of services.

mod admin;
mod check;
mod settings;

use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{self, App},
    clock::Clock,
    config::{Config, Role, WorkerConfig},
    db::Db,
    demo::{self, Demo, Facts},
    emulator::{self, Emulator},
    error::{Error, Result},
    service::{Services, connect::AUTOTASK, limits, sources::QUOTE_MANAGER},
};

/// How long a minute is in which the demo reads its sources once.
const DEMO_MINUTE: Duration = Duration::from_secs(5);

/// Keeps quotes and unquoted sales in step with Autotask PSA opportunities.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How log lines are written to standard error; `RUST_LOG` says which
    #[arg(long, global = true, env = "OPPORTUNE_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything on one machine with nothing to set up: SQLite, the Autotask emulator, quotes that flow in
    Demo(DemoArgs),
    /// The web server and the worker
    Serve(ServeArgs),
    /// The Autotask emulator alone, with a Quote Manager beside it
    Emulator(EmulatorArgs),
    /// Bring the database's schema up to date
    Migrate(DatabaseArgs),
    /// Say what is wrong with this machine and the connections, and how to mend it
    Check(check::CheckArgs),
    /// Tenants, people, API tokens and connections
    Admin(admin::AdminArgs),
    /// The settings of the Opportunities page as a TOML file
    Settings(settings::SettingsArgs),
}

#[derive(Debug, Args)]
struct DatabaseArgs {
    /// <sqlite://FILE> or postgres://…
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://opportune.db", hide_env_values = true)]
    database_url: String,
    /// The file with the key for secrets; made if it is not there [default: beside the SQLite file]
    #[arg(long, env = "OPPORTUNE_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// The key for secrets itself, in place of a file: 32 bytes in URL-safe base64; several, newest last
    #[arg(long, env = "OPPORTUNE_KEY", hide_env_values = true, conflicts_with = "key_file")]
    key: Option<SecretString>,
}

impl DatabaseArgs {
    /// The services, for a command that does one thing and ends.
    async fn services(self, quote_manager_url: &str) -> Result<Services> {
        let config = Config {
            database_url: self.database_url,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics_listen: None,
            role: Role::Web,
            key_file: self.key_file,
            key: self.key,
            worker: WorkerConfig { write_timeout: Duration::from_secs(30), ..WorkerConfig::default() },
            secure_cookies: false,
            discovery_url: AUTOTASK.to_owned(),
            quote_manager_url: quote_manager_url.to_owned(),
            test_server: false,
        };
        app::services(&config, Clock::system()).await
    }
}

#[derive(Debug, Args)]
struct WorkerArgs {
    /// For tests against an emulator only: how long a create without an answer is looked for. Autotask may still work
    /// on it for 5 minutes, and less than that makes duplicates.
    #[arg(long, env = "OPPORTUNE_QUARANTINE_SECONDS", hide = true)]
    quarantine_seconds: Option<u64>,
    /// For tests alone: how long a push stays with a worker that says nothing.
    #[arg(long, env = "OPPORTUNE_LEASE_SECONDS", hide = true)]
    lease_seconds: Option<u64>,
    /// Percent of the calls that Autotask allows each tenant in an hour which Opportune may make; its other tools need
    /// the rest
    #[arg(long, env = "OPPORTUNE_CALLS_SHARE", default_value_t = WorkerConfig::default().share_percent,
        value_parser = clap::value_parser!(i64).range(1..=90))]
    calls_share: i64,
    /// For tests alone: how long a minute is in which a source is read once and takes so many calls.
    #[arg(long, env = "OPPORTUNE_SOURCE_MINUTE_MS", hide = true)]
    source_minute_ms: Option<u64>,
    /// For tests alone: how long what is under way may take once the program was told to stop.
    #[arg(long, env = "OPPORTUNE_GRACE_SECONDS", hide = true)]
    grace_seconds: Option<u64>,
}

impl WorkerArgs {
    fn config(&self) -> WorkerConfig {
        let usual = WorkerConfig::default();
        let quarantine = self.quarantine_seconds.map_or(usual.quarantine, Duration::from_secs);
        let lease = self.lease_seconds.map_or(usual.lease, Duration::from_secs);
        WorkerConfig {
            quarantine,
            second_look: usual.second_look.min(quarantine),
            lease,
            heartbeat: usual.heartbeat.min(lease / 4),
            write_timeout: usual.write_timeout.min(lease * 5 / 6),
            share_percent: self.calls_share,
            source_minute: self.source_minute_ms.map_or(usual.source_minute, Duration::from_millis),
            grace: self.grace_seconds.map_or(usual.grace, Duration::from_secs),
            ..usual
        }
    }
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Where pages and REST are served; port 0 is any free port
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the emulator is served; port 0 is any free port
    #[arg(long, default_value = "127.0.0.1:9090")]
    emulator_listen: SocketAddr,
    /// Use an Autotask emulator that already runs; Quote Manager stays the built-in one
    #[arg(long)]
    emulator_url: Option<String>,
    /// Keep the data in this folder, and go on with what is there
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Leave the sync off and Quote Manager unconnected, with nothing saved
    #[arg(long)]
    fresh: bool,
    /// Let nobody make quotes in Quote Manager
    #[arg(long)]
    no_quotes: bool,
    /// Print the addresses and the sign-in as one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    worker: WorkerArgs,
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Where pages and REST are served; port 0 is any free port
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Serve /metrics, /healthz and /readyz here too, for machines alone; port 0 is any free port
    #[arg(long, env = "OPPORTUNE_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Which parts run
    #[arg(long, value_enum, default_value = "all")]
    role: Role,
    /// An emulator's address in place of Autotask's, for tests; the pages say so
    #[arg(long, env = "OPPORTUNE_AUTOTASK_URL", default_value = AUTOTASK)]
    autotask_url: String,
    /// An emulator's address in place of Kaseya Quote Manager's, for tests
    #[arg(long, env = "OPPORTUNE_QUOTE_MANAGER_URL", default_value = QUOTE_MANAGER)]
    quote_manager_url: String,
    /// Send cookies over HTTPS only [default: true, but false on a loopback address]
    #[arg(long)]
    secure_cookies: Option<bool>,
    #[command(flatten)]
    worker: WorkerArgs,
}

#[derive(Debug, Args)]
struct EmulatorArgs {
    /// Where it is served; port 0 is any free port
    #[arg(long, default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// Keep what happens in this file, and go on with what is there
    #[arg(long)]
    journal: Option<PathBuf>,
    /// Start with a large tenant: 5,000 companies, 20,000 products
    #[arg(long)]
    scale: bool,
    /// Print the address and the credentials as one line of JSON
    #[arg(long)]
    json: bool,
}

impl Cli {
    /// How log lines are to be written.
    pub fn log_format(&self) -> LogFormat {
        self.log_format
    }

    /// Does what was asked for.
    ///
    /// # Errors
    /// What kept it from being done, as a sentence.
    pub async fn run(self) -> Result<()> {
        let outcome = self.command.run().await;
        limits::settle().await;
        outcome
    }
}

impl Command {
    async fn run(self) -> Result<()> {
        match self {
            Self::Demo(args) => args.run().await,
            Self::Serve(args) => args.run().await,
            Self::Emulator(args) => args.run().await,
            Self::Migrate(args) => Db::open(&args.database_url).await.map(drop),
            Self::Check(args) => args.run().await,
            Self::Admin(args) => args.run().await,
            Self::Settings(args) => args.run().await,
        }
    }
}

impl DemoArgs {
    async fn run(self) -> Result<()> {
        let temporary = env::temp_dir().join(format!("opportune-demo-{}", std::process::id()));
        let data_dir = self.data_dir.clone().unwrap_or(temporary);
        std::fs::create_dir_all(&data_dir).map_err(Error::internal)?;
        let config = Config {
            database_url: format!("sqlite://{}", data_dir.join("opportune.db").display()),
            listen: self.listen,
            metrics_listen: None,
            role: Role::All,
            key_file: None,
            key: None,
            // The emulator is nobody else's, and who looks on has little time.
            worker: WorkerConfig {
                share_percent: 10_000,
                source_minute: DEMO_MINUTE,
                ..self.worker.config()
            },
            secure_cookies: false,
            discovery_url: AUTOTASK.to_owned(),
            quote_manager_url: QUOTE_MANAGER.to_owned(),
            test_server: true,
        };
        let options = demo::Options {
            data_dir: data_dir.clone(),
            emulator_listen: self.emulator_listen,
            emulator_url: self.emulator_url,
            fresh: self.fresh,
            no_quotes: self.no_quotes,
        };
        let demo = Demo::open(config, &options).await?;
        say(&if self.json { json(&demo.facts)? } else { welcome(&demo.facts) })?;
        let outcome = demo.run(stop_signal()?).await;
        if self.data_dir.is_none() {
            std::fs::remove_dir_all(&data_dir).map_err(Error::internal)?;
        }
        outcome
    }
}

impl ServeArgs {
    async fn run(self) -> Result<()> {
        let config = Config {
            database_url: self.database.database_url,
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            role: self.role,
            key_file: self.database.key_file,
            key: self.database.key,
            worker: self.worker.config(),
            secure_cookies: self.secure_cookies.unwrap_or(!self.listen.ip().is_loopback()),
            test_server: self.autotask_url != AUTOTASK,
            discovery_url: self.autotask_url,
            quote_manager_url: self.quote_manager_url,
        };
        let app = App::open(config, Clock::system()).await?;
        if let Some(address) = app.address() {
            say(&format!("Opportune is at http://{address}"))?;
        }
        if let Some(address) = app.metrics_address() {
            say(&format!("Metrics are at http://{address}/metrics"))?;
        }
        app.run(stop_signal()?).await
    }
}

impl EmulatorArgs {
    async fn run(self) -> Result<()> {
        let options = emulator::Options {
            journal: self.journal,
            delays: emulator::Delays::Real,
            scale: self.scale,
            ..emulator::Options::default()
        };
        let emulator = Emulator::open(options).map_err(Error::internal)?;
        let listener = app::bind(self.listen).await?;
        let url = format!("http://{}", listener.local_addr().map_err(Error::internal)?);
        let credentials = emulator::CREDENTIALS;
        let (user, secret, code) = (credentials.user, credentials.secret, credentials.integration_code);
        let key = emulator::QUOTE_MANAGER_KEY;
        say(&if self.json {
            json(&serde_json::json!({
                "url": url, "user": user, "secret": secret, "integration_code": code, "quote_manager_key": key,
            }))?
        } else {
            format!(
                "The Autotask emulator is at {url}\n  user name         {user}\n  secret            {secret}\n  integration code  {code}\n\
                 The Quote Manager emulator is at {url} too\n  API key           {key}"
            )
        })?;
        app::serve(listener, emulator.router(), stop_signal()?).await
    }
}

fn welcome(facts: &Facts) -> String {
    let Facts { web, emulator, quote_manager, quote_manager_key, email, password, token, tenant } = facts;
    format!(
        "Opportune is at      {web}\n  email              {email}\n  password           {password}\n  API token          {token}\n  \
         tenant             {tenant}\nAutotask emulator at {emulator}\nQuote Manager's emulator at {quote_manager}\n  \
         API key            {quote_manager_key}\nStop it with Ctrl+C."
    )
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Error::internal)
}

/// Cancelled by Ctrl+C or SIGTERM; a second one ends the program at once, which the worker's intents allow for.
fn stop_signal() -> Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let stopped = stop.clone();
    tokio_util::task::TaskTracker::new().spawn(async move {
        for is_first in [true, false] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if !is_first {
                std::process::exit(130);
            }
            stopped.cancel();
        }
    });
    Ok(stop)
}
