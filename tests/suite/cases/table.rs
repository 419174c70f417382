//! What a case is, and how its requests are written down.

use std::{collections::BTreeMap, fmt::Write};

use opportune::{
    db,
    domain::{
        document::Kind,
        plan::{Key, Link, Target},
    },
    emulator::LogEntry,
};
use serde_json::{Value, json};

use crate::{
    documents::{Draft, product},
    harness::{Database, TestApp},
};

const ROOT: &str = "/ATServicesRest/V1.0/";
/// The role that the labor of SKU `LAB-1` is linked to.
const ROLE: i64 = 29_681_251;

/// A quote or sale and what becomes of it.
pub struct Case {
    name: &'static str,
    moves: Vec<Move>,
}

enum Move {
    /// The document is sent in this state.
    Send(Kind, Value),
    /// A sale of the quote is sent.
    Sale(Value),
    /// A person sets fields of its opportunity.
    Person(Value),
    /// A person sets fields of its ticket.
    Ticket(Value),
    /// A person, or an invoice, sets fields of the ticket's charge of that name.
    Charge(&'static str, Value),
    /// A person deletes the ticket's charge of that name.
    Deleted(&'static str),
    /// The quote that follows names the opportunity, and the quote where `true`, of the one before as its own.
    Adopt(bool),
}

/// A case of a quote with these lines. Lines without an id get one.
pub fn quote(name: &'static str, lines: &[Value]) -> Case {
    Case { name, moves: vec![Move::Send(Kind::Quote, body(Kind::Quote, lines))] }
}

/// A case of a sale with these lines.
pub fn sale(name: &'static str, lines: &[Value]) -> Case {
    Case { name, moves: vec![Move::Send(Kind::Sale, body(Kind::Sale, lines))] }
}

fn body(kind: Kind, lines: &[Value]) -> Value {
    let (status, when) = if kind == Kind::Quote { ("open", "created_at") } else { ("placed", "ordered_at") };
    let with_id = |(nth, line): (usize, &Value)| {
        let mut line = line.clone();
        line["id"] = json!(format!("{}", nth + 1));
        line
    };
    json!({
        "title": "Office refresh", "status": status, "currency": "USD", when: "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" },
        "lines": lines.iter().enumerate().map(with_id).collect::<Vec<_>>(),
    })
}

/// A line of that kind that says nothing else but these members.
pub fn line(kind: &str, members: Value) -> Value {
    let mut line = json!({ "kind": kind, "name": "Thing", "quantity": "1", "unit_price": "100" });
    if kind == "recurring_service" {
        line["period"] = json!("monthly");
    }
    let Value::Object(members) = members else { panic!("no members") };
    line.as_object_mut().unwrap().extend(members);
    line
}

/// The product that Autotask has from before.
pub fn cable() -> Value {
    product("HDMI cable", "3 × 11.50")
}

impl Case {
    /// With a member of the document.
    pub fn with(mut self, member: &str, value: Value) -> Self {
        let Some(Move::Send(_, body)) = self.moves.last_mut() else { panic!("nothing is sent") };
        body[member] = value;
        self
    }

    /// Then it is sent again with this change.
    pub fn then(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let sent = self.moves.iter().rev().find_map(|step| match step {
            Move::Send(kind, body) => Some((*kind, body.clone())),
            _ => None,
        });
        let (kind, mut body) = sent.unwrap();
        change(&mut body);
        self.moves.push(Move::Send(kind, body));
        self
    }

    /// Then its status is this one.
    pub fn becomes(self, status: &'static str) -> Self {
        self.then(|body| body["status"] = json!(status))
    }

    /// Then a person sets fields of its opportunity in Autotask.
    pub fn person(mut self, fields: Value) -> Self {
        self.moves.push(Move::Person(fields));
        self
    }

    /// Then a person sets fields of its ticket in Autotask.
    pub fn ticket(mut self, fields: Value) -> Self {
        self.moves.push(Move::Ticket(fields));
        self
    }

    /// Then the charge of that name is on an invoice.
    pub fn billed(mut self, charge: &'static str) -> Self {
        self.moves.push(Move::Charge(charge, json!({ "isBilled": true })));
        self
    }

    /// Then a person deletes the charge of that name.
    pub fn deleted(mut self, charge: &'static str) -> Self {
        self.moves.push(Move::Deleted(charge));
        self
    }

    /// Then a sale of it is sent with these members.
    pub fn sold(mut self, members: Value) -> Self {
        self.moves.push(Move::Sale(members));
        self
    }

