//! Fields that the tenant has defined for its entities, beside Autotask's own.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    metadata::DataType,
    query::member,
    rules,
    seed::PicklistValue,
    store::{Row, field},
    values,
};

/// The member of a row that holds these fields.
pub(super) const MEMBER: &str = "userDefinedFields";

/// One field that the tenant has defined. Its values are text, whatever its type.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UserDefinedField {
    pub(super) name: String,
    label: String,
    #[serde(default)]
    description: String,
    #[serde(rename = "type")]
    pub(super) data_type: DataType,
    /// The longest text in characters; 0 is no limit.
    #[serde(default)]
    length: usize,
    /// The values to choose from; none where anything can be written.
    picklist_values: Option<Vec<PicklistValue>>,
}

impl UserDefinedField {
    /// Whether a client means this field, by its name or its label.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.label.eq_ignore_ascii_case(name)
    }

    /// The field as `entityInformation/userDefinedFields` describes it.
    pub(super) fn describe(&self) -> Value {
        let values = self.picklist_values.as_deref();
        let default = values.and_then(|values| values.iter().find(|value| value.is_default_value));
        json!({
            "name": self.name,
            "label": self.label,
            "type": self.data_type.name(),
            "length": self.length,
            "description": self.description,
            "isRequired": false,
            "isReadOnly": false,
            "isQueryable": true,
            "isReference": false,
            "referenceEntityType": "",
            "isPickList": values.is_some(),
            "picklistValues": values,
            "picklistParentValueField": "",
            "defaultValue": default.map(|value| value.value.clone()),
            "isSupportedWebhookField": false,
        })
    }

    /// What this row holds in the field.
    pub(super) fn held<'r>(&self, row: &'r Row) -> &'r Value {
        let fields = field(row, MEMBER).as_array().into_iter().flatten();
        let mut own = fields.filter(|held| held["name"] == self.name.as_str()).map(|held| &held["value"]);
        own.next_back().unwrap_or(&Value::Null)
    }

    /// A written value in the form in which it is kept; the error is the sentence to refuse it with.
    fn convert(&self, value: &Value) -> Result<Value, String> {
        let text = match value {
            Value::Null => return Ok(Value::Null),
            Value::String(text) if text.is_empty() => return Ok(Value::Null),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match &self.picklist_values {
            Some(values) if !values.iter().any(|offered| offered.value == text && offered.is_active) => {
                Err(rules::bad_picklist_value(&text, &self.name))
            }
            None if self.length > 0 && text.chars().count() > self.length => {
                Err(values::longer_than_its_field(&self.name))
            }
            _ => Ok(Value::from(text)),
        }
    }
}

/// What a row holds where nothing has been written: every field, each null.
pub(super) fn blank(fields: &[UserDefinedField]) -> Value {
    fields.iter().map(|field| json!({"name": field.name, "value": null})).collect()
}

/// Copies a body's values into the row, which keeps the others or with `replace` loses them. Names that the tenant
/// has not defined are passed over without a word, as other unknown fields are.
pub(super) fn assign(
    fields: &[UserDefinedField],
    body: &Row,
    row: &mut Row,
    replace: bool,
) -> Result<(), Vec<String>> {
    let given = member(body, MEMBER).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let written = |field: &UserDefinedField| {
        let mut own = given.iter().rev().filter_map(Value::as_object);
        own.find(|given| {
            member(given, "name").and_then(Value::as_str).is_some_and(|name| field.is_called(name))
        })
    };
    let mut errors = Vec::new();
    let mut kept = Vec::new();
    for field in fields {
        let value = match written(field) {
            Some(given) => field.convert(member(given, "value").unwrap_or(&Value::Null)),
            None if replace => Ok(Value::Null),
            None => Ok(field.held(row).clone()),
        };
        match value {
            Ok(value) => kept.push(json!({"name": field.name, "value": value})),
            Err(error) => errors.push(error),
        }
    }
    if !fields.is_empty() {
        row.insert(MEMBER.into(), Value::Array(kept));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
