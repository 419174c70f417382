//! Reading Kaseya Quote Manager: what is read, with which calls, and what becomes of it.

mod changes;
mod codes;
mod connection;
mod faults;
mod first;
mod limits;
mod page;
mod processes;
mod reconcile;
mod rest;

use opportune::{
    domain::author::Author,
    emulator::{QUOTE_MANAGER_KEY, QuoteManager},
    service::sources::{
        SourceConnected, SourceView,
        settings::{SourceForm, SourceSaved},
    },
};
use serde_json::{Map, Value, json};

use crate::harness::{MINUTE, TestApp};

/// The source's word.
pub const QUOTE_MANAGER: &str = "quote-manager";

/// The Quote Manager of a test.
pub struct Shop<'a> {
    app: &'a TestApp,
    pub api: QuoteManager,
}

impl TestApp {
    pub fn quote_manager(&self) -> Shop<'_> {
        Shop { app: self, api: self.autotask.quote_manager() }
    }
}

impl<'a> Shop<'a> {
    /// Puts what quotes refer to: a customer of Autotask, a seller, and two products of a category that is mapped.
    pub fn stock(&self) {
        let rows = [
            ("customer", json!({ "id": 55, "name": "Northwind Traders" })),
            (
                "employee",
                json!({ "id": 7, "firstName": "Sal", "lastName": "Rep", "email": "sal@example.test", "isActive": true }),
            ),
            ("category", json!({ "id": 1, "parentID": null, "name": "Hardware" })),
            ("category", json!({ "id": 2, "parentID": 1, "name": "Accessories" })),
            ("brand", json!({ "id": 5, "name": "Contoso" })),
            (
                "product",
                json!({ "id": 801, "productNumber": "CBL-1", "title": "HDMI cable", "brandID": 5, "categoryID": 2 }),
            ),
            (
                "product",
                json!({ "id": 802, "productNumber": "MSE-1", "title": "Mouse", "brandID": 0, "categoryID": 2 }),
            ),
        ];
        for (resource, row) in rows {
            self.api.put(resource, row).unwrap();
        }
    }

    /// Puts the stock and connects, a minute after everything that was put before; what is there is read.
    pub async fn connect(&self) {
        self.stock();
        self.app.clock.advance(MINUTE);
        let saved = self.save_key(QUOTE_MANAGER_KEY).await;
        assert!(matches!(saved, SourceConnected::Done(_)), "{saved:?}");
        self.app.clock.advance(MINUTE);
        self.app.settle().await;
    }

    pub async fn save_key(&self, key: &str) -> SourceConnected {
        let services = &self.app.services;
        services.save_source_connection(self.app.tenant, QUOTE_MANAGER, None, &key.into()).await.unwrap()
    }

    /// Lets a minute pass, and the worker do what is due then.
    pub async fn cycle(&self) {
        self.app.after(MINUTE).await;
    }

    /// A quote that can be added to and put.
    pub fn quote(&self, id: i64) -> Offer<'a> {
        let row = json!({
            "id": id, "quoteNumber": format!("QO{id}"), "title": "Office refresh", "status": 1,
            "ownerEmployeeID": 7, "customerID": 55, "salesOrderId": null,
        });
        Offer { api: self.api.clone(), app: self.app, row, sections: vec![Vec::new()] }
    }

    /// A sales order that can be added to and put.
    pub fn sale(&self, id: i64) -> Order<'a> {
        let row = json!({
            "id": id, "orderNumber": format!("SO{id}"), "status": 2, "ownerEmployeeID": 7, "customerID": 55, "quoteID": 0,
        });
        Order { api: self.api.clone(), app: self.app, row, lines: Vec::new() }
    }

    /// How many calls were made so far.
    pub fn mark(&self) -> usize {
        self.api.log().len()
    }

    /// The calls since: each its resource and id, with the filter if there was one.
    pub fn calls_since(&self, mark: usize) -> Vec<String> {
        let log = self.api.log();
        log[mark..]
            .iter()
            .map(|entry| {
                let path = entry.path.trim_start_matches("/v1/");
                let filters = entry.query.split('&').filter(|part| {
                    !part.is_empty()
                        && !["page=", "pageSize=", "modifiedAfter="]
                            .iter()
                            .any(|usual| part.starts_with(usual))
                });
                let filters: Vec<&str> = filters.collect();
                if filters.is_empty() { path.to_owned() } else { format!("{path}?{}", filters.join("&")) }
            })
            .collect()
    }

    pub async fn view(&self) -> SourceView {
        self.app.services.source_view(self.app.tenant, QUOTE_MANAGER).await.unwrap()
    }

    /// Saves the settings of its page with some of them changed.
    pub async fn save(&self, change: impl FnOnce(&mut SourceForm)) -> SourceSaved {
        let view = self.view().await;
        let mut form =
            SourceForm { revision: view.revision, settings: view.settings, ..SourceForm::default() };
        change(&mut form);
        let services = &self.app.services;
        services.save_source_settings(self.app.tenant, QUOTE_MANAGER, &Author::SYSTEM, &form).await.unwrap()
    }

    /// Says what a code means, and lets the worker do what that releases.
    pub async fn say(&self, code: &str, word: &str) {
        let saved =
            self.save(|form| drop(form.settings.codes.insert(code.to_owned(), word.to_owned()))).await;
        assert!(matches!(saved, SourceSaved::Done { .. }), "{saved:?}");
        self.app.settle().await;
    }

    /// How many documents of this resource were read.
    pub async fn read(&self, resource: &str) -> i64 {
        let view = self.view().await;
        view.documents.iter().find(|count| count.resource == resource).unwrap().documents
    }
}

