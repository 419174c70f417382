//! Delivery, card surcharge and coupon, and the sales that bring them.

use serde_json::{Value, json};

use super::table::{Case, Table, cable, quote, sale};
use crate::harness::on_both;

fn delivery(name: &'static str, delivery: Value) -> Case {
    quote(name, &[cable()]).with("delivery", delivery)
}

fn surcharge() -> Value {
    json!({ "amount": "3.45", "taxable": false })
}

fn coupon() -> Value {
    json!({ "amount": "10.00" })
}

fn cases() -> Vec<Case> {
    let both = || json!({ "surcharge": surcharge(), "coupon": coupon() });
    vec![
        delivery("delivery that is taxed", json!({ "amount": "25.00", "taxable": true })),
        delivery("delivery that is not taxed", json!({ "amount": "25.00" })),
        delivery("delivery for nothing", json!({ "amount": "0.00" })),
        sale("a sale with no quote", &[cable()]),
        sale("a sale with a surcharge", &[cable()]).with("surcharge", surcharge()),
        sale("a sale with a surcharge that is taxed", &[cable()])
            .with("surcharge", json!({ "amount": "3.45", "taxable": true })),
        sale("a sale with a coupon", &[cable()]).with("coupon", coupon()),
        sale("a sale with a coupon of nothing", &[cable()]).with("coupon", json!({ "amount": "0" })),
        sale("a sale with all charges", &[cable()])
            .with("surcharge", surcharge())
            .with("coupon", coupon())
            .with("delivery", json!({ "amount": "9.95" })),
        sale("a sale that is edited", &[cable()]).then(|body| body["title"] = json!("Changed")),
        sale("a sale that is cancelled", &[cable()]).becomes("cancelled"),
        sale("a sale that is cancelled at once", &[cable()]).with("status", json!("cancelled")),
        quote("a quote that is sold", &[cable()]).sold(json!({})),
        quote("a quote that is sold with all charges", &[cable()]).sold(both()),
        quote("a quote that was won and is then sold", &[cable()]).becomes("won").sold(both()),
        quote("a quote that was lost and is then sold", &[cable()]).becomes("lost").sold(both()),
        quote("a quote whose sale is cancelled", &[cable()]).sold(json!({ "status": "cancelled" })),
        quote("a quote whose sale comes twice", &[cable()]).sold(both()).sold(both()),
    ]
}

on_both! {
    async fn charges_and_sales_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in cases() {
            table.case(case).await;
        }
        table.finish("charges", 18);
    }

    async fn sales_that_are_left_out_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        table.app.save_settings(|form| form.include_unquoted_sales.clear()).await;
        table.case(sale("a sale where sales are left out", &[cable()])).await;
        table.case(quote("a quote that is sold where sales are left out", &[cable()]).sold(json!({}))).await;
        table.finish("charges_left_out", 2);
    }
}
