//! Scripted faults: what shall go wrong with the next requests.

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    answer::{Answer, Payload},
    deactivation::Deactivation,
    limits,
};
use crate::clock::Millis;

/// A page such as a proxy shows in place of an answer.
pub(super) const PROXY_PAGE: &str =
    "<html><head><title>Bad gateway</title></head><body><h1>The server cannot be reached.</h1></body></html>";

/// What asks for no credentials, and so never finds them wrong.
const WITHOUT_CREDENTIALS: [&str; 2] = ["zoneInformation", "VersionInformation"];

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
    /// Never answer, and have the effect `ms` after the request.
    Late,
    /// Do not show to queries the rows that were created within the last `ms`.
    Lag,
    /// Know no credentials: for `times` requests, or where there is `ms` for that long from now.
    Unauthorized,
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
    /// Milliseconds: what they mean is the kind's affair, and where it says nothing, the wait before anything else.
    #[serde(default)]
    ms: u32,
    /// The body of `status` and `html`: text as it is, anything else as JSON.
    #[serde(default)]
    body: Option<Value>,
    /// When the window of an `unauthorized` ends.
    #[serde(skip)]
    until: Option<Millis>,
}

fn once() -> u32 {
    1
}

/// Whether a line of the script that names this method and part of a path is about the request.
pub(super) fn covers(wanted: Option<&str>, part: &str, method: &Method, path: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
        && path.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

impl Fault {
    fn fits(&self, method: &Method, path: &str) -> bool {
        let of_its_kind = match self.kind {
            Kind::Lag => covers(None, "/query", method, path),
            Kind::Unauthorized => !WITHOUT_CREDENTIALS.iter().any(|open| covers(None, open, method, path)),
            _ => true,
        };
        of_its_kind && covers(self.method.as_deref(), &self.path, method, path)
    }

    /// Milliseconds to wait before anything else.
    pub(super) fn wait(&self) -> Millis {
        match self.kind {
            Kind::Late | Kind::Lag | Kind::Unauthorized => 0,
            _ => self.ms.into(),
        }
    }

    /// Milliseconds after which the request has its effect; none where it is not put off.
    pub(super) fn late(&self) -> Option<Millis> {
        (self.kind == Kind::Late).then(|| self.ms.into())
    }

    /// Milliseconds for which queries do not show new rows.
    pub(super) fn lag(&self) -> Millis {
        if self.kind == Kind::Lag { self.ms.into() } else { 0 }
    }

    /// Whether what comes back, if anything does, is not Autotask's own answer.
    pub(super) fn replaces_answer(&self) -> bool {
        !matches!(self.kind, Kind::Latency | Kind::Lag | Kind::Truncated)
    }

    /// The answer that takes the place of Autotask's on `host`; none where the fault leaves Autotask to answer.
    pub(super) fn answer(&self, host: &str) -> Option<Answer> {
        let default = match self.kind {
            Kind::Unauthorized => return Some(Answer::unauthorized(host)),
            Kind::Status => Payload::Json(json!({"errors": [self.sentence()]})),
            Kind::Html => Payload::Html(PROXY_PAGE.into()),
            Kind::Latency | Kind::CutBefore | Kind::CutAfter | Kind::Truncated | Kind::Late | Kind::Lag => {
                return None;
            }
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
            StatusCode::TOO_MANY_REQUESTS => limits::thread_sentence(3, "this endpoint"),
            code => format!("internal error: scripted fault {}", code.as_u16()),
        }
    }
}

/// A line of the script.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Line {
    Deactivation(Deactivation),
    Fault(Fault),
}

/// One line of a script, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Script {
    One(Line),
    Many(Vec<Line>),
}

impl Script {
    pub(super) fn into_lines(self) -> Vec<Line> {
        match self {
            Self::One(line) => vec![line],
            Self::Many(lines) => lines,
        }
    }
}

/// The script.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Line>);

impl Faults {
    pub(super) fn add(&mut self, line: Line, now: Millis) {
        let until = |fault: &Fault| {
            (fault.kind == Kind::Unauthorized && fault.ms > 0).then(|| now + Millis::from(fault.ms))
        };
        self.0.push(match line {
            Line::Fault(fault) => Line::Fault(Fault { until: until(&fault), ..fault }),
            line @ Line::Deactivation(_) => line,
        });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What is still to come.
    pub(super) fn pending(&mut self, now: Millis) -> &[Line] {
        self.0.retain(|line| !matches!(line, Line::Fault(Fault { until: Some(until), .. }) if *until <= now));
        &self.0
    }

    /// The fault that hits this request, one time less of which is then left.
    pub(super) fn take(&mut self, method: &Method, path: &str, now: Millis) -> Option<Fault> {
        self.pending(now);
        let fitting =
            |line: &Line| matches!(line, Line::Fault(fault) if fault.times > 0 && fault.fits(method, path));
        let at = self.0.iter().position(fitting)?;
        let Line::Fault(fault) = &mut self.0[at] else { return None };
        if fault.until.is_none() {
            fault.times -= 1;
        }
        let hit = fault.clone();
        if hit.times == 0 {
            self.0.remove(at);
        }
        Some(hit)
    }

    /// What becomes inactive before this request is served.
    pub(super) fn deactivations(&mut self, method: &Method, path: &str) -> Vec<Deactivation> {
        let is_due = |line: &mut Line| match line {
            Line::Deactivation(line) => line.is_due(method, path),
            Line::Fault(_) => false,
        };
        let due = self.0.extract_if(.., is_due);
        due.filter_map(|line| if let Line::Deactivation(due) = line { Some(due) } else { None }).collect()
    }
}
