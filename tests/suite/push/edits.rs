//! Changes to a quote that Autotask has: no more calls than changes, and nothing undone that a person did.

use serde_json::json;

use crate::{
    documents::{Draft, product},
    harness::{TestApp, on_both},
};

/// Three products that Autotask knows from an earlier quote; the call counter stands at zero.
async fn quote_of_three<'a>(app: &'a TestApp, number: &str) -> Draft<'a> {
    let write = |number| {
        app.quote(number).line("HDMI cable", "3 × 11.50").line("Mouse", "1 × 19.00").line("Pad", "1 × 4.00")
    };
    write("Q-BEFORE").send().await;
    app.calls();
    write(number)
}

on_both! {
    async fn a_new_quote_costs_four_calls_and_one_for_each_line(db) {
        let app = TestApp::start(db).await;
        quote_of_three(&app, "Q-1").await.send().await;
        let calls: Vec<String> = app.requests().iter().map(|call| format!("{} {}", call.method, call.path.rsplit('/').next().unwrap())).collect();
        assert_eq!(calls, ["POST query", "POST Opportunities", "POST QuoteLocations", "POST Quotes", "POST Items", "POST Items", "POST Items"]);
        app.expect("Q-1", "sent", "").await;
    }

    async fn an_unchanged_quote_costs_no_call(db) {
        let app = TestApp::start(db).await;
        let quote = quote_of_three(&app, "Q-1").await;
        quote.send().await;
        app.calls();
        quote.send().await;
        assert_eq!(app.calls(), 0);
        assert_eq!(app.pushes("Q-1").await.len(), 1);
    }

    async fn a_change_that_autotask_does_not_hold_costs_no_call(db) {
        let app = TestApp::start(db).await;
        let mut quote = quote_of_three(&app, "Q-1").await;
        quote.send().await;
        app.calls();
        quote.change(0, "brand", json!("Another brand"));
        quote.send().await;
        assert_eq!(app.calls(), 0);
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.pushes("Q-1").await.len(), 2);
    }

    async fn reordered_lines_cost_no_call(db) {
        let app = TestApp::start(db).await;
        let mut quote = quote_of_three(&app, "Q-1").await;
        quote.send().await;
        app.calls();
        quote.lines().reverse();
        quote.send().await;
        assert_eq!(app.calls(), 0);
    }

    async fn an_edit_costs_a_call_for_each_changed_line_and_two_at_most(db) {
        let app = TestApp::start(db).await;
        let mut quote = quote_of_three(&app, "Q-1").await;
        quote.send().await;
        app.calls();
        quote.change(0, "quantity", json!("5"));
        quote.change(2, "unit_price", json!("4.50"));
        quote.set("title", json!("Office refresh, second round"));
        quote.send().await;
        assert_eq!(app.calls(), 2 + 2);
        let opportunity = app.opportunity("Q-1");
        assert_eq!(opportunity["title"], "Q-1 Office refresh, second round");
        assert_eq!(opportunity["amount"].as_f64(), Some(5.0 * 11.5 + 19.0 + 4.5));
        assert_eq!(app.autotask_quote("Q-1")["name"], "Office refresh, second round");
        assert_eq!(app.items("Q-1")[0]["quantity"].as_f64(), Some(5.0));
        assert_eq!(app.items("Q-1")[2]["unitPrice"].as_f64(), Some(4.5));
    }

    async fn a_removed_line_is_deleted_and_an_added_one_created(db) {
        let app = TestApp::start(db).await;
        let mut quote = quote_of_three(&app, "Q-1").await;
        quote.send().await;
        quote.lines().remove(1);
        quote.lines().push(product("HDMI cable", "1 × 11.50"));
        quote.lines()[2]["id"] = json!("second HDMI cable");
        app.calls();
        quote.send().await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable", "Pad", "HDMI cable"]);
        assert_eq!(app.calls(), 2 + 1);
        assert_eq!(app.opportunity("Q-1")["amount"].as_f64(), Some(34.5 + 4.0 + 11.5));
    }

    async fn an_item_that_a_person_deleted_counts_as_deleted(db) {
        let app = TestApp::start(db).await;
        let mut quote = quote_of_three(&app, "Q-1").await;
        quote.send().await;
        let (quote_id, item) = (app.autotask_quote("Q-1")["id"].clone(), app.items("Q-1")[1]["id"].clone());
        app.delete(&format!("Quotes/{quote_id}/Items/{item}")).await;
        quote.lines().remove(1);
        quote.send().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable", "Pad"]);
        assert_eq!(app.failures(), [500]);
    }

    async fn a_line_of_another_kind_is_another_item(db) {
        let app = TestApp::start(db).await;
        let mut quote = quote_of_three(&app, "Q-1").await;
        quote.send().await;
        quote.change(1, "kind", json!("service"));
        quote.send().await;
        let kinds: Vec<_> = app.items("Q-1").iter().map(|item| item["quoteItemType"].as_i64().unwrap()).collect();
        assert_eq!(kinds, [1, 1, 2]);
        app.expect("Q-1", "sent", "").await;
    }

    async fn what_a_person_chose_in_autotask_stays(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").item(json!({ "id": "1", "kind": "service", "name": "Setup", "quantity": "1", "unit_price": "95.00" }));
        quote.send().await;
        let (opportunity, item) = (app.opportunity("Q-1"), app.items("Q-1")[0].clone());
        let theirs = json!({ "opportunityCategoryID": 29_681_603, "ownerResourceID": 29_681_204, "stage": 29_681_504, "probability": 80 });
        app.edit("Opportunities", &opportunity["id"], theirs.clone()).await;
        app.edit("QuoteItems", &item["id"], json!({ "chargeID": 29_681_305 })).await;
        quote.change(0, "quantity", json!("2"));
        quote.set("title", json!("New title"));
        quote.send().await;
        let after = app.opportunity("Q-1");
        for (field, value) in theirs.as_object().unwrap() {
            assert_eq!(&after[field], value, "{field}");
        }
        assert_eq!(app.items("Q-1")[0]["chargeID"], 29_681_305);
        assert_eq!(app.items("Q-1")[0]["quantity"].as_f64(), Some(2.0));
        assert_eq!(after["amount"].as_f64(), Some(190.0));
    }

    async fn a_quote_that_came_from_autotask_is_linked_not_doubled(db) {
        let app = TestApp::start(db).await;
        let mut other = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        other.send().await;
        let (opportunity, quote) = (app.opportunity("Q-1"), app.autotask_quote("Q-1"));
        other.number = "Q-2".to_owned();
        other.set("autotask", json!({ "opportunity_id": opportunity["id"], "quote_id": quote["id"] }));
        other.set("title", json!("Taken over"));
        other.send().await;
        app.expect("Q-2", "sent", "").await;
        assert_eq!(app.opportunities("Q-2")[0]["id"], opportunity["id"]);
        assert_eq!(app.rows("Opportunities").len(), 1);
        assert_eq!(app.rows("Quotes").len(), 1);
        assert_eq!(app.push("Q-2").await["opportunity_id"], opportunity["id"]);
    }

    async fn an_edit_during_a_push_is_sent_by_the_same_push(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.put().await;
        quote.change(0, "quantity", json!("4"));
        quote.put().await;
        app.settle().await;
        assert_eq!(app.items("Q-1")[0]["quantity"].as_f64(), Some(4.0));
        assert_eq!(app.pushes("Q-1").await.len(), 1);
    }
}
