//! Secrets stay where they belong: no table, file, log line, page or answer shows one, and changing the key that seals
//! them disturbs nobody.

use std::{fs, time::Instant};

use opportune::{
    domain::ids::TenantId,
    emulator::CREDENTIALS,
    service::{Services, limits::Lane},
};
use reqwest::{StatusCode, header};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio_util::task::TaskTracker;

use crate::{
    harness::{Database, HOUR, Reply, TestApp, on_both},
    logs, schema,
};

/// A secret that Autotask refuses.
const WRONG_SECRET: &str = "canary-secret-9f1c27";
const PASSWORD: &str = "canary-password-40b3e8";
const WRONG_PASSWORD: &str = "canary-mistyped-77d1aa";
const TENANTS: usize = 1_000;

/// Every value of every table: text as it is, bytes in hexadecimal.
async fn dump(db: &Database) -> String {
    let (columns, _) = schema::schema(db).await;
    let mut dump = String::new();
    for (table, column, kind, _) in columns {
        let values: Vec<Option<String>> = if db.url.starts_with("sqlite") {
            let shown =
                if kind == "bytes" { format!("hex({column})") } else { format!("CAST({column} AS TEXT)") };
            let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
            let sql = AssertSqlSafe(format!("SELECT {shown} FROM {table}"));
            sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&db.url).await.unwrap();
            let sql = AssertSqlSafe(format!("SELECT {column}::text FROM {table}"));
            sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
        };
        dump.extend(values.into_iter().flatten().map(|value| format!("{table}.{column}: {value}\n")));
    }
    dump
}

/// The bytes of the database's own files, which hold what was overwritten too.
fn files(db: &Database) -> String {
    let entries = fs::read_dir(db.folder.path()).unwrap();
    entries
        .map(|entry| String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()).into_owned())
        .collect()
}

#[track_caller]
fn assert_clean(place: &str, text: &str, canaries: &[&str]) {
    let text = text.to_lowercase();
    for canary in canaries {
        let hex = canary.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        for form in [canary.to_lowercase(), hex] {
            let at = text.find(&form);
            assert!(
                at.is_none(),
                "{place} holds {canary}: {:?}",
                at.map(|at| &text[at.saturating_sub(80)..at])
            );
        }
    }
}

/// Signs in by the form; the cookie.
async fn sign_in(app: &TestApp, password: &str) -> Reply {
    let form = format!("email=robin%40example.com&password={password}&next=%2Factivity");
    let request = app.http.post(app.url("/sign-in"));
    Reply::of(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)).await
}

/// Every page and REST answer that speaks of what has happened, headers and all.
async fn everything_shown(app: &TestApp, cookie: &str) -> String {
    let pushes = app.get("pushes").await.body["pushes"].as_array().unwrap().clone();
    let ids: Vec<&str> = pushes.iter().map(|push| push["id"].as_str().unwrap()).collect();
    assert!(!ids.is_empty());
    let mut pages: Vec<String> = [
        "/apps",
        "/apps/autotask",
        "/apps/autotask/connection",
        "/apps/autotask/opportunities",
        "/activity",
        "/api/docs",
    ]
    .map(str::to_owned)
    .into();
    pages.extend(ids.iter().map(|id| format!("/activity/{id}")));
    let mut answers: Vec<String> = ["pushes", "quotes/Q-1", "quotes/Q-2"].map(str::to_owned).into();
    answers.extend(ids.iter().map(|id| format!("pushes/{id}")));

    let mut shown = vec![format!("{:?}", Reply::of(app.http.get(app.url("/api/openapi.json"))).await)];
    for page in pages {
        let reply = Reply::of(app.http.get(app.url(&page)).header(header::COOKIE, cookie)).await;
        assert_eq!(reply.status, StatusCode::OK, "{page}");
        shown.push(format!("{page}: {reply:?}"));
    }
    for answer in answers {
        let reply = app.get(&answer).await;
        assert_eq!(reply.status, StatusCode::OK, "{answer}");
        shown.push(format!("{answer}: {reply:?}"));
    }
    shown.join("\n")
}

