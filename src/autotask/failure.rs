//! What can come of a call, decided in one table: [`classify`].

use std::time::Duration;

use super::wire::Errors;

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

impl Failure {
    /// The failure in a few words, for the push's page.
    pub fn sentence(&self) -> String {
        match self {
            Self::NotSent(reason) => format!("Autotask could not be reached: {reason}"),
            Self::Throttled(_) => "Autotask is busy: too many requests at the moment".to_owned(),
            Self::Credentials => {
                "Autotask did not accept the user name, secret or integration code".to_owned()
            }
            Self::Refused(sentence) => sentence.clone(),
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

/// The longest sentence of Autotask's that is kept.
const SENTENCE: usize = 500;

/// What an answer with that status and body means; `None` for success. `retry_after` is the header's value in seconds.
pub fn classify(kind: Kind, status: u16, body: &str, retry_after: Option<u64>) -> Option<Failure> {
    let sentences =
        serde_json::from_str::<Errors>(body).map(|errors| errors.errors.join(" ")).unwrap_or_default();
    let sentence: String = sentences.chars().take(SENTENCE).collect();
    Some(match status {
        200..=299 => return None,
        401 => Failure::Credentials,
        // The thread limit's sentence is known to come with other statuses than 429 too.
        429 => Failure::Throttled(retry_after.map(Duration::from_secs)),
        _ if is_throttling(&sentence) => Failure::Throttled(retry_after.map(Duration::from_secs)),
        404 => Failure::Missing,
        403 => Failure::Refused(or(sentence, "The API user is not allowed to do this.")),
        400..=499 => Failure::Refused(or(sentence, &format!("Autotask answered with status {status}."))),
        500 if !sentence.is_empty() && !is_internal(&sentence) => Failure::Refused(sentence),
        _ => kind.failure(&format!("Autotask answered with status {status}")),
    })
}

fn or(sentence: String, instead: &str) -> String {
    if sentence.is_empty() { instead.to_owned() } else { sentence }
}

fn is_throttling(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    sentence.contains("thread threshold")
        || sentence.contains("itgenatr005")
        || sentence.contains("request threshold")
}

/// A fault of the far side that comes in the shape of a refusal.
fn is_internal(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    ["internal error", "internal server", "timeout", "timed out", "deadlock"]
        .iter()
        .any(|word| sentence.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(failure: Option<&Failure>) -> &'static str {
        match failure {
            None => "success",
            Some(Failure::NotSent(_)) => "not sent",
            Some(Failure::Throttled(_)) => "throttled",
            Some(Failure::Credentials) => "credentials",
            Some(Failure::Refused(_)) => "refused",
            Some(Failure::Missing) => "missing",
            Some(Failure::Temporary(_)) => "temporary",
            Some(Failure::Unknown(_)) => "unknown",
        }
    }

    #[test]
    fn every_answer_has_its_class() {
        let required = r#"{"errors":["Missing Required Field: isOptional. ; on record number [1]."]}"#;
        let threads = r#"{"errors":["The thread threshold of 3 threads has been exceeded"]}"#;
        let internal = r#"{"errors":["An internal error occurred"]}"#;
        let cases = [
            (200, r#"{"itemId":4}"#, "success", "success"),
            (401, "", "credentials", "credentials"),
            (403, "", "refused", "refused"),
            (404, "<html>", "missing", "missing"),
            (405, r#"{"Message":"…"}"#, "refused", "refused"),
            (409, "", "refused", "refused"),
            (429, "", "throttled", "throttled"),
            (500, threads, "throttled", "throttled"),
            (500, required, "refused", "refused"),
            (500, internal, "temporary", "unknown"),
            (500, "<html>", "temporary", "unknown"),
            (500, "", "temporary", "unknown"),
            (500, r#"{"errors":[]}"#, "temporary", "unknown"),
            (502, required, "temporary", "unknown"),
            (503, "", "temporary", "unknown"),
            (504, "", "temporary", "unknown"),
            (302, "", "temporary", "unknown"),
        ];
        for (status, body, read, create) in cases {
            let of = |kind| classify(kind, status, body, None);
            assert_eq!(named(of(Kind::Read).as_ref()), read, "read {status} {body}");
            assert_eq!(named(of(Kind::Set).as_ref()), read, "set {status} {body}");
            assert_eq!(named(of(Kind::Create).as_ref()), create, "create {status} {body}");
        }
        assert_eq!(
            classify(Kind::Read, 429, "", Some(7)),
            Some(Failure::Throttled(Some(Duration::from_secs(7))))
        );
    }
}
