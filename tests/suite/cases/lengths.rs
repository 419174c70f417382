//! Texts that are cut where the tenant's own metadata says.

use serde_json::{Value, json};

use super::table::{Case, Table, cable, line, quote};
use crate::harness::on_both;

fn long(kind: &str, name: &str) -> Value {
    line(
        kind,
        json!({ "name": name.repeat(30), "sku": format!("{name}-{}", "S".repeat(60)), "description": "d".repeat(40) }),
    )
}

fn cases() -> Vec<Case> {
    let address = json!({ "line1": "1 Very Long Street Name That Nobody Would Write", "city": "Albany" });
    vec![
        quote("a title and a name that are too long", &[cable()]).with("title", json!("x".repeat(200))),
        quote("an address that is too long", &[]).with("delivery", json!({ "address": address })),
        quote("a new product that is not too long any more", &[long("product", "Drone ")]),
        quote("a new service that is too long", &[long("recurring_service", "Watch ")]),
        quote("a charge that is too long", &[long("service", "Work ")]),
    ]
}

on_both! {
    async fn texts_are_cut_where_the_metadata_says(db) {
        let mut table = Table::start(db).await;
        let lengths = [
            ("Opportunities", "title", 40),
            ("Quotes", "name", 30),
            ("QuoteLocations", "address1", 20),
            ("Products", "name", 1000),
            ("Products", "sku", 100),
            ("Services", "name", 60),
            ("Services", "description", 20),
            ("QuoteItems", "name", 120),
        ];
        for (entity, field, length) in lengths {
            table.app.set_length(entity, field, length).await;
        }
        for case in cases() {
            table.case(case).await;
        }
        table.finish("lengths", 5);
    }
}
