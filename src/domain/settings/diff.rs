//! What one save changed, in the page's own labels.

use std::collections::BTreeSet;

use super::{OpportunitySettings, Sections};
use crate::domain::lists::{List, Lists};

/// One changed setting: `before` and `after` are labels, never ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The setting's label.
    pub label: String,
    /// What it was; `None` where it was never saved.
    pub before: Option<String>,
    /// What it is.
    pub after: String,
}

const NOTHING: &str = "nothing";

/// Every difference between two revisions, in the order of the page.
pub fn changes(before: &OpportunitySettings, after: &OpportunitySettings, lists: &Lists) -> Vec<Change> {
    let mut changes = Vec::new();
    let switch =
        |settings: &OpportunitySettings| if settings.enabled { "Enabled" } else { "Disabled" }.to_owned();
    note(&mut changes, "Opportunities sync status", Some(switch(before)), switch(after));
    let Some(new) = &after.sections else { return changes };
    let old = before.sections.as_ref();
    plain(&mut changes, old, new);
    for (index, (_, label, list, value)) in new.choices().into_iter().enumerate() {
        let empty = if label == "Stage for lost quotes" { "Leave at current stage" } else { NOTHING };
        let show =
            |value: Option<i64>| value.map_or_else(|| empty.to_owned(), |value| lists.label(list, value));
        note(&mut changes, label, old.map(|old| show(old.choices()[index].3)), show(value));
    }
    category_rows(&mut changes, old, new, lists);
    changes
}

fn note(changes: &mut Vec<Change>, label: &str, before: Option<String>, after: String) {
    if before.as_ref() != Some(&after) {
        changes.push(Change { label: label.to_owned(), before, after });
    }
}

fn plain(changes: &mut Vec<Change>, old: Option<&Sections>, new: &Sections) {
    let include = |sections: &Sections| if sections.include_unquoted_sales { "on" } else { "off" }.to_owned();
    let probability = |sections: &Sections| {
        sections.created.probability.map_or_else(|| NOTHING.to_owned(), |percent| percent.to_string())
    };
    note(changes, "Include unquoted sales", old.map(include), include(new));
    note(changes, "Probability %", old.map(probability), probability(new));
    note(changes, "Brand", old.map(|old| old.services.brand.clone()), new.services.brand.clone());
    note(
        changes,
        "Category for services",
        old.map(|old| old.services.category.clone()),
        new.services.category.clone(),
    );
}

fn category_rows(changes: &mut Vec<Change>, old: Option<&Sections>, new: &Sections, lists: &Lists) {
    let show = |value: Option<i64>| {
        value.map_or_else(|| NOTHING.to_owned(), |value| lists.path(List::ProductCategories, value))
    };
    let (old_map, new_map) = (old.map(|old| &old.category_map), &new.category_map);
    let fallback = old_map.map(|map| show(map.fallback)).or(Some(show(None)));
    note(changes, "Any other category", fallback, show(new_map.fallback));
    let old_rows = old_map.map(|map| map.rows.clone()).unwrap_or_default();
    let paths: BTreeSet<_> = old_rows.keys().chain(new_map.rows.keys()).collect();
    for path in paths {
        let (was, is) = (old_rows.get(path).copied(), new_map.rows.get(path).copied());
        note(changes, &format!("Category {path}"), Some(show(was)), show(is));
    }
}

/// The changes as one sentence for the banner: the first one in full, the number of the others.
pub fn sentence(changes: &[Change]) -> String {
    match changes {
        [] => "Nothing to save. These settings were already up to date.".to_owned(),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                1 => " 1 other change.".to_owned(),
                count => format!(" {count} other changes."),
            };
            format!("{} is now {}.{more}", first.label, first.after)
        }
    }
}
