//! The questions before another opportunity or ticket is linked, and before the sync of one document stops.

use askama::Template;

use super::{
    fields::Text,
    parts::{ErrorLink, Link},
    shell::Shell,
};

/// Asks for the Autotask id of the opportunity or ticket that is the document's.
#[derive(Clone, Debug, Template)]
#[template(path = "link_opportunity.html")]
pub struct LinkOpportunity {
    /// The frame.
    pub shell: Shell,
    /// What is wrong with what was typed.
    pub errors: Vec<ErrorLink>,
    /// The push's id.
    pub id: String,
    /// `quote Q-1`.
    pub document: String,
    /// `opportunity` or `ticket`.
    pub noun: &'static str,
    /// What of it follows the document from then on.
    pub follows: &'static str,
    /// What of it stays as it is.
    pub stays: &'static str,
    /// The one that it is linked with now.
    pub current: Option<Link>,
    /// The Autotask id.
    pub record: Text,
}

/// Asks why the sync of a document is to stop.
#[derive(Clone, Debug, Template)]
#[template(path = "stop_sync.html")]
pub struct StopSync {
    /// The frame.
    pub shell: Shell,
    /// What is wrong with what was typed.
    pub errors: Vec<ErrorLink>,
    /// The push's id.
    pub id: String,
    /// `quote Q-1`.
    pub document: String,
    /// The reason.
    pub reason: Text,
}
