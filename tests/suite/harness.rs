//! What every test stands on: a database of its own, and the whole program around it.
//!
//! Nothing is replaced but Autotask, by the emulator over HTTP, and the time, by a clock that stands still until a
//! test moves it. The worker runs only while a test lets it.

use std::{net::SocketAddr, sync::atomic::AtomicU64};

use jiff::Timestamp;
use opportune::{
    app,
    clock::Clock,
    config::{Config, Role, WorkerConfig},
    db::{self, NewRevision},
    demo,
    domain::{
        author::Author,
        ids::TenantId,
        settings::{Settings, TicketSections, TicketSettings, form::SettingsForm},
    },
    emulator::{self, CREDENTIALS, Emulator},
    service::{Services, connect::AUTOTASK, connection::NewConnection, settings::Saved},
    worker::Worker,
};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{contract, documents::Draft};

/// Makes two tests of each function: one on SQLite in `sqlite`, one on Postgres in `postgres`.
macro_rules! on_both {
    ($(async fn $name:ident($db:ident) $body:block)+) => {
        $( async fn $name($db: &$crate::harness::Database) $body )+

        mod sqlite { $(
            #[tokio::test]
            async fn $name() {
                $crate::harness::on_sqlite(super::$name).await;
            }
        )+ }

        mod postgres { $(
            #[tokio::test]
            async fn $name() {
                $crate::harness::on_postgres(super::$name).await;
            }
        )+ }
    };
}
pub(crate) use on_both;

/// The tenant, with the name that the demo's settings know.
pub const TENANT: &str = "Northwind IT Services";
/// When the clock stands at the start: 2026-11-23T09:00:00Z.
pub const START: i64 = 1_795_424_400_000;
pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;

/// An empty database of one test.
pub struct Database {
    pub url: String,
    pub folder: TempDir,
}

/// Runs a test on a SQLite file.
pub async fn on_sqlite(test: impl AsyncFnOnce(&Database)) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("opportune.db").display());
    test(&Database { url, folder }).await;
}

/// Runs a test on a Postgres database, which is dropped when the test has passed.
pub async fn on_postgres(test: impl AsyncFnOnce(&Database)) {
    let missing =
        |_| panic!("TEST_POSTGRES_URL is not set. Run tests/run.sh, which starts a PostgreSQL and sets it.");
    let server = std::env::var("TEST_POSTGRES_URL").unwrap_or_else(missing);
    let name = format!("opportune_{}", Clock::system().new_id().simple());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    test(&Database { url: format!("{base}/{name}"), folder: tempfile::tempdir().unwrap() }).await;
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
        .execute(&mut admin)
        .await
        .unwrap();
}

impl Database {
    pub fn config(&self) -> Config {
        Config {
            database_url: self.url.clone(),
            listen: any_port(),
            metrics_listen: None,
            role: Role::All,
            key_file: Some(self.folder.path().join("key")),
            key: None,
            // So much that no test but those of the budget meets it.
            worker: WorkerConfig { share_percent: 10_000, ..WorkerConfig::default() },
            secure_cookies: false,
            discovery_url: AUTOTASK.to_owned(),
            test_server: true,
        }
    }

    /// The services on this database, with a clock of their own.
    pub async fn services(&self) -> Services {
        app::services(&self.config(), clock()).await.unwrap()
    }
}

/// A clock that stands still at [`START`].
pub fn clock() -> Clock {
    Clock::manual(Timestamp::from_millisecond(START).unwrap())
}

fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A client of the program's pages and REST, and of the emulator. It follows no redirect.
#[expect(clippy::disallowed_methods, reason = "the tests' own client speaks to the program, not to Autotask")]
pub fn http() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// An answer of REST.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Reply {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The program with one tenant, connected to an emulator of its own.
pub struct TestApp {
    pub services: Services,
    pub tenant: TenantId,
    pub clock: Clock,
    pub token: String,
    pub autotask: Emulator,
    pub http: reqwest::Client,
    pub worker: Worker,
    web: SocketAddr,
    pub emulator: SocketAddr,
    pub calls_seen: AtomicU64,
    pub failures_seen: AtomicU64,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl TestApp {
    /// Connected, configured as in the demo and turned on.
    pub async fn start(db: &Database) -> Self {
        let app = Self::start_fresh(db).await;
        let categories =
            ["Hardware/Accessories", "Hardware/Firewalls", "Hardware/Power"].map(str::to_owned).into();
        app.services.add_catalogue(app.tenant, &categories, &[].into()).await.unwrap();
        demo::settings::configure(&app.services, app.tenant).await.unwrap();
        app
    }

    /// Connected, with nothing chosen and the sync off.
    pub async fn start_fresh(db: &Database) -> Self {
        let app = Self::start_unconnected(db, false).await;
        app.connect(CREDENTIALS.secret).await;
        app.services.refresh_lists(app.tenant).await.unwrap();
        app.calls();
        app
    }

    /// Not connected, with an Autotask that is a large tenant's where `scale` says so.
    pub async fn start_unconnected(db: &Database, scale: bool) -> Self {
        let (mut config, clock) = (db.config(), clock());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let autotask = Emulator::open(emulator::Options {
            journal: None,
            clock: clock.clone(),
            scale,
            ..emulator::Options::default()
        })
        .unwrap();
        let serve = async |router| {
            let listener = TcpListener::bind(any_port()).await.unwrap();
            let address = listener.local_addr().unwrap();
            tasks.spawn(app::serve(listener, router, stop.clone()));
            address
        };
        let emulator = serve(autotask.router()).await;
        config.discovery_url = format!("http://{emulator}");
        let services = app::services(&config, clock.clone()).await.unwrap();
        let web = serve(app::router(&services, &config)).await;
        let tenant = services.add_tenant(TENANT).await.unwrap();
        Self {
            token: services.add_token(tenant, "suite").await.unwrap(),
            worker: Worker::new(services.clone(), config.worker.clone()),
            http: http(),
            services,
            tenant,
            clock,
            autotask,
            web,
            emulator,
            calls_seen: AtomicU64::new(0),
            failures_seen: AtomicU64::new(0),
            stop,
            tasks,
        }
    }

    /// Enters credentials with this secret.
    pub async fn connect(&self, secret: &str) {
        self.services.connect(self.tenant, &self.connection(secret)).await.unwrap();
    }

    /// The emulator's credentials, with this secret.
    pub fn connection(&self, secret: &str) -> NewConnection {
        NewConnection {
            discovery_url: format!("http://{}", self.emulator),
            user_name: CREDENTIALS.user.to_owned(),
            secret: secret.into(),
            integration_code: CREDENTIALS.integration_code.to_owned(),
            currency: "USD".to_owned(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.web)
    }

    /// A REST request with the tenant's token.
    pub fn api(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(&format!("/api/v1/{path}"))).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.api(Method::GET, path)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.api(Method::PUT, path).json(body)).await
    }

