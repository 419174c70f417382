//! The log, scripted faults, the journal, and the built-in tenant.

use std::{fs, future::Future, time::Duration};

use super::*;

pub(super) async fn control(api: &Api, method: Method, path: &str, body: Value) -> Reply {
    api.request(signed(method, &format!("/_emulator/{path}"), &body)).await
}

pub(super) async fn script(api: &Api, faults: Value) {
    assert_eq!(control(api, Method::POST, "faults", faults).await.status, 200);
}

#[tokio::test]
async fn the_log_tells_what_was_asked_and_what_it_did() {
    let api = Api::new();
    let body = opportunity();
    let id = api.post("Opportunities", body.clone()).await.id();
    api.patch("Opportunities", json!({"id": id, "stage": 99})).await;
    api.get("Nonsense?x=1").await;
    let text = control(&api, Method::GET, "log", Value::Null).await.text;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "the emulator's own routes are not logged");
    assert_eq!(
        lines[0],
        json!({
            "n": 1, "at": "2026-03-04T05:06:07.089Z", "method": "POST", "path": "/ATServicesRest/V1.0/Opportunities",
            "tenant": CREDENTIALS.user, "body": body, "status": 200, "response": {"itemId": id},
            "effect": {"entity": "Opportunities", "id": id, "op": "create"}, "ms": 0,
        })
    );
    assert_eq!((&lines[1]["status"], &lines[1]["effect"]), (&json!(500), &Value::Null));
    assert_eq!(lines[2]["path"], "/ATServicesRest/V1.0/Nonsense?x=1");
    assert!(lines[2]["response"].as_str().unwrap().starts_with("<!DOCTYPE html"));
    assert!(!text.contains(CREDENTIALS.secret), "the secret is never logged");
}

#[tokio::test]
async fn a_person_can_open_an_opportunity() {
    let api = Api::new();
    let id = api.opportunity().await;
    let address = format!("/Mvc/CRM/OpportunityDetail.mvc?opportunityId={id}");
    let page = api.request(signed(Method::GET, &address, &Value::Null)).await;
    assert_eq!((page.status, &page.json()["Opportunity"]["id"]), (200, &json!(id)));
    let none = "/Mvc/CRM/OpportunityDetail.mvc?opportunityId=1";
    assert_eq!(api.request(signed(Method::GET, none, &Value::Null)).await.status, 404);
}

#[tokio::test]
async fn an_edit_behind_the_api_obeys_no_rule() {
    let api = Api::new();
    let id = api.opportunity().await;
    let path = format!("entities/opportunities/{id}");
    let reply = control(&api, Method::PATCH, &path, json!({"stage": 12, "title": "By hand"})).await;
    assert_eq!((reply.status, &reply.json()["title"]), (200, &json!("By hand")));
    let rows = control(&api, Method::GET, "entities/Opportunities", Value::Null).await.json();
    assert_eq!((rows.as_array().unwrap().len(), &rows[0]["stage"]), (1, &json!(12)));
    for path in ["entities/Opportunities/5", "entities/Nonsense/5"] {
        assert_eq!(control(&api, Method::PATCH, path, json!({})).await.status, 404);
    }
    assert_eq!(control(&api, Method::GET, "entities/Nonsense", Value::Null).await.status, 404);
}

#[tokio::test]
async fn rows_come_and_go_behind_the_api() {
    let api = Api::new();
    let rows = json!([{ "title": "By hand" }, { "title": "Also" }]);
    let ids = control(&api, Method::POST, "entities/Opportunities", rows).await.json();
    let ids: Vec<i64> = serde_json::from_value(ids).unwrap();
    assert_eq!(ids.len(), 2);
    let path = format!("entities/opportunities/{}", ids[0]);
    assert_eq!(control(&api, Method::DELETE, &path, Value::Null).await.status, 204);
    assert_eq!(control(&api, Method::DELETE, &path, Value::Null).await.status, 404);
    let left = api.0.entities("Opportunities");
    assert_eq!((left.len(), &left[0]["id"], &left[0]["title"]), (1, &json!(ids[1]), &json!("Also")));
    assert_eq!(control(&api, Method::POST, "entities/Nonsense", json!([])).await.status, 404);
}

