//! Several processes at once: what one may not do, all together may not do either.

use std::time::Duration;

use opportune::{app, config::WorkerConfig, service::limits::Limits, worker::Worker};
use serde_json::json;
use tokio::time;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::harness::{SECOND, TestApp, on_both};

const QUOTES: usize = 24;

on_both! {
    async fn many_workers_never_ask_for_more_at_once_than_autotask_takes(db) {
        let app = TestApp::start(db).await;
        // Long enough for requests to meet.
        app.fault(json!({ "kind": "latency", "ms": 4, "times": 100_000 })).await;
        for nth in 0..QUOTES {
            let quote = app.quote(&format!("Q-{nth}"));
            quote.line("HDMI cable", "1 × 11.50").line("Mouse", "1 × 19.00").put().await;
        }
        let config = WorkerConfig {
            tasks: 16,
            tasks_per_tenant: 4,
            share_percent: 10_000,
            poll: Duration::from_millis(50),
            ..WorkerConfig::default()
        };
        let processes = if db.url.starts_with("postgres") { 4 } else { 1 };
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        for _ in 0..processes {
            let mut services = app::services(&db.config(), app.clock.clone()).await.unwrap();
            services.limits = Limits::new(&config);
            tasks.spawn(Worker::new(services, config.clone()).run(stop.clone()));
        }
        let all_sent = async {
            while app.rows("Quotes").len() < QUOTES || app.services.summary(app.tenant).await.unwrap().waiting > 0 {
                // What had to wait for a place goes on.
                app.clock.advance(SECOND / 5);
                time::sleep(Duration::from_millis(50)).await;
            }
        };
        time::timeout(Duration::from_mins(2), all_sent).await.unwrap();
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        assert_eq!(app.failures(), [0_u16; 0], "a limit was met");
        assert_eq!((app.rows("Opportunities").len(), app.rows("QuoteItems").len()), (QUOTES, 2 * QUOTES));
    }
}
