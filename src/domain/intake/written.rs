//! Writes a document the way it is sent: what [`super::quote`] or [`super::sale`] reads gives it again.

use serde_json::{Map, Value, json};

use crate::domain::document::{Content, Delivery, Discount, Document, Kind, Line, LineKind};

/// The document as its sender would write it.
pub fn written(document: &Document) -> Value {
    let content = &document.content;
    let mut body = shared(content);
    let when = if document.kind == Kind::Quote { "created_at" } else { "ordered_at" };
    body.insert("status".to_owned(), json!(document.status()));
    body.insert(when.to_owned(), json!(content.created_at.to_string()));
    match document.kind {
        Kind::Quote => {
            body.insert("expires_on".to_owned(), json!(content.expires_on.map(|date| date.to_string())));
            body.insert("autotask".to_owned(), json!(content.autotask));
        }
        Kind::Sale => {
            body.insert("quote_number".to_owned(), json!(document.quote_number));
            body.insert("surcharge".to_owned(), json!(content.surcharge));
            body.insert("coupon".to_owned(), json!(content.coupon.map(|amount| json!({ "amount": amount }))));
        }
    }
    Value::Object(body)
}

fn shared(content: &Content) -> Map<String, Value> {
    let body = json!({
        "title": content.title,
        "currency": content.currency,
        "owner": content.owner,
        "customer": content.customer,
        "contact": content.contact,
        "delivery": content.delivery.as_ref().map(delivery),
        "billing_address": content.billing_address,
        "lines": content.lines.iter().map(line).collect::<Vec<_>>(),
    });
    body.as_object().cloned().unwrap_or_default()
}

fn delivery(delivery: &Delivery) -> Value {
    let charge = delivery.charge;
    json!({
        "address": delivery.address,
        "amount": charge.map(|charge| charge.amount),
        "taxable": charge.is_some_and(|charge| charge.taxable),
    })
}

fn line(line: &Line) -> Value {
    let discount = line.discount.map(|discount| match discount {
        Discount::Unit(value) => json!({ "kind": "unit", "value": value }),
        Discount::Line(value) => json!({ "kind": "line", "value": value }),
        Discount::Percent(value) => json!({ "kind": "percent", "value": value }),
    });
    let mut body = json!({
        "id": line.id,
        "kind": line.kind,
        "sku": line.sku,
        "manufacturer_part_number": line.manufacturer_part_number,
        "name": line.name,
        "description": line.description,
        "category": line.category,
        "brand": line.brand,
        "period": line.period,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "unit_cost": line.unit_cost,
        "discount": discount,
        "taxable": line.taxable,
        "optional": line.optional,
        "selected": line.selected,
    });
    if line.kind == LineKind::Bundle {
        body["components"] = line.components.iter().map(self::line).collect();
    }
    body
}
