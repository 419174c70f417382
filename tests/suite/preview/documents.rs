//! Quotes and sales of every shape that Autotask takes, from a generator that gives the same ones each time.

use proptest::{
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

/// The first `count` documents: kind and body. No two runs differ.
pub fn documents(count: usize) -> Vec<(&'static str, Value)> {
    let mut runner = TestRunner::deterministic();
    let strategy = document();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn document() -> impl Strategy<Value = (&'static str, Value)> {
    let head = (title(), owner(), customer(), (delivery(), billing()), status());
    let lines = prop::collection::vec(line(), 0..8).prop_map(numbered);
    let charges = (any::<bool>(), any::<bool>(), 0..6_u8);
    (head, lines, charges, expiry()).prop_map(|(head, lines, (surcharge, coupon, kind), expires_on)| {
        let (title, owner, (customer, contact), (delivery, billing), status) = head;
        let mut body = json!({
            "title": title, "currency": "USD", "owner": owner, "customer": customer, "contact": contact,
            "delivery": delivery, "billing_address": billing, "lines": lines,
        });
        if kind == 0 {
            body["status"] = json!("placed");
            body["ordered_at"] = json!("2026-11-20T23:30:00Z");
            body["surcharge"] = surcharge.then(|| json!({ "amount": "12.34", "taxable": coupon })).into();
            body["coupon"] = coupon.then(|| json!({ "amount": "20.00" })).into();
            return ("sale", body);
        }
        body["status"] = json!(status);
        body["created_at"] = json!("2026-11-20T23:30:00Z");
        body["expires_on"] = expires_on.into();
        ("quote", body)
    })
}

fn title() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec!["Office refresh", "Ärzte & Töchter: \"neu\"", "Phase 2 — Wi-Fi", "50% off"]).prop_map(str::to_owned),
        1 => (90..200_usize).prop_map(|length| "long é".chars().cycle().take(length).collect::<String>().trim().to_owned()),
    ]
}

fn status() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("open"), 1 => Just("won"), 1 => Just("lost")]
}

fn expiry() -> impl Strategy<Value = Option<&'static str>> {
    select(vec![None, Some("2026-12-07"), Some("2026-11-01")])
}

fn owner() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!({ "name": "Nobody" }),
        json!({ "email": "nobody@example.com" }),
        json!({ "name": "Daniel", "email": "Daniel.Reyes@northwind-it.example" }),
    ])
}

/// A customer that Autotask has, by name or by id, and a contact that it may have.
fn customer() -> impl Strategy<Value = (Value, Value)> {
    let customers = vec![
        (json!({ "id": "55", "name": "Northwind Traders" }), "purchasing@northwind.example"),
        (json!({ "id": "56", "name": "hudson valley ORTHODONTICS" }), "Renee@hvortho.example"),
        (
            json!({ "id": "57", "name": "As they call it", "autotask_company_id": 29_681_103 }),
            "walt@mohawktooling.example",
        ),
        (json!({ "id": "58", "name": "Brandt & Osei LLP" }), "somebody@example.com"),
    ];
    (select(customers), any::<bool>()).prop_map(|((customer, email), has_contact)| {
        (customer, has_contact.then(|| json!({ "email": email })).into())
    })
}

fn delivery() -> impl Strategy<Value = Value> {
    let address = json!({ "line1": "1 Very Long Street Name That Nobody Would Ever Want To Write On A Parcel", "city": "Albany" });
    select(vec![
        Value::Null,
        json!({ "amount": "25.00", "taxable": true }),
        json!({ "address": address, "amount": "0" }),
        json!({ "address": address, "amount": "9.95" }),
    ])
}

/// The same address as the delivery's, another one, or none.
fn billing() -> impl Strategy<Value = Value> {
    let same = json!({ "line1": "1 Very Long Street Name That Nobody Would Ever Want To Write On A Parcel", "city": "Albany" });
    select(vec![Value::Null, same, json!({ "line1": "1 Harbor Plaza", "postal_code": "12210" })])
}

