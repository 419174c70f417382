//! Products and services of lines: found in Autotask, or created once.

use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use crate::{
    documents::product,
    harness::{TestApp, on_both},
};

/// The item of a quote with one product line that has these members.
async fn item_with(app: &TestApp, number: &str, members: Value) -> Value {
    let mut line = product("Something", "1 × 10.00");
    line.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    app.quote(number).item(line).send().await;
    app.expect(number, "sent", "").await;
    app.items(number)[0].clone()
}

fn service(name: &str, period: &str) -> Value {
    json!({ "id": name, "kind": "recurring_service", "name": name, "sku": "SVC", "period": period,
        "quantity": "2", "unit_price": "30.00", "unit_cost": "12.50" })
}

on_both! {
    async fn a_product_is_found_by_sku_then_part_number_then_name(db) {
        let app = TestApp::start(db).await;
        let before = app.rows("Products").len();
        let cases = [
            (json!({ "sku": "FG-60F", "name": "Our firewall" }), 29_681_901),
            (json!({ "sku": "lat-5450", "name": "Dell WD19S dock" }), 29_681_903),
            (json!({ "sku": "OUR-1", "manufacturer_part_number": "21ml0012us" }), 29_681_904),
            (json!({ "manufacturer_part_number": "822P7UT", "name": "Dell WD19S dock" }), 29_681_905),
            (json!({ "sku": "OUR-2", "manufacturer_part_number": "OUR-2", "name": "dell wd19s DOCK" }), 29_681_910),
            (json!({ "name": "Synology DS923+" }), 29_681_913),
        ];
        for (index, (members, product)) in cases.into_iter().enumerate() {
            let item = item_with(&app, &format!("Q-{index}"), members.clone()).await;
            assert_eq!(item["productID"], product, "{members}");
        }
        assert_eq!(app.rows("Products").len(), before);
    }

    async fn a_missing_product_is_created_from_its_line(db) {
        let app = TestApp::start(db).await;
        let members = json!({ "sku": "NEW-1", "manufacturer_part_number": "M-1", "brand": "Acme", "name": "New thing",
            "description": "What it does", "unit_price": "10.25", "unit_cost": "7.50" });
        let item = item_with(&app, "Q-1", members).await;
        let products = app.rows("Products");
        let created = products.last().unwrap();
        assert_eq!(created["id"], item["productID"]);
        let expected = json!({ "name": "New thing", "sku": "NEW-1", "manufacturerProductName": "M-1", "manufacturerName": "Acme",
            "description": "What it does", "productBillingCodeID": 29_681_301, "productCategory": 29_681_713, "unitPrice": 10.25,
            "unitCost": 7.5, "isActive": true, "isSerialized": false });
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&created[field], value, "{field}");
        }
    }

    async fn an_inactive_product_is_not_used(db) {
        let app = TestApp::start(db).await;
        let item = item_with(&app, "Q-1", json!({ "sku": "OPT-7010M" })).await;
        assert_ne!(item["productID"], 29_681_933);
    }

    async fn a_product_is_created_once_for_all_quotes(db) {
        let app = TestApp::start(db).await;
        let first = item_with(&app, "Q-1", json!({ "sku": "NEW-1" })).await;
        let second = item_with(&app, "Q-2", json!({ "sku": "new-1", "name": "Another name" })).await;
        assert_eq!(first["productID"], second["productID"]);
    }

    async fn pushes_side_by_side_create_a_product_once(db) {
        let app = TestApp::start(db).await;
        let before = app.rows("Products").len();
        for number in ["Q-1", "Q-2"] {
            app.quote(number).line("Brand new", "1 × 10.00").put().await;
        }
        let tasks = TaskTracker::new();
        let ticks = [(); 2].map(|()| {
            let worker = app.worker.clone();
            tasks.spawn(async move { worker.tick().await.unwrap() })
        });
        for tick in ticks {
            assert!(tick.await.unwrap());
        }
        app.settle().await;
        assert_eq!(app.rows("Products").len(), before + 1);
        assert_eq!(app.items("Q-1")[0]["productID"], app.items("Q-2")[0]["productID"]);
    }

    async fn one_product_on_two_lines_is_created_once(db) {
        let app = TestApp::start(db).await;
        let before = app.rows("Products").len();
        let (mut first, second) = (product("Brand new", "1 × 10.00"), product("Brand new", "2 × 9.00"));
        first["id"] = json!("1");
        app.quote("Q-1").item(first).item(second).send().await;
        assert_eq!(app.rows("Products").len(), before + 1);
        assert_eq!(app.items("Q-1").len(), 2);
    }

    async fn two_products_that_fit_equally_well_hold_the_quote(db) {
        let app = TestApp::start(db).await;
        let twin = json!({ "name": "Twin", "sku": "FG-60F", "isActive": true, "isSerialized": false, "productBillingCodeID": 29_681_301 });
        let id = app.add("Products", twin).await;
        let mut line = product("Our firewall", "1 × 10.00");
        line["sku"] = json!("FG-60F");
        app.quote("Q-1").item(line).send().await;
        app.expect("Q-1", "held", "Several Autotask products or services fit \"Our firewall\"").await;
        app.edit("Products", &id, json!({ "isActive": false })).await;
        app.retry("Q-1").await;
        assert_eq!(app.items("Q-1")[0]["productID"], 29_681_901);
    }

    async fn a_service_is_found_by_its_name(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(service("managed SERVER", "monthly")).send().await;
        assert_eq!(app.items("Q-1")[0]["serviceID"], 29_681_952);
        assert_eq!(app.items("Q-1")[0]["name"], "Managed Server");
    }

    async fn a_missing_service_is_created_once(db) {
        let app = TestApp::start(db).await;
        let before = app.rows("Services").len();
        for number in ["Q-1", "Q-2"] {
            app.quote(number).item(service("Log retention", "semi_annual")).send().await;
            app.expect(number, "sent", "").await;
        }
        let services = app.rows("Services");
        assert_eq!(services.len(), before + 1);
        let created = services.last().unwrap();
        let expected = json!({ "name": "Log retention", "sku": "SVC", "billingCodeID": 29_681_321, "periodType": 4, "unitPrice": 30.0,
            "unitCost": 12.5, "isActive": true });
        for (field, value) in expected.as_object().unwrap() {
            let same = &created[field] == value || created[field].as_f64().is_some_and(|is| Some(is) == value.as_f64());
            assert!(same, "{field} is {}", created[field]);
        }
        assert_eq!(app.items("Q-2")[0]["serviceID"], created["id"]);
    }
}
