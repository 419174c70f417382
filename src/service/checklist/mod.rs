//! The test of a connection: a checklist whose lines say what was found, how long it took and what to do.
//!
//! Nothing is written to Autotask. Finding out is [`run`]'s part; what each finding means is decided by [`verdict`],
//! which is pure.

mod verdict;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::time;
use url::Url;

pub use self::verdict::{Found, Verdict, thousands, verdict};
use crate::autotask::{Access, Client, Failure, Gate, Session, Threshold, wire::ZoneInformation};

/// What a line checks, in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Autotask's address is found: the zone look-up.
    Address,
    /// The connection is encrypted.
    Encryption,
    /// User name and secret are accepted.
    Credentials,
    /// The integration code is accepted.
    IntegrationCode,
    /// What is needed can be read.
    Read,
    /// Opportunities and quotes can be created.
    Create,
    /// How many calls of this hour are used.
    ApiUse,
}

impl Check {
    /// Every check, in order.
    pub const ALL: [Self; 7] = [
        Self::Address,
        Self::Encryption,
        Self::Credentials,
        Self::IntegrationCode,
        Self::Read,
        Self::Create,
        Self::ApiUse,
    ];

    /// The line's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Address => "Address found",
            Self::Encryption => "Encrypted connection",
            Self::Credentials => "User name and secret accepted",
            Self::IntegrationCode => "Integration code accepted",
            Self::Read => "Can read what it needs",
            Self::Create => "Can create opportunities and quotes",
            Self::ApiUse => "API use this hour",
        }
    }
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it must be.
    Passed,
    /// Works, and somebody should know.
    Warning,
    /// Does not work.
    Failed,
    /// Something before it failed.
    NotChecked,
}

impl Outcome {
    /// The outcome as it is shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Passed => "Passed",
            Self::Warning => "Warning",
            Self::Failed => "Failed",
            Self::NotChecked => "Not checked",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What was checked.
    pub check: Check,
    /// How it went.
    pub outcome: Outcome,
    /// How long it took in milliseconds; none where nothing was asked.
    pub took_ms: Option<u64>,
    /// What was found.
    pub sentence: String,
    /// What to do about it; may be empty.
    pub fix: String,
}

/// The whole list, and what was learned on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// All lines, in order.
    pub lines: Vec<Line>,
    /// Whether what failed may work a little later with the same credentials.
    pub transient: bool,
    /// Whose Autotask it is, as far as it was told.
    #[serde(skip)]
    pub company: Company,
    /// The zone's address, and where people open Autotask.
    #[serde(skip)]
    pub zone: Option<(String, String)>,
    /// The hour's calls.
    #[serde(skip)]
    pub calls: Option<(i64, i64)>,
    /// Calls that the test itself made with the credentials.
    #[serde(skip)]
    pub own_calls: i64,
}

impl Checklist {
    /// The line that failed, if one did.
    pub fn failed(&self) -> Option<&Line> {
        self.lines.iter().find(|line| line.outcome == Outcome::Failed)
    }
}

/// Whose Autotask it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// Autotask's number of it.
    pub id: Option<i64>,
    /// Its name; empty where the API user may not read it.
    pub name: String,
}

impl Company {
    /// Its name, if it was told.
    pub fn named(&self) -> Option<String> {
        Some(self.name.clone()).filter(|name| !name.is_empty())
    }
}

/// What a test is made of.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Where the zone is looked up.
    pub discovery_url: String,
    /// The credentials; the zone's address is filled in by the test.
    pub access: Access,
    /// The company that the connection has belonged to: the credentials of another one are refused.
    pub company_id: Option<i64>,
    /// What stands before its requests.
    pub gate: Gate,
    /// How long the whole test may take.
    pub within: Duration,
}

/// What is read to see whether it can be, with the words that people know it by.
const READ: [(&str, &str); 5] = [
    ("Opportunities", "opportunities"),
    ("Quotes", "quotes"),
    ("Products", "products"),
    ("BillingCodes", "billing codes"),
    ("Resources", "resources"),
];
const CREATE: [(&str, &str); 2] = [("Opportunities", "opportunities"), ("Quotes", "quotes")];

/// Tests a connection, up to the first line that fails.
pub async fn run(client: &Client, subject: &Subject) -> Checklist {
    let mut test =
        Test { list: Checklist::default(), end: Instant::now() + subject.within, within: subject.within };
    // A line that fails ends the test; what was found until then is in the list.
    let _ = test.all(client, subject).await;
    for check in Check::ALL.into_iter().skip(test.list.lines.len()) {
        test.list.lines.push(Line {
            check,
            outcome: Outcome::NotChecked,
            took_ms: None,
            sentence: String::new(),
            fix: String::new(),
        });
    }
    test.list
}

struct Test {
    list: Checklist,
    end: Instant,
    within: Duration,
}

/// The test ends here.
struct Ended;

