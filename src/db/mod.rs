//! The database: SQLite or Postgres, one SQL text for both. The only module that imports sqlx.
//!
//! Functions take [`Tx`] (reads) or [`WriteTx`] (writes), never a pool, so that their caller decides what belongs
//! together. `on!` runs one text on whichever database the transaction is of.

mod accounts;
mod backfill;
mod breakers;
mod budgets;
mod catalogue;
mod connections;
mod documents;
mod history;
mod items;
mod lengths;
mod links;
mod lists;
mod metrics;
mod parked;
mod polls;
mod pushes;
mod queue_places;
mod reconciles;
mod records;
mod refreshes;
mod repairs;
mod requests;
mod retention;
mod routes;
mod sessions;
mod settings;
mod steps;
mod stops;
mod threads;
mod turns;
mod workers;

use std::{fs::File, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::task;

pub use accounts::*;
pub use backfill::*;
pub use breakers::*;
pub use budgets::*;
pub use catalogue::*;
pub use connections::*;
pub use documents::*;
pub use history::*;
pub use items::*;
pub use lengths::*;
pub use links::*;
pub use lists::*;
pub use metrics::*;
pub use parked::*;
pub use polls::*;
pub use pushes::*;
pub use queue_places::*;
pub use reconciles::*;
pub use records::*;
pub use refreshes::*;
pub use repairs::*;
pub use requests::*;
pub use retention::*;
pub use routes::*;
pub use sessions::*;
pub use settings::*;
pub use steps::*;
pub use stops::*;
pub use threads::*;
pub use turns::*;
pub use workers::*;

use crate::{
    clock::Millis,
    error::{Error, Result},
    quiet::Open,
};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a connection or a lock is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Postgres ends statements that take longer, and with the second their transactions that do nothing for so long: in
/// milliseconds.
const TIMEOUTS: [(&str, &str); 2] =
    [("statement_timeout", "5000"), ("idle_in_transaction_session_timeout", "60000")];
/// Migrations may take as long as they need.
const NO_TIMEOUTS: [(&str, &str); 2] =
    [("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")];
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

/// Runs one expression on the connection of a transaction, whichever database it is of.
macro_rules! on {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx.inner() {
            $crate::db::Inner::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::db::Inner::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on;

/// A tenant's own database, or one for thousands.
#[derive(Clone, Debug)]
pub struct Db(Pools);

#[derive(Clone, Debug)]
enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool, file: Arc<PathBuf> },
    Postgres(PgPool),
}

pub(crate) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction that reads.
pub struct Tx {
    inner: Inner,
    /// Marks by being there.
    _open: Open,
}

/// A transaction that writes; on SQLite there is one at a time.
pub struct WriteTx(Tx);

impl Tx {
    pub(crate) fn inner(&mut self) -> &mut Inner {
        &mut self.inner
    }
}

impl std::ops::Deref for WriteTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl std::ops::DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.0
    }
}

impl WriteTx {
    /// Makes everything that was written last.
    ///
    /// # Errors
    /// When the database cannot say that it did.
    pub async fn commit(self) -> Result<()> {
        match self.0.inner {
            Inner::Sqlite(transaction) => transaction.commit().await,
            Inner::Postgres(transaction) => transaction.commit().await,
        }
        .map_err(fault)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.0.inner, Inner::Postgres(_))
    }
}

impl Db {
    /// Opens the database at `url` and brings its schema up to date.
    ///
    /// # Errors
    /// When the address is of neither kind, the database cannot be reached, or a migration fails.
    pub async fn open(url: &str) -> Result<Self> {
        let db = Self::connect(url).await?;
        db.migrate().await?;
        documents::describe_old_documents(&db).await?;
        Ok(db)
    }

    /// Opens the database at `url` as it is: nothing is made and no migration is run. For looking at it.
    ///
    /// # Errors
    /// When the address is of neither kind, the file is not there, or the database cannot be reached.
    pub async fn open_as_it_is(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite://").and_then(|rest| rest.split('?').next())
            && !std::path::Path::new(path).exists()
        {
            return Err(Error::Conflict(format!("There is no file {path}. Run: opportune migrate")));
        }
        Self::connect(url).await
    }

