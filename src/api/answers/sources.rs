//! Answers about the systems that quotes are read from.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    clock,
    domain::{settings::QuoteManagerSettings, source::codes::CodeField},
    service::sources::{ResourceRead, SeenCode, SourceDocument, SourceState, SourceView},
};

/// The systems that quotes are read from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sources {
    /// The sources.
    pub sources: Vec<Source>,
}

/// How reading a source goes: it is `not_connected`, `paused`, `refused` because its key is not accepted, `failing` and
/// tried again, `importing` what was there at the beginning, or `reading`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceWord {
    /// There is no key.
    NotConnected,
    /// A person paused it.
    Paused,
    /// Its key is not accepted.
    Refused,
    /// The last try failed; it is tried again.
    Failing,
    /// What was there at the beginning is still being read.
    Importing,
    /// Everything is read.
    Reading,
}

impl From<&SourceState> for SourceWord {
    fn from(state: &SourceState) -> Self {
        match state {
            SourceState::NotConnected => Self::NotConnected,
            SourceState::Paused => Self::Paused,
            SourceState::Refused => Self::Refused,
            SourceState::Failing => Self::Failing,
            SourceState::Importing => Self::Importing,
            SourceState::Reading => Self::Reading,
        }
    }
}

/// A system that quotes are read from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Source {
    /// Its word in addresses.
    #[serde(rename = "source")]
    word: &'static str,
    /// Its name.
    name: &'static str,
    /// How reading it goes.
    state: SourceWord,
    /// When it was last read to the end; null before it was.
    #[schema(required = true, format = DateTime)]
    read_at: Option<String>,
    /// When it is read next; null where it is not connected.
    #[schema(required = true, format = DateTime)]
    next_at: Option<String>,
    /// From when on documents count as new; older ones are sent only when a person chooses so.
    #[schema(required = true, format = DateTime)]
    since: Option<String>,
    /// Why it is not read.
    #[schema(required = true)]
    reason: Option<String>,
    /// What a person has to do about that.
    #[schema(required = true)]
    fix: Option<String>,
    /// Calls that were made.
    calls: SourceCalls,
    /// How many records of each kind are known.
    records: Vec<SourceRecords>,
    /// Codes that documents carry and that nobody said the meaning of.
    unknown_codes: Vec<UnknownCode>,
}

/// Calls that were made of late, and those that the source allows.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceCalls {
    /// Within the last minute.
    #[schema(minimum = 0)]
    minute: i64,
    /// Allowed within any minute.
    #[schema(minimum = 0)]
    minute_limit: i64,
    /// Within the last 24 hours.
    #[schema(minimum = 0)]
    day: i64,
    /// Allowed within any 24 hours.
    #[schema(minimum = 0)]
    day_limit: i64,
}

/// How many records of a kind are known.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceRecords {
    /// The kind, as the source calls it.
    resource: &'static str,
    /// How many.
    #[schema(minimum = 0)]
    count: i64,
    /// When they were last read; null before they were.
    #[schema(required = true, format = DateTime)]
    read_at: Option<String>,
}

/// A code that nobody said the meaning of.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnknownCode {
    /// Its key in `codes` of the settings, such as `quoteline.recurringType 1`.
    key: String,
    /// The words that it can mean.
    meanings: Vec<&'static str>,
    /// How many quotes and sales carry it.
    #[schema(minimum = 0)]
    documents: i64,
    /// How many of them are held for it.
    #[schema(minimum = 0)]
    held: usize,
}

impl From<&SourceView> for Source {
    fn from(view: &SourceView) -> Self {
        let time = |at: Option<i64>| at.map(|at| clock::timestamp(at).to_string());
        let since = view.connection.as_ref().filter(|_| view.is_connected()).map(|row| row.since);
        let record = |read: &ResourceRead| SourceRecords {
            resource: read.name,
            count: read.count,
            read_at: time(read.read_at),
        };
        Self {
            word: view.facts.word,
            name: view.facts.name,
            state: SourceWord::from(&view.state),
            read_at: time(view.read_at),
            next_at: time(view.next_at),
            since: time(since),
            reason: view.error.clone(),
            fix: view.fix.clone(),
            calls: SourceCalls {
                minute: view.calls.minute,
                minute_limit: view.calls.minute_limit,
                day: view.calls.day,
                day_limit: view.calls.day_limit,
            },
            records: view.resources.iter().map(record).collect(),
            unknown_codes: unknown(view),
        }
    }
}

fn unknown(view: &SourceView) -> Vec<UnknownCode> {
    let of = |(field, seen): (&'static CodeField, &SeenCode)| UnknownCode {
        key: field.key(seen.code),
        meanings: field.meanings.iter().map(|meaning| meaning.word).collect(),
        documents: seen.documents,
        held: seen.held,
    };
    view.unknown_codes().into_iter().map(of).collect()
}

/// How a source is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceSettings {
    /// The newest revision's number, also in the `ETag`; 0 before anything was saved.
    #[schema(minimum = 0)]
    revision: i64,
    /// What is saved, as `PUT` takes it.
    settings: SourceSettingsBody,
    /// When it was saved; null before anything was.
    #[schema(format = DateTime, required = true)]
    saved_at: Option<String>,
    /// Who saved it: a person's name, `API token` with its name, `The operator` or `Opportune`.
    #[schema(required = true)]
    saved_by: Option<String>,
}

/// What is saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceSettingsBody {
    /// The currency of its amounts, as three capital letters; null is that of the Autotask connection.
    #[schema(required = true)]
    currency: Option<String>,
    /// How often it is read, in minutes.
    #[schema(value_type = i32, minimum = 1, maximum = 60)]
    every_minutes: u16,
    /// Whether it is not read for now.
    paused: bool,
    /// What codes mean, beside what is known anyway: `quoteline.recurringType 1` → `monthly`.
    codes: BTreeMap<String, String>,
}

impl From<QuoteManagerSettings> for SourceSettingsBody {
    fn from(settings: QuoteManagerSettings) -> Self {
        let QuoteManagerSettings { currency, every_minutes, paused, codes } = settings;
        Self { currency, every_minutes, paused, codes }
    }
}

impl From<SourceDocument> for SourceSettings {
    fn from(document: SourceDocument) -> Self {
        Self {
            revision: document.revision,
            settings: document.settings.into(),
            saved_at: document.saved_at.map(|at| clock::timestamp(at).to_string()),
            saved_by: document.saved_by,
        }
    }
}

/// A problem that says what is saved now.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaleSourceSettings {
    /// The status's own name.
    title: &'static str,
    /// The HTTP status.
    #[schema(value_type = i32, minimum = 412, maximum = 412)]
    status: u16,
    /// What is wrong and what to do about it.
    detail: String,
    /// The settings as they are.
    current: SourceSettings,
}

impl From<SourceDocument> for StaleSourceSettings {
    fn from(document: SourceDocument) -> Self {
        let detail = format!(
            "The settings are at revision {} now. Compare yours with them, then send yours with the new ETag.",
            document.revision
        );
        Self { title: "Precondition Failed", status: 412, detail, current: document.into() }
    }
}
