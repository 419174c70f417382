//! Fills the block of the switch: whether sync is on, and what keeps quotes from being sent.

use super::{
    activity::last_sent,
    view::{Form, Link, Obstacle, Remedy, SetupNeeded, Switch, Tone, count_of},
    words::{self, length},
};
use crate::{
    clock::Millis,
    service::{
        activity::Summary, second_sender::SecondSender, settings::SettingsView, standing::Standing,
        workers::WorkerState,
    },
};

const CONNECTION: &str = "/apps/autotask/connection";
/// Lists are refreshed once a day; an hour later something must be wrong with that.
const STALE: Millis = 25 * 60 * 60 * 1_000;
/// Of the hour's calls, in percent: from here on it should be known.
const BUSY: i64 = 80;

/// What the switch is filled from.
pub struct Known<'a> {
    /// What is saved.
    pub view: &'a SettingsView,
    /// How Autotask can be reached.
    pub standing: &'a Standing,
    /// How the sync is doing.
    pub summary: &'a Summary,
    /// Whether anything is being sent at all.
    pub worker: WorkerState,
    /// The time.
    pub now: Millis,
}

/// The switch with what is in the way.
pub fn switch(at: &Known<'_>, form: Option<&Form>, refused: bool) -> Switch {
    let (enabled, is_new) = (at.view.settings.enabled, at.view.settings.sections.is_none());
    let setup = form.filter(|_| is_new && !refused).map(|form| SetupNeeded { links: form.missing() });
    let obstacles = second_sender(at.standing).into_iter().chain(connection(at.standing, enabled));
    let obstacles = obstacles.chain(silence(at.worker, enabled));
    let obstacles = obstacles.chain(calls(at.standing)).chain(lists(at, form.is_some())).collect();
    Switch { enabled, note: note(at, is_new), setup, obstacles }
}

fn note(at: &Known<'_>, is_new: bool) -> String {
    let waiting = u64::try_from(at.summary.waiting + at.summary.held).unwrap_or(0);
    match (at.view.settings.enabled, is_new, waiting) {
        (true, true, _) => "Nothing is sent before the settings below are saved.".to_owned(),
        (true, false, _) => last_sent(at.now, at.summary),
        (false, _, 0) => "Nothing is sent.".to_owned(),
        (false, _, waiting) => format!(
            "Nothing is sent. {} until you turn sync on.",
            count_of(waiting, "quote waits", "quotes wait")
        ),
    }
}

fn connection(standing: &Standing, enabled: bool) -> Option<Obstacle> {
    let held = if enabled { "Quotes are held until it is." } else { "Quotes would be held until it is." };
    let go = |label: &str| Some(Remedy::Go(Link::new(CONNECTION, label)));
    match &standing.failure {
        _ if !standing.connected => Some(Obstacle {
            tone: Tone::Warn,
            heading: "Autotask is not connected".to_owned(),
            text: held.to_owned(),
            remedy: go("Connect Autotask"),
        }),
        Some((cause, fix)) => Some(Obstacle {
            tone: Tone::Bad,
            heading: "The last test of the connection failed".to_owned(),
            text: format!("{}. {fix}", cause.trim_end_matches('.')).trim_end().to_owned(),
            remedy: go("Mend the connection"),
        }),
        None => None,
    }
}

/// Told whether the sync is on or not: turning it off and on does not mend it.
fn second_sender(standing: &Standing) -> Option<Obstacle> {
    let seen = &standing.second_sender;
    seen.since?;
    let held = match seen.held {
        0 => "Nothing is held for it yet.".to_owned(),
        held => {
            format!("{}.", count_of(held, "quote or sale is held for it", "quotes and sales are held for it"))
        }
    };
    Some(Obstacle {
        tone: Tone::Bad,
        heading: "Nothing is sent: another tool also creates opportunities in Autotask for your quotes"
            .to_owned(),
        text: format!("{} {held} {}", seen.seen_with(), SecondSender::WHAT_TO_DO),
        remedy: Some(Remedy::StartSending),
    })
}

