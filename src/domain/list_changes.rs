//! What became of a list's options between two fetches: what to write, and what to tell people.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::lists::{List, ListOption};

/// An option and its place in Autotask's order.
pub type Placed = (i64, ListOption);

/// More changes of one kind in one list than this are told in one sentence.
const MOST: usize = 50;

/// What became of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was not there before.
    New,
    /// It is no longer there.
    Gone,
    /// New records cannot have it any more.
    Inactive,
    /// New records can have it again.
    Active,
    /// It has another name.
    Renamed,
}

/// One change of one option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What became of it.
    pub kind: Kind,
    /// Its value.
    pub value: i64,
    /// Its name; for a renamed one the new name.
    pub label: String,
    /// The name that it had.
    pub before: String,
}

/// What the history says of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about: the list's name, or `lists` for all of them.
    pub subject: &'static str,
    /// What happened, as a sentence without a full stop.
    pub sentence: String,
    /// The same for programs.
    pub details: Value,
}

/// The rows in which a fetched list differs from the stored one. An option that is gone stays as an inactive one, so
/// that a setting that points to it can still be shown by name. A large list is read in the order of its values, so
/// its options have no place of their own.
pub fn rows_to_write(list: List, stored: &[Placed], fetched: Vec<ListOption>) -> Vec<Placed> {
    let mut left: BTreeMap<i64, &Placed> = stored.iter().map(|placed| (placed.1.value, placed)).collect();
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for (position, option) in (0..).zip(fetched) {
        // Autotask has been seen to repeat a picklist value; the first one counts.
        if !seen.insert(option.value) {
            continue;
        }
        let placed = (if list.is_large() { 0 } else { position }, option);
        if left.remove(&placed.1.value) != Some(&placed) {
            rows.push(placed);
        }
    }
    let gone = left.into_values().filter(|(_, option)| option.active);
    rows.extend(gone.map(|(position, option)| (*position, ListOption { active: false, ..option.clone() })));
    rows
}

/// What became of the options that `rows` are about to replace.
pub fn changes(stored: &[Placed], fetched: &BTreeSet<i64>, rows: &[Placed]) -> Vec<Change> {
    let before: BTreeMap<i64, &ListOption> =
        stored.iter().map(|(_, option)| (option.value, option)).collect();
    let mut changes = Vec::new();
    for (_, option) in rows {
        let was = before.get(&option.value).copied();
        let kind = match was {
            None if option.active => Some(Kind::New),
            Some(was) if was.active && !option.active && !fetched.contains(&option.value) => Some(Kind::Gone),
            Some(was) if was.active && !option.active => Some(Kind::Inactive),
            Some(was) if !was.active && option.active => Some(Kind::Active),
            _ => None,
        };
        let change = |kind| Change {
            kind,
            value: option.value,
            label: option.label.clone(),
            before: was.unwrap_or(option).label.clone(),
        };
        if was.is_some_and(|was| was.label != option.label) {
            changes.push(change(Kind::Renamed));
        }
        changes.extend(kind.map(change));
    }
    changes
}

/// What the history says of a list's changes: one entry each, or one for all of a kind where they are many.
pub fn entries(list: List, changes: &[Change]) -> Vec<Entry> {
    let mut of_kind: BTreeMap<Kind, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        of_kind.entry(change.kind).or_default().push(change);
    }
    let mut entries = Vec::new();
    for (kind, changes) in of_kind {
        if changes.len() > MOST {
            entries.push(summary(list, kind, &changes));
        } else {
            entries.extend(changes.into_iter().map(|change| entry(list, change)));
        }
    }
    entries
}

/// What the history says of the very first fetch: how long each list is.
pub fn first_entry(counts: &[(List, i64)]) -> Entry {
    let told = counts.iter().map(|(list, count)| {
        let (one, many) = list.nouns();
        format!("{count} {}", if *count == 1 { one } else { many }.to_lowercase())
    });
    let sentence = format!("Lists were fetched for the first time: {}", told.collect::<Vec<_>>().join(", "));
    let counts = counts.iter().map(|(list, count)| (list.name().to_owned(), json!(count)));
    Entry {
        subject: "lists",
        sentence,
        details: json!({ "counts": counts.collect::<serde_json::Map<_, _>>() }),
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Inactive => "inactive",
            Self::Active => "active",
            Self::Renamed => "renamed",
        }
    }
}

