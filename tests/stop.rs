//! The process is told to stop while it pushes: it ends in order, and leaves nothing in doubt that need not be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use opportune::emulator::{Delays, Emulator, Options};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Far beyond what it takes; a run that hangs fails here.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long what is under way may take once the process was told to stop: all that the tests change of it.
const GRACE: Duration = Duration::from_secs(3);

/// `opportune demo` on a folder of its own, against an emulator of this test.
struct Demo {
    process: Child,
    web: String,
    token: String,
    http: reqwest::Client,
    emulator: Emulator,
    emulator_url: String,
    folder: TempDir,
}

impl Demo {
    #[expect(clippy::disallowed_methods, reason = "a test's own client")]
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let emulator = Emulator::open(Options { delays: Delays::Real, ..Options::default() }).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let emulator_url = format!("http://{}", listener.local_addr().unwrap());
        let served = emulator.clone();
        tokio::spawn(async move { axum::serve(listener, served.router()).await });
        let folder = tempfile::tempdir().unwrap();
        let (process, web, token) = begin(folder.path(), &emulator_url);
        Self { process, web, token, http: reqwest::Client::new(), emulator, emulator_url, folder }
    }

    fn start_again(&mut self) {
        (self.process, self.web, self.token) = begin(self.folder.path(), &self.emulator_url);
    }

    /// Makes requests at this path take so long.
    async fn slow_down(&self, path: &str, millis: u64) {
        let fault =
            json!({ "method": "POST", "path": path, "kind": "latency", "ms": millis, "times": 10_000 });
        let address = format!("{}/_emulator/faults", self.emulator_url);
        let answer = self.http.post(address).json(&fault).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    async fn put(&self, number: &str) {
        let line = |nth: usize| json!({ "id": nth.to_string(), "kind": "labor", "name": format!("Work {nth}"), "quantity": "1", "unit_price": "95.00" });
        let quote = json!({
            "title": "Stop test", "status": "open", "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
            "customer": { "id": "55", "name": "Northwind Traders" }, "lines": (0..6).map(line).collect::<Vec<_>>(),
        });
        let address = format!("{}/api/v1/quotes/{number}", self.web);
        let answer = self.http.put(address).bearer_auth(&self.token).json(&quote).send().await.unwrap();
        assert_eq!(answer.status(), 202, "{}", answer.text().await.unwrap());
    }

    fn terminate(&self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// The exit code, and how long it took.
    async fn ended(&mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return (status.code(), start.elapsed());
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            tokio::task::yield_now().await;
        }
    }

    /// A number that the database of the ended process gives.
    async fn count(&self, sql: &'static str) -> i64 {
        let url = format!("sqlite://{}", self.folder.path().join("opportune.db").display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    }

    async fn sent(&self) -> Value {
        let address = format!("{}/api/v1/pushes?status=sent", self.web);
        let answer = self.http.get(address).bearer_auth(&self.token).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn begin(folder: &Path, emulator: &str) -> (Child, String, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_opportune"))
        .args(["demo", "--json", "--no-quotes", "--listen", "127.0.0.1:0", "--quarantine-seconds", "1"])
        .args(["--grace-seconds", &GRACE.as_secs().to_string(), "--emulator-url", emulator, "--data-dir"])
        .arg(folder)
        .env("RUST_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let facts: Value = serde_json::from_str(&line).unwrap();
    let text = |field: &str| facts[field].as_str().unwrap().to_owned();
    (process, text("web"), text("token"))
}

/// Asks again and again until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_finishes_the_request_that_is_out_and_hands_the_rest_back() {
    let mut demo = Demo::start().await;
    demo.slow_down("V1.0/", 700).await;
    for number in ["S-1", "S-2", "S-3"] {
        demo.put(number).await;
    }
    until("items arrive", async || demo.emulator.entities("QuoteItems").len() >= 2).await;
    demo.terminate();
    let (code, took) = demo.ended().await;
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(15), "{took:?}: only what is out is waited for");
    assert_eq!(
        demo.count("SELECT COUNT(*) FROM step WHERE state IN ('intent', 'unknown')").await,
        0,
        "outcomes in doubt"
    );
    assert_eq!(
        demo.count("SELECT COUNT(*) FROM push WHERE state = 'sending' OR crashes > 0").await,
        0,
        "leases left behind"
    );
    let handed_back = "SELECT COUNT(*) FROM push WHERE state = 'waiting' AND reason = 'The background worker was stopped on the way'";
    assert!(demo.count(handed_back).await >= 1);
    let faults = format!("{}/_emulator/faults", demo.emulator_url);
    demo.http.delete(faults).send().await.unwrap();
    demo.start_again();
    until("all are sent", async || demo.sent().await["pushes"].as_array().unwrap().len() == 3).await;
    assert_eq!(
        (demo.emulator.entities("Opportunities").len(), demo.emulator.entities("QuoteItems").len()),
        (3, 18)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_longer_than_the_grace_period_is_handed_back_too() {
    let mut demo = Demo::start().await;
    demo.slow_down("V1.0/Quotes", 90_000).await;
    demo.put("S-1").await;
    let asked = "SELECT COUNT(*) FROM step WHERE target = 'quote' AND state = 'intent'";
    until("its quote is on the way", async || demo.count(asked).await == 1).await;
    demo.terminate();
    let (code, took) = demo.ended().await;
    assert_eq!(code, Some(0));
    assert!(took >= GRACE, "{took:?}: what is out has its time");
    assert!(took < GRACE + Duration::from_secs(4), "{took:?}");
    assert_eq!(demo.count("SELECT COUNT(*) FROM push WHERE state = 'waiting' AND lease_until = 0").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let mut demo = Demo::start().await;
    demo.slow_down("V1.0/Quotes", 90_000).await;
    demo.put("S-1").await;
    let asked = "SELECT COUNT(*) FROM step WHERE target = 'quote' AND state = 'intent'";
    until("its quote is on the way", async || demo.count(asked).await == 1).await;
    demo.terminate();
    let health = format!("{}/healthz", demo.web);
    until("it takes no more requests", async || demo.http.get(&health).send().await.is_err()).await;
    demo.terminate();
    let (code, took) = demo.ended().await;
    assert_eq!(code, Some(130));
    assert!(took < Duration::from_secs(5), "{took:?}");
}
