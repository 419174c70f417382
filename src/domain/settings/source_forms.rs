//! What the page of a source posts: how it is read, and what its codes mean.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{EVERY_MINUTES, QuoteManagerSettings};
use crate::{domain::source::codes::CodeField, error::FieldErrors};

/// How a source is read, as a browser posts it; the key beside it is never kept with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadingForm {
    /// The revision that it was made from.
    pub revision: String,
    /// What tells a form that was sent twice.
    pub form_id: String,
    /// The currency; empty for that of the Autotask connection.
    pub currency: String,
    /// How often it is read, in minutes.
    pub every_minutes: String,
}

impl ReadingForm {
    /// The form that shows these settings.
    pub fn of(settings: &QuoteManagerSettings) -> Self {
        Self {
            currency: settings.currency.clone().unwrap_or_default(),
            every_minutes: settings.every_minutes.to_string(),
            ..Self::default()
        }
    }

    /// The settings with what was entered.
    ///
    /// # Errors
    /// Each field that is wrong, by its name in the form.
    pub fn check(&self, base: &QuoteManagerSettings) -> Result<QuoteManagerSettings, FieldErrors> {
        let mut errors = FieldErrors::default();
        let currency = Some(self.currency.trim()).filter(|currency| !currency.is_empty());
        if currency.is_some_and(|currency| !is_currency(currency)) {
            errors.add("currency", "Select the currency of its amounts");
        }
        let every = self.every_minutes.trim().parse().ok().filter(|every| EVERY_MINUTES.contains(every));
        if every.is_none() {
            errors.add("every_minutes", "Read every must be a whole number from 1 to 60 minutes");
        }
        errors.into_result()?;
        Ok(QuoteManagerSettings {
            currency: currency.map(str::to_owned),
            every_minutes: every.unwrap_or(base.every_minutes),
            ..base.clone()
        })
    }
}

/// Whether a text is the code of a currency, as ISO 4217 writes them.
pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.chars().all(|letter| letter.is_ascii_uppercase())
}

/// What codes mean, as a browser posts it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodesForm {
    /// The revision that it was made from.
    pub revision: String,
    /// What tells a form that was sent twice.
    pub form_id: String,
    /// A note for the history.
    pub note: String,
    /// The codes by their place on the page.
    pub rows: BTreeMap<u32, CodeForm>,
}

/// One code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// The field, as the source names it.
    pub field: String,
    /// The number.
    pub code: String,
    /// The word of what it means; empty where nobody knows.
    pub meaning: String,
}

impl CodesForm {
    /// The settings with what was chosen: what is known anyway is not kept in them.
    ///
    /// # Errors
    /// Each row that is wrong, by the name of its control in the form.
    pub fn check(
        &self,
        base: &QuoteManagerSettings,
        fields: &[CodeField],
    ) -> Result<QuoteManagerSettings, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut settings = base.clone();
        for (index, row) in &self.rows {
            let typed = [&row.code, &row.meaning].map(|text| text.trim());
            let field = fields.iter().find(|field| field.name == row.field);
            match (field, typed) {
                (_, ["", ""]) | (None, _) => {}
                (Some(field), [code, word]) => match check_row(field, code, word) {
                    Ok((code, word)) => set(&mut settings, field, code, word),
                    Err((part, sentence)) => errors.add(format!("rows[{index}][{part}]"), sentence),
                },
            }
        }
        errors.into_result()?;
        Ok(settings)
    }
}

/// A row's number and word, or which part of it is wrong and how.
fn check_row<'a>(
    field: &CodeField,
    code: &str,
    word: &'a str,
) -> Result<(i64, &'a str), (&'static str, String)> {
    let Ok(number) = code.parse::<i64>() else {
        let sentence = if code.is_empty() { "Enter the code" } else { "Enter the code as a whole number" };
        return Err(("code", sentence.to_owned()));
    };
    if word.is_empty() || field.meanings.iter().any(|meaning| meaning.word == word) {
        return Ok((number, word));
    }
    Err(("meaning", format!("Select what code {number} means")))
}

