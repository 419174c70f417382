//! How a push ends: what a failure means for it, and how it is left in the table.

use std::time::Duration;

use super::Worker;
use crate::{
    autotask::Failure,
    clock::Millis,
    db::{self, Lease, Outcome, Tx},
    domain::{
        hold::Hold,
        plan::{Key, Target},
        retry,
        route::Sync,
    },
    error::{Error, Result},
    failpoint,
    service::connection::SessionProblem,
};

/// How long Autotask is left alone when it says that it is busy and not for how long.
const BUSY: Duration = Duration::from_mins(1);

/// How a run of a push ended.
#[derive(Debug)]
pub enum End {
    /// Autotask is up to date with this version of the document.
    Sent {
        /// The version.
        version: i64,
        /// The opportunity.
        opportunity: Option<i64>,
        /// The ticket.
        ticket: Option<i64>,
        /// What was left alone, and why.
        note: Option<String>,
    },
    /// A person is needed.
    Held(Hold),
    /// It is not to be sent.
    Skipped(String),
    /// It did not work and may the next time.
    Failed(String),
    /// It is to go on at a certain time; no try was used up.
    Later {
        /// When.
        at: Millis,
        /// Why.
        reason: String,
    },
}

/// Why a run stops before its end.
#[derive(Debug)]
pub enum Stop {
    /// The push ends so.
    End(End),
    /// A fault of ours: nothing more is written, the next worker takes over when the lease ends.
    Fault(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl From<Hold> for Stop {
    fn from(hold: Hold) -> Self {
        Self::End(End::Held(hold))
    }
}

impl End {
    /// What a failed call means for the push.
    pub fn of(failure: &Failure, now: Millis) -> Self {
        match failure {
            Failure::Credentials => Self::Held(Hold::Credentials),
            Failure::Refused(sentence) => Self::Held(Hold::Refused { sentence: sentence.clone() }),
            Failure::Missing => Self::Held(Hold::Refused { sentence: failure.sentence() }),
            Failure::Throttled(wait) => {
                let wait = Millis::try_from(wait.unwrap_or(BUSY).as_millis()).unwrap_or(Millis::MAX / 2);
                Self::Later { at: now + wait, reason: failure.sentence() }
            }
            Failure::Paced { wait, reason } => {
                let wait = Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX / 2);
                Self::Later { at: now + wait, reason: reason.clone() }
            }
            // The step is noted as unknown; looking it up is what the next run begins with.
            Failure::Unknown(_) => Self::Later { at: now, reason: checking() },
            Failure::NotSent(_) | Failure::Temporary(_) => Self::Failed(failure.sentence()),
        }
    }

    /// What keeps a session from being had means for the push.
    pub fn without_session(problem: SessionProblem, now: Millis) -> Self {
        match problem {
            SessionProblem::Held(hold) => Self::Held(hold),
            SessionProblem::Failed(failure) => Self::of(&failure, now),
        }
    }
}

/// What is shown while a worker that was told to stop has handed a push back.
pub fn restarting() -> String {
    "The background worker was stopped on the way".to_owned()
}

/// What is shown while it is not known whether Autotask received a create.
pub fn checking() -> String {
    "Checking whether Autotask received it, so that there are not two".to_owned()
}

/// What is shown while it is not known whether Autotask received a change of a record.
pub fn checking_change() -> String {
    "Checking whether Autotask received a change, so that it does not undo a newer one".to_owned()
}

/// What is shown of a push that the switch ended on the way.
pub fn switched_off(sync: Sync) -> String {
    format!("The {} sync was turned off on the way", sync.name())
}

impl Worker {
    /// Leaves the push as its run ended. If its document moved meanwhile it is due again at once.
    pub(super) async fn finish(&self, lease: &Lease, end: std::result::Result<End, Error>) -> Result<()> {
        let (end, now) = (end?, self.services.clock.now());
        let hold_text = |hold: &Hold| serde_json::to_string(hold).map_err(Error::internal);
        let mut outcome = Left { run_at: now, ..Left::default() };
        match end {
            End::Sent { version, opportunity, ticket, note } => {
                outcome = Left { state: "sent", reason: note, version, opportunity, ticket, ..outcome };
            }
            End::Held(hold) => outcome = Left { state: "held", reason: Some(hold_text(&hold)?), ..outcome },
            End::Skipped(reason) => outcome = Left { state: "skipped", reason: Some(reason), ..outcome },
            End::Later { at, reason } => {
                outcome = Left {
                    state: "waiting",
                    reason: Some(reason),
                    run_at: at,
                    tries: lease.tries,
                    ..outcome
                };
            }
            End::Failed(sentence) => {
                if let Some(wait) = retry::backoff(lease.tries + 1, self.services.clock.spread()) {
                    let tries = lease.tries + 1;
                    outcome = Left {
                        state: "waiting",
                        reason: Some(sentence),
                        run_at: now + wait,
                        tries,
                        ..outcome
                    };
                } else {
                    let reason = Some(hold_text(&Hold::GaveUp { sentence })?);
                    outcome = Left { state: "failed", reason, tries: lease.tries, ..outcome };
                }
            }
        }
        self.leave(lease, outcome).await
    }

