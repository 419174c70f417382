//! One poll: the services and roles that are new or changed in Autotask, with at most two calls an entity.
//!
//! Services have ids that count up and `lastModifiedDate`. Roles have no such date, so that they are read one page after
//! the other, and from the first again after the last: in nearly every Autotask that is one call for all of them. Each
//! page is committed with how far the poll is, so that whoever goes on after a crash begins there.

use super::{PollLease, records::Settling};
use crate::{
    autotask::{self, Condition, Failure, Filter, Op, Row, Session},
    clock::Millis,
    db::{self, Cursors},
    domain::{
        catalogue::{ItemKind, Record},
        settings,
    },
    error::{Error, Result},
    failpoint,
    service::{Services, connection::SessionProblem, limits::Lane, list_refresh},
};

/// How often Autotask is asked.
pub const EVERY: Millis = 15 * 60_000;
/// How long a poll stays with a worker that says nothing; one request takes a quarter of it at most.
const LEASE: Millis = 120_000;

const SERVICE: &[&str] = &["id", "name", "sku", "isActive", "lastModifiedDate"];
const ROLE: &[&str] = &["id", "name", "isActive"];

/// Why a poll ends before its end.
enum Stop {
    Failed(Failure),
    Lost,
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

struct Poll<'a> {
    services: &'a Services,
    lease: &'a PollLease,
    session: Session,
    defaults: settings::Services,
    cursors: Cursors,
    /// Whether a page was full, so that there is more.
    has_more: bool,
}

impl Services {
    /// Makes the polls due that no poll was made for yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_due_polls(&self) -> Result<u64> {
        let mut tx = self.db.write().await?;
        let polls = db::add_polls(&mut tx, self.clock.now()).await?;
        tx.commit().await?;
        Ok(polls)
    }

    /// Claims the poll that is due first, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_poll(&self) -> Result<Option<PollLease>> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let lease = db::claim_poll(&mut tx, now, now + LEASE).await?;
        tx.commit().await?;
        Ok(lease)
    }

    /// Does a poll that was claimed, and writes down how it ended; the failure as sentence and fix.
    ///
    /// # Errors
    /// When the database fails: the poll is left to whoever claims it next.
    pub async fn run_poll(&self, lease: &PollLease) -> Result<Option<(String, String)>> {
        let (failure, next_in) = match self.poll(lease).await {
            Ok(Ok(has_more)) => (None, if has_more { 0 } else { EVERY }),
            Ok(Err(failure)) => (Some(failure), EVERY),
            Err(Stop::Lost) => return Ok(None),
            Err(Stop::Fault(error)) => return Err(error),
            Err(Stop::Failed(failure)) => {
                (Some((failure.sentence(), list_refresh::fix(&failure))), next_in(&failure))
            }
        };
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        db::finish_poll(&mut tx, lease, failure.as_ref(), now + next_in, now).await?;
        failpoint::reach("poll.before", "end").await;
        tx.commit().await?;
        failpoint::reach("poll.after", "end").await;
        Ok(failure)
    }

    /// Asks Autotask and takes in what it shows; whether there is more, or within: why nothing can be asked for. Before
    /// the setup is complete there is no brand and no category to give, so that nothing is asked for.
    async fn poll(
        &self,
        lease: &PollLease,
    ) -> std::result::Result<std::result::Result<bool, (String, String)>, Stop> {
        let mut tx = self.db.read().await?;
        let sections = db::settings(&mut tx, lease.tenant()).await?.settings.sections;
        drop(tx);
        let Some(sections) = sections else { return Ok(Ok(false)) };
        let session = match self.session(lease.tenant(), Lane::Background).await? {
            Ok(session) => session,
            Err(SessionProblem::Failed(failure)) => return Err(failure.into()),
            Err(SessionProblem::Held(hold)) => return Ok(Err((hold.cause(), hold.fix()))),
        };
        let (defaults, cursors) = (sections.services, lease.cursors.clone());
        let mut poll = Poll { services: self, lease, session, defaults, cursors, has_more: false };
        poll.new_services().await?;
        poll.changed_services().await?;
        poll.roles().await?;
        Ok(Ok(poll.has_more))
    }
}

