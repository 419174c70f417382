//! How a source is read and what its codes mean, as REST and the settings file write it.

use serde_json::Value;

use super::{EVERY_MINUTES, QuoteManagerSettings, source_forms::is_currency};
use crate::{
    domain::{
        reader::{Notes, Reader},
        source::codes::CodeField,
    },
    error::FieldErrors,
};

/// The longest word of a meaning.
const MAX_WORD: usize = 100;
/// The longest note for the history, in characters.
const MAX_NOTE: usize = super::document::MAX_NOTE;

/// Reads the whole part of the settings, and the note for the history.
///
/// # Errors
/// Everything that is wrong with it, by path.
pub fn read(body: &Value, fields: &[CodeField]) -> Result<(QuoteManagerSettings, String), FieldErrors> {
    let notes = Notes::default();
    let mut top = Reader::top(body, &notes);
    let currency = top.text("currency", 3);
    if currency.as_ref().is_some_and(|currency| !is_currency(currency)) {
        top.wrong("currency", "must be a currency code of three capital letters, such as \"USD\", or null");
    }
    let every = top.id("every_minutes");
    let every = top.required("every_minutes", every);
    let every_minutes = u16::try_from(every).ok().filter(|every| EVERY_MINUTES.contains(every));
    if every_minutes.is_none() {
        top.wrong("every_minutes", "must be a whole number from 1 to 60");
    }
    let paused = top.boolean("paused", false);
    let codes = top.texts("codes", MAX_WORD);
    for (key, word) in &codes {
        if let Err(sentence) = check(key, word, fields) {
            top.wrong(&format!("codes[{key}]"), sentence);
        }
    }
    let note = top.text("note", MAX_NOTE).unwrap_or_default();
    top.refuse_the_rest();
    let settings =
        QuoteManagerSettings { currency, every_minutes: every_minutes.unwrap_or_default(), paused, codes };
    notes.finish((settings, note))
}

/// Whether a code's key and word are known.
///
/// # Errors
/// What is wrong with them, as the end of a sentence that begins with the path.
pub fn check(key: &str, word: &str, fields: &[CodeField]) -> Result<(), String> {
    let Some(field) = fields.iter().find(|field| field.code(key).is_some()) else {
        let names: Vec<_> = fields.iter().map(|field| format!("\"{} 1\"", field.name)).collect();
        return Err(format!("must be a field, a space and its number, as in {}", names.join(", ")));
    };
    if field.meanings.iter().any(|meaning| meaning.word == word) {
        return Ok(());
    }
    let words: Vec<_> = field.meanings.iter().map(|meaning| meaning.word).collect();
    Err(format!("must be one of: {}", words.join(", ")))
}
