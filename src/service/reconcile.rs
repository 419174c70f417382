//! Reconciling: every night, and when a person asks, what is linked is compared with Autotask. It only reports.
//!
//! A round goes through the links target by target, a batch of ids a query, and stays within [`ALLOWANCE`]: where that
//! is used up, it goes on when there is some again. `batch` is what is done with one batch.

mod batch;

use batch::Batch;

pub use crate::db::{ReconcileLease, ReconcileRow};
use crate::{
    autotask::{Failure, Session},
    clock::Millis,
    db::{self, Allowance, ReconcileEnd, Spend},
    domain::{ids::TenantId, lists::Lists, plan::Target},
    error::{Error, Result},
    service::{Services, connection::SessionProblem, limits::Lane, list_refresh},
};

/// A twentieth of the 10,000 calls that Autotask allows a tenant's integrations in an hour.
pub const ALLOWANCE: Allowance = Allowance { calls: 500, within: HOUR };
/// What is compared, in this order: what a push needs first.
const TARGETS: [Target; 6] = [
    Target::Opportunity,
    Target::Quote,
    Target::Company,
    Target::Product,
    Target::Service,
    // At the end: a round that was under way counts those before it.
    Target::Ticket,
];
/// Batches that one run goes through before other tenants have their turn.
const BATCHES: usize = 20;
/// When the quiet of the night begins and how long it is, UTC; each tenant has its own minute in it.
const NIGHT: (Millis, Millis) = (HOUR, 4 * HOUR);
/// How long a comparison stays with a worker that says nothing; one request takes a quarter of it at most.
const LEASE: Millis = 120_000;
const DAY: Millis = 24 * HOUR;
const HOUR: Millis = 60 * MINUTE;
const MINUTE: Millis = 60_000;

