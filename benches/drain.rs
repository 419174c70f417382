//! How long a backlog takes that the hour's budget holds back, beside the time that the budget allows for its calls.
//!
//! `cargo bench --bench drain`, with `DRAIN_QUOTES` for more; with `TEST_POSTGRES_URL` on Postgres too. Time is virtual:
//! it goes on by a second whenever nothing is due.

#[path = "common/mod.rs"]
mod common;

use std::io::{self, Write};

use common::{Rig, databases::Database, quote, receive, setting};
use opportune::{
    clock::{self, Clock, Millis},
    config::WorkerConfig,
    domain::budget::{LIMIT, SHARE},
};

const LINES: usize = 8;
const AT_ONCE: usize = 2;
const START: Millis = 1_795_424_400_000;
const HOUR: Millis = 3_600_000;
const SECOND: Millis = 1_000;
/// The worker's part of what is ours; people have the rest.
const OF_WORKER: i64 = 95;

/// Calls that count against the hour.
fn calls(rig: &Rig) -> i64 {
    let counts = |path: &str| !path.contains("hresholdInformation") && !path.contains("oneInformation");
    let log = rig.emulator.log();
    i64::try_from(log.iter().filter(|entry| counts(&entry.path)).count()).unwrap_or(i64::MAX)
}

/// Virtual milliseconds until everything is sent.
async fn drain(rig: &Rig) -> io::Result<Millis> {
    let clock = &rig.services.clock;
    let start = clock.now();
    loop {
        rig.drain(AT_ONCE).await;
        let open = rig.services.gauges().await.map_err(io::Error::other)?.open;
        assert!(open.iter().all(|open| open.state == "waiting"), "{open:?}");
        if open.is_empty() {
            return Ok(clock.now() - start);
        }
        clock.advance(SECOND);
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let quotes = setting("DRAIN_QUOTES", 400);
    let allowed = LIMIT * SHARE / 100 * OF_WORKER / 100;
    let mut out = io::stdout().lock();
    writeln!(out, "{quotes} quotes of {LINES} lines, {allowed} calls an hour")?;
    for database in Database::each().await {
        let clock = Clock::manual(clock::timestamp(START));
        let rig = Rig::with(&database.url, clock, WorkerConfig::default()).await;
        rig.configure().await;
        for nth in 0..quotes {
            receive(&rig.services, rig.tenant, &format!("D-{nth}"), &quote(nth, LINES)).await;
        }
        let before = calls(&rig);
        let took = drain(&rig).await?;
        let made = calls(&rig) - before;
        let least = made * HOUR / allowed;
        writeln!(
            out,
            "{:<9} {made} calls in {} min, at least {} min, {:.2} %",
            database.name,
            took / 60_000,
            least / 60_000,
            f64::from(i32::try_from(took * 10_000 / least).unwrap_or(i32::MAX)) / 100.0
        )?;
        drop(rig);
        database.remove().await;
    }
    Ok(())
}
