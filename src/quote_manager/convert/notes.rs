//! What is found unclear while records are read.

use crate::{
    domain::document::Unclear,
    quote_manager::{NAME, wire::Record},
};

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
    pub(super) fn wrong(&mut self, whose: &str, record: &impl Record) {
        for wrong in record.wrong() {
            self.say(format!("{whose}: {wrong}."));
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
