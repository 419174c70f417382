//! `opportune demo`: everything on one machine with nothing to set up.
//!
//! A SQLite file, the emulator, one tenant with its administrator and token, and a morning's documents that arrive
//! in its Quote Manager over a minute and a half. The same folder gives the same sign-in again, and goes on where it stopped.

mod feed;
mod rows;
pub mod settings;

pub use settings::configure;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::{self, App},
    clock::Clock,
    config::Config,
    crypto,
    domain::ids::TenantId,
    emulator::{self, Emulator, quote_manager::Limits},
    error::{Error, Result},
    service::{
        Services,
        connect::{Connected, Consent, Entered},
        sources::SourceConnected,
    },
};

/// What the demo's documents are read from.
const SOURCE: &str = "quote-manager";
/// The demo's tenant.
const TENANT: &str = "Northwind IT Services";
/// The demo's administrator.
const EMAIL: &str = "admin@northwind-it.example";
const NAME: &str = "Robin Admin";

/// What the demo is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the data is kept; the folder must be there.
    pub data_dir: PathBuf,
    /// Where the emulator listens.
    pub emulator_listen: SocketAddr,
    /// An emulator that already runs, in place of the built-in one; Quote Manager stays the built-in one's.
    pub emulator_url: Option<String>,
    /// Leave the sync off and Quote Manager unconnected, with nothing saved.
    pub fresh: bool,
    /// Let nobody make documents in Quote Manager.
    pub no_quotes: bool,
}

/// How to get in. Stable over restarts on the same data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// Where the pages and REST are.
    pub web: String,
    /// Where the emulator of Autotask is.
    pub emulator: String,
    /// Where the emulator of Quote Manager is.
    pub quote_manager: String,
    /// The key that it takes.
    pub quote_manager_key: String,
    /// The administrator's e-mail address.
    pub email: String,
    /// The administrator's password.
    pub password: String,
    /// An API token.
    pub token: String,
    /// The tenant's name.
    pub tenant: String,
}

/// What is kept in the folder beside the database: the sign-in.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    password: String,
    token: String,
}

/// A demo that is ready to run.
pub struct Demo {
    /// How to get in.
    pub facts: Facts,
    app: App,
    tenant: TenantId,
    listener: TcpListener,
    emulator: Emulator,
    feed: Option<PathBuf>,
}

impl Demo {
    /// Opens the emulator, the database and the tenant; makes what is not there yet.
    ///
    /// # Errors
    /// When an address or a file cannot be had; the sentence says why.
    pub async fn open(config: Config, options: &Options) -> Result<Self> {
        let (listener, emulator) = open_emulator(options).await?;
        let own_url = format!("http://{}", listener.local_addr().map_err(Error::internal)?);
        let emulator_url = options.emulator_url.as_ref().unwrap_or(&own_url).trim_end_matches('/').to_owned();
        let config =
            Config { discovery_url: emulator_url.clone(), quote_manager_url: own_url.clone(), ..config };
        let app = App::open(config, Clock::system()).await?;
        let web = app.address().map(|address| format!("http://{address}")).unwrap_or_default();
        let kept_file = options.data_dir.join("demo.json");
        let is_first = !kept_file.exists();
        let (tenant, kept) = if is_first {
            first_start(&app.services, &kept_file).await?
        } else {
            again(&app.services, &kept_file).await?
        };
        let facts = Facts {
            web,
            emulator: emulator_url,
            quote_manager: own_url,
            quote_manager_key: emulator::QUOTE_MANAGER_KEY.to_owned(),
            email: EMAIL.to_owned(),
            password: kept.password,
            token: kept.token,
            tenant: TENANT.to_owned(),
        };
        let feed = (!options.no_quotes).then(|| options.data_dir.join("feed.txt"));
        let demo = Self { facts, app, tenant, listener, emulator, feed };
        demo.serving(is_first && !options.fresh).await
    }

