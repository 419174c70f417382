//! What changes is read with few calls, and arrives.

use opportune::emulator::quote_manager::Switches;
use serde_json::json;

use crate::harness::{MINUTE, TestApp, on_both};

on_both! {
    async fn nothing_changed_costs_two_calls_a_cycle(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 2, 11.50).section().line(802, 1, 19.00).send().await;
        let mark = shop.mark();
        for _ in 0..10 {
            shop.cycle().await;
        }
        assert_eq!(shop.calls_since(mark), ["quote", "salesorder"].repeat(10));
        assert_eq!(app.pushes("QO101").await.len(), 1);
        assert_eq!(shop.view().await.read_at, Some(app.clock.now()));
    }

    async fn a_changed_quote_costs_one_call_and_one_for_each_section(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let mark = shop.mark();
        let quote = shop.quote(101).line(801, 2, 11.50).section().line(802, 1, 19.00).section();
        quote.send().await;
        let read = ["quotesection?quoteID=101", "quoteline?quoteSectionID=1012", "quoteline?quoteSectionID=1011", "quoteline?quoteSectionID=1010"];
        assert_eq!(shop.calls_since(mark), [&["quote", "salesorder"], &read[..]].concat());
        app.expect("QO101", "sent", "").await;
        assert_eq!(app.item_names("QO101"), ["HDMI cable", "Mouse"]);
        let mark = shop.mark();
        shop.api.edit("quoteline", quote.line_id(0, 0), json!({ "quantity": 5 })).unwrap();
        shop.cycle().await;
        assert_eq!(shop.calls_since(mark).len(), 2 + 4);
        assert_eq!(app.items("QO101")[0]["quantity"].as_f64(), Some(5.0));
        shop.api.remove("quoteline", quote.line_id(1, 0)).unwrap();
        shop.api.edit("quote", 101, json!({ "title": "Office refresh, smaller" })).unwrap();
        shop.cycle().await;
        assert_eq!(app.item_names("QO101"), ["HDMI cable"]);
        assert_eq!(app.opportunity("QO101")["title"], "QO101 Office refresh, smaller");
    }

    async fn a_quote_is_won_with_its_sales_order(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 2, 11.50).send().await;
        shop.sale(501).line(801, 2, 11.50).with("quoteID", json!(101)).with("paymentSurchargeAmount", json!(3.30)).put();
        shop.api.edit("quote", 101, json!({ "status": 3, "salesOrderId": 501 })).unwrap();
        let mark = shop.mark();
        shop.cycle().await;
        assert!(shop.calls_since(mark).contains(&"salesorderline?salesOrderID=501".to_owned()));
        assert_eq!(shop.calls_since(mark).len(), 2 + 2 + 1);
        app.expect("QO101", "sent", "").await;
        assert_eq!(app.get("quotes/QO101").await.body["document"]["status"], "won");
        assert_eq!(app.items("QO101").len(), 2, "the line, and the order's surcharge");
        assert_eq!(app.rows("Opportunities").iter().filter(|row| row["title"].as_str().unwrap().starts_with("SO")).count(), 0);
    }

    async fn a_sale_without_a_quote_is_an_opportunity_of_its_own_once_it_is_placed(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.sale(502).line(801, 2, 11.50).with("status", json!(1)).send().await;
        assert_eq!(app.get("sales/SO502").await.status, 404, "a draft is no sale yet");
        shop.api.edit("salesorder", 502, json!({ "status": 2 })).unwrap();
        shop.cycle().await;
        app.expect("SO502", "sent", "").await;
        assert_eq!(app.items("SO502").len(), 1);
    }

    async fn what_a_quote_needs_and_nobody_has_is_fetched_once(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.api.put("product", json!({ "id": 803, "productNumber": "DSK-1", "title": "Desk", "categoryID": 2 })).unwrap();
        let mark = shop.mark();
        shop.quote(101).line(803, 1, 99.00).line(804, 1, 5.00).line_with("title", json!("Discontinued")).send().await;
        let fetched: Vec<String> = shop.calls_since(mark).into_iter().filter(|call| call.starts_with("product")).collect();
        assert_eq!(fetched, ["product/803", "product/804"]);
        let lines = app.get("quotes/QO101").await.body["document"]["lines"].clone();
        assert_eq!((&lines[0]["sku"], &lines[1]["name"], &lines[1]["sku"]), (&json!("DSK-1"), &json!("Discontinued"), &json!(null)));
        let mark = shop.mark();
        shop.quote(102).line(804, 1, 5.00).line_with("title", json!("Discontinued")).send().await;
        assert!(!shop.calls_since(mark).iter().any(|call| call.starts_with("product")), "it is known not to be there");
        // It is there after all, which the next look at all products shows.
        shop.api.put("product", json!({ "id": 804, "productNumber": "OLD-1", "title": "Old stock", "categoryID": 2 })).unwrap();
        app.after(25 * 60 * MINUTE).await;
        assert_eq!(app.get("quotes/QO102").await.body["document"]["lines"][0]["sku"], "OLD-1");
    }

    async fn a_source_that_does_not_filter_mixes_nothing_up(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.api.set_switches(Switches { detail_filters: false, ..shop.api.switches() });
        shop.connect().await;
        for id in 101..=104 {
            shop.quote(id).line(801, id - 100, 11.50).section().line(802, 1, 19.00).put();
        }
        let mark = shop.mark();
        shop.cycle().await;
        for id in 101..=104_i32 {
            let number = format!("QO{id}");
            app.expect(&number, "sent", "").await;
            let items = app.items(&number);
            assert_eq!((items.len(), items[0]["quantity"].as_f64()), (2, Some(f64::from(id - 100))), "{number}");
        }
        assert_eq!(shop.calls_since(mark).len(), 2 + 2, "one answer has the sections of all, another the lines");
    }

    async fn what_was_seen_in_the_overlap_is_not_read_again(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 2, 11.50).send().await;
        app.clock.advance(2 * MINUTE);
        // Saved now, and found by the look that begins after it.
        shop.quote(102).line(802, 1, 19.00).put();
        let mark = shop.mark();
        app.settle().await;
        let log = shop.api.log();
        assert_eq!(log[mark].rows, 2, "the list shows the first once more: {}", log[mark].query);
        assert_eq!(shop.calls_since(mark).len(), 2 + 2);
        app.expect("QO102", "sent", "").await;
        assert_eq!(app.pushes("QO101").await.len(), 1);
    }
}