    /// It has the opportunity of the case before, and its quote where `quote` says so.
    pub fn of_the_case_before(mut self, quote: bool) -> Self {
        self.moves.insert(0, Move::Adopt(quote));
        self
    }
}

/// A program with a table of cases.
pub struct Table {
    pub app: TestApp,
    text: String,
    names: BTreeMap<(&'static str, i64), String>,
    items: usize,
    locations: usize,
    last: Option<(Value, Value)>,
}

impl Table {
    /// The customer, the cable and a role are linked from before.
    pub async fn start(db: &Database) -> Self {
        let app = Box::pin(TestApp::start(db)).await;
        let fallback = app.save_settings(|form| "29681713".clone_into(&mut form.category_map.fallback));
        Box::pin(fallback).await;
        let labor = line("labor", json!({ "id": "1", "sku": "LAB-1" }));
        let before = Draft::quote(&app, "Q-before").line("HDMI cable", "3 × 11.50").item(labor);
        Box::pin(before.send()).await;
        let mut tx = app.services.db.write().await.unwrap();
        let stored = db::find_document(&mut tx, app.tenant, Kind::Quote, "Q-before").await.unwrap().unwrap();
        let (key, link) = (Key::new(Target::Role, "sku lab-1"), Link { id: ROLE, ..Link::default() });
        db::put_link(&mut tx, app.tenant, stored.id, &key, &link, 1).await.unwrap();
        tx.commit().await.unwrap();
        app.calls();
        let mut names = BTreeMap::from([(("Roles", ROLE), "{role}".to_owned())]);
        for (entity, field) in [("Products", "name"), ("Services", "name"), ("Companies", "companyName")] {
            for row in app.rows(entity) {
                names.insert(
                    (entity, row["id"].as_i64().unwrap()),
                    format!("{{{}}}", row[field].as_str().unwrap()),
                );
            }
        }
        Self { app, text: String::new(), names, items: 0, locations: 0, last: None }
    }

