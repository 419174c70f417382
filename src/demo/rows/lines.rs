//! Sections and lines.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{References, Row, fields, number, rate};
use crate::domain::document::{Discount, Document, Line, LineKind, Period};

/// The quote whose lines are billed in a way that the demo's settings do not explain.
pub(super) const UNEXPLAINED: &str = "Q-10444";
/// The `recurringType` of those lines.
const UNEXPLAINED_TYPE: i64 = 7;

/// The sections of a quote, each with its lines before it. What may be left out and stands at the end is a choice of its
/// own.
pub(super) fn of_quote(quote: &Document, quote_id: i64, references: &References) -> Vec<Row> {
    let lines = &quote.content.lines;
    let choices = lines.iter().rev().take_while(|line| line.optional).count();
    let (fixed, options) = lines.split_at(lines.len() - choices);
    let mut rows = Vec::new();
    let sections = [(1, fixed, "", false), (2, options, "Options", true)];
    for (nth, lines, title, is_choice) in sections.into_iter().filter(|(_, lines, ..)| !lines.is_empty()) {
        let section = quote_id * 10 + nth;
        for line in lines {
            let mut row = of_line(line, references);
            row.extend(fields(json!({
                "id": line_id(quote_id, line), "quoteSectionID": section, "lineNumber": place(quote, line),
                "isOptional": line.optional && !is_choice, "isSelected": line.selected || line.kind == LineKind::Text,
                "productNumber": line.sku,
            })));
            if quote.number == UNEXPLAINED && line.kind == LineKind::RecurringService {
                row.insert("recurringType".to_owned(), UNEXPLAINED_TYPE.into());
            }
            rows.push(("quoteline", row.into()));
        }
        rows.push((
            "quotesection",
            json!({
                "id": section, "quoteID": quote_id, "type": 1, "lineNumber": nth, "title": title,
                "isMultiChoice": is_choice, "isSelected": true,
            }),
        ));
    }
    rows
}

/// The lines of a sales order: what was chosen.
pub(super) fn of_sale(sale: &Document, order_id: i64, references: &References) -> Vec<Row> {
    let sold = sale.content.lines.iter().filter(|line| line.selected && line.kind != LineKind::Text);
    sold.map(|line| {
        let mut row = of_line(line, references);
        row.extend(fields(json!({
            "id": line_id(order_id, line), "salesOrderID": order_id, "lineNumber": place(sale, line),
            "cost": number(cost(line)), "serialNumbers": [],
        })));
        ("salesorderline", row.into())
    })
    .collect()
}

/// What lines of quotes and of sales orders have in common.
fn of_line(line: &Line, references: &References) -> Map<String, Value> {
    if line.kind == LineKind::Text {
        return fields(json!({ "title": line.name, "description": line.description }));
    }
    let (method, value) = discount(line.discount);
    let (price, is_recurring) = (price(line), line.period.is_some());
    fields(json!({
        "title": line.name, "description": line.description, "productID": references.product(line),
        "price": number(price), "taxRate": number(rate(is_taxed(line))), "tax": number(price * rate(is_taxed(line))),
        "quantity": number(line.quantity), "isRecurring": is_recurring,
        "recurringType": line.period.map_or(0, recurring_type), "recurringDuration": if is_recurring { 12 } else { 0 },
        "discountMethod": method, "discountValue": number(value),
    }))
}

fn line_id(document: i64, line: &Line) -> i64 {
    document * 100 + super::id_of(&line.id)
}

fn place(document: &Document, line: &Line) -> usize {
    document.content.lines.iter().position(|other| other.id == line.id).unwrap_or_default() + 1
}

/// Quote Manager tells a bundle as one line.
fn price(line: &Line) -> Decimal {
    let parts = line.components.iter().map(Line::total).sum::<Decimal>();
    if line.kind == LineKind::Bundle { parts } else { line.unit_price }
}

fn cost(line: &Line) -> Decimal {
    let parts = line.components.iter().map(Line::cost).sum::<Decimal>();
    if line.kind == LineKind::Bundle { parts } else { line.unit_cost.unwrap_or_default() }
}

fn is_taxed(line: &Line) -> bool {
    line.taxable || line.components.iter().any(|component| component.taxable)
}

/// The meanings that the demo's settings give these numbers: [`super::super::settings::CODES`].
fn recurring_type(period: Period) -> i64 {
    match period {
        Period::Monthly => 1,
        Period::Quarterly => 2,
        Period::SemiAnnual => 3,
        Period::Yearly => 4,
    }
}

/// `discountMethod` and `discountValue`.
fn discount(discount: Option<Discount>) -> (i64, Decimal) {
    match discount {
        None => (0, Decimal::ZERO),
        Some(Discount::Percent(percent)) => (1, percent),
        Some(Discount::Unit(amount)) => (2, amount),
        Some(Discount::Line(amount)) => (3, amount),
    }
}
