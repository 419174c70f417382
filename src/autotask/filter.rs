//! What a query asks for. A filter is built from conditions whose operators are a closed list: Autotask drops an
//! operator that it does not know without a word, and answers with too much.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// Something that a field is compared with. There is no null: Autotask matches nothing with it, [`Condition::missing`]
/// is what asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Yes or no.
    Boolean(bool),
    /// An id, a picklist's value, an amount.
    Number(Number),
    /// A text; also a date, in Autotask's form.
    Text(String),
}

impl Scalar {
    /// The scalar that a JSON value is; `None` for null, lists and objects, with which nothing can be compared.
    pub fn of(value: serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::Bool(yes) => Some(Self::Boolean(yes)),
            serde_json::Value::Number(number) => Some(Self::Number(number)),
            serde_json::Value::String(text) => Some(Self::Text(text)),
            _ => None,
        }
    }
}

impl From<bool> for Scalar {
    fn from(yes: bool) -> Self {
        Self::Boolean(yes)
    }
}

impl From<i64> for Scalar {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Operators that compare a field with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Op {
    /// Equal; texts without regard to case.
    Eq,
    /// Not equal.
    #[serde(rename = "noteq")]
    NotEq,
    /// Greater.
    Gt,
    /// At least.
    Gte,
    /// Less.
    Lt,
    /// At most.
    Lte,
    /// A text that begins so.
    BeginsWith,
    /// A text that ends so.
    EndsWith,
    /// A text that contains this.
    Contains,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ListOp {
    In,
    NotIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PresenceOp {
    Exist,
    NotExist,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum GroupOp {
    And,
    Or,
}

/// One condition, or a group of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Condition(Node);

/// The forms on the wire; which operators take which value cannot be mixed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Node {
    Group { items: Vec<Condition>, op: GroupOp },
    Compare { field: Cow<'static, str>, op: Op, value: Scalar },
    List { field: Cow<'static, str>, op: ListOp, value: Vec<Scalar> },
    Presence { field: Cow<'static, str>, op: PresenceOp },
}

impl Condition {
    /// The field compares so with the value.
    pub fn new(op: Op, field: &'static str, value: impl Into<Scalar>) -> Self {
        Self(Node::Compare { op, field: field.into(), value: value.into() })
    }

    /// The field has this value.
    pub fn eq(field: &'static str, value: impl Into<Scalar>) -> Self {
        Self::new(Op::Eq, field, value)
    }

    /// The field has one of these values.
    pub fn one_of<S: Into<Scalar>>(field: &'static str, values: impl IntoIterator<Item = S>) -> Self {
        let value = values.into_iter().map(Into::into).collect();
        Self(Node::List { op: ListOp::In, field: field.into(), value })
    }

    /// The field has none of these values.
    pub fn none_of<S: Into<Scalar>>(field: &'static str, values: impl IntoIterator<Item = S>) -> Self {
        let value = values.into_iter().map(Into::into).collect();
        Self(Node::List { op: ListOp::NotIn, field: field.into(), value })
    }

    /// The field has a value.
    pub fn present(field: &'static str) -> Self {
        Self(Node::Presence { op: PresenceOp::Exist, field: field.into() })
    }

    /// The field has no value.
    pub fn missing(field: &'static str) -> Self {
        Self(Node::Presence { op: PresenceOp::NotExist, field: field.into() })
    }

    /// At least one of these holds.
    pub fn any(items: Vec<Self>) -> Self {
        Self(Node::Group { op: GroupOp::Or, items })
    }

    /// All of these hold.
    pub fn all(items: Vec<Self>) -> Self {
        Self(Node::Group { op: GroupOp::And, items })
    }
}

/// Conditions that must all hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter(Vec<Condition>);

impl Filter {
    /// Every row. Autotask takes no query without a condition, and every row has an id.
    pub fn every() -> Self {
        Self(vec![Condition::present("id")])
    }

    /// The rows of which this holds.
    pub fn by(condition: Condition) -> Self {
        Self(vec![condition])
    }

    /// The rows of which all of these hold; [`Filter::every`] for no condition.
    pub fn all(conditions: Vec<Condition>) -> Self {
        if conditions.is_empty() { Self::every() } else { Self(conditions) }
    }

    /// And this.
    #[must_use]
    pub fn and(mut self, condition: Condition) -> Self {
        self.0.push(condition);
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn a_filter_is_written_as_autotask_reads_it_and_read_back() {
        let ops = [Op::Eq, Op::NotEq, Op::Gt, Op::Gte, Op::Lt, Op::Lte, Op::BeginsWith, Op::EndsWith];
        let names = ["eq", "noteq", "gt", "gte", "lt", "lte", "beginsWith", "endsWith"];
        for (op, name) in ops.into_iter().zip(names) {
            let written = to_value(Filter::by(Condition::new(op, "title", "Q-1"))).unwrap();
            assert_eq!(written, json!([{ "op": name, "field": "title", "value": "Q-1" }]));
        }
        let filter = Filter::every()
            .and(Condition::any(vec![
                Condition::new(Op::Contains, "name", "x"),
                Condition::all(vec![Condition::missing("lastName"), Condition::eq("isActive", true)]),
            ]))
            .and(Condition::one_of("useType", [4, 5]))
            .and(Condition::none_of("sku", ["A"]));
        let written = json!([
            { "op": "exist", "field": "id" },
            { "op": "or", "items": [
                { "op": "contains", "field": "name", "value": "x" },
                { "op": "and", "items": [
                    { "op": "notExist", "field": "lastName" },
                    { "op": "eq", "field": "isActive", "value": true },
                ] },
            ] },
            { "op": "in", "field": "useType", "value": [4, 5] },
            { "op": "notIn", "field": "sku", "value": ["A"] },
        ]);
        assert_eq!(to_value(&filter).unwrap(), written);
        assert_eq!(from_value::<Filter>(written).unwrap(), filter);
        assert_eq!(Filter::all(Vec::new()), Filter::every());
    }

    #[test]
    fn what_autotask_would_misread_is_no_filter() {
        let wrong = [
            json!([{ "op": "like", "field": "title", "value": "x" }]),
            json!([{ "op": "EQ", "field": "title", "value": "x" }]),
            json!([{ "op": "eq", "field": "title", "value": null }]),
            json!([{ "op": "eq", "field": "title" }]),
            json!([{ "op": "in", "field": "id", "value": 4 }]),
            json!([{ "op": "or", "field": "id" }]),
            json!({ "op": "eq", "field": "id", "value": 4 }),
        ];
        for filter in wrong {
            assert!(from_value::<Filter>(filter.clone()).is_err(), "{filter}");
        }
        for value in [json!(null), json!([1]), json!({})] {
            assert_eq!(Scalar::of(value), None);
        }
    }
}
