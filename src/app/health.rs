//! What machines ask: does the process run, can it work, and how is it doing.

use std::{fmt::Display, fmt::Write, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use tokio::time;

use crate::{
    error::Result,
    service::{
        Services,
        metrics::{BUCKETS, Counter, Counters, ENDS, Gauges},
    },
};

/// How long the database may take to say that it is there.
const READY: Duration = Duration::from_secs(2);

/// `/healthz` says that the process runs, `/readyz` that its database answers and has every migration.
pub fn routes(services: &Services) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .with_state(services.clone())
}

/// The same, and `/metrics` in Prometheus' text format: for an address of its own that is not for everybody.
pub fn with_metrics(services: &Services) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(services.clone()).merge(routes(services))
}

async fn ready(State(services): State<Services>) -> (StatusCode, &'static str) {
    match time::timeout(READY, services.db.missing_migrations()).await {
        Ok(Ok(0)) => (StatusCode::OK, "ready"),
        Ok(Ok(_)) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the database lacks migrations; run: opportune migrate")
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
    }
}

async fn metrics(State(services): State<Services>) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    match text(&services).await {
        Ok(text) => (StatusCode::OK, kind, text),
        Err(error) => {
            tracing::error!(%error, "metrics could not be read");
            (StatusCode::SERVICE_UNAVAILABLE, kind, "# the database does not answer\n".to_owned())
        }
    }
}

async fn text(services: &Services) -> Result<String> {
    let gauges = services.gauges().await?;
    let mut text = Text::default();
    tenants(&mut text, &gauges);
    process(&mut text, &services.counters);
    Ok(text.0)
}

fn tenants(text: &mut Text, gauges: &Gauges) {
    text.family("opportune_pushes", "gauge", "Pushes that are not finished, by state.");
    for rows in gauges.open.chunk_by(|one, next| (&one.tenant, &one.state) == (&next.tenant, &next.state)) {
        // Those of both syncs together.
        let count: i64 = rows.iter().map(|row| row.count).sum();
        text.line("opportune_pushes", &[("tenant", &rows[0].tenant), ("state", &rows[0].state)], count);
    }
    let oldest = "opportune_oldest_waiting_seconds";
    text.family(oldest, "gauge", "Age of the oldest push that waits or is being sent, where its sync is on.");
    for rows in gauges.open.chunk_by(|one, next| one.tenant == next.tenant) {
        let waiting =
            rows.iter().filter(|row| row.enabled && matches!(row.state.as_str(), "waiting" | "sending"));
        if let Some(at) = waiting.map(|row| row.oldest).min() {
            text.line(oldest, &[("tenant", &rows[0].tenant)], (gauges.now - at).max(0) / 1_000);
        }
    }
    text.family(
        "opportune_unknown_creates",
        "gauge",
        "Creates that Autotask has not answered and that are being looked up.",
    );
    for (tenant, count) in &gauges.unknown {
        text.line("opportune_unknown_creates", &[("tenant", tenant)], count);
    }
    text.family(
        "opportune_calls_last_hour",
        "gauge",
        "Calls to Autotask within the last hour, of all processes.",
    );
    for (tenant, count) in &gauges.calls {
        text.line("opportune_calls_last_hour", &[("tenant", tenant)], count);
    }
    if let Some(seen) = gauges.worker_seen {
        let name = "opportune_worker_silent_seconds";
        text.family(
            name,
            "gauge",
            "Time since any worker process last reported; it does so every 10 seconds.",
        );
        text.line(name, &[], (gauges.now - seen).max(0) / 1_000);
    }
}

fn process(text: &mut Text, counters: &Counters) {
    let calls = "opportune_push_calls_total";
    text.family(calls, "counter", "Calls that pushes of this process made to Autotask.");
    text.line(calls, &[("outcome", "ok")], counters.calls_ok.get());
    text.line(calls, &[("outcome", "failed")], counters.calls_failed.get());
    let ends = "opportune_push_runs_total";
    text.family(ends, "counter", "Runs of pushes by this process, by the state in which they left the push.");
    for (state, count) in ENDS.iter().zip(&counters.ends) {
        text.line(ends, &[("state", state)], count.get());
    }
    let takeovers = "opportune_lease_takeovers_total";
    text.family(takeovers, "counter", "Pushes taken over from a worker that ended or stopped answering.");
    text.line(takeovers, &[], counters.takeovers.get());
    text.family("opportune_panics_total", "counter", "Tasks that ended in a panic.");
    text.line("opportune_panics_total", &[], counters.panics.get());
    let claim = "opportune_claim_seconds";
    text.family(claim, "histogram", "How long it took to claim a push, or to find that none is due.");
    let mut sum = 0;
    let ends = BUCKETS.map(seconds).into_iter().chain(["+Inf".to_owned()]);
    for (end, count) in ends.zip(&counters.claims) {
        sum += count.get();
        text.line("opportune_claim_seconds_bucket", &[("le", &end)], sum);
    }
    text.line("opportune_claim_seconds_sum", &[], micros(&counters.claim_micros));
    text.line("opportune_claim_seconds_count", &[], sum);
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

fn micros(counter: &Counter) -> String {
    format!("{}.{:06}", counter.get() / 1_000_000, counter.get() % 1_000_000)
}

/// Prometheus' text format.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.write(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let label = |(name, value): &(&str, &str)| {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{name}=\"{escaped}\"")
        };
        let labels: Vec<String> = labels.iter().map(label).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        self.write(format_args!("{name}{labels} {value}\n"));
    }

    /// Writing to a `String` cannot fail.
    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.0.write_fmt(text);
    }
}