/// Tenants beside the test's own, each with the emulator's secret sealed for it.
async fn connected_tenants(app: &TestApp, count: usize) -> Vec<TenantId> {
    let mut tenants = Vec::new();
    for n in 0..count {
        let tenant = app.services.add_tenant(&format!("Tenant {n}")).await.unwrap();
        app.services.connect(tenant, &app.connection(CREDENTIALS.secret)).await.unwrap();
        tenants.push(tenant);
    }
    tenants
}

async fn opens(services: &Services, tenant: TenantId) -> bool {
    matches!(services.session(tenant, Lane::Interactive).await, Ok(Ok(_)))
}

on_both! {
    async fn no_table_file_log_page_or_answer_holds_a_secret(db) {
        logs::listen();
        let app = TestApp::start(db).await;
        app.services.put_user(app.tenant, "robin@example.com", "Robin", PASSWORD.into()).await.unwrap();
        let refused = sign_in(&app, WRONG_PASSWORD).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        app.quote("Q-1").line("Firewall", "1 × 900.00").send().await;
        app.expect("Q-1", "sent", "").await;
        app.connect(WRONG_SECRET).await;
        app.quote("Q-2").line("Firewall", "1 × 900.00").send().await;
        assert_eq!(app.push("Q-2").await["status"], "held");
        assert!(app.failures().contains(&401));
        app.services.rotate_key().await.unwrap();
        app.connect(CREDENTIALS.secret).await;
        app.retry("Q-2").await;
        app.after(HOUR).await;
        app.expect("Q-2", "sent", "").await;
        app.services.forget_old_keys().await.unwrap();

        let signed = sign_in(&app, PASSWORD).await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER);
        let cookie = signed.header("set-cookie").split(';').next().unwrap().to_owned();
        let session = cookie.split_once('=').unwrap().1;
        let canaries = [CREDENTIALS.secret, WRONG_SECRET, PASSWORD, WRONG_PASSWORD, app.token.as_str(), session];
        let shown = everything_shown(&app, &cookie).await;
        assert_clean("a page or answer", &format!("{:?}{shown}", refused.body), &canaries);
        let dump = dump(db).await;
        assert!(dump.contains("connection.secret_sealed: ") && dump.contains("Q-1"), "{dump}");
        assert_clean("a table", &dump, &canaries);
        assert_clean("a file", &files(db), &canaries);
        let log = logs::heard();
        assert!(log.contains("TRACE") || log.contains("DEBUG"), "nothing was captured: {log}");
        assert_clean("the log", &log, &canaries);
    }

    async fn the_key_is_changed_while_pushes_run(db) {
        let app = TestApp::start(db).await;
        let mut tenants = connected_tenants(&app, TENANTS - 1).await;
        tenants.push(app.tenant);
        // Another process, which read the keys before they change.
        let other = db.services().await;
        let push = async |from: usize, to: usize| {
            for n in from..to {
                app.quote(&format!("Q-{n}")).line("Firewall", "1 × 900.00").send().await;
            }
        };
        push(0, 1).await;
        let (tasks, start) = (TaskTracker::new(), Instant::now());
        let services = app.services.clone();
        let rotation = tasks.spawn(async move { (services.rotate_key().await, start.elapsed()) });
        push(1, 40).await;
        let (rotated, took) = rotation.await.unwrap();
        assert_eq!(rotated.unwrap(), TENANTS);
        let services = app.services.clone();
        let forgetting = tasks.spawn(async move { services.forget_old_keys().await });
        push(40, 50).await;
        assert_eq!(forgetting.await.unwrap().unwrap(), 0, "all were sealed with the newest key already");
        report(&format!("{TENANTS} secrets were sealed anew in {took:.1?}, while 39 quotes were pushed"));

        for n in 0..50 {
            app.expect(&format!("Q-{n}"), "sent", "").await;
        }
        for services in [&app.services, &other, &db.services().await] {
            for tenant in &tenants {
                assert!(opens(services, *tenant).await, "{tenant}");
            }
        }
    }
}

#[expect(clippy::print_stderr, reason = "a measurement is for whoever runs the test, not a condition")]
fn report(measured: &str) {
    eprintln!("{measured}");
}
