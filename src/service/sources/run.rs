//! One run of the job: what is due, in its order, until nothing is left or others have their turn.

use std::{collections::BTreeSet, sync::Arc};

use secrecy::SecretString;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{MINUTE, MOST_CALLS, MOST_TAKEN, SECOND, Stop, connection::bound_to};
use crate::{
    clock::Millis,
    db::{self, SourceEnd, SourceLease, SourceOf, WriteTx},
    domain::{
        settings::QuoteManagerSettings,
        source::{Ask, Facts, Failure, FailureKind, Key, Source, progress::Progress},
    },
    error::{Error, Result},
    failpoint,
    service::{Services, limits::Lane},
};

/// How long a source that takes no more calls is left alone where it does not say.
const THROTTLED: Millis = MINUTE;
/// The longest that it is left alone when it says so.
const LONGEST: Millis = 24 * 60 * MINUTE;
/// How long a source that fails is left alone at most.
const MOST_PATIENCE: Millis = 15 * MINUTE;
/// When a job is looked at again that has nothing to do before somebody changes something.
const IDLE: Millis = 60 * MINUTE;

/// One run.
pub(super) struct Run<'a> {
    pub(super) services: &'a Services,
    pub(super) source: Arc<dyn Source>,
    pub(super) facts: &'static Facts,
    pub(super) lease: &'a SourceLease,
    stop: &'a CancellationToken,
    key: SecretString,
    /// From when on a document that was never seen counts as new.
    pub(super) since: Millis,
    pub(super) settings: QuoteManagerSettings,
    /// Of every amount; `None` where nobody said.
    pub(super) currency: Option<String>,
    pub(super) progress: Progress,
    /// Calls that were made.
    calls: usize,
    /// Documents that were taken in.
    pub(super) taken: usize,
    /// When a look for changes of documents came to its end.
    pub(super) read_at: Option<Millis>,
    /// What documents refer to and nobody has yet.
    pub(super) missing: BTreeSet<Key>,
}

impl Services {
    /// Claims the source that is due first, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_source(&self) -> Result<Option<SourceLease>> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let lease = db::claim_source_poll(&mut tx, now, now + self.sources.lease).await?;
        tx.commit().await?;
        Ok(lease)
    }

    /// Does a run that was claimed, and writes down how it ended; the failure as sentence and fix.
    ///
    /// # Errors
    /// When the database fails: the job is left to whoever claims it next.
    pub async fn run_source(
        &self,
        lease: &SourceLease,
        stop: &CancellationToken,
    ) -> Result<Option<(String, String)>> {
        let Some(mut run) = self.source_run(lease, stop).await? else { return Ok(None) };
        let outcome = run.work_to_the_end().await;
        let end = match outcome {
            Err(Stop::Lost) => return Ok(None),
            Err(Stop::Fault(error)) => return Err(error),
            outcome => run.end(outcome),
        };
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        if !run.keep(&mut tx, now).await? {
            return Ok(None);
        }
        db::finish_source_poll(&mut tx, lease, &end).await?;
        failpoint::reach("source.before", "end").await;
        tx.commit().await?;
        failpoint::reach("source.after", "end").await;
        Ok(end.failure)
    }

    /// What a run needs; `None` where the connection was ended meanwhile.
    async fn source_run<'a>(
        &'a self,
        lease: &'a SourceLease,
        stop: &'a CancellationToken,
    ) -> Result<Option<Run<'a>>> {
        let unknown = || Error::internal(format!("this program has no source {:?}", lease.source));
        let source = self.sources.get(&lease.source).ok_or_else(unknown)?;
        let (facts, tenant) = (source.facts(), lease.tenant());
        let mut tx = self.db.read().await?;
        let connection = db::source_connection(&mut tx, tenant, facts.word).await?;
        let Some(connection) = connection.filter(|row| row.disconnected_at.is_none()) else {
            return Ok(None);
        };
        let settings = db::settings(&mut tx, tenant).await?.settings;
        let settings = source.settings(&settings).clone();
        let autotask = db::connection(&mut tx, tenant).await?.map(|row| row.currency);
        drop(tx);
        Ok(Some(Run {
            services: self,
            source,
            facts,
            lease,
            stop,
            key: self.sealer.open(&connection.key_sealed, &bound_to(tenant, facts.word))?,
            since: connection.since,
            currency: settings.currency.clone().or(autotask).filter(|currency| !currency.is_empty()),
            settings,
            progress: serde_json::from_str(&lease.progress).map_err(Error::internal)?,
            calls: 0,
            taken: 0,
            read_at: None,
            missing: BTreeSet::new(),
        }))
    }
}

