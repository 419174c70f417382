//! Empty databases: SQLite files, and databases on the server of `TEST_POSTGRES_URL` that are dropped in the end.

use std::env;

use opportune::clock::Clock;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// A database of one bench.
pub struct Database {
    pub name: &'static str,
    pub url: String,
    /// Of the server, where there is one.
    server: Option<String>,
    _folder: TempDir,
}

impl Database {
    /// A SQLite file.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("bench.db").display());
        Self { name: "sqlite", url, server: None, _folder: folder }
    }

    /// A database on the server; `None` where none is named.
    pub async fn postgres() -> Option<Self> {
        let server = env::var("TEST_POSTGRES_URL").ok()?;
        let name = format!("bench_{}", Clock::system().new_id().simple());
        execute(&server, &[format!("CREATE DATABASE {name}")]).await;
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        Some(Self { name: "postgres", url, server: Some(server), _folder: tempfile::tempdir().unwrap() })
    }

    /// One of each kind, or of the kind that `BENCH_DATABASE` names.
    pub async fn each() -> Vec<Self> {
        let wanted = env::var("BENCH_DATABASE").ok();
        let is_wanted = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        let postgres = if is_wanted("postgres") { Self::postgres().await } else { None };
        is_wanted("sqlite").then(Self::sqlite).into_iter().chain(postgres).collect()
    }

    pub fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    /// Runs statements, however long they take.
    pub async fn execute(&self, statements: &[String]) {
        execute(&self.url, statements).await;
    }

    /// Drops it, whoever still uses it.
    pub async fn remove(self) {
        if let Some(server) = &self.server {
            let (_, name) = self.url.rsplit_once('/').unwrap();
            execute(server, &[format!("DROP DATABASE {name} WITH (FORCE)")]).await;
        }
    }

    /// So many rows with a column `i` from 1.
    pub fn series(&self, rows: u64) -> String {
        if self.is_postgres() {
            return format!("generate_series(1, {rows}) AS n(i)");
        }
        format!(
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n) AS n"
        )
    }

    /// The id of the row of this number in a table of this number, ascending.
    pub fn id(&self, table: u8, row: &str) -> String {
        if self.is_postgres() {
            return format!("CAST('0{table}' || lpad(to_hex(CAST({row} AS BIGINT)), 30, '0') AS UUID)");
        }
        format!("unhex('0{table}' || printf('%030x', {row}))")
    }

    /// This id.
    pub fn uuid(&self, id: Uuid) -> String {
        let hex = id.simple();
        if self.is_postgres() { format!("CAST('{hex}' AS UUID)") } else { format!("x'{hex}'") }
    }

    /// The first column of what a query finds.
    pub async fn numbers(&self, query: &str) -> Vec<i64> {
        let query = AssertSqlSafe(query.to_owned());
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            return sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
        }
        let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
        sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap()
    }

    /// An id that is no other's.
    pub fn new_id(&self) -> &'static str {
        if self.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" }
    }
}

async fn execute(url: &str, statements: &[String]) {
    if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await.unwrap();
        for statement in statements {
            sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut connection).await.unwrap();
        }
        return;
    }
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut connection).await.unwrap();
    }
}