impl Test {
    async fn all(&mut self, client: &Client, subject: &Subject) -> Result<(), Ended> {
        let zone = self.address(client, subject).await?;
        let access = Access { zone_url: zone.url.clone(), ..subject.access.clone() };
        self.list.company.id = zone.ci;
        self.list.zone = Some((zone.url, zone.web_url));
        let session = Session::new(client.clone(), access).with_gate(subject.gate.clone());
        self.credentials(&session, subject).await?;
        self.reading(&session).await?;
        self.creating(&session).await?;
        self.api_use(&session).await
    }

    async fn address(&mut self, client: &Client, subject: &Subject) -> Result<ZoneInformation, Ended> {
        let (start, host) = (Instant::now(), host(&subject.discovery_url));
        let zone = self.ask(client.zone(&subject.discovery_url, &subject.access.user_name)).await;
        self.list.own_calls -= 1;
        match zone {
            Ok(zone) => {
                self.note(Check::Address, &Found::Zone { host: self::host(&zone.url) }, Some(start))?;
                let is_encrypted = zone.url.starts_with("https://");
                let found =
                    if is_encrypted { Found::Encrypted } else { Found::Plain { url: zone.url.clone() } };
                self.note(Check::Encryption, &found, None)?;
                Ok(zone)
            }
            Err(failure) if verdict::is_about_encryption(&failure) => {
                self.note(Check::Address, &Found::Host { host: host.clone() }, None)?;
                self.note(Check::Encryption, &Found::Failed { host, failure }, Some(start))?;
                Err(Ended)
            }
            Err(failure) => {
                self.note(Check::Address, &Found::Failed { host, failure }, Some(start))?;
                Err(Ended)
            }
        }
    }

    async fn credentials(&mut self, session: &Session, subject: &Subject) -> Result<(), Ended> {
        let (start, host) = (Instant::now(), self.host());
        let found = match self.ask(session.own_company()).await {
            Ok(name) => {
                self.list.company.name = name;
                Found::Accepted
            }
            // An API user that may not read companies was let in all the same.
            Err(Failure::Refused(_) | Failure::Missing) => Found::Accepted,
            Err(failure) => Found::Failed { host, failure },
        };
        let Company { id, name } = &self.list.company;
        let is_other = subject.company_id.is_some() && id.is_some() && subject.company_id != *id;
        let found = match found {
            Found::Accepted if is_other => Found::OtherCompany { name: name.clone() },
            found => found,
        };
        self.note(Check::Credentials, &found, Some(start))?;
        self.note(Check::IntegrationCode, &Found::Accepted, None)
    }

    async fn reading(&mut self, session: &Session) -> Result<(), Ended> {
        let start = Instant::now();
        let mut refused = Vec::new();
        for (entity, words) in READ {
            match self.ask(session.can_read(entity)).await {
                Ok(()) => {}
                Err(Failure::Refused(_)) => refused.push(words),
                Err(failure) => {
                    let host = self.host();
                    return self.note(Check::Read, &Found::Failed { host, failure }, Some(start));
                }
            }
        }
        self.note(Check::Read, &Found::Lacking(refused), Some(start))
    }

    async fn creating(&mut self, session: &Session) -> Result<(), Ended> {
        let start = Instant::now();
        let mut lacking = Vec::new();
        for (entity, words) in CREATE {
            match self.ask(session.rights(entity)).await {
                Ok(rights) if rights.lets_create() => {}
                Ok(_) | Err(Failure::Refused(_)) => lacking.push(words),
                Err(failure) => {
                    let host = self.host();
                    return self.note(Check::Create, &Found::Failed { host, failure }, Some(start));
                }
            }
        }
        self.note(Check::Create, &Found::Lacking(lacking), Some(start))
    }

    async fn api_use(&mut self, session: &Session) -> Result<(), Ended> {
        let start = Instant::now();
        let found = match self.ask(session.threshold()).await {
            Ok(threshold) => {
                let Threshold { current_timeframe_request_count: used, external_request_threshold: limit } =
                    threshold;
                self.list.calls = Some((used, limit));
                Found::Calls { used, limit }
            }
            Err(failure) => Found::Failed { host: self.host(), failure },
        };
        self.note(Check::ApiUse, &found, Some(start))
    }

    /// Asks for as long as the test may still take, and counts the call.
    async fn ask<T>(&mut self, question: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        self.list.own_calls += 1;
        let left = self.end.saturating_duration_since(Instant::now());
        let late = |_| {
            let seconds = self.within.as_secs_f32();
            Failure::Temporary(format!("Autotask did not answer within {seconds} seconds"))
        };
        time::timeout(left, question).await.map_err(late)?
    }

    fn note(&mut self, check: Check, found: &Found, start: Option<Instant>) -> Result<(), Ended> {
        let Verdict { outcome, sentence, fix, transient } = verdict(check, found);
        let took_ms = start.map(|start| u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
        self.list.lines.push(Line { check, outcome, took_ms, sentence, fix });
        if outcome != Outcome::Failed {
            return Ok(());
        }
        self.list.transient = transient;
        Err(Ended)
    }

    /// The zone's host.
    fn host(&self) -> String {
        self.list.zone.as_ref().map(|(url, _)| host(url)).unwrap_or_default()
    }
}

/// The host of an address, for people.
fn host(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str).unwrap_or(url);
    parsed.as_ref().and_then(Url::port).map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
