//! The ticket of a sale: what it is created with, what follows the sale, and what becomes of it when that is cancelled.

use std::collections::BTreeMap;

use jiff::ToSpan;

use super::{
    Action, Create, Fields, Filter, Input, Key, Of, Op, Plan, Planner, Source, Target, charges::not_sent,
    foreign_currency, not_connected, notes, opportunity::start_date, settle::Settle,
};
use crate::domain::{
    document::{Address, Line, State},
    hold::Hold,
    settings::{CategoryMap, Created, Lost, Sections, Services, TicketSections, Won},
};

/// When on its day a ticket is due, in UTC: an hour at which that is the same day in most places.
const DUE_AT: &str = "17:00:00";

/// What is chosen from a list for a new ticket.
const CHOICES: [&str; 5] =
    ["tickets.category", "tickets.queue", "tickets.status", "tickets.priority", "tickets.issue_type"];

/// Stands in for an Opportunities page that nobody saved: no customer is created, and no category is mapped.
static NEVER_SAVED: Sections = Sections {
    include_unquoted_sales: false,
    created: Created {
        category: 0,
        default_owner: 0,
        stage: 0,
        status: 0,
        probability: None,
        shipping: None,
        create_missing_customers: false,
    },
    won: Won { stage: 0, status: 0 },
    lost: Lost { stage: None, status: 0 },
    category_map: CategoryMap { rows: BTreeMap::new(), fallback: None },
    services: Services { brand: String::new(), category: String::new() },
};

/// The steps that bring a sale to Autotask as a ticket with charges.
pub(super) fn plan(input: &Input<'_>) -> Plan {
    let mut plan = Plan { problems: not_connected(input).into_iter().collect(), ..Plan::default() };
    let (Some(tickets), Some(codes)) = (input.tickets, input.codes) else {
        plan.problems.push(Hold::TicketSetupNeeded);
        return plan;
    };
    let is_new = input.links.get(&Key::only(Target::Ticket)).is_none();
    if is_new && input.document.state == State::Lost {
        plan.skipped = Some("The sale was cancelled before it was sent.".to_owned());
        return plan;
    }
    plan.problems.extend(foreign_currency(input));
    let sections = input.sections.unwrap_or(&NEVER_SAVED);
    Planner { input, sections, codes, plan, is_cut_short: false }.ticket_and_charges(tickets)
}

