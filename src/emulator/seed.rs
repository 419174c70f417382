//! The tenant that the emulator starts with.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};

use super::{store::Row, user_defined::UserDefinedField};

/// The built-in tenant.
pub(super) const BUILT_IN: &str = include_str!("seed.json");

/// Entity, then field, then the values in the order of the list.
pub(super) type Picklists = BTreeMap<String, BTreeMap<String, Vec<PicklistValue>>>;

/// Picklists and rows as they are before the first call.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Seed {
    #[serde(default)]
    pub(super) picklists: Picklists,
    /// Entity, then the fields that the tenant has defined for it.
    #[serde(default)]
    pub(super) user_defined_fields: BTreeMap<String, Vec<UserDefinedField>>,
    /// Entity, then rows; fields that a row leaves out are null.
    #[serde(default)]
    pub(super) entities: BTreeMap<String, Vec<Row>>,
}

impl Seed {
    /// Reads a seed; fails where the text is not one.
    pub(super) fn parse(text: &str) -> io::Result<Self> {
        serde_json::from_str(text).map_err(io::Error::from)
    }
}

/// One value of a picklist, with the keys that `entityInformation/fields` shows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PicklistValue {
    pub(super) value: String,
    pub(super) label: String,
    #[serde(default)]
    pub(super) is_default_value: bool,
    #[serde(default)]
    pub(super) sort_order: i32,
    #[serde(default)]
    pub(super) parent_value: String,
    #[serde(default = "active")]
    pub(super) is_active: bool,
    #[serde(default)]
    pub(super) is_system: bool,
}

fn active() -> bool {
    true
}
