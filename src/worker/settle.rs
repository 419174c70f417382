//! Won, lost and reopened: the opportunity or the ticket is read first, and what somebody changed there is respected and said.

use serde_json::{Map, Value};

use super::{end::Stop, execute::missing, push::Run};
use crate::{
    autotask::{self, Call, Row},
    domain::{
        document::State,
        hold::Hold,
        plan::{
            Difference, Key, Target,
            settle::{Decision, Settle},
        },
    },
    failpoint,
};

impl Run<'_> {
    /// Brings an opportunity or a ticket to its state, unless a person was there before.
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
        let row = self.read_there(key.target, id).await?;
        let decision = settle.decide(&row);
        let kept = settle.kept(&decision, &written, &row);
        match decision {
            Decision::Write(_) => {
                self.keep(key, id, &kept);
                self.patch(key, id, &settle.fields(), Some(settle.state)).await?;
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

    /// A record as Autotask has it. Its push is held where it is gone.
    pub(super) async fn read_there(&mut self, target: Target, id: i64) -> Result<Row, Stop> {
        let row = self.read(target, id).await?;
        row.ok_or_else(|| Hold::Gone { entity: target.entity().to_owned(), id }.into())
    }

    /// A record as Autotask has it; `None` where it is gone.
    pub(super) async fn read(&mut self, target: Target, id: i64) -> Result<Option<Row>, Stop> {
        let call = Call::read(format!("{}/{id}", target.entity()));
        let exchange = self.session.send(&call).await;
        failpoint::reach("read.answered", target.name()).await;
        self.recorder.attempt(&call, &exchange);
        autotask::item(&exchange).map_err(|failure| self.stop(&failure))
    }

    /// Says field by field what was changed in Autotask and stays so.
    pub(super) fn keep(&mut self, key: &Key, id: i64, kept: &[Difference]) {
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
