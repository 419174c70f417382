//! Sales orders.

use super::{
    Reading, SaleRecord, Unreadable, checked,
    line::{self, Choice, Common},
    notes::Notes,
    parties,
    quote::created_at,
};
use crate::{
    domain::document::{Content, Document, Kind, Line, State},
    quote_manager::{codes, wire},
};

/// Makes a document of a sales order.
///
/// # Errors
/// That it has no number to be kept under.
pub fn sale(record: &SaleRecord, reading: &Reading<'_>) -> Result<Document, Unreadable> {
    let order = &record.order;
    let number = checked::number(order.number.as_deref(), "sales order", order.id)?;
    let mut notes = Notes::default();
    notes.wrong("Sales order", &order.wrong);
    let state = state(order, reading, &mut notes);
    let quote_number = quote_number(order, reading, &mut notes);
    let email = order.contact_email.as_deref();
    let name = parties::full_name(order.contact_first_name.as_deref(), order.contact_last_name.as_deref());
    let content = Content {
        title: order.reference.clone().unwrap_or_else(|| format!("Sales order {number}")),
        currency: reading.currency.to_owned(),
        created_at: created_at([order.ordered_at, order.created_at, order.modified_at], &mut notes),
        owner: parties::owner(order.owner_employee_id, reading),
        customer: parties::customer(order.customer_id, None, email, reading, &mut notes),
        contact: parties::person(name, order.contact_email.clone()),
        delivery: parties::delivery(&order.delivery_address, order.delivery),
        billing_address: parties::billing_address(order.customer_id, reading),
        surcharge: parties::charge(order.surcharge),
        coupon: order.coupon_discount.filter(|amount| !amount.is_zero()),
        lines: lines(record, reading, &mut notes),
        ..Content::default()
    };
    let document = Document { kind: Kind::Sale, number, state, quote_number, content };
    Ok(checked::checked(document, notes))
}

/// How far it came. One whose status is not known is taken for placed, so that what holds it holds its quote too.
fn state(order: &wire::Order, reading: &Reading<'_>, notes: &mut Notes) -> State {
    let Some(code) = order.status else {
        notes.lacks("Sales order", "status", "The sales order has no status.");
        return State::Won;
    };
    notes.known(codes::SALE_STATUS, code, reading.codes.sale_state(code)).unwrap_or(State::Won)
}

fn quote_number(order: &wire::Order, reading: &Reading<'_>, notes: &mut Notes) -> Option<String> {
    let id = order.quote_id?;
    let number = reading.references.quote_numbers.get(&id).cloned();
    if number.is_none() {
        notes.say(format!(
            "The sales order came from the quote with the id {id}, and no quote of that id can be read. Look in Kaseya Quote \
             Manager whether it still has a number."
        ));
    }
    number
}

fn lines(record: &SaleRecord, reading: &Reading<'_>, notes: &mut Notes) -> Vec<Line> {
    let mut lines: Vec<_> = record.lines.iter().collect();
    lines.sort_by_key(|line| (line.line_number.unwrap_or(i64::MAX), line.id));
    let one = |line: &wire::OrderLine| {
        let choice = Choice { optional: false, selected: true };
        line::line(&common(line), choice, reading, notes)
    };
    lines.into_iter().map(one).collect()
}

fn common(line: &wire::OrderLine) -> Common<'_> {
    Common {
        id: line.id,
        title: line.title.as_deref(),
        description: line.description.as_deref(),
        product_id: line.product_id,
        product_number: None,
        cost: line.cost,
        price: line.price,
        quantity: line.quantity,
        is_recurring: line.is_recurring,
        recurring_type: line.recurring_type,
        discount_method: line.discount_method,
        discount_value: line.discount_value,
        wrong: &line.wrong,
    }
}
