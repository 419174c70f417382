//! Changes that nobody saw arrive: Autotask may do them minutes later, after newer ones.

use serde_json::{Value, json};

use crate::harness::{MINUTE, SECOND, TestApp, on_both};

const CHECKING: &str = "Checking whether Autotask received a change, so that it does not undo a newer one";

/// The next change of that kind is cut off before it has an effect.
async fn cut(app: &TestApp, method: &str, path: &str) {
    app.fault(json!({ "method": method, "path": path, "kind": "cut_before" })).await;
}

on_both! {
    async fn a_title_that_arrives_late_does_not_undo_a_newer_one(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.send().await;
        cut(&app, "PATCH", "Opportunities").await;
        quote.set("title", json!("Second thoughts"));
        quote.send().await;
        quote.set("title", json!("Third thoughts"));
        quote.send().await;
        app.after(MINUTE).await;
        app.expect("Q-1", "waiting", CHECKING).await;
        let id = app.opportunity("Q-1")["id"].clone();
        app.edit("Opportunities", &id, json!({ "title": "Q-1 Second thoughts" })).await;
        app.after(5 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["title"], "Q-1 Third thoughts");
        assert_eq!(app.failures(), [0]);
    }

    async fn a_change_that_arrived_without_an_answer_is_not_waited_for(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.send().await;
        app.fault(json!({ "method": "PATCH", "path": "/Items", "kind": "cut_after" })).await;
        quote.change(0, "quantity", json!("2"));
        quote.send().await;
        app.after(15 * SECOND).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.items("Q-1")[0]["quantity"].as_f64(), Some(2.0));
        assert_eq!(app.failures(), [0]);
    }

    async fn a_line_that_returns_is_there_although_its_deletion_came_late(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50").line("Dock", "1 × 90.00");
        quote.send().await;
        let dock = quote.lines().pop().unwrap();
        let (quote_id, item) = (app.items("Q-1")[1]["quoteID"].clone(), app.items("Q-1")[1]["id"].clone());
        cut(&app, "DELETE", "/Items").await;
        quote.send().await;
        quote.lines().push(dock);
        quote.send().await;
        app.after(MINUTE).await;
        app.expect("Q-1", "waiting", CHECKING).await;
        app.delete(&format!("Quotes/{quote_id}/Items/{item}")).await;
        app.after(5 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable", "Dock"]);
        assert_eq!(app.failures(), [0]);
    }

    async fn a_quote_that_is_won_again_while_it_is_reopened_has_all_of_its_edits(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.send().await;
        quote.win().await;
        cut(&app, "PATCH", "Quotes").await;
        quote.set("title", json!("Second thoughts"));
        quote.change(0, "quantity", json!("2"));
        quote.reopen().await;
        assert_eq!(app.opportunity("Q-1")["title"], "Q-1 Second thoughts");
        quote.win().await;
        app.after(MINUTE).await;
        app.after(5 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        let quantity = |item: &Value| item["quantity"].as_f64();
        assert_eq!(quantity(&app.items("Q-1")[0]), Some(2.0));
        assert_eq!(app.failures(), [0]);
    }
}
