//! Fills the block of the switch: whether sync is on, and what keeps quotes from being sent.

use super::{
    activity::last_sent,
    view::{ErrorLink, Link, Obstacle, Remedy, SetupNeeded, Switch, Tone, count_of},
    words::{self, length},
};
use crate::{
    clock::Millis,
    domain::settings::{Settings, page::Page},
    service::{activity::Summary, standing::Standing, workers::WorkerState},
};

const CONNECTION: &str = "/apps/autotask/connection";
/// Lists are refreshed once a day; an hour later something must be wrong with that.
const STALE: Millis = 25 * 60 * 60 * 1_000;
/// Of the hour's calls, in percent: from here on it should be known.
const BUSY: i64 = 80;

/// What the switch is filled from.
pub struct Known<'a> {
    /// Whose switch it is.
    pub page: Page,
    /// What is saved.
    pub settings: &'a Settings,
    /// How Autotask can be reached.
    pub standing: &'a Standing,
    /// How the sync is doing.
    pub summary: &'a Summary,
    /// Whether anything is being sent at all.
    pub worker: WorkerState,
    /// The time.
    pub now: Millis,
}

impl Known<'_> {
    fn is_tickets(&self) -> bool {
        self.page == Page::Tickets
    }

    fn enabled(&self) -> bool {
        if self.is_tickets() { self.settings.tickets.enabled } else { self.settings.enabled }
    }

    fn is_new(&self) -> bool {
        if self.is_tickets() {
            self.settings.tickets.sections.is_none()
        } else {
            self.settings.sections.is_none()
        }
    }

    /// What is sent: `Quotes`.
    fn what(&self) -> &'static str {
        if self.is_tickets() { "Sales" } else { "Quotes" }
    }
}

/// The switch with what is in the way; `missing` are the settings that are empty, where there is a form.
pub fn switch(at: &Known<'_>, missing: Option<Vec<ErrorLink>>, refused: bool) -> Switch {
    let (enabled, what, is_form) = (at.enabled(), at.what(), missing.is_some());
    let setup = missing.filter(|_| at.is_new() && !refused).map(|links| SetupNeeded { what, links });
    let obstacles = connection(at).into_iter().chain(silence(at.worker, enabled));
    let obstacles = obstacles.chain(calls(at.standing)).chain(lists(at, is_form)).collect();
    let (label, action) = if at.is_tickets() {
        ("Sync your sales to Autotask tickets", "/apps/autotask/tickets/sync")
    } else {
        ("Sync your quotes and unquoted sales to Autotask opportunities", "/apps/autotask/opportunities/sync")
    };
    Switch { label, action, enabled, note: note(at), setup, obstacles }
}

fn note(at: &Known<'_>) -> String {
    let waiting = u64::try_from(at.summary.waiting + at.summary.held).unwrap_or(0);
    match (at.enabled(), at.is_new(), waiting) {
        (true, false, _) if at.is_tickets() => "Sales become tickets with the settings below.".to_owned(),
        (false, ..) if at.is_tickets() => "No sale is sent as a ticket.".to_owned(),
        (true, true, _) => "Nothing is sent before the settings below are saved.".to_owned(),
        (true, false, _) => last_sent(at.now, at.summary),
        (false, _, 0) => "Nothing is sent.".to_owned(),
        (false, _, waiting) => format!(
            "Nothing is sent. {} until you turn sync on.",
            count_of(waiting, "quote waits", "quotes wait")
        ),
    }
}

fn connection(at: &Known<'_>) -> Option<Obstacle> {
    let standing = at.standing;
    let held = format!("{} {} held until it is.", at.what(), if at.enabled() { "are" } else { "would be" });
    let go = |label: &str| Some(Remedy::Go(Link::new(CONNECTION, label)));
    match &standing.failure {
        _ if !standing.connected => Some(Obstacle {
            tone: Tone::Warn,
            heading: "Autotask is not connected".to_owned(),
            text: held,
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
    use super::*;
    use crate::{
        domain::settings::TicketSettings,
        web::view::{Form, TicketsForm},
    };

    const NOW: Millis = 1_000 * 3_600_000;

    fn good() -> Standing {
        Standing { connected: true, refreshed_at: Some(NOW - 3_600_000), ..Standing::default() }
    }

    fn told(standing: &Standing, enabled: bool) -> Switch {
        told_beside(WorkerState::Active(12_000), standing, enabled)
    }

    fn told_beside(worker: WorkerState, standing: &Standing, enabled: bool) -> Switch {
        let settings = Settings { enabled, ..Settings::NEW };
        let summary = Summary { waiting: 3, held: 1, ..Summary::default() };
        let page = Page::Opportunities;
        let at = Known { page, settings: &settings, standing, summary: &summary, worker, now: NOW };
        switch(&at, enabled.then(|| Form::new("1", "1").missing()), false)
    }

    #[test]
    fn the_switch_of_tickets_is_another_one() {
        let told = |enabled: bool| {
            let tickets = TicketSettings { enabled, sections: None };
            let settings = Settings { enabled: !enabled, tickets, ..Settings::NEW };
            let summary = Summary { waiting: 3, ..Summary::default() };
            let (page, worker) = (Page::Tickets, WorkerState::Active(12_000));
            let standing = Standing::default();
            let at =
                Known { page, settings: &settings, standing: &standing, summary: &summary, worker, now: NOW };
            switch(&at, enabled.then(|| TicketsForm::new("1", "1").missing()), false)
        };
        let (on, off) = (told(true), told(false));
        assert_eq!((on.enabled, off.enabled, off.action), (true, false, "/apps/autotask/tickets/sync"));
        let setup = on.setup.unwrap();
        assert_eq!(
            setup.sentence(),
            "9 required settings are empty. Sales are held until you save the settings below."
        );
        assert_eq!(setup.links[1].text, "When a sale is made: Queue");
        assert_eq!((off.note.as_str(), off.setup.is_none()), ("No sale is sent as a ticket.", true));
        assert_eq!(off.obstacles[0].text, "Sales would be held until it is.");
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
            SetupNeeded { what: "Quotes", links: Vec::new() }.sentence().split(':').next(),
            Some("Every required setting has a suggestion")
        );
    }
}
