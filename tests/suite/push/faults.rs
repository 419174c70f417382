//! What goes wrong on the way: whatever it is, Autotask ends up with exactly one of everything.

use opportune::{
    db::{self, Lease, StepRow},
    emulator::Op,
};
use serde_json::{Value, json};

use super::chosen::{CLOSED_WON, NORTHWIND_TRADERS};
use crate::harness::{HOUR, MINUTE, SECOND, START, TestApp, on_both};

const BUSY: &str = "Autotask is busy: too many requests at the moment";
const CHECKING: &str = "Checking whether Autotask received it, so that there are not two";

/// Every create of a new quote, by the path of its request. A second location harms nobody.
const CREATES: [&str; 5] =
    ["V1.0/Products", "V1.0/Opportunities", "V1.0/QuoteLocations", "V1.0/Quotes", "/Items"];

/// A fault of the next create at a path.
pub(super) fn create_fault(path: &str, kind: &str) -> Value {
    let mut fault = json!({ "method": "POST", "path": path, "kind": kind });
    // A path that is the whole of an entity's must not hit its query.
    if kind == "status" {
        fault["status"] = json!(503);
    }
    fault
}

/// How many rows of an entity Autotask's log says were created.
fn created(app: &TestApp, entity: &str) -> usize {
    let log = app.autotask.log();
    let effects = log.iter().filter_map(|entry| entry.effect.as_ref());
    effects.filter(|effect| effect.entity == entity && effect.op == Op::Create).count()
}

/// One quote for each create, that create failing in one way: none is missing, none is there twice.
async fn one_of_everything(app: &TestApp, kind: &str) {
    let (opportunities, quotes) = (created(app, "Opportunities"), created(app, "Quotes"));
    for (index, path) in CREATES.into_iter().enumerate() {
        // The query of the same entity comes first, so the fault is for the second request that fits.
        if matches!(path, "V1.0/Products" | "V1.0/Opportunities") {
            app.fault(json!({ "method": "POST", "path": path, "kind": "latency" })).await;
        }
        app.fault(create_fault(path, kind)).await;
        let number = format!("Q-{kind}-{index}");
        let name = format!("Product {number}");
        app.quote(&number).line(&name, "2 × 5.00").line("HDMI cable", "1 × 11.50").send().await;
        app.after(40 * SECOND).await;
        app.after(6 * MINUTE).await;
        app.expect(&number, "sent", "").await;
        assert_eq!(app.item_names(&number), [name.as_str(), "HDMI cable"], "{kind} at {path}");
        let products = app.rows("Products").iter().filter(|product| product["name"] == name.as_str()).count();
        assert_eq!((products, app.opportunities(&number).len()), (1, 1), "{kind} at {path}");
        assert_eq!(app.failures().len(), 1, "{kind} at {path} was not hit once");
    }
    assert_eq!(created(app, "Opportunities"), opportunities + CREATES.len());
    assert_eq!(created(app, "Quotes"), quotes + CREATES.len());
}

/// A worker that claimed a quote's push, committed the intent of its opportunity, and died.
async fn die_after_the_intent(app: &TestApp, number: &str) -> Lease {
    app.quote(number).line("HDMI cable", "1 × 11.50").put().await;
    let now = app.clock.now();
    let mut tx = app.services.db.write().await.unwrap();
    let lease = db::claim_push(&mut tx, now, now + 2 * MINUTE, 2).await.unwrap().unwrap();
    let marker = json!([
        { "op": "eq", "field": "companyID", "value": NORTHWIND_TRADERS },
        { "op": "beginsWith", "field": "title", "value": format!("{number} ") },
    ]);
    let step = StepRow {
        id: app.clock.new_id(),
        push_id: lease.id,
        target: "opportunity".to_owned(),
        key: String::new(),
        action: "create".to_owned(),
        state: "intent".to_owned(),
        marker: Some(marker.to_string()),
        request: json!({ "companyID": NORTHWIND_TRADERS }).to_string(),
        sources: None,
        autotask_id: None,
        note: None,
        lease_token: lease.lease_token,
        settings_revision: 2,
        send_before: now + 5 * SECOND,
        created_at: now,
    };
    db::add_step(&mut tx, lease.tenant(), lease.document(), &step).await.unwrap();
    tx.commit().await.unwrap();
    lease
}

