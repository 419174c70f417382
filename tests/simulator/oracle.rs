//! What must hold whatever goes wrong, judged by Autotask's rows alone.

use std::collections::BTreeMap;

use opportune::emulator::{Emulator, LogEntry, Op};
use serde_json::Value;

use crate::story::{Line, Version};

/// Stage and status of an open, a won and a lost opportunity, as the settings have them.
pub type Ends = BTreeMap<&'static str, (i64, i64)>;

/// What documents become in Autotask.
const ENTITIES: [&str; 5] = ["Opportunities", "Quotes", "QuoteItems", "Products", "Services"];

pub struct Oracle<'a> {
    rows: BTreeMap<&'static str, Vec<Value>>,
    /// What was done to opportunities.
    log: Vec<LogEntry>,
    /// What was accepted, in order.
    accepted: &'a [Version],
    ends: &'a Ends,
}

impl<'a> Oracle<'a> {
    /// Looks at Autotask as it is now.
    pub fn look(autotask: &Emulator, accepted: &'a [Version], ends: &'a Ends) -> Self {
        let rows = ENTITIES.into_iter().map(|entity| (entity, autotask.entities(entity))).collect();
        let is_its = |entry: &LogEntry| {
            let effect = entry.effect.as_ref();
            effect.is_some_and(|effect| effect.entity == "Opportunities" && effect.op != Op::Delete)
        };
        let log = autotask.log().into_iter().filter(is_its).collect();
        Self { rows, log, accepted, ends }
    }

    /// What is wrong already, while the run goes on.
    pub fn breaks(&self) -> Vec<String> {
        let mut wrong = self.doubles();
        wrong.extend(self.numbers().into_iter().filter_map(|number| self.backwards(number)));
        wrong
    }

    /// What is wrong at the end, where everything must have arrived.
    pub fn breaks_at_the_end(&self) -> Vec<String> {
        let mut wrong = self.breaks();
        wrong.extend(self.numbers().into_iter().flat_map(|number| self.unlike(number)));
        wrong
    }

    fn numbers(&self) -> Vec<&str> {
        let mut numbers: Vec<&str> = self.accepted.iter().map(|version| version.number.as_str()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// One opportunity and one quote a document, one product and service a name, one item a line.
    fn doubles(&self) -> Vec<String> {
        let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
        for (entity, name) in [
            ("Opportunities", &(|row: &Value| first_word(&row["title"])) as &dyn Fn(&Value) -> String),
            ("Quotes", &|row| text(&row["externalQuoteNumber"])),
            ("Products", &|row| text(&row["name"])),
            ("Services", &|row| text(&row["name"])),
            ("QuoteItems", &|row| format!("{} of quote {}", text(&row["name"]), row["quoteID"])),
        ] {
            for row in &self.rows[entity] {
                *counts.entry((entity, name(row))).or_default() += 1;
            }
        }
        let is_ours = |name: &str| name.starts_with("S-") || name.starts_with("Sim ");
        let doubled = counts.into_iter().filter(|((_, name), count)| *count > 1 && is_ours(name));
        doubled.map(|((entity, name), count)| format!("{count} {entity} of {name}")).collect()
    }

    fn opportunity(&self, number: &str) -> Option<&Value> {
        self.rows["Opportunities"].iter().find(|row| first_word(&row["title"]) == number)
    }

    fn versions(&self, number: &str) -> impl Iterator<Item = &Version> {
        self.accepted.iter().filter(move |version| version.number == number)
    }

    /// The states that Autotask was brought to are states that the document had, in the order in which it had them.
    fn backwards(&self, number: &str) -> Option<String> {
        let id = self.opportunity(number)?["id"].as_i64()?;
        // It is created open, whatever its state is by then.
        let statuses = self.versions(number).map(|version| version.status);
        let mut had: Vec<&str> = std::iter::once("open").chain(statuses).collect();
        had.dedup();
        let reached = self.states_of(id);
        let mut left = had.iter();
        let is_in_order = reached.iter().all(|state| left.any(|had| had == state));
        (!is_in_order).then(|| format!("{number} went through {had:?}, Autotask through {reached:?}"))
    }

    /// The states that an opportunity was brought to, one after the other.
    fn states_of(&self, id: i64) -> Vec<&'static str> {
        let is_its = |entry: &&LogEntry| entry.effect.as_ref().is_some_and(|effect| effect.id == id);
        let (mut now, mut reached) = ((0, 0), Vec::new());
        for entry in self.log.iter().filter(is_its) {
            now.0 = entry.body["stage"].as_i64().unwrap_or(now.0);
            now.1 = entry.body["status"].as_i64().unwrap_or(now.1);
            let state = self.ends.iter().find(|(_, end)| **end == now).map_or("unknown", |(state, _)| *state);
            reached.push(state);
        }
        reached.dedup();
        reached
    }

    /// Where Autotask is not what the document's last version says.
    pub fn unlike(&self, number: &str) -> Vec<String> {
        let Some(last) = self.versions(number).last() else { return Vec::new() };
        let Some(opportunity) = self.opportunity(number) else { return vec![format!("{number} was lost")] };
        let mut wrong = Vec::new();
        let end = (opportunity["stage"].as_i64().unwrap_or(0), opportunity["status"].as_i64().unwrap_or(0));
        if self.ends[last.status] != end {
            wrong.push(format!("{number} is {}, its opportunity has {end:?} ({:?})", last.status, self.ends));
        }
        let (title, items) = (text(&opportunity["title"]), self.items(number));
        let is_like = |version: &Version| {
            title == format!("{number} {}", version.title) && items.as_ref() == Some(&wanted(&version.lines))
        };
        // What changes after a quote was decided is not sent: then it is as it was at some time, but never a mixture.
        let is_fine = match last.status {
            "open" => is_like(last),
            "won" => self.versions(number).any(is_like),
            _ => items.is_some(),
        };
        if !is_fine {
            wrong.push(format!("{number} should be {last:?}, but is {title} with {items:?}"));
        }
        wrong
    }

    /// Name, quantity and price of a document's items; `None` without an Autotask quote.
    fn items(&self, number: &str) -> Option<Vec<(String, String, String)>> {
        let quote = self.rows["Quotes"].iter().find(|row| row["externalQuoteNumber"] == number)?;
        let its = self.rows["QuoteItems"].iter().filter(|row| row["quoteID"] == quote["id"]);
        let mut items: Vec<_> = its
            .map(|row| (text(&row["name"]), digits(&row["quantity"]), digits(&row["unitPrice"])))
            .collect();
        items.sort_unstable();
        Some(items)
    }
}

fn wanted(lines: &[Line]) -> Vec<(String, String, String)> {
    let mut items: Vec<_> = lines
        .iter()
        .map(|line| (line.name.clone(), line.quantity.to_string(), line.price.to_string()))
        .collect();
    items.sort_unstable();
    items
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn first_word(value: &Value) -> String {
    text(value).split(' ').next().unwrap_or_default().to_owned()
}

/// A whole number, however Autotask writes it.
fn digits(value: &Value) -> String {
    let number = value.as_f64().unwrap_or(f64::NAN);
    format!("{number}")
}
