//! One id through the request, the push that it caused, and everything that is logged about either.

use serde_json::json;

use crate::{
    harness::{Reply, TestApp, on_both},
    logs,
};
use reqwest::Method;

const ID: &str = "quoting-tool-4711";

impl TestApp {
    async fn put_as(&self, id: &str, number: &str, body: &serde_json::Value) -> Reply {
        let request = self.api(Method::PUT, &format!("quotes/{number}")).header("x-request-id", id);
        Reply::of(request.json(body)).await
    }
}

on_both! {
    async fn the_senders_id_is_in_every_line_about_its_push(db) {
        let app = TestApp::start(db).await;
        logs::listen();
        let draft = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        let reply = app.put_as(ID, "Q-1", draft.body()).await;
        assert_eq!((reply.status.as_u16(), reply.header("x-request-id")), (202, ID));
        app.settle().await;
        let heard = logs::heard();
        let push = app.push("Q-1").await["id"].as_str().unwrap().to_owned();
        let about: Vec<&str> = heard.lines().filter(|line| line.contains("push{") && !line.contains("sqlx")).collect();
        assert!(about.iter().any(|line| line.contains("a push was left")), "{heard}");
        let calls = about.iter().filter(|line| line.contains("asked Autotask")).count();
        assert!(calls >= 4, "{calls} calls in {about:#?}");
        for line in about.iter().filter(|line| line.contains("opportune::worker")) {
            assert!(line.contains(&push) && line.contains(ID), "{line}");
        }
        let page = app.look(&format!("/activity/{push}")).await;
        assert!(page.contains(&format!("request <code>{ID}</code>")), "{page}");
        assert!(heard.lines().any(|line| line.contains("request{") && line.contains("/api/v1/quotes/Q-1") && line.contains(ID)), "{heard}");
    }

    async fn a_change_of_a_document_is_the_newer_requests(db) {
        let app = TestApp::start(db).await;
        let draft = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        app.put_as("first", "Q-1", draft.body()).await;
        app.put_as("again", "Q-1", draft.body()).await;
        let push = app.push("Q-1").await["id"].as_str().unwrap().to_owned();
        assert!(app.look(&format!("/activity/{push}")).await.contains("request <code>first</code>"), "nothing changed");
        let draft = draft.with("status", json!("won"));
        app.put_as("second", "Q-1", draft.body()).await;
        assert!(app.look(&format!("/activity/{push}")).await.contains("request <code>second</code>"));
    }

    async fn a_request_without_a_fit_id_gets_one_and_problems_name_it(db) {
        let app = TestApp::start(db).await;
        let made = app.get("quotes/Q-404").await;
        assert_eq!((made.status.as_u16(), made.body["request_id"].as_str().unwrap().len()), (404, 36));
        assert_eq!(made.body["request_id"], made.header("x-request-id"));
        assert_eq!(made.header("content-type"), "application/problem+json");
        let unfit = app.put_as("two words", "Q-1", &json!({})).await;
        assert_eq!((unfit.status.as_u16(), unfit.header("x-request-id").len()), (422, 36));
        assert!(unfit.body["fields"].is_object() && unfit.body["request_id"] == unfit.header("x-request-id"));
        let fit = app.put_as(ID, "Q-1", &json!({})).await;
        assert_eq!((fit.body["request_id"].as_str(), fit.header("x-request-id")), (Some(ID), ID));
        let refused = Reply::of(app.http.delete(app.url("/api/v1/pushes")).header("x-request-id", ID)).await;
        assert_eq!((refused.status.as_u16(), refused.body["request_id"].as_str()), (405, Some(ID)));
        assert_eq!(refused.header("allow"), "GET,HEAD");
        let page = app.http.get(app.url("/sign-in")).header("x-request-id", ID).send().await.unwrap();
        assert_eq!(page.headers()["x-request-id"], ID);
    }
}
