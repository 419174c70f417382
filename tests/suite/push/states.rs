//! Won, lost, reopened: stage and status, unless a person was there before.

use serde_json::{Value, json};

use super::chosen::{ACTIVE, CLOSED, CLOSED_LOST, CLOSED_WON, LOST, ON_HOLD, PROPOSAL};
use crate::{
    documents::Draft,
    harness::{TestApp, on_both},
};

const CLOSED_BY_A_PERSON: &str =
    "A person already closed the opportunity; its stage and status are left as they are.";
const MOVED_BY_A_PERSON: &str =
    "A person changed the opportunity's stage or status; they are left as they are.";

/// A quote that Autotask has; the call counter stands at zero.
async fn sent(app: &TestApp) -> Draft<'_> {
    let quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50").line("Mouse", "1 × 19.00");
    quote.send().await;
    app.calls();
    quote
}

fn stands_at(app: &TestApp) -> (i64, i64) {
    let row = app.opportunity("Q-1");
    (row["stage"].as_i64().unwrap(), row["status"].as_i64().unwrap())
}

async fn move_to(app: &TestApp, fields: Value) {
    let id = app.opportunity("Q-1")["id"].clone();
    app.edit("Opportunities", &id, fields).await;
}

on_both! {
    async fn a_won_quote_gets_the_won_stage_and_status_in_two_calls(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        assert_eq!(stands_at(&app), (PROPOSAL, ACTIVE));
        quote.win().await;
        assert_eq!(app.calls(), 2);
        assert_eq!(stands_at(&app), (CLOSED_WON, ACTIVE));
        assert_eq!(app.push("Q-1").await["change"], "won");
        quote.send().await;
        assert_eq!(app.calls(), 0);
    }

    async fn a_lost_quote_gets_the_lost_stage_and_status_in_two_calls(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        quote.lose().await;
        assert_eq!(app.calls(), 2);
        assert_eq!(stands_at(&app), (CLOSED_LOST, LOST));
        assert_eq!(app.push("Q-1").await["change"], "lost");
    }

    async fn a_lost_quote_may_stay_at_its_stage(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| form.lost.keep_stage = "true".into()).await;
        let mut quote = sent(&app).await;
        move_to(&app, json!({ "stage": ON_HOLD })).await;
        quote.lose().await;
        assert_eq!(stands_at(&app), (ON_HOLD, LOST));
    }

    async fn winning_brings_the_lines_up_to_date_first(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        quote.change(1, "optional", json!(true));
        quote.change(1, "selected", json!(false));
        quote.win().await;
        let requests = app.requests();
        let paths: Vec<_> = requests.iter().map(|call| (call.method.as_str(), call.path.contains("/Items"))).collect();
        assert_eq!(paths, [("PATCH", false), ("PATCH", true), ("GET", false), ("PATCH", false)]);
        assert_eq!(app.items("Q-1")[1]["isOptional"], true);
        assert_eq!(app.opportunity("Q-1")["amount"].as_f64(), Some(34.5));
    }

    async fn a_quote_that_arrives_won_is_created_open_and_won_at_once(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").with("status", json!("won")).send().await;
        assert_eq!(stands_at(&app), (CLOSED_WON, ACTIVE));
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
    }

    async fn edits_after_the_end_change_nothing(db) {
        let app = TestApp::start(db).await;
        for end in ["won", "lost"] {
            let mut quote = app.quote(&format!("Q-{end}")).line("HDMI cable", "3 × 11.50");
            quote.set("status", json!(end));
            quote.send().await;
            app.calls();
            quote.change(0, "quantity", json!("9"));
            quote.set("title", json!("Too late"));
            quote.send().await;
            assert_eq!(app.calls(), 0, "{end}");
            let note = format!("The quote is {end}: what was changed since it was last sent is left out.");
            app.expect(&quote.number, "sent", &note).await;
        }
    }

    async fn a_reopened_quote_returns_to_the_stage_and_status_of_new_ones(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        quote.lose().await;
        quote.reopen().await;
        assert_eq!(stands_at(&app), (PROPOSAL, ACTIVE));
        assert_eq!(app.push("Q-1").await["change"], "reopened");
        quote.change(0, "quantity", json!("4"));
        quote.send().await;
        assert_eq!(app.items("Q-1")[0]["quantity"].as_f64(), Some(4.0));
        quote.win().await;
        assert_eq!(stands_at(&app), (CLOSED_WON, ACTIVE));
    }

    async fn an_opportunity_that_a_person_moved_is_not_reopened(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        quote.lose().await;
        move_to(&app, json!({ "stage": ON_HOLD })).await;
        app.calls();
        quote.reopen().await;
        assert_eq!(stands_at(&app), (ON_HOLD, LOST));
        assert_eq!(app.calls(), 1);
        app.expect("Q-1", "sent", MOVED_BY_A_PERSON).await;
    }

    async fn an_opportunity_that_a_person_closed_is_left_alone(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        move_to(&app, json!({ "stage": ON_HOLD, "status": CLOSED })).await;
        quote.win().await;
        assert_eq!(stands_at(&app), (ON_HOLD, CLOSED));
        assert_eq!(app.calls(), 1);
        app.expect("Q-1", "sent", CLOSED_BY_A_PERSON).await;
    }

    async fn an_opportunity_that_a_person_won_alike_needs_no_write(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        move_to(&app, json!({ "stage": CLOSED_WON, "status": ACTIVE })).await;
        quote.win().await;
        assert_eq!(app.calls(), 1);
        app.expect("Q-1", "sent", "").await;
    }

    async fn an_opportunity_that_a_person_only_moved_is_still_won(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        move_to(&app, json!({ "stage": ON_HOLD })).await;
        quote.win().await;
        assert_eq!(stands_at(&app), (CLOSED_WON, ACTIVE));
    }

    async fn a_lost_quote_can_still_be_won(db) {
        let app = TestApp::start(db).await;
        let mut quote = sent(&app).await;
        quote.lose().await;
        quote.win().await;
        assert_eq!(stands_at(&app), (CLOSED_WON, ACTIVE));
        quote.lose().await;
        assert_eq!(stands_at(&app), (CLOSED_LOST, LOST));
    }
}