/// A quote that is being written in Quote Manager.
pub struct Offer<'a> {
    api: QuoteManager,
    app: &'a TestApp,
    pub row: Value,
    sections: Vec<Vec<Map<String, Value>>>,
}

fn line(product: i64, quantity: i64, price: f64) -> Map<String, Value> {
    let row = json!({ "productID": product, "quantity": quantity, "price": price, "isRecurring": false });
    row.as_object().unwrap().clone()
}

impl Offer<'_> {
    /// With a field of its own.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.set(field, value);
        self
    }

    pub fn set(&mut self, field: &str, value: Value) {
        self.row.as_object_mut().unwrap().insert(field.to_owned(), value);
    }

    /// With a product at the end of the last section.
    #[must_use]
    pub fn line(mut self, product: i64, quantity: i64, price: f64) -> Self {
        self.sections.last_mut().unwrap().push(line(product, quantity, price));
        self
    }

    /// The last line has a field of its own.
    #[must_use]
    pub fn line_with(mut self, field: &str, value: Value) -> Self {
        let last = self.sections.last_mut().unwrap().last_mut().unwrap();
        last.insert(field.to_owned(), value);
        self
    }

    /// A section begins.
    #[must_use]
    pub fn section(mut self) -> Self {
        self.sections.push(Vec::new());
        self
    }

    pub fn id(&self) -> i64 {
        self.row["id"].as_i64().unwrap()
    }

    /// The id of a line: of its section and its place, both counted from 0.
    pub fn line_id(&self, section: i64, line: i64) -> i64 {
        (self.id() * 10 + section) * 10 + line
    }

    /// Saves it in Quote Manager; nobody reads it yet.
    pub fn put(&self) {
        for (nth, lines) in (0..).zip(&self.sections) {
            let section = self.id() * 10 + nth;
            let row =
                json!({ "id": section, "quoteID": self.id(), "lineNumber": nth, "isMultiChoice": false });
            self.api.put("quotesection", row).unwrap();
            for (place, line) in (0..).zip(lines) {
                let mut line = line.clone();
                line.insert("id".to_owned(), json!(section * 10 + place));
                line.insert("quoteSectionID".to_owned(), json!(section));
                line.insert("lineNumber".to_owned(), json!(place));
                self.api.put("quoteline", line.into()).unwrap();
            }
        }
        self.api.put("quote", self.row.clone()).unwrap();
    }

    /// Saves it, and lets the worker read and send it.
    pub async fn send(&self) {
        self.put();
        self.app.quote_manager().cycle().await;
    }
}

/// A sales order that is being written in Quote Manager.
pub struct Order<'a> {
    api: QuoteManager,
    app: &'a TestApp,
    pub row: Value,
    lines: Vec<Map<String, Value>>,
}

impl Order<'_> {
    /// With a field of its own.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.row.as_object_mut().unwrap().insert(field.to_owned(), value);
        self
    }

    /// With a product at the end.
    #[must_use]
    pub fn line(mut self, product: i64, quantity: i64, price: f64) -> Self {
        self.lines.push(line(product, quantity, price));
        self
    }

    /// Saves it in Quote Manager; nobody reads it yet.
    pub fn put(&self) {
        let id = self.row["id"].as_i64().unwrap();
        for (place, line) in (0..).zip(&self.lines) {
            let mut line = line.clone();
            line.insert("id".to_owned(), json!(id * 10 + place));
            line.insert("salesOrderID".to_owned(), json!(id));
            line.insert("lineNumber".to_owned(), json!(place));
            self.api.put("salesorderline", line.into()).unwrap();
        }
        self.api.put("salesorder", self.row.clone()).unwrap();
    }

    /// Saves it, and lets the worker read and send it.
    pub async fn send(&self) {
        self.put();
        self.app.quote_manager().cycle().await;
    }
}
