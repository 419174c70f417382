//! The ticket itself: customer, contact, texts, dates, choices, and the opportunity of the sale's quote.

use serde_json::json;

use super::{chosen, sections, table, work};
use crate::{
    cases::table::{Case, cable, line, sale},
    harness::on_both,
};

fn new(name: &'static str) -> Case {
    sale(name, &[])
}

fn cases() -> Vec<Case> {
    let address = json!({ "line1": "200 Main Street", "line2": "Dock 4", "city": "Albany", "state": "NY", "postal_code": "12207", "country": "US" });
    vec![
        new("a contact that the company has")
            .with("contact", json!({ "name": "Pat Buyer", "email": "purchasing@northwind.example" })),
        new("a contact that nobody has")
            .with("contact", json!({ "name": "Nora Quist", "email": "nora@northwind.example" })),
        new("a delivery address").with("delivery", json!({ "address": address })),
        new("other scripts").with("title", json!("Ärzte – Größe ✓ 本")),
        new("a date at night").with("ordered_at", json!("2026-12-31T23:59:59-08:00")),
        new("a customer that nobody has").with("customer", json!({ "id": "none", "name": "Nobody Ltd" })),
        new("another currency").with("currency", json!("EUR")),
        new("a long title").with("title", json!("t".repeat(200))),
        work("a long line", json!({ "name": "n".repeat(300), "description": "d".repeat(2000) })),
        work(
            "a long line as one unit",
            json!({ "name": "n".repeat(300), "quantity": "3", "discount": { "kind": "line", "value": "10" } }),
        ),
        sale(
            "a product of no category that is mapped",
            &[line("product", json!({ "name": "Drone", "category": "Toys" }))],
        ),
    ]
}

on_both! {
    async fn heads_of_tickets_are_as_in_their_snapshot(db) {
        let mut table = table(db).await;
        table.app.save_settings(|form| form.category_map.fallback.clear()).await;
        for case in cases() {
            table.case(case).await;
        }
        table.finish("ticket_heads", 11);
    }

    async fn other_choices_are_as_in_their_snapshot(db) {
        let mut table = table(db).await;
        let mut other = sections();
        (other.issue_type, other.due_days, other.title) = (None, 0, "Order {number} for {customer}: {title} {x}".to_owned());
        table.app.save_tickets(true, Some(other.clone())).await;
        table.case(sale("no issue type, due at once, another title", &[])).await;
        table.case(sale("braces in a title", &[]).with("title", json!("{number}"))).await;
        "{title}".clone_into(&mut other.title);
        (other.queue, other.cancelled_status) = (404, chosen::COMPLETE);
        table.app.save_tickets(true, Some(other)).await;
        table.case(sale("a queue that is gone", &[cable()])).await;
        table.app.save_tickets(true, None).await;
        table.case(sale("nothing saved", &[cable()])).await;
        table.finish("ticket_heads_with_other_choices", 4);
    }
}
