//! One run of a refresh: every list fetched, compared with what is stored, and written down.
//!
//! Each list is committed with its history and with how far the refresh is, so that whoever goes on after a crash
//! begins with the list that was not done.

use std::{collections::BTreeSet, time::Duration};

use super::list_sources::{Fetched, Source};
use crate::{
    autotask::{Failure, Filter, Row, Session, wire::FieldInformation},
    clock::Millis,
    db::{self, Progress, RefreshEnd, RefreshLease, WriteTx},
    domain::{
        hold::Hold,
        ids::TenantId,
        lengths::Lengths,
        list_changes::{self, Entry},
        lists::{List, ListOption},
    },
    error::{Error, Result},
    failpoint,
    service::{Services, connection::SessionProblem, limits::Lane},
};

/// How long a refresh stays with a worker that says nothing; one request takes a quarter of it at most.
pub(super) const LEASE: Millis = 120_000;
const DAY: Millis = 24 * HOUR;
const HOUR: Millis = 60 * MINUTE;
const MINUTE: Millis = 60_000;
/// The most pages that are read of one entity; a runaway answer ends there.
const MAX_PAGES: usize = 400;
/// The kind of history entries about lists.
pub(super) const HISTORY: &str = "list";

/// Why a run ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
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

/// What a run works with.
pub(super) struct Run<'a> {
    services: &'a Services,
    lease: &'a RefreshLease,
    session: Session,
    progress: Progress,
    /// Calls that were added to the tenant's use of the API already.
    counted: i64,
    /// Whether no earlier refresh got to its end: then nothing is a change.
    is_first: bool,
    /// Lists that the API user may not read, with Autotask's words.
    refused: Vec<(List, String)>,
    /// Lengths of text fields that are to be stored with the next list: entity, field, UTF-16 units.
    lengths: Vec<(String, String, i64)>,
}

impl Services {
    /// Does a refresh that was claimed, and writes down how it ended; the failure as sentence and fix.
    ///
    /// # Errors
    /// When the database fails: the refresh is left to whoever claims it next.
    pub async fn run_refresh(&self, lease: &RefreshLease) -> Result<Option<(String, String)>> {
        let (failure, next_in) = match self.refresh(lease).await {
            Ok(None) => (None, DAY),
            Ok(Some(failure)) => (Some(failure), DAY),
            Err((Stop::Lost, _)) => return Ok(None),
            Err((Stop::Fault(error), _)) => return Err(error),
            Err((Stop::Failed(Failure::Paced { wait, reason }), _)) => {
                self.snooze_refresh(lease, millis(Some(wait))).await?;
                return Ok(Some((reason, "Nothing to do: it goes on by itself.".to_owned())));
            }
            Err((Stop::Failed(failure), list)) => {
                let sentence = list.map(|list| format!("{}: ", list.nouns().1)).unwrap_or_default();
                (Some((sentence + &failure.sentence(), fix(&failure))), next_in(&failure))
            }
        };
        let now = self.clock.now();
        let end = RefreshEnd { failure: failure.clone(), next_at: now + next_in };
        let mut tx = self.db.write().await?;
        db::finish_refresh(&mut tx, lease, &end, now).await?;
        failpoint::reach("refresh.before", "end").await;
        tx.commit().await?;
        failpoint::reach("refresh.after", "end").await;
        Ok(failure)
    }

    async fn snooze_refresh(&self, lease: &RefreshLease, wait: Millis) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::snooze_refresh(&mut tx, lease, self.clock.now() + wait).await?;
        tx.commit().await
    }

    /// Every list; within: which ones could not be read.
    async fn refresh(
        &self,
        lease: &RefreshLease,
    ) -> std::result::Result<Option<(String, String)>, (Stop, Option<List>)> {
        // Somebody who asked for it waits for it.
        let lane = if lease.requested_by.is_some() { Lane::Interactive } else { Lane::Background };
        let session = match self.session(lease.tenant(), lane).await.map_err(|error| (error.into(), None))? {
            Ok(session) => session,
            Err(SessionProblem::Failed(failure)) => return Err((failure.into(), None)),
            Err(SessionProblem::Held(hold)) => return Ok(Some((hold.cause(), hold.fix()))),
        };
        let mut run = Run::new(self, lease, session).await.map_err(|error| (error.into(), None))?;
        for source in Source::ALL {
            run.source(source).await?;
        }
        run.end().await.map_err(|stop| (stop, None))
    }
}

