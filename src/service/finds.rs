//! How the plan's finds are asked of Autotask and how their answers are read: the same for a push and for a preview.

use super::list_sources::is_active;
use crate::{
    autotask::{self, Condition, Filter, Op, Row, Scalar},
    domain::plan::{self, Find, Key, Links, Otherwise, Value},
};

/// What a find found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit<'f> {
    /// The one record of this id.
    One(i64),
    /// Several that fit equally well.
    Several,
    /// None that can be used; so this is to be done.
    None(&'f Otherwise),
}

/// The filter on the wire.
///
/// # Errors
/// The key of a record that is needed and not linked.
pub fn wire(filter: &plan::Filter, links: &Links) -> Result<Filter, Key> {
    Ok(Filter::all(conditions(filter.conditions(), links)?))
}

fn conditions(planned: &[plan::Condition], links: &Links) -> Result<Vec<Condition>, Key> {
    planned.iter().map(|condition| one(condition, links)).collect()
}

fn one(planned: &plan::Condition, links: &Links) -> Result<Condition, Key> {
    Ok(match planned {
        plan::Condition::Any(planned) => Condition::any(conditions(planned, links)?),
        plan::Condition::Field(op, field, value) => match (value.json(links).and_then(Scalar::of), value) {
            (Some(scalar), _) => Condition::new(wire_op(*op), field, scalar),
            (None, Value::Id(key) | Value::IdIfFound(key)) => return Err(key.clone()),
            (None, _) => Condition::missing(field),
        },
    })
}

fn wire_op(op: plan::Op) -> Op {
    match op {
        plan::Op::Eq => Op::Eq,
        plan::Op::BeginsWith => Op::BeginsWith,
    }
}

/// The fields to ask for: the id, those that are compared, of services the period, and whether a record is
/// active where not all are.
pub fn columns(find: &Find) -> Vec<&'static str> {
    let compared = find.by.iter().map(|(field, _)| *field).filter(|field| *field != "id");
    let period = plan::wanted_period(find).map(|_| "periodType");
    let activity = find.inactive.is_some().then_some("isActive");
    std::iter::once("id").chain(compared).chain(period).chain(activity).collect()
}

/// What the rows that Autotask answered with have of what is looked for.
pub fn fit<'f>(rows: &[Row], find: &'f Find) -> Fit<'f> {
    let (active, inactive): (Vec<&Row>, Vec<&Row>) =
        best(rows, &find.by).into_iter().partition(|row| is_active(row));
    let ids: Vec<i64> = active.into_iter().filter_map(autotask::id).collect();
    match (ids.as_slice(), &find.inactive) {
        ([id], _) => Fit::One(*id),
        ([], Some(otherwise)) if !inactive.is_empty() => Fit::None(otherwise),
        ([], _) => Fit::None(&find.otherwise),
        _ => Fit::Several,
    }
}

/// The candidates that fit by the first field that fits any.
fn best<'r>(rows: &'r [Row], by: &[(&'static str, String)]) -> Vec<&'r Row> {
    let fits = |row: &Row, field: &str, text: &str| match row.get(field) {
        Some(serde_json::Value::String(value)) => value.trim().to_lowercase() == text.trim().to_lowercase(),
        Some(serde_json::Value::Number(number)) => number.to_string() == text,
        _ => false,
    };
    by.iter()
        .map(|(field, text)| rows.iter().filter(|row| fits(row, field, text)).collect::<Vec<_>>())
        .find(|rows| !rows.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::domain::plan::{Link, Target};

    #[test]
    fn ids_are_put_in_and_decimals_keep_their_digits() {
        let quote = Key::only(Target::Quote);
        let price: rust_decimal::Decimal = "12.50".parse().unwrap();
        let filter = plan::Filter::new()
            .and(plan::Op::Eq, "quoteID", Value::Id(quote.clone()))
            .and(plan::Op::BeginsWith, "name", "A")
            .and_any(vec![plan::Condition::Field(plan::Op::Eq, "unitPrice", price.into())]);
        let mut links = Links::default();
        assert_eq!(wire(&filter, &links), Err(quote.clone()));
        links.set(quote, Link { id: 7, ..Link::default() });
        let written = json!([
            { "op": "eq", "field": "quoteID", "value": 7 },
            { "op": "beginsWith", "field": "name", "value": "A" },
            { "op": "or", "items": [{ "op": "eq", "field": "unitPrice", "value": 12.5 }] },
        ]);
        assert_eq!(to_value(wire(&filter, &links).unwrap()).unwrap(), written);
    }
}
