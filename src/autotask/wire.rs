//! Wire types, named as the vendor's swagger names them.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Row;

/// `ZoneInformationResultModel`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ZoneInformation {
    /// The API's root, with a slash at its end and no version.
    pub url: String,
    /// Where people open Autotask.
    pub web_url: String,
    /// Autotask's number of the company whose Autotask it is.
    #[serde(default)]
    pub ci: Option<i64>,
}

/// The answer to a query.
#[derive(Debug, Deserialize)]
pub struct Items {
    /// The rows.
    pub items: Vec<Row>,
}

/// The answer to a read by id.
#[derive(Debug, Deserialize)]
pub struct Item {
    /// The row; null where there is none.
    pub item: Option<Row>,
}

/// `OperationResultModel`: the answer to every write.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// The id of what was written; the swagger leaves its type open.
    #[serde(deserialize_with = "number_or_text")]
    pub item_id: i64,
}

/// The answer to `entityInformation/fields`.
#[derive(Debug, Deserialize)]
pub struct Fields {
    /// The fields.
    pub fields: Vec<FieldInformation>,
}

/// `FieldInformation`, as much of it as is used.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldInformation {
    /// The field's name.
    pub name: String,
    /// The most UTF-16 units of a text; 0 for other types.
    #[serde(default)]
    pub length: i64,
    /// The values that it takes, where it is a picklist.
    pub picklist_values: Option<Vec<PickListValue>>,
}

/// `PickListValue`, as much of it as is used.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PickListValue {
    /// The value: text here, a number in rows.
    pub value: String,
    /// What people see.
    pub label: String,
    /// The value that this one is a part of; empty for none.
    #[serde(default)]
    pub parent_value: Option<String>,
    /// Whether new rows may have it.
    pub is_active: bool,
}

fn number_or_text<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(from)?;
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.ok_or_else(|| serde::de::Error::custom("itemId is no number"))
}
