//! One row of an answer while it is read.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil, tz::TimeZone};
use rust_decimal::Decimal;
use serde_json::Value;

/// A row that is being read: it finds members whatever their case, and notes what cannot be read.
#[derive(Debug)]
pub struct Row<'a> {
    members: BTreeMap<String, &'a Value>,
    asked: Vec<&'static str>,
    wrong: Vec<String>,
}

impl<'a> Row<'a> {
    /// Begins to read a row; one that is no object has no members.
    pub fn new(row: &'a Value) -> Self {
        let members = row.as_object().into_iter().flatten();
        let members =
            members.filter(|(_, value)| !value.is_null()).map(|(name, value)| (folded(name), value));
        Self { members: members.collect(), asked: Vec::new(), wrong: Vec::new() }
    }

    /// The members that were asked for, as the contract spells them.
    pub fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// What could not be read; nothing is left of it here.
    pub(super) fn take_wrong(&mut self) -> Vec<String> {
        std::mem::take(&mut self.wrong)
    }

    fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.members.get(&folded(name)).copied()
    }

    /// Reads a member, and notes it where it is there and `read` finds nothing in it.
    fn take<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = self.get(name)?;
        let text = plain(value);
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let taken = text.and_then(|text| read(text.trim()));
        if taken.is_none() {
            let shown: String = value.to_string().chars().take(60).collect();
            self.wrong.push(format!("{name} is {shown}, which cannot be read"));
        }
        taken
    }

    /// Words, without white space around them. Databases keep no text with a NUL in it.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.take(name, |text| (!text.contains('\0')).then(|| text.to_owned()))
    }

    /// The id of a record; 0 is none.
    pub fn id(&mut self, name: &'static str) -> Option<i64> {
        self.code(name).filter(|id| *id != 0)
    }

    /// A whole number whose meaning is looked up; 0 is one of them.
    pub fn code(&mut self, name: &'static str) -> Option<i64> {
        self.take(name, |text| i64::try_from(decimal(text).filter(Decimal::is_integer)?).ok())
    }

    /// An amount, a quantity or a rate, exactly as it is written.
    pub fn number(&mut self, name: &'static str) -> Option<Decimal> {
        self.take(name, decimal)
    }

    /// Yes or no.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.take(name, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        })
    }

    /// A point in time; without a zone it is in UTC. The year 1, which stands for none, is none.
    pub fn time(&mut self, name: &'static str) -> Option<Timestamp> {
        self.take(name, time).filter(|time| TimeZone::UTC.to_datetime(*time).year() > 1)
    }
}

/// A name without regard to case; `createDate` and `createdDate` are the same.
fn folded(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    if name == "createdate" { "createddate".to_owned() } else { name }
}

/// A member's own text: a number is taken as it is written, so that nothing is reckoned with.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    let read = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    read.ok().map(|number| number.normalize())
}

fn time(text: &str) -> Option<Timestamp> {
    let without_zone = || TimeZone::UTC.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok();
    text.parse().ok().or_else(without_zone)
}
