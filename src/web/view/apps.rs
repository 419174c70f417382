//! `/apps`.

use askama::Template;

use super::{parts::Tag, shell::Shell};

/// The apps that a tenant has.
#[derive(Clone, Debug, Template)]
#[template(path = "apps.html")]
pub struct Apps {
    /// The frame.
    pub shell: Shell,
    /// One tile an app.
    pub tiles: Vec<Tile>,
}

/// One app.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its state in a word or two.
    pub state: Tag,
    /// One sentence about that state: `Last sent 2 minutes ago.`
    pub summary: String,
}
