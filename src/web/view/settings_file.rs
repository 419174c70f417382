//! `/apps/autotask/opportunities/file`: the settings as a file, its differences first.

use askama::Template;

use super::{fields::Text, shell::Shell};

/// Gives the settings as a file and takes one, or shows what a file would change.
#[derive(Clone, Debug, Template)]
#[template(path = "settings_file.html")]
pub struct SettingsFile {
    /// The frame.
    pub shell: Shell,
    /// Why the file cannot be used, in the order of its lines.
    pub problems: Vec<FileProblem>,
    /// What was pasted or read, to be corrected.
    pub pasted: String,
    /// What the file would change.
    pub changes: Option<FileChanges>,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug)]
pub struct FileProblem {
    /// `Line 12`, `Not in the file`; empty for the file as a whole.
    pub place: String,
    /// The setting, as `created.stage`; empty for the file as a whole.
    pub path: String,
    /// What to do, as a sentence without a full stop.
    pub sentence: String,
}

/// What a file would change.
#[derive(Clone, Debug)]
pub struct FileChanges {
    /// Every setting that would be another; none where everything is so already.
    pub rows: Vec<FileChange>,
    /// The whole settings form as the file would have it, as it would be posted, but for the note.
    pub form: Vec<(String, String)>,
    /// A remark for the history.
    pub note: Text,
}

/// One setting that would be another.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// Its label.
    pub label: String,
    /// What is saved.
    pub before: String,
    /// What the file says.
    pub after: String,
}

impl SettingsFile {
    /// The error summary's one sentence: the problems follow it.
    pub fn summary(&self) -> String {
        match self.problems.len() {
            1 => "The file cannot be used. 1 thing in it is wrong".to_owned(),
            count => format!("The file cannot be used. {count} things in it are wrong"),
        }
    }
}

impl FileChanges {
    /// How much would change.
    pub fn summary(&self) -> String {
        match self.rows.len() {
            0 => "Nothing to save. These settings were already up to date.".to_owned(),
            1 => "1 setting changes. Nothing is saved yet.".to_owned(),
            count => format!("{count} settings change. Nothing is saved yet."),
        }
    }
}
