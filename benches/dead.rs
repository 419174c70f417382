//! What one tenant whose Autotask never answers costs the others: quotes of 50 tenants arrive at a steady pace, first with
//! all of them alive, then with one of them dead, and each time half of the others' and 95 % of them are sent within the
//! times shown.
//!
//! `DEAD_TENANTS=50 DEAD_QUOTES=600 DEAD_PACE_MS=200 cargo bench --bench dead`, on SQLite and, with `TEST_POSTGRES_URL`, on
//! Postgres.

#[path = "common/mod.rs"]
mod common;
#[path = "common/many.rs"]
mod many;

use std::{
    io::{self, Write},
    net::Ipv4Addr,
    time::Duration,
};

use common::{Rig, databases::Database, figures, quote, receive, setting};
use many::add_tenants;
use opportune::{domain::ids::TenantId, worker::Worker};
use serde_json::json;
use tokio::{
    net::TcpListener,
    time::{interval, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What Autotask takes for an answer.
const LATENCY_MS: u64 = 20;
const LINES: usize = 3;
/// The dead one's share of what arrives: one quote in so many.
const DEAD_SHARE: usize = 10;

/// An address that takes every request and answers none.
async fn silence() -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = format!("http://{}/ATServicesRest/", listener.local_addr()?);
    TaskTracker::new().spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream);
        }
    });
    Ok(address)
}

/// Quotes of all tenants in turn, more of the first.
async fn arrive(rig: &Rig, tenants: &[TenantId], round: &str) {
    let (first, others) = tenants.split_first().unwrap_or_else(|| unreachable!("there are tenants"));
    let mut pace = interval(Duration::from_millis(setting("DEAD_PACE_MS", 200)));
    for nth in 0..setting("DEAD_QUOTES", 600_usize) {
        pace.tick().await;
        let tenant = if nth % DEAD_SHARE == 0 { first } else { &others[nth % others.len()] };
        receive(&rig.services, *tenant, &format!("{round}-{nth}"), &quote(nth, LINES)).await;
    }
}

/// From arrival to the end, of every quote of a round that is not the first tenant's.
async fn times(database: &Database, first: TenantId, round: &str) -> Vec<Duration> {
    let first = database.uuid(first.0);
    let rows = database
        .numbers(&format!(
            "SELECT CASE WHEN p.state = 'sent' THEN p.updated_at - p.created_at ELSE -1 END FROM push p \
             JOIN document d ON d.id = p.document_id WHERE p.tenant_id <> {first} AND d.number LIKE '{round}-%'"
        ))
        .await;
    let time = |millis| u64::try_from(millis).ok().map(Duration::from_millis);
    rows.into_iter().map(|millis| time(millis).unwrap_or_else(|| panic!("one is not sent"))).collect()
}

async fn race(database: Database, out: &mut impl Write) -> io::Result<()> {
    let rig = Rig::open(&database.url).await;
    rig.tell("POST", "limits", &json!({ "limit": 100_000_000, "threads": 100_000 })).await;
    rig.tell("POST", "faults", &json!({ "kind": "latency", "ms": LATENCY_MS, "times": 10_000_000 })).await;
    rig.configure().await;
    let tenants = add_tenants(&rig, &database, setting("DEAD_TENANTS", 50)).await?;
    // In the process that takes the quotes in, as by default: each arrival wakes it.
    let worker = Worker::new(rig.services.clone(), rig.config.worker.clone());
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let working = tasks.spawn(worker.run(stop.clone()));
    // The first quote of each tenant links its customer, as in the steady state.
    arrive(&rig, &tenants, "W").await;
    sleep(Duration::from_secs(5)).await;
    for (round, name) in [("A", "all alive"), ("D", "one dead")] {
        if round == "D" {
            let change = format!(
                "UPDATE connection SET zone_url = '{}' WHERE tenant_id = {}",
                silence().await?,
                database.uuid(tenants[0].0)
            );
            database.execute(&[change]).await;
        }
        arrive(&rig, &tenants, round).await;
        sleep(Duration::from_secs(5)).await;
        let mut times = times(&database, tenants[0], round).await;
        let (half, most) = (figures::percentile(&mut times, 50), figures::percentile(&mut times, 95));
        writeln!(
            out,
            "{}, {name}: {} quotes of the others, p50 {half} ms, p95 {most} ms",
            database.name,
            times.len()
        )?;
    }
    stop.cancel();
    working.await?.map_err(io::Error::other)?;
    drop(rig);
    database.remove().await;
    Ok(())
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut out = io::stdout();
    for database in Database::each().await {
        race(database, &mut out).await?;
    }
    Ok(())
}
