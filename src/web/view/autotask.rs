//! `/apps/autotask`.

use askama::Template;

use super::{
    lists::Lists,
    parts::{Link, Notice, Tag},
    shell::Shell,
};

/// The Autotask app: its connection and its sections.
#[derive(Clone, Debug, Template)]
#[template(path = "autotask.html")]
pub struct Autotask {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// What to do next, by the app's state: Connect, Continue setup, View activity.
    pub action: Option<Link>,
    /// What is left of the setup; empty when it is complete.
    pub steps: Vec<TaskRow>,
    /// The state of the connection.
    pub connection: Tag,
    /// What is known of the connection; empty before the first one.
    pub facts: Vec<Fact>,
    /// What the reader can do on the connection's page.
    pub connection_label: &'static str,
    /// The pages of this app.
    pub sections: Vec<SectionRow>,
    /// The lists.
    pub lists: Lists,
}

impl Autotask {
    /// How many steps of the setup are done.
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done).count()
    }
}

/// One thing that is known, with its name.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name: `API user`.
    pub label: String,
    /// Its value, never a secret.
    pub value: String,
}

/// One page of the app.
#[derive(Clone, Debug)]
pub struct SectionRow {
    /// Its name: `Opportunities`.
    pub name: String,
    /// Its address.
    pub href: String,
    /// Its state: `Enabled`.
    pub state: Tag,
    /// One sentence about that state.
    pub summary: String,
}

/// One step of the setup.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// What to do: `Connect Autotask`.
    pub label: String,
    /// Where to do it.
    pub href: String,
    /// Whether it is done.
    pub done: bool,
    /// How long it takes, or what is missing; may be empty.
    pub note: String,
}
