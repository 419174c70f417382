//! The history as a file.

use serde_json::{Value, json};

use crate::{
    clock,
    domain::settings::{
        diff::{Change, NEVER_SAVED},
        page::Page,
    },
    error::Error,
    service::history::{Entry, Save},
};

const COLUMNS: [&str; 9] =
    ["time", "revision", "who", "through", "note", "setting", "before", "after", "page"];
/// What a spreadsheet takes for the begin of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// One line a changed setting, one a change of a list.
///
/// # Errors
/// When a line cannot be written: a fault of ours.
pub fn csv(entries: &[Entry]) -> Result<String, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(Error::internal)?;
    for entry in entries {
        for line in lines(entry) {
            writer.write_record(line.map(|cell| plain(&cell))).map_err(Error::internal)?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

fn lines(entry: &Entry) -> Vec<[String; 9]> {
    let time = clock::timestamp(entry.at()).to_string();
    match entry {
        Entry::Save(save) => save.changes.iter().map(|change| line(&time, save, change)).collect(),
        Entry::List(row) => {
            let empty = String::new;
            let autotask = || "Autotask".to_owned();
            vec![[
                time,
                empty(),
                autotask(),
                autotask(),
                empty(),
                row.subject.clone(),
                empty(),
                row.sentence.clone(),
                empty(),
            ]]
        }
    }
}

fn line(time: &str, save: &Save, change: &Change) -> [String; 9] {
    [
        time.to_owned(),
        save.revision.to_string(),
        save.who.clone(),
        save.via.name().to_owned(),
        save.note.clone().unwrap_or_default(),
        change.label.clone(),
        change.before.clone().unwrap_or_else(|| NEVER_SAVED.to_owned()),
        change.after.clone(),
        Page::of(&change.path).label().to_owned(),
    ]
}

/// A cell that no spreadsheet runs.
fn plain(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

/// The entries as a JSON array.
pub fn json(entries: &[Entry]) -> Value {
    entries.iter().map(entry).collect()
}

fn entry(entry: &Entry) -> Value {
    let at = clock::timestamp(entry.at()).to_string();
    match entry {
        Entry::List(row) => {
            json!({ "kind": "list", "at": at, "list": row.subject, "sentence": row.sentence })
        }
        Entry::Save(save) => json!({
            "kind": "settings",
            "at": at,
            "revision": save.revision,
            "who": save.who,
            "via": save.via.name(),
            "note": save.note,
            "origin": save.origin.map(|origin| origin.to_string()),
            "changes": save.changes.iter().map(change).collect::<Value>(),
        }),
    }
}

fn change(change: &Change) -> Value {
    let page = Page::of(&change.path).label();
    json!({ "path": change.path, "page": page, "label": change.label, "before": change.before, "after": change.after })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_cell_begins_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(plain(cell), format!("'{cell}"));
        }
        assert_eq!(plain("Hardware = cheap"), "Hardware = cheap");
    }
}
