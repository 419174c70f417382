//! The schema: the same on both databases, and safe to bring up to date on a database that is in use.

use std::{collections::BTreeSet, fs, path::Path};

use opportune::{
    db::{self, Db, ThreadSlot},
    domain::{author::Author, settings::form::SettingsForm},
    emulator::CREDENTIALS,
    service::connect::Consent,
};
use secrecy::SecretString;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::harness::{Database, TENANT, TestApp, on_both, on_postgres, on_sqlite};

/// Table, column, kind of type, whether it may be null.
pub type Column = (String, String, String, bool);

const SQLITE_COLUMNS: &str = "SELECT m.name, p.name, CASE p.type WHEN 'INTEGER' THEN 'number' WHEN 'TEXT' THEN 'text' ELSE 'bytes' END, \
     p.\"notnull\" = 0 FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text, CASE data_type WHEN 'bigint' THEN 'number' WHEN 'boolean' THEN 'number' \
     WHEN 'text' THEN 'text' WHEN 'uuid' THEN 'bytes' WHEN 'bytea' THEN 'bytes' ELSE data_type::text END, is_nullable = 'YES' \
     FROM information_schema.columns WHERE table_schema = 'public'";
const SQLITE_INDEXES: &str = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
const POSTGRES_INDEXES: &str =
    "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'";

/// Columns and indexes as the database itself tells them; sqlx's own table aside.
pub async fn schema(db: &Database) -> (BTreeSet<Column>, BTreeSet<String>) {
    let (columns, indexes): (Vec<Column>, Vec<String>) = if db.url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
        (
            sqlx::query_as(SQLITE_COLUMNS).fetch_all(&mut connection).await.unwrap(),
            sqlx::query_scalar(SQLITE_INDEXES).fetch_all(&mut connection).await.unwrap(),
        )
    } else {
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        (
            sqlx::query_as(POSTGRES_COLUMNS).fetch_all(&mut connection).await.unwrap(),
            sqlx::query_scalar(POSTGRES_INDEXES).fetch_all(&mut connection).await.unwrap(),
        )
    };
    (
        columns.into_iter().filter(|column| column.0 != "_sqlx_migrations").collect(),
        indexes.into_iter().collect(),
    )
}

/// How many rows every table has.
async fn counts(db: &Database) -> Vec<(String, i64)> {
    let tables: BTreeSet<String> = schema(db).await.0.into_iter().map(|column| column.0).collect();
    let mut counts = Vec::new();
    for table in tables {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let count = if db.url.starts_with("sqlite") {
            let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&db.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        };
        counts.push((table, count));
    }
    counts
}

/// Leaves rows in every table, as use does.
async fn use_everything(app: &TestApp) {
    app.worker.upkeep().await.unwrap();
    app.services.rename_brand(app.tenant, TENANT, "Northwind").await.unwrap();
    let password = || SecretString::from("a sentence is fine");
    app.services.put_user(app.tenant, "robin@example.com", "Robin", password()).await.unwrap();
    let token = app.services.sign_in("robin@example.com", password(), "10.0.0.1").await.unwrap();
    let robin = app.services.former_visitor(&token).await.unwrap().unwrap();
    app.services.park(robin, &SettingsForm::default()).await.unwrap();
    app.services.sign_in("nobody@example.com", password(), "10.0.0.2").await.unwrap_err();
    app.quote("Q-1")
        .with("contact", json!({ "email": "purchasing@northwind.example" }))
        .line("HDMI cable", "3 × 11.50")
        .send()
        .await;
    app.expect("Q-1", "sent", "").await;
    app.vanish("Opportunities", &app.opportunity("Q-1")["id"]).await;
    app.check().await;
    let repair = app.findings().await.remove(0);
    app.services.ignore_repair(app.tenant, &Author::SYSTEM, repair.id).await.unwrap();
    app.quote_manager().quote(101).line(801, 1, 11.50).put();
    app.quote_manager().connect().await;
    // A worker that died while a request was out.
    let place = ThreadSlot { scope: "code zone".to_owned(), endpoint: "quotes".to_owned(), slot: 0 };
    let mut tx = app.services.db.write().await.unwrap();
    db::take_place(&mut tx, &place, app.clock.new_id(), 0, 1).await.unwrap();
    tx.commit().await.unwrap();
    switch_company(app).await;
}

/// Connects another Autotask company in the place of the first, and sends a quote to it.
async fn switch_company(app: &TestApp) {
    let consent = Consent { anyway: false, switch: true };
    app.save_connection(CREDENTIALS.secret, consent).await;
    app.services.disconnect(app.tenant, TENANT, TENANT).await.unwrap();
    app.become_another_company(2).await;
    app.save_connection(CREDENTIALS.secret, consent).await;
    app.quote("Q-2").line("HDMI cable", "3 × 11.50").send().await;
    app.expect("Q-2", "sent", "").await;
    let push = app.push("Q-2").await["id"].as_str().unwrap().parse().unwrap();
    app.services.stop_sync(app.tenant, &Author::SYSTEM, push, "Entered by hand").await.unwrap();
}

#[tokio::test]
async fn both_databases_have_the_same_columns_and_indexes() {
    on_sqlite(async |sqlite| {
        on_postgres(async |postgres| {
            for db in [sqlite, postgres] {
                Db::open(&db.url).await.unwrap();
            }
            let (one, other) = (schema(sqlite).await, schema(postgres).await);
            assert!(one.0.len() > 100, "only {} columns were found", one.0.len());
            assert_eq!(one.0.symmetric_difference(&other.0).collect::<Vec<_>>(), Vec::<&Column>::new());
            assert_eq!(one.1, other.1);
        })
        .await;
    })
    .await;
}

#[test]
fn every_migration_is_there_for_both_databases() {
    let names = |database: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

on_both! {
    async fn opening_twice_migrates_once(db) {
        Db::open(&db.url).await.unwrap();
        let before = schema(db).await;
        Db::open(&db.url).await.unwrap();
        assert_eq!(schema(db).await, before);
    }

    async fn two_first_starts_at_once_make_one_schema(db) {
        let (one, two) = tokio::join!(Db::open(&db.url), Db::open(&db.url));
        one.unwrap().ping().await.unwrap();
        two.unwrap().ping().await.unwrap();
        assert!(!schema(db).await.0.is_empty());
    }

    async fn a_database_in_use_is_opened_with_all_that_is_in_it(db) {
        let app = TestApp::start(db).await;
        use_everything(&app).await;
        let before = counts(db).await;
        let empty: Vec<_> = before.iter().filter(|(_, count)| *count == 0).collect();
        assert!(empty.is_empty(), "nothing leaves rows in {empty:?}");
        Db::open(&db.url).await.unwrap();
        assert_eq!(counts(db).await, before);
        app.quote("Q-1").line("HDMI cable", "4 × 11.50").send().await;
        app.expect("Q-1", "sent", "").await;
    }
}
