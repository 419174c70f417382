//! Quotes: their state, their sections, and what the customer chose.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

use super::{
    QuoteRecord, Reading, Unreadable, checked,
    line::{self, Choice, Common},
    notes::Notes,
    parties,
};
use crate::{
    domain::document::{AutotaskIds, Content, Document, Kind, Line, LineKind, State},
    quote_manager::{codes, wire},
};

/// Makes a document of a quote.
///
/// # Errors
/// That it has no number to be kept under.
pub fn quote(record: &QuoteRecord, reading: &Reading<'_>) -> Result<Document, Unreadable> {
    let quote = &record.quote;
    let number = checked::number(quote.number.as_deref(), "quote", quote.id)?;
    let mut notes = Notes::default();
    notes.wrong("Quote", &quote.wrong);
    let state = state(quote, reading, &mut notes);
    let created_at = created_at([quote.created_at, quote.modified_at, None], &mut notes);
    let email = quote.contact_email.as_deref();
    let content = Content {
        title: quote.title.clone().unwrap_or_else(|| format!("Quote {number}")),
        currency: reading.currency.to_owned(),
        created_at,
        expires_on: quote.expires_at.map(|expires| day(expires).max(day(created_at))),
        owner: parties::owner(quote.owner_employee_id, reading),
        customer: parties::customer(
            quote.customer_id,
            quote.autotask_organization_id,
            email,
            reading,
            &mut notes,
        ),
        contact: parties::person(quote.contact_name.clone(), quote.contact_email.clone()),
        delivery: parties::delivery(&quote.delivery_address, quote.delivery),
        billing_address: parties::billing_address(quote.customer_id, reading),
        lines: lines(record, reading, &mut notes),
        autotask: AutotaskIds {
            opportunity_id: quote.autotask_opportunity_id,
            quote_id: quote.autotask_quote_id,
        },
        ..Content::default()
    };
    let document = Document { kind: Kind::Quote, number, state, quote_number: None, content };
    Ok(checked::checked(document, notes))
}

/// How far it came. A quote with a sales order is won, also where its status still says open.
fn state(quote: &wire::Quote, reading: &Reading<'_>, notes: &mut Notes) -> State {
    let is_sold = quote.sales_order_id.is_some();
    let Some(code) = quote.status else {
        if !is_sold {
            notes.lacks("Quote", "status", "The quote has no status.");
        }
        return if is_sold { State::Won } else { State::Open };
    };
    let state = notes.known(codes::QUOTE_STATUS, code, reading.codes.quote_state(code)).unwrap_or_default();
    match (state, quote.sales_order_id) {
        (State::Lost, Some(order)) => {
            notes.say(format!(
                "The quote's status {code} says that it is lost, and it has the sales order with the id {order}. Cancel the \
                 sales order, or set the quote's status to won, in Kaseya Quote Manager."
            ));
            State::Open
        }
        (State::Open, Some(_)) => State::Won,
        (state, _) => state,
    }
}

/// The first time that is known; there must be one.
pub(super) fn created_at(times: [Option<Timestamp>; 3], notes: &mut Notes) -> Timestamp {
    let first = times.into_iter().flatten().next();
    if first.is_none() {
        notes.say("It does not say when it was made.");
    }
    first.unwrap_or_default()
}

/// The day that a time is in, in UTC.
fn day(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}

fn lines(record: &QuoteRecord, reading: &Reading<'_>, notes: &mut Notes) -> Vec<Line> {
    let mut sections: Vec<_> = record.sections.iter().collect();
    sections.sort_by_key(|(section, _)| (section.line_number.unwrap_or(i64::MAX), section.id));
    let mut all = Vec::new();
    for (section, lines) in sections {
        notes.wrong("Section", &section.wrong);
        all.extend(heading(section));
        let mut lines: Vec<_> = lines.iter().collect();
        lines.sort_by_key(|line| (line.line_number.unwrap_or(i64::MAX), line.id));
        for line in lines {
            all.push(line::line(&common(line), choice(section, line), reading, notes));
        }
    }
    all
}

/// The section's title as a line of text.
fn heading(section: &wire::Section) -> Option<Line> {
    let id = section.id.map(|id| format!("section {id}"))?;
    Some(Line {
        id,
        kind: LineKind::Text,
        name: section.title.clone()?,
        quantity: Decimal::ONE,
        selected: section.is_selected != Some(false),
        ..Line::default()
    })
}

/// Where a section offers a choice, all of its lines are optional. Optional lines are chosen, others left out, only
/// where that is said.
fn choice(section: &wire::Section, line: &wire::Line) -> Choice {
    let optional = section.is_multi_choice == Some(true) || line.is_optional == Some(true);
    let selected = section.is_selected != Some(false) && line.is_selected.unwrap_or(!optional);
    Choice { optional, selected }
}

fn common(line: &wire::Line) -> Common<'_> {
    Common {
        id: line.id,
        title: line.title.as_deref(),
        description: line.description.as_deref(),
        product_id: line.product_id,
        product_number: line.product_number.as_deref(),
        cost: None,
        price: line.price,
        quantity: line.quantity,
        is_recurring: line.is_recurring,
        recurring_type: line.recurring_type,
        discount_method: line.discount_method,
        discount_value: line.discount_value,
        wrong: &line.wrong,
    }
}
