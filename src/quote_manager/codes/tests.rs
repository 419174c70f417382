//! The tables against what is made of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{CATEGORY, Codes, DISCOUNT, FIELDS, PRODUCT, QUOTE_STATUS, RECURRING, SALE_STATUS, check, key};
use crate::domain::document::State;

fn set(entries: &[(&str, &str)]) -> Codes {
    let entries = entries.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned()));
    Codes::from_settings(&entries.collect::<BTreeMap<_, _>>())
}

#[test]
fn every_meaning_means_something() {
    for field in &FIELDS {
        for meaning in field.meanings {
            let codes = set(&[(&format!("{} 7", field.name), meaning.word)]);
            let is_understood = match field.name {
                QUOTE_STATUS => codes.quote_state(7).is_some(),
                SALE_STATUS => codes.sale_state(7).is_some(),
                RECURRING => codes.period(7).is_some(),
                DISCOUNT => codes.method(7).is_some(),
                PRODUCT => codes.line_kind(7).is_some(),
                CATEGORY => codes.is_for_bundles(7) == (meaning.word == "bundle"),
                _ => false,
            };
            assert!(is_understood, "{} {}", field.name, meaning.word);
        }
    }
}

#[test]
fn only_what_is_known_is_known() {
    let codes = Codes::default();
    let quotes: Vec<_> = (-1..100).filter_map(|code| Some((code, codes.quote_state(code)?))).collect();
    let open = |code| (code, State::Open);
    assert_eq!(quotes, [open(0), open(1), open(2), (3, State::Won), (90, State::Lost)]);
    let sales: Vec<_> = (-1..100).filter_map(|code| Some((code, codes.sale_state(code)?))).collect();
    assert_eq!(sales, [open(1), (2, State::Won), (3, State::Won), (90, State::Lost)]);
    assert!((-1..100).all(|code| codes.period(code).is_none() && codes.method(code).is_none()));
    assert!((-1..100).all(|code| codes.line_kind(code).is_none() && !codes.is_for_bundles(code)));
}

#[test]
fn the_administrators_word_goes_before_ours() {
    let codes = set(&[("quote.status 2", "lost"), ("quote.status 5", "won"), ("product.type 1", "nonsense")]);
    assert_eq!(
        [2, 5, 3].map(|code| codes.quote_state(code)),
        [State::Lost, State::Won, State::Won].map(Some)
    );
    assert_eq!(codes.line_kind(1), None, "what is no meaning changes nothing");
}

#[test]
fn an_entry_is_vetted_in_words() {
    assert_eq!(check("quoteline.recurringType 1", "monthly"), Ok(()));
    assert_eq!(
        key("quoteline.recurringType -3").map(|(field, code)| (field.name, code)),
        Ok((RECURRING, -3))
    );
    let said = |key: &str, word: &str| check(key, word).unwrap_err();
    assert_eq!(
        said("quote.state 1", "open"),
        "\"quote.state\" is no field with numbers; it must be one of: quote.status, salesorder.status, \
         quoteline.recurringType, quoteline.discountMethod, product.type, category.type."
    );
    for wrong in ["quote.status", "quote.status one", "quote.status 1 2"] {
        let end = "must end with a space and a whole number, such as \"quote.status 1\".";
        assert_eq!(said(wrong, "open"), format!("\"{wrong}\" {end}"));
    }
    assert_eq!(
        said("quote.status 1", "placed"),
        "\"placed\" is no meaning of quote.status; it must be one of: open, won, lost."
    );
}

#[test]
fn every_preset_has_one_meaning_that_can_be_chosen() {
    for field in &FIELDS {
        let codes: BTreeSet<i64> = field.presets.iter().map(|preset| preset.code).collect();
        assert_eq!(codes.len(), field.presets.len(), "{}", field.name);
        for preset in field.presets {
            assert_eq!(check(&format!("{} {}", field.name, preset.code), preset.word), Ok(()));
        }
    }
}
