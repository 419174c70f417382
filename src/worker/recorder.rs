//! Writes down what a push does.
//!
//! What came of one step is committed together with the intent of the next, under the lease: one commit a step, and
//! no request leaves before its intent is on disk.

use serde_json::{Map, Value};

use super::{
    Worker,
    end::{End, Stop, switched_off},
};
use crate::{
    autotask::{Call, Exchange},
    clock::Millis,
    db::{self, AttemptRow, Lease, StepRow, WriteTx},
    domain::{
        plan::{Key, Link, Target},
        route::Sync,
    },
    error::{Error, Result},
    failpoint,
};

/// After a write is decided on its request leaves within this time, or not at all: whoever finds the intent later knows
/// how long to wait, and nothing leaves that much later than the sync was turned off.
pub const SEND_WITHIN: Millis = 2_000;
/// As much of an answer as is kept.
const SHOWN: usize = 4_000;

/// What is to be written with the next commit.
pub struct Recorder<'a> {
    worker: &'a Worker,
    lease: &'a Lease,
    revision: i64,
    /// Which sync the push is of: nothing leaves while that is off.
    sync: Sync,
    /// When the last search for something that documents share was asked.
    searched_at: Millis,
    notes: Vec<Note>,
}

/// What became of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    /// Its request may leave.
    Yes,
    /// Another push is creating, or has created, the record that it is about.
    ByAnother,
    /// The sync was turned off.
    SwitchedOff,
}

enum Note {
    Attempt(AttemptRow),
    Step(Box<StepRow>),
    Closed { id: uuid::Uuid, state: &'static str, autotask_id: Option<i64>, note: Option<String> },
    Linked(Key, Link),
    Unlinked(Key),
    Routed(Sync),
}

impl Note {
    /// Whether the next run has less to do: it plans from what is linked.
    fn gets_on(&self) -> bool {
        matches!(self, Self::Linked(..) | Self::Unlinked(_))
    }
}

impl<'a> Recorder<'a> {
    /// Writes for one lease, planned with a revision of the settings.
    pub fn new(worker: &'a Worker, lease: &'a Lease, revision: i64, sync: Sync) -> Self {
        Self { worker, lease, revision, sync, searched_at: 0, notes: Vec::new() }
    }

    /// Notes which sync the push is of, where that is another than before.
    pub fn route(&mut self, sync: Sync) {
        if self.sync != sync {
            self.sync = sync;
            self.notes.push(Note::Routed(sync));
        }
    }

    /// Notes that something that documents share is searched for now.
    pub fn searches(&mut self) {
        self.searched_at = self.worker.services.clock.now();
    }

    /// A step row about a record.
    pub fn step(&self, key: &Key, action: &str, state: &str, request: &Map<String, Value>) -> StepRow {
        let now = self.worker.services.clock.now();
        StepRow {
            id: self.worker.services.clock.new_id(),
            push_id: self.lease.id,
            target: key.target.name().to_owned(),
            key: key.key.clone(),
            action: action.to_owned(),
            state: state.to_owned(),
            marker: None,
            request: Value::Object(request.clone()).to_string(),
            sources: None,
            autotask_id: None,
            note: None,
            lease_token: self.lease.lease_token,
            settings_revision: self.revision,
            send_before: now + SEND_WITHIN,
            created_at: now,
        }
    }

    /// Notes a call and its answer, if it was made.
    pub fn attempt(&mut self, call: &Call, exchange: &Exchange) {
        if !exchange.made {
            return;
        }
        let counters = &self.worker.services.counters;
        (if exchange.result.is_ok() { &counters.calls_ok } else { &counters.calls_failed }).count();
        let outcome =
            exchange.result.as_ref().map_or_else(crate::autotask::Failure::sentence, |_| "OK".to_owned());
        tracing::debug!(
            method = call.method(),
            path = call.path,
            status = exchange.status,
            outcome,
            ms = exchange.took.as_millis(),
            "asked Autotask"
        );
        let shown = |text: &str| text.chars().take(SHOWN).collect::<String>();
        self.notes.push(Note::Attempt(AttemptRow {
            id: self.worker.services.clock.new_id(),
            method: call.method().to_owned(),
            path: call.path.clone(),
            status: exchange.status.map(i64::from),
            outcome,
            request: call.body.as_ref().map(|body| shown(&body.to_string())),
            response: exchange.body.as_deref().map(shown),
            duration_ms: i64::try_from(exchange.took.as_millis()).unwrap_or(i64::MAX),
            created_at: self.worker.services.clock.now(),
        }));
    }

    /// Notes a step that is done or needs no intent.
    pub fn did(&mut self, step: StepRow) {
        self.notes.push(Note::Step(Box::new(step)));
    }

