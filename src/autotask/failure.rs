//! What can come of a call, decided in one table: [`classify`].

use std::time::Duration;

use serde::de::IgnoredAny;
use serde_json::Value;

/// What a call does, as far as it matters for a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Changes nothing.
    Read,
    /// Sets absolute values or deletes by id: doing it twice does no more than doing it once.
    Set,
    /// Makes something new: doing it twice makes two.
    Create,
}

/// How a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The request did not leave: no connection. Nothing happened.
    NotSent(String),
    /// Refused for now: too many requests. Nothing happened; wait this long if Autotask says so.
    Throttled(Option<Duration>),
    /// Our own limits keep it back for this long, for a reason that is a whole sentence. No request was made.
    Paced {
        /// How long to wait.
        wait: Duration,
        /// Why.
        reason: String,
    },
    /// User name, secret or integration code were not accepted. Nothing happened.
    Credentials,
    /// Refused for a reason that trying again does not change; Autotask's sentence. Nothing happened.
    Refused(String),
    /// No such record or address.
    Missing,
    /// A fault on the way or on the far side, of a call that may be repeated.
    Temporary(String),
    /// A create that may or may not have happened.
    Unknown(String),
}

/// What Autotask says where a record that is to be changed or deleted is not there: with status 500, not 404
/// (`reference/autotask-api.md`, its error bodies).
const NO_RECORD: &str = "No matching records found";

impl Failure {
    /// Whether the record is not there.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::Refused(sentence) => sentence.contains(NO_RECORD),
            _ => false,
        }
    }

    /// The failure in a few words, for the push's page.
    pub fn sentence(&self) -> String {
        match self {
            Self::NotSent(reason) => format!("Autotask could not be reached: {reason}"),
            Self::Throttled(_) => "Autotask is busy: too many requests at the moment".to_owned(),
            Self::Credentials => {
                "Autotask did not accept the user name, secret or integration code".to_owned()
            }
            Self::Refused(sentence) | Self::Paced { reason: sentence, .. } => sentence.clone(),
            Self::Missing => "Autotask has no such record".to_owned(),
            Self::Temporary(reason) => reason.clone(),
            Self::Unknown(reason) => format!("{reason}; it is not known whether the record was created"),
        }
    }
}

impl Kind {
    /// The failure of a call of this kind whose request left and whose outcome nobody told.
    pub fn failure(self, reason: &str) -> Failure {
        match self {
            Self::Create => Failure::Unknown(reason.to_owned()),
            Self::Read | Self::Set => Failure::Temporary(reason.to_owned()),
        }
    }
}

/// The longest sentence of Autotask's that is kept, in characters.
const SENTENCE: usize = 500;

/// What an answer with that status and body means; `None` for success. `retry_after` is how long Autotask asks to be
/// left alone.
///
/// A create is repeated only where it is certain that nothing happened: what is no clear answer leaves it unknown. A
/// refusal of Autotask's comes as a 500 with sentences. One that is not known to be a refusal ends a write all the
/// same, while a read is tried again.
pub fn classify(kind: Kind, status: u16, body: &str, retry_after: Option<Duration>) -> Option<Failure> {
    let sentence = sentence(body);
    let unclear = || kind.failure(&format!("Autotask answered with status {status}"));
    Some(match status {
        200..=299 if is_json(body) => return None,
        200..=299 => kind.failure(UNREADABLE),
        401 => Failure::Credentials,
        429 => Failure::Throttled(retry_after),
        // The thread limit's sentence is known to come with other statuses too.
        _ if is_throttling(&sentence) => Failure::Throttled(retry_after),
        404 => Failure::Missing,
        408 => unclear(),
        403 => Failure::Refused(or(sentence, "The API user is not allowed to do this.")),
        400..=499 => Failure::Refused(or(sentence, &format!("Autotask answered with status {status}."))),
        500 if kind == Kind::Read && !is_known_refusal(&sentence) => unclear(),
        500 if is_refusal(&sentence) => Failure::Refused(sentence),
        502..=504 if kind != Kind::Create && retry_after.is_some() => Failure::Throttled(retry_after),
        _ => unclear(),
    })
}

/// The reason for an answer that came and says nothing.
pub(super) const UNREADABLE: &str = "Autotask's answer could not be read";

/// The refusal in the body of a 500, also one whose sentence is not known.
pub(super) fn refusal(status: Option<u16>, body: Option<&str>) -> Option<String> {
    let sentence = sentence(body?);
    let is_one = status == Some(500) && is_refusal(&sentence) && !is_throttling(&sentence);
    is_one.then_some(sentence)
}

/// How long a `Retry-After` header asks to wait: seconds, or a date that is compared with the answer's own `Date`, so
/// that our clock does not matter. `None` where it asks for nothing.
pub(super) fn retry_after(header: &str, date: Option<&str>) -> Option<Duration> {
    let seconds = match header.trim().parse() {
        Ok(seconds) => seconds,
        Err(_) => u64::try_from(epoch_seconds(header)?.checked_sub(epoch_seconds(date?)?)?).ok()?,
    };
    let wait = Duration::from_secs(seconds);
    (!wait.is_zero()).then_some(wait)
}

fn epoch_seconds(date: &str) -> Option<i64> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date.trim()).ok()?;
    Some(date.as_second())
}

/// The sentences in a body, as one; empty for a body of any other shape.
fn sentence(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let errors = body.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let sentences: Vec<&str> =
        errors.iter().filter_map(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).collect();
    sentences.join(" ").chars().take(SENTENCE).collect()
}

fn is_json(body: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(body).is_ok()
}

fn or(sentence: String, instead: &str) -> String {
    if sentence.is_empty() { instead.to_owned() } else { sentence }
}

fn is_throttling(sentence: &str) -> bool {
    holds_any(sentence, &["thread threshold", "itgenatr005", "request threshold", "too many requests"])
}

/// Whether a 500 is Autotask's way to say no.
fn is_refusal(sentence: &str) -> bool {
    !sentence.is_empty() && !is_internal(sentence)
}

/// A fault of the far side that comes in the shape of a refusal.
fn is_internal(sentence: &str) -> bool {
    holds_any(sentence, &INTERNAL)
}

fn is_known_refusal(sentence: &str) -> bool {
    is_refusal(sentence) && holds_any(sentence, &REFUSALS)
}

fn holds_any(sentence: &str, words: &[&str]) -> bool {
    let sentence = sentence.to_lowercase();
    words.iter().any(|word| sentence.contains(word))
}

const INTERNAL: [&str; 9] = [
    "internal error",
    "internal server",
    "an error has occurred",
    "unexpected error",
    "timeout",
    "timed out",
    "deadlock",
    "object reference not set",
    "temporarily unavailable",
];

/// What Autotask says when it refuses, in lower case: parts of the sentences that were seen (contract §2.4).
const REFUSALS: [&str; 17] = [
    "missing required field",
    "is a required field",
    "required field ",
    "picklist value [",
    "reference value on field",
    "does not exist or is invalid",
    "does not reference an existing",
    "exceeds maximum length",
    "unable to find ",
    "adequate permissions",
    "required permissions",
    "data violation",
    "allocation code",
    "must be between",
    "may not be ",
    "queries are limited",
    "has an invalid",
];

#[cfg(test)]
mod tests;
