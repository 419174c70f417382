//! What goes wrong at the far side passes, and nothing is lost or asked for too often.

use opportune::service::sources::{SourceConnected, SourceState};
use serde_json::json;

use super::QUOTE_MANAGER;
use crate::harness::{HOUR, MINUTE, SECOND, TestApp, on_both};

on_both! {
    async fn a_source_that_takes_no_more_is_left_alone_for_as_long_as_it_says(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 1, 11.50).put();
        shop.api.fault(json!({ "kind": "status", "status": 429, "retry_after": 200, "resource": "quote" })).unwrap();
        let mark = shop.mark();
        shop.cycle().await;
        assert_eq!(shop.calls_since(mark), ["quote"]);
        let view = shop.view().await;
        assert_eq!(view.state, SourceState::Failing);
        assert_eq!(view.error.as_deref(), Some("Kaseya Quote Manager takes no more calls at the moment."));
        app.after(199 * SECOND).await;
        assert_eq!(shop.calls_since(mark), ["quote"]);
        app.after(SECOND).await;
        app.expect("QO101", "sent", "").await;
        assert_eq!(shop.view().await.error, None);
    }

    async fn one_that_does_not_say_how_long_is_left_alone_for_a_minute(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        // In the middle of reading a quote.
        shop.quote(101).line(801, 1, 11.50).put();
        shop.api.fault(json!({ "kind": "status", "status": 429, "resource": "quoteline" })).unwrap();
        let mark = shop.mark();
        shop.cycle().await;
        assert_eq!(shop.calls_since(mark).len(), 4);
        assert_eq!(app.get("quotes/QO101").await.status, 404, "half of it is no quote");
        app.after(59 * SECOND).await;
        assert_eq!(shop.calls_since(mark).len(), 4);
        app.after(SECOND).await;
        app.expect("QO101", "sent", "").await;
        let sections = shop.calls_since(mark).into_iter().filter(|call| call.starts_with("quotesection")).count();
        assert_eq!(sections, 1, "it goes on where it was");
    }

    async fn an_outage_is_waited_for_longer_and_longer_and_loses_nothing(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 1, 11.50).put();
        shop.api.fault(json!([
            { "kind": "status", "status": 503 }, { "kind": "html" }, { "kind": "cut" }, { "kind": "truncated" },
            { "kind": "status", "status": 500, "times": 2 },
        ])).unwrap();
        let (mark, begun) = (shop.mark(), app.clock.now());
        let mut waits = Vec::new();
        let (mut calls, mut last) = (0, begun);
        while shop.view().await.error.is_some() || waits.is_empty() {
            assert!(app.clock.now() < begun + 3 * HOUR, "it does not recover");
            app.after(MINUTE).await;
            let now = shop.mark() - mark;
            if now > calls {
                waits.push((app.clock.now() - last) / MINUTE);
                (calls, last) = (now, app.clock.now());
            }
        }
        assert_eq!(waits, [1, 1, 2, 4, 8, 15, 15]);
        app.expect("QO101", "sent", "").await;
    }

    async fn a_key_that_is_refused_is_not_used_again(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let mut switches = shop.api.switches();
        switches.keys = vec!["another-key".to_owned()];
        shop.api.set_switches(switches);
        let mark = shop.mark();
        shop.cycle().await;
        let view = shop.view().await;
        assert_eq!((view.state, shop.mark() - mark), (SourceState::Refused, 1));
        assert_eq!(view.error.as_deref(), Some("Kaseya Quote Manager did not accept the API key."));
        assert!(view.fix.unwrap().starts_with("Make a new API key"), "it says what to do");
        shop.say("product.type 1", "product").await;
        app.after(5 * HOUR).await;
        assert_eq!(shop.mark() - mark, 1);
        let still = shop.view().await;
        assert_eq!((still.state, still.error.is_some()), (SourceState::Refused, true));
        shop.quote(101).line(801, 1, 11.50).put();
        assert!(matches!(shop.save_key("another-key").await, SourceConnected::Done(_)));
        app.settle().await;
        assert_eq!(shop.view().await.state, SourceState::Reading);
        app.expect("QO101", "sent", "").await;
    }

    async fn a_key_that_is_accepted_again_is_used_again_after_a_test(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.api.fault(json!({ "kind": "status", "status": 401 })).unwrap();
        shop.cycle().await;
        assert_eq!(shop.view().await.state, SourceState::Refused);
        assert_eq!(app.services.test_source(app.tenant, QUOTE_MANAGER).await.unwrap().failed(), None);
        app.settle().await;
        assert_eq!(shop.view().await.state, SourceState::Reading);
    }
}
