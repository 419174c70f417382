//! Sources: systems that quotes are read from.
//!
//! What is the same for all of them is in `service::sources`, which goes by what a [`Source`] says of itself: its limits,
//! its resources and how they hang together, and what document a record is. [`progress`] says what to read next.

pub mod codes;
pub mod progress;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::Future,
    pin::Pin,
    time::Duration,
};

use secrecy::SecretString;
use serde_json::Value;

use super::{
    document::Document,
    settings::{QuoteManagerSettings, Settings},
};
use crate::clock::Millis;

/// What a resource is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its records are quotes or sales: looked at in every cycle.
    Document,
    /// Its records belong to a document, and are read when that changed.
    Part,
    /// Its records are what documents refer to: looked at daily.
    Reference,
}

/// A list of records that a source offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its word in addresses.
    pub name: &'static str,
    /// What its records are called on pages: `Quotes`.
    pub label: &'static str,
    /// What it is to us.
    pub role: Role,
    /// The resource right above it, and the filter by that one's id, which is also the field of its records.
    pub below: Option<(&'static str, &'static str)>,
    /// Whether it can be asked for what changed since a time.
    pub tells_changes: bool,
    /// Whether it comes in pages; otherwise one answer is all of it.
    pub has_pages: bool,
}

/// What a source allows, and what it is called.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its word in addresses and tables.
    pub word: &'static str,
    /// What it is called on pages.
    pub name: &'static str,
    /// Where it is asked, unless it is a test server.
    pub address: &'static str,
    /// Where a person finds its key, in a whole sentence.
    pub key_is_at: &'static str,
    /// The most calls within 60 seconds.
    pub calls_a_minute: i64,
    /// The most calls within 24 hours.
    pub calls_a_day: i64,
    /// The most rows of a page: one with fewer is the last.
    pub page: usize,
    /// Its resources; documents in the order in which they are taken in.
    pub resources: &'static [Resource],
    /// The references whose names make the catalogue.
    pub catalogue: &'static [&'static str],
    /// What a test of the connection reads, and what that line of the list is called.
    pub tested: &'static [(&'static str, &'static str)],
    /// The fields of a document's record that hold its number.
    pub numbers: &'static [&'static str],
    /// The fields whose numbers have a meaning for us.
    pub codes: &'static [codes::CodeField],
}

impl Facts {
    /// The resource of that name.
    pub fn resource(&self, name: &str) -> Option<&'static Resource> {
        self.resources.iter().find(|resource| resource.name == name)
    }

    /// Its resources of one role.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &'static Resource> {
        self.resources.iter().filter(move |resource| resource.role == role)
    }

    /// What hangs right below a resource and belongs to its documents.
    pub fn parts_of(&self, name: &str) -> impl Iterator<Item = &'static Resource> {
        let is_below = move |resource: &&Resource| resource.below.is_some_and(|(above, _)| above == name);
        self.of(Role::Part).filter(is_below)
    }
}

/// A resource and the id of one of its records.
pub type Key = (&'static str, i64);

/// One call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The resource.
    pub resource: &'static str,
    /// What is asked for.
    pub of: Of,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The record of this id.
    One(i64),
    /// A page of the list, counted from 1.
    Page {
        /// Its number.
        page: u32,
        /// Only what changed since then.
        since: Option<Millis>,
        /// Only what has this id in this field. A source may ignore it.
        filter: Option<(&'static str, i64)>,
    },
}

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What that means for calls to come.
    pub kind: FailureKind,
    /// What is wrong, in one sentence.
    pub sentence: String,
    /// What to do about it.
    pub fix: String,
}

/// What a failure means for calls to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The key is not accepted: no call makes sense before there is another.
    Refused,
    /// Too many calls; wait this long, where it says so.
    Throttled(Option<Duration>),
    /// There is no such record.
    Missing,
    /// Anything that may pass.
    Trouble,
}

/// The rows that a call brought.
pub type Fetched<'a> = Pin<Box<dyn Future<Output = Result<Vec<Value>, Failure>> + Send + 'a>>;

/// A record with those below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its resource.
    pub resource: &'static str,
    /// The record.
    pub row: Value,
    /// What belongs to it.
    pub below: Vec<Record>,
}

impl Record {
    /// The record and all below it.
    pub fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        all.extend(self.below.iter().flat_map(Self::all));
        all
    }
}

/// What a document is made with.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// The records that it refers to, and those that these refer to; what is not there is not in the source.
    pub known: &'a BTreeMap<Key, Value>,
    /// What the administrator set.
    pub settings: &'a QuoteManagerSettings,
    /// ISO 4217 code of its amounts.
    pub currency: &'a str,
}

/// The names of a source's catalogue, which can be mapped and chosen before any document has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Categories, by path.
    pub categories: BTreeSet<String>,
    /// Brands.
    pub brands: BTreeSet<String>,
}

/// A system that quotes are read from.
pub trait Source: fmt::Debug + Send + Sync {
    /// Its names, limits and resources.
    fn facts(&self) -> &'static Facts;

    /// Where it is asked.
    fn address(&self) -> &str;

    /// Its part of the settings.
    fn settings<'a>(&self, settings: &'a Settings) -> &'a QuoteManagerSettings;

    /// The same, to be changed.
    fn settings_mut<'a>(&self, settings: &'a mut Settings) -> &'a mut QuoteManagerSettings;

    /// Vets what a person says a code means.
    ///
    /// # Errors
    /// What is wrong with it, as a whole sentence.
    fn check_code(&self, code: &str, word: &str) -> Result<(), String>;

    /// Makes one call.
    fn fetch<'a>(&'a self, key: &'a SecretString, ask: Ask) -> Fetched<'a>;

    /// A record's id; `None` for a row that cannot be told from others.
    fn id(&self, row: &Value) -> Option<i64>;

    /// The id that a field of a row holds, whatever the case of its name.
    fn id_in(&self, row: &Value, field: &'static str) -> Option<i64>;

    /// Whether a document is one that nobody has decided on.
    fn is_open(&self, resource: &str, row: &Value) -> bool;

    /// The records that one refers to.
    fn refers_to(&self, resource: &str, row: &Value) -> Vec<Key>;

    /// The numbers in a record whose meaning is looked up, each with its field.
    fn codes(&self, resource: &str, row: &Value) -> Vec<(&'static str, i64)>;

    /// The names in the records of [`Facts::catalogue`]; those that our catalogue cannot have are left out.
    fn names(&self, known: &BTreeMap<Key, Value>) -> Names;

    /// The document that a record is; `None` where it is none yet.
    ///
    /// # Errors
    /// Why it can be none, in whole sentences.
    fn document(&self, record: &Record, making: &Making<'_>) -> Result<Option<Document>, String>;
}
