//! What can come of a call, and what a person can do about it.

use std::time::Duration;

use serde_json::Value;

/// How a call failed. Calls only read, so that each may be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The API key was not accepted.
    Credentials,
    /// Too many calls; wait this long, if it says so.
    Throttled(Option<Duration>),
    /// No such record or address.
    Missing,
    /// There was an answer, and it is not what the contract says; a whole sentence.
    Unreadable(String),
    /// No answer, or one that tells of a fault on the far side; a whole sentence.
    Unavailable(String),
    /// Refused for a reason that trying again does not change; a whole sentence.
    Refused(String),
}

impl Failure {
    /// What is wrong, in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Credentials => "Kaseya Quote Manager did not accept the API key.".to_owned(),
            Self::Throttled(_) => "Kaseya Quote Manager takes no more calls at the moment.".to_owned(),
            Self::Missing => "Kaseya Quote Manager has nothing at this address.".to_owned(),
            Self::Unreadable(sentence) | Self::Unavailable(sentence) | Self::Refused(sentence) => {
                sentence.clone()
            }
        }
    }

    /// What a person can do about it, in whole sentences.
    pub fn fix(&self) -> String {
        let fix = match self {
            Self::Credentials => {
                "Make a new API key in Kaseya Quote Manager, under My Account, Developer API, and enter it here."
            }
            Self::Throttled(_) => {
                "Nothing needs to be done: reading goes on by itself. If this keeps coming, look for another program that uses the same instance's key."
            }
            Self::Missing | Self::Unreadable(_) => {
                "Check that the address of Kaseya Quote Manager is right, and that no proxy answers in its place."
            }
            Self::Unavailable(_) => {
                "Nothing needs to be done if this passes: reading is tried again by itself. If it stays, check that this server reaches the internet."
            }
            Self::Refused(_) => "Correct what the answer names, or enter another API key.",
        };
        fix.to_owned()
    }
}

/// The longest sentence of the far side's that is kept, in characters.
const SENTENCE: usize = 300;

/// What an answer with that status means; `None` for success.
pub(super) fn of(status: u16, body: &str, retry_after: Option<Duration>) -> Option<Failure> {
    Some(match status {
        200 => return None,
        401 | 403 => Failure::Credentials,
        404 => Failure::Missing,
        429 => Failure::Throttled(retry_after),
        408 | 500..=599 => {
            Failure::Unavailable(format!("Kaseya Quote Manager answered with status {status}."))
        }
        400..=499 => {
            Failure::Refused(format!("Kaseya Quote Manager refused with status {status}{}", said(body)))
        }
        _ => {
            Failure::Unreadable(format!("Kaseya Quote Manager answered with the unexpected status {status}."))
        }
    })
}

/// What the body of a refusal says, as the end of a sentence. Its shape is not documented: the usual members are looked
/// for, and one text alone is taken as it is.
fn said(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let members = ["message", "Message", "detail", "title", "error"];
    let text = members.iter().find_map(|name| body.get(name)?.as_str()).or(body.as_str()).unwrap_or_default();
    let text: String = text.trim().trim_end_matches('.').chars().take(SENTENCE).collect();
    if text.is_empty() { ".".to_owned() } else { format!(": {text}.") }
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
