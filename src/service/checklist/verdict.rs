//! What a finding means: the line's result, its sentence and its fix.

use super::{Check, Outcome};
use crate::autotask::Failure;

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// The zone, at that host.
    Zone {
        /// The zone's host.
        host: String,
    },
    /// The host of the look-up, and no more.
    Host {
        /// The host.
        host: String,
    },
    /// TLS with a certificate that this machine trusts.
    Encrypted,
    /// A test server without encryption.
    Plain {
        /// Its address.
        url: String,
    },
    /// Autotask let the credentials in.
    Accepted,
    /// The credentials are those of another company than the connection's.
    OtherCompany {
        /// That company's name; may be empty.
        name: String,
    },
    /// What the API user is not allowed to do this with; nothing is good.
    Lacking(Vec<&'static str>),
    /// The hour's calls.
    Calls {
        /// Calls of all integrations.
        used: i64,
        /// Calls that are allowed.
        limit: i64,
    },
    /// The question itself failed.
    Failed {
        /// The host that was asked.
        host: String,
        /// How.
        failure: Failure,
    },
}

/// What a finding means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The result.
    pub outcome: Outcome,
    /// What was found.
    pub sentence: String,
    /// What to do about it; may be empty.
    pub fix: String,
    /// Whether the same may work a little later.
    pub transient: bool,
}

impl Verdict {
    fn passed(sentence: impl Into<String>) -> Self {
        Self { outcome: Outcome::Passed, sentence: sentence.into(), fix: String::new(), transient: false }
    }

    fn warning(sentence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warning, sentence: sentence.into(), fix: fix.into(), transient: false }
    }

    fn failed(sentence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { outcome: Outcome::Failed, sentence: sentence.into(), fix: fix.into(), transient: false }
    }

    fn passing(self) -> Self {
        Self { transient: true, ..self }
    }
}

/// Calls of all integrations from which on somebody should know, in percent of the limit.
const BUSY_PERCENT: i64 = 75;

/// What a finding of a check means.
pub fn verdict(check: Check, found: &Found) -> Verdict {
    match found {
        Found::Zone { host } => Verdict::passed(format!("The zone of this API user is {host}.")),
        Found::Host { host } => Verdict::passed(format!("{host} was found.")),
        Found::Encrypted => Verdict::passed("TLS, with a certificate that this server trusts."),
        Found::Plain { url } => Verdict::warning(
            format!("{url} is a test server. Nothing that is sent to it is encrypted."),
            "Use it with test data alone. Autotask itself is always reached encrypted.",
        ),
        Found::Accepted if check == Check::IntegrationCode => {
            Verdict::passed("Autotask checks it together with the user name and the secret.")
        }
        Found::Accepted => Verdict::passed("Autotask let the API user in."),
        Found::OtherCompany { name } => other_company(name),
        Found::Lacking(words) => rights(check, words),
        Found::Calls { used, limit } => calls(*used, *limit),
        Found::Failed { host, failure } => failed(check, host, failure),
    }
}

fn other_company(name: &str) -> Verdict {
    let named = if name.is_empty() { String::new() } else { format!(" ({name})") };
    Verdict::failed(
        format!("This secret belongs to a different Autotask company{named}."),
        "Disconnect first to switch.",
    )
}

