//! The process is killed at random moments while it pushes, and started again: nothing is lost, nothing is doubled.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use opportune::emulator::{Emulator, Options};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const QUOTES: usize = 200;
const KILLS: usize = 10;
/// Far beyond what it takes; a run that hangs fails here.
const PATIENCE: Duration = Duration::from_mins(4);

/// A running `opportune demo` on a folder, against the emulator of this test.
struct Demo {
    process: Child,
    web: String,
    token: String,
}

impl Demo {
    fn start(folder: &Path, emulator: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_opportune"))
            .args(["demo", "--json", "--no-quotes", "--listen", "127.0.0.1:0", "--quarantine-seconds", "1"])
            .args(["--emulator-url", emulator, "--data-dir"])
            .arg(folder)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let facts: Value = serde_json::from_str(&line).unwrap();
        let text = |field: &str| facts[field].as_str().unwrap().to_owned();
        Self { process, web: text("web"), token: text("token") }
    }

    /// SIGKILL: no handler, no flush, no goodbye.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn get(&self, http: &reqwest::Client, path: &str) -> Value {
        let answer = http.get(format!("{}{path}", self.web)).bearer_auth(&self.token).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    async fn put(&self, http: &reqwest::Client, number: &str, quote: &Value) {
        let address = format!("{}/api/v1/quotes/{number}", self.web);
        let answer = http.put(address).bearer_auth(&self.token).json(quote).send().await.unwrap();
        assert_eq!(answer.status(), 202, "{}", answer.text().await.unwrap());
    }

    /// Whether no push waits or is under way; nothing may be held either.
    async fn is_done(&self, http: &reqwest::Client) -> bool {
        for status in ["held", "failed"] {
            let stuck = self.get(http, &format!("/api/v1/pushes?status={status}")).await;
            assert_eq!(stuck["pushes"], json!([]), "pushes are {status}");
        }
        let waiting = self.get(http, "/api/v1/pushes?status=waiting").await;
        let sending = self.get(http, "/api/v1/pushes?status=sending").await;
        waiting["pushes"] == json!([]) && sending["pushes"] == json!([])
    }
}

/// A quote of four lines: a product that all quotes share, one that every tenth shares and that Autotask has not, a
/// recurring service, labor.
fn quote(nth: usize) -> Value {
    let line = |id: &str, kind: &str, name: String, price: &str| json!({ "id": id, "kind": kind, "name": name, "category": "Hardware/Laptops", "quantity": "2", "unit_price": price });
    let mut service = line("3", "recurring_service", "Managed Backup Vault".to_owned(), "30.00");
    service["period"] = json!("monthly");
    json!({
        "title": format!("Kill test {nth}"),
        "status": "open",
        "currency": "USD",
        "created_at": "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" },
        "lines": [
            line("1", "product", "Rack shelf".to_owned(), "19.00"),
            line("2", "product", format!("Spare part {}", nth % 10), "7.50"),
            service,
            line("4", "labor", "Installation".to_owned(), "95.00"),
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "a test's own client")]
async fn killing_it_ten_times_loses_nothing_and_doubles_nothing() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let emulator = Emulator::open(Options::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = emulator.clone();
    tokio::spawn(async move { axum::serve(listener, served.router()).await });
    let folder = tempfile::tempdir().unwrap();
    let http = reqwest::Client::new();

    let mut demo = Demo::start(folder.path(), &address);
    for nth in 0..QUOTES {
        demo.put(&http, &format!("K-{nth}"), &quote(nth)).await;
    }
    let all_items = QUOTES * 4;
    for kill in 0..KILLS {
        // Spread over the whole run, each at whatever instruction the process happens to be at.
        let random = usize::from(rand::random::<u8>()) % (all_items / KILLS / 2);
        let threshold =
            (kill * all_items / (KILLS + 1) + random).max(emulator.entities("QuoteItems").len() + 1);
        until("items arrive", async || emulator.entities("QuoteItems").len() >= threshold).await;
        demo.kill();
        demo = Demo::start(folder.path(), &address);
    }
    until("everything is sent", async || demo.is_done(&http).await).await;
    demo.kill();

    let count = |entity: &str, name: &dyn Fn(&Value) -> String| {
        let mut counts = BTreeMap::new();
        for row in emulator.entities(entity) {
            *counts.entry(name(&row)).or_insert(0) += 1;
        }
        counts
    };
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let titles = count("Opportunities", &|row| text(row, "title"));
    let numbers = count("Quotes", &|row| text(row, "externalQuoteNumber"));
    let items = count("QuoteItems", &|row| row["quoteID"].to_string());
    for nth in 0..QUOTES {
        assert_eq!(titles.get(&format!("K-{nth} Kill test {nth}")), Some(&1), "opportunities of K-{nth}");
        assert_eq!(numbers.get(&format!("K-{nth}")), Some(&1), "quotes of K-{nth}");
    }
    assert_eq!((titles.len(), numbers.len(), items.len()), (QUOTES, QUOTES, QUOTES));
    assert!(items.values().all(|count| *count == 4), "{items:?}");
    let made =
        |entity: &str, name: &str| emulator.entities(entity).iter().filter(|row| row["name"] == name).count();
    assert_eq!((made("Products", "Rack shelf"), made("Services", "Managed Backup Vault")), (1, 1));
    assert!((0..10).all(|nth| made("Products", &format!("Spare part {nth}")) == 1));
}

/// Asks again and again until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::task::yield_now().await;
    }
}
