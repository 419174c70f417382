//! Map your product categories to Autotask.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::InactiveChoice;
use crate::domain::lists::{List, Lists};

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

    /// Every Autotask category in it that is inactive in Autotask or gone.
    pub fn inactive(&self, lists: &Lists) -> Vec<InactiveChoice> {
        let list = List::ProductCategories;
        let fallback =
            self.fallback.map(|value| ("category_map.fallback", "Any other category".to_owned(), value));
        let rows = self.rows.iter().map(|(path, value)| ("category_map", format!("Category {path}"), *value));
        let chosen = fallback.into_iter().chain(rows).filter(|(.., value)| !lists.is_active(list, *value));
        chosen
            .map(|(path, field, value)| InactiveChoice { path, field, label: lists.label(list, value) })
            .collect()
    }
}

/// Whether a category is the one for bundles, which services must not get.
pub fn is_bundle(category: &str) -> bool {
    category.rsplit('/').next().is_some_and(|leaf| leaf.trim().eq_ignore_ascii_case("bundle"))
}
