//! Several processes at once: what one may not do, all together may not do either.

use std::{env, time::Duration};

use opportune::{app, config::WorkerConfig, service::limits::Limits, worker::Worker};
use serde_json::json;
use tokio::time;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::most_in_an_hour;
use crate::harness::{HOUR, MINUTE, SECOND, TestApp, on_both};

const QUOTES: usize = 24;
/// Workers, and how many pushes each works on at once.
const WORKERS: usize = 4;
const TASKS: usize = 16;
/// `LIMITS_QUOTES=5000` runs the long form.
const MANY_QUOTES: usize = 60;

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

    async fn workers_with_many_tasks_keep_to_the_hour_and_to_the_places(db) {
        let quotes = env::var("LIMITS_QUOTES").map_or(MANY_QUOTES, |text| text.parse().unwrap());
        let app = TestApp::start(db).await.with_share(40);
        let (limit, begun) = ((quotes * 8).min(10_000), app.clock.now() + 5 * MINUTE);
        let share = limit * 40 / 100;
        app.limits(json!({ "limit": limit })).await;
        app.fault(json!({ "kind": "latency", "ms": 2, "times": 10_000_000 })).await;
        // By then the limit is read again.
        app.clock.advance(5 * MINUTE);
        for nth in 0..quotes {
            app.quote(&format!("Q-{nth}")).line("HDMI cable", "1 × 11.50").line("Mouse", "1 × 19.00").put().await;
        }
        let config = WorkerConfig { tasks: TASKS, share_percent: 40, ..WorkerConfig::default() };
        let mut workers = Vec::new();
        for _ in 0..WORKERS {
            let mut services = app::services(&db.config(), app.clock.clone()).await.unwrap();
            services.limits = Limits::new(&config);
            workers.push(Worker::new(services, config.clone()));
        }
        while app.services.summary(app.tenant).await.unwrap().waiting > 0 {
            assert!(app.clock.now() < begun + 100 * HOUR, "not all is sent");
            work_together(&workers).await;
            app.clock.advance(18 * SECOND);
        }
        assert_eq!(app.failures(), [0_u16; 0], "a limit was met");
        assert_eq!((app.rows("Opportunities").len(), app.rows("QuoteItems").len()), (quotes, 2 * quotes));
        let times: Vec<_> = app.times().into_iter().filter(|at| *at >= begun).collect();
        let most = most_in_an_hour(&times);
        report(&format!("{quotes} quotes, {} calls: {most} in the fullest hour of {share}", times.len()));
        assert!(times.len() > share, "the budget was never met: {} calls", times.len());
        assert!(most <= share, "{most} calls in an hour");
    }
}

/// The figure for which the long form is run.
#[expect(clippy::print_stderr, reason = "a test says it nowhere else")]
fn report(figure: &str) {
    eprintln!("{figure}");
}

/// Works until nothing is due, on as many pushes at once as the workers may.
async fn work_together(workers: &[Worker]) {
    if !workers[0].tick().await.unwrap() {
        return;
    }
    let tasks = TaskTracker::new();
    for worker in workers.iter().cycle().take(WORKERS * TASKS) {
        let worker = worker.clone();
        tasks.spawn(async move { while worker.tick().await.unwrap() {} });
    }
    tasks.close();
    tasks.wait().await;
}
