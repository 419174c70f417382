//! One push: load what it needs, clear up what an earlier run left, plan, do the steps.

use std::collections::BTreeSet;

use super::{
    Worker,
    end::{End, Stop},
    recorder::Recorder,
};
use crate::{
    autotask::Session,
    db::{self, Lease, Revision, Tx},
    domain::{
        document::{Document, Kind},
        hold::Hold,
        lists::Lists,
        plan::{self, Input, Key, Link, Links, Plan, Planned, Target, Written},
    },
    error::{Error, Result},
};

/// What a run of a push works with.
pub struct Run<'a> {
    pub worker: &'a Worker,
    pub lease: &'a Lease,
    pub session: Session,
    pub recorder: Recorder<'a>,
    pub links: Links,
    /// Records that this very run created: what hangs below them cannot be there yet.
    pub fresh: BTreeSet<Key>,
    /// What was left alone, and why.
    pub note: Option<String>,
}

/// What the database has on a push.
struct Loaded {
    document: Document,
    version: i64,
    settings: Revision,
    lists: Lists,
    links: Links,
    currency: Option<String>,
    /// For a sale that came from a quote: whether the quote is there.
    quote_is_known: Option<bool>,
}

/// Runs a push to an end.
///
/// # Errors
/// When the lease was lost or the database fails.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<End> {
    match try_run(worker, lease).await {
        Ok(end) | Err(Stop::End(end)) => Ok(end),
        Err(Stop::Fault(error)) => Err(error),
    }
}

async fn try_run(worker: &Worker, lease: &Lease) -> std::result::Result<End, Stop> {
    let loaded = load(worker, lease).await?;
    if let Some(end) = needs_no_autotask(&loaded) {
        return Ok(end);
    }
    let now = worker.services.clock.now();
    let session = match worker.services.session(lease.tenant()).await? {
        Ok(session) => session,
        Err(problem) => return Ok(End::without_session(problem, now)),
    };
    let recorder = Recorder::new(worker, lease, loaded.settings.revision);
    let links = loaded.links.clone();
    let mut run = Run { worker, lease, session, recorder, links, fresh: BTreeSet::new(), note: None };
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
        self.adopt_given_ids(&loaded.document);
        self.resolve_open_steps().await?;
        for step in plan(loaded, &self.links)?.steps {
            self.execute(step).await?;
        }
        Ok(())
    }

    /// Another sender made the opportunity or the quote: link it, never make a second one.
    fn adopt_given_ids(&mut self, document: &Document) {
        let given = document.content.autotask;
        for (target, id) in [(Target::Opportunity, given.opportunity_id), (Target::Quote, given.quote_id)] {
            let key = Key::only(target);
            if let Some(id) = id
                && self.links.get(&key).is_none()
            {
                let link = Link { id, written: Written { adopted: true, ..Written::default() } };
                self.recorder.link(&key, &link);
                self.links.set(key, link);
            }
        }
    }

    fn sent(&self, version: i64) -> End {
        let opportunity = self.links.id(&Key::only(Target::Opportunity));
        End::Sent { version, opportunity, note: self.note.clone() }
    }
}

/// Ends that need no call: a sale that goes with its quote, a plan that cannot be made.
fn needs_no_autotask(loaded: &Loaded) -> Option<End> {
    match (&loaded.document.quote_number, loaded.quote_is_known) {
        (Some(number), Some(true)) => {
            return Some(End::Skipped(format!("The sale is sent with its quote {number}.")));
        }
        (Some(number), _) => return Some(End::Held(Hold::QuoteMissing { number: number.clone() })),
        (None, _) => {}
    }
    if loaded.currency.is_none() {
        return Some(End::Held(Hold::NotConnected));
    }
    match plan_of(loaded, &loaded.links) {
        Planned::Held(hold) => Some(End::Held(hold)),
        Planned::Skipped(reason) => Some(End::Skipped(reason.to_owned())),
        Planned::Steps(_) => None,
    }
}

fn plan_of(loaded: &Loaded, links: &Links) -> Planned {
    plan::plan(&Input {
        document: &loaded.document,
        settings: &loaded.settings.settings,
        links,
        lists: &loaded.lists,
        currency: loaded.currency.as_deref().unwrap_or_default(),
    })
}

fn plan(loaded: &Loaded, links: &Links) -> std::result::Result<Plan, Stop> {
    match plan_of(loaded, links) {
        Planned::Steps(plan) => Ok(plan),
        Planned::Held(hold) => Err(hold.into()),
        Planned::Skipped(reason) => Err(Stop::End(End::Skipped(reason.to_owned()))),
    }
}

async fn load(worker: &Worker, lease: &Lease) -> Result<Loaded> {
    let tenant = lease.tenant();
    let mut tx = worker.services.db.write().await?;
    let stored = db::document(&mut tx, tenant, lease.document()).await?;
    let stored = stored.ok_or_else(|| Error::internal("a push has no document"))?;
    let mut document = with_sale(&mut tx, lease, stored.document).await?;
    db::aliases(&mut tx, tenant).await?.apply(&mut document);
    let settings = db::settings(&mut tx, tenant).await?;
    db::pin_settings(&mut tx, lease, settings.revision).await?;
    let quote_is_known = match &document.quote_number {
        Some(number) => Some(db::find_document(&mut tx, tenant, Kind::Quote, number).await?.is_some()),
        None => None,
    };
    let keys = plan::shared_keys(&document);
    let loaded = Loaded {
        version: stored.version,
        settings,
        lists: db::lists(&mut tx, tenant).await?,
        links: db::links(&mut tx, tenant, lease.document(), &keys).await?,
        currency: db::connection(&mut tx, tenant).await?.map(|row| row.currency),
        quote_is_known,
        document,
    };
    tx.commit().await?;
    Ok(loaded)
}

async fn with_sale(tx: &mut Tx, lease: &Lease, document: Document) -> Result<Document> {
    if document.kind == Kind::Sale {
        return Ok(document);
    }
    let sale = db::sale_of_quote(tx, lease.tenant(), &document.number).await?;
    Ok(match sale {
        Some(sale) => document.with_sale(&sale.document),
        None => document,
    })
}
