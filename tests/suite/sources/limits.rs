//! Sixty calls a minute and twenty thousand a day are never passed, and nearly used.

use opportune::{db, service::sources::SourceState};

use super::QUOTE_MANAGER;
use crate::harness::{HOUR, MINUTE, SECOND, TestApp, on_both};

on_both! {
    async fn a_minute_never_sees_more_than_it_may_and_a_backlog_uses_nearly_all_of_it(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        for id in 1..=150 {
            shop.quote(id).line(801, 1, 11.50).put();
        }
        shop.connect().await;
        let (begun, mark) = (app.clock.now(), shop.mark());
        while shop.view().await.state != SourceState::Reading {
            assert!(app.clock.now() < begun + HOUR, "it is not read");
            app.after(7 * SECOND).await;
        }
        let usage = shop.api.usage();
        assert_eq!((usage.refused, usage.most_in_a_minute <= 60), (0, true), "{usage:?}");
        let minutes = (app.clock.now() - begun) / MINUTE + 1;
        let calls = i64::try_from(shop.mark() - mark).unwrap();
        assert!(calls >= 240, "{calls} calls");
        assert!(calls * 100 >= (minutes - 1) * 57 * 85, "{calls} calls in {minutes} minutes");
    }

    async fn a_day_never_sees_more_than_it_may(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        // Another process made nearly all of the day's calls.
        let mut tx = app.services.db.write().await.unwrap();
        let used = db::source_calls(&mut tx, app.tenant, QUOTE_MANAGER, db::MINUTE, 0).await.unwrap().calls;
        let an_hour_ago = app.clock.now() - HOUR;
        for _ in 0..19_900 - used - 3 {
            db::count_source_call(&mut tx, app.tenant, QUOTE_MANAGER, an_hour_ago).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mark = shop.mark();
        shop.quote(101).line(801, 1, 11.50).put();
        for _ in 0..5 {
            shop.cycle().await;
        }
        assert_eq!(shop.calls_since(mark).len(), 3, "then the day is full");
        let view = shop.view().await;
        assert_eq!((view.calls.day, view.calls.day_limit, view.calls.minute_limit), (19_900, 20_000, 60));
        assert_eq!(view.error, None, "waiting for that is no failure");
        // A person may still test the key.
        let checklist = app.services.test_source(app.tenant, QUOTE_MANAGER).await.unwrap();
        assert_eq!(checklist.failed(), None);
        app.after(23 * HOUR).await;
        app.expect("QO101", "sent", "").await;
    }

    async fn calls_of_late_are_shown(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        app.clock.advance(2 * MINUTE);
        let before = shop.view().await.calls;
        app.settle().await;
        let after = shop.view().await.calls;
        assert_eq!((before.minute, after.minute, after.day - before.day), (0, 2, 2));
    }
}
