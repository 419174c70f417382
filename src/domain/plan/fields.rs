//! Fields and filters in Autotask's terms, before ids that are not known yet are put in.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::{Key, Links, Source};

/// A field's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number, an id or a picklist value.
    Integer(i64),
    /// An amount or a quantity.
    Decimal(Decimal),
    /// Yes or no.
    Boolean(bool),
    /// Nothing: what was written before is taken away.
    Null,
    /// The id of another of our records, known once that is linked.
    Id(Key),
    /// The same, left out where the record turns out not to be in Autotask.
    IdIfFound(Key),
}

impl Value {
    /// The value on the wire; `None` where it stands for a record that is not linked.
    pub fn json(&self, links: &Links) -> Option<Json> {
        Some(match self {
            Self::Text(text) => json!(text),
            Self::Integer(number) => json!(number),
            Self::Decimal(decimal) => number(*decimal),
            Self::Boolean(yes) => json!(yes),
            Self::Null => Json::Null,
            Self::Id(key) | Self::IdIfFound(key) => json!(links.id(key)?),
        })
    }
}

/// A decimal as a JSON number with exactly its digits: never through a float.
fn number(decimal: Decimal) -> Json {
    serde_json::from_str(&decimal.normalize().to_string()).unwrap_or(Json::Null)
}

macro_rules! value_from {
    ($($from:ty => $variant:ident),+) => { $(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )+ };
}
value_from!(&str => Text, String => Text, i64 => Integer, Decimal => Decimal, bool => Boolean);

/// The fields of one write, by Autotask's names, each with where its value comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(BTreeMap<&'static str, (Value, Source)>);

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>, source: Source) -> Self {
        self.0.insert(name, (value.into(), source));
        self
    }

    /// With one more field, if there is a value for it.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value>>, source: Source) -> Self {
        match value {
            Some(value) => self.with(name, value, source),
            None => self,
        }
    }

    /// With a text of at most `max` UTF-16 units, if there is one; what is too long is cut.
    #[must_use]
    pub fn with_text(self, name: &'static str, text: Option<&str>, max: usize, source: Source) -> Self {
        let Some(text) = text else { return self };
        let shown = cut(text, max);
        let source = if shown == text { source } else { source.cut_at(max) };
        self.with(name, shown, source)
    }

    /// With all fields of another set.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(|(value, _)| value)
    }

    /// Every field with its value and where that comes from, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value, Source)> {
        self.0.iter().map(|(name, (value, source))| (*name, value, *source))
    }

    /// Puts in the ids that are known by now.
    pub fn resolve(&mut self, links: &Links) {
        for (value, _) in self.0.values_mut() {
            if let Value::Id(key) | Value::IdIfFound(key) = value
                && let Some(id) = links.id(key)
            {
                *value = Value::Integer(id);
            }
        }
    }

    /// With these fields emptied where something was written to them and there is no value for them any more.
    #[must_use]
    pub fn emptied(self, names: &[&'static str], written: &Map<String, Json>) -> Self {
        let is_left = |name: &&&'static str| {
            written.get(**name).is_some_and(|value| !value.is_null()) && self.get(name).is_none()
        };
        let left: Vec<&'static str> = names.iter().filter(is_left).copied().collect();
        let source = Source::Default("empty, as there is none any more");
        left.into_iter().fold(self, |fields, name| fields.with(name, Value::Null, source))
    }

    /// Leaves only the fields whose value differs from what was written. An id that is not known yet differs.
    pub fn keep_changed(&mut self, written: &Map<String, Json>) {
        let none = Links::default();
        self.0.retain(|name, (value, _)| match value.json(&none) {
            Some(value) => written.get(*name) != Some(&value),
            None => !matches!(value, Value::IdIfFound(_)),
        });
    }

    /// The body on the wire.
    ///
    /// # Errors
    /// The key of a record that is needed and not linked.
    pub fn json(&self, links: &Links) -> Result<Map<String, Json>, Key> {
        let mut body = Map::new();
        for (name, (value, _)) in &self.0 {
            match (value.json(links), value) {
                (Some(json), _) => {
                    body.insert((*name).to_owned(), json);
                }
                (None, Value::Id(key)) => return Err(key.clone()),
                (None, _) => {}
            }
        }
        Ok(body)
    }
}

/// How a plan's filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Equal.
    Eq,
    /// A text that begins so.
    BeginsWith,
}

/// One condition, or several of which one must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A field compared with a value.
    Field(Op, &'static str, Value),
    /// At least one holds.
    Any(Vec<Condition>),
}

/// Conditions that must all hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter(Vec<Condition>);

impl Filter {
    /// A filter that lets everything through.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this.
    #[must_use]
    pub fn and(mut self, op: Op, field: &'static str, value: impl Into<Value>) -> Self {
        self.0.push(Condition::Field(op, field, value.into()));
        self
    }

    /// And one of these.
    #[must_use]
    pub fn and_any(mut self, conditions: Vec<Condition>) -> Self {
        self.0.push(Condition::Any(conditions));
        self
    }

    /// The conditions.
    pub fn conditions(&self) -> &[Condition] {
        &self.0
    }
}

/// A text of at most `max` characters; what is too long ends in an ellipsis. Characters count as Autotask counts them:
/// one outside the basic plane, such as an emoji, is two. None is cut in half.
pub fn cut(text: &str, max: usize) -> String {
    if text.encode_utf16().count() <= max {
        return text.to_owned();
    }
    let mut room = max.saturating_sub(1);
    let fits = |letter: &char| {
        let left = room.checked_sub(letter.len_utf16());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}
