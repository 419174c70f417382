//! A quote that ends the worker is held before it does so for ever.

use opportune::db::{self, Lease};
use serde_json::json;

use crate::{
    harness::{MINUTE, TestApp, on_both},
    push::races::held_up_at,
};

const HELD: &str = "This quote crashed the worker";

impl TestApp {
    /// A worker claims what is due and ends without a word; its leases run out.
    async fn crash(&self) -> Lease {
        let now = self.clock.now();
        let mut tx = self.services.db.write().await.unwrap();
        let lease = db::claim_push(&mut tx, now, now + 2 * MINUTE, 2).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        self.clock.advance(2 * MINUTE);
        lease
    }

    /// A worker does what is due and dies when it gets to that point; its leases run out.
    async fn die_at(&self, place: &'static str, what: &'static str) {
        held_up_at(self, place, what).await.die().await;
        self.clock.advance(2 * MINUTE);
    }

    async fn crash_thrice(&self) {
        let crashes = [self.crash().await.crashes, self.crash().await.crashes, self.crash().await.crashes];
        assert_eq!(crashes, [0, 1, 2], "counted in the claim, before the work");
    }
}

on_both! {
    async fn after_three_ends_a_quote_is_held_and_a_retry_or_an_edit_releases_it(db) {
        let app = TestApp::start(db).await;
        let mut draft = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        draft.put().await;
        app.crash_thrice().await;
        app.settle().await;
        app.expect("Q-1", "held", HELD).await;
        assert_eq!(app.rows("Opportunities").iter().filter(|row| row["title"] == "Q-1 Office refresh").count(), 0);
        assert!(app.look("/activity").await.contains(HELD));
        let push = app.push("Q-1").await["id"].as_str().unwrap().to_owned();
        assert!(app.look(&format!("/activity/{push}")).await.contains("Look at the worker's log for this push"));
        app.retry("Q-1").await;
        app.expect("Q-1", "sent", "").await;
        draft.set("title", json!("Another title"));
        draft.put().await;
        app.crash_thrice().await;
        app.settle().await;
        app.expect("Q-1", "held", HELD).await;
        draft.set("title", json!("A third title"));
        draft.send().await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn others_are_sent_meanwhile_and_two_ends_are_forgiven(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        app.crash_thrice().await;
        app.quote("Q-2").line("HDMI cable", "1 × 11.50").put().await;
        app.settle().await;
        app.expect("Q-1", "held", HELD).await;
        app.expect("Q-2", "sent", "").await;
        app.quote("Q-3").line("HDMI cable", "1 × 11.50").put().await;
        app.crash().await;
        assert_eq!(app.crash().await.crashes, 1);
        app.settle().await;
        app.expect("Q-3", "sent", "").await;
        assert!(app.services.counters.takeovers.get() >= 2);
    }

    async fn a_run_that_only_waits_leaves_the_count_as_it_is(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        // What it needs of the catalogue is linked: nothing is left but the opportunity, and that is refused.
        app.fault(json!({ "path": "Opportunities", "kind": "status", "status": 429 })).await;
        app.settle().await;
        assert_eq!(app.failures(), [429]);
        app.clock.advance(MINUTE);
        app.crash().await;
        app.crash().await;
        app.fault(json!({ "path": "Opportunities", "kind": "status", "status": 429 })).await;
        app.settle().await;
        app.expect("Q-1", "waiting", "Autotask is busy: too many requests at the moment").await;
        assert_eq!(app.failures(), [429]);
        app.clock.advance(MINUTE);
        assert_eq!(app.crash().await.crashes, 2);
        app.settle().await;
        app.expect("Q-1", "held", HELD).await;
    }

    async fn a_quote_that_ends_its_worker_at_the_same_place_is_held_and_the_next_is_sent(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").line("Rare part", "1 × 5.00").put().await;
        for _ in 0..3 {
            app.die_at("search.answered", "opportunity").await;
        }
        app.quote("Q-2").line("HDMI cable", "1 × 11.50").put().await;
        app.settle().await;
        app.expect("Q-1", "held", HELD).await;
        app.expect("Q-2", "sent", "").await;
    }

    async fn a_quote_whose_create_is_never_sent_is_held_too(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        for _ in 0..3 {
            // It looks for the one before, waits until that is certain, gives it up and begins another.
            app.die_at("commit.after", "opportunity").await;
            app.after(0).await;
            app.clock.advance(10 * MINUTE);
        }
        app.settle().await;
        app.expect("Q-1", "held", HELD).await;
    }

    async fn a_quote_that_dies_at_twelve_different_steps_is_sent(db) {
        let app = TestApp::start(db).await;
        let mut draft = app.quote("Q-1").line("Rare part", "1 × 5.00");
        for line in ["Rare cable", "Rare box", "Rare case", "Rare lid"] {
            draft = draft.line(line, "1 × 5.00");
        }
        draft.put().await;
        let steps = [("product", 5), ("opportunity", 1), ("quote", 1), ("quote_item", 5)];
        for (what, times) in steps {
            for _ in 0..times {
                app.die_at("create.answered", what).await;
            }
        }
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.rows("QuoteItems").iter().filter(|row| row["name"].as_str().unwrap().starts_with("Rare")).count(), 5);
    }
}
