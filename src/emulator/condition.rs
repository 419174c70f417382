//! The conditions of a query's filter.
//!
//! Where a row holds null, only `notExist` is true of it, as in SQL. An operator that Autotask does not know is
//! dropped without a word, so that such a filter matches too much.

use std::cmp::Ordering;

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::{
    metadata::{DataType, Entity, Field},
    query::member,
    store::Row,
    user_defined::UserDefinedField,
    values,
};

/// Autotask refuses a query with more conditions inside `or` groups than this.
const MAX_ALTERNATIVES: usize = 500;

/// One node of a filter, or what is left of a group.
#[derive(Debug)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Field { name: String, test: Test },
    UserDefined { field: UserDefinedField, test: Test },
}

/// What a condition asks of one field.
#[derive(Debug)]
pub(super) enum Test {
    Equal(Operand),
    NotEqual(Operand),
    Order(fn(Ordering) -> bool, Operand),
    BeginsWith(String),
    EndsWith(String),
    Contains(String),
    In(Vec<Operand>),
    NotIn(Vec<Operand>),
    Exist,
    NotExist,
}

/// A value to compare with, read as the field's type wants it.
#[derive(Debug)]
pub(super) enum Operand {
    Number(f64),
    Text(String),
    Boolean(bool),
    Moment(DateTime),
    /// Null, or a value of another type than the field: nothing compares with it.
    Nothing,
}

/// The field of that name; refused where there is none or queries cannot use it.
pub(super) fn queryable<'e>(entity: &'e Entity, name: &str) -> Result<&'e Field, String> {
    let field = entity.field(name).filter(|field| field.is_queryable);
    field.ok_or_else(|| unknown(entity, name))
}

fn unknown(entity: &Entity, name: &str) -> String {
    format!("Unable to find {name} in the {} Entity.", entity.singular)
}

/// Reads the nodes of a filter, all of which must hold; none is left when every operator was unknown.
pub(super) fn compile(entity: &Entity, nodes: &[Value]) -> Result<Option<Condition>, String> {
    if alternatives(nodes, false) > MAX_ALTERNATIVES {
        return Err("Queries are limited to 500 or fewer 'OR' conditions.".into());
    }
    if user_defined(nodes) > 1 {
        return Err("Queries are limited to one condition on a user-defined field.".into());
    }
    group(entity, nodes, Condition::All)
}

fn group(
    entity: &Entity,
    nodes: &[Value],
    join: fn(Vec<Condition>) -> Condition,
) -> Result<Option<Condition>, String> {
    let kept = nodes.iter().filter_map(|node| condition(entity, node).transpose());
    let kept = kept.collect::<Result<Vec<_>, _>>()?;
    Ok(if kept.is_empty() { None } else { Some(join(kept)) })
}

fn condition(entity: &Entity, node: &Value) -> Result<Option<Condition>, String> {
    let node = node.as_object().ok_or("A filter's conditions are JSON objects.")?;
    let op = member(node, "op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    match op.as_str() {
        "and" => group(entity, items(node), Condition::All),
        "or" => group(entity, items(node), Condition::Any),
        op => {
            let name = member(node, "field").and_then(Value::as_str).unwrap_or_default();
            let value = member(node, "value").unwrap_or(&Value::Null);
            if is_user_defined(node) {
                let field = entity.user_defined.iter().find(|field| field.is_called(name));
                let field = field.ok_or_else(|| unknown(entity, name))?.clone();
                let test = test(op, field.data_type, value);
                return Ok(test.map(|test| Condition::UserDefined { field, test }));
            }
            let field = queryable(entity, name)?;
            let test = test(op, field.data_type, value);
            Ok(test.map(|test| Condition::Field { name: field.name.clone(), test }))
        }
    }
}

fn is_user_defined(node: &Map<String, Value>) -> bool {
    member(node, "udf") == Some(&Value::Bool(true))
}

/// How many conditions on fields of the tenant's own there are.
fn user_defined(nodes: &[Value]) -> usize {
    let nodes = nodes.iter().filter_map(Value::as_object);
    nodes.map(|node| usize::from(is_user_defined(node)) + user_defined(items(node))).sum()
}

