//! How long a claim takes beside millions of pushes that are finished or wait, beside the same with 1,000 that wait.
//!
//! `CLAIM_FINISHED=5000000 CLAIM_WAITING=1000000 cargo bench --bench claim`; with `TEST_POSTGRES_URL` on Postgres too.
//! Claims of the small and of the large table take turns, so that whatever else the machine does slows both.

#[path = "common/mod.rs"]
mod common;

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use common::{databases::Database, figures, setting};
use opportune::{
    clock::{Clock, Millis},
    config::WorkerConfig,
    db::{self, Db, Outcome},
};

/// The rows wait for this long, the first of them: fresh ones and a backlog.
const WAITED: Millis = 60 * 60_000;
const LEASE: Millis = 60_000;
/// Claims that are not timed, while caches fill.
const WARMING: usize = 200;

/// A table of pushes.
struct Table {
    database: Database,
    db: Db,
    times: Vec<Duration>,
}

impl Table {
    async fn new(database: Database, tenants: u64, finished: u64, waiting: u64) -> Self {
        let Ok(db) = Db::open(&database.url).await else { panic!("no database") };
        database.execute(&seed(&database, tenants, finished, waiting)).await;
        Self { database, db, times: Vec::new() }
    }

    /// Claims a push as the worker does, and lets it wait again behind the others.
    async fn claim(&mut self) -> opportune::error::Result<()> {
        let (now, per_tenant) = (Clock::system().now(), WorkerConfig::default().tasks_per_tenant);
        let start = Instant::now();
        let mut tx = self.db.write().await?;
        let lease = db::claim_push(&mut tx, now, now + LEASE, per_tenant).await?;
        tx.commit().await?;
        self.times.push(start.elapsed());
        let Some(lease) = lease else { panic!("nothing was claimed") };
        let outcome = Outcome {
            state: "waiting",
            reason: None,
            run_at: now,
            tries: 0,
            version: 1,
            opportunity_id: None,
            ticket_id: None,
        };
        let mut tx = self.db.write().await?;
        db::finish_push(&mut tx, &lease, &outcome, now).await?;
        tx.commit().await
    }
}

fn seed(database: &Database, tenants: u64, finished: u64, waiting: u64) -> Vec<String> {
    let now = Clock::system().now();
    let tenant = database.id(1, &format!("(1 + i % {tenants})"));
    let (each_tenant, each_waiting) = (database.series(tenants), database.series(waiting));
    let empty = if database.is_postgres() { "decode('', 'hex')" } else { "x''" };
    let push = |table: u8, document: &str, rows: &str, state: &str, run_at: &str| {
        format!(
            "INSERT INTO push (id, tenant_id, document_id, change, state, run_at, tries, lease_token, lease_until, version, \
             settings_revision, created_at, updated_at) SELECT {}, {tenant}, {}, 'created', '{state}', {run_at}, 0, 0, 0, 1, 1, \
             {run_at}, {run_at} FROM {rows}",
            database.id(table, "i"),
            database.id(2, document),
        )
    };
    let waited = format!("{} + CAST(i AS BIGINT) * {WAITED} / {waiting}", now - WAITED);
    let mut statements = vec![
        format!(
            "INSERT INTO tenant (id, name, created_at) SELECT {}, 'Bench ' || i, 0 FROM {each_tenant}",
            database.id(1, "i")
        ),
        "INSERT INTO settings_revision (tenant_id, revision, document, created_at) SELECT id, 1, '{}', 0 FROM tenant"
            .to_owned(),
        "INSERT INTO settings_current (tenant_id, revision, enabled) SELECT id, 1, TRUE FROM tenant".to_owned(),
        "INSERT INTO push_turn (tenant_id, due_at) SELECT id, 0 FROM tenant".to_owned(),
        format!(
            "INSERT INTO document (id, tenant_id, kind, number, customer, version, body, content_hash, received_at, updated_at) \
             SELECT {}, {tenant}, 'quote', 'Q-' || i, 'Customer', 1, '{{}}', {empty}, 0, 0 FROM {each_waiting}",
            database.id(2, "i")
        ),
        push(3, "i", &each_waiting, "waiting", &waited),
    ];
    if finished > 0 {
        let document = format!("(1 + i % {waiting})");
        let run_at = format!("{} - i", now - 2 * WAITED);
        statements.push(push(4, &document, &database.series(finished), "sent", &run_at));
    }
    let tidy = if database.is_postgres() { "VACUUM ANALYZE" } else { "ANALYZE" };
    statements.push(tidy.to_owned());
    statements
}

/// An empty database of the same kind as another.
async fn beside(other: &Database) -> Database {
    if other.is_postgres() {
        Database::postgres().await.unwrap_or_else(Database::sqlite)
    } else {
        Database::sqlite()
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let tenants = setting("CLAIM_TENANTS", 100);
    let (finished, waiting) = (setting("CLAIM_FINISHED", 50_000), setting("CLAIM_WAITING", 10_000));
    let claims = setting("CLAIM_CLAIMS", 2_000);
    let mut out = io::stdout().lock();
    writeln!(out, "{claims} claims, {tenants} tenants")?;
    writeln!(
        out,
        "{:<9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "database", "finished", "waiting", "seeded s", "p50 ms", "p99 ms", "of small"
    )?;
    for database in Database::each().await {
        let small = Table::new(beside(&database).await, tenants, 0, 1_000).await;
        let start = Instant::now();
        let large = Table::new(database, tenants, finished, waiting).await;
        let seeded = start.elapsed().as_secs_f64();
        let mut tables = [small, large];
        for nth in 0..WARMING + claims {
            for table in &mut tables {
                if nth == WARMING {
                    table.times.clear();
                }
                table.claim().await.map_err(io::Error::other)?;
            }
        }
        let [small, large] = &mut tables;
        let p99 = figures::percentile(&mut small.times, 99);
        for (table, finished, waiting, seeded) in [(small, 0, 1_000, 0.0), (large, finished, waiting, seeded)]
        {
            let (half, most) =
                (figures::percentile(&mut table.times, 50), figures::percentile(&mut table.times, 99));
            let name = table.database.name;
            writeln!(
                out,
                "{name:<9} {finished:>9} {waiting:>9} {seeded:>9.0} {half:>9.3} {most:>9.3} {:>9.2}",
                most / p99
            )?;
        }
        for table in tables {
            drop(table.db);
            table.database.remove().await;
        }
    }
    Ok(())
}
