//! The client against a server that is written by hand.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_util::task::AbortOnDropHandle;

use super::{Client, Failure, Limits, vetted};

const KEY: &str = "canary-key-4711";

/// A server that gives every connection the same bytes and notes what it was asked; it ends with the test.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    _accepting: AbortOnDropHandle<()>,
}

impl Server {
    /// `None` never answers.
    async fn start(answer: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&asked);
        let accepting = tokio_util::task::TaskTracker::new().spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                seen.lock().unwrap().push(String::from_utf8(head).unwrap());
                match &answer {
                    Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                    None => silent.push(stream),
                }
            }
        });
        Self { url, asked, _accepting: AbortOnDropHandle::new(accepting) }
    }

    async fn answering(status: u16, headers: &[&str], body: &str) -> Self {
        let headers = [headers, &[""]].concat().join("\r\n");
        let length = body.len();
        let head = format!("HTTP/1.1 {status} Scripted\r\nConnection: close\r\nContent-Length: {length}\r\n");
        Self::start(Some(format!("{head}{headers}\r\n{body}"))).await
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn client() -> Client {
    Client::with(Limits { answer: 10_000, ..Limits::default() }).unwrap()
}

/// What a call to a server that answers so comes to.
async fn outcome(status: u16, headers: &[&str], body: &str) -> Result<usize, Failure> {
    let server = Server::answering(status, headers, body).await;
    let page = client().get(&server.url, &KEY.into(), "quote", &[]).await;
    assert_eq!(server.asked().len(), 1, "nothing is asked twice");
    page.map(|page| page.rows.len())
}

#[tokio::test]
async fn the_key_is_in_its_header_alone() {
    let server = Server::answering(200, &[], r#"[{"id":1},{"id":2}]"#).await;
    let params = [("modifiedAfter", "2026-11-23T09:00:00+00:00".to_owned()), ("pageSize", "100".to_owned())];
    let page = client().get(&format!("{}/", server.url), &KEY.into(), "quote", &params).await.unwrap();
    assert_eq!(page.rows, [json!({ "id": 1 }), json!({ "id": 2 })]);
    let asked = &server.asked()[0];
    let line = asked.lines().next().unwrap();
    assert_eq!(line, "GET /v1/quote?modifiedAfter=2026-11-23T09%3A00%3A00%2B00%3A00&pageSize=100 HTTP/1.1");
    assert!(asked.contains(&format!("apikey: {KEY}\r\n")) && asked.matches(KEY).count() == 1, "{asked}");
    assert!(asked.contains("user-agent: Opportune/"), "{asked}");
}

#[tokio::test]
async fn one_record_is_read_by_its_id() {
    let server = Server::answering(200, &[], r#"{"id":7}"#).await;
    let read = client().get_one(&server.url, &KEY.into(), "customer", 7).await;
    assert_eq!(read, Ok(json!({ "id": 7 })));
    assert!(server.asked()[0].starts_with("GET /v1/customer/7 HTTP/1.1\r\n"));
    let server = Server::answering(404, &[], "").await;
    assert_eq!(client().get_one(&server.url, &KEY.into(), "customer", 7).await, Err(Failure::Missing));
    let server = Server::answering(200, &[], "[]").await;
    let read = client().get_one(&server.url, &KEY.into(), "customer", 7).await;
    assert_eq!(read.unwrap_err().sentence(), "Kaseya Quote Manager's answer is not a record.");
}

#[tokio::test]
async fn every_status_has_its_failure() {
    assert_eq!(outcome(200, &[], "[]").await, Ok(0));
    for status in [401, 403] {
        assert_eq!(outcome(status, &[], "<html>").await, Err(Failure::Credentials));
    }
    assert_eq!(outcome(404, &[], "").await, Err(Failure::Missing));
    for status in [408, 500, 502, 503] {
        let sentence = format!("Kaseya Quote Manager answered with status {status}.");
        assert_eq!(outcome(status, &["Retry-After: 5"], "[]").await, Err(Failure::Unavailable(sentence)));
    }
    let refused =
        |said: &str| Err(Failure::Refused(format!("Kaseya Quote Manager refused with status 400{said}")));
    assert_eq!(
        outcome(400, &[], r#"{"message":"modifiedAfter is no date."}"#).await,
        refused(": modifiedAfter is no date.")
    );
    assert_eq!(outcome(400, &[], "\"no such page\"").await, refused(": no such page."));
    assert_eq!(outcome(400, &[], "<html>").await, refused("."));
}

#[tokio::test]
async fn throttling_says_how_long() {
    let wait = |seconds| Err(Failure::Throttled(Some(Duration::from_secs(seconds))));
    assert_eq!(outcome(429, &["Retry-After: 60"], "").await, wait(60));
    let date = "Date: Mon, 23 Nov 2026 09:00:00 GMT";
    assert_eq!(outcome(429, &[date, "Retry-After: Mon, 23 Nov 2026 09:00:45 GMT"], "").await, wait(45));
    for headers in [
        &[][..],
        &["Retry-After: soon"],
        &["Retry-After: 0"],
        &["Retry-After: Mon, 23 Nov 2026 09:00:45 GMT"],
    ] {
        assert_eq!(outcome(429, headers, "").await, Err(Failure::Throttled(None)), "{headers:?}");
    }
}

#[tokio::test]
async fn what_is_no_list_is_not_taken_for_an_empty_one() {
    let unreadable =
        |what: &str| Err(Failure::Unreadable(format!("Kaseya Quote Manager's answer is {what}.")));
    for body in [r#"{"data":[]}"#, "null", "7", "{}"] {
        assert_eq!(outcome(200, &[], body).await, unreadable("not a list of records"), "{body}");
    }
    for body in ["", "<!DOCTYPE html><html></html>", "[1,", "[] []"] {
        assert_eq!(outcome(200, &[], body).await, unreadable("not JSON"), "{body}");
    }
    let long = format!("[\"{}\"]", "x".repeat(10_000));
    assert_eq!(outcome(200, &[], &long).await, unreadable("too long to be read"));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let sink = Server::answering(200, &[], "[]").await;
    let location = format!("Location: {}/v1/quote", sink.url);
    let failure = outcome(302, &[&location], "").await.unwrap_err();
    assert_eq!(failure.sentence(), "Kaseya Quote Manager answered with the unexpected status 302.");
    assert_eq!(sink.asked(), Vec::<String>::new(), "the key went nowhere else");
}

#[tokio::test]
async fn a_server_that_says_nothing_or_is_not_there() {
    let server = Server::start(None).await;
    let hasty = Client::with(Limits { read: Duration::from_millis(50), ..Limits::default() }).unwrap();
    let failure = hasty.get(&server.url, &KEY.into(), "quote", &[]).await.unwrap_err();
    assert_eq!(failure, Failure::Unavailable("Kaseya Quote Manager did not answer in time.".to_owned()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = client().get(&gone, &KEY.into(), "quote", &[]).await.unwrap_err();
    assert!(failure.sentence().starts_with("Kaseya Quote Manager could not be reached: "), "{failure:?}");
    assert!(!failure.sentence().contains(KEY) && !failure.fix().is_empty());
}

#[tokio::test]
async fn a_key_that_no_header_holds_is_not_sent() {
    let server = Server::answering(200, &[], "[]").await;
    let page = client().get(&server.url, &"line\nbreak".into(), "quote", &[]).await;
    assert_eq!((page, server.asked().len()), (Err(Failure::Credentials), 0));
}

#[test]
fn a_key_goes_over_tls_or_stays_on_this_machine() {
    for fine in [
        "https://api.kaseyaquotemanager.com",
        "http://127.0.0.1:9090/",
        "http://[::1]:9090",
        "http://localhost:1",
    ] {
        assert_eq!(vetted(fine), Ok(fine.trim_end_matches('/').to_owned()));
    }
    for (wrong, why) in [
        ("http://api.kaseyaquotemanager.com", "does not begin with https://"),
        ("http://127.0.0.1.example.com", "does not begin with https://"),
        ("http://localhost.example.com", "does not begin with https://"),
        ("ftp://127.0.0.1", "does not begin with https://"),
        ("https://user:word@example.com", "holds a user name or password"),
        ("https://example.com?a=b", "holds a query or a fragment"),
        ("api.kaseyaquotemanager.com", "is not an address"),
    ] {
        let sentence = format!("The address of Kaseya Quote Manager {why}. Nothing was sent there.");
        assert_eq!(vetted(wrong), Err(Failure::Refused(sentence)), "{wrong}");
    }
}
