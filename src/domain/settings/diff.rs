//! What one save changed, in the page's own labels.

use super::{
    Settings,
    fields::{self, Field, Value, Values},
};
use crate::domain::lists::Lists;

/// One changed setting: `before` and `after` are labels, never ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where the setting is in documents.
    pub path: String,
    /// The setting's label.
    pub label: String,
    /// What it was; `None` where it was never saved.
    pub before: Option<String>,
    /// What it is.
    pub after: String,
}

/// What a setting is called that was never saved.
pub const NEVER_SAVED: &str = "not saved yet";

/// Every difference between two revisions, in the order of the page.
pub fn changes(before: &Settings, after: &Settings, lists: &Lists) -> Vec<Change> {
    let (was, is) = (Values::of(before), Values::of(after));
    let fields = fields::united(&[after, before]);
    let change_of = |field: &Field| {
        let (was, is) = (was.get(&field.path), is.get(&field.path));
        change(field, was.as_ref(), is.as_ref(), lists)
    };
    fields.iter().filter_map(change_of).collect()
}

fn change(field: &Field, was: Option<&Value>, is: Option<&Value>, lists: &Lists) -> Option<Change> {
    let begins_empty = was.is_none() && is.is_some_and(|value| !field.is_said(value));
    if was == is || begins_empty {
        return None;
    }
    let path = &field.path;
    let text = |value: &Value| fields::text(path, value, lists);
    let (before, after) = match (was, is) {
        (Some(was), Some(is)) => {
            let [was, is] = fields::told_apart(path, [was, is], lists);
            (Some(was), is)
        }
        (was, is) => (was.map(text), is.map_or_else(|| NEVER_SAVED.to_owned(), text)),
    };
    Some(Change { path: path.clone(), label: field.label.clone(), before, after })
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
