//! Won, lost and reopened: the stage and status that an opportunity ends with, unless a person was there before.

use serde_json::{Map, Value as Json};

use super::{Action, Difference, Fields, Key, Links, Planner, Source, Target, differences};
use crate::domain::document::State;

/// Values of `Opportunities.status` with which Autotask regards an opportunity as decided.
pub const DECIDED: [i64; 3] = [2, 3, 4];

/// Bringing an opportunity from one state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settle {
    /// The state to bring it to.
    pub state: State,
    /// The `stage` to set; `None` leaves it where it is.
    pub stage: Option<i64>,
    /// The `status` to set.
    pub status: i64,
    /// `stage` and `status` as we last wrote them.
    pub written: (Option<i64>, Option<i64>),
    /// Fields of the opportunity that a later step of the plan writes: what a person changed there does not stay.
    pub edited: Vec<&'static str>,
}

/// What to do after the opportunity was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Write these fields.
    Write(Map<String, Json>),
    /// It has the right values already.
    Nothing,
    /// A person was there before; the sentence says what is left alone.
    LeaveAlone(String),
}

impl Settle {
    /// Decides on the opportunity as Autotask gave it.
    pub fn decide(&self, current: &Map<String, Json>) -> Decision {
        let number = |field: &str| current.get(field).and_then(Json::as_i64);
        let (stage, status) = (number("stage"), number("status"));
        let is_ours = (stage, status) == self.written;
        if status == Some(self.status) && (self.stage.is_none() || self.stage == stage) {
            return Decision::Nothing;
        }
        if self.state == State::Open && !is_ours {
            return Decision::LeaveAlone(
                "A person changed the opportunity's stage or status; they are left as they are.".to_owned(),
            );
        }
        if status.is_some_and(|status| DECIDED.contains(&status)) && !is_ours {
            return Decision::LeaveAlone(
                "A person already closed the opportunity; its stage and status are left as they are."
                    .to_owned(),
            );
        }
        Decision::Write(self.fields().json(&Links::default()).unwrap_or_default())
    }

    /// What a person changed and that stays as it is, once `decision` is done.
    pub fn kept(
        &self,
        decision: &Decision,
        written: &Map<String, Json>,
        current: &Map<String, Json>,
    ) -> Vec<Difference> {
        let is_kept = |one: &Difference| match decision {
            Decision::Write(fields) => !fields.contains_key(one.field),
            Decision::Nothing => !matches!(one.field, "stage" | "status"),
            Decision::LeaveAlone(_) => true,
        };
        let mut kept = differences(Target::Opportunity, written, current);
        kept.retain(|one| !self.edited.contains(&one.field) && is_kept(one));
        kept
    }

    /// What it writes, unless a person was there before.
    pub fn fields(&self) -> Fields {
        let [stage, status] = paths(self.state);
        Fields::new().with_some("stage", self.stage, Source::Setting(stage)).with(
            "status",
            self.status,
            Source::Setting(status),
        )
    }
}

/// The settings that a state's stage and status come from.
fn paths(state: State) -> [&'static str; 2] {
    match state {
        State::Open => ["created.stage", "created.status"],
        State::Won => ["won.stage", "won.status"],
        State::Lost => ["lost.stage", "lost.status"],
    }
}

impl Planner<'_> {
    /// The state that the document has and its opportunity has not. It is the last step, but the first where a quote is
    /// reopened.
    pub(super) fn settle(&mut self) {
        let key = Key::only(Target::Opportunity);
        let wanted = self.input.document.state;
        if self.state_written().unwrap_or_default() == wanted {
            return;
        }
        let (created, won, lost) = (&self.sections.created, &self.sections.won, &self.sections.lost);
        let (stage, status) = match wanted {
            State::Open => (Some(created.stage), created.status),
            State::Won => (Some(won.stage), won.status),
            State::Lost => (lost.stage, lost.status),
        };
        for path in paths(wanted) {
            self.require_active(path);
        }
        let written = self.input.links.get(&key).map(|link| &link.written.fields);
        let number = |field: &str| written.and_then(|fields| fields.get(field)).and_then(Json::as_i64);
        let written = (number("stage"), number("status"));
        let edited = match wanted {
            State::Open => {
                self.changed(&key, self.open_fields(), &[]).iter().map(|(name, ..)| name).collect()
            }
            State::Won | State::Lost => Vec::new(),
        };
        self.push(key, Action::Settle(Settle { state: wanted, stage, status, written, edited }));
    }
}