impl Run<'_> {
    /// Whose records.
    pub(super) fn of(&self) -> SourceOf<'_> {
        SourceOf { tenant: self.lease.tenant(), source: self.facts.word }
    }

    pub(super) fn every(&self) -> Millis {
        Millis::from(self.settings.every_minutes) * self.services.sources.minute
    }

    /// Keeps the lease and how far the run is; `false` when the lease was lost.
    pub(super) async fn keep(&self, tx: &mut WriteTx, now: Millis) -> Result<bool> {
        let progress = serde_json::to_string(&self.progress).map_err(Error::internal)?;
        db::advance_source_poll(tx, self.lease, &progress, now + self.services.sources.lease).await
    }

    /// Commits what `tx` holds together with how far the run is.
    pub(super) async fn commit(&self, mut tx: WriteTx, what: &'static str) -> std::result::Result<(), Stop> {
        if !self.keep(&mut tx, self.services.clock.now()).await? {
            return Err(Stop::Lost);
        }
        failpoint::reach("source.before", what).await;
        tx.commit().await?;
        failpoint::reach("source.after", what).await;
        Ok(())
    }

    /// Makes one call, within the limits.
    pub(super) async fn call(&mut self, ask: Ask) -> std::result::Result<Vec<Value>, Stop> {
        let mut tx = self.services.db.write().await?;
        let taken = self
            .services
            .take_source_call(&mut tx, self.lease.tenant(), self.facts, Lane::Background)
            .await?;
        if let Err(at) = taken {
            return Err(Stop::Later(at));
        }
        self.commit(tx, "call").await?;
        self.calls += 1;
        self.source.fetch(&self.key, ask).await.map_err(Stop::Failed)
    }

    /// Works, and takes in what is whole also where calls come to an end.
    async fn work_to_the_end(&mut self) -> std::result::Result<bool, Stop> {
        let outcome = self.work().await;
        if matches!(outcome, Err(Stop::Failed(_) | Stop::Later(_))) {
            self.take_in().await?;
        }
        outcome
    }

    /// Does what is due; whether there is more to do at once.
    async fn work(&mut self) -> std::result::Result<bool, Stop> {
        self.apply_settings().await?;
        self.take_in().await?;
        while self.may_call() {
            if self.stop.is_cancelled() {
                return Err(Stop::HandedBack);
            }
            if self.calls >= MOST_CALLS {
                return Ok(true);
            }
            let has_called = self.look().await?
                || self.verify_unseen().await?
                || self.read_below().await?
                || self.fetch_missing().await?;
            if !has_called && !self.take_in().await? {
                break;
            }
        }
        Ok(self.taken >= MOST_TAKEN)
    }

    fn may_call(&self) -> bool {
        let may_now = self.services.clock.now() >= self.progress.wait_until;
        may_now && !self.settings.paused && !self.lease.refused
    }

    /// How the run is left. What an earlier run said stays said for as long as the source is left alone for it.
    fn end(&mut self, outcome: std::result::Result<bool, Stop>) -> SourceEnd {
        let now = self.services.clock.now();
        let lease = self.lease;
        let has_called = self.calls > 0;
        let is_waiting = lease.refused || now < self.progress.wait_until;
        let said = lease.error.clone().zip(lease.fix.clone()).filter(|_| !has_called && is_waiting);
        let end = SourceEnd {
            read_at: self.read_at,
            failures: if has_called { 0 } else { lease.failures },
            refused: lease.refused,
            failure: said,
            next_at: self.next_at(now),
        };
        match outcome {
            Ok(false) if self.currency.is_none() && end.failure.is_none() => {
                SourceEnd { failure: Some(no_currency(self.facts.name)), ..end }
            }
            Ok(false) => end,
            Ok(true) | Err(Stop::HandedBack | Stop::Lost | Stop::Fault(_)) => {
                SourceEnd { next_at: now, ..end }
            }
            Err(Stop::Later(at)) => SourceEnd { next_at: at, ..end },
            Err(Stop::Full(sentence)) => {
                let fix = "Look at Activity for what holds the others up.".to_owned();
                SourceEnd { failure: Some((sentence, fix)), next_at: now + MINUTE, ..end }
            }
            Err(Stop::Failed(failure)) => self.failed(failure, end.read_at, now),
        }
    }

    fn next_at(&self, now: Millis) -> Millis {
        if self.settings.paused || self.lease.refused {
            return now + IDLE;
        }
        self.progress.due_at(self.every()).max(now + SECOND)
    }

    /// Leaves the source alone for a while: as long as it says, or longer with every failure in a row.
    fn failed(&mut self, failure: Failure, read_at: Option<Millis>, now: Millis) -> SourceEnd {
        let failures = self.lease.failures + 1;
        let patience = MINUTE << (failures - 1).clamp(0, 4);
        let (wait, failures) = match failure.kind {
            FailureKind::Throttled(wait) => {
                let told = wait.map(|wait| Millis::try_from(wait.as_millis()).unwrap_or(LONGEST));
                (told.unwrap_or(THROTTLED).min(LONGEST), self.lease.failures)
            }
            FailureKind::Refused => (IDLE, failures),
            FailureKind::Missing | FailureKind::Trouble => (patience.min(MOST_PATIENCE), failures),
        };
        let refused = failure.kind == FailureKind::Refused;
        if !refused {
            self.progress.wait_until = now + wait;
        }
        let failure = Some((failure.sentence, failure.fix));
        SourceEnd { read_at, failures, refused, failure, next_at: now + wait }
    }
}

fn no_currency(name: &str) -> (String, String) {
    (
        format!(
            "Nobody said in which currency {name} has its amounts. Its quotes are read, and wait for that."
        ),
        "Choose the currency, or connect Autotask: then its currency is taken.".to_owned(),
    )
}
