//! How a source is read and what its codes mean, as REST writes it.

use serde_json::Value;

use super::{QuoteManagerSettings, document::MAX_NOTE};
use crate::{
    domain::reader::{Notes, Reader},
    error::FieldErrors,
};

/// The longest currency and the longest word of a meaning, in characters: what is longer is wrong anyway.
const MAX_WORD: usize = 100;

/// Reads the whole part of the settings, and the note for the history. Whether the values can be saved is checked where
/// they are.
///
/// # Errors
/// What has the wrong type, is missing or not known, by path.
pub fn read(body: &Value) -> Result<(QuoteManagerSettings, String), FieldErrors> {
    let notes = Notes::default();
    let mut top = Reader::top(body, &notes);
    let every = top.id("every_minutes");
    let settings = QuoteManagerSettings {
        currency: top.text("currency", MAX_WORD),
        every_minutes: u16::try_from(top.required("every_minutes", every)).unwrap_or(u16::MAX),
        paused: top.boolean("paused", false),
        codes: top.texts("codes", MAX_WORD),
    };
    let note = top.text("note", MAX_NOTE).unwrap_or_default();
    top.refuse_the_rest();
    notes.finish((settings, note))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_absent_is_as_it_is_at_first() {
        let (settings, note) = read(&json!({ "every_minutes": 5, "note": " why " })).unwrap();
        assert_eq!(settings, QuoteManagerSettings { every_minutes: 5, ..QuoteManagerSettings::NEW });
        assert_eq!(note, "why");
    }

    #[test]
    fn every_member_of_a_wrong_type_is_named_at_once() {
        let body = json!({
            "currency": 1, "paused": "no", "codes": { "quote.status 7": 1, "quote.status 8": null }, "key": "k",
        });
        let errors = read(&body).unwrap_err();
        let paths: Vec<_> = errors.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["codes[quote.status 7]", "currency", "every_minutes", "key", "paused"]);
    }
}
