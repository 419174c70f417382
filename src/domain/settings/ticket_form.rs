//! Reads what the Tickets page has of its own.

use serde::{Deserialize, Serialize};

use super::{BilledBy, MAX_DUE_DAYS, TicketSections, WhichSales, check::Check, tickets::PLACEHOLDERS};
use crate::domain::lists::List;

/// The longest pattern of titles, in characters: a title is cut to what Autotask takes anyhow.
const MAX_TITLE: usize = 200;

/// The sections as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the field of that name in TicketSections, as typed")]
pub struct TicketForm {
    pub which: String,
    pub billed_by: String,
    pub category: String,
    pub queue: String,
    pub status: String,
    pub priority: String,
    pub issue_type: String,
    pub due_days: String,
    pub title: String,
    pub cancelled_status: String,
}

impl TicketForm {
    /// The form that shows saved sections.
    pub fn of(sections: &TicketSections) -> Self {
        Self {
            which: sections.which.name().to_owned(),
            billed_by: sections.billed_by.name().to_owned(),
            category: sections.category.to_string(),
            queue: sections.queue.to_string(),
            status: sections.status.to_string(),
            priority: sections.priority.to_string(),
            issue_type: sections.issue_type.map(|value| value.to_string()).unwrap_or_default(),
            due_days: sections.due_days.to_string(),
            title: sections.title.clone(),
            cancelled_status: sections.cancelled_status.to_string(),
        }
    }
}

impl Check<'_> {
    pub(super) fn tickets(&mut self, form: &TicketForm) -> TicketSections {
        let which = WhichSales::from_name(form.which.trim());
        if which.is_none() {
            self.errors.add("tickets.which", "Select which sales become tickets");
        }
        let billed_by = BilledBy::from_name(form.billed_by.trim());
        if billed_by.is_none() {
            self.errors.add("tickets.billed_by", "Select what bills a sale that both syncs would bill");
        }
        let category = (List::TicketCategories, &form.category);
        let status = (List::TicketStatuses, &form.status);
        let cancelled = (List::TicketStatuses, &form.cancelled_status);
        let (issue, issue_types) = ("an issue type for tickets", List::TicketIssueTypes);
        TicketSections {
            which: which.unwrap_or_default(),
            billed_by: billed_by.unwrap_or_default(),
            category: self.ticket_choice("tickets.category", "a category for tickets", category),
            queue: self.ticket_choice(
                "tickets.queue",
                "a queue for tickets",
                (List::TicketQueues, &form.queue),
            ),
            status: self.ticket_choice("tickets.status", "a status for tickets", status),
            priority: self.ticket_choice(
                "tickets.priority",
                "a priority for tickets",
                (List::TicketPriorities, &form.priority),
            ),
            issue_type: self.optional("tickets.issue_type", issue, issue_types, &form.issue_type),
            due_days: self.due_days(&form.due_days),
            title: self.title(&form.title),
            cancelled_status: self.ticket_choice(
                "tickets.cancelled_status",
                "a status for cancelled sales",
                cancelled,
            ),
        }
    }

    fn ticket_choice(&mut self, path: &str, what: &str, (list, typed): (List, &String)) -> i64 {
        self.required(path, what, list, typed)
    }

    fn due_days(&mut self, typed: &str) -> u16 {
        let number = typed.trim();
        let days = number.parse().ok().filter(|days| *days <= MAX_DUE_DAYS && !number.starts_with('+'));
        if days.is_none() {
            let sentence = format!("Due in days must be a whole number between 0 and {MAX_DUE_DAYS}");
            self.errors.add("tickets.due_days", sentence);
        }
        days.unwrap_or_default()
    }

    fn title(&mut self, typed: &str) -> String {
        let title = typed.trim();
        let sentence = if title.is_empty() {
            Some("Enter a title for tickets, for example {number} {title}".to_owned())
        } else if title.chars().count() > MAX_TITLE {
            Some(format!("Title must have at most {MAX_TITLE} characters"))
        } else {
            unknown_placeholder(title).map(|unknown| {
                let known = PLACEHOLDERS.join(", ");
                format!("{unknown} stands for nothing in a title. Use {known}, or leave the braces out")
            })
        };
        if let Some(sentence) = sentence {
            self.errors.add("tickets.title", sentence);
        }
        title.to_owned()
    }
}

