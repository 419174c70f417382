//! So many pushes of one tenant may wait; then new documents are refused until there are fewer.

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::harness::{Database, SECOND, TestApp, on_both};

/// Makes that many documents wait, in a moment: they are due long after the test.
async fn let_wait(app: &TestApp, db: &Database, count: usize) {
    let id = app.tenant.0;
    let (is_sqlite, columns) = (
        db.url.starts_with("sqlite"),
        "id, tenant_id, kind, number, customer, version, body, content_hash, received_at, updated_at",
    );
    let (new_id, tenant, hash, numbers) = if is_sqlite {
        let numbers = format!(
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)"
        );
        ("RANDOMBLOB(16)", format!("x'{}'", id.simple()), "x'00'", numbers)
    } else {
        (
            "GEN_RANDOM_UUID()",
            format!("'{id}'::uuid"),
            "'\\x00'::bytea",
            format!("(SELECT i FROM GENERATE_SERIES(1, {count}) i)"),
        )
    };
    let documents = format!(
        "INSERT INTO document ({columns}) SELECT {new_id}, {tenant}, 'quote', 'W-' || i, 'Waiting', 1, '{{}}', {hash}, 1, 1 FROM {numbers} n"
    );
    let pushes = format!(
        "INSERT INTO push (id, tenant_id, document_id, change, state, run_at, tries, lease_token, lease_until, version, created_at, updated_at) \
         SELECT {new_id}, {tenant}, id, 'created', 'waiting', 9999999999999, 0, 0, 0, 0, 1, 1 FROM document WHERE customer = 'Waiting'"
    );
    for sql in [documents, pushes] {
        if is_sqlite {
            let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        } else {
            let mut connection = PgConnection::connect(&db.url).await.unwrap();
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
    }
}

on_both! {
    async fn at_fifty_thousand_new_documents_are_refused_and_known_ones_are_not(db) {
        let app = TestApp::start(db).await;
        let_wait(&app, db, 49_999).await;
        let known = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        let taken = known.put().await;
        assert_eq!(taken.status, 202, "one more may wait");
        let new = app.quote("Q-2").line("HDMI cable", "1 × 11.50");
        for _ in 0..2 {
            let refused = new.put().await;
            assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "60"));
            let detail = refused.body["detail"].as_str().unwrap();
            assert!(detail.starts_with("50000 quotes and sales wait to be sent to Autotask"), "{detail}");
        }
        assert_eq!(app.get("quotes/Q-2").await.status, 404, "nothing of it was kept");
        assert_eq!(known.put().await.status, 202, "the same again");
        let known = known.line("Rack shelf", "1 × 19.00");
        assert_eq!(known.put().await.status, 202, "a change");
        app.settle().await;
        let push = taken.body["push"].as_str().unwrap().trim_start_matches("/api/v1/").to_owned();
        assert_eq!(app.get(&push).await.body["status"], "sent");
        app.clock.advance(11 * SECOND);
        assert_eq!(new.put().await.status, 202, "there is room again");
        app.settle().await;
    }
}
