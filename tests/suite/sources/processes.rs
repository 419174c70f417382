//! Several workers at once, and workers that lost their lease.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use opportune::{app, failpoint, worker::Worker};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::QUOTE_MANAGER;
use crate::harness::{MINUTE, TestApp, on_both};

on_both! {
    async fn a_worker_that_lost_its_lease_stores_nothing(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 2, 11.50).put();
        app.clock.advance(MINUTE);
        let lease = app.services.claim_source().await.unwrap().unwrap();
        let (clock, is_first) = (app.clock.clone(), Arc::new(AtomicBool::new(true)));
        let services = app.services.clone();
        let taken_over = Arc::new(tokio::sync::Mutex::new(None));
        let (kept, first) = (taken_over.clone(), is_first.clone());
        // While its first call is out, so much time passes that another worker takes over.
        let hook: failpoint::Hook = Arc::new(move |place, what| {
            let (clock, services, kept, first) = (clock.clone(), services.clone(), kept.clone(), first.clone());
            Box::pin(async move {
                if (place, what) == ("source.after", "call") && first.swap(false, Ordering::SeqCst) {
                    clock.advance(3 * MINUTE);
                    *kept.lock().await = services.claim_source().await.unwrap();
                }
            })
        });
        let never = CancellationToken::new();
        Box::pin(failpoint::with_hook(hook, app.services.run_source(&lease, &never))).await.unwrap();
        assert!(!is_first.load(Ordering::SeqCst), "a call was made");
        assert_eq!(shop.read("quote").await, 0, "what the first one read is not stored");
        let second = taken_over.lock().await.take().expect("the second one has the lease");
        app.services.run_source(&second, &never).await.unwrap();
        assert_eq!(shop.read("quote").await, 1);
        app.settle().await;
        app.expect("QO101", "sent", "").await;
    }

    async fn several_workers_read_everything_once(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        for id in 101..=110 {
            shop.quote(id).line(801, 1, 11.50).put();
        }
        let mark = shop.mark();
        app.clock.advance(MINUTE);
        let tasks = TaskTracker::new();
        for _ in 0..4 {
            let services = app::services(&app.config(db), app.clock.clone()).await.unwrap();
            let worker = Worker::new(services, app.config(db).worker);
            tasks.spawn(async move { while worker.tick().await.unwrap() {} });
        }
        tasks.close();
        tasks.wait().await;
        app.settle().await;
        let calls = shop.calls_since(mark);
        assert_eq!(calls.len(), 2 + 10 * 2, "{calls:?}");
        for id in 101..=110 {
            app.expect(&format!("QO{id}"), "sent", "").await;
        }
        assert_eq!(shop.view().await.connection.unwrap().disconnected_at, None);
        assert!(app.services.source_view(app.tenant, QUOTE_MANAGER).await.unwrap().error.is_none());
    }
}
