//! `/metrics`, `/healthz` and `/readyz`.

use axum::body::Body;
use http_body_util::BodyExt;
use opportune::app::health;
use serde_json::json;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tower::ServiceExt;

use crate::harness::{Database, MINUTE, SECOND, TestApp, on_both};

/// An answer of the address that is for machines alone.
async fn ask(app: &TestApp, path: &str) -> (u16, String) {
    let request = axum::http::Request::get(path).body(Body::empty()).unwrap();
    let answer = health::with_metrics(&app.services).oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The value of a sample, by its name and labels as they are written.
fn sample<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
}

async fn unlearn_a_migration(db: &Database) {
    let sql = "DELETE FROM _sqlx_migrations WHERE version = 14";
    if db.url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
}

on_both! {
    async fn metrics_tell_how_each_tenant_is_doing(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.quote("Q-2").line("HDMI cable", "1 × 11.50").customer("Nobody").send().await;
        app.fault(json!({ "method": "POST", "path": "V1.0/Quotes", "kind": "cut_before" })).await;
        app.quote("Q-3").line("HDMI cable", "1 × 11.50").send().await;
        app.quote("Q-4").line("HDMI cable", "1 × 11.50").put().await;
        app.clock.advance(20 * SECOND);
        let (status, text) = ask(&app, "/metrics").await;
        assert_eq!(status, 200);
        let of = |name: &str| sample(&text, name).unwrap_or_else(|| panic!("no {name} in\n{text}")).to_owned();
        let tenant = "tenant=\"Northwind IT Services\"";
        assert_eq!(of(&format!("opportune_pushes{{{tenant},state=\"waiting\"}}")), "2");
        assert_eq!(of(&format!("opportune_pushes{{{tenant},state=\"held\"}}")), "1");
        assert_eq!(of(&format!("opportune_oldest_waiting_seconds{{{tenant}}}")), "20");
        assert_eq!(of(&format!("opportune_unknown_creates{{{tenant}}}")), "1");
        assert_eq!(of("opportune_worker_silent_seconds"), "20");
        assert_eq!(of("opportune_push_runs_total{state=\"sent\"}"), "1");
        assert_eq!(of("opportune_push_runs_total{state=\"held\"}"), "1");
        assert_eq!(of("opportune_lease_takeovers_total"), "0");
        assert_eq!(of("opportune_panics_total"), "0");
        assert_eq!(app.failures(), [0]);
        assert_eq!(of("opportune_push_calls_total{outcome=\"failed\"}"), "1");
        let ok: usize = of("opportune_push_calls_total{outcome=\"ok\"}").parse().unwrap();
        let hour: usize = of(&format!("opportune_calls_last_hour{{{tenant}}}")).parse().unwrap();
        assert!(ok > 5 && hour > ok, "{ok} of pushes, {hour} of all");
        assert_eq!(of("opportune_claim_seconds_bucket{le=\"+Inf\"}"), of("opportune_claim_seconds_count"));
        app.after(MINUTE).await;
        app.after(6 * MINUTE).await;
    }

    async fn a_tenant_that_is_off_has_no_oldest_waiting_and_its_name_is_written_safely(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        app.switch(false).await;
        let odd = app.services.add_tenant("A \"B\" \\ C").await.unwrap();
        let mut tx = app.services.db.write().await.unwrap();
        opportune::db::count_calls(&mut tx, odd, 3, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let (_, text) = ask(&app, "/metrics").await;
        assert!(!text.contains("opportune_oldest_waiting_seconds{"), "{text}");
        assert_eq!(sample(&text, r#"opportune_calls_last_hour{tenant="A \"B\" \\ C"}"#), Some("3"), "{text}");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("opportune_") && value.parse::<f64>().is_ok(), "{line}");
        }
    }

    async fn readiness_is_the_databases_and_its_schemas(db) {
        let app = TestApp::start(db).await;
        assert_eq!(ask(&app, "/healthz").await, (200, "ok".to_owned()));
        assert_eq!(ask(&app, "/readyz").await, (200, "ready".to_owned()));
        let public = app.http.get(app.url("/metrics")).send().await.unwrap();
        assert_eq!(public.status(), 404, "not where everybody is");
        unlearn_a_migration(db).await;
        assert_eq!(ask(&app, "/readyz").await, (503, "the database lacks migrations; run: opportune migrate".to_owned()));
        assert_eq!(app.http.get(app.url("/readyz")).send().await.unwrap().status(), 503);
        assert_eq!(app.http.get(app.url("/healthz")).send().await.unwrap().status(), 200);
    }
}
