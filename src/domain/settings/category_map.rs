//! Map your product categories to Autotask.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which Autotask product category the products of each category get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryMap {
    /// For every category that has no row.
    pub fallback: Option<i64>,
    /// By the category's path; the value is a `productCategory`.
    pub rows: BTreeMap<String, i64>,
}

impl CategoryMap {
    /// The Autotask category for a category's path, the fallback included.
    pub fn target(&self, category: Option<&str>) -> Option<i64> {
        category.and_then(|path| self.rows.get(path).copied()).or(self.fallback)
    }
}

/// Whether a category is the one for bundles, which services must not get.
pub fn is_bundle(category: &str) -> bool {
    category.rsplit('/').next().is_some_and(|leaf| leaf.trim().eq_ignore_ascii_case("bundle"))
}
