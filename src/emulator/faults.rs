//! Scripted faults: what shall go wrong with the next requests.

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Answer, Payload};

/// A page such as a proxy shows in place of Autotask's answer.
const PROXY_PAGE: &str =
    "<html><head><title>Bad gateway</title></head><body><h1>The server cannot be reached.</h1></body></html>";

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Answer `status` with `body`, without an effect.
    Status,
    /// Only wait `ms`.
    Latency,
    /// Close the connection in place of having an effect.
    CutBefore,
    /// Have the effect, then close the connection in place of an answer.
    CutAfter,
    /// Answer an HTML page, without an effect.
    Html,
    /// Have the effect, then send the first half of the answer's body.
    Truncated,
}

/// One line of the script. Requests are matched in the order of the list; the first line that fits is used up by one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// The HTTP method; none is any.
    #[serde(default)]
    method: Option<String>,
    /// What the path contains, in any case; empty is any path.
    #[serde(default)]
    path: String,
    /// How many requests are still to be hit.
    #[serde(default = "once")]
    times: u32,
    pub(super) kind: Kind,
    /// The status of `status` and `html`; 503 where there is none.
    #[serde(default)]
    status: Option<u16>,
    /// Milliseconds to wait before anything else, with every kind.
    #[serde(default)]
    pub(super) ms: u64,
    /// The body of `status` and `html`: text as it is, anything else as JSON.
    #[serde(default)]
    body: Option<Value>,
}

fn once() -> u32 {
    1
}

impl Fault {
    fn fits(&self, method: &Method, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
            && path.to_ascii_lowercase().contains(&self.path.to_ascii_lowercase())
    }

    /// The answer that takes the place of Autotask's; none where the fault leaves Autotask to answer.
    pub(super) fn answer(&self) -> Option<Answer> {
        let default = match self.kind {
            Kind::Status => Payload::Json(json!({"errors": [self.sentence()]})),
            Kind::Html => Payload::Html(PROXY_PAGE.into()),
            Kind::Latency | Kind::CutBefore | Kind::CutAfter | Kind::Truncated => return None,
        };
        let payload = match &self.body {
            None => default,
            Some(Value::String(text)) if text.is_empty() => Payload::Empty,
            Some(Value::String(text)) => Payload::Html(text.clone()),
            Some(json) => Payload::Json(json.clone()),
        };
        Some(Answer::new(self.code(), payload))
    }

    fn code(&self) -> StatusCode {
        let code = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        code.unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
    }

    fn sentence(&self) -> String {
        match self.code() {
            StatusCode::TOO_MANY_REQUESTS => "The thread threshold of 3 threads has been exceeded.".into(),
            code => format!("internal error: scripted fault {}", code.as_u16()),
        }
    }
}

/// One line of a script, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Script {
    One(Fault),
    Many(Vec<Fault>),
}

/// The script.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, script: Script) {
        match script {
            Script::One(fault) => self.0.push(fault),
            Script::Many(faults) => self.0.extend(faults),
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What is still to come.
    pub(super) fn pending(&self) -> &[Fault] {
        &self.0
    }

    /// The fault that hits this request, one time less of which is then left.
    pub(super) fn take(&mut self, method: &Method, path: &str) -> Option<Fault> {
        let at = self.0.iter().position(|fault| fault.times > 0 && fault.fits(method, path))?;
        self.0[at].times -= 1;
        let fault = self.0[at].clone();
        if fault.times == 0 {
            self.0.remove(at);
        }
        Some(fault)
    }
}
