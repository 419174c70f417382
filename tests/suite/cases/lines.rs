//! Lines of every kind, quantity, price and discount.

use serde_json::{Value, json};

use super::table::{Case, Table, cable, line, quote};
use crate::harness::on_both;

fn work(name: &'static str, members: Value) -> Case {
    quote(name, &[line("service", members)])
}

fn fee(name: &'static str, members: Value) -> Case {
    quote(name, &[line("setup_fee", members)])
}

fn part(id: &str, members: Value) -> Value {
    let mut part = line("service", members);
    part["id"] = json!(id);
    part
}

fn bundle(name: &'static str, members: Value, parts: &[Value]) -> Case {
    let mut bundle = json!({ "kind": "bundle", "name": "Kit", "components": parts });
    bundle.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    quote(name, &[bundle, cable()])
}

fn kinds() -> Vec<Case> {
    let text = json!({ "kind": "text", "name": "As discussed on Monday" });
    vec![
        quote(
            "labor of no role",
            &[line(
                "labor",
                json!({ "sku": "LAB-2", "quantity": "6.5", "unit_price": "150.00", "unit_cost": "70.00" }),
            )],
        ),
        quote(
            "labor of a role",
            &[line(
                "labor",
                json!({ "sku": "LAB-1", "quantity": "6.5", "unit_price": "150.00", "unit_cost": "70.00" }),
            )],
        ),
        work("a service that is billed once", json!({ "unit_cost": "20", "description": "Once" })),
        fee("a setup fee", json!({ "quantity": "2", "unit_price": "500", "unit_cost": "80" })),
        fee(
            "a setup fee with a unit discount",
            json!({ "quantity": "3", "unit_price": "500", "discount": { "kind": "unit", "value": "0.01" } }),
        ),
        fee(
            "a setup fee with a line discount",
            json!({ "quantity": "3", "unit_price": "500", "discount": { "kind": "line", "value": "0.01" } }),
        ),
        fee(
            "a setup fee with a percentage off",
            json!({ "quantity": "3", "unit_price": "500", "discount": { "kind": "percent", "value": "3.3333" } }),
        ),
        quote("a text line", &[text.clone(), cable()]),
        quote("text lines alone", &[text.clone(), text.clone()]),
    ]
    .into_iter()
    .chain(bundles(&text))
    .collect()
}

fn bundles(text: &Value) -> Vec<Case> {
    vec![
        bundle(
            "a bundle",
            json!({ "quantity": "3" }),
            &[part("a", json!({ "quantity": "2" })), part("b", json!({ "quantity": "0.5" }))],
        ),
        bundle(
            "a bundle in decimals",
            json!({ "quantity": "0.3333" }),
            &[part("a", json!({ "quantity": "0.3333" }))],
        ),
        bundle(
            "a bundle that is not chosen",
            json!({ "optional": true, "selected": false }),
            &[part("a", json!({}))],
        ),
        bundle(
            "a bundle with a part that is not chosen",
            json!({}),
            &[part("a", json!({ "selected": false })), part("b", json!({}))],
        ),
        bundle(
            "a bundle with a text",
            json!({}),
            &[part("a", json!({})), {
                let mut text = text.clone();
                text["id"] = json!("t");
                text
            }],
        ),
    ]
}

fn amounts() -> Vec<Case> {
    let discount =
        |kind: &str, value: &str| json!({ "quantity": "3", "discount": { "kind": kind, "value": value } });
    vec![
        work("an optional line that is chosen", json!({ "optional": true, "selected": true })),
        work("an optional line that is not chosen", json!({ "optional": true, "selected": false })),
        quote(
            "one of three choices",
            &[
                line("service", json!({ "name": "A", "optional": true, "selected": false })),
                line("service", json!({ "name": "B", "optional": true, "selected": true })),
                line("service", json!({ "name": "C", "optional": true, "selected": false })),
            ],
        ),
        work("a unit discount", discount("unit", "7.77")),
        work("a line discount", discount("line", "7.77")),
        work("a percentage off", discount("percent", "7.77")),
        work("all of it off", discount("percent", "100")),
        work("a discount of nothing", discount("unit", "0")),
        work("a taxable line", json!({ "taxable": true })),
        work("a free line", json!({ "unit_price": "0", "unit_cost": "12" })),
        work("a negative line", json!({ "unit_price": "-49.95" })),
        work("a line below its cost", json!({ "unit_price": "10", "unit_cost": "12.5" })),
        work("a cost of zero", json!({ "unit_cost": "0" })),
        work("a decimal quantity", json!({ "quantity": "6.25", "unit_price": "33.33" })),
        work("a half cent", json!({ "quantity": "0.5", "unit_price": "0.01", "unit_cost": "0.03" })),
        work("a half cent below zero", json!({ "quantity": "0.5", "unit_price": "-0.01" })),
        work(
            "four digits",
            json!({ "quantity": "0.0001", "unit_price": "12345.6789", "unit_cost": "0.0001" }),
        ),
        work("a large amount", json!({ "quantity": "999999.9999", "unit_price": "999.9999" })),
        quote(
            "three halves of a cent",
            &[
                line("service", json!({ "name": "A", "quantity": "0.5", "unit_price": "0.01" })),
                line("service", json!({ "name": "B", "quantity": "0.5", "unit_price": "0.01" })),
                line("service", json!({ "name": "C", "quantity": "0.5", "unit_price": "0.01" })),
            ],
        ),
        quote("equal lines", &[line("service", json!({})), line("service", json!({}))]),
        work("a long name", json!({ "name": "n".repeat(300), "description": "d".repeat(2500) })),
        work("a long name of emoji", json!({ "name": "😀".repeat(60) })),
        work("a name of other scripts", json!({ "name": "Ärzte “Größe” — € ✓ 本" })),
    ]
}

on_both! {
    async fn kinds_of_lines_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in kinds() {
            table.case(case).await;
        }
        table.finish("kinds", 14);
    }

    async fn amounts_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in amounts() {
            table.case(case).await;
        }
        table.finish("amounts", 23);
    }
}
