//! Products and recurring services: found, or created once.

use serde_json::{Value, json};

use super::table::{Case, Table, line, quote};
use crate::harness::on_both;

fn product(name: &'static str, members: Value) -> Case {
    quote(name, &[line("product", members)])
}

fn service(name: &'static str, members: Value) -> Case {
    quote(name, &[line("recurring_service", members)])
}

fn products() -> Vec<Case> {
    let twice = line("product", json!({ "name": "New twin", "sku": "TWIN" }));
    vec![
        product("a product by its SKU", json!({ "name": "Our firewall", "sku": "fg-60f" })),
        product(
            "a product by its part number",
            json!({ "name": "Notebook", "manufacturer_part_number": "822p7ut" }),
        ),
        product("a product by its name", json!({ "name": "dell WD19S dock" })),
        product(
            "a new product",
            json!({ "name": "New A", "sku": "N-A", "manufacturer_part_number": "M-A", "brand": "Fortinet", "category": "Hardware/Firewalls",
            "description": "All of it", "unit_cost": "80.25" }),
        ),
        product("a new product of any other category", json!({ "name": "New B", "category": "Drones" })),
        product("a new product of no category", json!({ "name": "New C" })),
        product(
            "a new product with long texts",
            json!({ "name": "N".repeat(300), "sku": "S".repeat(80), "description": "d".repeat(2500), "brand": "B".repeat(150) }),
        ),
        product("a new product of other scripts", json!({ "name": "ルーター ✓" })),
        quote("the same new product twice", &[twice.clone(), twice]),
        quote(
            "two new products of one name",
            &[
                line("product", json!({ "name": "Namesake", "sku": "N-1" })),
                line("product", json!({ "name": "Namesake", "sku": "N-2" })),
            ],
        ),
        product("a new product that is free", json!({ "name": "New gift", "unit_price": "0" })),
    ]
}

fn with_period(period: &str) -> Value {
    line("recurring_service", json!({ "name": "New of two periods", "period": period }))
}

fn services() -> Vec<Case> {
    let twice = line("recurring_service", json!({ "name": "New twin service" }));
    vec![
        service(
            "a service by its name",
            json!({ "name": "Managed Workstation", "quantity": "24", "unit_price": "45.00", "unit_cost": "18.00" }),
        ),
        service("a service by its name in other letters", json!({ "name": "managed SERVER" })),
        service("a new monthly service", json!({ "name": "New M", "period": "monthly", "unit_cost": "40" })),
        service(
            "a new quarterly service",
            json!({ "name": "New Q", "period": "quarterly", "unit_cost": "40" }),
        ),
        service(
            "a new semi-annual service",
            json!({ "name": "New S", "period": "semi_annual", "unit_cost": "40" }),
        ),
        service("a new yearly service", json!({ "name": "New Y", "period": "yearly", "unit_cost": "40" })),
        service(
            "a new service with long texts",
            json!({ "name": "s".repeat(200), "description": "d".repeat(500) }),
        ),
        service(
            "a service with a discount",
            json!({ "name": "Managed Workstation", "quantity": "3", "unit_price": "45.00", "discount": { "kind": "percent", "value": "12.5" } }),
        ),
        service(
            "a service in decimal quantity",
            json!({ "name": "Managed Workstation", "quantity": "2.3333", "unit_price": "45.00" }),
        ),
        service(
            "a service that is not chosen",
            json!({ "name": "Managed Workstation", "optional": true, "selected": false }),
        ),
        quote("the same new service twice", &[twice.clone(), twice.clone()]),
        service("a service of another period", json!({ "name": "managed SERVER", "period": "yearly" })),
        service(
            "a new service in another period than before",
            json!({ "name": "New M", "period": "yearly" }),
        ),
        quote("one new service in two periods", &[with_period("monthly"), with_period("yearly")]),
    ]
}

on_both! {
    async fn products_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in products() {
            table.case(case).await;
        }
        table.finish("products", 11);
    }

    async fn services_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in services() {
            table.case(case).await;
        }
        table.finish("services", 14);
    }

    async fn a_new_product_of_no_mapped_category_is_held(db) {
        let mut table = Table::start(db).await;
        table.app.save_settings(|form| form.category_map.fallback.clear()).await;
        table.case(product("a new product of an unmapped category", json!({ "name": "New B", "category": "Drones" }))).await;
        table.case(product("a known product of an unmapped category", json!({ "name": "dell WD19S dock", "category": "Drones" }))).await;
        table.finish("products_unmapped", 2);
    }
}
