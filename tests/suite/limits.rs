//! The limits from outside: how few calls reach Autotask while they cannot succeed, never more than our share in an
//! hour, never more at once than it takes.

mod processes;

use jiff::Timestamp;
use opportune::{
    config::WorkerConfig,
    db::{self, ThreadSlot},
    domain::{
        ids::{DocumentId, PushId},
        route::Sync,
    },
    emulator::CREDENTIALS,
    service::{catalogue::POLL_EVERY, limits::Limits},
    worker::Worker,
};
use serde_json::{Value, json};

use crate::harness::{HOUR, MINUTE, SECOND, TestApp, on_both};

const REFUSED: &str = "Autotask did not accept the user name, secret or integration code";

impl TestApp {
    /// Quotes that wait to be sent, more than REST would take in a test's time.
    async fn wait_many(&self, count: usize) {
        let now = self.clock.now();
        self.quote("Q-first").put().await;
        let mut tx = self.services.db.write().await.unwrap();
        let first =
            db::find_document(&mut tx, self.tenant, opportune::domain::document::Kind::Quote, "Q-first");
        let mut document = first.await.unwrap().unwrap().document;
        for nth in 1..count {
            document.number = format!("Q-{nth}");
            let (id, push) = (DocumentId(self.clock.new_id()), PushId(self.clock.new_id()));
            db::add_document(&mut tx, self.tenant, id, &document, b"hash", now).await.unwrap();
            db::add_push(&mut tx, self.tenant, id, push, Sync::Opportunities, "created", now).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Everything that a worker does when the time moves on by that much.
    async fn live(&self, millis: i64) {
        self.clock.advance(millis);
        self.worker.upkeep().await.unwrap();
        self.settle().await;
    }

    /// With this share of Autotask's calls in place of the tests' own.
    fn with_share(mut self, share_percent: i64) -> Self {
        let config = WorkerConfig { share_percent, ..WorkerConfig::default() };
        self.services.limits = Limits::new(&config);
        self.worker = Worker::new(self.services.clone(), config);
        self
    }

    /// A process that died held all places of this endpoint, with leases that run out after that time.
    async fn leave_places_to_the_dead(&self, endpoint: &str, lease: i64) {
        let zone = format!("http://{}/atservicesrest", self.emulator);
        let scope = format!("{} {zone}", CREDENTIALS.integration_code);
        let (dead, now) = (self.clock.new_id(), self.clock.now());
        let mut tx = self.services.db.write().await.unwrap();
        for slot in [0, 1] {
            let place = ThreadSlot { scope: scope.clone(), endpoint: endpoint.to_owned(), slot };
            assert!(db::take_place(&mut tx, &place, dead, now, now + lease).await.unwrap());
        }
        tx.commit().await.unwrap();
    }

    /// The times of all calls that were counted since the test began, those that read the count aside.
    fn times(&self) -> Vec<i64> {
        let is_counted =
            |path: &str| !path.contains("ThresholdInformation") && !path.contains("zoneInformation");
        let log = self.autotask.log();
        let calls = log.iter().filter(|entry| is_counted(&entry.path));
        calls.map(|entry| entry.at.parse::<Timestamp>().unwrap().as_millisecond()).collect()
    }

    /// Calls with credentials since this was last asked; also those that read the count.
    fn authenticated(&self) -> usize {
        let log = self.autotask.log();
        log.iter().filter(|entry| !entry.path.contains("zoneInformation")).count()
    }
}

/// The most calls in any hour.
fn most_in_an_hour(times: &[i64]) -> usize {
    let in_hour = |from: usize| times[from..].iter().take_while(|at| **at < times[from] + HOUR).count();
    (0..times.len()).map(in_hour).max().unwrap_or(0)
}

on_both! {
    async fn a_wrong_secret_with_many_waiting_costs_hardly_a_call_in_a_day(db) {
        let app = TestApp::start(db).await;
        app.connect("not the secret").await;
        app.wait_many(10_000).await;
        let before = app.authenticated();
        for _ in 0..48 {
            app.live(30 * MINUTE).await;
        }
        let calls = app.authenticated() - before;
        assert!((1..=3).contains(&calls), "{calls} calls with the wrong secret");
        app.failures();
        let page = app.get("pushes").await.body;
        let told: Vec<&Value> = page["pushes"].as_array().unwrap().iter().map(|push| &push["reason"]).collect();
        assert!(told.iter().all(|reason| **reason == REFUSED), "{told:?}");
        app.connect(CREDENTIALS.secret).await;
        for _ in 0..3 {
            app.worker.tick().await.unwrap();
        }
        assert!(!app.rows("Opportunities").is_empty(), "the right secret lets them go");
    }

    async fn one_tries_after_trouble_and_then_all_goes_on(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "path": "V1.0/", "kind": "status", "status": 503, "times": 5 })).await;
        for nth in 0..8 {
            app.quote(&format!("Q-{nth}")).put().await;
        }
        app.settle().await;
        assert_eq!(app.failures().len(), 5);
        app.calls();
        let said = "Autotask is left alone for a while, because calls failed: Autotask answered with status 503";
        app.expect("Q-7", "waiting", said).await;
        app.after(59 * SECOND).await;
        assert_eq!(app.calls(), 0, "it is left alone");
        app.fault(json!({ "path": "zoneInformation", "kind": "status", "status": 503 })).await;
        app.after(SECOND).await;
        assert_eq!(app.failures(), [503]);
        assert_eq!(app.calls(), 1, "the look-up of the zone, without credentials");
        app.after(2 * MINUTE).await;
        app.after(5 * MINUTE).await;
        for nth in 0..8 {
            app.expect(&format!("Q-{nth}"), "sent", "").await;
        }
    }

    async fn a_test_that_passes_lets_pushes_go_on(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "path": "V1.0/", "kind": "unauthorized", "times": 1 })).await;
        app.quote("Q-1").put().await;
        app.quote("Q-2").put().await;
        app.settle().await;
        assert_eq!(app.failures(), [401]);
        app.expect("Q-2", "waiting", REFUSED).await;
        app.services.test_saved(app.tenant).await.unwrap().unwrap();
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        app.expect("Q-2", "sent", "").await;
    }

    async fn no_hour_sees_more_than_our_share(db) {
        let app = TestApp::start(db).await.with_share(40);
        app.limits(json!({ "limit": 1_000 })).await;
        // By then the limit is read again.
        app.clock.advance(5 * MINUTE);
        let begun = app.clock.now();
        let before = app.times().len();
        for nth in 0..70 {
            let quote = app.quote(&format!("Q-{nth}"));
            quote.line("HDMI cable", "1 × 11.50").line("Mouse", "1 × 19.00").line("Desk", "1 × 99.00").put().await;
        }
        let mut steps = 0;
        while app.clock.now() < begun + 3 * HOUR {
            app.live(20 * SECOND).await;
            steps += 1;
        }
        let times = app.times().split_off(before);
        let most = most_in_an_hour(&times);
        assert!(times.len() > 400, "the budget was never met: {} calls", times.len());
        assert!((330..=380).contains(&most), "{most} calls in an hour, {} in {steps} steps", times.len());
        assert_eq!(app.rows("Quotes").len(), 70, "all is sent in the end");
        assert_eq!(app.rows("Opportunities").len(), 70);
    }

    async fn a_push_that_waits_for_calls_says_so_and_until_when(db) {
        let app = TestApp::start(db).await.with_share(1);
        for nth in 0..5 {
            app.quote(&format!("Q-{nth}")).put().await;
        }
        app.settle().await;
        let push = app.push("Q-4").await;
        assert_eq!(push["status"], "waiting");
        assert_eq!(push["reason"], "The calls that Opportune may make in an hour are used up");
        let page = app.get("pushes").await.body;
        assert!(page["pushes"].as_array().unwrap().len() >= 5);
    }

    async fn another_integration_that_needs_the_calls_gets_them(db) {
        let app = TestApp::start(db).await.with_share(40);
        app.quote("Q-0").put().await;
        app.settle().await;
        app.limits(json!({ "others_used": 9_000 })).await;
        for nth in 1..400 {
            app.quote(&format!("Q-{nth}")).put().await;
            if nth % 20 == 0 {
                app.live(18 * SECOND).await;
            }
        }
        let stopped = app.times().len();
        app.live(MINUTE).await;
        assert_eq!(app.times().len(), stopped, "within six minutes nothing is sent any more");
        app.expect("Q-399", "waiting", "Other integrations use most of the calls that Autotask allows in an hour").await;
        for _ in 0..12 {
            app.live(5 * MINUTE).await;
        }
        assert_eq!(app.times().len(), stopped);
        app.limits(json!({ "others_used": 100 })).await;
        let mut left = 400;
        while left > 0 && app.clock.now() < crate::harness::START + 12 * HOUR {
            app.live(MINUTE).await;
            left = 400 - app.rows("Quotes").len();
        }
        assert_eq!((app.rows("Opportunities").len(), app.rows("Quotes").len()), (400, 400));
    }

    async fn places_that_a_dead_worker_held_are_free_after_the_lease(db) {
        let app = TestApp::start(db).await;
        app.leave_places_to_the_dead("opportunities", 335 * SECOND).await;
        app.quote("Q-1").send().await;
        let full = "Autotask is at work on as many requests about opportunities as it takes at once";
        app.expect("Q-1", "waiting", full).await;
        app.after(6 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn a_look_for_new_services_that_found_no_place_is_made_soon(db) {
        let app = TestApp::start(db).await;
        app.leave_places_to_the_dead("services", POLL_EVERY + MINUTE).await;
        app.live(POLL_EVERY).await;
        assert_eq!(app.items_like("Managed Server").await.len(), 0);
        app.live(MINUTE).await;
        assert_eq!(app.items_like("Managed Server").await.len(), 1);
    }

    async fn a_request_that_was_given_up_keeps_its_place(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-0").send().await;
        opportune::service::limits::settle().await;
        let config = WorkerConfig { write_timeout: std::time::Duration::from_millis(300), ..WorkerConfig::default() };
        let mut impatient = app.services.clone();
        impatient.client = opportune::autotask::Client::new(config.write_timeout).unwrap();
        app.fault(json!({ "method": "POST", "path": "V1.0/Quotes", "kind": "late", "ms": 1_000 })).await;
        app.quote("Q-1").put().await;
        Worker::new(impatient, config).tick().await.unwrap();
        app.failures();
        let zone = format!("http://{}/atservicesrest", app.emulator);
        let place = |slot| ThreadSlot {
            scope: format!("{} {zone}", CREDENTIALS.integration_code),
            endpoint: "quotes".to_owned(),
            slot,
        };
        opportune::service::limits::settle().await;
        let mut tx = app.services.db.write().await.unwrap();
        let (me, now) = (app.clock.new_id(), app.clock.now());
        assert!(!db::take_place(&mut tx, &place(0), me, now, now + 1).await.unwrap(), "Autotask may be at work on it");
        assert!(db::take_place(&mut tx, &place(1), me, now, now + 1).await.unwrap());
        let later = now + 6 * MINUTE;
        assert!(db::take_place(&mut tx, &place(0), me, later, later + 1).await.unwrap());
    }
}