fn silence(worker: WorkerState, enabled: bool) -> Option<Obstacle> {
    if !enabled || matches!(worker, WorkerState::Active(_)) {
        return None;
    }
    Some(Obstacle {
        tone: Tone::Bad,
        heading: words::worker(worker),
        text: "Nothing is being sent. Whoever runs Opportune can start it again; quotes are kept until then."
            .to_owned(),
        remedy: None,
    })
}

fn calls(standing: &Standing) -> Option<Obstacle> {
    let (used, limit) = standing.calls.filter(|(used, limit)| *limit > 0 && used * 100 / limit >= BUSY)?;
    Some(Obstacle {
        tone: Tone::Warn,
        heading: format!("{} % of this hour's Autotask calls are used", used * 100 / limit),
        text: "All integrations share them. Sending slows down, and catches up as calls are free again."
            .to_owned(),
        remedy: Some(Remedy::Go(Link::new(CONNECTION, "View the calls"))),
    })
}

fn lists(at: &Known<'_>, is_form: bool) -> Option<Obstacle> {
    let standing = at.standing;
    if !standing.connected || !is_form {
        return None;
    }
    let heading = match standing.refreshed_at {
        None => "Autotask lists have not been loaded yet".to_owned(),
        Some(then) if at.now - then >= STALE => {
            format!("Autotask lists were last refreshed {} ago", hours(at.now - then))
        }
        Some(_) => return None,
    };
    let (text, remedy) = if standing.is_refreshing {
        let label = "Show how far it is";
        ("They are being refreshed.", Remedy::Go(Link::new("/apps/autotask#lists", label)))
    } else if standing.refreshed_at.is_none() {
        ("Fields that choose from them can be used once they are.", Remedy::RefreshLists)
    } else {
        ("Choices that are new in Autotask may be missing below.", Remedy::RefreshLists)
    };
    Some(Obstacle { tone: Tone::Warn, heading, text: text.to_owned(), remedy: Some(remedy) })
}

