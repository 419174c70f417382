//! The worker: claims pushes and brings each to Autotask.
//!
//! [`Worker::tick`] claims and does one thing; [`Worker::run`] does so until it is told to stop. What a push needs is
//! in `push`, how one step is done in `execute`, what becomes of a failure in `end`, what falls due by the clock in
//! `upkeep`.

mod company;
mod end;
mod execute;
mod push;
mod recorder;
mod recover;
mod settle;
mod suspect;
mod ticket;
mod upkeep;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, atomic::AtomicI64},
    time::{Duration, Instant},
};

use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    time,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, field};
use uuid::Uuid;

use self::end::{End, Stop};
use crate::{
    clock::Millis,
    config::WorkerConfig,
    db::{self, Lease, PollLease, ReconcileLease, RefreshLease},
    domain::{ids::TenantId, retry::Quarantine},
    error::{Error, Result},
    failpoint,
    service::Services,
};

/// Refreshes of lists, polls and comparisons that one process works on at a time; the other places are left to pushes.
const REFRESHES: usize = 2;

/// How long it may take to hand work back.
const HANDING_BACK: Duration = Duration::from_secs(2);

/// What was claimed.
enum Work {
    Push(Lease),
    Lists(RefreshLease, OwnedSemaphorePermit),
    Catalogue(PollLease, OwnedSemaphorePermit),
    Links(ReconcileLease, OwnedSemaphorePermit),
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Push(lease) => write!(f, "push {}", lease.id),
            Self::Lists(lease, _) => write!(f, "lists of {}", lease.tenant()),
            Self::Catalogue(lease, _) => write!(f, "catalogue of {}", lease.tenant()),
            Self::Links(lease, _) => write!(f, "links of {}", lease.tenant()),
        }
    }
}

/// Brings pushes to Autotask, and lists from it.
#[derive(Clone)]
pub struct Worker {
    /// Of the process, in the table of those that report.
    id: Uuid,
    services: Services,
    config: WorkerConfig,
    /// Customers, products and services that several quotes need are looked up and created by one push at a time.
    shared: Arc<Mutex<HashMap<TenantId, Arc<Mutex<()>>>>>,
    refreshes: Arc<Semaphore>,
    /// No work is to begin any more, and no step of work that is under way.
    stop: CancellationToken,
    /// What is under way is to be handed back at once.
    hand_back: CancellationToken,
    /// When to look for what was kept long enough.
    forget_at: Arc<AtomicI64>,
}

impl Worker {
    /// A worker on these services.
    pub fn new(services: Services, config: WorkerConfig) -> Self {
        Self {
            id: services.clock.new_id(),
            services,
            config,
            shared: Arc::default(),
            refreshes: Arc::new(Semaphore::new(REFRESHES)),
            stop: CancellationToken::new(),
            hand_back: CancellationToken::new(),
            forget_at: Arc::default(),
        }
    }

    /// Claims and runs until `stop`. Requests that are out then are finished, and their pushes handed back before their
    /// next step; what takes longer than the grace period is cut off and handed back.
    ///
    /// # Errors
    /// When this process may not be the worker, or the database fails at the start.
    pub async fn run(mut self, stop: CancellationToken) -> Result<()> {
        self.stop = stop.clone();
        // Held until this function ends: nobody else may be the worker of this file meanwhile.
        let sole = self.services.db.sole_worker()?;
        if sole.is_some() {
            self.end_leases_of_the_dead().await?;
        }
        let (tasks, places) = (TaskTracker::new(), Arc::new(Semaphore::new(self.config.tasks)));
        let mut upkeep_at = 0;
        while let Some(place) = free_place(&places, &stop).await {
            let now = self.services.clock.now();
            if now >= upkeep_at {
                upkeep_at = now + upkeep::EVERY;
                if let Err(error) = self.upkeep().await {
                    tracing::error!(%error, "what is due could not be looked up");
                }
            }
            match self.claim().await {
                Ok(Some(work)) => {
                    let alone = self.place_for(&work, &places).await;
                    let worker = self.clone();
                    tasks.spawn(async move {
                        worker.work_or_panic(work).await;
                        drop((place, alone));
                        // Whatever this was in the way of may go on at once.
                        worker.services.wake.notify_one();
                    });
                }
                Ok(None) => self.rest(&stop).await,
                Err(error) => {
                    tracing::error!(%error, "work could not be claimed");
                    self.rest(&stop).await;
                }
            }
        }
        tasks.close();
        self.end(&tasks).await;
        drop(sole);
        Ok(())
    }