/// When Autotask is asked again after a failure: soon where another request alone was in the way.
fn next_in(failure: &Failure) -> Millis {
    let soonest = if matches!(failure, Failure::Paced { .. }) { 0 } else { EVERY };
    list_refresh::next_in(failure).max(soonest)
}

impl Poll<'_> {
    async fn new_services(&mut self) -> std::result::Result<(), Stop> {
        let after = self.cursors.services_after;
        let (rows, next) =
            self.session.query_page("Services", &Filter::every(), Some(after), SERVICE).await?;
        let last = rows.last().and_then(autotask::id);
        self.cursors.services_after = last.unwrap_or(after);
        self.has_more |= next.is_some();
        // Whatever changes after the very first page was read is modified at its newest date or later.
        if self.cursors.services_since.is_none() {
            self.cursors.services_since = newest(&rows);
        }
        self.keep(ItemKind::RecurringService, &rows).await
    }

    async fn changed_services(&mut self) -> std::result::Result<(), Stop> {
        let changed = match &self.cursors.services_since {
            Some(since) => Condition::new(Op::Gte, "lastModifiedDate", since.as_str()),
            None => Condition::present("lastModifiedDate"),
        };
        let after = self.cursors.changed_after;
        let (rows, next) =
            self.session.query_page("Services", &Filter::by(changed), Some(after), SERVICE).await?;
        if after == 0 {
            self.cursors.changed_until = newest(&rows);
        }
        self.cursors.changed_after = next.unwrap_or(0);
        self.has_more |= next.is_some();
        if next.is_none()
            && let Some(until) = self.cursors.changed_until.take()
        {
            self.cursors.services_since = Some(until);
        }
        self.keep(ItemKind::RecurringService, &rows).await
    }

    async fn roles(&mut self) -> std::result::Result<(), Stop> {
        let after = self.cursors.roles_after;
        let (rows, next) = self.session.query_page("Roles", &Filter::every(), Some(after), ROLE).await?;
        self.cursors.roles_after = next.unwrap_or(0);
        self.has_more |= next.is_some();
        self.keep(ItemKind::Labor, &rows).await
    }

    /// Takes the rows of one call in, in one transaction with how far the poll is.
    async fn keep(&mut self, kind: ItemKind, rows: &[Row]) -> std::result::Result<(), Stop> {
        let (tenant, now) = (self.lease.tenant(), self.services.clock.now());
        let records: Vec<Record> = rows.iter().filter_map(record).collect();
        let mut tx = self.services.db.write().await?;
        if !db::advance_poll(&mut tx, self.lease, &self.cursors, now + LEASE).await? {
            return Err(Stop::Lost);
        }
        let settling = Settling { tenant, clock: &self.services.clock, defaults: &self.defaults };
        settling.take(&mut tx, kind, &records).await?;
        db::count_calls(&mut tx, tenant, 1, now).await?;
        failpoint::reach("poll.before", "page").await;
        tx.commit().await?;
        failpoint::reach("poll.after", "page").await;
        Ok(())
    }
}

/// A row as a record; `None` without an id or a name.
fn record(row: &Row) -> Option<Record> {
    let text = |field: &str| {
        let text = row.get(field)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let active = row.get("isActive").is_none_or(|active| active.as_bool().unwrap_or(true));
    Some(Record { id: autotask::id(row)?, name: text("name")?, sku: text("sku"), active })
}

/// The newest `lastModifiedDate`: dates are written so that they sort as text.
fn newest(rows: &[Row]) -> Option<String> {
    let dates = rows.iter().filter_map(|row| row.get("lastModifiedDate")?.as_str());
    dates.max().map(str::to_owned)
}