    /// Goes through a case.
    pub async fn case(&mut self, case: Case) {
        writeln!(self.text, "== {}", case.name).unwrap();
        let number =
            case.name.split([' ', ',', '\'']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
        let number: String = number.chars().take(50).collect();
        (self.items, self.locations) = (0, 0);
        let mut given = None;
        for step in case.moves {
            match step {
                Move::Send(kind, mut body) => {
                    if let Some(ids) = &given {
                        body["autotask"] = Value::clone(ids);
                    }
                    let path = format!("{}s/{number}", kind.name());
                    self.send(&path, &number, &body).await;
                }
                Move::Sale(members) => {
                    let lines = [cable()];
                    let mut sale = body(Kind::Sale, &lines);
                    sale["quote_number"] = json!(number);
                    sale.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
                    let path = format!("sales/S-{}", number.chars().take(40).collect::<String>());
                    self.send(&path, &number, &sale).await;
                }
                Move::Person(fields) => {
                    let id = self.app.opportunity(&number)["id"].clone();
                    writeln!(self.text, "a person: {fields}").unwrap();
                    self.app.edit("Opportunities", &id, fields).await;
                }
                Move::Ticket(fields) => {
                    let id = self.app.ticket(&number)["id"].clone();
                    writeln!(self.text, "a person: {fields}").unwrap();
                    self.app.edit("Tickets", &id, fields).await;
                }
                Move::Charge(name, fields) => {
                    let id = self.app.charge(&number, name)["id"].clone();
                    writeln!(self.text, "{name}: {fields}").unwrap();
                    self.app.edit("TicketCharges", &id, fields).await;
                }
                Move::Deleted(name) => {
                    let id = self.app.charge(&number, name)["id"].clone();
                    writeln!(self.text, "{name}: deleted by a person").unwrap();
                    self.app.vanish("TicketCharges", &id).await;
                }
                Move::Adopt(with_quote) => {
                    let (opportunity, quote) = self.last.clone().unwrap();
                    let quote = if with_quote { quote } else { Value::Null };
                    given = Some(json!({ "opportunity_id": opportunity, "quote_id": quote }));
                }
            }
        }
    }

    async fn send(&mut self, path: &str, number: &str, body: &Value) {
        let reply = self.app.put(path, body).await;
        assert_eq!(reply.status, 202, "{path}: {reply:?}");
        self.app.settle().await;
        for entry in self.app.requests() {
            self.request(&entry);
        }
        self.app.failures();
        let pushes = self.app.pushes(number).await;
        let end = pushes.first().map_or_else(
            || "no push".to_owned(),
            |push| {
                format!(
                    "{} {}",
                    push["status"].as_str().unwrap(),
                    push["reason"].as_str().unwrap_or_default()
                )
            },
        );
        writeln!(self.text, "→ {}\n", end.trim_end()).unwrap();
    }

    fn request(&mut self, entry: &LogEntry) {
        let path = entry.path.strip_prefix(ROOT).unwrap();
        let entity = entity_at(path);
        if let (Some(id), "POST") = (entry.response["itemId"].as_i64(), entry.method.as_str()) {
            let named = self.name_of(path, &entry.body, id);
            self.names.entry((entity, id)).or_insert(named);
        }
        let mut parts: Vec<String> = Vec::new();
        for part in path.split('/') {
            let id = part.parse().ok().map(|id| (entity_at(&parts.join("/")), id));
            parts.push(id.and_then(|id| self.names.get(&id).cloned()).unwrap_or_else(|| part.to_owned()));
        }
        let body = self.named(entity, "", &entry.body);
        let body = if body.is_null() { String::new() } else { format!(" {body}") };
        let failed = entry.status.filter(|status| *status >= 400).map(|status| format!(" → {status}"));
        writeln!(self.text, "{} {}{body}{}", entry.method, parts.join("/"), failed.unwrap_or_default())
            .unwrap();
    }

    fn name_of(&mut self, path: &str, body: &Value, id: i64) -> String {
        let name = match path {
            "Opportunities" => {
                self.last = Some((json!(id), Value::Null));
                "opportunity"
            }
            "Quotes" => {
                self.last.as_mut().unwrap().1 = json!(id);
                "quote"
            }
            "Tickets" => "ticket",
            "Companies" => body["companyName"].as_str().unwrap(),
            _ if path.ends_with("/Contacts") => body["emailAddress"].as_str().unwrap(),
            "QuoteLocations" if self.locations > 0 => "other location",
            "QuoteLocations" => {
                self.locations += 1;
                "location"
            }
            "Products" | "Services" => body["name"].as_str().unwrap(),
            _ => {
                self.items += 1;
                let noun = if path.ends_with("/Charges") { "charge" } else { "item" };
                return format!("{{{noun} {}}}", self.items);
            }
        };
        format!("{{{name}}}")
    }

    /// A field's value with names for ids.
    fn named(&self, entity: &'static str, field: &str, value: &Value) -> Value {
        let member = |(name, value): (&String, &Value)| (name.clone(), self.named(entity, name, value));
        match value {
            Value::Number(number) => {
                let name = number.as_i64().and_then(|id| self.names.get(&(entity_of(entity, field)?, id)));
                name.map_or_else(|| value.clone(), |name| json!(name))
            }
            Value::Array(values) => values.iter().map(|value| self.named(entity, field, value)).collect(),
            Value::Object(members) => match members.get("field").and_then(Value::as_str) {
                Some(of) => members
                    .iter()
                    .map(|(name, value)| (name.clone(), self.named(entity, of, value)))
                    .collect(),
                None => members.iter().map(member).collect(),
            },
            other => other.clone(),
        }
    }

    /// Holds what was written down to the snapshot of that name; `count` cases are expected.
    pub fn finish(self, name: &str, count: usize) {
        assert_eq!(self.text.matches("== ").count(), count, "cases of {name}");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, self.text);
        });
    }
}

/// The entity whose rows a path leads to.
fn entity_at(path: &str) -> &'static str {
    let last = path.split('/').rfind(|part| part.starts_with(char::is_uppercase));
    if last == Some("Charges") {
        return "TicketCharges";
    }
    let known = [
        "Opportunities",
        "Quotes",
        "QuoteLocations",
        "Products",
        "Services",
        "Companies",
        "Contacts",
        "Tickets",
        "TicketCharges",
    ];
    known.into_iter().find(|entity| Some(*entity) == last).unwrap_or("QuoteItems")
}

/// The entity that a field's ids are of; `None` for numbers that are no ids of named rows.
fn entity_of(entity: &'static str, field: &str) -> Option<&'static str> {
    Some(match field {
        "id" => entity,
        "companyID" => "Companies",
        "contactID" => "Contacts",
        "opportunityID" => "Opportunities",
        "quoteID" => "Quotes",
        "ticketID" => "Tickets",
        "billToLocationID" | "shipToLocationID" | "soldToLocationID" => "QuoteLocations",
        "productID" => "Products",
        "serviceID" => "Services",
        "laborID" => "Roles",
        _ => return None,
    })
}
