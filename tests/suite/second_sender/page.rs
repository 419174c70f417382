//! What people and the operator are told of another tool that sends too, and who may let Opportune go on.

use std::process::Command;

use opportune::domain::person::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::HELD;
use crate::{
    harness::{Database, TENANT, TestApp, on_both},
    repairs::words,
};

const SETTINGS: &str = "/apps/autotask/opportunities";
const RESUME: &str = "/apps/autotask/opportunities/second-sender";

/// Stopped, with one more quote that waits for it.
async fn stopped(db: &Database) -> TestApp {
    let app = TestApp::start(db).await;
    app.worker.upkeep().await.unwrap();
    app.others_arrive(&["Q-1", "Q-2", "Q-3"]).await;
    app.quote("Q-4").put().await;
    app.settle().await;
    app
}

/// What `opportune check` says of it.
async fn checked(app: &TestApp, db: &Database) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opportune"));
    command.args(["check", TENANT, "--json"]).env("DATABASE_URL", &db.url);
    command.env("OPPORTUNE_KEY_FILE", db.folder.path().join("key"));
    // Autotask answers it from this thread.
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let items: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    app.calls();
    items.into_iter().find(|item| item["label"] == "Second sender").unwrap()
}

on_both! {
    async fn the_page_says_what_it_is_and_what_to_do_and_an_editor_does_it(db) {
        let app = stopped(db).await;
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let page = app.page_for(&editor, SETTINGS).await;
        let said = words(&page);
        for sentence in [
            "Nothing is sent: another tool also creates opportunities in Autotask for your quotes",
            "Ids that Opportune did not make came with quote Q-1, quote Q-2 and quote Q-3. 4 quotes and sales are held for it.",
            "Turn off the Autotask opportunity sync in Kaseya Quote Manager (or in the other tool), then press Start sending again",
        ] {
            assert!(said.contains(sentence), "{sentence}: {said}");
        }
        assert!(page.body.as_str().unwrap().contains(&format!(r#"<form method="post" action="{RESUME}">"#)));
        let sent = app.send_as(&editor, RESUME, "").await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/apps/autotask/opportunities?resumed=4#notice"));
        app.settle().await;
        app.expect("Q-4", "sent", "").await;
        let said = words(&app.page_for(&editor, &format!("{SETTINGS}?resumed=4")).await);
        assert!(said.contains("Opportune is sending again 4 held quotes are now being sent."), "{said}");
        assert!(!said.contains("Start sending again"), "{said}");
        let again = app.send_as(&editor, RESUME, "").await;
        assert_eq!(again.header("location"), "/apps/autotask/opportunities#notice", "it is done already");
        let history = words(&app.page_for(&editor, "/history").await);
        for sentence in [
            "Opportune stopped sending: another tool also creates opportunities in Autotask. Ids that Opportune did not make came with quote Q-1,",
            "Eddy started sending again.",
        ] {
            assert!(history.contains(sentence), "{sentence}: {history}");
        }
    }

    async fn a_viewer_sees_it_among_the_repairs_and_may_not_let_it_go_on(db) {
        let app = stopped(db).await;
        let [editor, viewer] = [app.sign_in_as("Eddy", Role::Editor).await, app.sign_in_as("Vic", Role::Viewer).await];
        assert_eq!(app.send_as(&viewer, RESUME, "").await.status, StatusCode::FORBIDDEN);
        assert_eq!(app.second_sender().await, (3, true));
        let said = words(&app.page_for(&viewer, "/repairs").await);
        assert!(said.contains(HELD) && said.contains("4 quotes and sales are held."), "{said}");
        let form = format!(r#"action="{RESUME}""#);
        assert!(!app.page_for(&viewer, "/repairs").await.body.as_str().unwrap().contains(&form));
        assert!(app.page_for(&editor, "/repairs").await.body.as_str().unwrap().contains(&form));
    }

    async fn rest_tells_the_same(db) {
        let app = stopped(db).await;
        let told = app.get("second-sender").await.body;
        assert_eq!((&told["observing"], &told["held"], &told["since"]), (&json!(true), &json!(4), &json!("2026-11-23T09:00:00Z")));
        assert_eq!(told["reason"], HELD);
        let ids = &app.get("quotes/Q-1").await.body["document"]["autotask"];
        let first = &told["documents"][0];
        assert_eq!((&first["document"]["number"], &first["opportunity_id"]), (&json!("Q-1"), &ids["opportunity_id"]));
        let repairs = app.get("repairs").await.body["repairs"].as_array().unwrap().clone();
        assert_eq!(repairs.len(), 1, "one row for all that is held: {repairs:?}");
        assert_eq!((&repairs[0]["kind"], &repairs[0]["held"]), (&json!("second_sender"), &json!(4)));
        app.start_sending_again().await;
        let told = app.get("second-sender").await.body;
        assert_eq!((&told["observing"], &told["documents"], &told["reason"]), (&json!(false), &json!([]), &Value::Null));
        assert_eq!(app.get("repairs").await.body["repairs"], json!([]));
    }

    async fn the_check_says_it(db) {
        let app = TestApp::start(db).await;
        assert_eq!(checked(&app, db).await["outcome"], "passed");
        app.others_arrive(&["Q-1"]).await;
        let item = checked(&app, db).await;
        assert_eq!(
            (&item["outcome"], &item["sentence"]),
            (&json!("warning"), &json!("Ids that Opportune did not make came with quote Q-1."))
        );
        app.others_arrive(&["Q-2", "Q-3"]).await;
        let item = checked(&app, db).await;
        assert_eq!((&item["outcome"], &item["tenant"]), (&json!("failed"), &json!(TENANT)));
        assert!(item["fix"].as_str().unwrap().contains("press Start sending again"), "{item}");
        app.settle().await;
    }
}