fn set(settings: &mut QuoteManagerSettings, field: &CodeField, code: i64, word: &str) {
    let key = field.key(code);
    let is_known = field.preset(code).is_some_and(|preset| preset.word == word);
    if word.is_empty() || is_known {
        settings.codes.remove(&key);
    } else {
        settings.codes.insert(key, word.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::source::codes::{Meaning, Preset};

    const FIELDS: [CodeField; 1] = [CodeField {
        name: "quote.status",
        label: "Status of a quote",
        seen: "It stands at the top.",
        meanings: &[Meaning { word: "open", label: "Open" }, Meaning { word: "won", label: "Won" }],
        presets: &[Preset { code: 3, word: "won", sure: "Two sources agree." }],
    }];

    fn row(code: &str, meaning: &str) -> CodeForm {
        CodeForm { field: "quote.status".to_owned(), code: code.to_owned(), meaning: meaning.to_owned() }
    }

    fn checked(base: &[(&str, &str)], row: CodeForm) -> Result<BTreeMap<String, String>, FieldErrors> {
        let codes = base.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect();
        let base = QuoteManagerSettings { codes, ..QuoteManagerSettings::NEW };
        let form = CodesForm { rows: [(4, row)].into(), ..CodesForm::default() };
        form.check(&base, &FIELDS).map(|settings| settings.codes)
    }

    fn told(row: CodeForm) -> Vec<(String, String)> {
        let errors = checked(&[], row).unwrap_err();
        errors.iter().map(|(path, sentences)| (path.to_owned(), sentences.join(". "))).collect()
    }

    #[test]
    fn a_chosen_meaning_is_kept_under_field_and_number() {
        let kept = checked(&[], row(" 7 ", "open")).unwrap();
        assert_eq!(kept, [("quote.status 7".to_owned(), "open".to_owned())].into());
    }

    #[test]
    fn what_is_known_anyway_is_not_kept_and_takes_back_what_was_set() {
        assert_eq!(checked(&[], row("3", "won")).unwrap(), BTreeMap::new());
        assert_eq!(checked(&[("quote.status 3", "open")], row("3", "won")).unwrap(), BTreeMap::new());
    }

    #[test]
    fn an_empty_meaning_takes_one_back() {
        assert_eq!(checked(&[("quote.status 7", "open")], row("7", "")).unwrap(), BTreeMap::new());
    }

    #[test]
    fn an_empty_row_and_a_field_that_is_not_known_change_nothing() {
        assert_eq!(checked(&[], row("", " ")).unwrap(), BTreeMap::new());
        let other = CodeForm { field: "quote.colour".to_owned(), ..row("7", "open") };
        assert_eq!(checked(&[], other).unwrap(), BTreeMap::new());
    }

    #[test]
    fn what_is_wrong_is_told_at_its_control() {
        let at = |part: &str, sentence: &str| vec![(format!("rows[4][{part}]"), sentence.to_owned())];
        assert_eq!(told(row("", "open")), at("code", "Enter the code"));
        assert_eq!(told(row("1.5", "open")), at("code", "Enter the code as a whole number"));
        assert_eq!(told(row("7", "blue")), at("meaning", "Select what code 7 means"));
    }

    #[test]
    fn how_often_is_a_whole_number_of_minutes_up_to_an_hour() {
        let check = |every: &str| {
            let form = ReadingForm { every_minutes: every.to_owned(), ..ReadingForm::default() };
            form.check(&QuoteManagerSettings::NEW).map(|settings| settings.every_minutes)
        };
        assert_eq!([" 1 ", "60"].map(|every| check(every).unwrap()), [1, 60]);
        for every in ["", "0", "61", "1.5", "-1", "often"] {
            assert!(check(every).unwrap_err().get("every_minutes").is_some(), "{every:?}");
        }
    }

    #[test]
    fn no_currency_is_that_of_the_autotask_connection() {
        let check = |currency: &str| {
            let form = ReadingForm { currency: currency.to_owned(), ..ReadingForm::default() };
            let form = ReadingForm { every_minutes: "5".to_owned(), ..form };
            form.check(&QuoteManagerSettings::NEW).map(|settings| settings.currency)
        };
        assert_eq!(check("").unwrap(), None);
        assert_eq!(check("EUR").unwrap().as_deref(), Some("EUR"));
        assert!(check("euro").unwrap_err().get("currency").is_some());
    }
}
