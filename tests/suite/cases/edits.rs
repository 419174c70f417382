//! What is sent again: each case has a quote of three lines, and then a change.

use serde_json::{Value, json};

use super::table::{Case, Table, cable, line, quote};
use crate::harness::on_both;

fn edited(name: &'static str, change: impl FnOnce(&mut Value)) -> Case {
    let work = line(
        "service",
        json!({ "name": "Installation", "description": "On site", "quantity": "2", "unit_cost": "40",
        "discount": { "kind": "percent", "value": "5" } }),
    );
    let service = line(
        "recurring_service",
        json!({ "name": "Managed Workstation", "quantity": "24", "unit_price": "45" }),
    );
    let contact = json!({ "email": "purchasing@northwind.example" });
    quote(name, &[cable(), work, service]).with("contact", contact).then(change)
}

fn of_line(name: &'static str, nth: usize, member: &'static str, value: Value) -> Case {
    edited(name, move |body| body["lines"][nth][member] = value)
}

fn of_lines(name: &'static str, change: impl FnOnce(&mut Vec<Value>)) -> Case {
    edited(name, |body| change(body["lines"].as_array_mut().unwrap()))
}

fn of_head(name: &'static str, member: &'static str, value: Value) -> Case {
    edited(name, move |body| body[member] = value)
}

fn lines() -> Vec<Case> {
    vec![
        edited("nothing changed", |_| {}),
        of_line("another quantity", 0, "quantity", json!("5")),
        of_line("another price", 1, "unit_price", json!("95")),
        of_line("another cost", 1, "unit_cost", json!("45")),
        of_line("no cost any more", 1, "unit_cost", Value::Null),
        of_line("another description", 1, "description", json!("Remote")),
        of_line("no description any more", 1, "description", Value::Null),
        of_line("another discount", 1, "discount", json!({ "kind": "line", "value": "5" })),
        of_line("no discount any more", 1, "discount", Value::Null),
        of_line("taxable now", 1, "taxable", json!(true)),
        of_line("another name", 1, "name", json!("Setup")),
        of_line("another brand", 0, "brand", json!("Another")),
        of_line("another product", 0, "name", json!("Dell WD19S dock")),
        of_line("another service", 2, "name", json!("Managed Server")),
        of_line("not chosen any more", 0, "selected", json!(false)),
        of_line("another kind", 0, "kind", json!("service")),
        of_lines("a line more", |lines| lines.push(line("service", json!({ "id": "4", "name": "Added" })))),
        of_lines("a line less", |lines| drop(lines.remove(0))),
        of_lines("no line any more", Vec::clear),
        of_lines("another order", |lines| lines.reverse()),
        of_lines("a line in place of another", |lines| {
            lines[1] = line("service", json!({ "id": "4", "name": "Added" }));
        }),
        of_lines("a text more", |lines| lines.push(json!({ "id": "4", "kind": "text", "name": "Words" }))),
        of_lines("lines become a bundle", |lines| {
            let parts = std::mem::take(lines);
            lines.push(json!({ "id": "9", "kind": "bundle", "name": "Kit", "components": parts }));
        }),
    ]
}

fn heads() -> Vec<Case> {
    vec![
        of_head("another title", "title", json!("Second round")),
        of_head("another expiry date", "expires_on", json!("2026-12-24")),
        of_head("another date", "created_at", json!("2026-11-20T09:00:00Z")),
        of_head("another owner", "owner", json!({ "email": "daniel.reyes@northwind-it.example" })),
        of_head("no contact any more", "contact", Value::Null),
        of_head("another customer", "customer", json!({ "id": "56", "name": "Hudson Valley Orthodontics" })),
        of_head("delivery more", "delivery", json!({ "amount": "25.00", "taxable": true })),
        of_head("another currency later", "currency", json!("EUR")),
        of_head("delivery at another price", "delivery", json!({ "amount": "25.00" }))
            .then(|body| body["delivery"]["amount"] = json!("30.00")),
        of_head("no delivery any more", "delivery", json!({ "amount": "25.00" }))
            .then(|body| body["delivery"] = Value::Null),
        edited("two lines and the title", |body| {
            body["title"] = json!("Third round");
            body["lines"][0]["quantity"] = json!("4");
            body["lines"][1]["quantity"] = json!("4");
        }),
        of_line("there and back again", 0, "quantity", json!("5"))
            .then(|body| body["lines"][0]["quantity"] = json!("3")),
    ]
}

on_both! {
    async fn edited_lines_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in lines() {
            table.case(case).await;
        }
        table.finish("edited_lines", 23);
    }

    async fn edited_heads_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in heads() {
            table.case(case).await;
        }
        table.finish("edited_heads", 12);
    }
}