on_both! {
    async fn a_throttled_push_waits_a_minute_and_is_sent_once(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "path": "Opportunities", "kind": "status", "status": 429 })).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "waiting", BUSY).await;
        app.after(59 * SECOND).await;
        app.expect("Q-1", "waiting", BUSY).await;
        app.after(SECOND).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.failures(), [429]);
        app.opportunity("Q-1");
    }

    async fn a_throttled_create_happened_for_certain_not(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "method": "POST", "path": "V1.0/Quotes", "kind": "status", "status": 429 })).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "waiting", BUSY).await;
        app.after(MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.failures(), [429]);
        assert_eq!(created(&app, "Quotes"), 1);
    }

    async fn a_read_that_fails_is_tried_again_after_ten_seconds(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "path": "Companies/query", "kind": "status", "status": 503 })).await;
        app.quote("Q-1").send().await;
        app.expect("Q-1", "waiting", "Autotask answered with status 503").await;
        app.after(7 * SECOND).await;
        app.expect("Q-1", "waiting", "Autotask answered with status 503").await;
        app.after(5 * SECOND).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.failures(), [503]);
    }

    async fn a_create_without_an_answer_is_looked_up_before_it_is_made_again(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-0").send().await;
        app.fault(json!({ "method": "POST", "path": "Opportunities/query", "kind": "latency" })).await;
        app.fault(create_fault("V1.0/Opportunities", "cut_before")).await;
        app.quote("Q-1").send().await;
        app.expect("Q-1", "waiting", CHECKING).await;
        app.after(5 * MINUTE).await;
        app.expect("Q-1", "waiting", CHECKING).await;
        assert_eq!(app.opportunities("Q-1"), Vec::<Value>::new());
        app.after(35 * SECOND).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.failures(), [0]);
        app.opportunity("Q-1");
    }

    async fn a_create_whose_answer_was_lost_is_found_at_once(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "method": "POST", "path": "Opportunities/query", "kind": "latency" })).await;
        app.fault(create_fault("V1.0/Opportunities", "cut_after")).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.failures(), [0]);
        app.opportunity("Q-1");
    }

    async fn a_connection_cut_before_the_effect_leaves_one_of_everything(db) {
        one_of_everything(&TestApp::start(db).await, "cut_before").await;
    }

    async fn a_connection_cut_after_the_effect_leaves_one_of_everything(db) {
        one_of_everything(&TestApp::start(db).await, "cut_after").await;
    }

    async fn a_fault_of_the_far_side_leaves_one_of_everything(db) {
        one_of_everything(&TestApp::start(db).await, "status").await;
    }

    async fn a_proxys_page_leaves_one_of_everything(db) {
        one_of_everything(&TestApp::start(db).await, "html").await;
    }

    async fn half_an_answer_is_as_good_as_none(db) {
        let app = TestApp::start(db).await;
        for path in ["V1.0/Quotes", "/Items"] {
            app.fault(create_fault(path, "truncated")).await;
        }
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").line("Mouse", "1 × 19.00").send().await;
        app.after(6 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable", "Mouse"]);
        assert_eq!(created(&app, "QuoteItems"), 2);
    }

    async fn equal_lines_stay_as_many_after_a_cut(db) {
        let app = TestApp::start(db).await;
        app.fault(create_fault("/Items", "cut_after")).await;
        let mut quote = app.quote("Q-1");
        for id in ["1", "2", "3"] {
            quote = quote.item(json!({ "id": id, "kind": "service", "name": "Setup", "quantity": "1", "unit_price": "95" }));
        }
        quote.send().await;
        app.after(6 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.item_names("Q-1"), ["Setup", "Setup", "Setup"]);
        assert_eq!(app.failures(), [0]);
    }

    async fn a_win_without_an_answer_is_set_again(db) {
        let app = TestApp::start(db).await;
        for (number, kind) in [("Q-1", "cut_before"), ("Q-2", "cut_after")] {
            let mut quote = app.quote(number).line("HDMI cable", "1 × 11.50");
            quote.send().await;
            app.fault(json!({ "method": "PATCH", "path": "Opportunities", "kind": kind })).await;
            quote.win().await;
            app.after(15 * SECOND).await;
            app.after(6 * MINUTE).await;
            app.expect(number, "sent", "").await;
            assert_eq!(app.opportunity(number)["stage"], CLOSED_WON);
            assert_eq!(app.failures(), [0]);
        }
    }

    async fn tries_end_after_a_week_and_a_person_can_begin_anew(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "path": "Companies/query", "kind": "status", "status": 503, "times": 15 })).await;
        app.quote("Q-1").send().await;
        for _ in 0..14 {
            app.after(30 * HOUR).await;
        }
        app.expect("Q-1", "failed", "Autotask could not be reached for a week: Autotask answered with status 503").await;
        assert_eq!(app.failures(), [503; 15]);
        app.retry("Q-1").await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn a_dead_workers_create_that_arrived_is_found(db) {
        let app = TestApp::start(db).await;
        die_after_the_intent(&app, "Q-1").await;
        let by_the_dead = json!({ "title": "Q-1 Office refresh", "companyID": NORTHWIND_TRADERS, "ownerResourceID": 29_681_201,
            "stage": 29_681_503, "status": 1, "probability": 50, "amount": 11.5, "cost": 0, "startDate": "2026-11-23T00:00:00",
            "projectedCloseDate": "2026-12-23T00:00:00", "useQuoteTotals": true });
        let id = app.add("Opportunities", by_the_dead).await;
        app.settle().await;
        assert_eq!(app.push("Q-1").await["status"], "sending");
        app.after(2 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["id"], id);
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
    }

    async fn a_dead_workers_create_that_never_arrived_is_made_once_that_is_certain(db) {
        let app = TestApp::start(db).await;
        die_after_the_intent(&app, "Q-1").await;
        app.after(2 * MINUTE).await;
        app.expect("Q-1", "waiting", CHECKING).await;
        assert_eq!(app.opportunities("Q-1").len(), 0);
        app.clock.advance(START + 6 * MINUTE - app.clock.now());
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        app.opportunity("Q-1");
    }
}
