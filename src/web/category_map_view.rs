//! Fills the part *Map your product categories to Autotask* of the settings form.

use super::{
    filler::Filler,
    view::{MapFilter, MapRow, MapState, MapSuggestion, MapTable},
};
use crate::{
    domain::{
        lists::List,
        settings::{
            category_rows::{self, Row},
            form::SettingsForm,
        },
    },
    service::settings::SettingsView,
};

const LIST: List = List::ProductCategories;

/// One row for each category of the tenant, the fallback, and the tools as they were.
pub fn fill(table: &mut MapTable, filler: &mut Filler<'_>, view: &SettingsView, values: &SettingsForm) {
    filler.choose(&mut table.fallback, LIST, &values.category_map.fallback);
    filler.choose(&mut table.target, LIST, &values.map_tools.target);
    let tools = &values.map_tools;
    table.filter = MapFilter {
        search: tools.search.clone(),
        state: tools.state.clone(),
        changed: tools.changed == "true",
    };
    for row in view.catalogue().rows(&values.category_map) {
        let mut shown = self::row(filler, view, &row);
        shown.selected = tools.selected.contains_key(&row.index);
        table.rows.push(shown);
    }
}

fn row(filler: &mut Filler<'_>, view: &SettingsView, row: &Row) -> MapRow {
    let products = view.products.get(&row.category).copied().unwrap_or(0);
    let label = row.category.replace('/', " › ");
    let mut shown = MapRow::new(row.index, row.category.clone(), label, products);
    filler.choose(&mut shown.select, LIST, &row.typed);
    shown.select.tag = None;
    if row.chosen.is_some() && row.state == category_rows::MapState::NeedsAttention {
        let hint = "Quotes with its products are held until you choose an active category.";
        hint.clone_into(&mut shown.select.hint);
    }
    shown.saved = row.saved.map(|saved| filler.held(LIST, saved)).unwrap_or_default();
    shown.changed = row.is_changed();
    shown.suggestion = row.suggestion.as_ref().map(|suggestion| MapSuggestion {
        value: filler.held(LIST, suggestion.value),
        label: view.lists.path(LIST, suggestion.value),
        reason: suggestion.reason.to_string(),
        exact: suggestion.reason.is_exact(),
    });
    shown.state = match row.state {
        category_rows::MapState::Mapped => MapState::Mapped,
        category_rows::MapState::Suggested => MapState::Suggested,
        category_rows::MapState::NotMapped => MapState::NotMapped,
        category_rows::MapState::NeedsAttention => MapState::NeedsAttention,
    };
    shown
}
