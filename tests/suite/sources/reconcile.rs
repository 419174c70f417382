//! Once a day everything open is read again: what the look for changes cannot show is found then.

use opportune::emulator::quote_manager::Switches;
use serde_json::json;

use crate::harness::{HOUR, MINUTE, TestApp, on_both};

on_both! {
    async fn a_line_that_changed_without_its_quote_is_found_within_a_day(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.api.set_switches(Switches { lines_touch_parents: false, ..shop.api.switches() });
        shop.connect().await;
        let quote = shop.quote(101).line(801, 2, 11.50);
        quote.send().await;
        shop.api.edit("quoteline", quote.line_id(0, 0), json!({ "quantity": 7 })).unwrap();
        app.after(22 * HOUR).await;
        assert_eq!(app.items("QO101")[0]["quantity"].as_f64(), Some(2.0), "nothing shows it");
        let mark = shop.mark();
        app.after(2 * HOUR).await;
        assert_eq!(app.items("QO101")[0]["quantity"].as_f64(), Some(7.0));
        let lists = shop.calls_since(mark);
        assert_eq!(lists.iter().filter(|call| *call == "quote").count(), 2, "what changed, and all: {lists:?}");
    }

    async fn a_quote_that_is_gone_is_noted_and_stays_in_autotask(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 2, 11.50).send().await;
        shop.quote(102).line(801, 2, 11.50).with("status", json!(90)).send().await;
        shop.api.remove("quote", 101).unwrap();
        shop.api.remove("quote", 102).unwrap();
        app.after(25 * HOUR).await;
        let view = shop.view().await;
        let gone: Vec<i64> = view.troubled.iter().filter(|it| it.sentence.is_none()).map(|it| it.id).collect();
        assert_eq!(gone, [101], "one that was decided on is not looked for");
        assert_eq!((view.documents[0].documents, view.documents[0].gone), (1, 1));
        assert_eq!(app.items("QO101").len(), 1, "nothing is deleted");
        let mark = shop.mark();
        app.after(MINUTE).await;
        assert_eq!(shop.calls_since(mark), ["quote", "salesorder"]);
        // It comes back, as from a backup.
        shop.quote(101).line(801, 3, 11.50).send().await;
        assert_eq!(app.items("QO101")[0]["quantity"].as_f64(), Some(3.0));
        assert_eq!(shop.view().await.documents[0].gone, 0);
    }

    async fn a_quote_that_the_look_for_changes_never_showed_is_found(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        app.after(10 * MINUTE).await;
        // Stamped by a clock that is hours behind.
        shop.quote(101).line(801, 2, 11.50).with("modifiedDate", json!("2026-11-23T02:00:00Z")).put();
        app.after(HOUR).await;
        assert_eq!(app.get("quotes/QO101").await.status, 404);
        app.after(24 * HOUR).await;
        app.expect("QO101", "sent", "").await;
    }
}
