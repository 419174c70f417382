//! The table's cases, each as often as wanted: with ids and numbers of their own, so that they do not meet.

use std::collections::{BTreeMap, BTreeSet};

use opportune::emulator::QuoteManager;
use serde_json::{Value, json};

const CASES: &str = include_str!("../quote_manager/cases.json");
/// The numbers that a case explains are moved so far up, out of the way of those that other cases leave unexplained.
const EXPLAINED: i64 = 1_000;
/// Ids of one copy are so far from those of the next.
const APART: i64 = 10_000_000;
/// An id that no row of the table has.
const EXTRA: i64 = 5_000_000;

/// A case, as it is put into Quote Manager and as it is to arrive.
#[derive(Clone, Debug)]
pub struct Copy {
    pub name: String,
    pub nth: usize,
    rows: Vec<(String, Value)>,
    /// The documents by kind and number, each in words.
    pub documents: BTreeMap<(String, String), Vec<String>>,
    /// What is said of records that are no documents.
    pub unreadable: Vec<String>,
}

/// So many quotes, and a quarter as many sales: the table from its beginning to its end, again and again.
pub fn copies(quotes: usize) -> Vec<Copy> {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    let (sales, quote_cases): (Vec<_>, Vec<_>) =
        cases.iter().partition(|case| case["records"]["salesorder"].is_array());
    let all = |cases: &[&Value], wanted: usize| {
        let endless = (0..).flat_map(|nth| cases.iter().map(move |case| (nth, *case)));
        endless.take(wanted).map(|(nth, case)| Copy::of(case, nth)).collect::<Vec<_>>()
    };
    let mut copies = all(&quote_cases, quotes);
    copies.extend(all(&sales, quotes / 4));
    copies
}

/// What all cases together explain.
pub fn codes() -> BTreeMap<String, String> {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    let mut all = BTreeMap::new();
    for (field, code, word) in cases.iter().flat_map(explained) {
        let before = all.insert(format!("{field} {}", code + EXPLAINED), word.clone());
        assert!(before.is_none_or(|before| before == word), "two cases differ about {field} {code}");
    }
    all
}

fn explained(case: &Value) -> Vec<(String, i64, String)> {
    let codes = case["codes"].as_object().unwrap().iter();
    codes
        .map(|(key, word)| {
            let (field, code) = key.split_once(' ').unwrap();
            (field.to_owned(), code.parse().unwrap(), word.as_str().unwrap().to_owned())
        })
        .collect()
}

impl Copy {
    fn of(case: &Value, nth: usize) -> Self {
        let mut names = Names::new(nth);
        let mut rows: Vec<(String, Value)> = Vec::new();
        for (resource, of_resource) in case["records"].as_object().unwrap() {
            for row in of_resource.as_array().unwrap() {
                let mut row = row.clone();
                names.rename(&mut row);
                move_codes(resource, &mut row, &explained(case));
                rows.push((resource.clone(), row));
            }
        }
        // What is part of another comes first, so that a document is never seen without it.
        let order = ["quoteline", "quotesection", "salesorderline", "quote", "salesorder"];
        rows.sort_by_key(|(resource, _)| order.iter().position(|other| other == resource));
        let (mut documents, mut unreadable) = (BTreeMap::new(), Vec::new());
        for (key, said) in case["expect"].as_object().unwrap() {
            let said = said.as_array().unwrap().iter();
            let said = said.map(|line| names.in_text(line.as_str().unwrap()));
            if let Some((kind, number)) = key.split_once(' ') {
                documents.insert((kind.to_owned(), names.in_text(number)), said.collect());
            } else {
                unreadable.extend(said);
            }
        }
        let name = case["name"].as_str().unwrap().to_owned();
        Self { name, nth, rows, documents, unreadable }
    }

    /// Saves its rows as somebody does.
    pub fn put(&self, manager: &QuoteManager) {
        for (resource, row) in &self.rows {
            manager.put(resource, as_saved(resource, row)).unwrap();
        }
        for (resource, parent, _) in self.extra() {
            let leftover = manager.rows(resource).into_iter().find(|row| row["id"] == parent + EXTRA);
            if leftover.is_some() {
                manager.remove(resource, parent + EXTRA).unwrap();
            }
        }
    }

    /// Saves it as it was while somebody was still at it: another title, other prices, a line that will go.
    pub fn put_draft(&self, manager: &QuoteManager) {
        for (resource, row) in &self.rows {
            let mut row = as_saved(resource, row);
            match resource.as_str() {
                "quote" => set(&mut row, "title", json!("Being written")),
                "salesorder" => set(&mut row, "reference", json!("Being written")),
                "quoteline" | "salesorderline" => set(&mut row, "price", json!(1)),
                _ => {}
            }
            manager.put(resource, row).unwrap();
        }
        for (resource, parent, field) in self.extra() {
            let line = json!({ "id": parent + EXTRA, field: parent, "title": "To be removed", "price": 1, "quantity": 1 });
            manager.put(resource, line).unwrap();
        }
        // The document itself last: whatever is below it is seen with it.
        for (resource, row) in
            self.rows.iter().filter(|(resource, _)| *resource == "quote" || *resource == "salesorder")
        {
            let fields = if resource == "quote" {
                json!({ "privateNote": "draft" })
            } else {
                json!({ "notes": "draft" })
            };
            manager.edit(resource, row["id"].as_i64().unwrap(), fields).unwrap();
        }
    }

