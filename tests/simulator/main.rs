//! The simulator: workers on virtual time, killed and stopped at any point, with everything that can happen on the way
//! to Autotask, told by a seed. Whatever happens, Autotask ends up with exactly one of everything, in its last state.
//!
//! `SIMULATOR_SEEDS=20000` runs so many instead of the usual; `SIMULATOR_SEED=7` runs one and tells what happens;
//! `SIMULATOR_FIRST` says where to begin. One folder of databases a thread, as many threads as the machine has.

#![cfg(debug_assertions)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on says so by panicking"
)]

mod ground;
mod network;
mod oracle;
mod story;
mod timeline;
mod world;

use std::{
    env,
    panic::{self, AssertUnwindSafe},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use ground::Ground;
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::EnvFilter;

const SEEDS: u64 = 300;
/// Databases cost more there.
const SEEDS_ON_POSTGRES: u64 = 12;
/// After so many broken seeds the others tell nothing new.
const ENOUGH: u64 = 8;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Runs seeds on every core, and says how to play those again that went wrong.
fn simulate(server: Option<&str>, seeds: u64) {
    let first = number("SIMULATOR_SEED").or(number("SIMULATOR_FIRST")).unwrap_or(1);
    let seeds =
        if number("SIMULATOR_SEED").is_some() { 1 } else { number("SIMULATOR_SEEDS").unwrap_or(seeds) };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("off,simulator=info"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .without_time()
        .with_writer(std::io::stderr)
        .try_init();
    let (next, broken, start) = (AtomicU64::new(first), AtomicU64::new(0), Instant::now());
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let wrong: Vec<(u64, Vec<String>)> = thread::scope(|scope| {
        let all: Vec<_> =
            (0..threads).map(|_| scope.spawn(|| run_some(server, &next, &broken, first + seeds))).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    eprintln!("{seeds} seeds from {first} in {:.0} s, {} broken", start.elapsed().as_secs_f64(), wrong.len());
    let test = if server.is_some() { "on_postgres" } else { "on_sqlite" };
    for (seed, breaks) in &wrong {
        eprintln!(
            "SIMULATOR_SEED={seed} cargo test --test simulator {test} -- --nocapture\n  {}",
            breaks.join("\n  ")
        );
    }
    assert!(wrong.is_empty(), "{} of {seeds} seeds are broken", wrong.len());
}

fn run_some(server: Option<&str>, next: &AtomicU64, broken: &AtomicU64, end: u64) -> Vec<(u64, Vec<String>)> {
    let ground = runtime().block_on(Ground::lay(server.map(str::to_owned)));
    let mut wrong = Vec::new();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end || broken.load(Ordering::Relaxed) >= ENOUGH {
            break;
        }
        let runtime = runtime();
        let play = AssertUnwindSafe(|| runtime.block_on(world::run(&ground, seed)));
        let breaks = panic::catch_unwind(play).unwrap_or_else(|_| vec!["it panicked".to_owned()]);
        drop(runtime);
        if !breaks.is_empty() {
            broken.fetch_add(1, Ordering::Relaxed);
            wrong.push((seed, breaks));
        }
        crate::runtime().block_on(ground.sweep());
    }
    crate::runtime().block_on(ground.clear());
    wrong
}

#[test]
fn every_seed_ends_well_on_sqlite() {
    simulate(None, SEEDS);
}

#[test]
fn every_seed_ends_well_on_postgres() {
    let missing =
        |_| panic!("TEST_POSTGRES_URL is not set. Run tests/run.sh, which starts a PostgreSQL and sets it.");
    simulate(Some(&env::var("TEST_POSTGRES_URL").unwrap_or_else(missing)), SEEDS_ON_POSTGRES);
}
