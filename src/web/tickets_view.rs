//! Fills the form of the Tickets page: what was typed, else what is saved, else suggestions.

use super::{
    opportunities_view::{Field, Filler, Shown, code_fields},
    view::{Choice, Radios, TicketsForm},
};
use crate::{
    crypto,
    domain::{
        lists::List,
        settings::{
            BilledBy, WhichSales,
            form::{CodesForm, SettingsForm},
            suggest::{From, Suggestions},
            suggest_tickets::suggest_tickets,
            ticket_form::TicketForm,
        },
    },
    service::settings::SettingsView,
};

/// The form of the page.
pub fn form(shown: &Shown<'_>) -> TicketsForm {
    let (view, lists) = (shown.view, &shown.view.lists);
    let Suggestions { form: values, reasons } = match shown.typed {
        Some(typed) => Suggestions { form: typed.clone(), ..Suggestions::default() },
        None => initial(view, shown.brand),
    };
    let mut form = TicketsForm::new(view.revision.to_string(), crypto::random_text());
    if let Some(typed) = shown.typed {
        // It stands on the revision that the person saw, so that a save in between is not overlooked.
        form.revision.clone_from(&typed.revision);
        form.origin.clone_from(&typed.origin);
        form.unsaved = true;
    }
    form.note.value.clone_from(&values.note);
    form.due_days.value.clone_from(&values.tickets.due_days);
    form.title.value.clone_from(&values.tickets.title);
    which(&mut form.which, &values.tickets.which);
    billed_by(&mut form.billed_by, &values.tickets.billed_by);
    let sections = view.settings.sections.as_ref();
    form.both_on = view.settings.enabled;
    form.both_unquoted = sections.is_none_or(|sections| sections.include_unquoted_sales);
    let mut filler = Filler::new(lists, shown.loaded);
    for field in fields(&mut form, &values.tickets) {
        field.fill(&mut filler, lists, &reasons);
    }
    for field in code_fields(&mut form.codes, &values.codes) {
        field.fill(&mut filler, lists, &reasons);
    }
    form.shared = filler.shared();
    form
}

/// The form that nobody has changed yet: what is saved, else suggestions.
fn initial(view: &SettingsView, brand: &str) -> Suggestions {
    if view.settings.tickets.sections.is_some() {
        return Suggestions { form: SettingsForm::of(&view.settings), ..Suggestions::default() };
    }
    let (lists, brands, categories) = (&view.lists, view.brands.as_slice(), view.categories.as_slice());
    let codes = view.settings.codes.as_ref().map(CodesForm::of);
    suggest_tickets(&From { lists, brands, categories, tenant: brand }, codes)
}

fn which(radios: &mut Radios, value: &str) {
    let hint = |which| match which {
        WhichSales::All => {
            "Also what was quoted before: the quote stays what it is, and its sale becomes a ticket."
        }
        WhichSales::Unquoted => "For example from an online store. Sales with a quote go with their quote.",
    };
    let option = |which: WhichSales| (choice(which.name(), which.label(), value), hint(which));
    radios.options = WhichSales::ALL.map(option).into();
}

fn billed_by(radios: &mut Radios, value: &str) {
    let words = |by| match by {
        BilledBy::Opportunities => ("Opportunities (recommended)", "Such a sale makes no ticket."),
        BilledBy::Tickets => (
            "Tickets",
            "Without a quote, such a sale makes no opportunity. With a quote, the quote still becomes won, but without the \
             surcharge and coupon of the sale.",
        ),
    };
    let option = |by: BilledBy| {
        let (label, hint) = words(by);
        (choice(by.name(), label, value), hint)
    };
    radios.options = BilledBy::ALL.map(option).into();
}

fn choice(name: &str, label: &str, value: &str) -> Choice {
    Choice { value: name.to_owned(), label: label.to_owned(), selected: name == value }
}

/// The choices from Autotask's lists, but for the codes.
fn fields<'f>(form: &'f mut TicketsForm, values: &'f TicketForm) -> Vec<Field<'f>> {
    let field = |select, path, list, value| Field { select, path, list, value };
    let cancelled = &mut form.cancelled_status;
    vec![
        field(&mut form.category, "tickets.category", List::TicketCategories, &values.category),
        field(&mut form.queue, "tickets.queue", List::TicketQueues, &values.queue),
        field(&mut form.status, "tickets.status", List::TicketStatuses, &values.status),
        field(&mut form.priority, "tickets.priority", List::TicketPriorities, &values.priority),
        field(&mut form.issue_type, "tickets.issue_type", List::TicketIssueTypes, &values.issue_type),
        field(cancelled, "tickets.cancelled_status", List::TicketStatuses, &values.cancelled_status),
    ]
}
