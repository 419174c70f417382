//! Reads a JSON document field by field and notes everything that is wrong with it, not only the first thing.
//!
//! A field that cannot be read leaves a placeholder behind, so that reading goes on; the document is used only
//! when [`Notes::finish`] finds nothing noted. Members that nobody asked for are refused by name.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::money;
use crate::error::FieldErrors;

/// Where readers of one document note what is wrong.
#[derive(Debug, Default)]
pub struct Notes(RefCell<FieldErrors>);

impl Notes {
    /// Notes one sentence; the first one about a path stands.
    pub fn add(&self, path: &str, sentence: impl Into<String>) {
        let mut errors = self.0.borrow_mut();
        if errors.get(path).is_none() {
            errors.add(path, sentence);
        }
    }

    /// The document, if nothing was noted about it.
    ///
    /// # Errors
    /// All that was noted.
    pub fn finish<T>(self, document: T) -> Result<T, FieldErrors> {
        self.0.into_inner().into_result().map(|()| document)
    }
}

/// One JSON object that is being read.
pub struct Reader<'a> {
    notes: &'a Notes,
    path: String,
    members: Option<&'a Map<String, Value>>,
    asked: BTreeSet<&'static str>,
}

impl<'a> Reader<'a> {
    /// Starts at the top of a document.
    pub fn top(value: &'a Value, notes: &'a Notes) -> Self {
        Self::at(value, String::new(), notes)
    }

    fn at(value: &'a Value, path: String, notes: &'a Notes) -> Self {
        let members = value.as_object();
        if members.is_none() {
            notes.add(if path.is_empty() { "document" } else { &path }, "must be an object");
        }
        Self { notes, path, members, asked: BTreeSet::new() }
    }

    /// The path of a member, as the sender would write it.
    pub fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Notes that a member is wrong.
    pub fn wrong(&self, name: &str, sentence: impl Into<String>) {
        self.notes.add(&self.path_of(name), sentence);
    }

