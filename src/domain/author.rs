//! Who changes something, and through what: what the history says of every change.

use super::ids::UserId;

/// Through what a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A page.
    Web,
    /// REST.
    Api,
    /// The command line of whoever runs the program.
    Cli,
    /// The program itself.
    System,
}

/// Who makes a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The person; `None` for a token, the operator and the program.
    pub user: Option<UserId>,
    /// The token's name, where one was used.
    pub token: Option<String>,
    /// Through what.
    pub via: Via,
}

impl Author {
    /// The program itself.
    pub const SYSTEM: Self = Self { user: None, token: None, via: Via::System };
    /// Whoever runs the program, at its command line.
    pub const OPERATOR: Self = Self { user: None, token: None, via: Via::Cli };

    /// A person on a page.
    pub fn person(user: UserId) -> Self {
        Self { user: Some(user), token: None, via: Via::Web }
    }

    /// A tool with an API token.
    pub fn token(name: impl Into<String>) -> Self {
        Self { user: None, token: Some(name.into()), via: Via::Api }
    }
}
