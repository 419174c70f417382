//! Composition: configuration in, running parts out, shutdown in order.

pub mod health;
mod request_id;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, middleware};
use tokio::{net::TcpListener, sync::Notify, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{
    api, autotask,
    clock::Clock,
    config::{Config, Role},
    crypto::Sealer,
    db::Db,
    error::{Error, Result},
    service::{Services, limits::Limits, sources::Sources},
    web,
    worker::Worker,
};

/// How long requests and pushes that are under way may take after the program was told to stop.
const GRACE: Duration = Duration::from_secs(30);
/// How long the test of a connection may take: shorter than a page may.
const TEST_WITHIN: Duration = Duration::from_secs(20);
/// The worker hands back by itself what it cannot finish within its own grace period; beyond this it hangs.
const WORKER_GRACE: Duration = Duration::from_secs(34);
/// How often the database is asked for the time.
const KEEP_TIME: Duration = Duration::from_secs(30);

/// The program, opened and ready to run.
pub struct App {
    /// Everything that users can have done.
    pub services: Services,
    config: Config,
    listener: Option<TcpListener>,
    metrics: Option<TcpListener>,
}

impl App {
    /// Opens the database and the address.
    ///
    /// # Errors
    /// When either cannot be had; the sentence says why.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        let services = services(&config, clock).await?;
        let listener = match config.role {
            Role::Worker => None,
            Role::All | Role::Web => Some(bind(config.listen).await?),
        };
        let metrics = match config.metrics_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Self { services, config, listener, metrics })
    }

    /// Where pages and REST are served.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Where metrics are served, if they are.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Runs until `stop`; then requests and pushes that are under way are finished, within a grace period.
    ///
    /// # Errors
    /// When a part cannot run.
    pub async fn run(self, stop: CancellationToken) -> Result<()> {
        let tasks = TaskTracker::new();
        tasks.spawn(keep_time(self.services.clone(), stop.clone()));
        let worker = (self.config.role != Role::Web).then(|| {
            let worker = Worker::new(self.services.clone(), self.config.worker.clone());
            let stopped = stop.clone();
            tasks.spawn(async move {
                let outcome = worker.run(stopped.clone()).await;
                // Without its worker the program must not look as if all were well.
                stopped.cancel();
                outcome
            })
        });
        if let Some(listener) = self.metrics {
            tasks.spawn(serve(listener, health::with_metrics(&self.services), stop.clone()));
        }
        let web = async {
            let Some(listener) = self.listener else { return Ok(()) };
            serve(listener, router(&self.services, &self.config), stop.clone()).await
        };
        let worker = async {
            let Some(worker) = worker else { return Ok(()) };
            finish(worker, stop.clone()).await
        };
        tokio::try_join!(web, worker).map(drop)
    }
}

async fn finish(worker: tokio::task::JoinHandle<Result<()>>, stop: CancellationToken) -> Result<()> {
    let grace = async {
        stop.cancelled().await;
        time::sleep(WORKER_GRACE).await;
    };
    tokio::select! {
        outcome = worker => outcome.map_err(Error::internal)?,
        () = grace => {
            tracing::warn!("the worker does not end; what it holds is taken over when its leases end");
            Ok(())
        }
    }
}

/// What every command works with.
///
/// # Errors
/// When the database or the key cannot be had.
pub async fn services(config: &Config, clock: Clock) -> Result<Services> {
    let db = Db::open(&config.database_url).await?;
    follow(&db, &clock).await?;
    Ok(Services {
        db,
        clock,
        sealer: match &config.key {
            Some(keys) => Sealer::from_text(keys)?,
            None => Sealer::from_file(&key_file(config)?)?,
        },
        client: autotask::Client::new(config.worker.write_timeout)?,
        discovery_url: config.discovery_url.as_str().into(),
        sources: Sources::new(config)?,
        limits: Limits::new(&config.worker),
        test_within: TEST_WITHIN,
        waiting: Arc::default(),
        counters: Arc::default(),
        wake: Arc::new(Notify::new()),
    })
}

/// Leases, schedules and budgets go by the database's time: machines need not agree on theirs.
async fn follow(db: &Db, clock: &Clock) -> Result<()> {
    if let Some(at) = db.time().await? {
        clock.follow(at);
    }
    Ok(())
}

async fn keep_time(services: Services, stop: CancellationToken) {
    while time::timeout(KEEP_TIME, stop.cancelled()).await.is_err() {
        if let Err(error) = follow(&services.db, &services.clock).await {
            tracing::warn!(%error, "the database could not be asked for the time");
        }
    }
}

/// The key's file: as configured, else beside the SQLite file.
///
/// # Errors
/// When it is neither.
pub fn key_file(config: &Config) -> Result<PathBuf> {
    let beside = || {
        let path = config.database_url.strip_prefix("sqlite://")?.split('?').next()?;
        Some(PathBuf::from(format!("{path}.key")))
    };
    let missing = "Name the file with the key for secrets: --key-file FILE or OPPORTUNE_KEY_FILE. It is made if it is not there.";
    config.key_file.clone().or_else(beside).ok_or_else(|| Error::Conflict(missing.to_owned()))
}

/// All routes: pages, REST and health.
pub fn router(services: &Services, config: &Config) -> Router {
    web::router(services.clone(), &api::document(), config.secure_cookies, config.test_server)
        .merge(api::router(services.clone()))
        .merge(health::routes(services))
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http().make_span_with(request_id::span))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(middleware::map_request(request_id::drop_unfit))
}

/// Binds an address.
///
/// # Errors
/// When it is taken; the sentence names it.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    let taken = |error| {
        Error::Conflict(format!("{address} cannot be listened on: {error}. Choose another with --listen."))
    };
    TcpListener::bind(address).await.map_err(taken)
}

/// Serves until `stop`, then finishes requests that are under way, within a grace period.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let grace = async {
        stop.cancelled().await;
        time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = server => outcome.map_err(Error::internal),
        () = grace => {
            tracing::warn!("the grace period is over; open connections are dropped");
            Ok(())
        }
    }
}
