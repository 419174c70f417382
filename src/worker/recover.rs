//! Creates whose outcome nobody told: found again by their marker, or waited for until it is certain that they never
//! arrived (reliability R3).

use super::{
    end::{End, Stop, checking},
    push::Run,
};
use crate::{
    autotask::{self, Call, Filter, Row},
    clock::Millis,
    db::{self, StepRow},
    domain::{
        hold::Hold,
        plan::{Key, Link, Target, Written},
    },
    error::Error,
    failpoint,
};

impl Run<'_> {
    /// Looks up every create of this document that was begun and not closed.
    pub(super) async fn resolve_open_steps(&mut self) -> Result<(), Stop> {
        let mut tx = self.worker.services.db.read().await?;
        let open = db::open_steps(&mut tx, self.lease.tenant(), self.lease.document()).await?;
        drop(tx);
        self.resolve_all(open).await
    }

    /// Looks up another document's create of a record that documents share, before a second one is made: it may have no
    /// answer yet. Whether the record was there.
    pub(super) async fn was_made_by_another(&mut self, key: &Key) -> Result<bool, Stop> {
        let mut tx = self.worker.services.db.read().await?;
        let (tenant, document) = (self.lease.tenant(), self.lease.document());
        let open = db::open_creates_of_others(&mut tx, tenant, document, key).await?;
        drop(tx);
        self.resolve_all(open).await?;
        self.recorder.commit(None).await?;
        Ok(self.links.get(key).is_some())
    }

    async fn resolve_all(&mut self, open: Vec<StepRow>) -> Result<(), Stop> {
        let mut next_look: Option<Millis> = None;
        for step in open {
            if let Some(at) = self.resolve(&step).await? {
                next_look = Some(next_look.map_or(at, |earliest| earliest.min(at)));
            }
        }
        // What was found must be linked before anything is written to it: a marker holds values that may change then.
        self.recorder.commit(None).await?;
        match next_look {
            Some(at) => Err(Stop::End(End::Later { at, reason: checking() })),
            None => Ok(()),
        }
    }

    /// Looks one create up. `Some` is when to look again.
    async fn resolve(&mut self, step: &StepRow) -> Result<Option<Millis>, Stop> {
        let target = Target::ALL.into_iter().find(|target| target.name() == step.target);
        if step.action == "settle" {
            return self.resolve_settle(step).await;
        }
        let (Some(target), Some(marker)) = (target, &step.marker) else {
            self.recorder.close(step.id, "failed", None, Some("A second one does no harm.".to_owned()));
            return Ok(None);
        };
        let key = Key::new(target, step.key.clone());
        if self.was_linked_meanwhile(&key).await? {
            self.recorder.close(
                step.id,
                "done",
                self.links.id(&key),
                Some("Another push had linked it.".to_owned()),
            );
            return Ok(None);
        }
        let filter: Filter = serde_json::from_str(marker).map_err(Error::internal)?;
        if let Some(id) = self.find_marked(&key, &filter).await? {
            let fields = serde_json::from_str(&step.request).unwrap_or_default();
            let link = Link { id, written: Written { fields, ..Written::default() } };
            self.recorder.close(step.id, "done", Some(id), Some("Autotask had received it.".to_owned()));
            self.recorder.link(&key, &link);
            self.links.set(key, link);
            return Ok(None);
        }
        let now = self.worker.services.clock.now();
        let next = self.worker.quarantine().next_look(step.send_before, now);
        match next {
            Some(_) => self.recorder.close(step.id, "unknown", None, None),
            None => {
                self.recorder.close(step.id, "failed", None, Some("Autotask never received it.".to_owned()));
            }
        }
        Ok(next)
    }

    /// A stage and status that may have been written: where the opportunity has them they are ours, not a person's.
    async fn resolve_settle(&mut self, step: &StepRow) -> Result<Option<Millis>, Stop> {
        let key = Key::only(Target::Opportunity);
        let Some(mut link) = self.links.get(&key).cloned() else {
            self.recorder.close(step.id, "failed", None, None);
            return Ok(None);
        };
        let row = self.read_opportunity(link.id).await?;
        let sent: Row = serde_json::from_str(&step.request).map_err(Error::internal)?;
        let has_arrived = sent.iter().all(|(field, value)| row.get(field) == Some(value));
        self.recorder.close(step.id, if has_arrived { "done" } else { "failed" }, Some(link.id), None);
        if has_arrived {
            let state =
                step.marker.as_deref().map(serde_json::from_str).transpose().map_err(Error::internal)?;
            link.written.fields.extend(sent);
            link.written.state = state.unwrap_or(link.written.state);
            self.set_link(&key, link);
        }
        Ok(None)
    }

    /// The record that carries a marker and is not linked to anything else.
    ///
    /// # Errors
    /// Ends the push when several do.
    pub(super) async fn find_marked(&mut self, key: &Key, filter: &Filter) -> Result<Option<i64>, Stop> {
        let call = Call::query(key.target.entity(), filter, &["id"]);
        let exchange = self.session.send(&call).await;
        failpoint::reach("search.answered", key.target.name()).await;
        self.recorder.attempt(&call, &exchange);
        let rows = autotask::items(&exchange).map_err(|failure| self.stop(&failure))?;
        let ids: Vec<i64> = rows.iter().filter_map(autotask::id).collect();
        let mut tx = self.worker.services.db.read().await?;
        let taken = db::linked_elsewhere(&mut tx, self.lease.tenant(), key.target, &ids).await?;
        let is_free =
            |id: &i64| !taken.contains(id) && !self.links.of(key.target).any(|(_, link)| link.id == *id);
        let mut free = ids.into_iter().filter(is_free);
        match (free.next(), free.next()) {
            (None, _) => Ok(None),
            (Some(id), None) => Ok(Some(id)),
            // Equal lines make equal items: any of them is as good.
            (Some(id), Some(_)) if key.target == Target::QuoteItem => Ok(Some(id)),
            (Some(_), Some(_)) => {
                let marker = serde_json::to_string(filter).map_err(Error::internal)?;
                Err(Hold::Duplicate { entity: key.target.entity().to_owned(), marker }.into())
            }
        }
    }

    /// What a failed call means for this push.
    pub(super) fn stop(&self, failure: &autotask::Failure) -> Stop {
        Stop::End(End::of(failure, self.worker.services.clock.now()))
    }
}