fn rights(check: Check, lacking: &[&str]) -> Verdict {
    let (verb, right) = if check == Check::Create { ("create", "Add") } else { ("read", "View") };
    if lacking.is_empty() {
        return Verdict::passed(if check == Check::Create {
            "Opportunities and quotes. Nothing was created to find out."
        } else {
            "Opportunities, quotes, products, billing codes and resources."
        });
    }
    let title = |words: &&str| {
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    let titles: Vec<String> = lacking.iter().filter_map(title).collect();
    Verdict::failed(
        format!("The API user cannot {verb} {}.", and(lacking)),
        format!("In Autotask, open the user's security level and allow {right} for {}.", and(&titles)),
    )
}

/// `a`, `a and b`, `a, b and c`.
fn and(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

fn calls(used: i64, limit: i64) -> Verdict {
    let sentence =
        format!("{} of {} calls used by all your integrations.", thousands(used), thousands(limit));
    if used * 100 < limit * BUSY_PERCENT {
        return Verdict::passed(sentence);
    }
    let fix = "Autotask answers more slowly now, and not at all once the limit is reached. Look which integration calls so often.";
    Verdict::warning(sentence, fix)
}

/// A number with its thousands apart: `1,240`.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

fn failed(check: Check, host: &str, failure: &Failure) -> Verdict {
    if check == Check::ApiUse {
        // Nothing that is sent depends on this line.
        return Verdict::warning(
            "The number of calls could not be read.",
            "Nothing depends on it. Test again later.",
        );
    }
    match failure {
        Failure::NotSent(reason) => unreachable_host(host, reason),
        Failure::Throttled(wait) => {
            let wait =
                wait.map_or_else(|| "a minute".to_owned(), |wait| format!("{} seconds", wait.as_secs()));
            let sentence = "Autotask is busy: too many requests at the moment.";
            Verdict::failed(
                sentence,
                format!("Wait {wait}, then test again. All your integrations share one limit."),
            )
            .passing()
        }
        Failure::Paced { wait, reason } => {
            let fix = format!("Wait {} seconds, then test again.", wait.as_secs().max(1));
            Verdict::failed(format!("{reason}."), fix).passing()
        }
        Failure::Credentials => Verdict::failed(
            "Autotask did not accept the user name, the secret or the integration code. It gives the same answer for all three.",
            "Check that the API user is active, then enter the secret again. Compare the integration code (tracking identifier) with the one in Autotask.",
        ),
        Failure::Missing => Verdict::failed(
            if check == Check::Address {
                format!("{host} has no zone look-up at the usual address.")
            } else {
                format!("{host} does not know an address that Autotask's API has.")
            },
            "Check that no proxy answers in place of Autotask, then test again.",
        ),
        Failure::Refused(sentence) if check == Check::Address => Verdict::failed(
            format!("Autotask did not name a zone: {sentence}"),
            "Check the API user name. It is the Username (Key) in the API user's security settings in Autotask.",
        ),
        Failure::Refused(sentence) => Verdict::failed(
            format!("Autotask refused: {sentence}"),
            "Correct what Autotask names, then test again.",
        ),
        Failure::Temporary(reason) | Failure::Unknown(reason) => temporary(reason),
    }
}

fn temporary(reason: &str) -> Verdict {
    let fix = if reason.contains("could not be read") || reason.contains("not text") {
        "Check that no proxy or sign-in page stands between this server and Autotask, then test again."
    } else {
        "Test again in a few minutes. If it stays so, look at Autotask's status page."
    };
    Verdict::failed(format!("{}.", reason.trim_end_matches('.')), fix).passing()
}

fn unreachable_host(host: &str, reason: &str) -> Verdict {
    match Obstacle::of(reason) {
        Obstacle::Name => Verdict::failed(
            format!("{host} was not found."),
            "Check this server's name resolution (DNS) and its way to the internet, then test again.",
        )
        .passing(),
        Obstacle::Refusal => Verdict::failed(
            format!("{host} refused the connection."),
            format!("Check that no firewall keeps this server from {host}, then test again."),
        )
        .passing(),
        Obstacle::Encryption => Verdict::failed(
            format!("No encrypted connection to {host} came about: {reason}."),
            "Check this server's date and time, and that no proxy opens encrypted traffic. Then test again.",
        ),
        Obstacle::Other => Verdict::failed(
            format!("{host} could not be reached: {reason}."),
            format!("Check that no firewall keeps this server from {host}, then test again."),
        )
        .passing(),
    }
}

/// What kept a request from leaving. The machine tells it in words alone, whatever library says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    Name,
    Refusal,
    Encryption,
    Other,
}

impl Obstacle {
    fn of(reason: &str) -> Self {
        let reason = reason.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
        if says(&["certificate", "tls", "handshake", "corrupt message", "invalidcontenttype", "encrypt"]) {
            Self::Encryption
        } else if says(&["lookup", "look up", "resolve", "name or service", "dns", "no address"]) {
            Self::Name
        } else if says(&["refused"]) {
            Self::Refusal
        } else {
            Self::Other
        }
    }
}

/// Whether a request failed because no encrypted connection came about.
pub(super) fn is_about_encryption(failure: &Failure) -> bool {
    matches!(failure, Failure::NotSent(reason) if Obstacle::of(reason) == Obstacle::Encryption)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn of(check: Check, failure: Failure) -> Verdict {
        verdict(check, &Found::Failed { host: "webservices.autotask.net".to_owned(), failure })
    }

    /// A check, its failure, and what must be in the sentence and in the fix.
    type Case = (Check, Failure, &'static str, &'static str);

    fn expect(transient: bool, cases: impl IntoIterator<Item = Case>) {
        for (check, failure, sentence, fix) in cases {
            let said = of(check, failure.clone());
            assert_eq!(said.outcome, Outcome::Failed, "{failure:?}");
            assert!(said.sentence.contains(sentence), "{failure:?}: {said:?}");
            assert!(said.fix.contains(fix), "{failure:?}: {said:?}");
            assert_eq!(said.transient, transient, "{failure:?}");
        }
    }

    fn not_sent(reason: &str) -> Failure {
        Failure::NotSent(format!("the connection failed ({reason})"))
    }

    fn temporary(reason: &str) -> Failure {
        Failure::Temporary(reason.to_owned())
    }

    #[test]
    fn what_may_pass_has_its_sentence_and_its_fix() {
        use Check::{Address, Read};
        let no_name = not_sent("failed to lookup address information: Name or service not known");
        let wait = Failure::Throttled(Some(Duration::from_secs(9)));
        let unread = temporary("Autotask's answer could not be read");
        expect(
            true,
            [
                (Address, no_name, "was not found.", "(DNS)"),
                (
                    Address,
                    not_sent("Connection refused (os error 111)"),
                    "refused the connection.",
                    "firewall",
                ),
                (Address, not_sent("Network is unreachable"), "could not be reached", "firewall"),
                (Read, Failure::Throttled(None), "too many requests", "Wait a minute"),
                (Read, wait, "too many requests", "Wait 9 seconds"),
                (Read, temporary("Autotask answered with status 500"), "with status 500.", "few minutes"),
                (Read, unread, "could not be read.", "sign-in page"),
            ],
        );
    }

    #[test]
    fn what_a_person_must_mend_has_its_sentence_and_its_fix() {
        use Check::{Address, Create, Credentials, Encryption};
        let corrupt = not_sent("received corrupt message of type InvalidContentType");
        let unknown = not_sent("invalid peer certificate: UnknownIssuer");
        let refused = |sentence: &str| Failure::Refused(sentence.to_owned());
        expect(
            false,
            [
                (Encryption, unknown, "No encrypted connection", "date and time"),
                (Encryption, corrupt, "No encrypted connection", "date and time"),
                (Address, Failure::Missing, "no zone look-up", "no proxy"),
                (Address, refused("No zone."), "did not name a zone: No zone.", "API user name"),
                (Credentials, Failure::Credentials, "same answer for all three", "active"),
                (Create, Failure::Missing, "does not know an address", "no proxy"),
                (Create, refused("No."), "Autotask refused: No.", "Correct"),
            ],
        );
    }

    #[test]
    fn the_number_of_calls_never_fails_a_test() {
        for failure in [Failure::Missing, Failure::Throttled(None), Failure::Temporary("slow".to_owned())] {
            assert_eq!(of(Check::ApiUse, failure).outcome, Outcome::Warning);
        }
        let calls = |used| verdict(Check::ApiUse, &Found::Calls { used, limit: 10_000 });
        assert_eq!(calls(1_240).sentence, "1,240 of 10,000 calls used by all your integrations.");
        assert_eq!((calls(7_499).outcome, calls(7_500).outcome), (Outcome::Passed, Outcome::Warning));
    }

    #[test]
    fn what_is_lacking_is_named_with_the_right_to_give() {
        let one = verdict(Check::Create, &Found::Lacking(vec!["opportunities"]));
        assert_eq!(one.sentence, "The API user cannot create opportunities.");
        assert_eq!(one.fix, "In Autotask, open the user's security level and allow Add for Opportunities.");
        let several = verdict(Check::Read, &Found::Lacking(vec!["quotes", "products", "billing codes"]));
        assert_eq!(several.sentence, "The API user cannot read quotes, products and billing codes.");
        assert!(several.fix.ends_with("allow View for Quotes, Products and Billing codes."));
        assert_eq!(verdict(Check::Read, &Found::Lacking(Vec::new())).outcome, Outcome::Passed);
    }

    #[test]
    fn a_test_server_is_called_one_and_another_company_by_its_name() {
        let plain = verdict(Check::Encryption, &Found::Plain { url: "http://127.0.0.1:9090/".to_owned() });
        assert_eq!(plain.outcome, Outcome::Warning);
        assert!(plain.sentence.contains("test server"), "{plain:?}");
        let other = verdict(Check::Credentials, &Found::OtherCompany { name: "Contoso MSP".to_owned() });
        assert_eq!(other.sentence, "This secret belongs to a different Autotask company (Contoso MSP).");
        assert_eq!((other.fix.as_str(), other.transient), ("Disconnect first to switch.", false));
    }

    #[test]
    fn thousands_are_kept_apart() {
        let numbers = [0, 12, 999, 1_000, 10_000, 1_234_567].map(thousands);
        assert_eq!(numbers, ["0", "12", "999", "1,000", "10,000", "1,234,567"]);
    }
}
