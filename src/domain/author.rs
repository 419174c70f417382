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

impl Via {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Web, Self::Api, Self::Cli, Self::System];

    /// The name in the database and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Cli => "cli",
            Self::System => "system",
        }
    }

    /// The way of that [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.name() == name)
    }
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

    /// What they are called: a person by `name`, everybody else by what they are.
    pub fn called(&self, name: Option<&str>) -> String {
        match (name, &self.token, self.via) {
            (Some(name), ..) => name.to_owned(),
            (None, Some(token), _) => format!("API token {token}"),
            (None, None, Via::Cli) => "The operator".to_owned(),
            (None, None, Via::System) => "Opportune".to_owned(),
            (None, None, Via::Web | Via::Api) => "Somebody".to_owned(),
        }
    }

    /// A tool with an API token.
    pub fn token(name: impl Into<String>) -> Self {
        Self { user: None, token: Some(name.into()), via: Via::Api }
    }
}