/// The first part in braces that no placeholder is.
fn unknown_placeholder(title: &str) -> Option<&str> {
    let mut rest = title;
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map_or(rest.len(), |length| start + length + 1);
        let part = &rest[start..end];
        if !PLACEHOLDERS.contains(&part) {
            return Some(part);
        }
        rest = &rest[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            lists::{ListOption, Lists},
            settings::{
                Settings, TicketSettings,
                form::{Against, CodesForm, SettingsForm},
                page::Page,
            },
        },
        error::FieldErrors,
    };

    /// Every list has the active options 1 and 2 and the inactive 3.
    fn lists() -> Lists {
        let mut lists = Lists::default();
        for list in List::ALL {
            for value in 1..=3 {
                let option = ListOption {
                    value,
                    label: format!("Option {value}"),
                    detail: None,
                    parent: None,
                    active: value < 3,
                };
                lists.push(list, option);
            }
        }
        lists
    }

    fn form() -> SettingsForm {
        let one = || "1".to_owned();
        SettingsForm {
            page: Page::Tickets.name().to_owned(),
            codes: CodesForm {
                product: one(),
                recurring_service: one(),
                payment_surcharge: one(),
                non_recurring_service: one(),
            },
            tickets: TicketForm {
                which: "unquoted".to_owned(),
                billed_by: "tickets".to_owned(),
                category: one(),
                queue: one(),
                status: one(),
                priority: one(),
                issue_type: String::new(),
                due_days: "0".to_owned(),
                title: " {number} for {customer} ".to_owned(),
                cancelled_status: one(),
            },
            ..SettingsForm::default()
        }
    }

    fn check(form: &SettingsForm, saved: &Settings) -> Result<TicketSections, FieldErrors> {
        let lists = lists();
        let against = Against { lists: &lists, brands: &[], categories: &[], saved };
        form.check(&against).map(|parts| {
            assert_eq!(parts.sections, None, "the other page's sections are not in it");
            parts.tickets.unwrap()
        })
    }

    #[test]
    fn a_form_of_the_page_needs_nothing_of_the_other() {
        let read = check(&form(), &Settings::NEW).unwrap();
        let expected = TicketSections {
            which: WhichSales::Unquoted,
            billed_by: BilledBy::Tickets,
            category: 1,
            queue: 1,
            status: 1,
            priority: 1,
            issue_type: None,
            due_days: 0,
            title: "{number} for {customer}".to_owned(),
            cancelled_status: 1,
        };
        assert_eq!(read, expected);
        assert_eq!(TicketForm::of(&expected), TicketForm { title: expected.title.clone(), ..form().tickets });
    }

    #[test]
    fn everything_that_is_missing_is_told() {
        let empty = SettingsForm { page: "tickets".to_owned(), ..SettingsForm::default() };
        let errors = check(&empty, &Settings::NEW).unwrap_err();
        let told: Vec<_> = errors.iter().map(|(path, sentences)| (path, sentences[0].as_str())).collect();
        let expected = [
            ("codes.non_recurring_service", "Select a non-recurring service material code"),
            ("codes.payment_surcharge", "Select a payment surcharge material code"),
            ("codes.product", "Select a product material code"),
            ("codes.recurring_service", "Select a recurring service billing code"),
            ("tickets.billed_by", "Select what bills a sale that both syncs would bill"),
            ("tickets.cancelled_status", "Select a status for cancelled sales"),
            ("tickets.category", "Select a category for tickets"),
            ("tickets.due_days", "Due in days must be a whole number between 0 and 365"),
            ("tickets.priority", "Select a priority for tickets"),
            ("tickets.queue", "Select a queue for tickets"),
            ("tickets.status", "Select a status for tickets"),
            ("tickets.title", "Enter a title for tickets, for example {number} {title}"),
            ("tickets.which", "Select which sales become tickets"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_title_takes_the_known_braces_alone() {
        let told = |title: &str| {
            let mut form = form();
            title.clone_into(&mut form.tickets.title);
            check(&form, &Settings::NEW)
                .err()
                .and_then(|errors| errors.get("tickets.title").map(str::to_owned))
        };
        assert_eq!([told("Order {number}: {title} ({customer})"), told("Plain")], [None, None]);
        let unknown = "{Number} stands for nothing in a title. Use {number}, {title}, {customer}, or leave the braces out";
        assert_eq!(told("{number} {Number}").as_deref(), Some(unknown));
        assert!(told("{number").unwrap().starts_with("{number stands for nothing"));
        assert!(told(&"x".repeat(201)).unwrap().contains("at most 200"));
        assert_eq!(told(&"é".repeat(200)), None);
    }

    #[test]
    fn days_are_whole_and_at_most_a_year() {
        for (typed, is_right) in [
            ("0", true),
            (" 365 ", true),
            ("366", false),
            ("-1", false),
            ("+1", false),
            ("1.5", false),
            ("", false),
        ] {
            let mut form = form();
            typed.clone_into(&mut form.tickets.due_days);
            assert_eq!(check(&form, &Settings::NEW).is_ok(), is_right, "{typed:?}");
        }
    }

    #[test]
    fn an_inactive_value_may_stay_and_not_be_chosen() {
        let mut form = form();
        "3".clone_into(&mut form.tickets.queue);
        let refused = check(&form, &Settings::NEW).unwrap_err();
        assert_eq!(
            refused.get("tickets.queue"),
            Some("Select a queue for tickets that is active in Autotask")
        );
        let saved = TicketSections { queue: 3, ..check(&self::form(), &Settings::NEW).unwrap() };
        let tickets = TicketSettings { enabled: true, sections: Some(saved.clone()) };
        assert_eq!(check(&form, &Settings { tickets, ..Settings::NEW }), Ok(saved));
    }
}
