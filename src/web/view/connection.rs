//! `/apps/autotask/connection`, and the question before it is ended.

use askama::Template;

use super::{
    autotask::Fact,
    fields::{Select, Text},
    parts::{ErrorLink, Notice, Tag},
    shell::Shell,
};

/// The connection: its credentials, its test, the use of the API.
#[derive(Clone, Debug, Template)]
#[template(path = "connection.html")]
pub struct Connection {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect, or what came of a form.
    pub notice: Option<Notice>,
    /// What is wrong with the form.
    pub errors: Vec<ErrorLink>,
    /// Its state.
    pub state: Tag,
    /// The address of the test server, where it is one.
    pub test_server: Option<String>,
    /// What is known of it; empty before the first connection.
    pub facts: Vec<Fact>,
    /// The test.
    pub checklist: Vec<CheckRow>,
    /// Which test it is: `Tested 2 minutes ago`.
    pub tested: String,
    /// Whether the reader may change the connection; else no form is shown.
    pub may_edit: bool,
    /// The credentials.
    pub form: ConnectionForm,
    /// The field for a new secret; none where nothing is connected.
    pub new_secret: Option<Text>,
    /// The use of the API; none where nothing is connected.
    pub meter: Option<Meter>,
}

impl Connection {
    /// Whether there is a connection that can be ended.
    pub fn is_connected(&self) -> bool {
        self.new_secret.is_some()
    }
}

/// The form with the credentials.
#[derive(Clone, Debug)]
pub struct ConnectionForm {
    /// The API user's name.
    pub user_name: Text,
    /// The secret, never with a value.
    pub secret: Text,
    /// The integration code.
    pub integration_code: Text,
    /// The currency of Autotask's amounts.
    pub currency: Select,
    /// Whether a failed test may be overruled.
    pub save_anyway: bool,
    /// The question whether to connect another company than before; none where it does not arise.
    pub switch: Option<String>,
}

/// One line of the test.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// What was checked.
    pub label: String,
    /// How it went.
    pub result: Tag,
    /// How long it took; empty where nothing was asked.
    pub time: String,
    /// What was found; may be empty.
    pub sentence: String,
    /// What to do about it; may be empty.
    pub fix: String,
}

/// How many of the hour's calls are used.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Calls of all integrations; none where Autotask has not told.
    pub all: Option<MeterAll>,
    /// The sentence under it.
    pub text: String,
    /// How old the numbers are.
    pub hint: String,
}

/// The numbers of a meter.
#[derive(Clone, Copy, Debug)]
pub struct MeterAll {
    /// Calls that were used.
    pub used: i64,
    /// From here on Autotask answers more slowly.
    pub slow: i64,
    /// Calls that are allowed.
    pub limit: i64,
}

/// Asks for the tenant's name before the connection is ended.
#[derive(Clone, Debug, Template)]
#[template(path = "disconnect.html")]
pub struct Disconnect {
    /// The frame.
    pub shell: Shell,
    /// How many quotes wait to be sent.
    pub waiting: u64,
    /// The tenant's name, to be typed.
    pub tenant: String,
    /// The field for it.
    pub name: Text,
}

impl Disconnect {
    /// What becomes of the quotes that wait.
    pub fn consequence(&self) -> String {
        match self.waiting {
            0 => "No quote is waiting to be sent. Quotes from now on are held until Autotask is connected again."
                .to_owned(),
            1 => "1 quote is waiting to be sent. It is held until Autotask is connected again.".to_owned(),
            many => format!("{many} quotes are waiting to be sent. They are held until Autotask is connected again."),
        }
    }
}
