//! What stands before every request to Autotask: the breaker, the hour's budget, the threads (reliability R8 to R10).
//!
//! All three are rows of the database, so that they hold for all processes together. [`Services::gate`] puts them behind
//! the one question that a session asks before a request.

mod budget;
pub mod standstill;
mod threads;

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use self::{budget::Batch, threads::Threads};
use crate::{
    autotask::{Failure, Gate, Pass, Request},
    clock::Millis,
    config::WorkerConfig,
    db,
    domain::{
        breaker::{Breaker, Cause, May, Outcome, TRIAL},
        budget::LIMIT,
        ids::TenantId,
    },
    error::{Error, Result},
    service::Services,
};

/// How long whoever may not try waits for the outcome of another's try.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Reading how many calls are used is counted apart, by Autotask as by us.
const READING: &str = "thresholdinformation";

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Nobody: the worker works.
    Background,
    /// A person.
    Interactive,
}

/// What one process knows of the limits. Clones share it.
#[derive(Clone, Debug)]
pub struct Limits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Percent of a tenant's calls that are ours.
    share: i64,
    /// How long a place stays with a request whose maker says nothing.
    lease: Millis,
    /// Calls that were taken and not made yet.
    batches: Mutex<HashMap<TenantId, Batch>>,
}

impl Limits {
    /// The limits as they are configured.
    pub fn new(config: &WorkerConfig) -> Self {
        let lease = Millis::try_from(config.quarantine.as_millis()).unwrap_or(Millis::MAX / 2);
        Self(Arc::new(Shared { share: config.share_percent, lease, batches: Mutex::default() }))
    }

    /// Calls an hour that are ours of a tenant's limit, or of the usual one where it was never read.
    pub(super) fn share_of(&self, limit: Option<i64>) -> i64 {
        limit.unwrap_or(LIMIT).max(0) * self.0.share / 100
    }
}

/// What sessions that ended give back, of all the limits in this process.
static GIVING_BACK: LazyLock<TaskTracker> = LazyLock::new(TaskTracker::new);

/// Waits until everything is given back that no session needs any more; for the end of the process.
pub async fn settle() {
    GIVING_BACK.close();
    GIVING_BACK.wait().await;
    GIVING_BACK.reopen();
}

/// What a gate asks and tells for one session.
struct Keeper {
    services: Services,
    tenant: TenantId,
    lane: Lane,
    integration_code: String,
    /// The sealed secret that the session uses; `None` for credentials that are only being tested, of which the breaker
    /// says nothing.
    secret: Option<String>,
    threads: Arc<Threads>,
    /// Whether the session's first call was made: whatever was begun is to be ended.
    has_begun: AtomicBool,
    /// Whether the breaker's one try is this session's.
    is_trying: AtomicBool,
    /// Whether the breaker was as if nothing had ever failed when it was last asked: then a success says nothing new.
    was_pristine: AtomicBool,
}

impl Services {
    /// The gate of a session with this integration code.
    pub(super) fn gate(
        &self,
        tenant: TenantId,
        lane: Lane,
        integration_code: &str,
        secret: Option<String>,
    ) -> Gate {
        let keeper = Arc::new(Keeper {
            services: self.clone(),
            tenant,
            lane,
            integration_code: integration_code.to_owned(),
            secret,
            threads: Arc::new(Threads::new(self)),
            has_begun: AtomicBool::new(false),
            is_trying: AtomicBool::new(false),
            was_pristine: AtomicBool::new(false),
        });
        let teller = keeper.clone();
        Gate {
            ask: Arc::new(move |request| {
                let keeper = keeper.clone();
                Box::pin(async move { keeper.ask(request).await })
            }),
            tell: Arc::new(move |failure| {
                let keeper = teller.clone();
                Box::pin(async move { keeper.tell(failure).await })
            }),
        }
    }

    /// Makes a tenant's breaker forget what was: its credentials are others, or a test of them has passed.
    pub(super) async fn reset_breaker(
        &self,
        tx: &mut db::WriteTx,
        tenant: TenantId,
        breaker: Breaker,
    ) -> Result<()> {
        db::lock_breaker(tx, tenant).await?;
        db::put_breaker(tx, tenant, &breaker, self.clock.now()).await
    }
}

impl Services {
    async fn end_trial(&self, tenant: TenantId) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let breaker = db::lock_breaker(&mut tx, tenant).await?.after(Outcome::Nothing, now);
        db::put_breaker(&mut tx, tenant, &breaker, now).await?;
        tx.commit().await
    }
}

impl Keeper {
    async fn ask(self: Arc<Self>, request: Request) -> std::result::Result<Pass, Failure> {
        let admitted = self.admit(&request).await;
        if admitted.is_err() {
            self.give_up_trying().await.map_err(fault)?;
        }
        admitted
    }

    async fn admit(&self, request: &Request) -> std::result::Result<Pass, Failure> {
        let is_reading = request.endpoint == READING;
        self.ask_breaker().await?;
        if !is_reading && self.take_call().await? {
            // The breaker may have opened by what was read on the way.
            self.ask_breaker().await?;
        }
        let scope =
            format!("{} {}", self.integration_code, request.zone_url.trim_end_matches('/').to_lowercase());
        let places = if is_reading { &[0][..] } else { threads::places(self.lane) };
        self.threads.take(scope, &request.endpoint, places).await
    }