    /// Notes what became of a step that was begun.
    pub fn close(
        &mut self,
        id: uuid::Uuid,
        state: &'static str,
        autotask_id: Option<i64>,
        note: Option<String>,
    ) {
        self.notes.push(Note::Closed { id, state, autotask_id, note });
    }

    /// Notes a link.
    pub fn link(&mut self, key: &Key, link: &Link) {
        self.notes.push(Note::Linked(key.clone(), link.clone()));
    }

    /// Notes that a link is gone.
    pub fn unlink(&mut self, key: &Key) {
        self.notes.push(Note::Unlinked(key.clone()));
    }

    /// Commits everything noted, and with it the intent of a write that is about to leave. `false` where the intent was
    /// not taken: another push is creating, or has created, the product or service that it is about.
    ///
    /// # Errors
    /// When the lease was lost, the sync was turned off or the database fails: then nothing may leave.
    pub async fn commit(&mut self, intent: Option<StepRow>) -> std::result::Result<bool, Stop> {
        if intent.is_none() && self.notes.is_empty() {
            return Ok(true);
        }
        match self.try_commit(intent).await.map_err(Stop::Fault)? {
            Begun::Yes => Ok(true),
            Begun::ByAnother => Ok(false),
            Begun::SwitchedOff => {
                let at = self.worker.services.clock.now();
                Err(Stop::End(End::Later { at, reason: switched_off(self.sync) }))
            }
        }
    }

    async fn try_commit(&mut self, mut intent: Option<StepRow>) -> Result<Begun> {
        let now = self.worker.services.clock.now();
        let mut tx = self.worker.services.db.write().await?;
        if !db::keep_lease(&mut tx, self.lease, now + self.worker.lease_millis()).await? {
            return Err(Error::Conflict("the lease was lost".to_owned()));
        }
        let calls = self.notes.iter().filter(|note| matches!(note, Note::Attempt(_))).count();
        let calls = i64::try_from(calls).unwrap_or(i64::MAX);
        db::count_calls(&mut tx, self.lease.tenant(), calls, now).await?;
        for note in &self.notes {
            self.write(&mut tx, note, now).await?;
        }
        if self.lease.crashes > 0 && self.notes.iter().any(Note::gets_on) {
            db::blame(&mut tx, self.lease, -self.lease.crashes).await?;
        }
        let begun = match &intent {
            Some(step) => self.begin(&mut tx, step).await?,
            None => Begun::Yes,
        };
        intent = intent.filter(|_| begun == Begun::Yes);
        let next = intent.as_ref().map_or("notes", |intent| target_name(intent));
        failpoint::reach("commit.before", next).await;
        tx.commit().await?;
        failpoint::reach("commit.after", next).await;
        self.notes.clear();
        Ok(begun)
    }

    /// Adds an intent, unless the sync is off, or it is about what documents share and others are before it.
    async fn begin(&self, tx: &mut WriteTx, intent: &StepRow) -> Result<Begun> {
        let tenant = self.lease.tenant();
        if !db::is_enabled(tx, tenant, self.sync).await? {
            return Ok(Begun::SwitchedOff);
        }
        let target = Target::ALL.into_iter().find(|target| target.name() == intent.target);
        let is_shared = intent.action == "create" && target.is_some_and(|target| !target.is_of_document());
        // A create that is older than this was over when the search was asked, which then found what it made.
        let over = self.searched_at - self.worker.quarantine().length;
        if is_shared && !db::may_create(tx, tenant, &intent.target, &intent.key, over).await? {
            return Ok(Begun::ByAnother);
        }
        db::add_step(tx, tenant, self.lease.document(), intent).await?;
        Ok(Begun::Yes)
    }

    async fn write(&self, tx: &mut WriteTx, note: &Note, now: Millis) -> Result<()> {
        let (tenant, document) = (self.lease.tenant(), self.lease.document());
        match note {
            Note::Attempt(row) => db::add_attempt(tx, tenant, self.lease.push(), row).await,
            Note::Step(row) => db::add_step(tx, tenant, document, row).await,
            Note::Closed { id, state, autotask_id, note } => {
                db::close_step(tx, tenant, *id, state, *autotask_id, note.as_deref(), now).await
            }
            Note::Linked(key, link) => db::put_link(tx, tenant, document, key, link, now).await,
            Note::Unlinked(key) => db::remove_link(tx, tenant, document, key).await,
            Note::Routed(sync) => db::pin_settings(tx, self.lease, self.revision, *sync).await,
        }
    }
}

/// What a step is about, as [`Target::name`] says it.
fn target_name(step: &StepRow) -> &'static str {
    let named = Target::ALL.into_iter().find(|target| target.name() == step.target);
    named.map_or("", Target::name)
}
