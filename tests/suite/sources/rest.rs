//! Sources over REST: how reading goes, and how Quote Manager is read; and from the command line.

use std::process::{Command, Output, Stdio};

use opportune::emulator::QUOTE_MANAGER_KEY;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Database, Reply, TENANT, TestApp, on_both};

const SETTINGS: &str = "settings/quote-manager";

impl TestApp {
    async fn put_source(&self, etag: &str, body: &Value) -> Reply {
        Reply::of(self.api(Method::PUT, SETTINGS).header("if-match", etag).json(body)).await
    }
}

/// Runs the program on the test's database and far sides: whether it was content, and what it said.
async fn run(
    app: &TestApp,
    db: &Database,
    arguments: &'static [&'static str],
    input: &'static str,
) -> (bool, String) {
    // The far side is served by this test's own threads, so that it must not wait for the program.
    let (config, folder) = (app.config(db), db.folder.path().to_owned());
    tokio::task::spawn_blocking(move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_opportune"));
        command.env("DATABASE_URL", &config.database_url).env("OPPORTUNE_KEY_FILE", folder.join("key"));
        command.env("OPPORTUNE_QUOTE_MANAGER_URL", &config.quote_manager_url);
        std::fs::write(folder.join("input"), input).unwrap();
        command.stdin(Stdio::from(std::fs::File::open(folder.join("input")).unwrap()));
        let Output { status, stdout, stderr } = command.args(arguments).output().unwrap();
        (status.success(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
    })
    .await
    .unwrap()
}

on_both! {
    async fn a_source_says_how_reading_goes_and_which_codes_are_not_known(db) {
        let app = TestApp::start(db).await;
        let before = app.get("sources").await.body;
        assert_eq!((&before["sources"][0]["source"], &before["sources"][0]["state"]), (&json!("quote-manager"), &json!("not_connected")));
        let shop = app.quote_manager();
        shop.connect().await;
        let quote = shop.quote(101).line(801, 1, 11.50).line_with("title", json!("Managed Server"));
        quote.line_with("isRecurring", json!(true)).line_with("recurringType", json!(7)).send().await;
        let reply = app.get("sources/quote-manager").await;
        let body = &reply.body;
        assert_eq!((&body["name"], &body["state"], &body["reason"]), (&json!("Kaseya Quote Manager"), &json!("reading"), &Value::Null));
        assert_eq!((&body["since"], &body["read_at"]), (&json!("2026-11-23T09:01:00Z"), &json!("2026-11-23T09:03:00Z")));
        assert_eq!((&body["calls"]["minute_limit"], &body["calls"]["day_limit"]), (&json!(60), &json!(20_000)));
        assert!(body["calls"]["day"].as_i64() >= Some(10), "{body}");
        assert_eq!(body["records"][0], json!({ "resource": "quote", "count": 1, "read_at": "2026-11-23T09:03:00Z" }));
        let code = json!({
            "key": "quoteline.recurringType 7", "meanings": ["monthly", "quarterly", "semi_annual", "yearly"], "documents": 1, "held": 1,
        });
        assert_eq!(body["unknown_codes"], json!([code]));
        assert!(!reply.body.to_string().contains(QUOTE_MANAGER_KEY));
        assert_eq!(app.get("sources/elsewhere").await.status, StatusCode::NOT_FOUND);
    }

    async fn a_source_is_read_when_it_is_asked_for(db) {
        let app = TestApp::start(db).await;
        let read = async || Reply::of(app.api(Method::POST, "sources/quote-manager/read")).await;
        let refused = read().await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.body["detail"], "Kaseya Quote Manager is not connected. Enter its API key and save it first.");
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 1, 11.50).put();
        assert_eq!(read().await.status, StatusCode::ACCEPTED);
        app.settle().await;
        app.expect("QO101", "sent", "").await;
    }

    async fn its_settings_are_given_and_taken_on_the_revision_that_is_named(db) {
        let app = TestApp::start(db).await;
        let given = app.get(SETTINGS).await;
        assert_eq!(given.header("etag"), "\"2\"");
        let first = json!({ "currency": null, "every_minutes": 1, "paused": false, "codes": {} });
        assert_eq!(given.body["settings"], first);
        assert_eq!(app.put_source("\"2\"", &first).await.header("etag"), "\"2\"", "what is the same makes no revision");
        let other = json!({ "currency": "EUR", "every_minutes": 5, "paused": true, "codes": { "quoteline.recurringType 7": "monthly" } });
        let mut with_note = other.clone();
        with_note["note"] = json!("As our instance has it");
        let saved = app.put_source("\"2\"", &with_note).await;
        assert_eq!((saved.status, saved.header("etag"), &saved.body["settings"]), (StatusCode::OK, "\"3\"", &other), "{saved:?}");
        let newest = app.services.newest_revision(app.tenant).await.unwrap();
        assert_eq!((newest.who().as_str(), newest.note.as_deref()), ("API token suite", Some("As our instance has it")));
        let stale = app.put_source("\"2\"", &first).await;
        assert_eq!((stale.status, stale.header("etag")), (StatusCode::PRECONDITION_FAILED, "\"3\""));
        assert_eq!(stale.body["current"], app.get(SETTINGS).await.body);
        assert_eq!(app.put(SETTINGS, &first).await.status, StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(app.put_source("*", &first).await.header("etag"), "\"4\"");
        assert_eq!(app.get("settings/opportunities").await.header("etag"), "\"4\"", "one chain of revisions");
    }

    async fn what_is_wrong_with_its_settings_is_named_by_path(db) {
        let app = TestApp::start(db).await;
        let body = json!({
            "currency": "euro", "every_minutes": 61, "codes": { "quote.status 7": "maybe", "quote.colour 1": "red", "quote.status x": "open" },
        });
        let reply = app.put_source("*", &body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        let paths: Vec<_> = reply.body["fields"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(paths, ["codes[quote.colour 1]", "codes[quote.status 7]", "codes[quote.status x]", "currency", "every_minutes"]);
        let unknown = app.put_source("*", &json!({ "every_minutes": 1, "key": QUOTE_MANAGER_KEY })).await;
        assert_eq!(unknown.body["fields"]["key"], json!(["is not a field of this document; check its spelling or leave it out"]));
        assert_eq!(app.get(SETTINGS).await.header("etag"), "\"2\"");
    }

    async fn an_operator_connects_it_and_checks_it(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        let (_, said) = run(&app, db, &["check"], "").await;
        assert!(!said.contains("Kaseya Quote Manager"), "what is not connected is not missed: {said}");
        shop.connect().await;
        let quote = shop.quote(101).line(801, 1, 11.50).line_with("title", json!("Managed Server"));
        quote.line_with("isRecurring", json!(true)).line_with("recurringType", json!(7)).send().await;
        let (_, said) = run(&app, db, &["check"], "").await;
        assert!(said.contains("Kaseya Quote Manager: API key accepted, quotes can be read"), "{said}");
        assert!(said.contains("Not known: quoteline.recurringType 7. Quotes and sales that are held for it: 1."), "{said}");
        assert!(said.contains("Say what they mean on the page /apps/quote-manager."), "{said}");
        app.services.disconnect_source(app.tenant, "quote-manager").await.unwrap();
        let (ok, said) = run(&app, db, &["admin", "connect-quote-manager", TENANT], "wrong\n").await;
        assert!(!ok && said.contains("Not saved. Kaseya Quote Manager did not accept the API key."), "{said}");
        assert!(!shop.view().await.is_connected());
        let (ok, said) = run(&app, db, &["admin", "connect-quote-manager", TENANT], QUOTE_MANAGER_KEY).await;
        assert!(ok && said.contains("Connected."), "{said}");
        assert!(shop.view().await.is_connected());
    }
}
