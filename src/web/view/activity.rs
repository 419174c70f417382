//! `/activity`.

use askama::Template;

use super::{
    fields::Choice,
    parts::{Link, Notice, Tag, Tone, count_of},
    shell::Shell,
};

/// What was sent, what waits, and what needs a person.
#[derive(Clone, Debug, Template)]
#[template(path = "activity.html")]
pub struct Activity {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// The three questions that bring people here.
    pub answers: Answers,
    /// What needs a person, by cause.
    pub groups: Vec<CauseGroup>,
    /// The filter above the list.
    pub filter: Filter,
    /// One page of pushes, newest first.
    pub rows: Vec<PushRow>,
    /// Why the list is empty; none while it has rows.
    pub empty: Option<String>,
    /// The address of the next older page.
    pub older: Option<String>,
    /// The address of the next newer page.
    pub newer: Option<String>,
    /// How many quotes and sales were received and never sent.
    pub unsent: u64,
}

impl Activity {
    /// How many earlier quotes could be sent.
    pub fn unsent_sentence(&self) -> String {
        let sentence = count_of(self.unsent, "earlier quote or sale was", "earlier quotes and sales were");
        format!("{sentence} received and not sent.")
    }
}

/// The three questions.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Is it working? `Working. Last sent 2 minutes ago.`
    pub working: Answer,
    /// Is anything stuck? `3 quotes need you.`
    pub stuck: Answer,
    /// How far behind? `Oldest waiting: 4 minutes.`
    pub behind: Answer,
    /// Is anything unclear? `Checking whether Autotask received 2 records.` None where nothing is.
    pub checking: Option<Answer>,
    /// What does it cost? `Calls to Autotask in the last hour: 321 of 4,000.`
    pub calls: Answer,
}

impl Answers {
    /// All, in the order they are read.
    pub fn all(&self) -> impl Iterator<Item = &Answer> {
        [&self.working, &self.stuck, &self.behind].into_iter().chain(&self.checking).chain([&self.calls])
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Good or bad.
    pub tone: Tone,
    /// One or two short sentences.
    pub text: String,
}

impl Answer {
    /// An answer that reads `text`.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }
}

/// Quotes that one action of a person would release.
#[derive(Clone, Debug)]
pub struct CauseGroup {
    /// What holds them: `Category "Drones" is not mapped`.
    pub cause: String,
    /// Where to fix it.
    pub fix: Option<Link>,
    /// How many quotes it holds.
    pub count: u64,
    /// Whether the fix alone sends them; otherwise each is retried after it.
    pub releases: bool,
}

impl CauseGroup {
    /// How many are held, and what sends them.
    pub fn sentence(&self) -> String {
        let held = count_of(self.count, "quote is held", "quotes are held");
        let them = if self.count == 1 { "it" } else { "them" };
        let rest = if self.releases {
            format!("Fixing this sends {them}.")
        } else {
            format!("Fix this, then retry {them}.")
        };
        format!("{held}. {rest}")
    }
}

/// The filter: a GET form, so that a filtered list has an address.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The choices of `status`; the first one, for every status, has an empty value.
    pub statuses: Vec<Choice>,
    /// The earlier quotes, chosen to be sent together, that are shown alone.
    pub backfill: Option<String>,
    /// Whether anything is filtered away.
    pub active: bool,
}

/// One push in the list.
#[derive(Clone, Debug)]
pub struct PushRow {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// Its page.
    pub href: String,
    /// The quote's or sale's number.
    pub document: String,
    /// The customer's name.
    pub customer: String,
    /// Created, Updated, Won or Lost.
    pub change: String,
    /// Sent, Sending, Waiting, Held, Failed or Skipped.
    pub status: Tag,
    /// Why it waits or is held, and until when; may be empty.
    pub reason: String,
    /// How long ago it moved: `2 minutes ago`.
    pub updated: String,
    /// The same as a time, RFC 3339.
    pub updated_iso: String,
    /// How often it was tried again after a failure.
    pub retries: u64,
    /// The opportunity or the ticket in Autotask.
    pub autotask: Option<Link>,
    /// Whether a person may try again now.
    pub can_retry: bool,
}