    async fn leave(&self, lease: &Lease, mut left: Left) -> Result<()> {
        let now = self.services.clock.now();
        let mut tx = self.services.db.write().await?;
        let stored = db::document(&mut tx, lease.tenant(), lease.document()).await?;
        let has_moved = left.state == "sent" && stored.is_some_and(|stored| stored.version != left.version);
        if has_moved || is_mended(&mut tx, lease, &left).await? {
            left = Left { state: "waiting", reason: None, run_at: now, ..left };
        }
        let outcome = Outcome {
            state: left.state,
            reason: left.reason.as_deref(),
            run_at: left.run_at,
            tries: left.tries,
            version: left.version,
            opportunity_id: left.opportunity,
            ticket_id: left.ticket,
        };
        if !db::finish_push(&mut tx, lease, &outcome, now).await? {
            return Err(Error::Conflict("the lease was lost".to_owned()));
        }
        failpoint::reach("finish.before", left.state).await;
        tx.commit().await?;
        failpoint::reach("finish.after", left.state).await;
        let reason = left.reason.as_deref();
        tracing::info!(
            state = left.state,
            tries = left.tries,
            reason,
            wait_ms = left.run_at - now,
            "a push was left"
        );
        self.services.counters.ended(left.state);
        Ok(())
    }
}

/// Whether what a push is to be held for was mended while it ran: nothing would release it any more.
async fn is_mended(tx: &mut Tx, lease: &Lease, left: &Left) -> Result<bool> {
    if !matches!(left.state, "held" | "failed") {
        return Ok(false);
    }
    if db::stop_of(tx, lease.tenant(), lease.document()).await?.is_some() {
        return Ok(true);
    }
    let hold = serde_json::from_str::<Hold>(left.reason.as_deref().unwrap_or_default());
    match hold {
        Ok(Hold::OptionInactive { list, value, .. }) => {
            let option = db::option(tx, lease.tenant(), list, value).await?;
            Ok(option.is_some_and(|option| option.active))
        }
        Ok(hold) => match hold.customer() {
            Some((customer, _)) => {
                let key = Key::new(Target::Company, customer);
                let links = db::links(tx, lease.tenant(), lease.document(), &[customer.to_owned()]).await?;
                Ok(links.id(&key).is_some_and(|id| hold.linked_company() != Some(id)))
            }
            None => Ok(false),
        },
        Err(_) => Ok(false),
    }
}

/// How a push is left.
#[derive(Default)]
struct Left {
    state: &'static str,
    reason: Option<String>,
    run_at: Millis,
    tries: i64,
    version: i64,
    opportunity: Option<i64>,
    ticket: Option<i64>,
}
