//! `/apps/autotask/opportunities/saved`, and what viewers see at `/apps/autotask/opportunities`.

use askama::Template;

use super::{
    parts::{Link, Tag},
    shell::Shell,
};

/// The saved settings, to be read and printed.
#[derive(Clone, Debug, Template)]
#[template(path = "settings_summary.html")]
pub struct SettingsSummary {
    /// The frame.
    pub shell: Shell,
    /// The page that they are of.
    pub title: &'static str,
    /// Whether the sync is on.
    pub state: Tag,
    /// Where to change them; none for whoever may not.
    pub edit: Option<Link>,
    /// Which revision they are: `Revision 7`; none while nothing was saved.
    pub revision: Option<String>,
    /// The sections, in the order of the form; empty while nothing was saved.
    pub sections: Vec<SummarySection>,
    /// The category map; the last row is for any other category.
    pub map: Vec<SummaryRow>,
    /// What comes after the category map in the order of the form.
    pub last: Vec<SummarySection>,
}

/// One section.
#[derive(Clone, Debug)]
pub struct SummarySection {
    /// What its heading is known by.
    pub id: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// Its settings.
    pub rows: Vec<SummaryRow>,
}

/// One setting.
#[derive(Clone, Debug)]
pub struct SummaryRow {
    /// Its label, or the category's path.
    pub label: String,
    /// Its value by name.
    pub value: String,
    /// What is to be known of the value: `Inactive in Autotask`.
    pub tag: Option<Tag>,
}
