//! The tools above the category map: they fill rows of the form in and never save.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use serde::{Deserialize, Serialize};

use super::{
    category_rows::{Catalogue, Row},
    form::{MapForm, MapRowForm},
};
use crate::domain::{
    lists::List,
    picker::{Picker, Read},
};

/// What the tools' controls hold. They are part of the settings form, but not of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapTools {
    /// The tool that was pressed: `accept_exact`, `map_selected`, `clear_selected`, `filter`, or none.
    pub action: String,
    /// The place of the row whose "Accept" was pressed.
    pub accept: String,
    /// The rows that are checked, by place.
    pub selected: BTreeMap<u32, String>,
    /// The Autotask category for the rows that are checked.
    pub target: String,
    /// Words that a shown row's category or Autotask category has.
    pub search: String,
    /// The state of the rows that are shown: `mapped`, `suggested`, `unmapped`, `attention`; anything else is all.
    pub state: String,
    /// `true` to show only what differs from what is saved.
    pub changed: String,
}

/// Applies the tool that was pressed to the form, and tells what it did; nothing for a change of the filter.
/// Afterwards no tool is pressed, and no row is checked whose turn has come.
pub fn apply(form: &mut MapForm, tools: &mut MapTools, catalogue: Catalogue<'_>) -> String {
    let rows = catalogue.rows(form);
    let (action, place) = (mem::take(&mut tools.action), mem::take(&mut tools.accept));
    if let Ok(place) = place.parse::<u32>() {
        let count = accept(form, rows.iter().filter(|row| row.index == place));
        return told(count, "suggestion", "suggestions", "accepted");
    }
    let selected: BTreeSet<u32> = tools.selected.keys().copied().collect();
    let selected: Vec<&Row> = rows.iter().filter(|row| selected.contains(&row.index)).collect();
    match action.as_str() {
        "accept_exact" => {
            let is_exact =
                |row: &&Row| row.suggestion.as_ref().is_some_and(|suggestion| suggestion.reason.is_exact());
            let count = accept(form, rows.iter().filter(is_exact));
            told(count, "exact match", "exact matches", "accepted")
        }
        "map_selected" | "clear_selected" if selected.is_empty() => {
            "Select at least one row first.".to_owned()
        }
        "map_selected" => match target(&tools.target, catalogue) {
            Ok((value, name)) => {
                set_all(form, &selected, &value.to_string());
                tools.selected.clear();
                told(selected.len(), "row", "rows", &format!("mapped to {name}"))
            }
            Err(sentence) => sentence,
        },
        "clear_selected" => {
            set_all(form, &selected, "");
            tools.selected.clear();
            told(selected.len(), "row", "rows", "cleared")
        }
        _ => String::new(),
    }
}

/// Puts the suggestions of rows into the form and tells how many there were.
fn accept<'a>(form: &mut MapForm, rows: impl Iterator<Item = &'a Row>) -> usize {
    let mut count = 0;
    for row in rows {
        if let Some(suggestion) = &row.suggestion {
            set_all(form, &[row], &suggestion.value.to_string());
            count += 1;
        }
    }
    count
}

/// The active Autotask category that a text means, and its name.
fn target(typed: &str, catalogue: Catalogue<'_>) -> Result<(i64, String), String> {
    let (lists, list) = (catalogue.lists, List::ProductCategories);
    match Picker::new(lists, list).read(typed) {
        Read::One(value) if lists.is_active(list, value) => Ok((value, lists.path(list, value))),
        Read::Empty => Err("Choose an Autotask category for the selected rows first.".to_owned()),
        _ => Err(format!(
            "No active Autotask category is called \"{}\". Choose one from the list.",
            typed.trim()
        )),
    }
}

fn set_all(form: &mut MapForm, rows: &[&Row], value: &str) {
    for row in rows {
        let row_form = MapRowForm { category: row.category.clone(), autotask_category: value.to_owned() };
        form.rows.insert(row.index, row_form);
    }
}

fn told(count: usize, one: &str, many: &str, what: &str) -> String {
    format!("{count} {} {what}. Nothing is saved yet.", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lists::{ListOption, Lists};

    fn lists() -> Lists {
        let mut lists = Lists::default();
        for (label, value) in ["Laptops", "Phones", "Cables and Parts"].iter().zip(1..) {
            let option = ListOption {
                value,
                label: (*label).to_owned(),
                detail: None,
                parent: None,
                active: value != 2,
            };
            lists.push(List::ProductCategories, option);
        }
        lists
    }

    /// What a tool says and which rows are filled afterwards.
    fn used(mut tools: MapTools) -> (String, Vec<(String, String)>) {
        let categories = ["Cable & part", "Hardware/Cables parts kits", "Laptops"].map(str::to_owned);
        let lists = lists();
        let mut form = MapForm::default();
        let said =
            apply(&mut form, &mut tools, Catalogue { categories: &categories, lists: &lists, saved: None });
        (said, form.rows.into_values().map(|row| (row.category, row.autotask_category)).collect())
    }

    fn row(category: &str, value: &str) -> (String, String) {
        (category.to_owned(), value.to_owned())
    }

    fn action(action: &str, selected: &[u32], target: &str) -> MapTools {
        let selected = selected.iter().map(|place| (*place, "true".to_owned())).collect();
        MapTools { action: action.to_owned(), selected, target: target.to_owned(), ..MapTools::default() }
    }

    #[test]
    fn all_exact_matches_are_accepted_and_weak_ones_one_by_one() {
        let (said, rows) = used(action("accept_exact", &[], ""));
        assert_eq!(said, "2 exact matches accepted. Nothing is saved yet.");
        assert_eq!(rows, [row("Cable & part", "3"), row("Laptops", "1")]);
        let (said, rows) = used(MapTools { accept: "1".to_owned(), ..MapTools::default() });
        assert_eq!(said, "1 suggestion accepted. Nothing is saved yet.");
        assert_eq!(rows, [row("Hardware/Cables parts kits", "3")]);
    }

    #[test]
    fn selected_rows_are_mapped_to_what_is_active() {
        let (said, rows) = used(action("map_selected", &[0, 2, 9], "Laptops "));
        assert_eq!(said, "2 rows mapped to Laptops. Nothing is saved yet.");
        assert_eq!(rows, [row("Cable & part", "1"), row("Laptops", "1")]);
        assert_eq!(used(action("clear_selected", &[2], "")).1, [row("Laptops", "")]);
        for (tools, sentence) in [
            (action("map_selected", &[], "1"), "Select at least one row first."),
            (action("map_selected", &[0], " "), "Choose an Autotask category for the selected rows first."),
            (
                action("map_selected", &[0], "2"),
                "No active Autotask category is called \"2\". Choose one from the list.",
            ),
            (action("filter", &[0], "1"), ""),
        ] {
            assert_eq!(used(tools), (sentence.to_owned(), Vec::new()));
        }
    }
}
