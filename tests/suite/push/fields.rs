//! Every field of a document as it arrives at Autotask.

use opportune::{
    db,
    domain::{
        document::Kind,
        plan::{Key, Link, Target, Written},
    },
};
use serde_json::{Value, json};

use super::chosen::{ACTIVE, DEFAULT_OWNER, NORTHWIND_TRADERS, PROPOSAL};
use crate::harness::{TestApp, on_both};

const QUOTE: &str = include_str!("../examples/quote.json");
const SALE: &str = include_str!("../examples/sale.json");

const GROUND: i64 = 29_681_651;
const TAXABLE_PRODUCTS: i64 = 29_681_301;
const PAYMENT_SURCHARGE: i64 = 29_681_303;
const PROFESSIONAL_SERVICES: i64 = 29_681_304;

/// Fails with every field of a row that is not as expected; numbers are compared as numbers.
fn assert_fields(row: &Value, expected: &Value) {
    let same =
        |is: &Value, should: &Value| is == should || (is.is_number() && is.as_f64() == should.as_f64());
    let wrong: Vec<String> = expected
        .as_object()
        .unwrap()
        .iter()
        .filter(|(field, should)| !same(&row[field.as_str()], should))
        .map(|(field, should)| format!("{field} is {} and should be {should}", row[field.as_str()]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?} in {row}");
}

/// The one item of a quote with this one line.
async fn item_of(app: &TestApp, line: Value) -> Value {
    let number = format!("Q-{}", app.rows("Quotes").len() + 1);
    app.quote(&number).item(line).send().await;
    app.expect(&number, "sent", "").await;
    let items = app.items(&number);
    assert_eq!(items.len(), 1, "{items:#?}");
    items[0].clone()
}

on_both! {
    async fn the_example_quote_arrives_field_by_field(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").document(serde_json::from_str(QUOTE).unwrap()).send().await;
        app.expect("Q-1", "sent", "").await;
        let opportunity = app.opportunity("Q-1");
        assert_fields(&opportunity, &json!({
            "title": "Q-1 Office refresh",
            "companyID": NORTHWIND_TRADERS, "contactID": 29_681_801, "ownerResourceID": DEFAULT_OWNER,
            "opportunityCategoryID": 29_681_601, "stage": PROPOSAL, "status": ACTIVE, "probability": 50,
            "startDate": "2026-11-23T00:00:00", "projectedCloseDate": "2026-12-07T00:00:00", "useQuoteTotals": true,
            "amount": 2744.05, "cost": 1435.2, "onetimeRevenue": 1664.05, "onetimeCost": 1003.2,
            "monthlyRevenue": 1080, "monthlyCost": 432, "quarterlyRevenue": 0, "quarterlyCost": 0,
            "semiannualRevenue": 0, "semiannualCost": 0, "yearlyRevenue": 0, "yearlyCost": 0,
        }));
        let locations = app.rows("QuoteLocations");
        let location = locations.last().unwrap();
        assert_fields(location, &json!({
            "address1": "200 Main Street", "address2": null, "city": "Albany", "state": "NY", "postalCode": "12207",
        }));
        let quote = app.autotask_quote("Q-1");
        assert_fields(&quote, &json!({
            "opportunityID": opportunity["id"], "externalQuoteNumber": "Q-1", "name": "Office refresh",
            "effectiveDate": "2026-11-23T00:00:00", "expirationDate": "2026-12-07T00:00:00", "contactID": 29_681_801,
            "billToLocationID": location["id"], "shipToLocationID": location["id"], "soldToLocationID": location["id"],
            "primaryQuote": true, "shippingType": GROUND,
        }));
        let expected = [
            json!({ "quoteItemType": 1, "productID": 29_681_901, "name": "Fortinet FortiGate 60F", "quantity": 1,
                "description": "Next-generation firewall appliance", "unitPrice": 699, "unitCost": 548.2, "periodType": 1,
                "percentageDiscount": 5, "unitDiscount": 0, "lineDiscount": 0, "isTaxable": true, "isOptional": false }),
            json!({ "quoteItemType": 11, "serviceID": 29_681_951, "name": "Managed Workstation", "quantity": 24, "unitPrice": 45,
                "unitCost": 18, "periodType": 2, "percentageDiscount": 0, "unitDiscount": 0, "lineDiscount": 0,
                "isTaxable": false, "isOptional": false }),
            json!({ "quoteItemType": 2, "chargeID": PROFESSIONAL_SERVICES, "name": "Field engineer, per hour", "quantity": 6.5,
                "unitPrice": 150, "unitCost": 70, "periodType": 1, "isTaxable": false, "isOptional": false }),
            json!({ "quoteItemType": 1, "name": "APC Smart-UPS 1500", "quantity": 1, "unitPrice": 420, "unitCost": 350,
                "isTaxable": true, "isOptional": true }),
            json!({ "quoteItemType": 6, "shippingID": GROUND, "name": "Delivery", "quantity": 1, "unitPrice": 25, "periodType": 1,
                "isTaxable": true, "isOptional": false, "percentageDiscount": 0, "unitDiscount": 0, "lineDiscount": 0 }),
        ];
        let items = app.items("Q-1");
        assert_eq!(items.len(), expected.len(), "{items:#?}");
        for (item, expected) in items.iter().zip(&expected) {
            assert_fields(item, expected);
        }
    }

    async fn the_example_sale_arrives_field_by_field(db) {
        let app = TestApp::start(db).await;
        app.sale("S-1").document(serde_json::from_str(SALE).unwrap()).send().await;
        app.expect("S-1", "sent", "").await;
        assert_fields(&app.opportunity("S-1"), &json!({
            "title": "S-1 Online store order", "stage": super::chosen::CLOSED_WON, "status": ACTIVE,
            "startDate": "2026-11-23T00:00:00", "projectedCloseDate": "2026-12-23T00:00:00",
            "amount": 39.95, "cost": 12.3, "onetimeRevenue": 39.95, "onetimeCost": 12.3,
        }));
        let expected = [
            json!({ "quoteItemType": 1, "name": "HDMI cable 2 m", "quantity": 3, "unitPrice": 11.5, "unitCost": 4.1 }),
            json!({ "quoteItemType": 6, "name": "Delivery", "unitPrice": 12, "isTaxable": true }),
            json!({ "quoteItemType": 2, "chargeID": PAYMENT_SURCHARGE, "name": "Payment surcharge", "unitPrice": 3.45,
                "quantity": 1, "isTaxable": false, "periodType": 1 }),
            json!({ "quoteItemType": 10, "name": "Coupon", "quantity": 1, "unitDiscount": 10, "percentageDiscount": 0,
                "lineDiscount": 0, "chargeID": null }),
        ];
        let items = app.items("S-1");
        assert_eq!(items.len(), expected.len(), "{items:#?}");
        for (item, expected) in items.iter().zip(&expected) {
            assert_fields(item, expected);
        }
    }

    async fn the_owner_is_found_by_email_in_any_case(db) {
        let app = TestApp::start(db).await;
        let cases = [
            ("Priya.Raman@Northwind-IT.example", 29_681_203),
            ("peter.hallam@northwind-it.example", DEFAULT_OWNER),
            ("quote.integration@northwind-it.example", DEFAULT_OWNER),
        ];
        for (index, (email, owner)) in cases.into_iter().enumerate() {
            let number = format!("Q-{index}");
            app.quote(&number).with("owner", json!({ "name": "Owner", "email": email })).send().await;
            assert_eq!(app.opportunity(&number)["ownerResourceID"], owner, "{email}");
        }
    }

    async fn no_probability_is_zero(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| form.created.probability = String::new()).await;
        app.quote("Q-1").send().await;
        assert_eq!(app.opportunity("Q-1")["probability"], 0);
    }

    async fn long_texts_are_cut_with_an_ellipsis(db) {
        let app = TestApp::start(db).await;
        let (title, name) = ("Ä".repeat(500), "ß".repeat(1000));
        let line = json!({ "id": "1", "kind": "service", "name": name, "description": "d".repeat(8000), "quantity": "1", "unit_price": "1" });
        app.quote("Q-1").with("title", json!(title)).item(line).send().await;
        assert_eq!(app.opportunity("Q-1")["title"], format!("Q-1 {}…", "Ä".repeat(123)));
        assert_eq!(app.autotask_quote("Q-1")["name"], format!("{}…", "Ä".repeat(99)));
        assert_eq!(app.items("Q-1")[0]["name"], format!("{}…", "ß".repeat(99)));
        assert_eq!(app.items("Q-1")[0]["description"], format!("{}…", "d".repeat(1999)));
        app.expect("Q-1", "sent", "").await;
    }

    async fn an_expiry_date_before_the_start_is_the_start(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").with("expires_on", json!("2026-11-01")).send().await;
        let expected = json!({ "startDate": "2026-11-23T00:00:00", "projectedCloseDate": "2026-11-23T00:00:00" });
        assert_fields(&app.opportunity("Q-1"), &expected);
    }

    async fn an_unknown_contact_is_left_out(db) {
        let app = TestApp::start(db).await;
        for (number, email) in [("Q-1", "nobody@northwind.example"), ("Q-2", "renee@hvortho.example")] {
            app.quote(number).with("contact", json!({ "name": "Somebody", "email": email })).send().await;
            app.expect(number, "sent", "").await;
            assert_eq!(app.opportunity(number)["contactID"], Value::Null);
        }
    }

    async fn a_company_id_from_the_source_is_looked_up_once(db) {
        let app = TestApp::start(db).await;
        let customer = json!({ "id": "99", "name": "Whatever it is called there", "autotask_company_id": 29_681_104 });
        for (number, calls) in [("Q-1", 5), ("Q-2", 4)] {
            app.quote(number).with("customer", customer.clone()).send().await;
            assert_eq!(app.opportunity(number)["companyID"], 29_681_104);
            assert_eq!(app.calls(), calls, "{number}");
        }
    }

    async fn delivery_without_a_shipping_type_is_a_cost(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| form.created.shipping = String::new()).await;
        app.quote("Q-1").with("delivery", json!({ "amount": "25.00", "taxable": true })).send().await;
        assert_eq!(app.autotask_quote("Q-1")["shippingType"], Value::Null);
        assert_fields(&app.items("Q-1")[0], &json!({
            "quoteItemType": 2, "chargeID": TAXABLE_PRODUCTS, "name": "Delivery", "unitPrice": 25, "isTaxable": true, "shippingID": null,
        }));
        app.quote("Q-2").with("delivery", json!({ "amount": "0.00" })).send().await;
        assert_eq!(app.items("Q-2"), Vec::<Value>::new());
    }

    async fn a_setup_fee_has_neither_cost_nor_discount(db) {
        let app = TestApp::start(db).await;
        let line = json!({ "id": "1", "kind": "setup_fee", "name": "Onboarding", "quantity": "1", "unit_price": "500", "unit_cost": "80" });
        let item = item_of(&app, line).await;
        assert_fields(&item, &json!({ "quoteItemType": 13, "name": "Onboarding", "unitPrice": 500, "unitCost": null, "unitDiscount": 0 }));
        assert_eq!(app.opportunity("Q-1")["cost"].as_f64(), Some(0.0));
    }

    async fn labor_with_a_role_is_labor(db) {
        let app = TestApp::start(db).await;
        let line = json!({ "id": "1", "kind": "labor", "sku": "LAB-NE", "name": "Network Engineer", "quantity": "4", "unit_price": "175" });
        assert_fields(&item_of(&app, line.clone()).await, &json!({ "quoteItemType": 2, "laborID": null }));
        let document = app.services.document(app.tenant, Kind::Quote, "Q-1").await.unwrap().id;
        let mut tx = app.services.db.write().await.unwrap();
        let role = Link { id: 29_681_253, written: Written::default() };
        db::put_link(&mut tx, app.tenant, document, &Key::new(Target::Role, "sku lab-ne"), &role, 0).await.unwrap();
        tx.commit().await.unwrap();
        let expected = json!({ "quoteItemType": 3, "laborID": 29_681_253, "chargeID": null, "periodType": 1, "quantity": 4, "unitPrice": 175 });
        assert_fields(&item_of(&app, line).await, &expected);
    }

    async fn each_discount_arrives_as_its_kind_and_the_others_as_zero(db) {
        let app = TestApp::start(db).await;
        for (kind, field, amount) in [("unit", "unitDiscount", 38.0), ("line", "lineDiscount", 39.0), ("percent", "percentageDiscount", 39.2)] {
            let line = json!({ "id": "1", "kind": "service", "name": "Setup", "quantity": "2", "unit_price": "20",
                "discount": { "kind": kind, "value": if kind == "percent" { "2" } else { "1" } } });
            let item = item_of(&app, line).await;
            for other in ["unitDiscount", "lineDiscount", "percentageDiscount"] {
                let expected = if other != field { 0.0 } else if kind == "percent" { 2.0 } else { 1.0 };
                assert_eq!(item[other].as_f64(), Some(expected), "{kind}: {other}");
            }
            let opportunities = app.rows("Opportunities");
            assert_eq!(opportunities.last().unwrap()["amount"].as_f64(), Some(amount), "{kind}");
        }
    }

    async fn every_period_has_its_own_revenue(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1");
        for (index, period) in ["monthly", "quarterly", "semi_annual", "yearly"].into_iter().enumerate() {
            let price = 10 * (index + 1);
            quote = quote.item(json!({ "id": period, "kind": "recurring_service", "name": format!("Service {period}"), "period": period,
                "quantity": "1.5", "unit_price": price.to_string(), "unit_cost": "1.01" }));
        }
        quote.send().await;
        app.expect("Q-1", "sent", "").await;
        assert_fields(&app.opportunity("Q-1"), &json!({
            "monthlyRevenue": 15, "quarterlyRevenue": 30, "semiannualRevenue": 45, "yearlyRevenue": 60, "onetimeRevenue": 0,
            "monthlyCost": 1.52, "quarterlyCost": 1.52, "semiannualCost": 1.52, "yearlyCost": 1.52, "amount": 150, "cost": 6.08,
        }));
        let periods: Vec<_> = app.items("Q-1").iter().map(|item| item["periodType"].as_i64().unwrap()).collect();
        assert_eq!(periods, [2, 3, 4, 5]);
    }

    async fn a_bundle_is_its_components_and_text_is_nothing(db) {
        let app = TestApp::start(db).await;
        let component = |id: &str, kind: &str, quantity: &str| json!({ "id": id, "kind": kind, "name": format!("Part {id}"), "quantity": quantity, "unit_price": "10" });
        let bundle = json!({ "id": "1", "kind": "bundle", "name": "Desk kit", "quantity": "3", "optional": true, "selected": false,
            "components": [component("a", "service", "2"), component("b", "text", "1"), component("c", "service", "0.5")] });
        let text = json!({ "id": "2", "kind": "text", "name": "Thank you for your business" });
        app.quote("Q-1").item(bundle).item(text).line("HDMI cable", "1 × 11.50").send().await;
        let items: Vec<_> = app.items("Q-1").iter().map(|item| (item["name"].as_str().unwrap().to_owned(), item["quantity"].as_f64().unwrap(), item["isOptional"] == true)).collect();
        let expected = [("Part a", 6.0, true), ("Part c", 1.5, true), ("HDMI cable", 1.0, false)];
        assert_eq!(items, expected.map(|(name, quantity, optional)| (name.to_owned(), quantity, optional)));
        assert_eq!(app.opportunity("Q-1")["amount"].as_f64(), Some(11.5));
    }
}
