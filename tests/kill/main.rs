//! Real worker processes that are killed and stopped while they push, and started again: nothing is lost, nothing is
//! doubled. On SQLite one process, on Postgres three.
//!
//! `KILL_QUOTES=1000 KILL_LINES=8 KILL_TIMES=200` runs the long form of the random kills, `KILL_READS=100` that of those
//! while Quote Manager is read; `KILL_SEED` draws others. Stops come on top of the kills.

#![cfg(debug_assertions)]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on has failed")]

mod arrivals;
#[path = "../../benches/common/mod.rs"]
mod common;
mod points;
mod poison;
mod processes;
mod quotes;
mod reading;

use std::{
    collections::BTreeSet,
    env,
    time::{Duration, Instant},
};

use common::Rig;
use processes::{Processes, Signal};
use quotes::Book;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::sleep;

/// Far beyond what it takes; a run that hangs fails here.
pub const PATIENCE: Duration = Duration::from_mins(10);

fn number(name: &str) -> Option<usize> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

/// A new database on the tests' Postgres.
async fn new_database() -> String {
    let missing =
        |_| panic!("TEST_POSTGRES_URL is not set. Run tests/run.sh, which starts a PostgreSQL and sets it.");
    let server = env::var("TEST_POSTGRES_URL").unwrap_or_else(missing);
    let name = format!("kill_{}", opportune::clock::Clock::system().new_id().simple());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

/// A tenant whose settings map the category of the quotes.
async fn ready(database: &str) -> Rig {
    let rig = Rig::open(database).await;
    let categories = BTreeSet::from(["Hardware/Laptops".to_owned()]);
    rig.services.add_catalogue(rig.tenant, &categories, &BTreeSet::new()).await.unwrap();
    rig.configure().await;
    rig
}

async fn drop_database(url: &str) {
    let (_, name) = url.rsplit_once('/').unwrap();
    let mut admin = PgConnection::connect(&env::var("TEST_POSTGRES_URL").unwrap()).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
        .execute(&mut admin)
        .await
        .unwrap();
}

/// Kills and stops processes at random moments, spread over the whole run, and says how it went.
async fn kill_at_random(rig: &Rig, count: usize) {
    let quotes = number("KILL_QUOTES").unwrap_or(60);
    let kills = number("KILL_TIMES").unwrap_or(20);
    let mut rng = StdRng::seed_from_u64(number("KILL_SEED").unwrap_or(1) as u64);
    let book = Book::new(quotes, number("KILL_LINES").unwrap_or(4));
    book.send_all(rig).await;
    let mut processes = Processes::start(rig, count);
    let (start, mut stops) = (Instant::now(), 0);
    for kill in 0..kills {
        // As many items as were there before, and a share of what is missing: wherever the processes are by then.
        let share = book.items() * (kill + 1) / (kills + 2);
        quotes::until("items arrive", async || rig.emulator.entities("QuoteItems").len() >= share).await;
        sleep(Duration::from_micros(rng.random_range(0..50_000))).await;
        if rng.random_range(0..4) == 0 {
            let stopped = rng.random_range(0..count);
            processes.signal(stopped, Signal::Stop);
            sleep(Duration::from_millis(rng.random_range(10..3_500))).await;
            processes.signal(stopped, Signal::Continue);
            sleep(Duration::from_micros(rng.random_range(0..50_000))).await;
            stops += 1;
        }
        processes.kill(rng.random_range(0..count));
    }
    let last = Instant::now();
    book.until_sent(rig).await;
    book.check(rig);
    eprintln!(
        "{quotes} quotes, {} items, {count} processes: {kills} kills and {stops} stops in {:.0} s, all sent {:.0} s after the last",
        book.items(),
        (last - start).as_secs_f64(),
        last.elapsed().as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_moments_lose_and_double_nothing_on_sqlite() {
    let rig = ready("sqlite").await;
    kill_at_random(&rig, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_moments_lose_and_double_nothing_on_postgres() {
    let url = new_database().await;
    let rig = ready(&url).await;
    kill_at_random(&rig, 3).await;
    drop_database(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_at_every_named_point_loses_and_doubles_nothing_on_sqlite() {
    let rig = ready("sqlite").await;
    points::abort_at_each(&rig, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_at_every_named_point_loses_and_doubles_nothing_on_postgres() {
    let url = new_database().await;
    let rig = ready(&url).await;
    points::abort_at_each(&rig, false).await;
    drop_database(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_while_a_source_is_read_lose_and_double_nothing_on_sqlite() {
    let rig = ready("sqlite").await;
    reading::kill_at_random(&rig, number("KILL_TIMES").unwrap_or(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_that_ends_its_process_is_held_after_three_and_the_others_are_sent_on_sqlite() {
    let rig = ready("sqlite").await;
    poison::is_held(&rig, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_that_ends_its_process_is_held_after_three_and_the_others_are_sent_on_postgres() {
    let url = new_database().await;
    let rig = ready(&url).await;
    poison::is_held(&rig, 3).await;
    drop_database(&url).await;
}

/// The same for readers, whose minutes are shorter.
async fn hurried(database: &str) -> Rig {
    let mut rig = ready(database).await;
    rig.config.worker.source_minute = arrivals::MINUTE;
    rig
}

/// Kills while Quote Manager is read.
async fn kill_readers(rig: &Rig, processes: usize) {
    let kills = number("KILL_READS").unwrap_or(10);
    let mut rng = StdRng::seed_from_u64(number("KILL_SEED").unwrap_or(1) as u64);
    arrivals::kill_at_random(rig, processes, kills, &mut rng).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_while_quote_manager_is_read_lose_and_double_nothing_on_sqlite() {
    let rig = hurried("sqlite").await;
    kill_readers(&rig, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_while_quote_manager_is_read_lose_and_double_nothing_on_postgres() {
    let url = new_database().await;
    let rig = hurried(&url).await;
    kill_readers(&rig, 3).await;
    drop_database(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_at_every_point_of_reading_loses_and_doubles_nothing_on_sqlite() {
    let rig = hurried("sqlite").await;
    arrivals::abort_at_each(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_at_every_point_of_reading_loses_and_doubles_nothing_on_postgres() {
    let url = new_database().await;
    let rig = hurried(&url).await;
    arrivals::abort_at_each(&rig).await;
    drop_database(&url).await;
}
