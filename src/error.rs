//! The one error enum of the program, and the field errors that a form or a document gives back.
//!
//! It has two faces: `web::error` renders it as a page, `api::error` as `application/problem+json`.
//! Only the variants that a visitor can act on carry text for them; an [`Error::Internal`] is logged under a
//! reference and the visitor sees the reference alone.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// What a service function returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can keep a request from being done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such page or record, or it belongs to another tenant.
    #[error("{0}")]
    NotFound(&'static str),
    /// Not signed in, or the token is unknown.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// The request cannot be done as things are; the sentence says why and what to do.
    #[error("{0}")]
    Conflict(String),
    /// The request cannot be read at all; the sentence says what it should be.
    #[error("{0}")]
    BadRequest(String),
    /// Some fields are wrong, each named by its path.
    #[error("{0}")]
    Fields(FieldErrors),
    /// Too many tries; `0` is the number of seconds to wait.
    #[error("Too many tries. Wait {seconds} {unit}.", seconds = .0, unit = if *.0 == 1 { "second" } else { "seconds" })]
    TooMany(u64),
    /// There is no room for more at the moment: a sentence, and after how many seconds to try again.
    #[error("{0}")]
    Full(String, u64),
    /// A fault of ours or of the machine: logged, never shown.
    #[error("internal error: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps a fault that no visitor can act on.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}

/// Sentences about wrong fields, by the field's path (`lines[2].quantity`), in the order of the paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FieldErrors(BTreeMap<String, Vec<String>>);

impl FieldErrors {
    /// Notes one sentence about the field at `path`.
    pub fn add(&mut self, path: impl Into<String>, sentence: impl Into<String>) {
        self.0.entry(path.into()).or_default().push(sentence.into());
    }

    /// Adds everything that others say.
    pub fn add_all(&mut self, others: Self) {
        for (path, sentences) in others.0 {
            self.0.entry(path).or_default().extend(sentences);
        }
    }

    /// The first sentence about the field at `path`.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path)?.first().map(String::as_str)
    }

    /// Whether the field at `path`, or anything below it, is wrong.
    pub fn covers(&self, path: &str) -> bool {
        self.0
            .keys()
            .any(|key| key == path || key.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '['])))
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Paths and sentences, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(path, sentences)| (path.as_str(), sentences.as_slice()))
    }

    /// `Ok` when nothing is wrong, so that a check can end with `errors.into_result()?`.
    ///
    /// # Errors
    /// What is wrong.
    pub fn into_result(self) -> std::result::Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} {} to be corrected.", if count == 1 { "field has" } else { "fields have" })
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_covers_itself_and_what_is_below_it() {
        let mut errors = FieldErrors::default();
        errors.add("lines[1].quantity", "Enter a quantity");
        assert!(errors.covers("lines[1].quantity") && errors.covers("lines[1]") && errors.covers("lines"));
        assert!(!errors.covers("line") && !errors.covers("lines[1].quantity.unit"));
        assert_eq!(errors.to_string(), "1 field has to be corrected.");
    }
}
