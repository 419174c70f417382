//! `/apps/autotask/opportunities`.

use askama::Template;

use super::{
    fields::Control,
    opportunities_form::Form,
    parts::{ErrorLink, Notice},
    shell::Shell,
};

/// The Opportunities sync configuration page.
#[derive(Clone, Debug, Template)]
#[template(path = "opportunities.html")]
pub struct Opportunities {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect; none where there are errors.
    pub notice: Option<Notice>,
    /// What [`Form::show_errors`] answered.
    pub errors: Vec<ErrorLink>,
    /// The switch.
    pub switch: Switch,
    /// The settings; none while sync is off.
    pub form: Option<Form>,
}

/// Turns sync on and off at once, apart from the settings form.
/// It posts `enabled=true|false` to `/apps/autotask/opportunities/sync`.
#[derive(Clone, Debug)]
pub struct Switch {
    /// Whether sync is on.
    pub enabled: bool,
    /// One line under the label: `Last sent 2 minutes ago. 212 of 10,000 calls used this hour.`
    pub note: String,
    /// What is still missing before anything is sent.
    pub setup: Option<SetupNeeded>,
}

/// Required settings that nobody has saved yet.
#[derive(Clone, Debug)]
pub struct SetupNeeded {
    /// How many.
    pub count: u64,
    /// The fields that miss a value; may name just the first ones.
    pub links: Vec<ErrorLink>,
}

impl SetupNeeded {
    /// How much is missing and what that means.
    pub fn sentence(&self) -> String {
        let missing = match self.count {
            1 => "1 required setting is not saved yet.".to_owned(),
            count => format!("{count} required settings are not saved yet."),
        };
        format!("{missing} Quotes are held until you save the settings below.")
    }
}
