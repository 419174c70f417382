//! `/apps/autotask/opportunities/map/import`: the category map from a CSV file, its differences first.

use askama::Template;

use super::shell::Shell;

/// Asks for a file, or shows what the file would change.
#[derive(Clone, Debug, Template)]
#[template(path = "category_import.html")]
pub struct CategoryImport {
    /// The frame.
    pub shell: Shell,
    /// Why the file could not be read.
    pub error: Option<String>,
    /// What was pasted, to be corrected.
    pub pasted: String,
    /// What the file would change.
    pub diff: Option<ImportDiff>,
}

/// What a file would change.
#[derive(Clone, Debug, Default)]
pub struct ImportDiff {
    /// `3 added, 1 changed, 1 taken away. 60 as saved.`
    pub summary: String,
    /// Added, changed and so on; only those that have lines.
    pub sections: Vec<ImportSection>,
    /// The whole settings form with the file's mappings, as it would be posted; empty where nothing would change.
    pub form: Vec<(String, String)>,
    /// Whether it can be saved from here: there are settings to save it with.
    pub can_save: bool,
}

/// One kind of difference.
#[derive(Clone, Debug)]
pub struct ImportSection {
    /// `Added`, `Unknown categories`.
    pub heading: String,
    /// What becomes of its lines; empty where the heading says it.
    pub note: String,
    /// What the two columns hold.
    pub columns: [&'static str; 2],
    /// The lines.
    pub lines: Vec<[String; 2]>,
}

impl CategoryImport {
    /// Whether the page asks for a file.
    pub fn asks(&self) -> bool {
        self.diff.is_none()
    }
}