    async fn ask_breaker(&self) -> std::result::Result<(), Failure> {
        if self.secret.is_none() || self.is_trying.load(Ordering::Relaxed) {
            return Ok(());
        }
        let now = self.services.clock.now();
        let mut tx = self.services.db.read().await.map_err(fault)?;
        let breaker = db::breaker(&mut tx, self.tenant).await.map_err(fault)?;
        drop(tx);
        self.was_pristine.store(breaker.is_pristine(), Ordering::Relaxed);
        match breaker.may(now) {
            May::Go => Ok(()),
            May::Wait(None) => Err(Failure::Credentials),
            May::Wait(Some(until)) => Err(waiting(&breaker, until, now)),
            May::Try { probe } => self.try_alone(probe, now).await,
        }
    }

    /// Becomes the one who tries, after looking the zone up where that says whether Autotask is there at all.
    async fn try_alone(&self, probe: bool, now: Millis) -> std::result::Result<(), Failure> {
        let mut tx = self.services.db.write().await.map_err(fault)?;
        let taken = db::take_trial(&mut tx, self.tenant, now, now + TRIAL).await.map_err(fault)?;
        let row = db::connection(&mut tx, self.tenant).await.map_err(fault)?;
        tx.commit().await.map_err(fault)?;
        if !taken {
            let reason =
                "Waiting for Autotask's answer to another request, which shows whether it is there again";
            return Err(Failure::Paced { wait: TRY_AGAIN, reason: reason.to_owned() });
        }
        self.is_trying.store(true, Ordering::Relaxed);
        let Some(row) = row.filter(|_| probe) else { return Ok(()) };
        match self.services.client.zone(&row.discovery_url, &row.user_name).await {
            Ok(_) | Err(Failure::Refused(_)) => Ok(()),
            Err(failure) => {
                self.tell(Some(failure.clone())).await;
                Err(failure)
            }
        }
    }

    /// Takes what came of a call into the breaker. A call with a secret that is no longer the saved one says nothing.
    async fn tell(&self, failure: Option<Failure>) {
        if let Err(error) = self.try_tell(failure).await {
            tracing::error!(tenant = %self.tenant, %error, "the outcome of a call could not be kept");
        }
    }

    async fn try_tell(&self, failure: Option<Failure>) -> Result<()> {
        let Some(secret) = &self.secret else { return Ok(()) };
        let outcome = outcome(failure);
        let was_trying = self.is_trying.swap(false, Ordering::Relaxed);
        let changes = match outcome {
            // Failures of others that came in between are for the next call's success to forget.
            Outcome::Contact => !self.was_pristine.load(Ordering::Relaxed),
            Outcome::Nothing => was_trying,
            Outcome::Trouble(_) | Outcome::Credentials => true,
        };
        if !changes {
            return Ok(());
        }
        let now = self.services.clock.now();
        let mut tx = self.services.db.write().await?;
        let breaker = db::lock_breaker(&mut tx, self.tenant).await?;
        let is_saved =
            db::connection(&mut tx, self.tenant).await?.is_some_and(|row| row.secret_sealed == *secret);
        if is_saved {
            db::put_breaker(&mut tx, self.tenant, &breaker.after(outcome, now), now).await?;
        }
        tx.commit().await
    }

    async fn give_up_trying(&self) -> Result<()> {
        if self.is_trying.swap(false, Ordering::Relaxed) {
            self.services.end_trial(self.tenant).await?;
        }
        Ok(())
    }
}

/// A session that ends while it tries lets another one try.
impl Drop for Keeper {
    fn drop(&mut self) {
        let runtime = Handle::try_current().ok();
        if let Some(runtime) = runtime.filter(|_| self.is_trying.load(Ordering::Relaxed)) {
            let (services, tenant) = (self.services.clone(), self.tenant);
            let free = async move {
                if let Err(error) = services.end_trial(tenant).await {
                    tracing::warn!(%error, "a try was not ended");
                }
            };
            GIVING_BACK.spawn_on(free, &runtime);
        }
    }
}

fn waiting(breaker: &Breaker, until: Millis, now: Millis) -> Failure {
    let wait = Duration::from_millis((until - now).max(0).unsigned_abs());
    match &breaker.cause {
        Some(Cause::Trouble(_)) => Failure::Paced { wait, reason: trouble_sentence(breaker) },
        _ => Failure::Paced { wait: wait.min(TRY_AGAIN), reason: untested_sentence() },
    }
}

/// Why nothing is sent while Autotask is in trouble.
pub(super) fn trouble_sentence(breaker: &Breaker) -> String {
    match &breaker.cause {
        Some(Cause::Trouble(last)) => {
            format!("Autotask is left alone for a while, because calls failed: {last}")
        }
        _ => untested_sentence(),
    }
}

fn untested_sentence() -> String {
    "Waiting for the first answer to the new credentials".to_owned()
}

fn outcome(failure: Option<Failure>) -> Outcome {
    match failure {
        None | Some(Failure::Refused(_) | Failure::Missing) => Outcome::Contact,
        Some(Failure::Credentials) => Outcome::Credentials,
        Some(Failure::NotSent(reason) | Failure::Temporary(reason) | Failure::Unknown(reason)) => {
            Outcome::Trouble(reason)
        }
        Some(Failure::Throttled(_) | Failure::Paced { .. }) => Outcome::Nothing,
    }
}

/// A fault of ours keeps a request back as if there were no connection: nothing was sent.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn fault(error: Error) -> Failure {
    tracing::error!(%error, "the limits could not be looked up");
    Failure::NotSent("the limits could not be looked up".to_owned())
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
