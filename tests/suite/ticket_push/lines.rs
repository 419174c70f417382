//! Lines of every kind, quantity, price and discount, and the other charges of a sale.

use serde_json::{Value, json};

use super::{part, table, work};
use crate::{
    cases::table::{Case, cable, line, sale},
    harness::on_both,
};

fn fee(name: &'static str, members: Value) -> Case {
    sale(name, &[line("setup_fee", members)])
}

fn kinds() -> Vec<Case> {
    let recurring = || {
        line(
            "recurring_service",
            json!({ "name": "Managed workstation", "quantity": "24", "unit_price": "45" }),
        )
    };
    let text = json!({ "kind": "text", "name": "As discussed on Monday" });
    let bundle = json!({ "kind": "bundle", "name": "Kit", "quantity": "3", "components": [
        part("a", json!({ "quantity": "2" })), part("b", json!({ "quantity": "0.5" })),
    ] });
    let mut service = recurring();
    service["id"] = json!("s");
    let parts = [part("a", json!({ "selected": false })), service];
    let kit = json!({ "kind": "bundle", "name": "Kit", "components": parts });
    vec![
        sale("a product that Autotask has", &[cable()]),
        sale(
            "a product that is new",
            &[line("product", json!({ "name": "Tray", "sku": "TRAY-1", "unit_cost": "60" }))],
        ),
        sale(
            "labor",
            &[line(
                "labor",
                json!({ "sku": "LAB-1", "quantity": "6.5", "unit_price": "150", "unit_cost": "70" }),
            )],
        ),
        work("a service that is billed once", json!({ "unit_cost": "20", "description": "Once" })),
        fee("a setup fee", json!({ "quantity": "2", "unit_price": "500", "unit_cost": "80" })),
        fee(
            "a setup fee with a discount",
            json!({ "quantity": "3", "unit_price": "500", "discount": { "kind": "line", "value": "0.01" } }),
        ),
        sale("a recurring service alone", &[recurring()]),
        sale("a recurring service beside a product", &[recurring(), cable()]),
        sale("a text line", &[text, cable()]),
        sale("a bundle", &[bundle]),
        sale("a bundle with what is not sent", &[kit]),
        work("a line that is not chosen", json!({ "optional": true, "selected": false })),
        sale("delivery", &[cable()]).with("delivery", json!({ "amount": "25.00", "taxable": true })),
        sale("a surcharge", &[cable()]).with("surcharge", json!({ "amount": "3.45" })),
        sale("a coupon", &[cable()]).with("coupon", json!({ "amount": "10.00" })),
        sale("all charges", &[cable()])
            .with("surcharge", json!({ "amount": "3.45" }))
            .with("coupon", json!({ "amount": "10.00" }))
            .with("delivery", json!({ "amount": "9.95" })),
        sale("no lines", &[]),
    ]
}

fn amounts() -> Vec<Case> {
    let discount = |kind: &str, value: &str| json!({ "quantity": "3", "unit_cost": "20", "discount": { "kind": kind, "value": value } });
    vec![
        work("a unit discount", discount("unit", "7.77")),
        work("a line discount that is exact", discount("line", "7.77")),
        work("a line discount that is not exact", discount("line", "10")),
        work("a percentage that is exact", discount("percent", "7.77")),
        work(
            "a percentage that is not exact",
            json!({ "quantity": "0.3", "unit_price": "33.33", "discount": { "kind": "percent", "value": "33.3333" } }),
        ),
        work("all of it off", discount("percent", "100")),
        work("a negative line", json!({ "unit_price": "-49.95" })),
        work("a free line", json!({ "unit_price": "0", "unit_cost": "12" })),
        work(
            "four digits",
            json!({ "quantity": "0.0001", "unit_price": "12345.6789", "unit_cost": "0.0001" }),
        ),
        work("a large amount", json!({ "quantity": "999999.9999", "unit_price": "999.9999" })),
        sale("equal lines", &[line("service", json!({})), line("service", json!({}))]),
        work("a taxable line", json!({ "taxable": true })),
    ]
}

on_both! {
    async fn kinds_of_lines_are_charges_as_in_their_snapshot(db) {
        let mut table = table(db).await;
        for case in kinds() {
            table.case(case).await;
        }
        table.finish("ticket_kinds", 17);
    }

    async fn amounts_of_charges_are_as_in_their_snapshot(db) {
        let mut table = table(db).await;
        for case in amounts() {
            table.case(case).await;
        }
        table.finish("ticket_amounts", 12);
    }
}
