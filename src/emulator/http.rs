//! Requests as HTTP brings them, with their credentials, and the answers that are not about rows.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, Uri, header::HOST},
};
use serde_json::{Value, json};

use super::{
    CREDENTIALS, Emulator, Inner,
    answer::Answer,
    calls::{self, At},
    limits::Thread,
    log::LogEntry,
    metadata::Metadata,
    routes::{self, Destination},
    work,
};
use crate::clock::{self, Millis};

/// Where the API starts; its case does not matter.
const ROOT: &str = "/atservicesrest/";

const INTEGRATION_CODE: &str = "ApiIntegrationCode";

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
    pub(super) fn host(&self) -> &str {
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

    /// The path without what may follow it.
    pub(super) fn uri_path(&self) -> &str {
        self.uri.path()
    }

    /// What the request is about; else the answer of a server that has no such address, or not this method there.
    fn destination<'m>(&self, metadata: &'m Metadata) -> Result<Destination<'m>, Answer> {
        let path = after(self.uri.path(), ROOT).filter(|_| !self.is_too_long());
        path.map_or_else(|| Err(Answer::not_found()), |path| routes::find(metadata, &self.method, path))
    }

    /// What the limits count the request by; none where they do not count it, because it leads nowhere, tells a zone,
    /// or comes from nobody the tenant knows.
    pub(super) fn thread(&self, metadata: &Metadata) -> Option<Thread> {
        let endpoint = self.destination(metadata).ok().and_then(|destination| destination.endpoint())?;
        let integration_code = self.header(INTEGRATION_CODE).filter(|_| self.is_authorized())?;
        Some(Thread { integration_code: integration_code.to_owned(), endpoint: endpoint.to_owned() })
    }

    /// Carries out the call.
    pub(super) fn answer(&self, inner: &mut Inner, at: At) -> Answer {
        let metadata = inner.store.metadata();
        let destination = match self.destination(&metadata) {
            Ok(destination) => destination,
            Err(answer) => return answer,
        };
        if destination.endpoint().is_some() && !self.is_authorized() {
            return Answer::unauthorized(self.host());
        }
        match destination {
            Destination::Zone => zone(self),
            Destination::VersionInformation => Answer::ok(json!({"apiVersions": ["V1.0"]})),
            Destination::Version => version(),
            Destination::Modules => modules(),
            Destination::ThresholdInformation => Answer::ok(inner.limits.threshold(at.now)),
            Destination::Entity(route) => calls::perform(&mut inner.store, &route, self, at),
        }
    }

    /// Whether the query is too long for the web server; the addresses of later pages are its own affair.
    fn is_too_long(&self) -> bool {
        let query = self.uri.query().unwrap_or_default();
        query.len() > LONGEST_QUERY && self.parameter("paging").is_none()
    }

    fn is_authorized(&self) -> bool {
        let user = self.header("UserName").is_some_and(|user| user.eq_ignore_ascii_case(CREDENTIALS.user));
        user && self.header("Secret") == Some(CREDENTIALS.secret)
            && self.header(INTEGRATION_CODE) == Some(CREDENTIALS.integration_code)
    }

    /// The request as the log starts it.
    pub(super) fn logged(&self, arrived: Millis) -> LogEntry {
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
    work::serve(emulator, Call { method, body, uri, headers }).await
}

/// Which zone a user belongs to: the one thing about tenants that Autotask tells without credentials.
fn zone(call: &Call) -> Answer {
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

fn version() -> Answer {
    Answer::ok(json!({"majorVersion": "2026", "minorVersion": "3", "build": "1", "customerType": "Emulator"}))
}

/// The tenant licenses every module; no source says which key stands for which.
fn modules() -> Answer {
    let modules: Vec<_> = (1..=30).map(|key| json!({"key": key, "value": true})).collect();
    Answer::ok(json!({"modules": modules}))
}
