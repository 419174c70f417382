//! What the benches share: a tenant on a database of its own, connected to an emulator over loopback HTTP; `databases`
//! makes the databases, `figures` reads what processes cost.

#![expect(dead_code, reason = "each bench uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]

pub mod databases;
pub mod figures;

use std::{env, net::SocketAddr, str::FromStr};

use axum::{body::Body, http::Request};
use opportune::{
    app,
    clock::Clock,
    config::{Config, Role, WorkerConfig},
    demo,
    domain::{ids::TenantId, intake},
    emulator::{self, Emulator},
    service::{Services, connection::NewConnection},
    worker::Worker,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// A number from the environment.
pub fn setting<T: FromStr>(name: &str, otherwise: T) -> T {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The body of a quote.
pub fn quote(nth: usize, lines: usize) -> Value {
    let line = |line: usize| json!({ "id": line.to_string(), "kind": "labor", "name": format!("Work {line}"), "quantity": "2", "unit_price": "95.00", "unit_cost": "40.00" });
    json!({
        "title": format!("Bench {nth}"), "status": "open", "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" }, "lines": (0..lines).map(line).collect::<Vec<_>>(),
    })
}

/// Takes a quote in.
pub async fn receive(services: &Services, tenant: TenantId, number: &str, body: &Value) {
    let document = intake::quote(number, body).unwrap();
    services.receive(tenant, &document).await.unwrap();
}

/// A tenant, ready to push.
pub struct Rig {
    pub services: Services,
    pub config: Config,
    pub tenant: TenantId,
    pub emulator: Emulator,
    pub emulator_url: String,
    _folder: tempfile::TempDir,
}

impl Rig {
    /// On `sqlite`, or on the Postgres database at the given address.
    pub async fn open(database: &str) -> Self {
        // So many calls an hour that the budget is not what is measured.
        Self::within(database, Clock::system(), WorkerConfig::default(), 10_000_000).await
    }

    /// The same with a clock, a pace, and the calls that Autotask usually allows.
    pub async fn with(database: &str, clock: Clock, worker: WorkerConfig) -> Self {
        Self::within(database, clock, worker, 10_000).await
    }

    async fn within(database: &str, clock: Clock, worker: WorkerConfig, calls_an_hour: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = match database {
            "sqlite" => format!("sqlite://{}", folder.path().join("bench.db").display()),
            address => address.to_owned(),
        };
        let emulator =
            Emulator::open(emulator::Options { clock: clock.clone(), ..emulator::Options::default() })
                .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let emulator_url = format!("http://{}", listener.local_addr().unwrap());
        let router = emulator.router();
        TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
        let config = Config {
            database_url,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics_listen: None,
            role: Role::All,
            key_file: Some(folder.path().join("key")),
            key: None,
            worker,
            secure_cookies: false,
            quote_manager_url: emulator_url.clone(),
            discovery_url: opportune::service::connect::AUTOTASK.to_owned(),
            test_server: true,
        };
        let services = app::services(&config, clock).await.unwrap();
        let tenant = services.add_tenant(&format!("Bench {}", services.clock.new_id())).await.unwrap();
        let rig = Self { services, config, tenant, emulator, emulator_url, _folder: folder };
        rig.tell("POST", "limits", &json!({ "limit": calls_an_hour })).await;
        rig.services.connect(tenant, &connection(&rig.emulator_url)).await.unwrap();
        rig.services.refresh_lists(tenant).await.unwrap();
        rig
    }

    /// The demo's categories and settings, with the sync on.
    pub async fn configure(&self) {
        demo::configure(&self.services, self.tenant).await.unwrap();
    }

    /// Tells the emulator one of its own things: `limits`, `faults`.
    pub async fn tell(&self, method: &str, what: &str, body: &Value) {
        let request = Request::builder().method(method).uri(format!("/_emulator/{what}"));
        let request = request.header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let Ok(answer) = self.emulator.router().oneshot(request).await;
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// Works until nothing is due, on so many pushes at once.
    pub async fn drain(&self, at_once: usize) {
        let tasks = TaskTracker::new();
        for _ in 0..at_once {
            let worker = Worker::new(self.services.clone(), self.config.worker.clone());
            tasks.spawn(async move { while worker.tick().await.unwrap_or(false) {} });
        }
        tasks.close();
        tasks.wait().await;
    }

    /// A signed-in administrator's session token.
    pub async fn session(&self) -> String {
        let email = format!("bench-{}@example.com", self.services.clock.new_id());
        let password = "a sentence that is long enough";
        self.services.put_user(self.tenant, &email, "Bench", password.into()).await.unwrap();
        self.services.sign_in(&email, password.into(), "bench").await.unwrap()
    }
}

/// The emulator's credentials for an emulator at this address.
pub fn connection(emulator_url: &str) -> NewConnection {
    let credentials = emulator::CREDENTIALS;
    NewConnection {
        discovery_url: emulator_url.to_owned(),
        user_name: credentials.user.to_owned(),
        secret: credentials.secret.into(),
        integration_code: credentials.integration_code.to_owned(),
        currency: "USD".to_owned(),
    }
}
