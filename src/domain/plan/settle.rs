//! Won, lost and reopened: the stage and status that an opportunity or a ticket ends with, unless a person was there
//! before.

use serde_json::{Map, Value as Json};

use super::{Action, Difference, Fields, Key, Links, Planner, Source, Target, differences};
use crate::domain::document::State;

/// Values of `Opportunities.status` with which Autotask regards an opportunity as decided.
pub const DECIDED: [i64; 3] = [2, 3, 4];

/// The value of `Tickets.status` that Autotask itself has for a ticket that is done.
const COMPLETE: i64 = 5;

/// Bringing an opportunity or a ticket from one state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settle {
    /// Which of the two it is.
    pub target: Target,
    /// The state to bring it to.
    pub state: State,
    /// The `stage` to set; `None` leaves it where it is. Tickets have none.
    pub stage: Option<i64>,
    /// The `status` to set.
    pub status: i64,
    /// `stage` and `status` as we last wrote them.
    pub written: (Option<i64>, Option<i64>),
    /// Fields of the record that a later step of the plan writes: what a person changed there does not stay.
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
    /// Decides on the record as Autotask gave it.
    pub fn decide(&self, current: &Map<String, Json>) -> Decision {
        let number = |field: &str| current.get(field).and_then(Json::as_i64);
        let (stage, status) = (number("stage"), number("status"));
        let is_ours = (stage, status) == self.written;
        if status == Some(self.status) && (self.stage.is_none() || self.stage == stage) {
            return Decision::Nothing;
        }
        if self.is_reopened() && !is_ours {
            return Decision::LeaveAlone(self.sentences()[0].to_owned());
        }
        if self.is_decided(status, current) && !is_ours {
            return Decision::LeaveAlone(self.sentences()[1].to_owned());
        }
        Decision::Write(self.fields().json(&Links::default()).unwrap_or_default())
    }

    /// Whether it goes back to what it was before: a sale that is placed again, a quote that is open again.
    fn is_reopened(&self) -> bool {
        match self.target {
            Target::Ticket => self.state != State::Lost,
            _ => self.state == State::Open,
        }
    }

    /// Whether somebody is through with it.
    fn is_decided(&self, status: Option<i64>, current: &Map<String, Json>) -> bool {
        match self.target {
            Target::Ticket => {
                status == Some(COMPLETE) || current.get("completedDate").is_some_and(|date| !date.is_null())
            }
            _ => status.is_some_and(|status| DECIDED.contains(&status)),
        }
    }

    /// What is said where a person changed it, and where a person was through with it.
    fn sentences(&self) -> [&'static str; 2] {
        match self.target {
            Target::Ticket => [
                "A person changed the ticket's status; it is left as it is.",
                "A person already completed the ticket; its status is left as it is.",
            ],
            _ => [
                "A person changed the opportunity's stage or status; they are left as they are.",
                "A person already closed the opportunity; its stage and status are left as they are.",
            ],
        }
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
        let mut kept = differences(self.target, written, current);
        kept.retain(|one| !self.edited.contains(&one.field) && is_kept(one));
        kept
    }

    /// What it writes, unless a person was there before.
    pub fn fields(&self) -> Fields {
        let [stage, status] = paths(self.target, self.state);
        Fields::new().with_some("stage", self.stage, Source::Setting(stage)).with(
            "status",
            self.status,
            Source::Setting(status),
        )
    }
}

/// The settings that a state's stage and status come from.
fn paths(target: Target, state: State) -> [&'static str; 2] {
    match state {
        State::Lost if target == Target::Ticket => ["", "tickets.cancelled_status"],
        _ if target == Target::Ticket => ["", "tickets.status"],
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
        for path in paths(key.target, wanted) {
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
        let settle = Settle { target: key.target, state: wanted, stage, status, written, edited };
        self.push(key, Action::Settle(settle));
    }
}
