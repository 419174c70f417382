//! `/activity/backfill`: choosing earlier quotes, asking once more, and what became of them.

use askama::Template;

use super::{
    fields::Choice,
    parts::{ErrorLink, Link, Notice, Tag},
    shell::Shell,
};

/// Quotes and sales that were received and never sent, to choose from.
#[derive(Clone, Debug, Template)]
#[template(path = "backfill.html")]
pub struct Backfill {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// What is wrong with the filter.
    pub errors: Vec<ErrorLink>,
    /// The filter above the list.
    pub filter: BackfillFilter,
    /// How many fit and what they come to, in sentences.
    pub summary: String,
    /// The filter again, for the form that chooses.
    pub hidden: Vec<(String, String)>,
    /// One page of them, the newest first.
    pub rows: Vec<BackfillRow>,
    /// Why the list is empty; none while it has rows.
    pub empty: Option<String>,
    /// The button that takes all: `Send all 14 that match`; none where there are too many.
    pub send_all: Option<String>,
    /// The address of the next older page.
    pub older: Option<String>,
    /// The address of the first page.
    pub newest: Option<String>,
}

/// The filter: a GET form, so that a filtered list has an address.
#[derive(Clone, Debug, Default)]
pub struct BackfillFilter {
    /// A part of the number or the customer, as typed.
    pub text: String,
    /// The choices of `status`; the first one, for every status, has an empty value.
    pub statuses: Vec<Choice>,
    /// The choices of `owner`, likewise.
    pub owners: Vec<Choice>,
    /// Where there are too many of them for a list: the owner as typed.
    pub owner_typed: Option<String>,
    /// The first day, as typed.
    pub from: DateField,
    /// The last day, as typed.
    pub to: DateField,
    /// Whether anything is filtered away.
    pub active: bool,
}

/// A day that is typed.
#[derive(Clone, Debug, Default)]
pub struct DateField {
    /// As typed.
    pub value: String,
    /// Why it was refused.
    pub error: Option<String>,
}

/// One quote or sale that can be chosen.
#[derive(Clone, Debug)]
pub struct BackfillRow {
    /// Its id, which is posted.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The page that shows what Autotask would receive.
    pub preview: Option<String>,
    /// The customer's name.
    pub customer: String,
    /// Open, Won, Lost or Placed.
    pub status: Tag,
    /// The day on which it was made: `3 Nov 2026`.
    pub made: String,
    /// The same as a time, RFC 3339.
    pub made_iso: String,
    /// Who made it; may be empty.
    pub owner: String,
    /// What it comes to, with its currency.
    pub amount: String,
}

/// The question before earlier quotes are sent.
#[derive(Clone, Debug, Template)]
#[template(path = "backfill_confirm.html")]
pub struct BackfillConfirm {
    /// The frame.
    pub shell: Shell,
    /// The question: `Send 14 quotes?`
    pub heading: String,
    /// What will happen, a sentence a status.
    pub consequences: Vec<String>,
    /// What else is to be known, in sentences.
    pub notes: Vec<String>,
    /// What will hold some of them.
    pub causes: Vec<ForeseenCause>,
    /// The words on the button; none where there is nothing to send.
    pub button: Option<String>,
    /// What the form posts.
    pub hidden: Vec<(String, String)>,
    /// Back to choosing.
    pub back: String,
}

/// A cause that will hold some of the quotes.
#[derive(Clone, Debug)]
pub struct ForeseenCause {
    /// What is wrong: `Category "Drones" is not mapped`.
    pub cause: String,
    /// How many it holds, and when.
    pub sentence: String,
    /// Where to fix it before anything is sent.
    pub fix: Option<Link>,
}

/// What became of the quotes that were sent together.
#[derive(Clone, Debug, Template)]
#[template(path = "backfill_sent.html")]
pub struct BackfillSent {
    /// The frame.
    pub shell: Shell,
    /// What happened: `14 quotes and sales are on their way to Autotask`.
    pub heading: String,
    /// What to know of it, in sentences.
    pub sentence: String,
    /// How many are in which state.
    pub states: Vec<BackfillState>,
    /// The list of them.
    pub activity: String,
}

/// How many of them are in one state.
#[derive(Clone, Debug)]
pub struct BackfillState {
    /// The state.
    pub status: Tag,
    /// How many.
    pub count: u64,
    /// The list of these.
    pub href: String,
}