impl<'a> Run<'a> {
    async fn new(services: &'a Services, lease: &'a RefreshLease, session: Session) -> Result<Self> {
        let mut tx = services.db.read().await?;
        let is_first = !db::was_refreshed(&mut tx, lease.tenant(), all_lists()).await?;
        let RefreshLease { lists_done, calls, changes, .. } = *lease;
        let progress = Progress { lists_done, calls, changes, ..Progress::default() };
        let (refused, lengths) = (Vec::new(), Vec::new());
        Ok(Self { services, lease, session, progress, counted: calls, is_first, refused, lengths })
    }

    async fn source(&mut self, source: Source) -> std::result::Result<(), (Stop, Option<List>)> {
        let lists = source.lists();
        let (Some(first), Some(last)) = (lists.first().copied(), lists.last()) else { return Ok(()) };
        let done = position(*last) + 1;
        if done <= self.progress.lists_done {
            return Ok(());
        }
        let stopped = |stop| (stop, Some(first));
        self.progress = Progress { list: first.name(), rows_read: 0, ..self.progress };
        self.note().await.map_err(stopped)?;
        match source.fetch(self).await {
            Ok(fetched) => self.store(fetched, done).await.map_err(stopped),
            Err(Stop::Failed(Failure::Refused(sentence))) => {
                self.refused.push((first, sentence));
                self.progress.lists_done = done;
                self.note().await.map_err(stopped)
            }
            Err(stop) => Err(stopped(stop)),
        }
    }

    /// Tells how far it is, in a transaction of its own.
    async fn note(&mut self) -> std::result::Result<(), Stop> {
        let mut tx = self.services.db.write().await?;
        self.advance(&mut tx).await?;
        failpoint::reach("refresh.before", "progress").await;
        tx.commit().await?;
        failpoint::reach("refresh.after", "progress").await;
        Ok(())
    }

    async fn advance(&mut self, tx: &mut WriteTx) -> std::result::Result<(), Stop> {
        let now = self.services.clock.now();
        if !db::advance_refresh(tx, self.lease, &self.progress, now + LEASE).await? {
            return Err(Stop::Lost);
        }
        db::count_calls(tx, self.lease.tenant(), self.progress.calls - self.counted, now).await?;
        self.counted = self.progress.calls;
        Ok(())
    }

    /// Writes lists, what changed, and that they are done, and lets go on what waited for an option.
    async fn store(&mut self, fetched: Fetched, done: i64) -> std::result::Result<(), Stop> {
        let (tenant, now) = (self.lease.tenant(), self.services.clock.now());
        let mut tx = self.services.db.write().await?;
        let mut released = 0;
        for (list, options) in fetched {
            let stored = db::options(&mut tx, tenant, list).await?;
            let values: BTreeSet<i64> = options.iter().map(|option| option.value).collect();
            let rows = list_changes::rows_to_write(list, &stored, options);
            let changes = list_changes::changes(&stored, &values, &rows);
            db::put_options(&mut tx, tenant, list, &rows, now).await?;
            released += release(&mut tx, tenant, list, rows.iter().map(|(_, option)| option), now).await?;
            if !self.is_first {
                self.progress.changes += i64::try_from(changes.len()).unwrap_or(i64::MAX);
                self.tell(&mut tx, list_changes::entries(list, &changes)).await?;
            }
        }
        db::put_lengths(&mut tx, tenant, &self.lengths).await?;
        self.progress.lists_done = done;
        self.advance(&mut tx).await?;
        failpoint::reach("refresh.before", "list").await;
        tx.commit().await?;
        failpoint::reach("refresh.after", "list").await;
        self.lengths.clear();
        if released > 0 {
            self.services.wake.notify_one();
        }
        Ok(())
    }

    async fn tell(&self, tx: &mut WriteTx, entries: Vec<Entry>) -> Result<()> {
        let clock = &self.services.clock;
        for entry in entries {
            let (id, now) = (clock.new_id(), clock.now());
            db::add_history(tx, self.lease.tenant(), id, None, HISTORY, &entry, now).await?;
        }
        Ok(())
    }

