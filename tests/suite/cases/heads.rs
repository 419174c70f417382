//! The opportunity, the quote and its address.

use serde_json::{Value, json};

use super::table::{Case, Table, cable, quote};
use crate::harness::on_both;

fn of_owner(name: &'static str, owner: Value) -> Case {
    quote(name, &[]).with("owner", owner)
}

fn of_contact(name: &'static str, contact: Value) -> Case {
    quote(name, &[]).with("contact", contact)
}

fn of_customer(name: &'static str, id: &str, customer: &str, autotask: Value) -> Case {
    quote(name, &[]).with("customer", json!({ "id": id, "name": customer, "autotask_company_id": autotask }))
}

fn delivered(name: &'static str, address: Value) -> Case {
    quote(name, &[]).with("delivery", json!({ "address": address }))
}

fn opportunities() -> Vec<Case> {
    vec![
        quote("a new quote", &[cable()]),
        quote("a quote with no lines", &[]),
        quote("a title that is too long", &[]).with("title", json!("x".repeat(200))),
        quote("a title of other scripts", &[]).with("title", json!("日本語 → ✓ 😀")),
        quote("a title of emoji that is too long", &[]).with("title", json!("😀".repeat(80))),
        of_owner("an owner that Autotask has", json!({ "email": "daniel.reyes@northwind-it.example" })),
        of_owner("an owner in other letters", json!({ "email": "Daniel.REYES@northwind-it.example" })),
        of_owner("an owner that Autotask lacks", json!({ "email": "nobody@example.com" })),
        of_owner("an owner without an address", json!({ "name": "Daniel Reyes" })),
        of_contact("a contact that the company has", json!({ "email": "purchasing@northwind.example" })),
        of_contact("a contact that the company lacks", json!({ "email": "nobody@northwind.example" })),
        of_contact("a contact of another company", json!({ "email": "renee@hvortho.example" })),
        of_contact("a contact without an address", json!({ "name": "Somebody" })),
        of_customer("a customer by its Autotask id", "99", "Whatever", json!(29_681_104)),
        of_customer(
            "a customer by its name in other letters",
            "56",
            "hudson valley ORTHODONTICS",
            Value::Null,
        ),
        of_customer("a customer that Autotask lacks", "98", "Nobody & Sons", Value::Null),
        quote("an expiry date", &[]).with("expires_on", json!("2026-12-07")),
        quote("an expiry date before the first day", &[]).with("expires_on", json!("2026-11-01")),
        quote("a date in another zone", &[]).with("created_at", json!("2026-11-23T23:30:00-05:00")),
        quote("a quote that is expired", &[])
            .with("created_at", json!("2026-01-05T09:00:00Z"))
            .with("expires_on", json!("2026-02-01")),
        quote("another currency", &[cable()]).with("currency", json!("EUR")),
    ]
}

fn main_street() -> Value {
    json!({ "line1": "200 Main Street", "city": "Albany" })
}

fn harbor_plaza() -> Value {
    json!({ "line1": "1 Harbor Plaza", "city": "Albany" })
}

fn billed(name: &'static str, billing: Value) -> Case {
    delivered(name, main_street()).with("billing_address", billing)
}

fn billings() -> Vec<Case> {
    let delivery = |address: Value| move |body: &mut Value| body["delivery"]["address"] = address;
    let billing = |address: Value| move |body: &mut Value| body["billing_address"] = address;
    let elsewhere = || json!({ "line1": "5 River Road", "city": "Troy", "state": "NY" });
    vec![
        billed("a billing address of its own", harbor_plaza()),
        billed("a billing address that is the delivery address", main_street()),
        quote("a billing address alone", &[]).with("billing_address", harbor_plaza()),
        delivered("another delivery address", main_street()).then(delivery(elsewhere())),
        delivered("no delivery address any more", main_street()).then(delivery(Value::Null)),
        delivered("a billing address that comes later", main_street()).then(billing(harbor_plaza())),
        billed("another billing address", harbor_plaza()).then(billing(elsewhere())),
        billed("no billing address any more", harbor_plaza()).then(billing(Value::Null)),
        billed("another delivery address beside the billing address", harbor_plaza())
            .then(delivery(elsewhere())),
        billed("a billing address that goes and comes", harbor_plaza())
            .then(billing(main_street()))
            .then(billing(elsewhere())),
        billed("another billing address after it was won", harbor_plaza())
            .becomes("won")
            .then(billing(elsewhere())),
        quote("a given quote with an address that changes", &[])
            .of_the_case_before(true)
            .with("delivery", json!({ "address": main_street() }))
            .then(billing(harbor_plaza())),
    ]
}

fn addresses() -> Vec<Case> {
    let long = "1 Very Long Street Name That Nobody Would Ever Want To Write On A Parcel";
    vec![
        delivered(
            "a whole address",
            json!({ "line1": "200 Main Street", "line2": "Floor 2", "city": "Albany", "state": "NY", "postal_code": "12207", "country": "US" }),
        ),
        delivered("an address in part", json!({ "city": "Albany" })),
        delivered("an address that is too long", json!({ "line1": long, "city": "Ålesund" })),
        quote("a given opportunity", &[cable()]).of_the_case_before(false),
        quote("a given opportunity and quote", &[cable()]).of_the_case_before(true),
    ]
}

on_both! {
    async fn heads_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in opportunities().into_iter().chain(addresses()) {
            table.case(case).await;
        }
        table.finish("heads", 26);
    }

    async fn addresses_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in billings() {
            table.case(case).await;
        }
        table.finish("addresses", 12);
    }

    async fn heads_with_other_choices_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        let change = |form: &mut opportune::domain::settings::form::SettingsForm| {
            form.created.probability.clear();
            form.created.shipping.clear();
            "true".clone_into(&mut form.lost.keep_stage);
        };
        table.app.save_settings(change).await;
        let delivery = json!({ "amount": "25.00", "taxable": true });
        table.case(quote("no probability and no shipping type", &[cable()])).await;
        table.case(quote("delivery without a shipping type", &[cable()]).with("delivery", delivery)).await;
        table.case(quote("lost at its stage", &[cable()]).becomes("lost")).await;
        table.case(quote("lost at its stage and reopened", &[cable()]).becomes("lost").becomes("open")).await;
        table.case(quote("lost at its stage and won", &[cable()]).becomes("lost").becomes("won")).await;
        table.finish("heads_with_other_choices", 5);
    }
}