    /// Where a line too many is kept: its resource, what it belongs to, and the field that says so.
    fn extra(&self) -> Vec<(&'static str, i64, &'static str)> {
        let of = |resource: &str| {
            self.rows.iter().find(|(of, _)| of == resource).and_then(|(_, row)| row["id"].as_i64())
        };
        let sections = of("quotesection").map(|id| ("quoteline", id, "quoteSectionID"));
        let orders = of("salesorder").map(|id| ("salesorderline", id, "salesOrderID"));
        sections.into_iter().chain(orders).collect()
    }

    /// How many calls it takes to read the quote again: its sections, and the lines of each.
    pub fn sections(&self) -> usize {
        self.rows.iter().filter(|(resource, _)| resource == "quotesection").count()
    }

    /// The id of its quote.
    pub fn quote(&self) -> Option<i64> {
        self.rows.iter().find(|(resource, _)| resource == "quote").and_then(|(_, row)| row["id"].as_i64())
    }
}

/// The row as it comes in when it is saved now: changed now, and made when the case says. Where the day on which the
/// record was last changed stands in for that, it is left as the case has it.
fn as_saved(resource: &str, row: &Value) -> Value {
    let mut row = row.clone();
    let is_document = resource == "quote" || resource == "salesorder";
    let is_made = |member: &&str| row[*member].as_str().is_some_and(|at| at.starts_with("20"));
    if !is_document || ["createdDate", "createDate", "orderDate"].iter().any(is_made) {
        row.as_object_mut().unwrap().remove("modifiedDate");
    } else {
        null_unless_there(&mut row, "modifiedDate");
    }
    if is_document {
        null_unless_there(&mut row, "createdDate");
    }
    row
}

fn null_unless_there(row: &mut Value, member: &str) {
    row.as_object_mut().unwrap().entry(member).or_insert(Value::Null);
}

/// Sets a member, whatever the case of its name.
fn set(row: &mut Value, member: &str, value: Value) {
    let row = row.as_object_mut().unwrap();
    let name = row.keys().find(|name| name.eq_ignore_ascii_case(member)).cloned();
    row.insert(name.unwrap_or_else(|| member.to_owned()), value);
}

/// Moves the numbers that the case explains.
fn move_codes(resource: &str, row: &mut Value, explained: &[(String, i64, String)]) {
    for (field, code, _) in explained {
        let (of, member) = field.split_once('.').unwrap();
        let is_line = of == "quoteline" && resource == "salesorderline";
        if (of == resource || is_line) && row[member] == *code {
            row[member] = json!(code + EXPLAINED);
        }
    }
}

/// What a copy's ids and numbers are called.
struct Names {
    nth: usize,
    ids: BTreeSet<i64>,
    numbers: Vec<(String, String)>,
}

impl Names {
    fn new(nth: usize) -> Self {
        Self { nth, ids: BTreeSet::new(), numbers: Vec::new() }
    }

    fn rename(&mut self, row: &mut Value) {
        for (member, value) in row.as_object_mut().unwrap() {
            let member = member.to_ascii_lowercase();
            if member == "quotenumber" || member == "ordernumber" {
                *value = value.as_str().map_or(Value::Null, |number| json!(self.number(number)));
            } else if member.ends_with("id") && !member.starts_with("autotask") {
                self.rename_id(value);
            }
        }
    }

    fn rename_id(&mut self, value: &mut Value) {
        let id = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        let Some(id) = id.filter(|id| *id > 0) else { return };
        self.ids.insert(id);
        let moved = self.moved(id);
        *value = if value.is_string() { json!(moved.to_string()) } else { json!(moved) };
    }

    fn moved(&self, id: i64) -> i64 {
        id + i64::try_from(self.nth).unwrap() * APART
    }

    /// A number of the same length where it is a usual one, so that what is long stays as long.
    fn number(&mut self, number: &str) -> String {
        let is_usual = number.len() == 10 && number[2..].bytes().all(|byte| byte.is_ascii_digit());
        let new = match self.nth {
            _ if number.is_empty() => String::new(),
            0 => number.to_owned(),
            nth if is_usual => format!("{}{:02}{}", &number[..2], 30 + nth, &number[4..]),
            nth => format!("{number}.{nth}"),
        };
        self.numbers.push((number.to_owned(), new.clone()));
        new
    }

    fn in_text(&self, text: &str) -> String {
        let numbers = self.numbers.iter().filter(|(number, _)| !number.is_empty());
        let text = numbers.fold(text.to_owned(), |text, (number, new)| text.replace(number, new));
        self.ids_in_text(&text)
    }

    /// Moves every id that stands in a text as a number of its own.
    fn ids_in_text(&self, text: &str) -> String {
        let is_digit = |letter: char| letter.is_ascii_digit();
        let mut said = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_digit) {
            let end =
                rest[start..].find(|letter| !is_digit(letter)).map_or(rest.len(), |length| start + length);
            let digits = &rest[start..end];
            let is_alone = !rest[..start].ends_with(|letter: char| letter.is_alphanumeric() || letter == '.');
            let id = digits.parse().ok().filter(|id| is_alone && self.ids.contains(id));
            said.push_str(&rest[..start]);
            said.push_str(&id.map_or_else(|| digits.to_owned(), |id| self.moved(id).to_string()));
            rest = &rest[end..];
        }
        said + rest
    }
}
