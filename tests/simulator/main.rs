//! The simulator: workers on virtual time, killed and stopped at any point, with everything that can happen on the way
//! to Autotask, told by a seed. Whatever happens, Autotask ends up with exactly one of everything, in its last state.
//!
//! `SIMULATOR_SEEDS=20000` runs so many instead of the usual; `SIMULATOR_SEED=7` runs one and tells what happens;
//! `SIMULATOR_FIRST` says where to begin. `SIMULATOR_CREATES=10000` makes so many creates without an answer. One folder of
//! databases a thread, as many threads as the machine has. `--config profile.dev.opt-level=1` makes it six times as fast.
//!
//! Where the invariants of reliability 5.3 are checked:
//!
//! | | what holds | where |
//! |---|---|---|
//! | I1 | one opportunity, one quote a document, one item a line, one product a name | `Oracle::doubles`, as it runs |
//! | I2 | no accepted document is lost | `Oracle::unlike`, at the end |
//! | I3 | Autotask is as the last accepted version, or the push says why not | `Oracle::unlike` for all that is sent, as it runs |
//! | I4 | three requests at once at an endpoint | `Watch::begins`, as it runs |
//! | I5 | the hour's budget | the suite |
//! | I6 | no write 2 s after the sync was off, or later than its intent says | `Watch::check`, as it leaves |
//! | I7 | no write with a token that is not the newest | `Watch::check`, as it leaves |
//! | I8, I10, I11 | tenants, secrets, the history | the suite |
//! | I9 | no write without an intent that was committed before | `Watch::check`, as it leaves |
//! | I12 | once nothing goes wrong any more everything ends | `World::come_to_an_end` |
//! | I13 | no state that the document did not have, in its order | `Oracle::backwards`, as it runs |
//! | I14 | nothing is shown as sent that is there in part | `Oracle::unlike` for all that is sent, as it runs |

#![cfg(debug_assertions)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on says so by panicking"
)]

mod creates;
mod ground;
mod network;
mod oracle;
mod story;
mod timeline;
mod watch;
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
const CREATES: u64 = 600;
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
    begin_telling();
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

fn begin_telling() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("off,simulator=info"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .without_time()
        .with_writer(std::io::stderr)
        .try_init();
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
fn creates_without_an_answer_are_neither_lost_nor_made_twice_on_sqlite() {
    begin_telling();
    let (creates, seed) =
        (number("SIMULATOR_CREATES").unwrap_or(CREATES), number("SIMULATOR_SEED").unwrap_or(1));
    let ground = runtime().block_on(Ground::lay(None));
    let wrong = runtime().block_on(creates::run(&ground, creates, seed));
    assert!(wrong.is_empty(), "{} breaks: {:#?}", wrong.len(), wrong.iter().take(20).collect::<Vec<_>>());
}

#[test]
fn every_seed_ends_well_on_postgres() {
    let missing =
        |_| panic!("TEST_POSTGRES_URL is not set. Run tests/run.sh, which starts a PostgreSQL and sets it.");
    simulate(Some(&env::var("TEST_POSTGRES_URL").unwrap_or_else(missing)), SEEDS_ON_POSTGRES);
}