/// Two days and less in hours: `26 hours`.
fn hours(millis: Millis) -> String {
    let hours = millis / 3_600_000;
    if hours <= 48 { format!("{hours} hours") } else { length(millis) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{lists::Lists, settings::Settings};

    const NOW: Millis = 1_000 * 3_600_000;

    fn good() -> Standing {
        Standing { connected: true, refreshed_at: Some(NOW - 3_600_000), ..Standing::default() }
    }

    fn told(standing: &Standing, enabled: bool) -> Switch {
        told_beside(WorkerState::Active(12_000), standing, enabled)
    }

    fn told_beside(worker: WorkerState, standing: &Standing, enabled: bool) -> Switch {
        let view = SettingsView {
            revision: 1,
            settings: Settings { enabled, ..Settings::NEW },
            lists: Lists::default(),
            brands: Vec::new(),
            categories: Vec::new(),
            products: BTreeMap::new(),
            by: String::new(),
            saved_at: 0,
        };
        let summary = Summary { waiting: 3, held: 1, ..Summary::default() };
        let at = Known { view: &view, standing, summary: &summary, worker, now: NOW };
        let form = enabled.then(|| Form::new("1", "1"));
        switch(&at, form.as_ref(), false)
    }

    fn headings(standing: &Standing, enabled: bool) -> Vec<String> {
        told(standing, enabled).obstacles.into_iter().map(|obstacle| obstacle.heading).collect()
    }

    #[test]
    fn nothing_is_in_the_way_of_a_good_connection() {
        assert_eq!(headings(&good(), true), Vec::<String>::new());
        assert_eq!(told(&good(), false).note, "Nothing is sent. 4 quotes wait until you turn sync on.");
    }

    #[test]
    fn each_obstacle_is_told_with_its_remedy() {
        let broken =
            Standing { failure: Some(("It said no.".to_owned(), "Ask again.".to_owned())), ..good() };
        let switch = told(&broken, true);
        assert_eq!(switch.obstacles[0].text, "It said no. Ask again.");
        assert!(matches!(&switch.obstacles[0].remedy, Some(Remedy::Go(link)) if link.href == CONNECTION));
        assert_eq!(headings(&Standing::default(), true), ["Autotask is not connected"]);
        assert_eq!(headings(&Standing::default(), false), ["Autotask is not connected"]);
        let busy = Standing { calls: Some((8_000, 10_000)), ..good() };
        assert_eq!(headings(&busy, true), ["80 % of this hour's Autotask calls are used"]);
        let calm = Standing { calls: Some((7_999, 10_000)), ..good() };
        assert_eq!(headings(&calm, true), Vec::<String>::new());
    }

    #[test]
    fn another_tool_that_sends_too_is_told_first_and_also_while_the_sync_is_off() {
        let seen = SecondSender { since: Some(NOW), appearances: 3, held: 2, ..SecondSender::default() };
        let standing = Standing { second_sender: seen, ..Standing::default() };
        for enabled in [true, false] {
            let obstacles = told(&standing, enabled).obstacles;
            assert!(obstacles[0].heading.starts_with("Nothing is sent: another tool"), "{obstacles:?}");
            assert!(obstacles[0].text.contains("2 quotes and sales are held for it."), "{obstacles:?}");
            assert_eq!(obstacles[0].remedy, Some(Remedy::StartSending));
            assert_eq!(obstacles[1].heading, "Autotask is not connected");
        }
        let seen = SecondSender { appearances: 2, ..SecondSender::default() };
        assert_eq!(headings(&Standing { second_sender: seen, ..good() }, true), Vec::<String>::new());
    }

    #[test]
    fn a_silent_worker_is_told_while_it_should_work() {
        let silent = WorkerState::Silent(6 * 60_000);
        let obstacles = told_beside(silent, &good(), true).obstacles;
        assert_eq!(obstacles[0].heading, "The background worker has not reported for 6 minutes");
        assert_eq!(told_beside(WorkerState::Never, &good(), true).obstacles.len(), 1);
        assert_eq!(told_beside(silent, &good(), false).obstacles, []);
    }

    #[test]
    fn old_lists_are_told_with_their_age_and_a_button() {
        let aged = |hours: Millis| Standing { refreshed_at: Some(NOW - hours * 3_600_000), ..good() };
        let switch = told(&aged(26), true);
        assert_eq!(switch.obstacles[0].heading, "Autotask lists were last refreshed 26 hours ago");
        assert_eq!(switch.obstacles[0].remedy, Some(Remedy::RefreshLists));
        assert_eq!(headings(&aged(24), true), Vec::<String>::new());
        assert_eq!(headings(&aged(72), true), ["Autotask lists were last refreshed 3 days ago"]);
        assert_eq!(headings(&aged(72), false), Vec::<String>::new(), "there is no form that would need them");
        let running = Standing { is_refreshing: true, refreshed_at: None, ..good() };
        assert_eq!(headings(&running, true), ["Autotask lists have not been loaded yet"]);
        assert_ne!(told(&running, true).obstacles[0].remedy, Some(Remedy::RefreshLists));
    }

    #[test]
    fn setup_counts_the_fields_that_are_really_empty() {
        let setup = told(&good(), true).setup.unwrap();
        assert_eq!(setup.links.len(), 13);
        assert!(setup.sentence().starts_with("13 required settings are empty."), "{}", setup.sentence());
        assert_eq!(setup.links[0].text, "When a quote is created: Category");
        assert_eq!(
            SetupNeeded { links: Vec::new() }.sentence().split(':').next(),
            Some("Every required setting has a suggestion")
        );
    }
}
