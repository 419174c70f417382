//! Won, lost and reopened: the opportunity is read first, and what somebody changed there is respected and said.

use serde_json::{Map, Value};

use super::{
    end::{End, Stop},
    execute::missing,
    push::Run,
};
use crate::{
    autotask::{self, Call, Row},
    domain::{
        document::State,
        hold::Hold,
        plan::{
            Difference, Fields, Key,
            settle::{Decision, Settle},
        },
    },
    error::Error,
    failpoint,
};

impl Run<'_> {
    /// Brings an opportunity to its state, unless a person was there before.
    pub(super) async fn settle(&mut self, key: &Key, mut settle: Settle) -> Result<(), Stop> {
        let id = self.links.id(key).ok_or_else(|| missing(key))?;
        let written = self.links.get(key).map(|link| link.written.fields.clone()).unwrap_or_default();
        let number = |field: &str| written.get(field).and_then(Value::as_i64);
        settle.written = (number("stage"), number("status"));
        // Nobody was there before where this very run created it, and a sale is created as it ends.
        if self.fresh.contains(key) && settle.decide(&written) == Decision::Nothing {
            self.settled(key, settle.state, None);
            return Ok(());
        }
        let row = self.read_opportunity(id).await?;
        let decision = settle.decide(&row);
        let kept = settle.kept(&decision, &written, &row);
        match decision {
            Decision::Write(_) => {
                self.keep(key, id, &kept);
                self.write_state(key, id, &settle.fields(), settle.state).await?;
            }
            Decision::Nothing => {
                self.keep(key, id, &kept);
                self.settled(key, settle.state, None);
            }
            Decision::LeaveAlone(sentence) => {
                // The sentence says it all already.
                let notes = self.notes.len();
                self.keep(key, id, &kept);
                self.notes.truncate(notes);
                self.settled(key, settle.state, Some(sentence));
            }
        }
        Ok(())
    }

    /// Stage and status are committed before they are sent: what nobody saw arrive would look like a person's choice.
    async fn write_state(&mut self, key: &Key, id: i64, fields: &Fields, state: State) -> Result<(), Stop> {
        let body = fields.json(&self.links).map_err(|key| missing(&key))?;
        let mut intent = self.recorder.step(key, "settle", "intent", &body);
        intent.sources = self.sources(fields)?;
        intent.marker = Some(serde_json::to_string(&state).map_err(Error::internal)?);
        let step = intent.id;
        self.recorder.commit(Some(intent)).await?;
        let sent = self.patch(key, id, fields, Some(state)).await.map(drop);
        match &sent {
            Ok(()) => self.recorder.close(step, "done", Some(id), None),
            // It may have arrived: the next run looks.
            Err(Stop::End(End::Failed(_))) => self.recorder.close(step, "unknown", Some(id), None),
            Err(_) => self.recorder.close(step, "failed", Some(id), None),
        }
        sent
    }

    pub(super) async fn read_opportunity(&mut self, id: i64) -> Result<Row, Stop> {
        let call = Call::read(format!("Opportunities/{id}"));
        let exchange = self.session.send(&call).await;
        failpoint::reach("read.answered", "opportunity").await;
        self.recorder.attempt(&call, &exchange);
        let row = autotask::item(&exchange).map_err(|failure| self.stop(&failure))?;
        row.ok_or_else(|| Hold::Gone { entity: "Opportunities".to_owned(), id }.into())
    }

    /// Says field by field what was changed in Autotask and stays so.
    fn keep(&mut self, key: &Key, id: i64, kept: &[Difference]) {
        if kept.is_empty() {
            return;
        }
        let values: Map<String, Value> =
            kept.iter().map(|one| (one.field.to_owned(), one.theirs.clone())).collect();
        let sentences: Vec<String> = kept.iter().map(|one| one.sentence(self.lists)).collect();
        let mut step = self.recorder.step(key, "keep", "done", &values);
        (step.autotask_id, step.note) = (Some(id), Some(sentences.join(" ")));
        self.recorder.did(step);
        let names: Vec<&str> = kept.iter().map(|one| one.called).collect();
        self.notes.push(format!("Changed in Autotask and kept: {}.", names.join(", ")));
    }

    fn settled(&mut self, key: &Key, state: State, sentence: Option<String>) {
        let mut link = self.links.get(key).cloned().unwrap_or_default();
        link.written.state = state;
        let mut step = self.recorder.step(key, "settle", "done", &Map::new());
        (step.autotask_id, step.note) = (Some(link.id), sentence.clone());
        self.recorder.did(step);
        self.set_link(key, link);
        self.notes.extend(sentence);
    }
}
