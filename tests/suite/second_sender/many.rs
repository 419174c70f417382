//! Many quotes, of which a fifth get ids of another tool's at any moment: adopted or reported, never doubled by us.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use opportune::{db, emulator::Op};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};

use super::opportunity_of;
use crate::harness::{SECOND, TestApp, on_both};

/// What happens to a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives,
    GetsIds,
    ArrivesWithIds,
}

/// What the test knows of what it did.
struct Story<'a> {
    app: &'a TestApp,
    rng: StdRng,
    /// The ids that quotes carry.
    given: BTreeMap<usize, Value>,
    /// Those that carried them before Opportune had made anything.
    first: BTreeSet<usize>,
    /// Quotes that were counted since a person last let it go on.
    counted: usize,
    stops: usize,
}

fn number(nth: usize) -> String {
    format!("M-{nth}")
}

/// All events in the order in which they happen: every quote arrives, a fifth get ids with it or some time after.
fn script(rng: &mut StdRng, quotes: usize) -> Vec<(usize, Event)> {
    let mut order: Vec<usize> = (0..quotes).collect();
    order.shuffle(rng);
    let chosen: BTreeSet<usize> = order.iter().copied().take(quotes / 5).collect();
    let mut events = Vec::new();
    for nth in 0..quotes {
        if !chosen.contains(&nth) {
            events.push((nth * 10, nth, Event::Arrives));
        } else if rng.random_bool(0.3) {
            events.push((nth * 10, nth, Event::ArrivesWithIds));
        } else {
            events.push((nth * 10, nth, Event::Arrives));
            events.push((nth * 10 + rng.random_range(1..100), nth, Event::GetsIds));
        }
    }
    events.sort_unstable();
    events.into_iter().map(|(_, nth, event)| (nth, event)).collect()
}

impl Story<'_> {
    async fn happens(&mut self, nth: usize, event: Event) {
        let mut quote = self.app.quote(&number(nth));
        if event != Event::Arrives {
            let ids = self.app.other_tool_makes(&format!("Number {nth}")).await;
            quote.set("autotask", ids.clone());
            if event == Event::ArrivesWithIds || self.app.linked(&number(nth)).await[0].is_none() {
                self.first.insert(nth);
            }
            self.given.insert(nth, ids);
            self.counted += 1;
        }
        assert_eq!(quote.put().await.status, 202);
    }

    /// The worker does some of what is due; nothing that it does after the third appearance creates anything.
    async fn works(&mut self) {
        let is_stopped = self.counted >= 3;
        assert_eq!(self.app.second_sender().await.1, is_stopped, "after {} appearances", self.counted);
        self.app.calls();
        for _ in 0..self.rng.random_range(0..4) {
            self.app.worker.tick().await.unwrap();
        }
        let wrote = self.app.requests().iter().any(|request| request.effect.is_some());
        assert!(!(is_stopped && wrote), "something was written after the third");
        if is_stopped && self.rng.random_bool(0.2) {
            self.goes_on().await;
        }
    }

    async fn goes_on(&mut self) {
        self.app.start_sending_again().await;
        (self.counted, self.stops) = (0, self.stops + 1);
    }

    /// Every quote has at most one opportunity of ours, none that carried an id first, and who carries one is adopted or
    /// reported.
    async fn is_right(&self, quotes: usize) {
        let found = self.findings().await;
        for nth in 0..quotes {
            let number = number(nth);
            let ours = self.made(&number);
            assert!(ours.len() <= 1, "{number}: {ours:?}");
            assert!(!self.first.contains(&nth) || ours.is_empty(), "{number} carried an id first");
            let linked = self.app.linked(&number).await[0];
            match self.given.get(&nth).and_then(opportunity_of) {
                Some(theirs) if linked == Some(theirs) => assert!(ours.is_empty(), "{number} is adopted"),
                Some(theirs) => {
                    assert_eq!(linked, ours.first().copied(), "{number}");
                    let said =
                        format!("{} of quote {number} was made by Opportune, {theirs} by another", ours[0]);
                    assert!(found.iter().any(|title| title.contains(&said)), "{said}");
                }
                None => assert_eq!(linked, ours.first().copied(), "{number}"),
            }
        }
    }

    /// The ids of the opportunities that Opportune made for a quote.
    fn made(&self, number: &str) -> Vec<i64> {
        let log = self.app.autotask.log().into_iter();
        let is_its = |body: &Value| {
            body["title"].as_str().is_some_and(|title| title.starts_with(&format!("{number} ")))
        };
        log.filter(|entry| is_its(&entry.body))
            .filter_map(|entry| entry.effect)
            .filter(|effect| effect.entity == "Opportunities" && effect.op == Op::Create)
            .map(|effect| effect.id)
            .collect()
    }

    async fn findings(&self) -> Vec<String> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.app.services.open_repairs(self.app.tenant, after).await.unwrap();
            all.extend(page.rows.into_iter().map(|row| row.title));
            after = page.next;
            if after.is_none() {
                return all;
            }
        }
    }
}

/// `SECOND_QUOTES` quotes, and a fifth of them with ids of another tool's; the seed is `SECOND_SEED`.
async fn run(app: &TestApp) {
    let told = |name: &str, usual: usize| env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (quotes, seed) = (told("SECOND_QUOTES", 120), told("SECOND_SEED", 7));
    let mut rng = StdRng::seed_from_u64(u64::try_from(seed).unwrap());
    let script = script(&mut rng, quotes);
    let mut story = Story { app, rng, given: BTreeMap::new(), first: BTreeSet::new(), counted: 0, stops: 0 };
    for (nth, event) in script {
        app.clock.advance(SECOND);
        story.happens(nth, event).await;
        story.works().await;
    }
    assert_eq!(story.given.len(), quotes / 5);
    story.is_right(quotes).await;
    if app.second_sender().await.1 {
        story.goes_on().await;
    }
    while app.worker.tick().await.unwrap() {}
    story.is_right(quotes).await;
    assert!(story.stops >= 1 && story.first.len() < story.given.len());
    let mut tx = app.services.db.read().await.unwrap();
    let counts = db::push_counts(&mut tx, app.tenant).await.unwrap();
    let states: Vec<_> = counts.iter().map(|count| count.state.as_str()).collect();
    assert_eq!(states, ["sent"]);
    assert_eq!(app.get("second-sender").await.body["held"], json!(0));
}

on_both! {
    async fn a_fifth_of_many_quotes_get_ids_at_any_moment_and_nothing_is_doubled(db) {
        run(&TestApp::start(db).await).await;
    }
}
