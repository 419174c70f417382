//! Every way to get a field wrong, with the path and the sentence that come back.

use serde_json::{Value, json};

use super::{SALE, example, problem};
use crate::harness::{TestApp, on_both};

const DECIMAL: &str = "must be a decimal number in quotation marks, such as \"12.50\"";
const UNKNOWN: &str = "is not a field of this document; check its spelling or leave it out";
const TEXT: &str = "must be text in quotation marks";
const NOT_NEGATIVE: &str = "must not be negative";
const BOOLEAN: &str = "must be true or false";
const ID: &str = "must be a whole number that is not negative, or null";
const TIME: &str = "must be a time with its zone, such as \"2026-11-23T09:00:00Z\"";
const DATE: &str = "must be a date, such as \"2026-12-07\"";
const CURRENCY: &str = "must be a currency code of three capital letters, such as \"USD\"";
const EMAIL: &str = "must be an e-mail address, such as \"name@example.com\"";
const REQUIRED: &str = "is required";

/// Where (a JSON pointer) to put what, and what is said about which path.
type Refusal = (&'static str, Value, &'static str, &'static str);

fn of_the_head() -> Vec<Refusal> {
    vec![
        ("/title", json!(null), "title", REQUIRED),
        ("/title", json!("  "), "title", REQUIRED),
        ("/title", json!(7), "title", TEXT),
        ("/priority", json!("high"), "priority", UNKNOWN),
        ("/title", json!("x".repeat(501)), "title", "must have at most 500 characters"),
        ("/title", json!("a\u{0}b"), "title", "must not have control characters in it"),
        ("/status", json!(null), "status", REQUIRED),
        ("/status", json!("Won"), "status", "must be one of: open, won, lost"),
        ("/status", json!("placed"), "status", "must be one of: open, won, lost"),
        ("/currency", json!(null), "currency", REQUIRED),
        ("/currency", json!("usd"), "currency", CURRENCY),
        ("/currency", json!("US"), "currency", CURRENCY),
        ("/currency", json!("EURO"), "currency", "must have at most 3 characters"),
        ("/created_at", json!(null), "created_at", REQUIRED),
        ("/created_at", json!("2026-11-23"), "created_at", TIME),
        ("/created_at", json!("2026-11-23T09:00:00"), "created_at", TIME),
        ("/created_at", json!(1_795_424_400), "created_at", TIME),
        ("/expires_on", json!("7 December"), "expires_on", DATE),
        ("/expires_on", json!("2026-02-30"), "expires_on", DATE),
        ("/expires_on", json!("2026-12-07T00:00:00Z"), "expires_on", DATE),
    ]
}

fn of_people_and_places() -> Vec<Refusal> {
    vec![
        ("/owner", json!("Robin"), "owner", "must be an object"),
        ("/owner/email", json!("robin"), "owner.email", EMAIL),
        ("/owner/phone", json!("1"), "owner.phone", UNKNOWN),
        ("/contact/email", json!("two words@example.com"), "contact.email", EMAIL),
        ("/contact/name", json!("x".repeat(201)), "contact.name", "must have at most 200 characters"),
        ("/customer", json!(null), "customer", REQUIRED),
        ("/customer", json!([]), "customer", "must be an object"),
        ("/customer/id", json!(null), "customer.id", REQUIRED),
        ("/customer/id", json!(55), "customer.id", TEXT),
        ("/customer/name", json!(""), "customer.name", REQUIRED),
        ("/customer/autotask_company_id", json!("1"), "customer.autotask_company_id", ID),
        ("/customer/autotask_company_id", json!(-1), "customer.autotask_company_id", ID),
        ("/customer/autotask_company_id", json!(1.5), "customer.autotask_company_id", ID),
        ("/delivery", json!("by truck"), "delivery", "must be an object"),
        ("/delivery/amount", json!(25), "delivery.amount", DECIMAL),
        ("/delivery/amount", json!("-1"), "delivery.amount", NOT_NEGATIVE),
        ("/delivery/taxable", json!("yes"), "delivery.taxable", BOOLEAN),
        (
            "/delivery/address/city",
            json!("x".repeat(101)),
            "delivery.address.city",
            "must have at most 100 characters",
        ),
        ("/delivery/address/zip", json!("12207"), "delivery.address.zip", UNKNOWN),
        ("/autotask/opportunity_id", json!("7"), "autotask.opportunity_id", ID),
        ("/autotask/opportunityID", json!(7), "autotask.opportunityID", UNKNOWN),
        ("/surcharge", json!({ "amount": "1" }), "surcharge", UNKNOWN),
    ]
}

fn of_lines() -> Vec<Refusal> {
    vec![
        ("/lines", json!({}), "lines", "must be a list"),
        ("/lines/0", json!("HDMI"), "lines[0]", "must be an object"),
        ("/lines/0/id", json!(null), "lines[0].id", REQUIRED),
        ("/lines/1/id", json!("1"), "lines[1].id", "\"1\" is the id of another line too; give each its own"),
        ("/lines/0/name", json!(null), "lines[0].name", REQUIRED),
        ("/lines/0/quantity", json!(null), "lines[0].quantity", REQUIRED),
        ("/lines/0/quantity", json!("0"), "lines[0].quantity", "must be above 0"),
        ("/lines/0/quantity", json!("-2"), "lines[0].quantity", "must be above 0"),
        ("/lines/0/quantity", json!(1), "lines[0].quantity", DECIMAL),
        ("/lines/0/quantity", json!("1,5"), "lines[0].quantity", DECIMAL),
        ("/lines/0/quantity", json!("1e3"), "lines[0].quantity", DECIMAL),
        (
            "/lines/0/quantity",
            json!("1.00001"),
            "lines[0].quantity",
            "must have at most 4 digits after the point",
        ),
        ("/lines/0/unit_price", json!(null), "lines[0].unit_price", REQUIRED),
        (
            "/lines/0/unit_price",
            json!("1000000000"),
            "lines[0].unit_price",
            "must have at most 9 digits before the point",
        ),
        ("/lines/0/unit_price", json!("$5"), "lines[0].unit_price", DECIMAL),
        ("/lines/0/unit_cost", json!("-1"), "lines[0].unit_cost", NOT_NEGATIVE),
    ]
}

fn of_discounts_and_kinds() -> Vec<Refusal> {
    vec![
        ("/lines/0/discount", json!("5%"), "lines[0].discount", "must be an object"),
        ("/lines/0/discount", json!({ "value": "5" }), "lines[0].discount.kind", REQUIRED),
        (
            "/lines/0/discount/kind",
            json!("amount"),
            "lines[0].discount.kind",
            "must be one of: unit, line, percent",
        ),
        ("/lines/0/discount/value", json!(null), "lines[0].discount.value", REQUIRED),
        ("/lines/0/discount/value", json!("101"), "lines[0].discount.value", "must be between 0 and 100"),
        ("/lines/0/taxable", json!(1), "lines[0].taxable", BOOLEAN),
        ("/lines/0/optional", json!("false"), "lines[0].optional", BOOLEAN),
        ("/lines/0/period", json!("monthly"), "lines[0].period", "is only for recurring services"),
        ("/lines/0/price", json!("5"), "lines[0].price", UNKNOWN),
        (
            "/lines/0/components",
            json!([{ "id": "a", "kind": "text", "name": "Words" }]),
            "lines[0].components",
            "is only for lines of kind bundle",
        ),
        (
            "/lines/1/period",
            json!(null),
            "lines[1].period",
            "is required for a recurring service: monthly, quarterly, semi_annual or yearly",
        ),
        (
            "/lines/1/period",
            json!("weekly"),
            "lines[1].period",
            "must be one of: monthly, quarterly, semi_annual, yearly",
        ),
        ("/lines/3/kind", json!("bundle"), "lines[3].components", "is required for a bundle: give its lines"),
    ]
}

fn of_a_quote() -> Vec<Refusal> {
    [of_the_head(), of_people_and_places(), of_lines(), of_discounts_and_kinds()].concat()
}

fn of_a_sale() -> Vec<Refusal> {
    vec![
        ("/status", json!("won"), "status", "must be one of: placed, cancelled"),
        ("/ordered_at", json!(null), "ordered_at", REQUIRED),
        ("/created_at", json!("2026-11-23T09:00:00Z"), "created_at", UNKNOWN),
        ("/quote_number", json!("x".repeat(51)), "quote_number", "must have at most 50 characters"),
        ("/surcharge", json!({}), "surcharge.amount", REQUIRED),
        ("/surcharge/amount", json!("-3"), "surcharge.amount", NOT_NEGATIVE),
        ("/coupon/amount", json!("-10"), "coupon.amount", "must not be negative: it is taken off the total"),
        ("/coupon/code", json!("SPRING"), "coupon.code", UNKNOWN),
    ]
}

/// The document with one value put where the pointer leads, also where nothing was.
fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[member.parse::<usize>().unwrap()] = value,
        Value::Object(members) => drop(members.insert(member.to_owned(), value)),
        other => panic!("{pointer} leads into {other}"),
    }
    document
}