#[tokio::test]
async fn a_scripted_status_hits_the_requests_it_names_and_no_more() {
    let api = Api::new();
    let fault =
        json!({"method": "post", "path": "OPPORTUNITIES", "times": 2, "kind": "status", "status": 429});
    script(&api, json!([fault, {"path": "Quotes", "kind": "html"}])).await;
    assert_eq!(api.get("Opportunities/5").await.status, 200, "another method");
    for left in [1, 0] {
        let reply = api.post("Opportunities", opportunity()).await;
        assert_eq!(reply.status, 429);
        assert!(reply.json()["errors"][0].as_str().unwrap().contains("thread threshold"));
        let pending = control(&api, Method::GET, "faults", Value::Null).await.json();
        let times: Vec<_> = pending.as_array().unwrap().iter().map(|fault| fault["times"].clone()).collect();
        assert_eq!(times, if left == 1 { vec![json!(1), json!(1)] } else { vec![json!(1)] });
    }
    assert_eq!(api.0.entities("Opportunities"), Vec::<Value>::new());
    api.opportunity().await;
    let page = api.get("Quotes/5").await;
    assert_eq!((page.status, &page.headers["content-type"]), (503, &"text/html".parse().unwrap()));
    script(&api, json!({"kind": "status", "status": 401, "body": ""})).await;
    let empty = api.get("Quotes/5").await;
    assert_eq!((empty.status, empty.text.as_str()), (401, ""));
    script(&api, json!({"kind": "status", "status": 500, "body": {"errors": ["internal error"]}})).await;
    api.get("Quotes/5").await.refuses_with("internal error");
    script(&api, json!({"kind": "status"})).await;
    assert_eq!(control(&api, Method::DELETE, "faults", Value::Null).await.status, 204);
    assert_eq!(api.get("Quotes/5").await.status, 200);
    assert_eq!(control(&api, Method::POST, "faults", json!({"kind": "nonsense"})).await.status, 422);
}

#[tokio::test]
async fn a_truncated_answer_has_its_effect() {
    let api = Api::new();
    script(&api, json!({"path": "Opportunities", "kind": "truncated"})).await;
    let reply = api.post("Opportunities", opportunity()).await;
    assert_eq!((reply.status, reply.text.as_str()), (200, r#"{"itemId""#));
    assert_eq!(api.0.entities("Opportunities").len(), 1);
}

#[tokio::test]
async fn latency_holds_the_answer_back() {
    let api = Api::new();
    script(&api, json!({"path": "Companies", "kind": "latency", "ms": 600_000})).await;
    assert!(at_once(api.get("Companies/101")).await.is_none());
    assert_eq!(at_once(api.get("Companies/101")).await.map(|reply| reply.status), Some(200));
}

#[tokio::test]
async fn a_request_that_its_client_gave_up_can_still_have_its_effect() {
    let api = Api::new();
    script(&api, json!({"path": "Opportunities", "kind": "latency", "ms": 1})).await;
    assert!(at_once(api.post("Opportunities", opportunity())).await.is_none());
    let effect = async {
        while api.0.entities("Opportunities").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), effect).await.unwrap();
    assert_eq!(
        api.0.log().pop().unwrap().effect.map(|effect| effect.entity).as_deref(),
        Some("Opportunities")
    );
}

#[tokio::test]
async fn an_administrator_can_switch_a_picklist_value_off() {
    let api = Api::new();
    let path = "picklists/Opportunities/stage/11";
    let reply = control(&api, Method::PATCH, path, json!({"isActive": false})).await;
    assert_eq!((reply.status, &reply.json()["label"]), (200, &json!("Proposal")));
    let sentence = "Picklist value [11] does not exist for stage. ; on record number [1].";
    api.post("Opportunities", opportunity()).await.refuses_with(sentence);
    let unknown = control(&api, Method::PATCH, "picklists/Opportunities/stage/99", json!({})).await;
    assert_eq!(unknown.status, 404);
    control(&api, Method::POST, "reset", Value::Null).await;
    api.opportunity().await;
}

#[tokio::test]
async fn a_text_field_can_get_another_length() {
    let api = Api::new();
    let set =
        async |path, length| control(&api, Method::PATCH, path, json!({ "length": length })).await.status;
    assert_eq!(set("lengths/Opportunities/title", 5).await, 204);
    let fields = api.get("Opportunities/entityInformation/fields").await.json();
    let title = fields["fields"].as_array().unwrap().iter().find(|field| field["name"] == "title").unwrap();
    assert_eq!(title["length"], 5);
    assert_ne!(api.post("Opportunities", opportunity()).await.status, 200, "its title is longer");
    for unknown in ["lengths/Opportunities/nothing", "lengths/Opportunities/amount", "lengths/Nothing/title"]
    {
        assert_eq!(set(unknown, 5).await, 404, "{unknown}");
    }
    control(&api, Method::POST, "reset", Value::Null).await;
    api.opportunity().await;
}

pub(super) async fn at_once<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(Duration::ZERO, work).await.ok()
}

