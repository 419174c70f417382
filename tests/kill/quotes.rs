//! The quotes of a test: what is sent, and what Autotask must have in the end.

use std::{collections::BTreeMap, time::Instant};

use opportune::{
    db,
    domain::{ids::PushId, intake},
};
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};

use crate::{PATIENCE, common::Rig};

/// So many quotes of so many lines.
pub struct Book {
    quotes: usize,
    lines: usize,
}

impl Book {
    pub fn new(quotes: usize, lines: usize) -> Self {
        Self { quotes, lines }
    }

    pub fn items(&self) -> usize {
        self.quotes * self.lines
    }

    pub async fn send_all(&self, rig: &Rig) {
        for nth in 0..self.quotes {
            send(rig, &format!("K-{nth}"), &quote(nth, self.lines)).await;
        }
    }

    pub async fn until_sent(&self, rig: &Rig) {
        until("everything is sent", async || is_sent(rig).await).await;
    }

    /// One opportunity and one quote each with the right items; one of each product and service.
    pub fn check(&self, rig: &Rig) {
        let (titles, numbers) =
            (count(rig, "Opportunities", "title"), count(rig, "Quotes", "externalQuoteNumber"));
        for nth in 0..self.quotes {
            assert_eq!(titles.get(&format!("K-{nth} Kill test")), Some(&1), "opportunities of K-{nth}");
            assert_eq!(numbers.get(&format!("K-{nth}")), Some(&1), "quotes of K-{nth}");
        }
        assert_eq!((titles.len(), numbers.len()), (self.quotes, self.quotes));
        let mut items: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rig.emulator.entities("QuoteItems") {
            items
                .entry(row["quoteID"].to_string())
                .or_default()
                .push(row["name"].as_str().unwrap().to_owned());
        }
        assert_eq!(items.len(), self.quotes);
        for names in items.values_mut() {
            names.sort();
            names.dedup();
            assert_eq!(names.len(), self.lines, "{names:?}");
        }
        assert_eq!(rig.emulator.entities("QuoteItems").len(), self.items());
        check_catalogue(rig);
    }
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

/// Takes a quote in; its push.
pub async fn send(rig: &Rig, number: &str, body: &Value) -> PushId {
    let document = intake::quote(number, body).unwrap();
    let mut push = None;
    // On SQLite a worker that is being killed may hold the file for a moment.
    until("the database takes a quote", async || {
        push = rig.services.receive(rig.tenant, &document).await.ok().and_then(|receipt| receipt.push);
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
