//! Fills the part *Map your product categories to Autotask* of the settings form.

use std::collections::BTreeMap;

use super::{
    opportunities_view::Filler,
    view::{MapRow, MapTable, Tag, Tone},
};
use crate::{
    domain::{
        lists::List,
        settings::form::{SettingsForm, is_bundle},
    },
    service::settings::SettingsView,
};

/// One row for each category of the tenant, and the fallback.
pub fn fill(
    table: &mut MapTable,
    filler: &mut Filler<'_>,
    view: &SettingsView,
    values: &SettingsForm,
    suggested: bool,
) {
    let list = List::ProductCategories;
    filler.choose(&mut table.fallback, list, &values.category_map.fallback, false);
    let typed: BTreeMap<&str, &str> = values
        .category_map
        .rows
        .values()
        .map(|row| (row.category.as_str(), row.autotask_category.as_str()))
        .collect();
    let mut mapped = 0;
    for (index, category) in view.categories.iter().filter(|category| !is_bundle(category)).enumerate() {
        let products = view.products.get(category).copied().unwrap_or(0);
        let mut row = MapRow::new(index, category.clone(), category.replace('/', " › "), products);
        let value = typed.get(category.as_str()).unwrap_or(&"");
        filler.choose(&mut row.select, list, value, false);
        let chosen = !value.trim().is_empty();
        row.state = match (chosen, row.select.tag.take()) {
            (true, Some(_)) => Tag::new(Tone::Warn, "Needs attention"),
            (true, None) if suggested => Tag::new(Tone::Info, "Suggested"),
            (true, None) => Tag::new(Tone::Ok, "Mapped"),
            (false, _) => Tag::new(Tone::Warn, "Not mapped"),
        };
        mapped += usize::from(chosen);
        table.rows.push(row);
    }
    let verb = if suggested { "suggested" } else { "mapped" };
    table.summary = format!("{mapped} of {} {verb}.", table.rows.len());
}