/// Sends one POST over a connection of its own and returns what came back before it was closed.
async fn over_tcp(api: &Api, path: &str, body: &str) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let request = format!(
        "POST {BASE}{path} HTTP/1.1\r\nHost: emulator\r\nUserName: {}\r\nSecret: {}\r\nApiIntegrationCode: {}\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        CREDENTIALS.user,
        CREDENTIALS.secret,
        CREDENTIALS.integration_code,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    tokio::select! {
        _ = axum::serve(listener, api.0.router()) => panic!("the server stopped"),
        read = stream.read_to_end(&mut received) => drop(read),
    }
    received
}

#[tokio::test]
async fn a_cut_connection_carries_no_answer() {
    let api = Api::new();
    let body = opportunity().to_string();
    for (kind, rows) in [("cut_before", 0), ("cut_after", 1)] {
        script(&api, json!({"path": "Opportunities", "kind": kind})).await;
        assert_eq!(over_tcp(&api, "Opportunities", &body).await, b"", "{kind}");
        assert_eq!(api.0.entities("Opportunities").len(), rows, "{kind}");
        let entry = api.0.log().pop().unwrap();
        assert_eq!((entry.status, entry.effect.is_some()), (None, rows == 1), "{kind}");
    }
    let whole = over_tcp(&api, "Opportunities", &body).await;
    assert!(whole.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&whole));
}

#[tokio::test]
async fn effects_outlive_the_process_in_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    let open = || Api::open(Options { journal: Some(journal.clone()), ..Options::default() });
    let before = open();
    let quote = before.quote().await;
    let items = format!("Quotes/{quote}/Items");
    let charge = json!({
        "quoteItemType": 2, "chargeID": 404, "quantity": 1, "unitDiscount": 0, "percentageDiscount": 0,
        "lineDiscount": 0, "isOptional": false,
    });
    let item = before.post(&items, charge.clone()).await.id();
    before.call(Method::DELETE, &format!("{items}/{item}"), Value::Null).await.id();
    assert_eq!(fs::read_to_string(&journal).unwrap().lines().count(), 4, "one line an effect");
    fs::write(&journal, fs::read_to_string(&journal).unwrap() + "{\"op\":\"cre").unwrap();

    let after = open();
    for entity in ["Opportunities", "Quotes", "QuoteItems"] {
        assert_eq!(after.0.entities(entity), before.0.entities(entity), "{entity}");
    }
    assert_eq!(after.post(&items, charge).await.id(), item + 1, "the id of a deleted row stays used");
    assert_eq!(open().0.entities("QuoteItems").len(), 1, "the torn line is gone");

    assert_eq!(control(&after, Method::POST, "reset", Value::Null).await.status, 204);
    assert_eq!((after.0.entities("Quotes").len(), after.0.log().len()), (0, 0));
    assert_eq!(fs::read_to_string(&journal).unwrap(), "");
    assert_eq!(open().0.entities("Opportunities").len(), 0);
    fs::write(&journal, "nonsense\n").unwrap();
    assert!(Emulator::open(Options { journal: Some(journal), ..Options::default() }).is_err());
}
