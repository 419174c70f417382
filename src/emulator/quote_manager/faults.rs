//! Scripted faults: what shall go wrong with the next calls.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    super::faults::PROXY_PAGE,
    answer::{Answer, Body},
    resources,
};
use crate::clock::Millis;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Answer `status`, 503 where there is none, with `body`.
    Status,
    /// Answer a page in place of JSON, with `status`, 200 where there is none.
    Html,
    /// Close the connection in place of an answer.
    Cut,
    /// Only wait `ms`.
    Latency,
    /// Send the first half of the answer's body.
    Truncated,
}

/// One line of the script. Calls that were let in are matched in the order of the list; the first line that fits is used up
/// by one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// The resource that is asked for, by list or by id; none is any.
    #[serde(default)]
    resource: Option<String>,
    /// How many calls that fit are let through before the first is hit.
    #[serde(default)]
    after: u32,
    /// How many calls are still to be hit.
    #[serde(default = "once")]
    times: u32,
    pub(super) kind: Kind,
    #[serde(default)]
    status: Option<u16>,
    /// The body of `status` and `html`: text as it is, anything else as JSON.
    #[serde(default)]
    body: Option<Value>,
    /// Seconds, for the header `Retry-After` of `status`; none sends no such header.
    #[serde(default)]
    retry_after: Option<u32>,
    /// Milliseconds to wait before anything else.
    #[serde(default)]
    ms: u32,
}

fn once() -> u32 {
    1
}

impl Fault {
    fn fits(&self, resource: &str) -> bool {
        self.resource.as_deref().is_none_or(|wanted| wanted == resource)
    }

    /// Whether it names a resource that there is not.
    pub(super) fn is_impossible(&self) -> bool {
        self.resource.as_deref().is_some_and(|name| resources::find(name).is_none())
    }

    /// Milliseconds to wait before anything else.
    pub(super) fn wait(&self) -> Millis {
        self.ms.into()
    }

    /// The answer that takes the place of Quote Manager's; none where the fault leaves Quote Manager to answer.
    pub(super) fn answer(&self) -> Option<Answer> {
        let (status, default) = match self.kind {
            Kind::Status => {
                (StatusCode::SERVICE_UNAVAILABLE, Body::Json(json!({"message": "Scripted fault."})))
            }
            Kind::Html => (StatusCode::OK, Body::Html(PROXY_PAGE.into())),
            Kind::Cut | Kind::Latency | Kind::Truncated => return None,
        };
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(status);
        let body = match &self.body {
            None => default,
            Some(Value::String(text)) => Body::Html(text.clone()),
            Some(json) => Body::Json(json.clone()),
        };
        Some(Answer { status, body, rows: 0, retry_after: self.retry_after.map(Into::into) })
    }
}

/// One line of a script, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Script {
    One(Fault),
    Many(Vec<Fault>),
}

impl Script {
    pub(super) fn into_lines(self) -> Vec<Fault> {
        match self {
            Self::One(line) => vec![line],
            Self::Many(lines) => lines,
        }
    }
}

/// The script.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, lines: Vec<Fault>) {
        self.0.extend(lines);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What is still to come.
    pub(super) fn pending(&self) -> &[Fault] {
        &self.0
    }

    /// The fault that hits this call, one time less of which is then left.
    pub(super) fn take(&mut self, resource: &str) -> Option<Fault> {
        for fault in self.0.iter_mut().filter(|fault| fault.fits(resource)) {
            if fault.after > 0 {
                fault.after -= 1;
            } else if fault.times > 0 {
                fault.times -= 1;
                let hit = fault.clone();
                self.0.retain(|fault| fault.times > 0);
                return Some(hit);
            }
        }
        None
    }
}
