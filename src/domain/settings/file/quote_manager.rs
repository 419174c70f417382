//! How Quote Manager is read, in the file.

use std::fmt::Write;

use toml::de::{DeTable, DeValue};

use super::{
    quoted,
    read::{NO_FLAG, Reading, integer},
};
use crate::domain::{
    settings::{QuoteManagerSettings, quote_manager_form::QuoteManagerForm},
    source::codes::CodeField,
};

/// The section's name.
pub(super) const SECTION: &str = "quote_manager";
/// The table of its codes.
const CODES: &str = "quote_manager.codes";
/// What stands for the currency of the Autotask connection, and for a code whose meaning nobody says.
const NONE: &str = "none";
const NO_TEXT: &str = "must be text in quotation marks";

/// Writes the section.
pub(super) fn write(settings: &QuoteManagerSettings) -> String {
    let QuoteManagerSettings { currency, every_minutes, paused, codes } = settings;
    let currency = quoted(currency.as_deref().unwrap_or(NONE));
    let mut text = format!(
        "\n# How Kaseya Quote Manager is read. Its API key is not in the file.\n[{SECTION}]\n\
         currency = {currency} # such as \"USD\", or \"{NONE}\" for that of the Autotask connection\n\
         every_minutes = {every_minutes} # 1 to 60\n\
         paused = {paused} # true or false\n\
         \n# What its codes mean, beside what is known anyway.\n[{CODES}]\n"
    );
    for (code, word) in codes {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} = {}", quoted(code), quoted(word));
    }
    text
}

impl Reading<'_> {
    /// Reads the section: what it leaves out is as it was saved.
    pub(super) fn quote_manager(&mut self, table: &DeTable<'_>) {
        let mut form = QuoteManagerForm::of(&self.against.saved.quote_manager);
        for (key, value) in table {
            let path = format!("{SECTION}.{}", key.get_ref());
            self.place(&path, key);
            let value = value.get_ref();
            match key.get_ref().as_ref() {
                "currency" => match value.as_str() {
                    Some(text) => form.currency = if text == NONE { String::new() } else { text.to_owned() },
                    None => self.wrong(&path, NO_TEXT),
                },
                "every_minutes" => {
                    // What is no number gets the form's own sentence.
                    form.every_minutes = integer(value).map_or_else(|| "?".to_owned(), |n| n.to_string());
                }
                "paused" => match value.as_bool() {
                    Some(paused) => form.paused = paused.to_string(),
                    None => self.wrong(&path, NO_FLAG),
                },
                "codes" => match value.as_table() {
                    Some(codes) => self.codes(codes, &mut form),
                    None => self.wrong(CODES, format!("Write them below a line that reads [{CODES}]")),
                },
                _ => self.unknown(&path),
            }
        }
        self.form.quote_manager = form;
    }

    fn codes(&mut self, table: &DeTable<'_>, form: &mut QuoteManagerForm) {
        for (key, value) in table {
            let code = key.get_ref().as_ref();
            let path = format!("{CODES}[{code}]");
            self.place(&path, key);
            match word(self.codes, code, value.get_ref()) {
                Ok(word) => {
                    let index = form.place_of(code);
                    if let Some(entry) = form.codes.get_mut(&index) {
                        entry.meaning = word;
                    }
                }
                Err(sentence) => self.wrong(&path, sentence),
            }
        }
    }
}