    /// A member that is there and not null.
    fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.insert(name);
        self.members?.get(name).filter(|value| !value.is_null())
    }

    /// Notes a member that is not there, unless the whole object is something else and that was noted already.
    pub fn required<T: Default>(&self, name: &str, value: Option<T>) -> T {
        if value.is_none() && self.members.is_some() {
            self.wrong(name, "is required");
        }
        value.unwrap_or_default()
    }

    /// A text of 1 to `max` characters, outer white space taken off; absent and empty are the same.
    pub fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let value = self.get(name)?;
        let Some(text) = value.as_str() else {
            self.wrong(name, "must be text in quotation marks");
            return Some(String::new());
        };
        let text = text.trim();
        if text.chars().count() > max {
            self.wrong(name, format!("must have at most {max} characters"));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.wrong(name, "must not have control characters in it");
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A text that must be there.
    pub fn required_text(&mut self, name: &'static str, max: usize) -> String {
        let text = self.text(name, max);
        self.required(name, text)
    }

    /// A decimal in quotation marks.
    pub fn decimal(&mut self, name: &'static str) -> Option<Decimal> {
        let value = self.get(name)?;
        let read = value.as_str().ok_or("must be a decimal number in quotation marks, such as \"12.50\"");
        match read.and_then(money::parse) {
            Ok(decimal) => Some(decimal),
            Err(sentence) => {
                self.wrong(name, sentence);
                Some(Decimal::ONE)
            }
        }
    }

    /// A decimal that must be there.
    pub fn required_decimal(&mut self, name: &'static str) -> Decimal {
        let decimal = self.decimal(name);
        self.required(name, decimal.map(drop));
        decimal.unwrap_or(Decimal::ONE)
    }

    /// True or false; absent is `default`.
    pub fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        match self.get(name) {
            None => default,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.wrong(name, "must be true or false");
                default
            }
        }
    }

    /// True or false, and it must be there.
    pub fn required_boolean(&mut self, name: &'static str) -> bool {
        let is_there = self.get(name).map(drop);
        self.required(name, is_there);
        self.boolean(name, false)
    }

    /// A whole number that is not negative, such as an Autotask id.
    pub fn id(&mut self, name: &'static str) -> Option<i64> {
        let value = self.get(name)?;
        let id = as_id(value);
        if id.is_none() {
            self.wrong(name, NOT_AN_ID);
        }
        id
    }

    /// Ids by names that the sender chooses, such as the paths of categories; null is the same as absent.
    pub fn ids(&mut self, name: &'static str) -> BTreeMap<String, i64> {
        let Some(value) = self.get(name) else { return BTreeMap::new() };
        let below = Reader::at(value, self.path_of(name), self.notes);
        let mut ids = BTreeMap::new();
        for (name, value) in below.members.into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            match as_id(value) {
                Some(id) => ids.extend([(name.clone(), id)]),
                None => self.notes.add(&format!("{}[{name}]", below.path), NOT_AN_ID),
            }
        }
        ids
    }

    /// Texts of 1 to `max` characters by names that the sender chooses; null is the same as absent.
    pub fn texts(&mut self, name: &'static str, max: usize) -> BTreeMap<String, String> {
        let Some(value) = self.get(name) else { return BTreeMap::new() };
        let below = Reader::at(value, self.path_of(name), self.notes);
        let mut texts = BTreeMap::new();
        for (name, value) in below.members.into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            match value.as_str().filter(|text| !text.is_empty() && text.chars().count() <= max) {
                Some(text) => texts.extend([(name.clone(), text.to_owned())]),
                None => self.notes.add(
                    &format!("{}[{name}]", below.path),
                    format!("must be text of 1 to {max} characters in quotation marks, or null"),
                ),
            }
        }
        texts
    }

    /// A point in time with its zone, such as `2026-11-23T09:00:00Z`.
    pub fn required_timestamp(&mut self, name: &'static str) -> Timestamp {
        let read = self.get(name).map(|value| value.as_str().and_then(|text| text.parse().ok()));
        match read {
            Some(Some(timestamp)) => timestamp,
            Some(None) => {
                self.wrong(name, "must be a time with its zone, such as \"2026-11-23T09:00:00Z\"");
                Timestamp::default()
            }
            None => self.required(name, None),
        }
    }

    /// A calendar date, such as `2026-12-07`.
    pub fn date(&mut self, name: &'static str) -> Option<Date> {
        let value = self.get(name)?;
        let date = value.as_str().filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        if date.is_none() {
            self.wrong(name, "must be a date, such as \"2026-12-07\"");
        }
        date
    }

    /// One word of a fixed set.
    pub fn word<T: Copy>(&mut self, name: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let value = self.get(name)?;
        let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(name, format!("must be one of: {}", known.join(", ")));
        }
        found.or(words.first()).map(|(_, value)| *value)
    }

    /// One word of a fixed set that must be there.
    pub fn required_word<T: Copy + Default>(&mut self, name: &'static str, words: &[(&'static str, T)]) -> T {
        let word = self.word(name, words);
        self.required(name, word)
    }

    /// An object below this one.
    pub fn object<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Reader<'a>) -> T) -> Option<T> {
        let value = self.get(name)?;
        let mut below = Reader::at(value, self.path_of(name), self.notes);
        let object = read(&mut below);
        below.refuse_the_rest();
        Some(object)
    }

    /// A list of objects below this one; absent is empty, more than `max` is refused.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        max: usize,
        mut read: impl FnMut(&mut Reader<'a>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.wrong(name, "must be a list");
            return Vec::new();
        };
        if items.len() > max {
            self.wrong(name, format!("must have at most {max} entries"));
            return Vec::new();
        }
        let one = |(index, item): (usize, &'a Value)| {
            let mut below = Reader::at(item, format!("{}[{index}]", self.path_of(name)), self.notes);
            let object = read(&mut below);
            below.refuse_the_rest();
            object
        };
        items.iter().enumerate().map(one).collect()
    }

    /// Refuses every member that was not asked for: a misspelt one would be a silent loss.
    pub fn refuse_the_rest(&self) {
        for name in self.members.into_iter().flat_map(Map::keys) {
            if !self.asked.contains(name.as_str()) {
                self.wrong(name, "is not a field of this document; check its spelling or leave it out");
            }
        }
    }
}

const NOT_AN_ID: &str = "must be a whole number that is not negative, or null";

fn as_id(value: &Value) -> Option<i64> {
    value.as_i64().filter(|id| *id >= 0)
}