    /// A quote that can be added to and sent.
    pub fn quote(&self, number: &str) -> Draft<'_> {
        Draft::quote(self, number)
    }

    /// A sale that can be added to and sent.
    pub fn sale(&self, number: &str) -> Draft<'_> {
        Draft::sale(self, number)
    }

    /// Lets the worker do everything that is due.
    pub async fn settle(&self) {
        for _ in 0..200 {
            if !self.worker.tick().await.unwrap() {
                return;
            }
        }
        panic!("there is always something due");
    }

    /// Moves the time forward, and lets the worker do what is due then.
    pub async fn after(&self, millis: i64) {
        self.clock.advance(millis);
        self.settle().await;
    }

    /// Saves the settings with some of them changed, and lets the worker do what that releases.
    pub async fn save_settings(&self, change: impl FnOnce(&mut SettingsForm)) -> Saved {
        let view = self.services.settings_view(self.tenant).await.unwrap();
        let mut form = SettingsForm::of(&view.settings);
        (form.revision, form.form_id) = (view.revision.to_string(), self.clock.new_id().to_string());
        change(&mut form);
        let saved = self.services.save_settings(self.tenant, &Author::SYSTEM, &form).await.unwrap();
        assert!(matches!(saved, Saved::Done { .. }), "{saved:?}");
        self.settle().await;
        saved
    }

    /// Saves what the Tickets page has, its switch included, and lets the worker do what that releases.
    pub async fn save_tickets(&self, enabled: bool, sections: Option<TicketSections>) {
        let mut tx = self.services.db.write().await.unwrap();
        let now = db::settings(&mut tx, self.tenant).await.unwrap();
        let settings = Settings { tickets: TicketSettings { enabled, sections }, ..now.settings };
        let by = &Author::SYSTEM;
        let new = NewRevision { settings: &settings, by, note: None, form_id: None, origin: None };
        assert!(db::save_settings(&mut tx, self.tenant, now.revision, &new, self.clock.now()).await.unwrap());
        tx.commit().await.unwrap();
        self.settle().await;
    }

    pub async fn switch(&self, on: bool) {
        self.services.set_enabled(self.tenant, &Author::SYSTEM, on).await.unwrap();
        self.settle().await;
    }

    /// The newest push of a document, as REST shows it.
    pub async fn push(&self, number: &str) -> Value {
        let pushes = self.pushes(number).await;
        pushes.into_iter().next().unwrap_or_else(|| panic!("there is no push of {number}"))
    }

    /// The pushes of a document, newest first.
    pub async fn pushes(&self, number: &str) -> Vec<Value> {
        let list = self.get("pushes").await.body["pushes"].as_array().unwrap().clone();
        list.into_iter().filter(|push| push["document"]["number"] == number).collect()
    }

    /// Fails unless the newest push of a document is in that state, and says so in those words.
    pub async fn expect(&self, number: &str, status: &str, reason: &str) {
        let push = self.push(number).await;
        let said = push["reason"].as_str().unwrap_or_default();
        assert_eq!((push["status"].as_str().unwrap(), said), (status, reason), "{number}: {push}");
    }

    /// Presses "Retry" on the newest push of a document, and lets the worker do it.
    pub async fn retry(&self, number: &str) {
        let id = self.push(number).await["id"].as_str().unwrap().to_owned();
        let reply = Reply::of(self.api(Method::POST, &format!("pushes/{id}/retry"))).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.settle().await;
    }
}

/// A failed request that the test did not speak of is a bug that it did not notice. So is a breach of the contract.
impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
        self.tasks.close();
        if !std::thread::panicking() {
            let unread = self.unread_failures();
            assert!(unread.is_empty(), "requests to Autotask failed unexpectedly: {unread:#?}");
            let violations = contract::violations(&self.autotask.log());
            assert!(violations.is_empty(), "breaches of Autotask's contract: {violations:#?}");
        }
    }
}