on_both! {
    async fn each_wrong_field_is_named_by_its_path(db) {
        let app = TestApp::start_fresh(db).await;
        let (quotes, sales) = (of_a_quote(), of_a_sale());
        assert!(quotes.len() + sales.len() >= 60);
        let sale: Value = serde_json::from_str(SALE).unwrap();
        let quotes = quotes.into_iter().map(|refusal| ("quotes/Q-1", example(), refusal));
        for (address, document, (pointer, value, path, sentence)) in quotes.chain(sales.into_iter().map(|refusal| ("sales/S-1", sale.clone(), refusal))) {
            let reply = app.put(address, &with(document, pointer, value.clone())).await;
            assert_eq!(problem(&reply, 422), "1 field has to be corrected.", "{pointer} = {value}: {reply:?}");
            assert_eq!(reply.body["fields"], json!({ path: [sentence] }), "{pointer} = {value}");
        }
        assert_eq!(app.get("quotes/Q-1").await.status, 404, "nothing of it was kept");
    }

    async fn several_wrong_fields_are_named_together(db) {
        let app = TestApp::start_fresh(db).await;
        let mut document = example();
        for (pointer, value) in [("/title", json!(null)), ("/lines/0/quantity", json!("none")), ("/lines/2/colour", json!("red")), ("/customer/id", json!(55))] {
            document = with(document, pointer, value);
        }
        let reply = app.put("quotes/Q-1", &document).await;
        assert_eq!(problem(&reply, 422), "4 fields have to be corrected.");
        let expected = json!({ "customer.id": [TEXT], "lines[0].quantity": [DECIMAL], "lines[2].colour": [UNKNOWN], "title": [REQUIRED] });
        assert_eq!(reply.body["fields"], expected);
    }

    async fn a_component_is_checked_like_a_line(db) {
        let app = TestApp::start_fresh(db).await;
        let component = |id: &str, kind: &str| json!({ "id": id, "kind": kind, "name": "Part", "quantity": "1", "unit_price": "1" });
        let bundle = |components: Value| json!([{ "id": "1", "kind": "bundle", "name": "Kit", "components": components }]);
        let cases = [
            (bundle(json!([component("a", "service"), component("a", "service")])), "lines[0].components[1].id", "\"a\" is the id of another component too; give each its own"),
            (bundle(json!([component("a", "bundle")])), "lines[0].components", "must not have a bundle in it"),
            (bundle(json!([{ "id": "a", "kind": "service", "name": "Part", "unit_price": "1" }])), "lines[0].components[0].quantity", REQUIRED),
            (bundle((0..101).map(|id| component(&id.to_string(), "service")).collect()), "lines[0].components", "must have at most 100 entries"),
        ];
        for (lines, path, sentence) in cases {
            let reply = app.put("quotes/Q-1", &with(example(), "/lines", lines)).await;
            problem(&reply, 422);
            assert_eq!(reply.body["fields"][path], json!([sentence]), "{reply:?}");
        }
    }

    async fn a_number_stands_alone_and_is_short(db) {
        let app = TestApp::start_fresh(db).await;
        for (number, sentence) in [("Q%201", "must have no spaces in it"), ("Q%0A1", "must have no spaces in it"), (&*"x".repeat(51), "must have 1 to 50 characters")] {
            let reply = app.put(&format!("quotes/{number}"), &example()).await;
            problem(&reply, 422);
            assert_eq!(reply.body["fields"], json!({ "number": [sentence] }));
        }
        for number in ["x".repeat(50).as_str(), "Q%2F1", "%C3%84-1"] {
            assert_eq!(app.put(&format!("quotes/{number}"), &example()).await.status, 202, "{number}");
        }
    }
}
