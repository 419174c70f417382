//! A quote that ends the worker is held before it does so for ever.

use opportune::db::{self, Lease};
use serde_json::json;

use crate::harness::{MINUTE, TestApp, on_both};

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

    async fn a_run_that_ended_in_any_way_starts_the_count_anew(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "path": "Opportunities", "kind": "status", "status": 429 })).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        app.crash().await;
        app.crash().await;
        app.settle().await;
        app.expect("Q-1", "waiting", "Autotask is busy: too many requests at the moment").await;
        assert_eq!(app.failures(), [429]);
        app.clock.advance(MINUTE);
        assert_eq!(app.crash().await.crashes, 0);
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
    }
}
