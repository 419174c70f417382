//! Many tenants on one database, and worker processes of the program for them.

#![allow(dead_code, reason = "each bench uses a part of it")]

use std::{
    io,
    net::{Ipv4Addr, TcpListener as Reserved},
    process::{Child, Command, Stdio},
};

use opportune::domain::ids::TenantId;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::task::TaskTracker;

use crate::common::{Rig, connection, databases::Database};

/// A day on: until then nothing of a copied tenant falls due.
const LATER: i64 = 24 * 60 * 60_000;

/// A worker process; it ends with its owner.
pub struct Worker {
    pub child: Child,
    metrics: u16,
}

impl Worker {
    pub fn start(rig: &Rig, log: &str, stderr: Stdio) -> io::Result<Self> {
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
    pub async fn claims(&self) -> io::Result<Vec<(f64, f64)>> {
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

/// Tenants with the settings and lists of the rig's, connected, with nothing due. Each calls the emulator by an address
/// of its own, so that they do not share requests at once.
pub async fn add_tenants(rig: &Rig, database: &Database, count: usize) -> io::Result<Vec<TenantId>> {
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
    let (template, later) = (database.uuid(rig.tenant.0), rig.services.clock.now() + LATER);
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