/// The word of a code's meaning; empty where the file says that nobody knows it.
fn word(fields: &[CodeField], code: &str, value: &DeValue<'_>) -> Result<String, String> {
    let field = fields.iter().find(|field| field.code(code).is_some());
    let field = field.ok_or_else(|| {
        let names: Vec<_> = fields.iter().map(|field| format!("\"{} 1\"", field.name)).collect();
        format!("must be a field, a space and its number, as in {}", names.join(", "))
    })?;
    let word = value.as_str().ok_or(NO_TEXT)?;
    if word == NONE {
        return Ok(String::new());
    }
    let words: Vec<_> = field.meanings.iter().map(|meaning| meaning.word).collect();
    if words.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(format!("must be one of: {}, {NONE}", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        lists::Lists,
        settings::{
            BillingCodes, CategoryMap, Created, Lost, Opportunities, Sections, Services, Settings, Won,
            file::{Ids, Source, read},
            form::Against,
        },
        source::codes::Meaning,
    };

    const FIELDS: [CodeField; 1] = [CodeField {
        name: "quote.status",
        label: "Status of a quote",
        seen: "It stands at the top.",
        meanings: &[Meaning { word: "open", label: "Open" }, Meaning { word: "won", label: "Won" }],
        presets: &[],
    }];

    /// Saved settings whose other values no list has to know, as they may stay.
    fn saved() -> Settings {
        let created = Created {
            category: 1,
            default_owner: 1,
            stage: 1,
            status: 1,
            probability: None,
            shipping: None,
            create_missing_customers: false,
        };
        let sections = Sections {
            include_unquoted_sales: true,
            created,
            won: Won { stage: 1, status: 1 },
            lost: Lost { stage: None, status: 1 },
            category_map: CategoryMap { fallback: None, rows: [].into() },
            services: Services { brand: "Own".to_owned(), category: "Services".to_owned() },
        };
        let codes =
            BillingCodes { product: 1, recurring_service: 1, payment_surcharge: 1, non_recurring_service: 1 };
        let quote_manager = QuoteManagerSettings {
            currency: Some("EUR".to_owned()),
            every_minutes: 5,
            paused: true,
            codes: [("quote.status 7".to_owned(), "won".to_owned())].into(),
        };
        Settings { quote_manager, ..Settings::NEW }.with_opportunities(Opportunities { sections, codes })
    }

    fn after(text: &str) -> Result<QuoteManagerSettings, Vec<String>> {
        let (saved, lists) = (saved(), Lists::default());
        let (brands, categories) = (["Own".to_owned()], ["Services".to_owned()]);
        let against = Against { lists: &lists, brands: &brands, categories: &categories, saved: &saved };
        let text = format!("format = 1\n{text}");
        let read = read(&text, &against, &FIELDS);
        let told = |problems: Vec<super::super::Problem>| problems.iter().map(ToString::to_string).collect();
        read.map(|(_, parts)| parts.onto(saved.clone()).quote_manager).map_err(told)
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let settings = saved();
        let lists = Lists::default();
        let source = Source { tenant: "A", revision: 1, settings: &settings, lists: &lists, categories: &[] };
        let text = super::super::write(&source, Ids::Written);
        let section = text.split_once("[quote_manager]").map(|(_, rest)| format!("[quote_manager]{rest}"));
        assert_eq!(after(&section.unwrap()), Ok(settings.quote_manager));
        let new = super::write(&QuoteManagerSettings::NEW);
        let kept = saved().quote_manager.codes;
        assert_eq!(after(&new), Ok(QuoteManagerSettings { codes: kept, ..QuoteManagerSettings::NEW }));
    }

    #[test]
    fn what_is_left_out_stays_and_none_takes_away() {
        assert_eq!(after(""), Ok(saved().quote_manager));
        let changed = after("[quote_manager]\nevery_minutes = 15\n").unwrap();
        assert_eq!(changed, QuoteManagerSettings { every_minutes: 15, ..saved().quote_manager });
        let codes = "[quote_manager.codes]\n\"quote.status 7\" = \"none\"\n\"quote.status 8\" = \"open\"\n";
        let changed = after(codes).unwrap();
        assert_eq!(changed.codes, [("quote.status 8".to_owned(), "open".to_owned())].into());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let text = "[quote_manager]\ncurrency = 1\nevery_minutes = 61\npaused = \"no\"\nkey = \"secret\"\n\
                    [quote_manager.codes]\n\"quote.status 7\" = \"maybe\"\n\"quote.colour 1\" = \"red\"\n";
        let expected = [
            "Line 3: quote_manager.currency: must be text in quotation marks",
            "Line 4: quote_manager.every_minutes: Read every must be a whole number from 1 to 60 minutes",
            "Line 5: quote_manager.paused: must be true or false",
            "Line 6: quote_manager.key: There is no such setting. Check its spelling or leave it out",
            "Line 8: quote_manager.codes[quote.status 7]: must be one of: open, won, none",
            "Line 9: quote_manager.codes[quote.colour 1]: must be a field, a space and its number, as in \"quote.status 1\"",
        ];
        assert_eq!(after(text).unwrap_err(), expected);
    }
}
