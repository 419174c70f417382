//! One push: load what it needs, clear up what an earlier run left, plan, do the steps.

use std::collections::BTreeSet;

use super::{
    Worker,
    end::{End, Stop},
    recorder::Recorder,
};
use crate::{
    autotask::Session,
    db::{self, Lease},
    domain::{
        document::Document,
        lists::Lists,
        plan::{self, Key, Link, Links, Plan, Target, Written},
        route::Sync,
    },
    error::{Error, Result},
    failpoint,
    service::{limits::Lane, planning::Planning},
};

/// How often a run plans: once for the steps, once to see that none is left, and once more where a create found its
/// record there already, so that what that one has must be brought up to date.
const MAX_ROUNDS: usize = 3;

/// What a run of a push works with.
pub struct Run<'a> {
    pub worker: &'a Worker,
    pub lease: &'a Lease,
    pub session: Session,
    pub recorder: Recorder<'a>,
    pub links: Links,
    /// What is sent.
    pub document: &'a Document,
    /// What values are called.
    pub lists: &'a Lists,
    /// Records that this very run created: what hangs below them cannot be there yet.
    pub fresh: BTreeSet<Key>,
    /// What was left alone or cannot be sent as it is, and why.
    pub notes: Vec<String>,
    /// Whether it was asked which charges of the ticket are billed.
    pub knows_billed: bool,
}

/// What the database has on a push.
struct Loaded {
    version: i64,
    planning: Planning,
}

/// Runs a push to an end.
///
/// # Errors
/// When the lease was lost or the database fails.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<End> {
    match Box::pin(try_run(worker, lease)).await {
        Ok(end) | Err(Stop::End(end)) => Ok(end),
        Err(Stop::Fault(error)) => Err(error),
    }
}

async fn try_run(worker: &Worker, lease: &Lease) -> std::result::Result<End, Stop> {
    let loaded = load(worker, lease).await?;
    if let Some(end) = end_without_steps(&loaded.planning.plan(&loaded.planning.links)) {
        return Ok(end);
    }
    let now = worker.services.clock.now();
    let session = match worker.services.session(lease.tenant(), Lane::Background).await? {
        Ok(session) => session,
        Err(problem) => return Ok(End::without_session(problem, now)),
    };
    let sync = loaded.planning.sync(&loaded.planning.links);
    let recorder = Recorder::new(worker, lease, loaded.planning.revision, sync);
    let links = loaded.planning.links.clone();
    let (document, lists) = (&loaded.planning.document, &loaded.planning.lists);
    let (fresh, notes) = (BTreeSet::new(), Vec::new());
    let mut run =
        Run { worker, lease, session, recorder, links, document, lists, fresh, notes, knows_billed: false };
    let outcome = run.all_steps(&loaded).await;
    // Also a run that stops early has done something: it is written down before the push is left.
    match outcome {
        Err(Stop::Fault(error)) => Err(Stop::Fault(error)),
        outcome => {
            run.recorder.commit(None).await?;
            outcome.map(|()| run.sent(loaded.version))
        }
    }
}

impl Run<'_> {
    async fn all_steps(&mut self, loaded: &Loaded) -> std::result::Result<(), Stop> {
        self.adopt_given_ids(&loaded.planning);
        self.resolve_open_steps().await?;
        for _ in 0..MAX_ROUNDS {
            // What was begun earlier may turn out to be there: that decides for good.
            self.recorder.route(loaded.planning.sync(&self.links));
            let plan = loaded.planning.plan(&self.links);
            if let Some(end) = end_without_steps(&plan) {
                return Err(Stop::End(end));
            }
            self.notes
                .extend(plan.notes.into_iter().filter(|note| !self.notes.contains(note)).collect::<Vec<_>>());
            if plan.steps.is_empty() {
                self.note_sale(loaded.planning.billed_sale.as_deref());
                return Ok(());
            }
            for step in plan.steps {
                self.worker.go_on()?;
                Box::pin(self.execute(step)).await?;
            }
        }
        Err(Error::internal("a plan asks again for what was done").into())
    }

    /// Another sender made the opportunity or the quote: link it, never make a second one.
    fn adopt_given_ids(&mut self, planning: &Planning) {
        if planning.sync(&self.links) != Sync::Opportunities {
            return;
        }
        for (key, link) in plan::adopted(&planning.document, &self.links) {
            self.recorder.link(&key, &link);
            self.links.set(key, link);
        }
    }

    /// Keeps with the quote's opportunity which sale it bills: no ticket is to bill that one again.
    fn note_sale(&mut self, sale: Option<&str>) {
        let key = Key::only(Target::Opportunity);
        let Some((link, sale)) = self.links.get(&key).cloned().zip(sale) else { return };
        if link.written.sale.as_deref() != Some(sale) {
            let written = Written { sale: Some(sale.to_owned()), ..link.written };
            self.set_link(&key, Link { written, ..link });
        }
    }

    fn sent(&self, version: i64) -> End {
        let [opportunity, ticket] =
            [Target::Opportunity, Target::Ticket].map(|target| self.links.id(&Key::only(target)));
        let note = (!self.notes.is_empty()).then(|| self.notes.join(" "));
        End::Sent { version, opportunity, ticket, note }
    }
}

/// How a push ends whose plan cannot or is not to be done.
fn end_without_steps(plan: &Plan) -> Option<End> {
    let held = plan.problems.first().map(|hold| End::Held(hold.clone()));
    held.or_else(|| plan.skipped.clone().map(End::Skipped))
}

async fn load(worker: &Worker, lease: &Lease) -> Result<Loaded> {
    let tenant = lease.tenant();
    let mut tx = worker.services.db.write().await?;
    let stored = db::document(&mut tx, tenant, lease.document()).await?;
    let stored = stored.ok_or_else(|| Error::internal("a push has no document"))?;
    if let Some(request_id) = db::request_of(&mut tx, tenant, lease.push()).await? {
        tracing::Span::current().record("request_id", request_id);
    }
    let mut planning = Planning::load(&mut tx, tenant, stored.id, stored.document).await?;
    planning.otherwise = lease.sync;
    let sync = planning.sync(&planning.links);
    db::pin_settings(&mut tx, lease, planning.revision, sync).await?;
    failpoint::reach("load.before", "push").await;
    tx.commit().await?;
    failpoint::reach("load.after", "push").await;
    Ok(Loaded { version: stored.version, planning })
}
