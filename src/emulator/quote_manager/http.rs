//! A call on its way: let in or turned away, perhaps hit by a fault, answered, and written to the log.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
    routing::any,
};

use super::{
    super::work::broken,
    Inner, LogEntry, QuoteManager,
    answer::Answer,
    faults::{Fault, Kind},
    listing::{Target, parameter},
};
use crate::clock::{self, Millis};

/// Where the key is in an address; in a header it is `apiKey`, in any case.
const KEY_PARAMETER: &str = "apikey";

/// The API's routes.
pub(super) fn router() -> Router<QuoteManager> {
    Router::new().route("/v1/{*path}", any(handle))
}

/// A call as it came in.
#[derive(Debug)]
struct Call {
    method: Method,
    path: String,
    /// Without the key.
    query: String,
    key: Option<String>,
    arrived: Millis,
}

/// What is to become of it.
#[derive(Debug)]
struct Verdict {
    /// What was decided when it came in; none where the rows are to be read.
    refusal: Option<Answer>,
    target: Option<Target>,
    fault: Option<Fault>,
}

async fn handle(
    State(manager): State<QuoteManager>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let arrived = manager.0.clock.now();
    let call = Call::read(method, &uri, &headers, arrived);
    let verdict = manager.lock().judge(&call);
    match verdict.fault.as_ref().map_or(0, Fault::wait) {
        0 => manager.lock().finish(&call, verdict),
        ms => wait(manager, call, verdict, ms).await,
    }
}

/// The wait goes on when the client hangs up, so that the log tells of its call all the same.
async fn wait(manager: QuoteManager, call: Call, verdict: Verdict, ms: Millis) -> Response<Body> {
    let tasks = manager.0.tasks.clone();
    let work = async move {
        tokio::time::sleep(Duration::from_millis(ms.unsigned_abs())).await;
        manager.lock().finish(&call, verdict)
    };
    tasks.spawn(work).await.unwrap_or_else(|_| broken())
}

impl Call {
    fn read(method: Method, uri: &Uri, headers: &HeaderMap, arrived: Millis) -> Self {
        let query = uri.query().unwrap_or_default();
        let in_header = headers.get("apiKey").and_then(|key| key.to_str().ok()).map(str::to_owned);
        let is_key = |pair: &&str| pair.split('=').next() == Some(KEY_PARAMETER);
        let without_key: Vec<_> = query.split('&').filter(|pair| !is_key(pair)).collect();
        Self {
            method,
            path: uri.path().to_owned(),
            query: without_key.join("&"),
            key: in_header.or_else(|| parameter(query, KEY_PARAMETER)),
            arrived,
        }
    }

    /// The call as the log starts it.
    fn logged(&self) -> LogEntry {
        LogEntry {
            n: 0,
            at: clock::timestamp(self.arrived).to_string(),
            method: self.method.to_string(),
            path: self.path.clone(),
            query: self.query.clone(),
            status: None,
            rows: 0,
            scripted: false,
        }
    }
}

impl Inner {
    /// Lets the call in or turns it away, and looks for a fault that hits it. Only calls with a key that is taken count.
    fn judge(&mut self, call: &Call) -> Verdict {
        match self.admit(call) {
            Err(refusal) => Verdict { refusal: Some(refusal), target: None, fault: None },
            Ok(target) => {
                let fault = self.faults.take(target.resource.name);
                Verdict { refusal: None, target: Some(target), fault }
            }
        }
    }

    fn admit(&mut self, call: &Call) -> Result<Target, Answer> {
        let target = Target::find(&call.path).ok_or_else(Answer::missing)?;
        if call.method != Method::GET {
            return Err(Answer::refused(StatusCode::METHOD_NOT_ALLOWED, "Only GET is served."));
        }
        let key = call.key.as_ref().filter(|key| self.switches.keys.contains(key));
        let key =
            key.ok_or_else(|| Answer::refused(StatusCode::UNAUTHORIZED, "The API key is not valid."))?;
        match self.meter.admit(key, call.arrived) {
            Ok(()) => Ok(target),
            Err(wait) => Err(Answer {
                retry_after: self.meter.limits.retry_after.then(|| wait.unsigned_abs().div_ceil(1_000)),
                ..Answer::refused(StatusCode::TOO_MANY_REQUESTS, "Too many calls were made.")
            }),
        }
    }

    /// Answers the call and writes it to the log in one go, so that the log's order is that of the answers.
    fn finish(&mut self, call: &Call, Verdict { refusal, target, fault }: Verdict) -> Response<Body> {
        let kind = fault.as_ref().map(|fault| fault.kind);
        let scripted = fault.and_then(|fault| fault.answer());
        let is_scripted = scripted.is_some() || kind == Some(Kind::Cut);
        let own = || target.map(|target| target.answer(&self.store, &call.query, &self.switches));
        let answer = refusal.or(scripted).or_else(own).filter(|_| kind != Some(Kind::Cut));
        let (status, rows) = answer.as_ref().map(|answer| (answer.status.as_u16(), answer.rows)).unzip();
        let rows = rows.unwrap_or_default();
        self.log.push(LogEntry { status, rows, scripted: is_scripted, ..call.logged() });
        answer.map_or_else(broken, |answer| answer.into_response(kind == Some(Kind::Truncated)))
    }
}
