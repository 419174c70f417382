//! `/history`, one revision of it, and the comparison of two.

use askama::Template;

use super::{
    fields::{Choice, Text},
    parts::{ErrorLink, Link, Tag},
    shell::Shell,
};

/// Who changed which setting, and what Autotask changed in between.
#[derive(Clone, Debug, Template)]
#[template(path = "history.html")]
pub struct History {
    /// The frame.
    pub shell: Shell,
    /// What the list is narrowed by.
    pub filter: HistoryFilter,
    /// One page of entries, newest first.
    pub rows: Vec<HistoryRow>,
    /// Why the list is empty; none while it has rows.
    pub empty: Option<String>,
    /// The same list as files.
    pub exports: Vec<Link>,
    /// The address of the next older page.
    pub older: Option<String>,
    /// The address of the next newer page.
    pub newer: Option<String>,
}

/// The filter: a GET form, so that a filtered list has an address.
#[derive(Clone, Debug)]
pub struct HistoryFilter {
    /// The choices of `who`; the first of each has an empty value and stands for all.
    pub who: Vec<Choice>,
    /// The choices of `via`.
    pub via: Vec<Choice>,
    /// The choices of `field`.
    pub field: Vec<Choice>,
    /// `from`, a day.
    pub from: Text,
    /// `to`, a day.
    pub to: Text,
    /// Whether anything is filtered away.
    pub active: bool,
}

impl HistoryFilter {
    /// The selects: name, label, choices.
    pub fn selects(&self) -> [(&'static str, &'static str, &[Choice]); 3] {
        [("who", "Who", &self.who), ("via", "Through", &self.via), ("field", "Setting", &self.field)]
    }

    /// The days.
    pub fn days(&self) -> [&Text; 2] {
        [&self.from, &self.to]
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub struct HistoryRow {
    /// What it is called: `Revision 7`, or what happened to a list.
    pub heading: String,
    /// Its page, where it has one.
    pub href: Option<String>,
    /// Who it was, and through what.
    pub by: Tag,
    /// When: `3 Nov 2026, 14:05 UTC`.
    pub when: String,
    /// The same, RFC 3339.
    pub when_iso: String,
    /// What it goes back to, as a sentence; may be empty.
    pub origin: String,
    /// The note of whoever saved; may be empty.
    pub note: String,
    /// What it changed; of many the first ones.
    pub changes: Vec<ChangeRow>,
    /// How many more it changed.
    pub more: usize,
}

/// One changed setting.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// The page that the setting is on.
    pub page: &'static str,
    /// The setting.
    pub label: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// `/history/{revision}`.
#[derive(Clone, Debug, Template)]
#[template(path = "revision.html")]
pub struct Revision {
    /// The frame.
    pub shell: Shell,
    /// Its number.
    pub number: i64,
    /// The entry, with all of its changes.
    pub row: HistoryRow,
    /// Whether it is what counts now …
    pub is_newest: bool,
    /// … or where its settings can be looked at, to be saved again.
    pub restore: Vec<Link>,
    /// Comparisons with other revisions.
    pub compare: Vec<Link>,
}

/// `/history/compare`.
#[derive(Clone, Debug, Template)]
#[template(path = "compare.html")]
pub struct Compare {
    /// The frame.
    pub shell: Shell,
    /// What is wrong with the numbers.
    pub errors: Vec<ErrorLink>,
    /// `from`, a revision's number.
    pub from: Text,
    /// `to`, a revision's number.
    pub to: Text,
    /// The differences; none before two numbers were given.
    pub changes: Option<Vec<ChangeRow>>,
}
