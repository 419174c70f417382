//! REST: what is taken in, what is refused and how, and what comes back.

mod refusals;

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::harness::{Reply, TestApp, on_both};

const QUOTE: &str = include_str!("examples/quote.json");
const SALE: &str = include_str!("examples/sale.json");

fn example() -> Value {
    serde_json::from_str(QUOTE).unwrap()
}

/// Fails unless an answer is a problem of that status, and gives back its sentence.
fn problem(reply: &Reply, status: u16) -> &str {
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (status, "application/problem+json"),
        "{reply:?}"
    );
    assert_eq!(reply.body["status"], status);
    assert!(reply.body["title"].is_string());
    reply.body["detail"].as_str().unwrap()
}

/// A document with that many lines.
fn with_lines(count: usize) -> Value {
    let line = |id: usize| json!({ "id": id.to_string(), "kind": "service", "name": "Setup", "quantity": "1", "unit_price": "1" });
    let mut body = example();
    body["lines"] = (0..count).map(line).collect();
    body
}

on_both! {
    async fn the_example_documents_are_accepted(db) {
        let app = TestApp::start(db).await;
        let reply = app.put("quotes/Q-1", &example()).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{reply:?}");
        let expected = json!({ "number": "Q-1", "version": 1, "unchanged": false, "push": reply.body["push"], "note": null });
        assert_eq!(reply.body, expected);
        let address = reply.body["push"].as_str().unwrap();
        let push = app.get(address.strip_prefix("/api/v1/").unwrap()).await.body;
        assert_eq!((&push["document"], &push["status"]), (&json!({ "kind": "quote", "number": "Q-1" }), &json!("waiting")));
        let reply = app.put("sales/S-1", &serde_json::from_str(SALE).unwrap()).await;
        assert_eq!((reply.status, &reply.body["version"]), (StatusCode::ACCEPTED, &json!(1)));
    }

    async fn the_same_body_twice_changes_nothing(db) {
        let app = TestApp::start(db).await;
        let first = app.put("quotes/Q-1", &example()).await;
        let again = app.put("quotes/Q-1", &example()).await;
        assert_eq!((&again.body["version"], &again.body["unchanged"], &again.body["push"]), (&json!(1), &json!(true), &first.body["push"]));
        let mut same = example();
        same["lines"][0]["selected"] = Value::Null;
        same["surplus"] = Value::Null;
        assert_eq!(app.put("quotes/Q-1", &same).await.status, 422, "also an unknown field that is null is unknown");
        same.as_object_mut().unwrap().remove("surplus");
        assert_eq!(app.put("quotes/Q-1", &same).await.body["unchanged"], true, "null is as good as absent");
        app.settle().await;
        let sent = app.put("quotes/Q-1", &example()).await;
        assert_eq!((&sent.body["version"], &sent.body["push"]), (&json!(1), &Value::Null));
        assert_eq!(app.pushes("Q-1").await.len(), 1);
        same["title"] = json!("Another title");
        let changed = app.put("quotes/Q-1", &same).await;
        assert_eq!((&changed.body["version"], &changed.body["unchanged"]), (&json!(2), &json!(false)));
        assert_eq!(app.pushes("Q-1").await.len(), 2);
    }

    async fn what_was_put_is_given_back_and_can_be_put_again(db) {
        let app = TestApp::start(db).await;
        let mut bundled = example();
        let component = json!({ "id": "a", "kind": "service", "name": "Part", "quantity": "2.5", "unit_price": "0.0001", "discount": { "kind": "unit", "value": "0.00005" } });
        bundled["lines"] = json!([{ "id": "1", "kind": "bundle", "name": "Kit", "components": [component] }, { "id": "2", "kind": "text", "name": "Words" }]);
        bundled["lines"][0]["components"][0]["discount"]["value"] = json!("0.0001");
        bundled["autotask"] = json!({ "opportunity_id": 7, "quote_id": 8 });
        for (path, body) in [("quotes/Q-1", example()), ("quotes/Q-2", bundled), ("sales/S-1", serde_json::from_str(SALE).unwrap())] {
            assert_eq!(app.put(path, &body).await.status, 202, "{path}");
            let stored = app.get(path).await.body;
            assert_eq!((&stored["version"], &stored["received_at"]), (&json!(1), &json!("2026-11-23T09:00:00Z")), "{path}");
            let again = app.put(path, &stored["document"]).await;
            assert_eq!((again.status.as_u16(), &again.body["unchanged"]), (202, &json!(true)), "{path}: {again:?}");
            for member in ["title", "status", "currency", "customer"] {
                assert_eq!(stored["document"][member], body[member], "{path} {member}");
            }
        }
    }

    async fn five_hundred_lines_are_taken_and_one_more_is_not(db) {
        let app = TestApp::start(db).await;
        assert_eq!(app.put("quotes/Q-1", &with_lines(500)).await.status, 202);
        let refused = app.put("quotes/Q-2", &with_lines(501)).await;
        problem(&refused, 422);
        assert_eq!(refused.body["fields"], json!({ "lines": ["must have at most 500 entries"] }));
        assert_eq!(app.get("quotes/Q-2").await.status, 404);
    }

    async fn a_body_that_is_too_large_is_refused(db) {
        let app = TestApp::start(db).await;
        let request = app.api(Method::PUT, "quotes/Q-1").header(header::CONTENT_TYPE, "application/json");
        let reply = Reply::of(request.body(" ".repeat(2 * 1024 * 1024 + 1))).await;
        assert_eq!(problem(&reply, 413), "The body could not be read; it may have at most 2097152 bytes.");
    }

    async fn only_json_is_read(db) {
        let app = TestApp::start(db).await;
        let send = async |kind: &str, body: &str| {
            let request = app.api(Method::PUT, "quotes/Q-1").header(header::CONTENT_TYPE, kind);
            Reply::of(request.body(body.to_owned())).await
        };
        for body in ["", "{", "title=Office", "{\"title\": 1,}"] {
            let reply = send("application/json", body).await;
            assert!(problem(&reply, 400).starts_with("The body is not JSON: "), "{reply:?}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "", "application/json5"] {
            let reply = send(kind, QUOTE).await;
            assert_eq!(problem(&reply, 415), "Send JSON with the header Content-Type: application/json");
        }
        assert_eq!(send("Application/JSON; charset=utf-8", QUOTE).await.status, 202);
        for body in ["[]", "7", "null", "\"text\""] {
            let reply = send("application/json", body).await;
            problem(&reply, 422);
            assert_eq!(reply.body["fields"]["document"], json!(["must be an object"]), "{body}");
        }
    }

    async fn no_token_and_an_unknown_token_are_refused(db) {
        let app = TestApp::start(db).await;
        let with = async |authorization: &str| {
            let request = app.http.get(app.url("/api/v1/quotes/Q-1"));
            Reply::of(if authorization.is_empty() { request } else { request.header(header::AUTHORIZATION, authorization) }).await
        };
        for authorization in ["", "Bearer", "Basic dXNlcjpwYXNz", "Bearer opp_unknown", "Bearer  "] {
            let reply = with(authorization).await;
            problem(&reply, 401);
            assert_eq!(reply.header("www-authenticate"), "Bearer", "{authorization:?}");
        }
        assert_eq!(with(&format!("bearer {}", app.token)).await.status, 404);
    }

    async fn another_tenants_records_are_not_found(db) {
        let app = TestApp::start(db).await;
        app.put("quotes/Q-1", &example()).await;
        let push = app.push("Q-1").await["id"].as_str().unwrap().to_owned();
        let other = app.services.add_tenant("Theirs").await.unwrap();
        let token = app.services.add_token(other, "theirs").await.unwrap();
        let theirs = async |method: Method, path: String| Reply::of(app.http.request(method, app.url(&path)).bearer_auth(&token)).await;
        let addresses = [
            (Method::GET, "/api/v1/quotes/Q-1".to_owned()),
            (Method::GET, "/api/v1/sales/Q-1".to_owned()),
            (Method::GET, format!("/api/v1/pushes/{push}")),
            (Method::POST, format!("/api/v1/pushes/{push}/retry")),
        ];
        for (method, path) in addresses {
            problem(&theirs(method, path).await, 404);
        }
        assert_eq!(theirs(Method::GET, "/api/v1/pushes".to_owned()).await.body, json!({ "pushes": [], "next": null }));
    }

    async fn addresses_and_methods_that_are_not_there_are_named_as_problems(db) {
        let app = TestApp::start(db).await;
        for path in ["nothing", "quotes", "quotes/Q-1/lines", "pushes/not-an-id", "sales/S-404"] {
            problem(&app.get(path).await, 404);
        }
        problem(&app.get("pushes?colour=blue").await, 400);
        for (method, path) in [(Method::DELETE, "quotes/Q-1"), (Method::POST, "sales/S-1"), (Method::PUT, "pushes")] {
            let reply = Reply::of(app.api(method.clone(), path)).await;
            assert_eq!(problem(&reply, 405), "This address does not take that method.", "{method} {path}");
            assert!(!reply.header("allow").is_empty(), "{method} {path}");
        }
    }

    async fn pushes_are_listed_newest_first_page_by_page(db) {
        let app = TestApp::start(db).await;
        let mut body = example();
        body["lines"] = json!([]);
        for number in 0..51 {
            app.put(&format!("quotes/Q-{number}"), &body).await;
        }
        let first = app.get("pushes?status=waiting").await.body;
        assert_eq!(first["pushes"].as_array().unwrap().len(), 50);
        assert_eq!(first["pushes"][0]["document"]["number"], "Q-50");
        let next = first["next"].as_str().unwrap().strip_prefix("/api/v1/").unwrap();
        let second = app.get(next).await.body;
        assert_eq!((second["pushes"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
        assert_eq!(second["pushes"][0]["document"]["number"], "Q-0");
        assert_eq!(app.get("pushes?status=sent").await.body["pushes"], json!([]));
    }

    async fn cookies_open_no_door_to_rest(db) {
        let app = TestApp::start(db).await;
        app.services.put_user(app.tenant, "r@example.com", "Robin", "a sentence is fine".into()).await.unwrap();
        let session = app.services.sign_in("r@example.com", "a sentence is fine".into(), "10.0.0.1").await.unwrap();
        let request = app.http.get(app.url("/api/v1/pushes")).header(header::COOKIE, format!("session={session}"));
        problem(&Reply::of(request).await, 401);
    }
}
