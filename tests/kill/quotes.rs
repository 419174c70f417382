//! The quotes and sales of a test: what is sent, and what Autotask must have in the end.

use std::{collections::BTreeMap, time::Instant};

use opportune::{
    db,
    domain::{
        document::{Document, Kind},
        ids::PushId,
        intake,
    },
};
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};

use crate::{PATIENCE, common::Rig};

/// So many quotes, or sales that become tickets, of so many lines.
pub struct Book {
    count: usize,
    lines: usize,
    kind: Kind,
}

impl Book {
    pub fn quotes(count: usize, lines: usize) -> Self {
        Self { count, lines, kind: Kind::Quote }
    }

    pub fn sales(count: usize, lines: usize) -> Self {
        Self { count, lines, kind: Kind::Sale }
    }

    /// How many items or charges there will be.
    pub fn items(&self) -> usize {
        self.count * self.lines
    }

    /// How many there are.
    pub fn items_now(&self, rig: &Rig) -> usize {
        let entity = if self.kind == Kind::Quote { "QuoteItems" } else { "TicketCharges" };
        rig.emulator.entities(entity).len()
    }

    pub fn name(&self) -> String {
        format!("{} {}s", self.count, self.kind.name())
    }

    pub async fn send_all(&self, rig: &Rig) {
        for nth in 0..self.count {
            let number = format!("K-{nth}");
            match self.kind {
                Kind::Quote => send(rig, &number, &quote(nth, self.lines)).await,
                Kind::Sale => send_sale(rig, &number, &sale(nth, self.lines)).await,
            };
        }
    }

    pub async fn until_sent(&self, rig: &Rig) {
        until("everything is sent", async || is_sent(rig).await).await;
    }

    /// One opportunity and one quote each with the right items, or one ticket with the right charges; one of each product
    /// and service.
    pub fn check(&self, rig: &Rig) {
        match self.kind {
            Kind::Quote => self.check_quotes(rig),
            Kind::Sale => self.check_sales(rig),
        }
        assert_eq!(self.items_now(rig), self.items());
        check_catalogue(rig);
    }

    fn check_sales(&self, rig: &Rig) {
        let numbers = count(rig, "Tickets", "externalID");
        assert!((0..self.count).all(|nth| numbers.get(&format!("K-{nth}")) == Some(&1)), "{numbers:?}");
        assert_eq!(numbers.len(), self.count);
        self.check_names(&names(rig, "TicketCharges", "ticketID"));
    }

    fn check_names(&self, names: &BTreeMap<String, Vec<String>>) {
        assert_eq!(names.len(), self.count);
        for names in names.values() {
            assert_eq!(names.len(), self.lines, "{names:?}");
        }
    }

    fn check_quotes(&self, rig: &Rig) {
        let (titles, numbers) =
            (count(rig, "Opportunities", "title"), count(rig, "Quotes", "externalQuoteNumber"));
        for nth in 0..self.count {
            assert_eq!(titles.get(&format!("K-{nth} Kill test")), Some(&1), "opportunities of K-{nth}");
            assert_eq!(numbers.get(&format!("K-{nth}")), Some(&1), "quotes of K-{nth}");
        }
        assert_eq!((titles.len(), numbers.len()), (self.count, self.count));
        self.check_names(&names(rig, "QuoteItems", "quoteID"));
    }
}

/// The different names of what hangs below each record.
fn names(rig: &Rig, entity: &str, parent: &str) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rig.emulator.entities(entity) {
        names.entry(row[parent].to_string()).or_default().push(row["name"].as_str().unwrap().to_owned());
    }
    for names in names.values_mut() {
        names.sort();
        names.dedup();
    }
    names
}

/// Nothing of the catalogue is there twice.
pub fn check_catalogue(rig: &Rig) {
    for entity in ["Products", "Services"] {
        let doubled: Vec<_> =
            count(rig, entity, "name").into_iter().filter(|(_, count)| *count > 1).collect();
        assert_eq!(doubled, [], "{entity}");
    }
}

pub fn count(rig: &Rig, entity: &str, field: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rig.emulator.entities(entity) {
        *counts.entry(row[field].as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    counts
}

/// A quote whose first lines are a product that all quotes share, one that every tenth shares and that Autotask has
/// not, and a recurring service; the others are labor.
pub fn quote(nth: usize, lines: usize) -> Value {
    let line = |id: usize, kind: &str, name: String| json!({ "id": id.to_string(), "kind": kind, "name": name, "category": "Hardware/Laptops", "quantity": "2", "unit_price": "19.00" });
    let lines: Vec<Value> = (0..lines)
        .map(|id| match id {
            0 => line(id, "product", "Rack shelf".to_owned()),
            1 => line(id, "product", format!("Spare part {}", nth % 10)),
            2 => {
                let mut service = line(id, "recurring_service", format!("Managed Vault {}", nth % 10));
                service["period"] = json!("monthly");
                service
            }
            _ => line(id, "labor", format!("Work {id}")),
        })
        .collect();
    json!({
        "title": "Kill test", "status": "open", "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" }, "lines": lines,
    })
}

/// The same lines without the service, as a sale.
pub fn sale(nth: usize, lines: usize) -> Value {
    let mut body = quote(nth, lines);
    let members = body.as_object_mut().unwrap();
    let made = members.remove("created_at").unwrap();
    members.insert("ordered_at".to_owned(), made);
    members.insert("status".to_owned(), json!("placed"));
    for (id, line) in body["lines"].as_array_mut().unwrap().iter_mut().enumerate() {
        if line["kind"] == "recurring_service" {
            line["kind"] = json!("labor");
            line["name"] = json!(format!("Work {id}"));
            line["period"] = Value::Null;
        }
    }
    body
}

/// Takes a quote in; its push.
pub async fn send(rig: &Rig, number: &str, body: &Value) -> PushId {
    send_document(rig, &intake::quote(number, body).unwrap()).await
}

/// Takes a sale in; its push.
pub async fn send_sale(rig: &Rig, number: &str, body: &Value) -> PushId {
    send_document(rig, &intake::sale(number, body).unwrap()).await
}

async fn send_document(rig: &Rig, document: &Document) -> PushId {
    let mut push = None;
    // On SQLite a worker that is being killed may hold the file for a moment.
    until("the database takes a quote", async || {
        push = rig.services.receive(rig.tenant, document).await.ok().and_then(|receipt| receipt.push);
        push.is_some()
    })
    .await;
    push.unwrap()
}

/// Whether nothing waits or is under way. Nothing may be held either.
pub async fn is_sent(rig: &Rig) -> bool {
    let mut tx = rig.services.db.read().await.unwrap();
    let counts = db::push_counts(&mut tx, rig.tenant).await.unwrap();
    assert!(counts.iter().all(|count| !matches!(count.state.as_str(), "held" | "failed")), "{counts:?}");
    counts.iter().all(|count| count.state == "sent")
}

/// Asks again and again until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
