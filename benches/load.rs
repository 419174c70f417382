//! Many tenants: what worker processes do for their quotes, and what one costs that has nothing to do.
//!
//! `LOAD_TENANTS=50 LOAD_QUOTES=10 LOAD_LINES=8 LOAD_WORKERS=2 cargo bench --bench load`; with `TEST_POSTGRES_URL` on
//! Postgres, else on SQLite, which has one worker. `LOAD_TENANTS=10000 LOAD_QUOTES=0` shows the idle cost alone. The
//! emulator is the bench's own process; the workers are processes of the program.

#[path = "common/mod.rs"]
mod common;

use std::{
    fs::{self, File},
    io::{self, Write},
    net::{Ipv4Addr, TcpListener as Reserved},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use common::{Rig, connection, databases::Database, figures, quote, receive, setting};
use opportune::domain::ids::TenantId;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::task::TaskTracker;

/// How long a process that was started is left alone before it is measured.
const STARTING: Duration = Duration::from_secs(5);
/// A day on: until then nothing of a copied tenant falls due.
const LATER: i64 = 24 * 60 * 60_000;

/// A worker process; it ends with its owner.
struct Worker {
    child: Child,
    metrics: u16,
}

impl Worker {
    fn start(rig: &Rig, log: &str, stderr: Stdio) -> io::Result<Self> {
        let metrics = Reserved::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_opportune"));
        command.args(["serve", "--role", "worker", "--calls-share", "90", "--metrics-listen"]);
        command.arg(format!("127.0.0.1:{metrics}")).env("DATABASE_URL", &rig.config.database_url);
        command.args(["--autotask-url", &rig.emulator_url]).env("RUST_LOG", log);
        if let Some(key) = &rig.config.key_file {
            command.env("OPPORTUNE_KEY_FILE", key);
        }
        Ok(Self { child: command.stdout(Stdio::null()).stderr(stderr).spawn()?, metrics })
    }

    /// How many claims took at most so many seconds, bucket by bucket, as `/metrics` tells.
    async fn claims(&self) -> io::Result<Vec<(f64, f64)>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.metrics)).await?;
        stream.write_all(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let bucket = |line: &str| {
            let (end, count) =
                line.strip_prefix("opportune_claim_seconds_bucket{le=\"")?.split_once("\"} ")?;
            let end = if end == "+Inf" { f64::INFINITY } else { end.parse().ok()? };
            Some((end, count.trim().parse().ok()?))
        };
        Ok(text.lines().filter_map(bucket).collect())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The bucket's end below which so large a part of the claims lie, in milliseconds.
fn below(claims: &[(f64, f64)], part: f64) -> f64 {
    let all = claims.last().map_or(0.0, |(_, count)| *count);
    claims.iter().find(|(_, count)| *count >= all * part).map_or(f64::NAN, |(end, _)| end * 1_000.0)
}

/// Tenants with the settings and lists of the rig's, connected, with nothing due. Each calls the emulator by an address
/// of its own, so that they do not share requests at once.
async fn add_tenants(rig: &Rig, database: &Database, count: usize) -> io::Result<Vec<TenantId>> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    let (port, router) = (listener.local_addr()?.port(), rig.emulator.router());
    TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
    let mut tenants = Vec::new();
    for nth in 1..=count {
        let tenant = rig.services.add_tenant(&format!("Tenant {nth}")).await.map_err(io::Error::other)?;
        let address = format!("http://127.{}.{}.{}:{port}", 1 + nth / 62_500, nth / 250 % 250, 1 + nth % 250);
        rig.services.connect(tenant, &connection(&address)).await.map_err(io::Error::other)?;
        tenants.push(tenant);
    }
    database.execute(&copies(rig, database)).await;
    Ok(tenants)
}

fn copies(rig: &Rig, database: &Database) -> Vec<String> {
    let (hex, later) = (rig.tenant.0.simple(), rig.services.clock.now() + LATER);
    let template =
        if database.is_postgres() { format!("CAST('{hex}' AS UUID)") } else { format!("x'{hex}'") };
    let copy = |table: &str, columns: &str| {
        format!(
            "INSERT INTO {table} (tenant_id, {columns}) SELECT t.id, {columns} FROM {table} c CROSS JOIN \
             (SELECT id FROM tenant WHERE id <> {template}) t WHERE c.tenant_id = {template}"
        )
    };
    let others = format!("FROM tenant WHERE id <> {template}");
    vec![
        copy("list_option", "list, value, label, detail, parent, active, position, refreshed_at, search"),
        copy("field_length", "entity, field, length"),
        copy("settings_revision", "revision, document, created_at"),
        copy("settings_current", "revision, enabled"),
        "DELETE FROM breaker".to_owned(),
        format!("UPDATE push_turn SET due_at = {later}"),
        "UPDATE connection SET zone_url = discovery_url || '/ATServicesRest/'".to_owned(),
        format!("DELETE FROM list_refresh WHERE tenant_id <> {template}"),
        format!(
            "INSERT INTO list_refresh (id, tenant_id, state, lists_done, rows_read, calls, changes, lease_token, lease_until, \
             created_at, finished_at, next_at) SELECT {}, id, 'done', 0, 0, 0, 0, 0, 0, {later}, {later}, {later} {others}",
            database.new_id()
        ),
        format!(
            "INSERT INTO catalogue_poll (tenant_id, next_at, finished_at) SELECT id, {later}, {later} {others}"
        ),
        format!("INSERT INTO reconcile (tenant_id, next_at) SELECT id, {later} {others}"),
        "ANALYZE".to_owned(),
    ]
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
