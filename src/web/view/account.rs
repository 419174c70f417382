//! `/account`.

use askama::Template;

use super::{
    autotask::Fact,
    fields::{Choice, Text},
    parts::{ErrorLink, Notice},
    shell::Shell,
};

/// What a person sees and changes of themselves.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// What is wrong with the new password.
    pub errors: Vec<ErrorLink>,
    /// Name, email address, role.
    pub facts: Vec<Fact>,
    /// The themes, of which one is chosen.
    pub themes: Vec<Choice>,
    /// The person's sessions, the last used first.
    pub sessions: Vec<SessionRow>,
    /// The password that counts so far, never with a value.
    pub current: Text,
    /// The new password, never with a value.
    pub new: Text,
}

impl Account {
    /// Whether there are sessions beside this one.
    pub fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

/// One session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// Where it was begun from: `From 10.0.0.1`.
    pub place: String,
    /// When it was begun and last used, in a sentence.
    pub times: String,
}
