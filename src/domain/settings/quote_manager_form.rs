//! How Quote Manager is read, as a form of the settings carries it along: from a file, or to choose where people clash.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{QuoteManagerSettings, source_forms::ReadingForm};
use crate::error::FieldErrors;

/// The fields as texts; all empty in a form that is not about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuoteManagerForm {
    /// The currency; empty for that of the Autotask connection.
    pub currency: String,
    /// How often it is read, in minutes.
    pub every_minutes: String,
    /// `true` when it is not read for now.
    pub paused: String,
    /// What codes mean, by their place.
    pub codes: BTreeMap<u32, CodeEntry>,
}

/// What a code means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeEntry {
    /// The code, as the settings write it: `quoteline.recurringType 1`.
    pub code: String,
    /// The word of its meaning; empty where nobody says.
    pub meaning: String,
}

impl QuoteManagerForm {
    /// The form that shows these settings.
    pub fn of(settings: &QuoteManagerSettings) -> Self {
        let ReadingForm { currency, every_minutes, .. } = ReadingForm::of(settings);
        let entry =
            |(code, meaning): (&String, &String)| CodeEntry { code: code.clone(), meaning: meaning.clone() };
        let codes = (0..).zip(settings.codes.iter().map(entry)).collect();
        Self { currency, every_minutes, paused: settings.paused.to_string(), codes }
    }

    /// Whether the form is not about them.
    pub fn is_absent(&self) -> bool {
        *self == Self::default()
    }

    /// The place of a code, which gets one where it has none.
    pub fn place_of(&mut self, code: &str) -> u32 {
        if let Some((index, _)) = self.codes.iter().find(|(_, entry)| entry.code == code) {
            return *index;
        }
        let index = self.codes.last_key_value().map_or(0, |(last, _)| last + 1);
        self.codes.insert(index, CodeEntry { code: code.to_owned(), ..CodeEntry::default() });
        index
    }

    /// The settings that it stands for; `None` where the form is not about them.
    ///
    /// # Errors
    /// Each field that is wrong, by its path.
    pub fn check(&self) -> Result<Option<QuoteManagerSettings>, FieldErrors> {
        if self.is_absent() {
            return Ok(None);
        }
        let reading = ReadingForm {
            currency: self.currency.clone(),
            every_minutes: self.every_minutes.clone(),
            ..ReadingForm::default()
        };
        let settings = reading.check(&QuoteManagerSettings::NEW).map_err(|errors| below(&errors))?;
        let said = self.codes.values().filter(|entry| !entry.meaning.is_empty());
        let codes = said.map(|entry| (entry.code.clone(), entry.meaning.clone())).collect();
        Ok(Some(QuoteManagerSettings { paused: self.paused == "true", codes, ..settings }))
    }
}

/// The errors by their paths among all settings.
fn below(errors: &FieldErrors) -> FieldErrors {
    let mut all = FieldErrors::default();
    for (path, sentences) in errors.iter() {
        for sentence in sentences {
            all.add(format!("quote_manager.{path}"), sentence);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_through_the_form_unchanged() {
        let settings = QuoteManagerSettings {
            currency: Some("EUR".to_owned()),
            every_minutes: 5,
            paused: true,
            codes: [("quote.status 7".to_owned(), "won".to_owned())].into(),
        };
        for settings in [settings, QuoteManagerSettings::NEW] {
            assert_eq!(QuoteManagerForm::of(&settings).check(), Ok(Some(settings)));
        }
    }

    #[test]
    fn a_form_without_it_stands_for_none() {
        assert_eq!(QuoteManagerForm::default().check(), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_path() {
        let form = QuoteManagerForm { every_minutes: "61".to_owned(), ..QuoteManagerForm::default() };
        assert!(form.check().unwrap_err().get("quote_manager.every_minutes").is_some());
    }

    #[test]
    fn a_code_has_one_place() {
        let mut form = QuoteManagerForm::default();
        assert_eq!(["a 1", "b 1", "a 1"].map(|code| form.place_of(code)), [0, 1, 0]);
    }
}
