//! The settings as a file: asking for one, refusing one, and what one would change.

use super::{HOSTILE, page, shell};
use crate::web::view::{FileChange, FileChanges, FileProblem, Nav, SettingsFile, Text};

pub(super) fn samples() -> [(&'static str, String); 4] {
    [
        ("settings-file", page(&asking())),
        ("settings-file-wrong", page(&wrong())),
        ("settings-file-changes", page(&SettingsFile { changes: Some(changes()), ..asking() })),
        (
            "settings-file-same",
            page(&SettingsFile { changes: Some(FileChanges { rows: Vec::new(), ..changes() }), ..asking() }),
        ),
    ]
}

fn asking() -> SettingsFile {
    let crumbs = ["Apps", "Autotask", "Opportunities", "Settings as a file"];
    SettingsFile {
        shell: shell("Settings as a file — Opportunities — Autotask", Nav::Apps, &crumbs),
        problems: Vec::new(),
        pasted: String::new(),
        changes: None,
    }
}

fn wrong() -> SettingsFile {
    let problem = |place: &str, path: &str, sentence: &str| FileProblem {
        place: place.to_owned(),
        path: path.to_owned(),
        sentence: sentence.to_owned(),
    };
    SettingsFile {
        problems: vec![
            problem("Line 12", "created.stage", HOSTILE),
            problem("Line 30", &format!("category_map.rows[{HOSTILE}]"), "There is no such category"),
            problem("Not in the file", "won.stage", "Select a stage for won quotes"),
            problem("", "", "This cannot be read as TOML"),
        ],
        pasted: format!("format = 1\n[created]\nstage = {{ name = \"{HOSTILE}\" }}\n</textarea>"),
        ..asking()
    }
}

fn changes() -> FileChanges {
    let row = |label: &str, before: &str, after: &str| FileChange {
        label: label.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    FileChanges {
        rows: vec![row("Stage for new quotes", "Proposal Sent", "Qualified"), row(HOSTILE, HOSTILE, HOSTILE)],
        form: vec![("services[brand]".to_owned(), HOSTILE.to_owned())],
        note: Text::new("note", "Note for history").optional(),
    }
}
