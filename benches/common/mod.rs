//! What the benches share: a tenant on a database of its own, connected to an emulator over loopback HTTP.

#![expect(dead_code, reason = "each bench uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::net::SocketAddr;

use opportune::{
    app,
    clock::Clock,
    config::{Config, Role, WorkerConfig},
    demo,
    domain::ids::TenantId,
    emulator::{self, Emulator},
    service::{Services, connection::NewConnection},
};
use tokio::net::TcpListener;

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
        let folder = tempfile::tempdir().unwrap();
        let database_url = match database {
            "sqlite" => format!("sqlite://{}", folder.path().join("bench.db").display()),
            address => address.to_owned(),
        };
        let config = Config {
            database_url,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics_listen: None,
            role: Role::All,
            key_file: Some(folder.path().join("key")),
            key: None,
            worker: WorkerConfig::default(),
            secure_cookies: false,
            discovery_url: opportune::service::connect::AUTOTASK.to_owned(),
            test_server: true,
        };
        let services = app::services(&config, Clock::system()).await.unwrap();
        let emulator = Emulator::open(emulator::Options::default()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let emulator_url = format!("http://{}", listener.local_addr().unwrap());
        let router = emulator.router();
        tokio_util::task::TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
        let tenant = services.add_tenant(&format!("Bench {}", services.clock.new_id())).await.unwrap();
        let credentials = emulator::CREDENTIALS;
        let connection = NewConnection {
            discovery_url: emulator_url.clone(),
            user_name: credentials.user.to_owned(),
            secret: credentials.secret.into(),
            integration_code: credentials.integration_code.to_owned(),
            currency: "USD".to_owned(),
        };
        services.connect(tenant, &connection).await.unwrap();
        services.refresh_lists(tenant).await.unwrap();
        Self { services, config, tenant, emulator, emulator_url, _folder: folder }
    }

    /// The demo's categories and settings, with the sync on.
    pub async fn configure(&self) {
        demo::configure(&self.services, self.tenant).await.unwrap();
    }

    /// A signed-in administrator's session token.
    pub async fn session(&self) -> String {
        let email = format!("bench-{}@example.com", self.services.clock.new_id());
        let password = "a sentence that is long enough";
        self.services.put_user(self.tenant, &email, "Bench", password.into()).await.unwrap();
        self.services.sign_in(&email, password.into(), "bench").await.unwrap()
    }
}