    /// How many migrations of this program the database has not had yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn missing_migrations(&self) -> Result<usize> {
        let migrator = if matches!(self.0, Pools::Postgres(_)) { &POSTGRES } else { &SQLITE };
        let mut tx = self.read().await?;
        let exists = if matches!(tx.inner(), Inner::Postgres(_)) {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'"
        } else {
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'"
        };
        let is_there: i64 = on!(tx, |c| sqlx::query_scalar(exists).fetch_one(c).await).map_err(fault)?;
        if is_there == 0 {
            return Ok(migrator.iter().count());
        }
        let done: Vec<i64> = on!(tx, |c| {
            sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success = $1")
                .bind(true)
                .fetch_all(c)
                .await
        })
        .map_err(fault)?;
        Ok(migrator.iter().filter(|migration| !done.contains(&migration.version)).count())
    }

    async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("postgres") {
            let options =
                PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(PATIENCE);
            let server = PgConnectOptions::from_str(url).map_err(fault)?.options(TIMEOUTS);
            return options.connect_with(server).await.map(|pool| Self(Pools::Postgres(pool))).map_err(fault);
        }
        if !url.starts_with("sqlite:") {
            return Err(Error::BadRequest(
                "DATABASE_URL must begin with sqlite:// or postgres://".to_owned(),
            ));
        }
        let options = SqliteConnectOptions::from_str(url)
            .map_err(fault)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .optimize_on_close(true, None);
        let file = Arc::new(options.get_filename().to_path_buf());
        let pool = |max| SqlitePoolOptions::new().max_connections(max).acquire_timeout(PATIENCE);
        let write = pool(1).connect_with(options.clone()).await.map_err(fault)?;
        let readers = options.create_if_missing(false).read_only(true);
        let read = pool(SQLITE_READERS).connect_with(readers).await.map_err(fault)?;
        Ok(Self(Pools::Sqlite { read, write, file }))
    }

    /// Postgres locks migrations itself; SQLite has a file for it, or two first starts would collide.
    async fn migrate(&self) -> Result<()> {
        match &self.0 {
            Pools::Postgres(pool) => {
                let server = PgConnectOptions::clone(&pool.connect_options()).options(NO_TIMEOUTS);
                let mut connection = server.connect().await.map_err(fault)?;
                POSTGRES.run(&mut connection).await.map_err(Error::internal)
            }
            Pools::Sqlite { write, .. } => {
                let lock = self.lock_file("migrate")?;
                // Waiting for it here would keep the one who holds it from going on, where both share a thread.
                let wait = task::spawn_blocking(move || lock.lock().map(|()| lock));
                let _lock = wait.await.map_err(Error::internal)?.map_err(Error::internal)?;
                SQLITE.run(write).await.map_err(Error::internal)
            }
        }
    }

    fn lock_file(&self, what: &str) -> Result<File> {
        let Pools::Sqlite { file, .. } = &self.0 else {
            return Err(Error::internal("no lock files on Postgres"));
        };
        let mut path = file.as_os_str().to_owned();
        path.push(format!(".{what}.lock"));
        File::create(path).map_err(Error::internal)
    }

    /// On SQLite: the right to be the one worker process, kept for as long as the file is. `None` on Postgres, where
    /// any number of workers may run.
    ///
    /// # Errors
    /// When another process is the worker.
    pub fn sole_worker(&self) -> Result<Option<File>> {
        if matches!(self.0, Pools::Postgres(_)) {
            return Ok(None);
        }
        let lock = self.lock_file("worker")?;
        let taken = "Another process already runs the worker on this SQLite file. Stop it, start this one with --role web, or use Postgres.";
        lock.try_lock().map(|()| Some(lock)).map_err(|_| Error::Conflict(taken.to_owned()))
    }

    /// Begins a transaction that reads.
    ///
    /// # Errors
    /// When no connection can be had in time.
    pub async fn read(&self) -> Result<Tx> {
        self.begin(false).await
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// When no connection, or on SQLite the right to write, can be had in time.
    pub async fn write(&self) -> Result<WriteTx> {
        self.begin(true).await.map(WriteTx)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one caller")]
    async fn begin(&self, write: bool) -> Result<Tx> {
        let inner = match (&self.0, write) {
            (Pools::Postgres(pool), _) => pool.begin().await.map(Inner::Postgres),
            (Pools::Sqlite { read, .. }, false) => read.begin().await.map(Inner::Sqlite),
            (Pools::Sqlite { write, .. }, true) => {
                write.begin_with("BEGIN IMMEDIATE").await.map(Inner::Sqlite)
            }
        };
        inner.map(|inner| Tx { inner, _open: Open::mark() }).map_err(fault)
    }

    /// What time it is by the server's clock; `None` on SQLite, whose processes share their machine's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn time(&self) -> Result<Option<Millis>> {
        if matches!(self.0, Pools::Sqlite { .. }) {
            return Ok(None);
        }
        let mut tx = self.read().await?;
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
        on!(tx, |c| sqlx::query_scalar(sql).fetch_one(c).await).map_err(fault).map(Some)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        let mut tx = self.read().await?;
        on!(tx, |c| sqlx::query("SELECT 1").execute(c).await.map(drop)).map_err(fault)
    }
}

/// A fault of the database: ours to log, not a visitor's to see.
fn fault(error: sqlx::Error) -> Error {
    Error::internal(error)
}

/// A stored document that cannot be read any more is a fault too.
fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}