    /// Claims and does the next thing that is due; `false` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tick(&self) -> Result<bool> {
        let Some(work) = self.claim().await? else { return Ok(false) };
        self.work(work).await;
        Ok(true)
    }

    /// Refreshes and polls come first: they are few, and pushes are not to wait for them in the places that they leave.
    async fn claim(&self) -> Result<Option<Work>> {
        if let Ok(place) = self.refreshes.clone().try_acquire_owned()
            && self.services.may_have_jobs().await?
        {
            if let Some(lease) = self.services.claim_refresh().await? {
                return Ok(Some(Work::Lists(lease, place)));
            }
            if let Some(lease) = self.services.claim_poll().await? {
                return Ok(Some(Work::Catalogue(lease, place)));
            }
            if let Some(lease) = self.services.claim_reconcile().await? {
                return Ok(Some(Work::Links(lease, place)));
            }
        }
        Ok(self.claim_push().await?.map(Work::Push))
    }

    /// Waits for what is under way; what takes too long is handed back.
    async fn end(&self, tasks: &TaskTracker) {
        if time::timeout(self.config.grace, tasks.wait()).await.is_err() {
            tracing::warn!("the grace period is over; pushes under way are handed back");
            self.hand_back.cancel();
            // Whatever cannot even be handed back is taken over when its lease ends.
            let _ = time::timeout(HANDING_BACK, tasks.wait()).await;
        }
    }

    /// A panic ends this work alone. Its lease runs out, which counts against the push like a crash.
    async fn work_or_panic(&self, work: Work) {
        let (worker, what) = (self.clone(), work.to_string());
        let task = TaskTracker::new().spawn(async move { worker.work(work).await });
        if let Err(panic) = task.await {
            self.services.counters.panics.count();
            tracing::error!(work = what, %panic, "work ended in a panic");
        }
    }

    async fn work(&self, work: Work) {
        match work {
            Work::Push(lease) => self.work_on_push(lease).await,
            Work::Lists(lease, _place) => self.refresh_lists(&lease).await,
            Work::Catalogue(lease, _place) => self.poll_catalogue(&lease).await,
            Work::Links(lease, _place) => self.reconcile(&lease).await,
        }
    }

    /// Looks at so many turns as a transaction may, and again while there are more.
    async fn claim_push(&self) -> Result<Option<Lease>> {
        loop {
            let (lease, is_over) = self.try_claim_push().await?;
            if is_over {
                return Ok(lease);
            }
        }
    }

    async fn try_claim_push(&self) -> Result<(Option<Lease>, bool)> {
        let now = self.services.clock.now();
        let began = Instant::now();
        let mut tx = self.services.db.write().await?;
        let lease =
            db::claim_push(&mut tx, now, now + self.lease_millis(), self.config.tasks_per_tenant).await?;
        if let Some(lease) = lease.filter(|lease| lease.crashes > 0) {
            db::blame(&mut tx, &lease, -1).await?;
        }
        let is_over = lease.is_some() || db::whose_turn(&mut tx, now).await?.is_none();
        let what = if lease.is_some() { "push" } else { "nothing" };
        failpoint::reach("claim.before", what).await;
        tx.commit().await?;
        failpoint::reach("claim.after", what).await;
        self.services.counters.claimed(began.elapsed());
        if lease.is_some_and(|lease| lease.crashes > 0) {
            self.services.counters.takeovers.count();
        }
        Ok((lease, is_over))
    }

    fn lease_millis(&self) -> Millis {
        millis(self.config.lease)
    }

    fn quarantine(&self) -> Quarantine {
        Quarantine { second_look: millis(self.config.second_look), length: millis(self.config.quarantine) }
    }

    /// SQLite has one worker process, and this is it: whoever held a lease is no more.
    async fn end_leases_of_the_dead(&self) -> Result<()> {
        let mut tx = self.services.db.write().await?;
        db::end_leases(&mut tx, self.services.clock.now()).await?;
        db::end_refresh_leases(&mut tx, self.services.clock.now()).await?;
        db::end_poll_leases(&mut tx).await?;
        db::end_reconcile_leases(&mut tx).await?;
        db::end_trials(&mut tx).await?;
        tx.commit().await
    }

    async fn rest(&self, stop: &CancellationToken) {
        tokio::select! {
            () = self.services.wake.notified() => {}
            () = time::sleep(self.config.poll) => {}
            () = stop.cancelled() => {}
        }
    }

    /// Runs a push, with its names in every log line.
    async fn work_on_push(&self, lease: Lease) {
        let span = tracing::info_span!("push", push = %lease.id, tenant = %lease.tenant_id, request_id = field::Empty);
        failpoint::of(lease.id, Box::pin(self.hold_and_run(lease)).instrument(span)).await;
    }

    /// Runs a push while telling the table that it is being worked on.
    async fn hold_and_run(&self, lease: Lease) {
        let run = async {
            self.suspect_begins(&lease).await?;
            let end = match suspect::hold(&lease) {
                Some(hold) => Ok(End::Held(hold)),
                None => push::run(self, &lease).await,
            };
            self.finish(&lease, end).await
        };
        let outcome = tokio::select! {
            outcome = run => outcome,
            lost = self.heartbeat(&lease) => Err(lost),
            () = self.hand_back.cancelled() => self.finish(&lease, Ok(self.handed_back())).await,
        };
        if let Err(error) = outcome {
            tracing::error!(push = %lease.id, %error, "a push was left to the next worker");
        }
    }

    /// Ends a run between two steps where the worker was told to stop.
    fn go_on(&self) -> std::result::Result<(), Stop> {
        if self.stop.is_cancelled() { Err(Stop::End(self.handed_back())) } else { Ok(()) }
    }

    /// Goes on at once, with whoever claims it next; no try was used up.
    fn handed_back(&self) -> End {
        End::Later { at: self.services.clock.now(), reason: end::restarting() }
    }

    /// Keeps the lease; ends when it is lost.
    async fn heartbeat(&self, lease: &Lease) -> Error {
        loop {
            time::sleep(self.config.heartbeat).await;
            let (worker, lease) = (self.clone(), *lease);
            // A task of its own: the push's may be sending a request, and holds no transaction then.
            let kept = TaskTracker::new().spawn(async move { worker.keep(&lease).await });
            match kept.await.map_err(Error::internal).flatten() {
                Ok(true) => {}
                Ok(false) => return Error::Conflict("the lease was lost".to_owned()),
                Err(error) => return error,
            }
        }
    }

    async fn keep(&self, lease: &Lease) -> Result<bool> {
        let mut tx = self.services.db.write().await?;
        let kept = db::keep_lease(&mut tx, lease, self.services.clock.now() + self.lease_millis()).await?;
        tx.commit().await?;
        Ok(kept)
    }

    async fn shared_of(&self, tenant: TenantId) -> Arc<Mutex<()>> {
        self.shared.lock().await.entry(tenant).or_default().clone()
    }
}

fn millis(length: Duration) -> Millis {
    Millis::try_from(length.as_millis()).unwrap_or(Millis::MAX / 2)
}

async fn free_place(
    places: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<tokio::sync::OwnedSemaphorePermit> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        place = places.clone().acquire_owned() => place.ok(),
    }
}
