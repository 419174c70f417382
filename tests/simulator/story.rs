//! What a seed tells: quotes that arrive, change, are won, lost and reopened, each at its time.

use opportune::{clock::Millis, domain::document::Document, domain::intake};
use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};

/// The story is told within this time; the faults last longer.
pub const LENGTH: Millis = 25 * 60_000;

/// One thing that a quoting tool says: a quote's whole state.
#[derive(Clone, Debug)]
pub struct Version {
    pub at: Millis,
    pub number: String,
    pub status: &'static str,
    pub title: String,
    /// Name, quantity and unit price of each line.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub kind: &'static str,
    pub name: String,
    pub quantity: u32,
    pub price: u32,
}

impl Version {
    pub fn document(&self) -> Document {
        let lines: Vec<Value> = self.lines.iter().map(Line::body).collect();
        let body = json!({
            "title": self.title, "status": self.status, "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
            "customer": { "id": "55", "name": "Northwind Traders" }, "lines": lines,
        });
        intake::quote(&self.number, &body).unwrap()
    }
}

impl Line {
    fn body(&self) -> Value {
        let mut line = json!({
            "id": self.name, "kind": self.kind, "name": self.name, "category": "Hardware/Accessories",
            "quantity": self.quantity.to_string(), "unit_price": format!("{}.00", self.price),
        });
        if self.kind == "recurring_service" {
            line["period"] = json!("monthly");
        }
        line
    }
}

/// Everything that happens to the quotes of a seed, in order.
pub fn tell(rng: &mut StdRng) -> Vec<Version> {
    let quotes = rng.random_range(1..=4);
    let mut story: Vec<Version> = (1..=quotes).flat_map(|nth| life(rng, nth)).collect();
    story.sort_by_key(|version| version.at);
    story
}

fn life(rng: &mut StdRng, nth: u32) -> Vec<Version> {
    let mut now = Version {
        at: rng.random_range(0..LENGTH / 3),
        number: format!("S-{nth}"),
        status: "open",
        title: "Office refresh".to_owned(),
        lines: (0..rng.random_range(1..=4)).map(|_| line(rng)).collect(),
    };
    dedup(&mut now.lines);
    let mut life = vec![now.clone()];
    for change in 0..rng.random_range(0..=5) {
        now.at +=
            if rng.random_bool(0.3) { rng.random_range(1..2_000) } else { rng.random_range(1..LENGTH / 4) };
        alter(rng, &mut now, change);
        if now.at < LENGTH {
            life.push(now.clone());
        }
    }
    life
}

fn alter(rng: &mut StdRng, now: &mut Version, change: u32) {
    match (now.status, rng.random_range(0..10)) {
        ("open", 0..=2) | ("lost", 5) => now.status = "won",
        ("open", 3) | ("won", 0) => now.status = "lost",
        ("won" | "lost", 1..=4) => now.status = "open",
        (_, 6) => now.title = format!("Office refresh {change}"),
        (_, 7) => now.lines.push(line(rng)),
        (_, 8) if now.lines.len() > 1 => drop(now.lines.remove(0)),
        _ => now.lines[0].price += 1,
    }
    dedup(&mut now.lines);
}

/// A line of a name that other quotes use too, or of one that Autotask has not seen yet.
fn line(rng: &mut StdRng) -> Line {
    let kind = ["product", "product", "recurring_service", "service"][rng.random_range(0..4)];
    let name = format!("Sim {kind} {}", rng.random_range(1..=3));
    Line { kind, name, quantity: rng.random_range(1..=9), price: rng.random_range(1..=500) }
}

/// Names tell lines apart, so that a doubled item shows.
fn dedup(lines: &mut Vec<Line>) {
    let mut seen = std::collections::BTreeSet::new();
    lines.retain(|line| seen.insert(line.name.clone()));
}
