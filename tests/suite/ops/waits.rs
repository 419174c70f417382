//! Every push on `/activity` that is not over says what it waits for and until when.

use serde_json::json;

use crate::harness::{HOUR, MINUTE, SECOND, TestApp, on_both};

impl TestApp {
    /// What the list says of each document that waits or is being sent, newest first. None may say nothing.
    async fn waiting_reasons(&self) -> Vec<(String, String)> {
        let page = self.look("/activity").await;
        let between = |text: &str, from: &str, to: &str| {
            let start = text.find(from)? + from.len();
            Some(text[start..start + text[start..].find(to)?].to_owned())
        };
        let mut reasons = Vec::new();
        for row in page.split("<tr>").skip(2) {
            let link = between(row, "/activity/", "</a>").unwrap();
            let number = link.split_once("\">").unwrap().1.to_owned();
            let status = between(row, "data-label=\"Status\">", "</td>").unwrap();
            if status.contains("Waiting") || status.contains("Sending") {
                let reason = between(&status, "<bdi>", "</bdi>").unwrap_or_default();
                assert!(!reason.is_empty(), "{number} waits and does not say why: {status}");
                reasons.push((number, reason));
            }
        }
        reasons
    }

    async fn reason(&self, number: &str) -> String {
        let reasons = self.waiting_reasons().await;
        let found = reasons.iter().find(|(of, _)| of == number);
        found.unwrap_or_else(|| panic!("{number} does not wait: {reasons:?}")).1.clone()
    }

    /// What the page of a document's push says in short.
    async fn said_by_its_page(&self, number: &str) -> String {
        let id = self.push(number).await["id"].as_str().unwrap().to_owned();
        self.look(&format!("/activity/{id}")).await
    }
}

on_both! {
    async fn a_push_in_the_queue_says_its_turn(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        for number in ["Q-1", "Q-2", "Q-3"] {
            app.quote(number).line("HDMI cable", "1 × 11.50").put().await;
            app.clock.advance(SECOND);
        }
        let told = [
            ("Q-3", "In the queue: its turn comes after 2 others"),
            ("Q-2", "In the queue: its turn comes after 1 other"),
            ("Q-1", "Next in the queue: goes to Autotask within seconds"),
        ];
        assert_eq!(app.waiting_reasons().await, told.map(|(number, reason)| (number.to_owned(), reason.to_owned())));
        let page = app.said_by_its_page("Q-3").await;
        assert!(page.contains("In the queue: its turn comes after 2 others."), "{page}");
    }

    async fn the_calls_of_the_hour_are_told_beside_those_that_are_ours(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        let made = app.calls();
        let page = app.look("/activity").await;
        let told = page.split("Calls to Autotask in the last hour: ").nth(1).unwrap();
        let (own, rest) = told.split_once(" of ").unwrap();
        assert!(own.parse::<usize>().unwrap() >= made, "{own} of {made}");
        assert!(rest.starts_with("1,000,000."), "a hundred times the limit: {rest}");
        app.clock.advance(2 * HOUR);
        assert!(app.look("/activity").await.contains("in the last hour: 0 of 1,000,000."));
    }

    async fn what_stands_still_says_what_starts_it_again(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        assert_eq!(app.reason("Q-1").await, "No background worker has ever run. It waits until one is started");
        app.worker.upkeep().await.unwrap();
        app.clock.advance(6 * MINUTE);
        assert_eq!(app.reason("Q-1").await, "The background worker has been silent for 6 minutes. It waits until one runs again");
        let mut tx = app.services.db.write().await.unwrap();
        let now = app.clock.now();
        opportune::db::claim_push(&mut tx, now, now + MINUTE, 2).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.reason("Q-1").await, "Its worker stopped answering. It goes on when a background worker runs again");
        app.worker.upkeep().await.unwrap();
        assert_eq!(app.reason("Q-1").await, "Goes to Autotask now");
        app.clock.advance(2 * MINUTE);
        app.quote("Q-2").line("HDMI cable", "1 × 11.50").put().await;
        app.services.set_enabled(app.tenant, &opportune::domain::author::Author::SYSTEM, false).await.unwrap();
        assert_eq!(app.reason("Q-2").await, "The opportunities sync is off. It waits until that is turned on");
    }

    async fn what_autotask_made_wait_says_until_when(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        let draft = |number: &str| app.quote(number).line("HDMI cable", "1 × 11.50");
        app.fault(json!({ "path": "Opportunities", "kind": "status", "status": 429 })).await;
        draft("Q-1").send().await;
        let busy = "Autotask is busy: too many requests at the moment. Goes on at 09:01 UTC, in 1 minute";
        assert_eq!(app.reason("Q-1").await, busy);
        app.fault(json!({ "method": "POST", "path": "V1.0/Quotes", "kind": "cut_before" })).await;
        draft("Q-2").send().await;
        let checking = "Checking whether Autotask received it, so that there are not two. Goes on at ";
        assert!(app.reason("Q-2").await.starts_with(checking), "{}", app.reason("Q-2").await);
        assert!(app.look("/activity").await.contains("Checking whether Autotask received 1 record."));
        app.fault(json!({ "path": "Opportunities", "kind": "status", "status": 503 })).await;
        draft("Q-3").send().await;
        let failed = app.reason("Q-3").await;
        assert!(failed.contains(". Retry 1 of 14 at 09:0"), "{failed}");
        app.failures();
        app.after(MINUTE).await;
        app.after(6 * MINUTE).await;
        assert_eq!(app.waiting_reasons().await, []);
        assert!(!app.look("/activity").await.contains("Checking whether Autotask received"));
    }
}
