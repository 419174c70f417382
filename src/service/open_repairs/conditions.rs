//! What stands in the way of everything: the connection, the worker, another tool that sends too, stale lists, settings
//! whose value is gone.

use super::{Action, CONDITION, Held, Repair, id_of};
use crate::{
    clock::Millis,
    domain::{hold::Hold, settings::InactiveChoice},
    service::{second_sender::SecondSender, standing::Standing, workers::WorkerState},
};

const HOUR: Millis = 3_600_000;
/// Lists are fetched anew every day; after two something is wrong.
const STALE: Millis = 48 * HOUR;

/// What is known without asking Autotask.
pub(super) struct Facts {
    pub(super) standing: Standing,
    pub(super) worker: WorkerState,
    pub(super) inactive: Vec<InactiveChoice>,
    pub(super) now: Millis,
}

impl Facts {
    /// One repair for each thing that is wrong; the pushes that it holds are counted with it, and not told again.
    pub(super) fn conditions(&self, held: &mut Vec<Held>) -> Vec<Repair> {
        let settings: Vec<Repair> = self.inactive.iter().map(|choice| setting(choice, held)).collect();
        let others = [self.worker(), self.connection(held), self.second_sender(held), self.lists()];
        others.into_iter().flatten().chain(settings).collect()
    }

    fn worker(&self) -> Option<Repair> {
        let (title, since) = match self.worker {
            WorkerState::Active(_) => return None,
            WorkerState::Never => ("The background worker has never run", None),
            WorkerState::Silent(ago) => ("The background worker does not report", Some(self.now - ago)),
        };
        let fix = "Nothing is sent until it runs. Start it on the server: opportune serve.";
        Some(repair("worker", "worker", title.to_owned(), fix.to_owned(), since))
    }

    fn connection(&self, held: &mut Vec<Held>) -> Option<Repair> {
        let (title, fix) = self.standing.failure.clone().filter(|_| self.standing.connected)?;
        let count = take(held, |hold| matches!(hold, Hold::Credentials | Hold::NotConnected));
        let title = title.trim_end_matches('.').to_owned();
        let repair = repair("connection", "connection", title, fix, None);
        Some(Repair { held: count, action: Action::Connection, ..repair })
    }

    fn second_sender(&self, held: &mut Vec<Held>) -> Option<Repair> {
        let since = self.standing.second_sender.since?;
        let count = take(held, |hold| matches!(hold, Hold::SecondSender));
        let fix = format!("{} {}", self.standing.second_sender.seen_with(), SecondSender::WHAT_TO_DO);
        let repair = repair("second_sender", "second sender", Hold::SecondSender.cause(), fix, Some(since));
        Some(Repair { held: count, action: Action::StartSending, ..repair })
    }

    fn lists(&self) -> Option<Repair> {
        let since = self.standing.refreshed_at.filter(|at| self.now - at > STALE)?;
        if !self.standing.connected || self.standing.is_refreshing {
            return None;
        }
        let title = "The lists from Autotask were not refreshed for two days".to_owned();
        let fix = "New and renamed choices are missing on the settings page until they are.".to_owned();
        Some(Repair { action: Action::RefreshLists, ..repair("lists", "lists", title, fix, Some(since)) })
    }
}

fn setting(choice: &InactiveChoice, held: &mut Vec<Held>) -> Repair {
    let InactiveChoice { path, field, label } = choice;
    let count = take(held, |hold| matches!(hold, Hold::OptionInactive { field: of, .. } if of == field));
    let title = format!("{field}: '{label}' is inactive in Autotask");
    let fix = "Quotes that need it are held. Choose an active value on the Opportunities page and save.";
    let repair = repair("setting", &format!("{field} {label}"), title, fix.to_owned(), None);
    Repair { held: count, action: Action::Setting((*path).to_owned()), ..repair }
}

fn repair(kind: &'static str, subject: &str, title: String, fix: String, since: Option<Millis>) -> Repair {
    Repair {
        id: id_of(kind, subject),
        kind,
        state: format!("{title} {}", since.unwrap_or_default()),
        title,
        fix,
        held: 0,
        changes: Vec::new(),
        document: None,
        object: None,
        since,
        action: Action::None,
        subject: subject.to_owned(),
        rank: CONDITION,
    }
}

/// Takes what these hold out, and counts it.
fn take(held: &mut Vec<Held>, is_its: impl Fn(&Hold) -> bool) -> u64 {
    let taken = held.extract_if(.., |one| one.hold.as_ref().is_some_and(&is_its));
    taken.map(|one| one.count()).sum()
}