fn items(node: &Map<String, Value>) -> &[Value] {
    member(node, "items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn alternatives(nodes: &[Value], inside_or: bool) -> usize {
    let count = |node: &Value| {
        let Some(node) = node.as_object() else { return 0 };
        let is_or =
            member(node, "op").and_then(Value::as_str).is_some_and(|op| op.eq_ignore_ascii_case("or"));
        match items(node) {
            [] => usize::from(inside_or),
            inner => alternatives(inner, is_or),
        }
    };
    nodes.iter().map(count).sum()
}

fn test(op: &str, data_type: DataType, value: &Value) -> Option<Test> {
    let one = || Operand::read(data_type, value);
    let many = || match value {
        Value::Array(values) => values.iter().map(|value| Operand::read(data_type, value)).collect(),
        single => vec![Operand::read(data_type, single)],
    };
    let text = || value.as_str().unwrap_or_default().to_lowercase();
    Some(match op {
        "eq" => Test::Equal(one()),
        "noteq" => Test::NotEqual(one()),
        "gt" => Test::Order(Ordering::is_gt, one()),
        "gte" => Test::Order(Ordering::is_ge, one()),
        "lt" => Test::Order(Ordering::is_lt, one()),
        "lte" => Test::Order(Ordering::is_le, one()),
        "beginswith" => Test::BeginsWith(text()),
        "endswith" => Test::EndsWith(text()),
        "contains" => Test::Contains(text()),
        "exist" => Test::Exist,
        "notexist" => Test::NotExist,
        "in" => Test::In(many()),
        "notin" => Test::NotIn(many()),
        _ => return None,
    })
}

impl Operand {
    fn read(data_type: DataType, value: &Value) -> Self {
        let read = match data_type {
            DataType::Integer | DataType::Long | DataType::Decimal | DataType::Double => {
                value.as_f64().map(Self::Number)
            }
            DataType::Boolean => value.as_bool().map(Self::Boolean),
            DataType::DateTime => value.as_str().and_then(values::moment).map(Self::Moment),
            DataType::String => match value {
                Value::String(text) => Some(Self::Text(text.to_lowercase())),
                Value::Number(number) => Some(Self::Text(number.to_string())),
                _ => None,
            },
        };
        read.unwrap_or(Self::Nothing)
    }

    /// How the row's value compares with this one; none where they cannot be compared.
    fn order(&self, held: &Value) -> Option<Ordering> {
        match self {
            Self::Number(number) => held.as_f64()?.partial_cmp(number),
            Self::Boolean(flag) => Some(held.as_bool()?.cmp(flag)),
            Self::Moment(moment) => Some(values::moment(held.as_str()?)?.cmp(moment)),
            Self::Text(text) => Some(lower(held.as_str()?).cmp(text.chars())),
            Self::Nothing => None,
        }
    }

    fn equals(&self, held: &Value) -> bool {
        self.order(held).is_some_and(Ordering::is_eq)
    }

    fn differs(&self, held: &Value) -> bool {
        self.order(held).is_some_and(Ordering::is_ne)
    }
}

/// The text's characters in lower case: Autotask's comparisons take no notice of case.
fn lower(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// Whether the text begins with `part`, which is in lower case.
fn begins(text: &str, part: &str) -> bool {
    let mut text = lower(text);
    part.chars().all(|wanted| text.next() == Some(wanted))
}

impl Condition {
    /// The fields that must have one certain value, with what that value is found under in an index.
    pub(super) fn pinned(&self) -> Vec<(&str, String)> {
        match self {
            Self::All(inner) => inner.iter().flat_map(Self::pinned).collect(),
            Self::Field { name, test: Test::Equal(Operand::Number(number)) } => {
                vec![(name.as_str(), number.to_string())]
            }
            Self::Field { name, test: Test::Equal(Operand::Text(text)) } => {
                vec![(name.as_str(), text.clone())]
            }
            Self::Any(_) | Self::Field { .. } | Self::UserDefined { .. } => Vec::new(),
        }
    }

    /// Whether the row satisfies the condition.
    pub(super) fn matches(&self, row: &Row) -> bool {
        match self {
            Self::All(inner) => inner.iter().all(|condition| condition.matches(row)),
            Self::Any(inner) => inner.iter().any(|condition| condition.matches(row)),
            Self::Field { name, test } => test.holds(row.get(name).unwrap_or(&Value::Null)),
            Self::UserDefined { field, test } => test.holds(field.held(row)),
        }
    }
}

impl Test {
    fn holds(&self, held: &Value) -> bool {
        let text = || held.as_str().unwrap_or_default().to_lowercase();
        match self {
            Self::NotExist => held.is_null(),
            _ if held.is_null() => false,
            Self::Exist => true,
            Self::Equal(operand) => operand.equals(held),
            Self::NotEqual(operand) => operand.differs(held),
            Self::Order(accepts, operand) => operand.order(held).is_some_and(accepts),
            Self::BeginsWith(part) => begins(held.as_str().unwrap_or_default(), part),
            Self::EndsWith(part) => text().ends_with(part),
            Self::Contains(part) => text().contains(part),
            Self::In(operands) => operands.iter().any(|operand| operand.equals(held)),
            Self::NotIn(operands) => operands.iter().all(|operand| operand.differs(held)),
        }
    }
}
