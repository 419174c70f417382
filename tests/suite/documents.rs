//! Quotes and sales as a test writes them: a few words, the rest is usual.

use opportune::domain::document::Kind;
use serde_json::{Map, Value, json};

use crate::harness::{Reply, TestApp};

/// A quote or sale that is being written. What it does not say is as in [`body`].
pub struct Draft<'a> {
    app: &'a TestApp,
    kind: Kind,
    pub number: String,
    pub body: Value,
}

/// A document of a customer that is in Autotask, with no lines.
fn body(kind: Kind) -> Value {
    let (status, when) = if kind == Kind::Quote { ("open", "created_at") } else { ("placed", "ordered_at") };
    json!({
        "title": "Office refresh",
        "status": status,
        "currency": "USD",
        when: "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" },
        "lines": [],
    })
}

/// A product line: its id and name, and quantity × unit price as in `3 × 11.50`.
pub fn product(name: &str, amount: &str) -> Value {
    let (quantity, unit_price) = amount.split_once(" × ").expect("quantity × unit price");
    json!({
        "id": name, "kind": "product", "name": name, "category": "Hardware/Accessories",
        "quantity": quantity, "unit_price": unit_price,
    })
}

impl<'a> Draft<'a> {
    pub fn quote(app: &'a TestApp, number: &str) -> Self {
        Self { app, kind: Kind::Quote, number: number.to_owned(), body: body(Kind::Quote) }
    }

    pub fn sale(app: &'a TestApp, number: &str) -> Self {
        Self { app, kind: Kind::Sale, number: number.to_owned(), body: body(Kind::Sale) }
    }

    /// With a product at the end.
    #[must_use]
    pub fn line(self, name: &str, amount: &str) -> Self {
        self.item(product(name, amount))
    }

    /// With any line at the end.
    #[must_use]
    pub fn item(mut self, line: Value) -> Self {
        self.lines().push(line);
        self
    }

    /// With a member of its own.
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.set(member, value);
        self
    }

    /// For another customer, known by name alone.
    #[must_use]
    pub fn customer(self, name: &str) -> Self {
        self.with("customer", json!({ "id": name, "name": name }))
    }

    /// In place of everything said so far.
    #[must_use]
    pub fn document(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    pub fn set(&mut self, member: &str, value: Value) {
        self.body.as_object_mut().unwrap().insert(member.to_owned(), value);
    }

    /// Changes one member of a line.
    pub fn change(&mut self, line: usize, member: &str, value: Value) {
        let line: &mut Map<_, _> = self.lines()[line].as_object_mut().unwrap();
        line.insert(member.to_owned(), value);
    }

    pub fn lines(&mut self) -> &mut Vec<Value> {
        self.body["lines"].as_array_mut().unwrap()
    }

    /// The document as it would be sent.
    pub fn body(&self) -> &Value {
        &self.body
    }

    pub fn path(&self) -> String {
        format!("{}s/{}", self.kind.name(), self.number)
    }

    /// Sends it, whatever comes of it; the worker does nothing yet.
    pub async fn put(&self) -> Reply {
        self.app.put(&self.path(), &self.body).await
    }

    /// Sends it, and lets the worker bring it to Autotask.
    pub async fn send(&self) {
        let reply = self.put().await;
        assert_eq!(reply.status, 202, "{}: {reply:?}", self.number);
        self.app.settle().await;
    }

    async fn becomes(&mut self, status: &str) {
        self.set("status", json!(status));
        self.send().await;
    }

    /// The customer accepts.
    pub async fn win(&mut self) {
        self.becomes("won").await;
    }

    /// The customer declines.
    pub async fn lose(&mut self) {
        self.becomes("lost").await;
    }

    /// The customer thinks it over after all.
    pub async fn reopen(&mut self) {
        self.becomes("open").await;
    }

    /// The sale is cancelled.
    pub async fn cancel(&mut self) {
        self.becomes("cancelled").await;
    }
}