    /// What is connected is asked over HTTP, so the emulator must serve meanwhile.
    async fn serving(self, configure: bool) -> Result<Self> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let listener = again_listening(&self.listener)?;
        tasks.spawn(app::serve(listener, self.emulator.router(), stop.clone()));
        let configured = self.configure(configure).await;
        stop.cancel();
        configured.map(|()| self)
    }

    async fn configure(&self, configure: bool) -> Result<()> {
        let services = &self.app.services;
        let credentials = emulator::CREDENTIALS;
        let entered = Entered {
            discovery_url: Some(self.facts.emulator.clone()),
            user_name: credentials.user.to_owned(),
            secret: credentials.secret.into(),
            integration_code: credentials.integration_code.to_owned(),
            currency: "USD".to_owned(),
        };
        let saved = services.save_connection(self.tenant, None, &entered, Consent::default()).await?;
        if !matches!(saved, Connected::Done { .. }) {
            return Err(Error::Conflict(format!("The emulator cannot be connected: {saved:?}")));
        }
        services.refresh_lists(self.tenant).await?;
        feed::add_catalogue(services, self.tenant).await?;
        feed::add_references(&self.emulator.quote_manager())?;
        if !configure {
            return Ok(());
        }
        settings::configure(services, self.tenant).await?;
        settings::explain_codes(services, self.tenant).await?;
        self.connect_quote_manager().await
    }

    async fn connect_quote_manager(&self) -> Result<()> {
        let key = emulator::QUOTE_MANAGER_KEY.into();
        let services = &self.app.services;
        match services.save_source_connection(self.tenant, SOURCE, None, &key).await? {
            SourceConnected::Done(_) => Ok(()),
            other => Err(Error::Conflict(format!("The Quote Manager cannot be connected: {other:?}"))),
        }
    }

    /// Runs until `stop`.
    ///
    /// # Errors
    /// When a part cannot run.
    pub async fn run(self, stop: CancellationToken) -> Result<()> {
        let tasks = TaskTracker::new();
        tasks.spawn(app::serve(self.listener, self.emulator.router(), stop.clone()));
        if let Some(progress) = self.feed {
            let (manager, clock) = (self.emulator.quote_manager(), self.app.services.clock.clone());
            let stopped = stop.clone();
            tasks.spawn(async move { feed::run(&manager, &clock, &progress, &stopped).await });
        }
        let outcome = self.app.run(stop.clone()).await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        outcome
    }
}

async fn open_emulator(options: &Options) -> Result<(TcpListener, Emulator)> {
    let journal = Some(options.data_dir.join("emulator.jsonl"));
    let emulator = Emulator::open(emulator::Options { journal, ..emulator::Options::default() })
        .map_err(Error::internal)?;
    // A minute is short here, and the program keeps to what is allowed within one of those.
    emulator.quote_manager().set_limits(Limits { minute: usize::MAX, day: usize::MAX, retry_after: true });
    // Whoever has an emulator may have it at that address.
    let listen = match options.emulator_url {
        Some(_) => SocketAddr::new(options.emulator_listen.ip(), 0),
        None => options.emulator_listen,
    };
    Ok((app::bind(listen).await?, emulator))
}

/// A second handle on the same listening socket.
fn again_listening(listener: &TcpListener) -> Result<TcpListener> {
    let socket = std::os::fd::AsFd::as_fd(listener).try_clone_to_owned().map_err(Error::internal)?;
    TcpListener::from_std(socket.into()).map_err(Error::internal)
}

async fn first_start(services: &Services, file: &Path) -> Result<(TenantId, Kept)> {
    let tenant = services.add_tenant(TENANT).await?;
    let kept = Kept { password: crypto::random_text(), token: services.add_token(tenant, "demo").await? };
    services.put_user(tenant, EMAIL, NAME, kept.password.clone().into()).await?;
    let text = serde_json::to_string_pretty(&kept).map_err(Error::internal)?;
    fs::write(file, text).map_err(Error::internal)?;
    Ok((tenant, kept))
}

async fn again(services: &Services, file: &Path) -> Result<(TenantId, Kept)> {
    let text = fs::read_to_string(file).map_err(Error::internal)?;
    let kept = serde_json::from_str(&text).map_err(Error::internal)?;
    Ok((services.tenant(TENANT).await?, kept))
}
