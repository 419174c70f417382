//! Many tenants: what worker processes do for their quotes, and what one costs that has nothing to do.
//!
//! `LOAD_TENANTS=50 LOAD_QUOTES=10 LOAD_LINES=8 LOAD_WORKERS=2 cargo bench --bench load`; with `TEST_POSTGRES_URL` on
//! Postgres, else on SQLite, which has one worker. `LOAD_TENANTS=10000 LOAD_QUOTES=0` shows the idle cost alone. The
//! emulator is the bench's own process; the workers are processes of the program.

#[path = "common/mod.rs"]
mod common;
#[path = "common/many.rs"]
mod many;

use std::{
    fs::{self, File},
    io::{self, Write},
    process::Stdio,
    time::{Duration, Instant},
};

use common::{Rig, databases::Database, figures, quote, receive, setting};
use many::{Worker, add_tenants};
use opportune::domain::ids::TenantId;
use serde_json::json;
use tokio::time::sleep;

/// How long a process that was started is left alone before it is measured.
const STARTING: Duration = Duration::from_secs(5);

/// The bucket's end below which so large a part of the claims lie, in milliseconds.
fn below(claims: &[(f64, f64)], part: f64) -> f64 {
    let all = claims.last().map_or(0.0, |(_, count)| *count);
    claims.iter().find(|(_, count)| *count >= all * part).map_or(f64::NAN, |(end, _)| end * 1_000.0)
}

/// Memory in MiB, processor milliseconds a second and statements a second of a worker that finds nothing to do.
async fn idle(rig: &Rig, length: Duration) -> io::Result<(f64, f64, f64)> {
    let worker = Worker::start(rig, "off", Stdio::null())?;
    sleep(STARTING).await;
    let (pid, seconds) = (worker.child.id(), length.as_secs_f64());
    let before = figures::cpu(Some(pid));
    sleep(length).await;
    let cpu = figures::millis(figures::cpu(Some(pid)).saturating_sub(before)) / seconds;
    let memory = figures::memory(pid, "VmRSS");
    drop(worker);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("log");
    let _worker = Worker::start(rig, "sqlx::query=debug", File::create(&path)?.into())?;
    let logged = || fs::read_to_string(&path).map(|text| text.matches("sqlx::query").count());
    sleep(STARTING).await;
    let before = logged()?;
    sleep(length).await;
    let statements = f64::from(u32::try_from(logged()? - before).unwrap_or(u32::MAX));
    Ok((memory, cpu, statements / seconds))
}

/// Waits until nothing waits and nothing is being sent.
async fn until_sent(rig: &Rig) -> io::Result<()> {
    loop {
        let open = rig.services.gauges().await.map_err(io::Error::other)?.open;
        let is_stuck = |state: &str| !matches!(state, "waiting" | "sending");
        assert!(!open.iter().any(|open| is_stuck(&open.state)), "{open:?}");
        if open.is_empty() {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn push(rig: &Rig, tenants: &[TenantId], out: &mut impl Write) -> io::Result<()> {
    let (quotes, lines) = (setting("LOAD_QUOTES", 10), setting("LOAD_LINES", 8));
    if quotes == 0 {
        return Ok(());
    }
    let count = if rig.config.database_url.starts_with("postgres") { setting("LOAD_WORKERS", 2) } else { 1 };
    for nth in 0..quotes {
        for tenant in tenants {
            receive(&rig.services, *tenant, &format!("L-{nth}"), &quote(nth, lines)).await;
        }
    }
    let start = Instant::now();
    let workers: Vec<Worker> =
        (0..count).map(|_| Worker::start(rig, "off", Stdio::null())).collect::<io::Result<_>>()?;
    until_sent(rig).await?;
    let all = f64::from(u32::try_from(quotes * tenants.len()).unwrap_or(u32::MAX));
    let seconds = start.elapsed().as_secs_f64();
    writeln!(out, "  {all} quotes of {lines} lines in {seconds:.1} s, {:.1} a second", all / seconds)?;
    for worker in &workers {
        let (claims, pid) = (worker.claims().await?, worker.child.id());
        let (half, most) = (below(&claims, 0.5), below(&claims, 0.99));
        let (memory, cpu) = (figures::memory(pid, "VmHWM"), figures::cpu(Some(pid)).as_secs_f64());
        writeln!(
            out,
            "  worker: claim p50 ≤ {half} ms, p99 ≤ {most} ms; at most {memory:.1} MiB; {cpu:.1} s of processor"
        )?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let count = setting("LOAD_TENANTS", 20);
    let length = Duration::from_secs(setting("LOAD_IDLE_SECONDS", 20));
    let mut out = io::stdout();
    let database = Database::postgres().await.unwrap_or_else(Database::sqlite);
    let rig = Rig::open(&database.url).await;
    rig.tell("POST", "limits", &json!({ "limit": 100_000_000, "threads": 100_000 })).await;
    rig.configure().await;
    let mut tenants = Vec::new();
    for (name, more) in [("1 tenant", 0), ("all tenants", count)] {
        if more > 0 {
            let start = Instant::now();
            tenants = add_tenants(&rig, &database, more).await?;
            writeln!(out, "{more} tenants more, made in {:.0} s", start.elapsed().as_secs_f64())?;
        }
        let (memory, cpu, statements) = idle(&rig, length).await?;
        writeln!(
            out,
            "{}, {name}: idle worker {memory:.1} MiB, {cpu:.1} ms of processor and {statements:.1} statements a second",
            database.name
        )?;
    }
    push(&rig, &tenants, &mut out).await?;
    drop(rig);
    database.remove().await;
    Ok(())
}