fn entry(list: List, change: &Change) -> Entry {
    let Change { kind, value, label, before } = change;
    let what = list.nouns().0;
    let sentence = match kind {
        Kind::New => format!("{what} '{label}' is new"),
        Kind::Gone => format!("{what} '{label}' is gone"),
        Kind::Inactive => format!("{what} '{label}' became inactive"),
        Kind::Active => format!("{what} '{label}' became active again"),
        Kind::Renamed => format!("{what} '{before}' was renamed to '{label}'"),
    };
    let details = json!({ "change": kind.name(), "list": list.name(), "value": value, "label": label, "before": before });
    Entry { subject: list.name(), sentence, details }
}

fn summary(list: List, kind: Kind, changes: &[&Change]) -> Entry {
    let what = format!("{} {}", changes.len(), list.nouns().1.to_lowercase());
    let sentence = match kind {
        Kind::New => format!("{what} are new"),
        Kind::Gone => format!("{what} are gone"),
        Kind::Inactive => format!("{what} became inactive"),
        Kind::Active => format!("{what} became active again"),
        Kind::Renamed => format!("{what} were renamed"),
    };
    let values: Vec<i64> = changes.iter().map(|change| change.value).collect();
    let details = json!({ "change": kind.name(), "list": list.name(), "values": values });
    Entry { subject: list.name(), sentence, details }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(value: i64, label: &str, active: bool) -> ListOption {
        ListOption { value, label: label.to_owned(), detail: None, parent: None, active }
    }

    fn told(list: List, stored: &[ListOption], fetched: Vec<ListOption>) -> Vec<String> {
        let stored: Vec<Placed> = (0..).zip(stored.iter().cloned()).collect();
        let values = fetched.iter().map(|option| option.value).collect();
        let rows = rows_to_write(list, &stored, fetched);
        let entries = entries(list, &changes(&stored, &values, &rows));
        entries.into_iter().map(|entry| entry.sentence).collect()
    }

    #[test]
    fn every_change_has_its_sentence() {
        let stored = [
            option(1, "One", true),
            option(2, "Two", true),
            option(3, "Three", false),
            option(4, "Four", true),
        ];
        let fetched = vec![
            option(2, "Two", false),
            option(3, "Three", true),
            option(4, "Fourth", true),
            option(5, "Five", true),
            option(6, "Six", false),
        ];
        assert_eq!(
            told(List::Stages, &stored, fetched),
            [
                "Stage 'Five' is new",
                "Stage 'One' is gone",
                "Stage 'Two' became inactive",
                "Stage 'Three' became active again",
                "Stage 'Four' was renamed to 'Fourth'",
            ]
        );
    }

    #[test]
    fn an_option_that_comes_back_with_another_name_is_told_twice_and_one_that_stays_away_once() {
        let back = told(List::Roles, &[option(1, "Old", false)], vec![option(1, "New", true)]);
        assert_eq!(back, ["Role 'New' became active again", "Role 'Old' was renamed to 'New'"]);
        assert_eq!(told(List::Roles, &[option(1, "Old", false)], Vec::new()), Vec::<String>::new());
    }

    #[test]
    fn many_changes_of_one_kind_are_one_sentence() {
        let many = |count: i64| (1..=count).map(|value| option(value, "Harbor", true)).collect::<Vec<_>>();
        assert_eq!(told(List::Companies, &[], many(51)), ["51 companies are new"]);
        assert_eq!(told(List::Companies, &[], many(50)).len(), 50);
        assert_eq!(told(List::Contacts, &many(60), Vec::new()), ["60 contacts are gone"]);
    }

    #[test]
    fn only_what_differs_is_written() {
        let stored: Vec<Placed> = vec![(0, option(1, "One", true)), (1, option(2, "Two", true))];
        let same = stored.iter().map(|(_, option)| option.clone()).collect::<Vec<_>>();
        assert_eq!(rows_to_write(List::Stages, &stored, same.clone()), []);
        let turned = same.iter().rev().cloned().collect::<Vec<_>>();
        assert_eq!(rows_to_write(List::Stages, &stored, turned).len(), 2, "the order is Autotask's");
        let twice = vec![same[0].clone(), option(1, "Again", true), same[1].clone()];
        assert_eq!(
            rows_to_write(List::Stages, &stored, twice),
            [(2, same[1].clone())],
            "the first one counts"
        );
    }

    #[test]
    fn the_first_fetch_is_one_entry() {
        let entry = first_entry(&[(List::Stages, 9), (List::Companies, 1)]);
        assert_eq!(entry.sentence, "Lists were fetched for the first time: 9 stages, 1 company");
        assert_eq!(entry.details, json!({ "counts": { "stages": 9, "companies": 1 } }));
    }
}
