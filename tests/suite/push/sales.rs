//! Sales: with no quote they are opportunities of their own, with one they win it.

use serde_json::{Value, json};

use super::chosen::{ACTIVE, CLOSED_LOST, CLOSED_WON, LOST, PROPOSAL};
use crate::{
    documents::Draft,
    harness::{TestApp, on_both},
};

fn stands_at(app: &TestApp, number: &str) -> (i64, i64) {
    let row = app.opportunity(number);
    (row["stage"].as_i64().unwrap(), row["status"].as_i64().unwrap())
}

fn quote<'a>(app: &'a TestApp, number: &str) -> Draft<'a> {
    app.quote(number).line("HDMI cable", "3 × 11.50")
}

/// A sale of the quote, with a card surcharge and a coupon.
fn sale_of<'a>(app: &'a TestApp, number: &str, quote: &str) -> Draft<'a> {
    let sale = app.sale(number).line("HDMI cable", "3 × 11.50").with("quote_number", json!(quote));
    sale.with("surcharge", json!({ "amount": "3.45", "taxable": false }))
        .with("coupon", json!({ "amount": "10.00" }))
}

fn amounts(items: &[Value]) -> Vec<(i64, &str, Option<f64>, Option<f64>)> {
    let one = |item: &'_ Value| {
        (item["quoteItemType"].as_i64().unwrap(), item["unitPrice"].as_f64(), item["unitDiscount"].as_f64())
    };
    items.iter().map(|item| (one(item).0, item["name"].as_str().unwrap(), one(item).1, one(item).2)).collect()
}

on_both! {
    async fn an_unquoted_sale_is_an_opportunity_that_is_won_from_the_start(db) {
        let app = TestApp::start(db).await;
        let mut sale = app.sale("S-1").line("HDMI cable", "3 × 11.50");
        sale.send().await;
        assert_eq!(stands_at(&app, "S-1"), (CLOSED_WON, ACTIVE));
        let patched = app.requests().iter().filter(|call| call.method == "PATCH").count();
        assert_eq!(patched, 0);
        sale.set("title", json!("Online order, changed"));
        sale.send().await;
        assert_eq!(app.calls(), 0);
        sale.cancel().await;
        assert_eq!(stands_at(&app, "S-1"), (CLOSED_LOST, LOST));
    }

    async fn a_sale_that_is_cancelled_before_it_was_sent_is_skipped(db) {
        let app = TestApp::start(db).await;
        app.sale("S-1").line("HDMI cable", "3 × 11.50").with("status", json!("cancelled")).send().await;
        app.expect("S-1", "skipped", "The sale was cancelled before it was sent.").await;
        assert_eq!(app.calls(), 0);
    }

    async fn a_sale_wins_its_quote_and_adds_surcharge_and_coupon(db) {
        let app = TestApp::start(db).await;
        quote(&app, "Q-1").send().await;
        assert_eq!(stands_at(&app, "Q-1"), (PROPOSAL, ACTIVE));
        sale_of(&app, "S-1", "Q-1").send().await;
        assert_eq!(stands_at(&app, "Q-1"), (CLOSED_WON, ACTIVE));
        let expected = [
            (1, "HDMI cable", Some(11.5), Some(0.0)),
            (2, "Payment surcharge", Some(3.45), Some(0.0)),
            (10, "Coupon", None, Some(10.0)),
        ];
        assert_eq!(amounts(&app.items("Q-1")), expected);
        assert_eq!(app.opportunities("S-1"), Vec::<Value>::new());
        assert_eq!(app.opportunity("Q-1")["amount"].as_f64(), Some(27.95));
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.pushes("S-1").await, Vec::<Value>::new());
    }

    async fn a_sale_adds_its_items_also_to_a_quote_that_was_won_before(db) {
        let app = TestApp::start(db).await;
        quote(&app, "Q-1").win().await;
        sale_of(&app, "S-1", "Q-1").send().await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable", "Payment surcharge", "Coupon"]);
        app.calls();
        sale_of(&app, "S-1", "Q-1").send().await;
        assert_eq!(app.calls(), 0);
    }

    async fn a_sale_before_its_quote_is_held_and_then_sent_with_it(db) {
        let app = TestApp::start(db).await;
        sale_of(&app, "S-1", "Q-1").send().await;
        app.expect("S-1", "held", "Quote Q-1 of this sale has not been received").await;
        assert_eq!(app.calls(), 0);
        quote(&app, "Q-1").send().await;
        app.expect("S-1", "skipped", "The sale is sent with its quote Q-1.").await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(stands_at(&app, "Q-1"), (CLOSED_WON, ACTIVE));
        assert_eq!(app.item_names("Q-1"), ["HDMI cable", "Payment surcharge", "Coupon"]);
    }

    async fn a_cancelled_sale_leaves_its_quote_as_the_quote_says(db) {
        let app = TestApp::start(db).await;
        quote(&app, "Q-1").send().await;
        sale_of(&app, "S-1", "Q-1").with("status", json!("cancelled")).send().await;
        assert_eq!(stands_at(&app, "Q-1"), (PROPOSAL, ACTIVE));
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
    }

    async fn unquoted_sales_can_be_left_out(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| form.include_unquoted_sales = String::new()).await;
        let reply = app.sale("S-1").line("HDMI cable", "3 × 11.50").put().await;
        assert_eq!(reply.body["push"], Value::Null);
        assert_eq!(reply.body["note"], "Unquoted sales are not included in the sync. The document is kept.");
        quote(&app, "Q-1").send().await;
        sale_of(&app, "S-2", "Q-1").send().await;
        assert_eq!(stands_at(&app, "Q-1"), (CLOSED_WON, ACTIVE));
        assert_eq!(app.opportunities("S-1"), Vec::<Value>::new());
    }

    async fn an_unquoted_sale_that_waits_is_skipped_once_they_are_left_out(db) {
        let app = TestApp::start(db).await;
        app.sale("S-1").line("HDMI cable", "3 × 11.50").put().await;
        app.save_settings(|form| form.include_unquoted_sales = String::new()).await;
        app.expect("S-1", "skipped", "Unquoted sales are not included in the sync.").await;
        assert_eq!(app.calls(), 0);
    }
}