/// Why a run ends before its end.
enum Stop {
    /// The hour's calls are used up; not before then.
    Later(Millis),
    /// What a request failed with.
    Failed(Failure),
    /// Somebody else has the lease by now, and goes on.
    Lost,
    /// A fault of ours.
    Fault(Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

struct Run<'a> {
    services: &'a Services,
    lease: &'a ReconcileLease,
    session: Session,
    lists: Lists,
    /// Targets that it is through with …
    targets_done: usize,
    /// … and the id after which the next one goes on.
    after: i64,
    /// The first target that the API user may not read, with Autotask's words.
    refused: Option<(String, String)>,
}

impl Services {
    /// Makes a comparison due at once. One that waits for its calls of the hour goes on waiting.
    ///
    /// # Errors
    /// When Autotask is not connected.
    pub async fn request_reconcile(&self, tenant: TenantId) -> Result<()> {
        let mut tx = self.db.write().await?;
        if db::connection(&mut tx, tenant).await?.is_none() {
            let sentence =
                "Autotask is not connected, so there is nothing to compare with. Connect it first.";
            return Err(Error::Conflict(sentence.to_owned()));
        }
        db::schedule_reconcile(&mut tx, tenant, self.clock.now()).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Gives every connected tenant that has none its time in the night.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schedule_reconciles(&self) -> Result<()> {
        let mut tx = self.db.read().await?;
        let tenants = db::unscheduled_reconciles(&mut tx).await?;
        drop(tx);
        for tenant in tenants {
            let mut tx = self.db.write().await?;
            db::schedule_reconcile(&mut tx, tenant, next_night(self.clock.now(), tenant)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Claims the comparison that is due first, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_reconcile(&self) -> Result<Option<ReconcileLease>> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let lease = db::claim_reconcile(&mut tx, now, now + LEASE).await?;
        tx.commit().await?;
        Ok(lease)
    }

    /// How far a tenant's comparison is; `None` before it was ever scheduled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reconcile_state(&self, tenant: TenantId) -> Result<Option<ReconcileRow>> {
        let mut tx = self.db.read().await?;
        db::reconcile(&mut tx, tenant).await
    }

    /// Goes on with a comparison that was claimed, and writes down how far it came; the failure as sentence and fix.
    ///
    /// # Errors
    /// When the database fails: the comparison is left to whoever claims it next.
    pub async fn run_reconcile(&self, lease: &ReconcileLease) -> Result<Option<(String, String)>> {
        let outcome = self.compare(lease).await;
        let now = self.clock.now();
        let end = match outcome {
            Ok(end) => end,
            Err(Stop::Lost) => return Ok(None),
            Err(Stop::Fault(error)) => return Err(error),
            Err(Stop::Later(next_at)) => ReconcileEnd { next_at, ..ReconcileEnd::default() },
            Err(Stop::Failed(failure)) => ReconcileEnd {
                next_at: now + list_refresh::next_in(&failure),
                failure: Some((failure.sentence(), fix(&failure))),
                done: false,
            },
        };
        let mut tx = self.db.write().await?;
        if db::finish_reconcile(&mut tx, lease, &end, now).await? && end.done {
            db::remove_findings_before(&mut tx, lease.tenant(), lease.round).await?;
        }
        tx.commit().await?;
        Ok(end.failure)
    }

    async fn compare(&self, lease: &ReconcileLease) -> std::result::Result<ReconcileEnd, Stop> {
        let (tenant, now) = (lease.tenant(), self.clock.now());
        let session = match self.session(tenant, Lane::Background).await? {
            Ok(session) => session,
            Err(SessionProblem::Failed(failure)) => return Err(failure.into()),
            Err(SessionProblem::Held(hold)) => {
                let failure = Some((hold.cause(), hold.fix()));
                return Ok(ReconcileEnd { failure, next_at: now + DAY, done: false });
            }
        };
        let mut tx = self.db.read().await?;
        let lists = db::lists(&mut tx, tenant).await?;
        drop(tx);
        let targets_done = usize::try_from(lease.targets_done).unwrap_or(usize::MAX);
        let run =
            Run { services: self, lease, session, lists, targets_done, after: lease.after_id, refused: None };
        run.go_on().await
    }
}

impl Run<'_> {
    async fn go_on(mut self) -> std::result::Result<ReconcileEnd, Stop> {
        for _ in 0..BATCHES {
            let Some(target) = TARGETS.get(self.targets_done).copied() else {
                let next_at = next_night(self.services.clock.now(), self.lease.tenant());
                return Ok(ReconcileEnd { done: true, failure: self.refused, next_at });
            };
            match self.batch(target).await {
                Err(Stop::Failed(Failure::Refused(sentence))) => self.skip(target, &sentence).await?,
                other => other?,
            }
        }
        let next_at = self.services.clock.now();
        Ok(ReconcileEnd { done: false, failure: self.refused, next_at })
    }

    /// Compares the next batch of a target's links, or goes on to the next target where there is none.
    async fn batch(&mut self, target: Target) -> std::result::Result<(), Stop> {
        let mut tx = self.services.db.read().await?;
        let batch = Batch::load(&mut tx, self.lease.tenant(), target, self.after).await?;
        drop(tx);
        let Some(last) = batch.last() else { return self.next_target().await };
        let found = batch.compare(self).await?;
        let (now, mut tx) = (self.services.clock.now(), self.services.db.write().await?);
        for finding in &found {
            db::put_finding(&mut tx, self.lease.tenant(), finding, self.lease.round, now).await?;
        }
        self.after = last;
        self.advance(&mut tx, batch.len(), now).await?;
        Ok(tx.commit().await?)
    }

    async fn next_target(&mut self) -> std::result::Result<(), Stop> {
        (self.targets_done, self.after) = (self.targets_done + 1, 0);
        let mut tx = self.services.db.write().await?;
        self.advance(&mut tx, 0, self.services.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Goes past a target that the API user may not read; what was found about it before still stands.
    async fn skip(&mut self, target: Target, sentence: &str) -> std::result::Result<(), Stop> {
        let mut tx = self.services.db.write().await?;
        db::keep_findings(&mut tx, self.lease.tenant(), target.name(), self.lease.round).await?;
        tx.commit().await?;
        let sentence = format!("{} could not be read: {sentence}", target.entity());
        let fix = "Give the API user's security level the right to read them. Then check again.";
        self.refused.get_or_insert((sentence, fix.to_owned()));
        self.next_target().await
    }

    async fn advance(
        &self,
        tx: &mut db::WriteTx,
        checked: usize,
        now: Millis,
    ) -> std::result::Result<(), Stop> {
        let [done, checked] =
            [self.targets_done, checked].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        let kept = db::advance_reconcile(tx, self.lease, done, self.after, checked, now + LEASE).await?;
        if kept { Ok(()) } else { Err(Stop::Lost) }
    }

    /// Counts calls that are made next, unless the hour's are used up.
    async fn spend(&self, calls: i64) -> std::result::Result<(), Stop> {
        let now = self.services.clock.now();
        let mut tx = self.services.db.write().await?;
        let spend = db::spend_calls(&mut tx, self.lease, calls, ALLOWANCE, now, now + LEASE).await?;
        match spend {
            Spend::Granted => {}
            Spend::Later(at) => return Err(Stop::Later(at)),
            Spend::Lost => return Err(Stop::Lost),
        }
        db::count_calls(&mut tx, self.lease.tenant(), calls, now).await?;
        Ok(tx.commit().await?)
    }
}

/// What a person can do about a failure.
fn fix(failure: &Failure) -> String {
    match failure {
        Failure::Credentials => "Check that the API user is active, then enter the credentials again.",
        Failure::Throttled(_) => "Nothing to do: it goes on in a few minutes.",
        _ => "Check that Autotask answers. It goes on within the hour.",
    }
    .to_owned()
}

/// The tenant's next time in the night.
fn next_night(now: Millis, tenant: TenantId) -> Millis {
    let (begins, length) = NIGHT;
    let spread =
        tenant.0.as_bytes().iter().rev().take(4).fold(0, |sum, byte| sum * 256 + Millis::from(*byte));
    let at = now - now.rem_euclid(DAY) + begins + spread % (length / MINUTE) * MINUTE;
    if at > now { at } else { at + DAY }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_tenant_has_its_own_minute_of_the_night() {
        let midnight = 1_795_392_000_000;
        let times: Vec<Millis> = (0..1_000_u128)
            .map(|number| {
                next_night(midnight + 9 * HOUR, TenantId(Uuid::from_u128(number * 0x9E37_79B9_7F4A_7C15)))
            })
            .collect();
        for at in &times {
            let time_of_day = at - midnight - DAY;
            assert!((HOUR..5 * HOUR).contains(&time_of_day), "{time_of_day}");
        }
        let mut minutes = times.clone();
        minutes.sort_unstable();
        minutes.dedup();
        assert!(minutes.len() > 200, "only {} different minutes", minutes.len());
        let tenant = TenantId(Uuid::from_u128(7));
        let tonight = next_night(midnight, tenant);
        assert_eq!(next_night(tonight - 1, tenant), tonight);
        assert_eq!(next_night(tonight, tenant), tonight + DAY);
    }
}
