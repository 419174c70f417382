//! What the Quote Manager page saves, the key aside.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fields::{Field, Value};
use crate::domain::source::codes::CodeField;

/// The path below which the codes are.
const CODES: &str = "quote_manager.codes";
const CURRENCY: &str = "quote_manager.currency";
const EVERY: &str = "quote_manager.every_minutes";
const PAUSED: &str = "quote_manager.paused";

/// How often it is read at most and at least, in minutes.
pub const EVERY_MINUTES: std::ops::RangeInclusive<u16> = 1..=60;

/// How Kaseya Quote Manager is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuoteManagerSettings {
    /// ISO 4217 code of its amounts; `None` is the currency of the Autotask connection. Its API does not tell.
    pub currency: Option<String>,
    /// How often it is asked for changes, 1 to 60 minutes.
    pub every_minutes: u16,
    /// Whether it is not read at all for now.
    pub paused: bool,
    /// What numbers mean whose meaning is not documented: `quoteline.recurringType 1` → the word of a meaning.
    pub codes: BTreeMap<String, String>,
}

impl QuoteManagerSettings {
    /// What a tenant starts with.
    pub const NEW: Self = Self { currency: None, every_minutes: 1, paused: false, codes: BTreeMap::new() };

    /// The word of what a field's number means; `None` where nobody knows.
    pub fn meaning<'a>(&'a self, field: &CodeField, code: i64) -> Option<&'a str> {
        let set = self.codes.get(&field.key(code)).map(String::as_str);
        set.or_else(|| field.preset(code).map(|preset| preset.word))
    }

    /// Its fields, in the order of the page.
    pub(super) fn fields(&self) -> Vec<Field> {
        let text = |text: &Option<String>| Value::Text(text.clone().unwrap_or_default());
        let mut fields = vec![
            Field::new(CURRENCY, "Quote Manager currency", text(&self.currency)),
            Field::new(
                EVERY,
                "Read Quote Manager every (minutes)",
                Value::Text(self.every_minutes.to_string()),
            ),
            Field::new(PAUSED, "Quote Manager paused", Value::Flag(self.paused)),
        ];
        fields.extend(self.codes.iter().map(|(code, word)| {
            let label = format!("Quote Manager code {code}");
            Field::new(format!("{CODES}[{code}]"), label, Value::Text(word.clone()))
        }));
        fields
    }

    /// Puts a value in the place of the one at `path`, if that is one of its own.
    pub(super) fn set(&mut self, path: &str, value: &Value) {
        match (path, value) {
            (CURRENCY, Value::Text(text)) => {
                self.currency = Some(text.clone()).filter(|text| !text.is_empty());
            }
            (EVERY, Value::Text(text)) => {
                let minutes = text.parse().ok().filter(|minutes| EVERY_MINUTES.contains(minutes));
                self.every_minutes = minutes.unwrap_or(self.every_minutes);
            }
            (PAUSED, Value::Flag(paused)) => self.paused = *paused,
            (path, Value::Text(word)) => self.set_code(path, word),
            _ => {}
        }
    }

    /// Adds the codes that only `other` has.
    pub(super) fn add_codes(&mut self, other: &Self) {
        for (code, word) in &other.codes {
            self.codes.entry(code.clone()).or_insert_with(|| word.clone());
        }
    }

    fn set_code(&mut self, path: &str, word: &str) {
        let Some(code) = code_of(path) else { return };
        if word.is_empty() {
            self.codes.remove(code);
        } else {
            self.codes.insert(code.to_owned(), word.to_owned());
        }
    }
}

impl Default for QuoteManagerSettings {
    fn default() -> Self {
        Self::NEW
    }
}

/// The code that a path is about.
pub(super) fn code_of(path: &str) -> Option<&str> {
    path.strip_prefix(CODES)?.strip_prefix('[')?.strip_suffix(']')
}
