//! Single values, as they are written and as they are kept.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Number, Value};

use super::metadata::{DataType, Field};

/// A point in time as Autotask writes it: UTC, without a zone.
pub(super) fn stamp(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).to_string()
}

/// Reads a date, or a date and time with or without a zone, as UTC.
pub(super) fn moment(text: &str) -> Option<DateTime> {
    let zoned = text.parse::<Timestamp>().map(|at| TimeZone::UTC.to_datetime(at));
    zoned.or_else(|_| text.parse()).ok()
}

/// A written value in the form in which it is kept; the error is the sentence to refuse it with.
pub(super) fn convert(field: &Field, value: &Value) -> Result<Value, String> {
    if value.is_null() || value.as_str() == Some("") {
        return Ok(Value::Null);
    }
    let kept = match field.data_type {
        DataType::Integer | DataType::Long => integer(value).map(Value::from),
        DataType::Decimal | DataType::Double => decimal(value).map(Value::Number),
        DataType::Boolean => value.as_bool().map(Value::from),
        DataType::DateTime => value.as_str().and_then(moment).map(|at| Value::from(at.to_string())),
        DataType::String => text(value).map(Value::from),
    };
    let kept = kept.ok_or_else(|| format!("The value for field {} has the wrong data type.", field.name))?;
    let too_long = field.length > 0 && kept.as_str().is_some_and(|text| text.chars().count() > field.length);
    match field.data_type {
        DataType::String if too_long => Err(longer_than_its_field(&field.name)),
        _ => Ok(kept),
    }
}

/// The sentence for a text that does not fit its field.
pub(super) fn longer_than_its_field(name: &str) -> String {
    format!("String value exceeds maximum length (field:{name}).")
}

/// A whole number; ids may come as text.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_i64(),
    }
}

fn decimal(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => text.trim().parse().ok().and_then(Number::from_f64),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
