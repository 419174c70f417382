//! What processes cost, as Linux counts it, and how many statements this one sent.

use std::{
    fs, process,
    sync::{
        Once,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// What the kernel counts processor time in.
const TICK: Duration = Duration::from_millis(10);

/// The processor time that a process has used; of this one where none is named.
pub fn cpu(pid: Option<u32>) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.unwrap_or(process::id()))).unwrap_or_default();
    // The name before may hold anything.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace()).into_iter().flatten();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|text| text.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// A line of a process's status in MiB: `VmRSS` is its memory, `VmHWM` the most that it ever was.
pub fn memory(pid: u32, line: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kib = found.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1_024.0
}

/// The value below which so many percent of the times lie, in milliseconds.
pub fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times.get((times.len() * percent / 100).min(times.len() - 1)).map_or(f64::NAN, |time| millis(*time))
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

static COUNTS: AtomicBool = AtomicBool::new(false);
static STATEMENTS: AtomicU64 = AtomicU64::new(0);

struct Statements;

impl<S: Subscriber> Layer<S> for Statements {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        COUNTS.load(Ordering::Relaxed) && metadata.target() == "sqlx::query"
    }

    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
    }
}

/// Statements that this process sends while `work` is done, begins and ends of transactions apart.
pub async fn statements(work: impl Future<Output = ()>) -> u64 {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| tracing_subscriber::registry().with(Statements).init());
    let before = STATEMENTS.load(Ordering::Relaxed);
    COUNTS.store(true, Ordering::Relaxed);
    work.await;
    COUNTS.store(false, Ordering::Relaxed);
    STATEMENTS.load(Ordering::Relaxed) - before
}
