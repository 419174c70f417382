//! `/apps/autotask/tickets`.

use std::collections::BTreeMap;

use askama::Template;

use super::{
    codes_form::Codes,
    fields::{Radios, Select, SharedList, Text, id_of},
    opportunities::{Remedy, Switch},
    opportunities_form::{Contents, Part, missing, part_state, slot},
    parts::{ErrorLink, Link, Notice},
    shell::Shell,
};

const DRAFT: &str = "/apps/autotask/tickets/draft";

/// The Tickets sync configuration page.
#[derive(Clone, Debug, Template)]
#[template(path = "tickets.html")]
pub struct Tickets {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect; none where there are errors.
    pub notice: Option<Notice>,
    /// What [`TicketsForm::show_errors`] answered.
    pub errors: Vec<ErrorLink>,
    /// The switch.
    pub switch: Switch,
    /// The settings; none while sync is off.
    pub form: Option<TicketsForm>,
    /// Whether settings were ever saved.
    pub saved: bool,
}

/// The whole form. It posts to `/apps/autotask/tickets`.
#[derive(Clone, Debug)]
pub struct TicketsForm {
    /// The revision that was shown, so that a later save by someone else is noticed.
    pub revision: String,
    /// A value used once, so that sending twice saves once.
    pub form_id: String,
    /// The earlier revision that it goes back to; mostly empty.
    pub origin: String,
    /// Whether it shows what was typed and not saved.
    pub unsaved: bool,
    /// `tickets[which]`
    pub which: Radios,
    /// `tickets[category]`
    pub category: Select,
    /// `tickets[queue]`
    pub queue: Select,
    /// `tickets[status]`
    pub status: Select,
    /// `tickets[priority]`
    pub priority: Select,
    /// `tickets[issue_type]`
    pub issue_type: Select,
    /// `tickets[due_days]`
    pub due_days: Text,
    /// `tickets[title]`
    pub title: Text,
    /// `tickets[cancelled_status]`
    pub cancelled_status: Select,
    /// When an item is quoted or sold.
    pub codes: Codes,
    /// Whether the other sync is on too.
    pub both_on: bool,
    /// Whether the other sync sends sales without a quote.
    pub both_unquoted: bool,
    /// `tickets[billed_by]`
    pub billed_by: Radios,
    /// A remark for the history.
    pub note: Text,
    /// The options of the lists that are too long for a native select.
    pub shared: Vec<SharedList>,
}

impl TicketsForm {
    /// The form with every name, label and hint, and no choices or values yet.
    pub fn new(revision: impl Into<String>, form_id: impl Into<String>) -> Self {
        let radios = |name: &str, legend: &str| Radios {
            name: name.to_owned(),
            legend: legend.to_owned(),
            options: Vec::new(),
            error: None,
        };
        let mut form = Self {
            revision: revision.into(),
            form_id: form_id.into(),
            origin: String::new(),
            unsaved: false,
            which: radios("tickets[which]", "Which sales"),
            category: Select::new("tickets[category]", "Category").prompt("Select a category").hint(
                "Decides what people see on the ticket in Autotask.",
            ),
            queue: Select::new("tickets[queue]", "Queue")
                .prompt("Select a queue")
                .hint("Where the people look who order, deliver and bill what was sold."),
            status: Select::new("tickets[status]", "Status").prompt("Select a status").hint("Recommended: New."),
            priority: Select::new("tickets[priority]", "Priority").prompt("Select a priority"),
            issue_type: Select::new("tickets[issue_type]", "Issue type").optional().prompt("No issue type"),
            due_days: Text::new("tickets[due_days]", "Due in days").numeric().hint(
                "So many days after the sale: a whole number from 0 to 365.",
            ),
            title: Text::new("tickets[title]", "Title").hint(
                "{number} stands for the sale's number, {title} for its title, {customer} for the customer's name. \
                 What is longer than Autotask takes is cut.",
            ),
            cancelled_status: Select::new("tickets[cancelled_status]", "Status")
                .prompt("Select a status")
                .hint("Charges that are not billed yet are deleted. A ticket that is complete stays as it is."),
            codes: Codes::new(Link::new("/apps/autotask/opportunities", "Opportunities")),
            both_on: false,
            both_unquoted: false,
            billed_by: radios("tickets[billed_by]", "Bill it with"),
            note: Text::new("note", "Note for history")
                .optional()
                .hint("Why you made this change, for whoever asks later."),
            shared: Vec::new(),
        };
        for select in form.selects_mut() {
            select.draft = DRAFT;
        }
        form
    }

    /// Puts each message beside its field and answers the error summary, in the order of the page.
    ///
    /// `errors` goes from the posted name to what to do. A message without a field of its own leads to the form.
    pub fn show_errors(&mut self, errors: &BTreeMap<String, String>) -> Vec<ErrorLink> {
        let mut left = errors.clone();
        let mut links = Vec::new();
        for (name, slot) in self.error_slots() {
            if let Some(text) = left.remove(&name) {
                links.push(ErrorLink { href: format!("#{}", id_of(&name)), text: text.clone() });
                *slot = Some(text);
            }
        }
        links.extend(left.into_values().map(|text| ErrorLink { href: "#settings".to_owned(), text }));
        links
    }

    /// The sections with how far each is, in the order of the page.
    pub fn contents(&self) -> Vec<Contents> {
        let wrong = |texts: &[&Option<String>]| texts.iter().filter(|error| error.is_some()).count();
        let more = |id: &str| match id {
            "made" => wrong(&[&self.which.error, &self.due_days.error, &self.title.error]),
            "both" => wrong(&[&self.billed_by.error]),
            _ => 0,
        };
        self.parts().iter().map(|part| part_state(part, more(part.0))).collect()
    }

    /// The required settings that are empty, in the order of the page.
    pub fn missing(&self) -> Vec<ErrorLink> {
        missing(self.parts())
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let made = vec![&self.category, &self.queue, &self.status, &self.priority, &self.issue_type];
        vec![
            ("made", "When a sale is made", made),
            ("cancelled", "When a sale is cancelled", vec![&self.cancelled_status]),
            ("codes", "When an item is quoted or sold", self.codes.all()),
            ("both", "When both syncs would bill the same sale", Vec::new()),
        ]
    }

    fn selects_mut(&mut self) -> Vec<&mut Select> {
        let Self { category, queue, status, priority, issue_type, cancelled_status, codes, .. } = self;
        let mut selects = vec![category, queue, status, priority, issue_type, cancelled_status];
        selects.extend(codes.all_mut());
        selects
    }

    fn error_slots(&mut self) -> Vec<(String, &mut Option<String>)> {
        let Self { which, category, queue, status, priority, issue_type, .. } = self;
        let mut slots = vec![(which.name.clone(), &mut which.error)];
        slots.extend([category, queue, status, priority, issue_type].map(slot));
        for text in [&mut self.due_days, &mut self.title] {
            slots.push((text.name.clone(), &mut text.error));
        }
        slots.push(slot(&mut self.cancelled_status));
        slots.extend(self.codes.all_mut().into_iter().map(slot));
        slots.push((self.billed_by.name.clone(), &mut self.billed_by.error));
        slots.push((self.note.name.clone(), &mut self.note.error));
        slots
    }
}
