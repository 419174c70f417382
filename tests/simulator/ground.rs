//! What every seed starts from: a database with a connected and configured tenant, made once and copied.

use std::{
    collections::BTreeSet,
    env, fs,
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use jiff::Timestamp;
use opportune::{
    app,
    clock::{Clock, Millis},
    config::{Config, Role, WorkerConfig},
    demo,
    domain::ids::TenantId,
    emulator::{self, CREDENTIALS, Emulator},
    service::{Services, connect::AUTOTASK, connection::NewConnection},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::oracle::Ends;

/// 2026-11-23T09:00:00Z.
pub const START: Millis = 1_795_424_400_000;
const TENANT: &str = "Northwind IT Services";

pub struct Ground {
    pub tenant: TenantId,
    pub ends: Ends,
    folder: TempDir,
    /// The address of a Postgres server; none is SQLite.
    server: Option<String>,
}

pub fn clock() -> Clock {
    Clock::manual(Timestamp::from_millisecond(START).unwrap())
}

/// Says what happens, where somebody looks at one seed.
pub fn tell(now: Millis, what: impl FnOnce() -> String) {
    static IS_TOLD: LazyLock<bool> = LazyLock::new(|| env::var_os("SIMULATOR_SEED").is_some());
    if *IS_TOLD {
        let (seconds, millis) = ((now - START) / 1_000, (now - START) % 1_000);
        tracing::info!(target: "simulator", "{seconds:>6}.{millis:03} {}", what());
    }
}

impl Ground {
    /// On SQLite files in memory where the machine has such a folder, or on databases of a Postgres server.
    pub async fn lay(server: Option<String>) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { tempfile::tempdir() }.unwrap();
        let mut ground = Self { tenant: TenantId(uuid::Uuid::nil()), ends: Ends::new(), folder, server };
        ground.create_empty().await;
        let (autotask, stop) =
            (Emulator::open(emulator::Options::default()).unwrap(), CancellationToken::new());
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        TaskTracker::new().spawn(app::serve(listener, autotask.router(), stop.clone()));
        let services = ground.open("template", clock(), address).await;
        ground.tenant = services.add_tenant(TENANT).await.unwrap();
        services.connect(ground.tenant, &connection(address)).await.unwrap();
        services.refresh_lists(ground.tenant).await.unwrap();
        let categories = BTreeSet::from(["Hardware/Accessories".to_owned()]);
        services.add_catalogue(ground.tenant, &categories, &BTreeSet::new()).await.unwrap();
        demo::settings::configure(&services, ground.tenant).await.unwrap();
        let sections = services.settings_view(ground.tenant).await.unwrap().settings.sections.unwrap();
        let (created, won, lost) = (&sections.created, &sections.won, &sections.lost);
        ground.ends = Ends::from([
            ("open", (created.stage, created.status)),
            ("won", (won.stage, won.status)),
            ("lost", (lost.stage.unwrap(), lost.status)),
        ]);
        stop.cancel();
        ground
    }

    /// Services on a database of a seed's own, with Autotask at an address.
    pub async fn services(&self, clock: Clock, autotask: SocketAddr) -> Services {
        let name = format!("sim_{}", clock.new_id().simple());
        self.copy_to(&name).await;
        let services = self.open(&name, clock, autotask).await;
        services.connect(self.tenant, &connection(autotask)).await.unwrap();
        services
    }

    async fn open(&self, name: &str, clock: Clock, autotask: SocketAddr) -> Services {
        let config = Config {
            database_url: self.url(name),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            role: Role::Worker,
            key_file: Some(self.folder.path().join("key")),
            key: None,
            worker: WorkerConfig::default(),
            secure_cookies: false,
            quote_manager_url: opportune::service::sources::QUOTE_MANAGER.to_owned(),
            discovery_url: if autotask.port() == 0 {
                AUTOTASK.to_owned()
            } else {
                format!("http://{autotask}")
            },
            test_server: true,
            metrics_listen: None,
        };
        app::services(&config, clock).await.unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.db"))
    }

    fn url(&self, name: &str) -> String {
        match &self.server {
            Some(server) => format!("{}/{}", server.rsplit_once('/').unwrap().0, self.named(name)),
            None => format!("sqlite://{}", self.file(name).display()),
        }
    }

    /// The template of one run of the tests is not another's.
    fn named(&self, name: &str) -> String {
        let run = self.folder.path().file_name().unwrap().to_string_lossy().replace('.', "").to_lowercase();
        format!("{name}_{run}")
    }

    async fn sql(&self, sql: String) {
        let mut admin = PgConnection::connect(self.server.as_ref().unwrap()).await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }

    async fn create_empty(&self) {
        if self.server.is_some() {
            self.sql(format!("CREATE DATABASE {}", self.named("template"))).await;
        }
    }

    async fn copy_to(&self, name: &str) {
        if self.server.is_none() {
            for end in ["", "-wal"] {
                let of = |name: &str| format!("{}{end}", self.file(name).display());
                if fs::exists(of("template")).unwrap() {
                    fs::copy(of("template"), of(name)).unwrap();
                }
            }
            return;
        }
        let (template, name) = (self.named("template"), self.named(name));
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ";
        self.sql(format!("{others}'{template}'")).await;
        self.sql(format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    }

    /// Takes away what a seed left.
    pub async fn sweep(&self) {
        self.drop_databases("sim").await;
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with("sim_") {
                // A connection that is still being closed takes its log away itself.
                let gone = fs::remove_file(path);
                assert!(gone.is_ok() || gone.is_err_and(|error| error.kind() == ErrorKind::NotFound));
            }
        }
    }

    /// Takes everything away.
    pub async fn clear(&self) {
        self.drop_databases("").await;
    }

    async fn drop_databases(&self, prefix: &str) {
        let Some(server) = &self.server else { return };
        let mut admin = PgConnection::connect(server).await.unwrap();
        let all = format!("SELECT datname FROM pg_database WHERE datname LIKE '{prefix}%{}'", self.named(""));
        let names: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut admin).await.unwrap();
        for name in names {
            self.sql(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

pub fn connection(autotask: SocketAddr) -> NewConnection {
    NewConnection {
        discovery_url: format!("http://{autotask}"),
        user_name: CREDENTIALS.user.to_owned(),
        secret: CREDENTIALS.secret.into(),
        integration_code: CREDENTIALS.integration_code.to_owned(),
        currency: "USD".to_owned(),
    }
}
