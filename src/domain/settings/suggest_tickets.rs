//! What the Tickets page begins with before anything was saved. A queue is never guessed: nothing speaks for one.

use super::{
    BilledBy, WhichSales,
    form::{CodesForm, SettingsForm},
    page::Page,
    suggest::{From, Rule, Suggestions, first, suggest},
};
use crate::domain::lists::List;

const DUE_DAYS: &str = "7";
const TITLE: &str = "{number} {title}";

/// What to begin with; `codes` are those that are saved with the other page.
pub fn suggest_tickets(from: &From<'_>, codes: Option<CodesForm>) -> Suggestions {
    use Rule::{Contains, Is};
    let of_codes = suggest(from);
    let mut made =
        Suggestions { form: SettingsForm::default().of_page(Page::Tickets), ..Suggestions::default() };
    if let Some(codes) = codes {
        made.form.codes = codes;
    } else {
        made.form.codes = of_codes.form.codes;
        let reasons = of_codes.reasons.into_iter();
        made.reasons.extend(reasons.filter(|(path, _)| Page::of(path) == Page::Both));
    }
    let mut choose = |path, list, rules: &[Rule]| {
        let (value, reason) = first(from.lists, list, rules)?;
        made.reasons.insert(path, reason);
        Some(value)
    };
    let tickets = &mut made.form.tickets;
    WhichSales::default().name().clone_into(&mut tickets.which);
    BilledBy::default().name().clone_into(&mut tickets.billed_by);
    DUE_DAYS.clone_into(&mut tickets.due_days);
    TITLE.clone_into(&mut tickets.title);
    tickets.category =
        choose("tickets.category", List::TicketCategories, &[Is("Standard")]).unwrap_or_default();
    tickets.status = choose("tickets.status", List::TicketStatuses, &[Is("New")]).unwrap_or_default();
    tickets.priority =
        choose("tickets.priority", List::TicketPriorities, &[Is("Medium")]).unwrap_or_default();
    let cancelled = [Contains("cancelled"), Contains("canceled")];
    tickets.cancelled_status =
        choose("tickets.cancelled_status", List::TicketStatuses, &cancelled).unwrap_or_default();
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lists::{ListOption, Lists};

    fn suggested(options: &[(List, i64, &str)], codes: Option<CodesForm>) -> Suggestions {
        let mut lists = Lists::default();
        for (list, value, label) in options {
            let label = (*label).to_owned();
            lists.push(*list, ListOption { value: *value, label, detail: None, parent: None, active: true });
        }
        suggest_tickets(&From { lists: &lists, brands: &[], categories: &[], tenant: "" }, codes)
    }

    #[test]
    fn what_a_name_speaks_for_is_suggested_with_its_reason() {
        let made = suggested(
            &[
                (List::TicketCategories, 1, "Standard"),
                (List::TicketQueues, 2, "Orders"),
                (List::TicketStatuses, 3, "New"),
                (List::TicketStatuses, 4, "Order cancelled"),
                (List::TicketPriorities, 5, "Medium"),
                (List::MaterialCodes, 6, "Taxable Products"),
                (List::Stages, 7, "Won"),
            ],
            None,
        );
        let tickets = &made.form.tickets;
        assert_eq!(
            [&tickets.category, &tickets.queue, &tickets.status, &tickets.priority],
            ["1", "", "3", "5"]
        );
        assert_eq!([&tickets.cancelled_status, &tickets.issue_type, &tickets.due_days], ["4", "", "7"]);
        assert_eq!(
            [&tickets.which, &tickets.billed_by, &tickets.title],
            ["all", "opportunities", "{number} {title}"]
        );
        assert_eq!(made.form.codes.product, "6");
        let paths: Vec<_> = made.reasons.keys().copied().collect();
        let expected = [
            "codes.product",
            "tickets.cancelled_status",
            "tickets.category",
            "tickets.priority",
            "tickets.status",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn saved_codes_come_without_a_reason() {
        let codes = CodesForm { product: "9".to_owned(), ..CodesForm::default() };
        let made = suggested(&[(List::MaterialCodes, 6, "Taxable Products")], Some(codes.clone()));
        assert_eq!((made.form.codes, made.reasons.len()), (codes, 0));
    }
}