/// A line without its id: of every kind, of things that Autotask has and of new ones.
fn line() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => plain_line(),
        1 => (prop::collection::vec(plain_line(), 1..4), 1..4_u8).prop_map(|(components, quantity)| {
            json!({ "kind": "bundle", "name": "Kit", "quantity": quantity.to_string(), "components": numbered(components) })
        }),
        1 => Just(json!({ "kind": "text", "name": "As discussed on Monday" })),
    ]
}

fn plain_line() -> impl Strategy<Value = Value> {
    let thing = prop_oneof![4 => product(), 3 => service(), 2 => labor(), 1 => other()];
    let amounts = (1..4_000_u32, 100..900_000_u32, prop::option::of(0..50_000_u32));
    let marks = (any::<bool>(), any::<bool>(), prop::option::of("[A-Za-z ]{1,30}"), any::<Index>());
    (thing, amounts, marks).prop_map(
        |(mut line, (quantity, price, cost), (taxable, selected, description, nth))| {
            let cents = |cents: u32| format!("{}.{:02}", cents / 100, cents % 100);
            line["quantity"] = cents(quantity).into();
            line["unit_price"] = cents(price).into();
            line["unit_cost"] = cost.map(cents).into();
            line["taxable"] = taxable.into();
            (line["optional"], line["selected"]) = ((!selected).into(), selected.into());
            line["description"] = description.into();
            let discounts = [("unit", "0.55"), ("line", "0.01"), ("percent", "12.5")];
            if line["kind"] != "setup_fee" && taxable {
                let (kind, value) = nth.get(&discounts);
                line["discount"] = json!({ "kind": kind, "value": value });
            }
            line
        },
    )
}

fn product() -> impl Strategy<Value = Value> {
    let known = vec![
        json!({ "name": "Our firewall", "sku": "fg-60f", "brand": "Fortinet" }),
        json!({ "name": "Dell WD19S dock" }),
        json!({ "name": "Notebook", "manufacturer_part_number": "822p7ut" }),
    ];
    let new = (0..12_u8, any::<bool>(), any::<bool>()).prop_map(|(nth, has_sku, has_number)| {
        let name = if nth == 0 { "Cable ".repeat(30) } else { format!("New thing {nth}") };
        json!({
            "name": name.trim(), "sku": has_sku.then(|| format!("NEW-{nth}")),
            "manufacturer_part_number": has_number.then(|| format!("M-{nth}")), "category": "Hardware/Accessories",
        })
    });
    of_kind("product", prop_oneof![1 => select(known), 2 => new])
}

fn service() -> impl Strategy<Value = Value> {
    // A service has one period.
    let periods = ["monthly", "quarterly", "semi_annual", "yearly"];
    let known =
        select(vec!["Managed Workstation", "managed server"]).prop_map(|name| (name.to_owned(), "monthly"));
    let new = (0..6_usize).prop_map(move |nth| (format!("New service {nth}"), periods[nth % 4]));
    let of = |(name, period): (String, &str)| json!({ "name": name, "period": period });
    of_kind("recurring_service", prop_oneof![2 => known, 1 => new].prop_map(of))
}

fn labor() -> impl Strategy<Value = Value> {
    of_kind(
        "labor",
        select(vec![json!({ "name": "Field engineer" }), json!({ "name": "Linked work", "sku": "LAB-1" })]),
    )
}

fn other() -> impl Strategy<Value = Value> {
    let kinds = select(vec!["service", "setup_fee"]);
    (kinds, 0..3_u8).prop_map(|(kind, nth)| json!({ "kind": kind, "name": format!("Work {nth}") }))
}

fn of_kind(kind: &'static str, thing: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    thing.prop_map(move |mut thing| {
        thing["kind"] = kind.into();
        thing
    })
}

/// Lines with an id each.
fn numbered(lines: Vec<Value>) -> Vec<Value> {
    let with_id = |(nth, mut line): (usize, Value)| {
        line["id"] = nth.to_string().into();
        line
    };
    lines.into_iter().enumerate().map(with_id).collect()
}
