//! Fills the pages of the history.

use std::collections::BTreeMap;

use super::{
    history_params::{HistoryParams, LISTS, PERSON, TOKEN},
    view::{ChangeRow, Choice, HistoryFilter, HistoryRow, Tag, Text, Tone},
    words,
};
use crate::{
    clock::{self, Millis},
    domain::{
        author::{Author, Via},
        settings::{Origin, diff, page::Page},
    },
    service::history::{Choices, Entry, Save},
};

/// Changes of one save that the list shows.
const SHOWN: usize = 5;

/// Why there are no entries.
pub fn empty(is_narrowed: bool) -> &'static str {
    if is_narrowed {
        "No entry of the history fits this filter."
    } else {
        "Nothing has been saved yet. The first save of the settings appears here, with who made it and what it changed."
    }
}

/// An entry in the list.
pub fn row(entry: &Entry) -> HistoryRow {
    match entry {
        Entry::Save(of) => HistoryRow { href: Some(format!("/history/{}", of.revision)), ..save(of, SHOWN) },
        Entry::List(row) => {
            let from = if row.user_id.is_some() { "Sync" } else { "Autotask" };
            plain(row.sentence.clone(), Tag::new(Tone::Info, from), row.created_at)
        }
    }
}

/// A save, with at most so many of its changes.
pub fn save(of: &Save, most: usize) -> HistoryRow {
    let by = match of.via {
        Via::Web | Via::Cli | Via::System => of.who.clone(),
        Via::Api => format!("{} · REST", of.who),
    };
    HistoryRow {
        origin: of.origin.map(origin).unwrap_or_default(),
        note: of.note.clone().unwrap_or_default(),
        changes: of.changes.iter().take(most).map(change).collect(),
        more: of.changes.len().saturating_sub(most),
        ..plain(format!("Revision {}", of.revision), Tag::new(Tone::Plain, by), of.at)
    }
}

fn plain(heading: String, by: Tag, at: Millis) -> HistoryRow {
    HistoryRow {
        heading,
        href: None,
        by,
        when: words::moment(at),
        when_iso: clock::timestamp(at).to_string(),
        origin: String::new(),
        note: String::new(),
        changes: Vec::new(),
        more: 0,
    }
}

fn origin(origin: Origin) -> String {
    match origin {
        Origin::Undo(revision) => format!("Undoes revision {revision}"),
        Origin::Restore(revision) => format!("Restores revision {revision}"),
    }
}

/// A changed setting.
pub fn change(change: &diff::Change) -> ChangeRow {
    ChangeRow {
        page: Page::of(&change.path).label(),
        label: change.label.clone(),
        before: change.before.clone().unwrap_or_else(|| diff::NEVER_SAVED.to_owned()),
        after: change.after.clone(),
    }
}

/// The filter as it is set.
pub fn filter(
    params: &HistoryParams,
    choices: &Choices,
    errors: &BTreeMap<&'static str, &'static str>,
) -> HistoryFilter {
    let day = |name: &'static str, label: &str, value: &str| Text {
        value: value.to_owned(),
        error: errors.get(name).map(|sentence| (*sentence).to_owned()),
        ..Text::new(name, label)
    };
    let who = choices.authors.iter().filter_map(|(author, name)| who(author, name.as_deref()));
    let via = Via::ALL.map(|via| (via.name().to_owned(), way(via).to_owned()));
    let via = via.into_iter().chain([(LISTS.to_owned(), "Changes in Autotask".to_owned())]);
    HistoryFilter {
        who: options("Anybody", who, &params.who),
        via: options("Any way", via, &params.via),
        field: options("Any setting", choices.fields.iter().cloned(), &params.field),
        from: day("from", "From", &params.from),
        to: day("to", "To", &params.to),
        active: params.is_narrowed(),
    }
}

fn who(author: &Author, name: Option<&str>) -> Option<(String, String)> {
    let value = match (author.user, &author.token) {
        (Some(user), _) => format!("{PERSON}{user}"),
        (None, Some(token)) => format!("{TOKEN}{token}"),
        (None, None) => return None,
    };
    Some((value, author.called(name)))
}

/// What a way is called.
pub fn way(via: Via) -> &'static str {
    match via {
        Via::Web => "Page",
        Via::Api => "REST",
        Via::Cli => "Command line",
        Via::System => "Opportune itself",
    }
}

fn options(all: &str, others: impl Iterator<Item = (String, String)>, current: &str) -> Vec<Choice> {
    let mut options: Vec<(String, String)> = vec![(String::new(), all.to_owned())];
    for option in others {
        if !options.contains(&option) {
            options.push(option);
        }
    }
    let choice = |(value, label): (String, String)| Choice { selected: value == current, value, label };
    options.into_iter().map(choice).collect()
}
