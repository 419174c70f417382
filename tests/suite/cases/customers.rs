//! Customers and contacts that Autotask does not have, where the settings let them be created.

use serde_json::{Value, json};

use super::table::{Case, Table, quote, sale};
use crate::harness::on_both;

fn of(name: &'static str, customer: Value) -> Case {
    quote(name, &[]).with("customer", customer)
}

/// A customer with a phone number.
fn customer(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "phone": "518-555-0300" })
}

fn contact(name: &str, email: &str) -> Value {
    json!({ "name": name, "email": email })
}

fn companies() -> Vec<Case> {
    let address = json!({ "line1": "12 Elm Street", "line2": "Floor 2", "city": "Troy", "state": "NY",
        "postal_code": "12180", "country": "US" });
    let long = json!({ "line1": "1".repeat(200), "city": "C".repeat(60), "state": "S".repeat(60), "postal_code": "P".repeat(20) });
    let delivered = |case: Case, address: Value| case.with("delivery", json!({ "address": address }));
    vec![
        delivered(of("a new customer", customer("n-1", "New & Sons")), address)
            .with("contact", contact("Irene van Dyke", "irene@new.example"))
            .with("owner", json!({ "email": "daniel.reyes@northwind-it.example" })),
        of("a customer that was created before", customer("n-1", "New & Sons"))
            .with("contact", contact("Irene van Dyke", "Irene@new.example")),
        of("a new customer with nothing but a phone number", customer("n-2", "Bare Ltd")),
        delivered(of("a new customer with a long address", customer("n-3", "Long Ltd")), long),
        of("a new customer of other scripts", customer("n-4", "日本 Café")),
        of("another id of a customer that was created", customer("n-5", "bare ltd")),
        of("a new customer without a phone number", json!({ "id": "n-6", "name": "Phoneless" })),
        of("a new customer with a name of 100 characters", customer("n-7", &"N".repeat(100))),
        of("a new customer with a name of 101 characters", customer("n-8", &"N".repeat(101))),
        of("a customer of two companies", customer("n-9", "Fulton Street Pharmacy")),
        of("a customer whose company is inactive", customer("n-10", "Empire Video Rental")),
        of(
            "a customer that the source names wrongly",
            json!({ "id": "n-11", "name": "Whatever", "phone": "1",
            "autotask_company_id": 4_711 }),
        ),
        sale("a sale to a new customer", &[]).with("customer", customer("n-12", "Store Ltd")),
    ]
}

fn contacts() -> Vec<Case> {
    let of = |name, contact: Value| quote(name, &[]).with("contact", contact);
    vec![
        of("a new contact of a company", contact("Nora Quist", "nora@northwind.example")),
        of("the same contact again", contact("Nora Quist-Berg", "NORA@northwind.example")),
        of("a contact that the company has", contact("Somebody Else", "purchasing@northwind.example")),
        of("a new contact of one word", contact("Nora", "only.nora@northwind.example")),
        of("a new contact without a name", json!({ "email": "nameless@northwind.example" })),
        of("a new contact without an address", json!({ "name": "Nora Quist" })),
        of(
            "a new contact with a long name",
            contact(&format!("{} {}", "F".repeat(80), "L".repeat(80)), "long@northwind.example"),
        ),
    ]
}

on_both! {
    async fn new_customers_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        table.app.save_settings(|form| form.created.create_missing_customers = true.to_string()).await;
        for case in companies().into_iter().chain(contacts()) {
            table.case(case).await;
        }
        table.finish("customers", 20);
    }
}
