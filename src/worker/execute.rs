//! One step: the calls that it takes and what is noted about them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    end::{End, Stop},
    push::Run,
};
use crate::{
    autotask::{self, Admission, Call, Exchange, Failure, Filter},
    clock::Millis,
    db::{self, StepRow},
    domain::{
        document::State,
        hold::Hold,
        plan::{
            Action, Create, Fields, Find, Key, Link, Otherwise, Provenance, Step, Target, Written,
            left_otherwise, other_period,
        },
    },
    error::Error,
    failpoint,
    service::finds::{self, Fit},
};

/// How long a push waits for a product or service that another one is creating.
const SHARED: Millis = 5_000;

impl Run<'_> {
    /// Does one step.
    pub(super) async fn execute(&mut self, step: Step) -> Result<(), Stop> {
        let Step { key, action } = step;
        match action {
            Action::Find(find) => self.find(&key, find).await,
            Action::Create(create) => self.create(&key, create).await,
            Action::Update(fields) if key.target == Target::Ticket => self.update_ticket(&key, fields).await,
            Action::Update(fields) => self.update(&key, &fields).await,
            Action::Delete { parent } => self.delete(&key, &parent).await,
            Action::Settle(settle) => self.settle(&key, settle).await,
        }
    }

    /// What documents share is found or made by one push at a time, so that two do not make the same one.
    async fn find(&mut self, key: &Key, find: Find) -> Result<(), Stop> {
        let lock = self.worker.shared_of(self.lease.tenant()).await;
        let may_create = matches!(find.otherwise, Otherwise::Create(_));
        let _alone = if may_create { Some(lock.lock().await) } else { None };
        if self.was_linked_meanwhile(key).await? || may_create && self.was_made_by_another(key).await? {
            return Ok(());
        }
        let filter = finds::wire(&find.filter, &self.links).map_err(|key| missing(&key))?;
        let call = Call::query(key.target.entity(), &filter, &finds::columns(&find));
        self.recorder.searches();
        let exchange = self.session.send(&call).await;
        failpoint::reach("find.answered", key.target.name()).await;
        self.recorder.attempt(&call, &exchange);
        let rows = autotask::items(&exchange).map_err(|failure| self.stop(&failure))?;
        match finds::fit(&rows, &find) {
            Fit::One(id) => {
                let row = rows.iter().find(|row| autotask::id(row) == Some(id));
                if let Some(hold) = row.and_then(|row| other_period(&find, row, self.lists)) {
                    return Err(hold.into());
                }
                self.set_link(key, Link { id, written: Written::default() });
                self.recorder.commit(None).await.map(drop)
            }
            Fit::Several => find.ambiguous.clone().map_or(Ok(()), |hold| Err(hold.into())),
            Fit::None(Otherwise::Hold(hold)) => Err(hold.clone().into()),
            Fit::None(Otherwise::Omit) => Ok(()),
            Fit::None(Otherwise::Create(fields)) => {
                self.send_create(key, fields, Some(filter)).await?;
                // Whoever waits for the lock must see the link.
                self.recorder.commit(None).await.map(drop)
            }
        }
    }

    pub(super) async fn was_linked_meanwhile(&mut self, key: &Key) -> Result<bool, Stop> {
        if key.target.is_of_document() {
            return Ok(false);
        }
        let mut tx = self.worker.services.db.read().await?;
        let keys = [key.key.clone()];
        let links = db::links(&mut tx, self.lease.tenant(), self.lease.document(), &keys).await?;
        let link = links.get(key).cloned();
        Ok(link.map(|link| self.links.set(key.clone(), link)).is_some())
    }

    async fn create(&mut self, key: &Key, create: Create) -> Result<(), Stop> {
        if left_otherwise(key, &self.links).is_some() {
            return Ok(());
        }
        let marker = create
            .marker
            .as_ref()
            .map(|marker| finds::wire(marker, &self.links))
            .transpose()
            .map_err(|key| missing(&key))?;
        if let Some(marker) = &marker
            && self.may_be_there(key, create.parent.as_ref())
            && let Some(id) = self.find_marked(key, marker).await?
        {
            let link = Link { id, written: Written { adopted: true, ..Written::default() } };
            self.set_link(key, link);
            return self.recorder.commit(None).await.map(drop);
        }
        self.send_create(key, &create.fields, marker).await
    }

    /// Opportunities and tickets are always looked for. What hangs below a record is looked for unless we made that record and
    /// hold all of its history.
    fn may_be_there(&self, key: &Key, parent: Option<&Key>) -> bool {
        let Some(parent) = parent else { return key.target.is_head() };
        let is_adopted = self.links.get(parent).is_some_and(|link| link.written.adopted);
        let is_fresh = self.fresh.contains(parent);
        if key.target == Target::Quote { !is_fresh } else { is_adopted }
    }

    /// Commits the intent, sends the create, notes what came of it.
    async fn send_create(&mut self, key: &Key, fields: &Fields, marker: Option<Filter>) -> Result<(), Stop> {
        let body = fields.json(&self.links).map_err(|key| missing(&key))?;
        let call = Call::create(self.path_of(key, &body)?, Value::Object(body.clone()));
        let admission = self.admit(&call).await?;
        let mut intent = self.recorder.step(key, "create", "intent", &body);
        intent.sources = self.sources(fields)?;
        intent.marker = marker.as_ref().map(serde_json::to_string).transpose().map_err(Error::internal)?;
        let id = intent.id;
        let exchange = self.send(key, intent, admission, &call).await?;
        failpoint::reach("create.answered", key.target.name()).await;
        self.recorder.attempt(&call, &exchange);
        match autotask::written(&exchange) {
            Ok(autotask_id) => {
                self.recorder.close(id, "done", Some(autotask_id), None);
                self.fresh.insert(key.clone());
                self.set_link(
                    key,
                    Link { id: autotask_id, written: Written { fields: body, ..Written::default() } },
                );
                Ok(())
            }
            Err(failure) => {
                self.recorder.close(id, closed_by(&failure), None, Some(failure.sentence()));
                if matches!(failure, Failure::Refused(_))
                    && key.target.is_head()
                    && let Some(hold) = self.inactive_company().await?
                {
                    return Err(hold.into());
                }
                Err(self.stop(&failure))
            }
        }
    }

    /// Has the limits let a write pass. Before its intent: from then on the request has little time to leave.
    async fn admit(&self, call: &Call) -> Result<Admission, Stop> {
        self.session.admit(call).await.map_err(|failure| self.stop(&failure))
    }

    /// Commits the intent of a write and sends it. What would leave too late does not leave: whoever finds the intent
    /// counts from then.
    async fn send(
        &mut self,
        key: &Key,
        intent: StepRow,
        admission: Admission,
        call: &Call,
    ) -> Result<Exchange, Stop> {
        let (id, send_before) = (intent.id, intent.send_before);
        if !self.recorder.commit(Some(intent)).await? {
            let at = self.worker.services.clock.now() + SHARED;
            return Err(Stop::End(End::Later { at, reason: being_created(key) }));
        }
        if self.worker.services.clock.now() > send_before {
            self.recorder.close(id, "failed", None, Some("It was too late to send it.".to_owned()));
            return Err(self.stop(&Failure::NotSent("the machine was too slow".to_owned())));
        }
        Ok(self.session.send_admitted(admission, call).await)
    }

    async fn update(&mut self, key: &Key, fields: &Fields) -> Result<(), Stop> {
        if self.is_left(key).await? {
            return Ok(());
        }
        let id = self.links.id(key).ok_or_else(|| missing(key))?;
        let outcome = self.patch(key, id, fields, None).await;
        self.unless_billed(key, outcome).await
    }

    /// Where the values of a write come from, as it is kept with its step.
    pub(super) fn sources(&self, fields: &Fields) -> Result<Option<String>, Stop> {
        let provenance = Provenance::of(fields, self.document.kind);
        Ok(Some(serde_json::to_string(&provenance).map_err(Error::internal)?))
    }

    /// Commits the intent of a change, sends it, notes what came of it. One that nobody saw arrive may do so minutes
    /// later and would undo what was written since, or look like a person's choice: no other follows before that is
    /// clear.
    pub(super) async fn patch(
        &mut self,
        key: &Key,
        id: i64,
        fields: &Fields,
        state: Option<State>,
    ) -> Result<(), Stop> {
        let changed = fields.json(&self.links).map_err(|key| missing(&key))?;
        let action = if state.is_some() { "settle" } else { "update" };
        let mut body = changed.clone();
        body.insert("id".to_owned(), json!(id));
        let call = Call::patch(self.path_of(key, &changed)?, Value::Object(body));
        let admission = self.admit(&call).await?;
        let mut intent = self.recorder.step(key, action, "intent", &changed);
        (intent.autotask_id, intent.sources) = (Some(id), self.sources(fields)?);
        intent.marker =
            state.map(|state| serde_json::to_string(&state)).transpose().map_err(Error::internal)?;
        let step = intent.id;
        let what = if state.is_some() { "settle" } else { key.target.name() };
        failpoint::reach("patch.before", what).await;
        let exchange = self.send(key, intent, admission, &call).await?;
        failpoint::reach("patch.answered", what).await;
        self.recorder.attempt(&call, &exchange);
        if let Err(failure) = autotask::written(&exchange) {
            self.recorder.close(step, closed_by(&failure), Some(id), Some(failure.sentence()));
            return Err(self.gone_or(&failure, key, id));
        }
        self.changed(key, step, changed, state);
        Ok(())
    }

    /// Notes that Autotask has a change.
    pub(super) fn changed(
        &mut self,
        key: &Key,
        step: Uuid,
        fields: Map<String, Value>,
        state: Option<State>,
    ) {
        let mut link = self.links.get(key).cloned().unwrap_or_default();
        self.recorder.close(step, "done", Some(link.id), None);
        link.written.fields.extend(fields);
        link.written.state = state.unwrap_or(link.written.state);
        self.set_link(key, link);
    }

    async fn delete(&mut self, key: &Key, parent: &Key) -> Result<(), Stop> {
        if self.is_left(key).await? {
            return Ok(());
        }
        let outcome = self.send_delete(key, parent).await;
        self.unless_billed(key, outcome).await
    }

    /// An item or a charge that is gone already is as good as deleted.
    async fn send_delete(&mut self, key: &Key, parent: &Key) -> Result<(), Stop> {
        let id = self.links.id(key).ok_or_else(|| missing(key))?;
        let call = Call::delete(format!("{}/{id}", self.path_below(key.target, parent)?));
        let admission = self.admit(&call).await?;
        let mut intent = self.recorder.step(key, "delete", "intent", &Map::new());
        intent.autotask_id = Some(id);
        let step = intent.id;
        failpoint::reach("delete.before", key.target.name()).await;
        let exchange = self.send(key, intent, admission, &call).await?;
        failpoint::reach("delete.answered", key.target.name()).await;
        self.recorder.attempt(&call, &exchange);
        match autotask::written(&exchange).map(drop) {
            Err(failure) if !failure.is_missing() => {
                self.recorder.close(step, closed_by(&failure), Some(id), Some(failure.sentence()));
                Err(self.stop(&failure))
            }
            _ => {
                self.deleted(key, step, id);
                Ok(())
            }
        }
    }

    /// Notes that Autotask has a record no more.
    pub(super) fn deleted(&mut self, key: &Key, step: Uuid, id: i64) {
        self.recorder.close(step, "done", Some(id), None);
        self.recorder.unlink(key);
        self.links.remove(key);
    }

    pub(super) fn set_link(&mut self, key: &Key, link: Link) {
        self.recorder.link(key, &link);
        self.links.set(key.clone(), link);
    }

    /// Items, charges and contacts are written below their parent; everything else at its entity's root.
    fn path_of(&self, key: &Key, body: &Map<String, Value>) -> Result<String, Stop> {
        if let Some((parent, _)) = key.target.parent() {
            return self.path_below(key.target, &Key::only(parent));
        }
        Ok(match key.target {
            Target::Contact => {
                let company = body.get("companyID").and_then(Value::as_i64);
                format!("Companies/{}/Contacts", company.ok_or_else(|| missing(key))?)
            }
            other => other.entity().to_owned(),
        })
    }

    fn path_below(&self, target: Target, parent: &Key) -> Result<String, Stop> {
        let id = self.links.id(parent).ok_or_else(|| missing(parent))?;
        let (_, part) = target.parent().ok_or_else(|| missing(parent))?;
        Ok(format!("{}/{id}/{part}", parent.target.entity()))
    }

    fn gone_or(&self, failure: &Failure, key: &Key, id: i64) -> Stop {
        if failure.is_missing() {
            return Hold::Gone { entity: key.target.entity().to_owned(), id }.into();
        }
        self.stop(failure)
    }
}

/// What becomes of the step of a write that failed: whether it may still take effect.
fn closed_by(failure: &Failure) -> &'static str {
    match failure {
        Failure::Unknown(_) | Failure::Temporary(_) => "unknown",
        _ => "failed",
    }
}

fn being_created(key: &Key) -> String {
    format!(
        "Another document is creating the same {} in Autotask. It is used once it is there.",
        key.target.noun()
    )
}

/// A plan whose step needs what none of its earlier steps made: a fault of ours.
pub(super) fn missing(key: &Key) -> Stop {
    Stop::Fault(Error::internal(format!("{} {} is not linked", key.target.name(), key.key)))
}
