//! `/activity/{push}`.

use askama::Template;

use super::{
    fields::{Choice, Text},
    parts::{ErrorLink, Link, Notice, Tag},
    shell::Shell,
};

/// One push, explained down to each HTTP try.
#[derive(Clone, Debug, Template)]
#[template(path = "push_detail.html")]
pub struct PushDetail {
    /// The frame.
    pub shell: Shell,
    /// What is wrong with the choice of a company.
    pub errors: Vec<ErrorLink>,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// What the log names the request by that brought it in; none where it did not come by REST.
    pub request_id: Option<String>,
    /// Its id, as it stands in addresses.
    pub id: String,
    /// The quote's or sale's number.
    pub document: String,
    /// The customer's name.
    pub customer: String,
    /// Sent, Sending, Waiting, Held, Failed or Skipped.
    pub status: Tag,
    /// What happened, in one plain sentence.
    pub sentence: String,
    /// What happens next and when; may be empty.
    pub next: String,
    /// What holds it.
    pub cause: Option<String>,
    /// Where to fix that.
    pub fix: Option<Link>,
    /// Whether a person may try again now.
    pub can_retry: bool,
    /// Where a company is chosen for the customer, if it waits for that.
    pub company: Option<CompanyPicker>,
    /// What else a person can do about it: each leads to a page that asks first.
    pub actions: Vec<Link>,
    /// Whether a person may put the document back into the sync.
    pub can_resume: bool,
    /// What has to be done, in order.
    pub steps: Vec<StepRow>,
    /// What was written, step by step.
    pub written: Vec<WrittenValues>,
    /// Each HTTP try, newest first.
    pub attempts: Vec<AttemptRow>,
}

/// Companies to choose from. The search is a form of its own, so that it works without scripts.
#[derive(Clone, Debug, Default)]
pub struct CompanyPicker {
    /// The customer's name.
    pub customer: String,
    /// What to search for.
    pub search: Text,
    /// What was found, in words: `2 companies fit.`
    pub found: String,
    /// The companies.
    pub companies: Vec<Choice>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct StepRow {
    /// What it does: `Create the opportunity`.
    pub label: String,
    /// Done, Failed or Waiting.
    pub state: Tag,
    /// What it made, in Autotask.
    pub autotask_id: Option<Link>,
    /// More about it: `7 of 10 items`; may be empty.
    pub note: String,
}

/// One HTTP try.
#[derive(Clone, Debug)]
pub struct AttemptRow {
    /// When it began.
    pub at: String,
    /// How long it took: `182 ms`.
    pub duration: String,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What came of it: `500 Internal Server Error`.
    pub result: Tag,
    /// What was sent, without secrets.
    pub request: Option<String>,
    /// What was answered, word for word.
    pub response: Option<String>,
}

/// What one step wrote.
#[derive(Clone, Debug)]
pub struct WrittenValues {
    /// What it wrote, in words: `Create the quote: 12 values, with settings revision 3`.
    pub summary: String,
    /// Each value, and where it comes from.
    pub values: Vec<ValueRow>,
}

/// One value that is sent.
#[derive(Clone, Debug)]
pub struct ValueRow {
    /// Autotask's name of the entity: `Opportunity`.
    pub entity: String,
    /// Autotask's name of the field: `ownerResourceID`.
    pub field: String,
    /// The value, with its name where it is an id: `Proposal Sent (7)`.
    pub value: String,
    /// Where it comes from: `When a quote is created`.
    pub source: String,
}