    async fn end(&mut self) -> std::result::Result<Option<(String, String)>, Stop> {
        if self.is_first {
            let mut tx = self.services.db.write().await?;
            let counts = db::option_counts(&mut tx, self.lease.tenant()).await?;
            self.tell(&mut tx, vec![list_changes::first_entry(&counts)]).await?;
            self.advance(&mut tx).await?;
            tx.commit().await?;
        }
        let Some((_, sentence)) = self.refused.first() else { return Ok(None) };
        let lists: Vec<&str> = self.refused.iter().map(|(list, _)| list.nouns().1).collect();
        let fix = "Give the API user's security level the right to read them. Then refresh the lists.";
        Ok(Some((format!("{} could not be read: {sentence}", lists.join(", ")), fix.to_owned())))
    }

    /// The fields of an entity with their picklists; the lengths of those that are written are kept.
    pub(super) async fn fields(
        &mut self,
        entity: &str,
    ) -> std::result::Result<Vec<FieldInformation>, Failure> {
        self.progress.calls += 1;
        let fields = self.session.fields(entity).await?;
        let of_texts =
            fields.iter().filter(|field| Lengths::is_used(entity, &field.name) && field.length > 0);
        self.lengths.extend(of_texts.map(|field| (entity.to_owned(), field.name.clone(), field.length)));
        Ok(fields)
    }

    /// Every row that passes a filter, by ascending id; after each page it is told how many there are.
    pub(super) async fn rows(
        &mut self,
        entity: &str,
        filter: &Filter,
        columns: &[&str],
    ) -> std::result::Result<Vec<Row>, Stop> {
        let (mut rows, mut after): (Vec<Row>, Option<i64>) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            self.progress.calls += 1;
            let (page, next) = self.session.query_page(entity, filter, after, columns).await?;
            rows.extend(page);
            if next.is_none() {
                return Ok(rows);
            }
            after = next;
            self.progress.rows_read = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            self.note().await?;
        }
        Err(Failure::Temporary(format!("{entity} has more rows than can be read")).into())
    }
}

/// How many lists there are.
pub(super) fn all_lists() -> i64 {
    i64::try_from(List::ALL.len()).unwrap_or(i64::MAX)
}

/// How many lists come before this one.
pub(super) fn position(list: List) -> i64 {
    (0..).zip(List::ALL).find(|(_, other)| *other == list).map_or(0, |(position, _)| position)
}

/// Lets pushes go on that are held for just these options, where they are active now.
async fn release(
    tx: &mut WriteTx,
    tenant: TenantId,
    of: List,
    options: impl Iterator<Item = &ListOption>,
    now: Millis,
) -> Result<usize> {
    let active: BTreeSet<i64> = options.filter(|option| option.active).map(|option| option.value).collect();
    if active.is_empty() {
        return Ok(0);
    }
    let mut released = 0;
    for (push, reason) in db::held_pushes(tx, tenant).await? {
        let hold = serde_json::from_str::<Hold>(&reason);
        if matches!(hold, Ok(Hold::OptionInactive { list, value, .. }) if list == of && active.contains(&value))
        {
            db::wake_push(tx, tenant, push, None, now).await?;
            released += 1;
        }
    }
    Ok(released)
}

/// What a person can do about a failure.
pub(super) fn fix(failure: &Failure) -> String {
    match failure {
        Failure::Credentials => "Check that the API user is active, then enter the credentials again. The lists are refreshed then.",
        Failure::Throttled(_) | Failure::Paced { .. } => "Nothing to do: it is tried again in a few minutes.",
        Failure::Refused(_) => "Correct in Autotask what it names. Then refresh the lists.",
        _ => "Check that Autotask answers. It is tried again within the hour.",
    }
    .to_owned()
}

/// When a refresh is tried again by itself after a failure. Wrong credentials wait longest: many tries lock an API user.
pub(super) fn next_in(failure: &Failure) -> Millis {
    match failure {
        Failure::Credentials | Failure::Refused(_) => DAY,
        Failure::Throttled(wait) => millis(*wait).max(5 * MINUTE),
        Failure::Paced { wait, .. } => millis(Some(*wait)),
        _ => HOUR,
    }
}

fn millis(wait: Option<Duration>) -> Millis {
    wait.and_then(|wait| Millis::try_from(wait.as_millis()).ok()).unwrap_or_default()
}
