//! Calls that go wrong on the way: too slow, too large, cut, redirected.

use std::time::Duration;

use serde_json::json;

use super::{
    access, client, limits,
    server::{Answer, Server},
};
use crate::autotask::{
    Call, Client, Condition, Failure, Filter, Session, id, resolve::System, send::Limits, written,
};

fn create() -> Call {
    Call::create("Opportunities", json!({ "title": "Q-1" }))
}

fn read() -> Call {
    Call::read("Opportunities/1")
}

/// What a read and a create fail with, and how often the server was asked.
async fn failures(client: &Client, server: &Server) -> (Failure, Failure, usize) {
    let access = access(&server.origin());
    let read = client.send(&access, &read()).await.result.unwrap_err();
    let create = client.send(&access, &create()).await.result.unwrap_err();
    (read, create, server.asked().len())
}

fn short() -> Client {
    let short = Duration::from_millis(50);
    Client::with(Limits { read: short, write: short, answer: usize::MAX, ..limits() }, || System).unwrap()
}

#[tokio::test]
async fn a_call_bears_the_credentials_and_its_body() {
    let server = Server::start(|_, _| Answer::json(200, &json!({ "itemId": 4 }))).await;
    let exchange = client().send(&access(&server.origin()), &create()).await;
    assert_eq!(written(&exchange), Ok(4));
    let asked = server.asked().concat();
    for part in [
        "POST /ATServicesRest/V1.0/Opportunities HTTP/1.1\r\n",
        "username: api@msp.example\r\n",
        "secret: canary-secret-4711\r\n",
        "apiintegrationcode: canary-code-4712\r\n",
        "content-type: application/json\r\n",
        "\r\n\r\n{\"title\":\"Q-1\"}",
    ] {
        assert!(asked.contains(part), "{part} is not in {asked}");
    }
}

#[tokio::test]
async fn silence_ends_with_the_time_out() {
    let server = Server::start(|_, _| Answer::Silence).await;
    let reason = "Autotask did not answer in time".to_owned();
    let expected = (Failure::Temporary(reason.clone()), Failure::Unknown(reason), 2);
    assert_eq!(failures(&short(), &server).await, expected);
}

#[tokio::test]
async fn a_drip_ends_with_the_time_out() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8000000000\r\n\r\n{";
    let server = Server::start(|_, _| Answer::Drip(head.to_vec())).await;
    let reason = "Autotask did not answer in time".to_owned();
    let expected = (Failure::Temporary(reason.clone()), Failure::Unknown(reason), 2);
    assert_eq!(failures(&short(), &server).await, expected);
}

#[tokio::test]
async fn an_endless_answer_ends_with_the_largest_size() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let server = Server::start(|_, _| {
        let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
        Answer::Bytes([head.as_slice(), &chunk.repeat(200)].concat())
    })
    .await;
    let reason = "Autotask's answer is too long to be read".to_owned();
    let expected = (Failure::Temporary(reason.clone()), Failure::Unknown(reason), 2);
    assert_eq!(failures(&client(), &server).await, expected);
}

#[tokio::test]
async fn a_cut_answer_leaves_a_create_unknown() {
    let server = Server::start(|_, _| {
        Answer::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"itemId\":".to_vec())
    })
    .await;
    let (read, create, asked) = failures(&client(), &server).await;
    assert!(matches!(read, Failure::Temporary(_)), "{read:?}");
    assert!(matches!(create, Failure::Unknown(_)), "{create:?}");
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_refusal_is_one_also_when_its_body_is_cut() {
    let server = Server::start(|nth, _| {
        let status = if nth < 2 { "401 Unauthorized" } else { "429 Too Many" };
        Answer::Bytes(
            format!("HTTP/1.1 {status}\r\nRetry-After: 9\r\nContent-Length: 100\r\n\r\n<html>").into_bytes(),
        )
    })
    .await;
    assert_eq!(failures(&client(), &server).await, (Failure::Credentials, Failure::Credentials, 2));
    let throttled = Failure::Throttled(Some(Duration::from_secs(9)));
    assert_eq!(failures(&client(), &server).await, (throttled.clone(), throttled, 4));
}

#[tokio::test]
async fn a_port_where_nobody_listens_means_not_sent() {
    let server = Server::sink().await;
    let origin = server.origin();
    drop(server);
    tokio::task::yield_now().await;
    let exchange = client().send(&access(&origin), &create()).await;
    assert!(matches!(exchange.result, Err(Failure::NotSent(_))), "{exchange:?}");
}

#[tokio::test]
async fn retry_after_may_be_a_date() {
    let server = Server::start(|_, _| {
        let headers = ["Date: Mon, 23 Nov 2026 10:00:00 GMT", "Retry-After: Mon, 23 Nov 2026 10:05:00 GMT"];
        Answer::http(429, &headers, "")
    })
    .await;
    let exchange = client().send(&access(&server.origin()), &create()).await;
    assert_eq!(exchange.result, Err(Failure::Throttled(Some(Duration::from_mins(5)))));
}

#[tokio::test]
async fn credentials_that_no_header_can_hold_are_not_sent() {
    let server = Server::sink().await;
    for secret in ["line\r\nSecret2: x", "nul\0", "del\x7f"] {
        let access = super::Access { secret: secret.into(), ..access(&server.origin()) };
        let exchange = client().send(&access, &read()).await;
        assert_eq!(exchange.result, Err(Failure::Credentials), "{secret:?}");
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_long_list_is_taken_page_by_page_by_id() {
    let server = Server::start(|nth, _| {
        let ids = [1..501, 501..1001, 1001..1008][nth].clone();
        let rows: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
        Answer::json(200, &json!({ "items": rows }))
    })
    .await;
    let session = Session::new(client(), access(&server.origin()));
    let filter = Filter::by(Condition::eq("isActive", true));
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = session.query_page("Companies", &filter, after, &["id"]).await.unwrap();
        rows.extend(page);
        let Some(last) = next else { break };
        after = Some(last);
    }
    assert_eq!(rows.iter().filter_map(id).collect::<Vec<_>>(), (1..1008).collect::<Vec<i64>>());
    let asked = server.asked();
    let active = r#"{"field":"isActive","op":"eq","value":true}"#;
    assert!(
        asked[0].ends_with(&format!(r#""Filter":[{active}],"IncludeFields":["id"],"MaxRecords":500}}"#)),
        "{asked:?}"
    );
    for (nth, last) in [(1, 500), (2, 1000)] {
        let after = format!(r#""Filter":[{active},{{"field":"id","op":"gt","value":{last}}}]"#);
        assert!(asked[nth].contains(&after), "{}", asked[nth]);
    }
}

#[tokio::test]
async fn a_list_that_goes_in_circles_is_left() {
    let rows: Vec<_> = (1..=500).map(|id| json!({ "id": id })).collect();
    let server = Server::start(move |_, _| Answer::json(200, &json!({ "items": rows }))).await;
    let session = Session::new(client(), access(&server.origin()));
    let (_, after) = session.query_page("Companies", &Filter::every(), None, &["id"]).await.unwrap();
    let outcome = session.query_page("Companies", &Filter::every(), after, &["id"]).await;
    assert_eq!(outcome, Err(Failure::Temporary("Companies came in no order of ids".to_owned())));
    assert_eq!(server.asked().len(), 2);
}
