//! `/apps/autotask/opportunities`.

use askama::Template;

use super::{
    fields::Control,
    opportunities_form::Form,
    parts::{ErrorLink, Link, Notice, Tone},
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
    /// Whether settings were ever saved.
    pub saved: bool,
}

/// Turns sync on and off at once, apart from the settings form.
#[derive(Clone, Debug)]
pub struct Switch {
    /// What is turned on and off.
    pub label: &'static str,
    /// Where it posts `enabled=true|false` to.
    pub action: &'static str,
    /// Whether sync is on.
    pub enabled: bool,
    /// What is the case and what is next, in one line: `Last sent 2 minutes ago.`
    pub note: String,
    /// What is still missing before anything is sent.
    pub setup: Option<SetupNeeded>,
    /// What else keeps quotes from being sent.
    pub obstacles: Vec<Obstacle>,
}

/// Something outside of the form that keeps quotes from being sent, or the form from being right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// How bad it is.
    pub tone: Tone,
    /// What is the case, without a full stop.
    pub heading: String,
    /// What it means, in whole sentences.
    pub text: String,
    /// What to do about it.
    pub remedy: Option<Remedy>,
}

/// What is done about an [`Obstacle`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Going to another page.
    Go(Link),
    /// Having the lists refreshed: a button.
    RefreshLists,
}

/// Required settings that nobody has saved yet.
#[derive(Clone, Debug)]
pub struct SetupNeeded {
    /// What is held meanwhile: `Quotes`.
    pub what: &'static str,
    /// The fields that are empty, suggestions applied.
    pub links: Vec<ErrorLink>,
}

impl SetupNeeded {
    /// How much is missing and what that means.
    pub fn sentence(&self) -> String {
        let missing = match self.links.len() {
            0 => "Every required setting has a suggestion: check them.".to_owned(),
            1 => "1 required setting is empty.".to_owned(),
            count => format!("{count} required settings are empty."),
        };
        format!("{missing} {} are held until you save the settings below.", self.what)
    }
}
