//! What surrounds every page.

use std::fmt;

use super::parts::Crumb;

/// A person's choice of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the person's device says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        })
    }
}

/// The part of the site that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    /// Apps and their settings.
    Apps,
    /// What was sent and what waits.
    Activity,
    /// What waits for a person.
    Repairs,
    /// Who changed which setting.
    History,
    /// A person's own page, which is in no part.
    Account,
    /// Brands, categories and items.
    Catalogue,
}

/// What every HTML document needs, signed in or not.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The document's title, innermost first: `Opportunities — Autotask — Apps`.
    pub title: String,
    /// Which colours.
    pub theme: Theme,
    /// Address of the style sheet.
    pub css: String,
    /// Address of the script, an ES module.
    pub script: String,
    /// Address of the icon, an SVG.
    pub icon: String,
}

/// The frame of a page for someone who is signed in.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The document around it.
    pub frame: Frame,
    /// How long the session lasts if it is not used again, in seconds.
    pub session_seconds: u64,
    /// The tenant's name.
    pub tenant: String,
    /// Who is signed in, as they know themselves: a name or an email address.
    pub user: String,
    /// The part of the site to mark as current.
    pub nav: Nav,
    /// How many pushes need a person; none shows no badge.
    pub held: u64,
    /// How many repairs need a person; none shows no badge.
    pub repairs: u64,
    /// True where Autotask is the emulator or a sandbox.
    pub test_server: bool,
    /// The state of the background worker: `Worker active 12 seconds ago`.
    pub worker: String,
    /// The path to this page, this page last; empty on a top-level page.
    pub crumbs: Vec<Crumb>,
}

impl Shell {
    /// Whether Apps is the current part.
    pub fn in_apps(&self) -> bool {
        self.nav == Nav::Apps
    }

    /// Whether Activity is the current part.
    pub fn in_activity(&self) -> bool {
        self.nav == Nav::Activity
    }

    /// Whether Repairs is the current part.
    pub fn in_repairs(&self) -> bool {
        self.nav == Nav::Repairs
    }

    /// Whether History is the current part.
    pub fn in_history(&self) -> bool {
        self.nav == Nav::History
    }

    /// Whether Catalogue is the current part.
    pub fn in_catalogue(&self) -> bool {
        self.nav == Nav::Catalogue
    }
}
