//! The rows of the category map as a person sees them: what is typed, how it stands, what is suggested.

use std::collections::BTreeMap;

use super::{
    CategoryMap,
    category_suggestions::{Suggester, Suggestion},
    form::MapForm,
    is_bundle,
};
use crate::domain::{
    lists::{List, Lists},
    picker::{Picker, Read},
};

/// How a row of the map stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapState {
    /// It has an active Autotask category.
    Mapped,
    /// It has none, but there is one to accept.
    Suggested,
    /// It has none.
    NotMapped,
    /// Its Autotask category is inactive or gone, or what was typed names none.
    NeedsAttention,
}

/// One category of the catalogue.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place in the form that is posted.
    pub index: u32,
    /// The category's path.
    pub category: String,
    /// What its control holds: an id as saved, or a text as typed.
    pub typed: String,
    /// The Autotask category that this means, active or not.
    pub chosen: Option<i64>,
    /// What is saved for it.
    pub saved: Option<i64>,
    /// How it stands.
    pub state: MapState,
    /// What to accept; only for a row that is empty.
    pub suggestion: Option<Suggestion>,
}

impl Row {
    /// Whether its control differs from what is saved.
    pub fn is_changed(&self) -> bool {
        self.chosen != self.saved || (self.chosen.is_none() && !self.typed.is_empty())
    }
}

/// What rows are made from.
#[derive(Clone, Copy)]
pub struct Catalogue<'a> {
    /// The tenant's categories, by path; those for bundles have no row.
    pub categories: &'a [String],
    /// The tenant's Autotask lists.
    pub lists: &'a Lists,
    /// The map that is saved.
    pub saved: Option<&'a CategoryMap>,
}

impl Catalogue<'_> {
    /// Every category that can be mapped.
    pub fn mappable(&self) -> impl Iterator<Item = &String> {
        self.categories.iter().filter(|category| !is_bundle(category))
    }

    /// One row a category, in the catalogue's order. A row keeps the place that the form has for it, so that a
    /// sentence about the place finds its row also after the catalogue grew.
    pub fn rows(&self, form: &MapForm) -> Vec<Row> {
        let picker = Picker::new(self.lists, List::ProductCategories);
        let places = form.places();
        let mut next = form.rows.keys().next_back().map_or(0, |last| last.saturating_add(1));
        let mut rows: Vec<Row> = Vec::new();
        for category in self.mappable() {
            let place = places.get(category.as_str()).copied();
            let typed =
                place.and_then(|place| form.rows.get(&place)).map_or("", |row| row.autotask_category.trim());
            let index = place.unwrap_or_else(|| {
                next = next.saturating_add(1);
                next - 1
            });
            rows.push(self.row(&picker, index, category, typed));
        }
        let mapped = rows.iter().filter_map(|row| Some((row.category.as_str(), row.chosen?)));
        let suggester = Suggester::new(self.lists, mapped.collect::<BTreeMap<_, _>>());
        for row in rows.iter_mut().filter(|row| row.typed.is_empty()) {
            row.suggestion = suggester.suggest(&row.category);
            if row.suggestion.is_some() {
                row.state = MapState::Suggested;
            }
        }
        rows
    }

    fn row(&self, picker: &Picker, index: u32, category: &str, typed: &str) -> Row {
        let chosen = match picker.read(typed) {
            Read::One(value) => Some(value),
            Read::Empty | Read::Several(_) | Read::Unknown => None,
        };
        let is_active = chosen.is_some_and(|value| self.lists.is_active(List::ProductCategories, value));
        let state = match (typed.is_empty(), is_active) {
            (true, _) => MapState::NotMapped,
            (false, true) => MapState::Mapped,
            (false, false) => MapState::NeedsAttention,
        };
        let saved = self.saved.and_then(|map| map.rows.get(category).copied());
        let (category, typed) = (category.to_owned(), typed.to_owned());
        Row { index, category, typed, chosen, saved, state, suggestion: None }
    }
}

impl MapForm {
    /// The places of the rows by their categories.
    pub fn places(&self) -> BTreeMap<&str, u32> {
        self.rows.iter().map(|(place, row)| (row.category.as_str(), *place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{lists::ListOption, settings::form::MapRowForm};

    #[test]
    fn each_state_has_its_row() {
        let mut lists = Lists::default();
        for (value, label, active) in [(1, "Laptops", true), (2, "Old", false)] {
            let option = ListOption { value, label: label.to_owned(), detail: None, parent: None, active };
            lists.push(List::ProductCategories, option);
        }
        let categories = ["Bundle", "Gone", "Laptop", "Mapped", "Old", "Unmatched"].map(str::to_owned);
        let saved = CategoryMap { fallback: None, rows: [("Old".to_owned(), 2)].into() };
        let mut form = MapForm::default();
        for (place, category, typed) in [(7, "Mapped", "1"), (3, "Old", "2"), (5, "Gone", "99")] {
            let row = MapRowForm { category: category.to_owned(), autotask_category: typed.to_owned() };
            form.rows.insert(place, row);
        }
        let rows = Catalogue { categories: &categories, lists: &lists, saved: Some(&saved) }.rows(&form);
        let told: Vec<_> =
            rows.iter().map(|row| (row.category.as_str(), row.index, row.state, row.is_changed())).collect();
        let expected = [
            ("Gone", 5, MapState::NeedsAttention, true),
            ("Laptop", 8, MapState::Suggested, false),
            ("Mapped", 7, MapState::Mapped, true),
            ("Old", 3, MapState::NeedsAttention, false),
            ("Unmatched", 9, MapState::NotMapped, false),
        ];
        assert_eq!(told, expected);
    }
}
