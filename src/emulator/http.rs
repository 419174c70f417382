//! From an HTTP request to its answer: credentials, faults, the call itself, and the log.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, Uri, header::HOST},
};
use serde_json::{Value, json};
use tower::{service_fn, util::CallAll};

use super::{
    CREDENTIALS, Emulator, Inner,
    answer::Answer,
    calls,
    faults::{Fault, Kind},
    log::LogEntry,
    routes, values,
};
use crate::clock::{self, Millis};

/// Where the API starts; its case does not matter.
const ROOT: &str = "/atservicesrest/";
const VERSION: &str = "v1.0/";

/// The web server in front of Autotask does not find addresses with a longer query.
const LONGEST_QUERY: usize = 2_048;

/// A request to Autotask's own routes.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) body: Bytes,
    uri: Uri,
    headers: HeaderMap,
}

impl Call {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The host that the client called, as it called it.
    fn host(&self) -> &str {
        let from_uri = || self.uri.authority().map(axum::http::uri::Authority::as_str);
        self.header(HOST.as_str()).or_else(from_uri).unwrap_or("localhost")
    }

    /// The absolute address of the API, without its version and with a slash at its end.
    pub(super) fn root(&self) -> String {
        format!("http://{}/ATServicesRest/", self.host())
    }

    /// A parameter of the address, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
    }

    /// The path after the API's version; none for addresses outside of it.
    fn path(&self) -> Option<&str> {
        after(after(self.uri.path(), ROOT)?, VERSION)
    }

    /// Whether the query is too long for the web server; the addresses of later pages are its own affair.
    fn is_too_long(&self) -> bool {
        let query = self.uri.query().unwrap_or_default();
        query.len() > LONGEST_QUERY && self.parameter("paging").is_none()
    }

    fn is_authorized(&self) -> bool {
        let user = self.header("UserName").is_some_and(|user| user.eq_ignore_ascii_case(CREDENTIALS.user));
        user && self.header("Secret") == Some(CREDENTIALS.secret)
            && self.header("ApiIntegrationCode") == Some(CREDENTIALS.integration_code)
    }

    /// The request as the log starts it.
    fn logged(&self, arrived: Millis) -> LogEntry {
        let path = self.uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
        LogEntry {
            n: 0,
            at: clock::timestamp(arrived).to_string(),
            method: self.method.to_string(),
            path: path.to_owned(),
            tenant: self.header("UserName").map(str::to_owned),
            body: logged_body(&self.body),
            status: None,
            response: Value::Null,
            effect: None,
            ms: 0,
        }
    }
}

fn after<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn logged_body(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

/// Answers every request that is not the emulator's own.
pub(super) async fn handle(
    State(emulator): State<Emulator>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let call = Call { method, body, uri, headers };
    let arrived = emulator.0.clock.now();
    let fault = emulator.lock().faults.take(&call.method, call.uri.path());
    match fault.as_ref().map_or(0, |fault| fault.ms) {
        0 => settle(&emulator, &call, fault.as_ref(), arrived),
        ms => late(emulator, call, fault, arrived, ms).await,
    }
}

/// Waits first. The wait goes on when the client hangs up, so that a request which its client has given up can
/// still have its effect, as with the real server.
async fn late(
    emulator: Emulator,
    call: Call,
    fault: Option<Fault>,
    arrived: Millis,
    ms: u64,
) -> Response<Body> {
    let tasks = emulator.0.tasks.clone();
    let work = async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        settle(&emulator, &call, fault.as_ref(), arrived)
    };
    tasks.spawn(work).await.unwrap_or_else(|_| broken())
}

/// Carries out the call and writes it to the log in one go, so that the log's order is that of the effects.
fn settle(emulator: &Emulator, call: &Call, fault: Option<&Fault>, arrived: Millis) -> Response<Body> {
    let kind = fault.map(|fault| fault.kind);
    let mut inner = emulator.lock();
    let answer = match fault.and_then(Fault::answer) {
        _ if kind == Some(Kind::CutBefore) => None,
        Some(answer) => Some(answer),
        None => Some(answer(&mut inner, call, &values::stamp(emulator.0.clock.timestamp()))),
    };
    let mut entry = call.logged(arrived);
    entry.effect = answer.as_ref().and_then(|answer| answer.effect.clone());
    let sent = answer.filter(|_| kind != Some(Kind::CutAfter));
    entry.status = sent.as_ref().map(|answer| answer.status.as_u16());
    entry.response = sent.as_ref().map_or(Value::Null, |answer| answer.payload.logged());
    entry.ms = emulator.0.clock.now() - arrived;
    inner.log.push(entry);
    drop(inner);
    sent.map_or_else(broken, |answer| answer.into_response(kind == Some(Kind::Truncated)))
}

fn answer(inner: &mut Inner, call: &Call, now: &str) -> Answer {
    let Some(path) = call.path().filter(|_| !call.is_too_long()) else { return Answer::not_found() };
    if path.trim_end_matches('/').eq_ignore_ascii_case("zoneInformation") {
        return zone(call);
    }
    let metadata = inner.store.metadata();
    match routes::resolve(&metadata, &call.method, path) {
        Err(answer) => answer,
        Ok(_) if !call.is_authorized() => Answer::unauthorized(call.host()),
        Ok(route) => calls::perform(&mut inner.store, &route, call, now),
    }
}

/// Which zone a user belongs to: the one thing Autotask tells without credentials.
fn zone(call: &Call) -> Answer {
    if call.method != Method::GET {
        return Answer::method_not_allowed(&call.method);
    }
    let user = call.parameter("user").unwrap_or_default();
    if !user.eq_ignore_ascii_case(CREDENTIALS.user) {
        return Answer::refused(&["No zone is known for this user name.".to_owned()]);
    }
    Answer::ok(json!({
        "zoneName": "Emulator",
        "url": call.root(),
        "webUrl": format!("http://{}/", call.host()),
        "ci": 1,
    }))
}

/// An answer whose body fails before its first byte, upon which the server closes the connection and sends nothing.
fn broken() -> Response<Body> {
    let fail = service_fn(|_| std::future::ready(Err::<Bytes, _>(std::io::Error::other("scripted cut"))));
    Response::new(Body::from_stream(CallAll::new(fail, Body::from("cut").into_data_stream())))
}
