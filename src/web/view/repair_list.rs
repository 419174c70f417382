//! `/repairs`.

use askama::Template;

use super::{
    parts::{Link, Notice},
    shell::Shell,
};

/// Everything that waits for a person.
#[derive(Clone, Debug, Template)]
#[template(path = "repairs.html")]
pub struct Repairs {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// When what is linked was last compared with Autotask, what that cost, and when it is next.
    pub check: String,
    /// Why the newest comparison failed, and what to do about that.
    pub failure: Option<(String, String)>,
    /// Whether the person may ask for a comparison.
    pub can_check: bool,
    /// Whether the person may act on what is listed.
    pub may_act: bool,
    /// What needs a person.
    pub needed: Vec<RepairRow>,
    /// What people changed in Autotask.
    pub seen: Vec<RepairRow>,
    /// What is said where nothing waits.
    pub empty: Option<String>,
    /// The address of the first page, from another one.
    pub first: Option<String>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// One thing to do.
#[derive(Clone, Debug)]
pub struct RepairRow {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// What is wrong.
    pub title: String,
    /// How many pushes wait for it, in a sentence; may be empty.
    pub held: String,
    /// What to do.
    pub fix: String,
    /// What changed: field, before, now.
    pub changes: Vec<(String, String, String)>,
    /// How long ago it began, and the same as a time, RFC 3339.
    pub since: Option<(String, String)>,
    /// The object in Autotask.
    pub object: Option<Link>,
    /// Where a person acts.
    pub link: Option<Link>,
    /// What a person can have done at once: a button that posts to the link's address.
    pub post: Option<Link>,
}