impl Planner<'_> {
    fn ticket_and_charges(mut self, tickets: &TicketSections) -> Plan {
        let charges = self.wanted_charges();
        self.customer();
        let lines = self.lines_to_charge(&charges);
        self.catalogue(&lines.iter().collect::<Vec<_>>());
        // A sale that is placed again has its status back before its charges are made; one that is cancelled loses them
        // before its ticket is closed.
        let is_placed = self.input.document.state != State::Lost;
        if is_placed {
            self.settle_ticket(tickets);
        }
        self.ticket(tickets);
        self.charges(charges);
        if !is_placed {
            self.settle_ticket(tickets);
        }
        let said = notes::of_ticket(self.input.document, &self.plan.steps);
        self.plan.notes.splice(..0, said);
        self.plan
    }

    /// Creates the ticket, or brings its texts up to date. Everything else of it is a person's from then on.
    fn ticket(&mut self, tickets: &TicketSections) {
        let key = Key::only(Target::Ticket);
        if self.input.links.get(&key).is_some() {
            if self.input.document.state != State::Lost {
                self.update(&key, self.ticket_texts(tickets), &[]);
            }
            return;
        }
        let fields = self.new_ticket(tickets).and(self.ticket_texts(tickets));
        let number = self.input.document.number.clone();
        let marker =
            Filter::new().and(Op::Eq, "companyID", self.company_id().0).and(Op::Eq, "externalID", number);
        self.push(key, Action::Create(Create { parent: None, fields, marker: Some(marker) }));
    }

    fn new_ticket(&mut self, tickets: &TicketSections) -> Fields {
        for path in CHOICES {
            self.require_active(path);
        }
        let document = self.input.document;
        let (company, company_source) = self.company_id();
        let due = start_date(document).saturating_add(i64::from(tickets.due_days).days());
        Fields::new()
            .with("companyID", company, company_source)
            .with_some("contactID", self.contact_id(), Source::Matched { of: Of::Document, what: "contact" })
            .with("externalID", document.number.clone(), Source::document("number"))
            .with("ticketCategory", tickets.category, Source::Setting("tickets.category"))
            .with("queueID", tickets.queue, Source::Setting("tickets.queue"))
            .with("status", tickets.status, Source::Setting("tickets.status"))
            .with("priority", tickets.priority, Source::Setting("tickets.priority"))
            .with_some("issueType", tickets.issue_type, Source::Setting("tickets.issue_type"))
            .with("dueDateTime", format!("{due}T{DUE_AT}"), Source::Setting("tickets.due_days"))
            .with_some(
                "opportunityID",
                self.input.opportunity,
                Source::Matched { of: Of::Document, what: "quote" },
            )
    }

    /// What follows the sale while it is placed.
    fn ticket_texts(&self, tickets: &TicketSections) -> Fields {
        let most = |field| self.longest(Target::Ticket, field);
        let (title, description) = (self.title(&tickets.title), self.description());
        Fields::new()
            .with_text("title", Some(&title), most("title"), Source::Setting("tickets.title"))
            .with_text("description", Some(&description), most("description"), Source::document("summary"))
    }

    /// The title by its pattern; the number alone where that leaves nothing, as Autotask asks for one. What is put in is
    /// not looked through for places again.
    fn title(&self, pattern: &str) -> String {
        let document = self.input.document;
        let places = [
            ("{number}", document.number.as_str()),
            ("{title}", document.content.title.as_str()),
            ("{customer}", document.content.customer.name.as_str()),
        ];
        let (mut title, mut rest) = (String::new(), pattern);
        while let Some(letter) = rest.chars().next() {
            let place = places.iter().find(|(place, _)| rest.starts_with(place));
            let (text, length) = match place {
                Some((place, text)) => (*text, place.len()),
                None => (&rest[..letter.len_utf8()], letter.len_utf8()),
            };
            title.push_str(text);
            rest = &rest[length..];
        }
        let title = title.trim();
        if title.is_empty() { document.number.clone() } else { title.to_owned() }
    }

    /// What whoever works on the ticket wants to know of the sale beside its charges.
    fn description(&self) -> String {
        let document = self.input.document;
        let content = &document.content;
        let mut lines = vec![format!("Sale {} of {}", document.number, start_date(document))];
        if !content.title.is_empty() {
            lines.push(content.title.clone());
        }
        lines.extend(document.quote_number.as_ref().map(|number| format!("Quote: {number}")));
        lines.push(format!("Customer: {}", content.customer.name));
        let contact = content.contact.as_ref().map(|contact| [&contact.name, &contact.email]);
        lines.extend(contact.and_then(|parts| joined("Contact", parts.map(Option::as_deref))));
        let address = content.delivery.as_ref().and_then(|delivery| delivery.address.as_ref());
        lines.extend(address.and_then(|address| joined("Deliver to", parts(address))));
        let left_out = not_sent(document);
        if !left_out.is_empty() {
            lines.extend([String::new(), "Not among the charges, as tickets carry no services:".to_owned()]);
            lines.extend(left_out.iter().map(service));
        }
        lines.join("\n")
    }

    /// The status of a sale that is cancelled, or placed again after that.
    fn settle_ticket(&mut self, tickets: &TicketSections) {
        let key = Key::only(Target::Ticket);
        let wanted = self.input.document.state;
        let is_cancelled = self.state_written() == Some(State::Lost);
        if is_cancelled == (wanted == State::Lost) {
            return;
        }
        let (status, at) = match wanted {
            State::Lost => (tickets.cancelled_status, "tickets.cancelled_status"),
            State::Open | State::Won => (tickets.status, "tickets.status"),
        };
        self.require_active(at);
        let written = self.input.links.get(&key).and_then(|link| link.written.fields.get("status")?.as_i64());
        let settle = Settle {
            target: Target::Ticket,
            state: wanted,
            stage: None,
            status,
            written: (None, written),
            edited: Vec::new(),
        };
        self.push(key, Action::Settle(settle));
    }
}

/// `Contact: Irene Castellano, irene@example.com`; none where nothing is said.
fn joined<'p>(label: &str, parts: impl IntoIterator<Item = Option<&'p str>>) -> Option<String> {
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| format!("{label}: {}", parts.join(", ")))
}

fn parts(address: &Address) -> [Option<&str>; 6] {
    let Address { line1, line2, city, state, postal_code, country } = address;
    [line1, line2, city, state, postal_code, country].map(Option::as_deref)
}

/// `- Managed workstation: 24 × 45.00 monthly`
fn service(line: &Line) -> String {
    let period = line.period.unwrap_or_default().name();
    format!("- {}: {} × {} {period}", line.name, line.quantity.normalize(), line.unit_price)
}
