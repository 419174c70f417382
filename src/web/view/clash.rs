//! The choice where two people changed the same settings.

use askama::Template;

use super::{
    fields::{Choice, id_of},
    shell::Shell,
};

/// Asks which values to keep. It posts the whole form to the page that it is of.
#[derive(Clone, Debug, Template)]
#[template(path = "clash.html")]
pub struct Clash {
    /// The frame.
    pub shell: Shell,
    /// The page that the settings are on.
    pub page: &'static str,
    /// Who changed how much meanwhile, and what to do.
    pub summary: String,
    /// What the other person's values are called: their name.
    pub theirs: String,
    /// What one's own values are called.
    pub yours: String,
    /// What there is to choose about, in the order of the page.
    pub rows: Vec<ClashRow>,
    /// Everything else of the form, by name.
    pub hidden: Vec<(String, String)>,
}

/// One setting that two people changed.
#[derive(Clone, Debug)]
pub struct ClashRow {
    /// The name that the choice is posted under.
    pub name: String,
    /// The setting.
    pub label: String,
    /// What it was before either.
    pub was: String,
    /// The other person's value, chosen at first.
    pub theirs: Choice,
    /// One's own value.
    pub yours: Choice,
}

impl ClashRow {
    /// The id that the row's elements begin with.
    pub fn id(&self) -> String {
        id_of(&self.name)
    }
}
