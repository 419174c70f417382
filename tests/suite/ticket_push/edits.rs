//! Edits of sales that are tickets, and what people and invoices did there meanwhile.

use serde_json::{Value, json};

use super::table;
use crate::{
    cases::table::{Case, cable, line, sale},
    harness::on_both,
};

fn two(name: &'static str) -> Case {
    sale(name, &[cable(), line("service", json!({ "name": "Installation", "quantity": "2" }))])
}

fn lines(body: &mut Value) -> &mut Vec<Value> {
    body["lines"].as_array_mut().unwrap()
}

fn more(body: &mut Value) {
    lines(body)[1]["quantity"] = json!("5");
}

fn title(body: &mut Value) {
    body["title"] = json!("Another title");
}

fn cases() -> Vec<Case> {
    vec![
        two("nothing changed").then(|_| {}),
        two("a quantity").then(more),
        two("a discount")
            .then(|body| lines(body)[1]["discount"] = json!({ "kind": "unit", "value": "1.50" })),
        two("a title").then(title),
        two("a line less").then(|body| drop(lines(body).pop())),
        two("a line more")
            .then(|body| lines(body).push(line("service", json!({ "id": "9", "name": "Training" })))),
        two("another order").then(|body| lines(body).reverse()),
        two("a line that is not chosen any more").then(|body| {
            lines(body)[1]["optional"] = json!(true);
            lines(body)[1]["selected"] = json!(false);
        }),
        two("another kind")
            .then(|body| lines(body)[1] = line("product", json!({ "id": "2", "name": "HDMI cable" }))),
        two("a surcharge later").then(|body| body["surcharge"] = json!({ "amount": "3.45" })),
        two("a description less").then(|body| lines(body)[1]["description"] = json!("Once")).then(|body| {
            lines(body)[1]["description"] = Value::Null;
        }),
    ]
}

fn with_people() -> Vec<Case> {
    vec![
        two("a charge that is billed is not changed").billed("Installation").then(more),
        two("a charge that is billed is not deleted")
            .billed("Installation")
            .then(|body| drop(lines(body).pop())),
        two("a charge that is billed is not made as another kind").billed("Installation").then(more).then(
            |body| {
                lines(body)[1] = line("product", json!({ "id": "2", "name": "HDMI cable" }));
            },
        ),
        two("a charge that was billed before it became another kind")
            .billed("Installation")
            .then(|body| lines(body)[1] = line("product", json!({ "id": "2", "name": "HDMI cable" }))),
        two("another charge than the billed one").billed("HDMI cable").then(more),
        two("a charge that a person deleted").deleted("Installation").then(more),
        two("a person took another title").ticket(json!({ "title": "Theirs" })).then(title),
        two("a person took another title, and a quantity changed")
            .ticket(json!({ "title": "Theirs" }))
            .then(more),
        two("a person wrote another description").ticket(json!({ "description": "Called them." })).then(
            |body| {
                body["customer"]["name"] = json!("Northwind Traders");
                title(body);
            },
        ),
        two("a person works on it")
            .ticket(json!({ "status": 8, "priority": 1, "queueID": 29_681_446 }))
            .then(more),
    ]
}

on_both! {
    async fn edits_are_as_in_their_snapshot(db) {
        let mut table = table(db).await;
        for case in cases() {
            table.case(case).await;
        }
        table.finish("ticket_edits", 11);
    }

    async fn what_people_and_invoices_did_is_as_in_its_snapshot(db) {
        let mut table = table(db).await;
        for case in with_people() {
            table.case(case).await;
        }
        table.finish("ticket_edits_with_people", 10);
    }
}
