//! What is found unclear while records are read.

use crate::{domain::document::Unclear, quote_manager::NAME};

/// Gathers what is unclear, each thing once, in the order in which it is found.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<Unclear>);

impl Notes {
    /// A number of that field whose meaning is not known.
    pub(super) fn code(&mut self, field: &str, code: i64) {
        self.add(Unclear::Code { source: NAME.to_owned(), field: field.to_owned(), code });
    }

    /// Something else, in whole sentences.
    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.add(Unclear::Other { sentence: sentence.into() });
    }

    /// The members of a record that are there and cannot be read.
    pub(super) fn wrong(&mut self, whose: &str, wrong: &[String]) {
        for wrong in wrong {
            self.say(format!("{whose}: {wrong}."));
        }
    }

    /// That a member is not there, unless it is and was told to be unreadable.
    pub(super) fn lacks(&mut self, whose: &str, member: &str, sentence: impl Into<String>) {
        let start = format!("{whose}: {member} is ");
        let is_told = |unclear: &Unclear| matches!(unclear, Unclear::Other { sentence } if sentence.starts_with(&start));
        if !self.0.iter().any(is_told) {
            self.say(sentence);
        }
    }

    /// What a code means, or a note that this is not known.
    pub(super) fn known<T>(&mut self, field: &str, code: i64, meaning: Option<T>) -> Option<T> {
        if meaning.is_none() {
            self.code(field, code);
        }
        meaning
    }

    /// Whether nothing was found yet.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_unclear(self) -> Vec<Unclear> {
        self.0
    }

    fn add(&mut self, unclear: Unclear) {
        if !self.0.contains(&unclear) {
            self.0.push(unclear);
        }
    }
}
