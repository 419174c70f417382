//! Writes whose outcome nobody told: creates are found again by their marker, changes are seen in their record, and both
//! are waited for until it is certain that they never arrived (reliability R3).

use super::{
    end::{End, Stop, checking, checking_change},
    push::Run,
};
use crate::{
    autotask::{self, Call, Filter, Row},
    clock::Millis,
    db::{self, StepRow},
    domain::{
        hold::Hold,
        plan::{Key, Link, Target, Written, has_arrived},
    },
    error::Error,
    failpoint,
};

impl Run<'_> {
    /// Looks up every write of this document that was begun and not closed.
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
        Ok(self.links.get(key).is_some())
    }

    async fn resolve_all(&mut self, open: Vec<StepRow>) -> Result<(), Stop> {
        let mut next_look: Option<(Millis, String)> = None;
        for step in open {
            let is_create = step.action == "create";
            let look =
                if is_create { self.resolve(&step).await? } else { self.resolve_change(&step).await? };
            if let Some(at) = look.filter(|at| next_look.as_ref().is_none_or(|(earliest, _)| at < earliest)) {
                next_look = Some((at, if is_create { checking() } else { checking_change() }));
            }
        }
        // What was found must be linked before anything is written to it: a marker holds values that may change then.
        self.recorder.commit(None).await?;
        match next_look {
            Some((at, reason)) => Err(Stop::End(End::Later { at, reason })),
            None => Ok(()),
        }
    }

    /// Looks one create up. `Some` is when to look again.
    async fn resolve(&mut self, step: &StepRow) -> Result<Option<Millis>, Stop> {
        let target = Target::ALL.into_iter().find(|target| target.name() == step.target);
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
        let looked_at = self.worker.services.clock.now();
        if let Some(id) = self.find_marked(&key, &filter).await? {
            let fields = serde_json::from_str(&step.request).unwrap_or_default();
            let link = Link { id, written: Written { fields, ..Written::default() } };
            self.recorder.close(step.id, "done", Some(id), Some("Autotask had received it.".to_owned()));
            self.recorder.link(&key, &link);
            self.links.set(key, link);
            return Ok(None);
        }
        Ok(self.look_again(step, looked_at))
    }

    /// When to look again for what a look at that time did not find; `None` where that is over. The time is that of the
    /// question: what arrives after its answer is not in it, however late the answer is read.
    fn look_again(&mut self, step: &StepRow, looked_at: Millis) -> Option<Millis> {
        let next = self.worker.quarantine().next_look(step.send_before, looked_at);
        let (closed, note) = match next {
            Some(_) => ("unknown", None),
            None => ("failed", Some("Autotask never received it.".to_owned())),
        };
        self.recorder.close(step.id, closed, step.autotask_id, note);
        next
    }

    /// Reads what may have been changed or deleted. `Some` is when to look again: where it is as it was the change may
    /// still come, and would undo what is written until then.
    async fn resolve_change(&mut self, step: &StepRow) -> Result<Option<Millis>, Stop> {
        let target = Target::ALL.into_iter().find(|target| target.name() == step.target);
        let key = target.map(|target| Key::new(target, step.key.clone()));
        let Some((key, id)) = key.and_then(|key| self.links.id(&key).map(|id| (key, id))) else {
            self.recorder.close(step.id, "failed", None, None);
            return Ok(None);
        };
        if step.autotask_id.is_some_and(|of| of != id) {
            self.recorder.close(step.id, "failed", step.autotask_id, None);
            return Ok(None);
        }
        let looked_at = self.worker.services.clock.now();
        let row = self.read(key.target, id).await?;
        let sent: Row = serde_json::from_str(&step.request).map_err(Error::internal)?;
        match row {
            None if step.action == "delete" => self.deleted(&key, step.id, id),
            // The change that is due says that it is gone.
            None => self.recorder.close(step.id, "failed", Some(id), None),
            Some(row) if step.action != "delete" && has_arrived(&sent, &row) => {
                let state = step.marker.as_deref().map(serde_json::from_str).transpose();
                self.changed(&key, step.id, sent, state.map_err(Error::internal)?);
            }
            Some(_) => return Ok(self.look_again(step, looked_at)),
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
            // Equal lines make equal items and charges: any of them is as good.
            (Some(id), Some(_)) if key.target.parent().is_some() => Ok(Some(id)),
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
