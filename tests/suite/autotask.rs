//! Autotask's side of a test: what is there, what a person does there, what goes wrong there.

use std::sync::atomic::Ordering;

use opportune::emulator::{CREDENTIALS, LogEntry};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Reply, TestApp};

impl TestApp {
    /// The rows of an entity, oldest first.
    pub fn rows(&self, entity: &str) -> Vec<Value> {
        self.autotask.entities(entity)
    }

    /// The opportunities that carry a document's number.
    pub fn opportunities(&self, number: &str) -> Vec<Value> {
        let marker = format!("{number} ");
        let carries = |row: &Value| row["title"].as_str().is_some_and(|title| title.starts_with(&marker));
        self.rows("Opportunities").into_iter().filter(carries).collect()
    }

    /// The one opportunity of a document.
    pub fn opportunity(&self, number: &str) -> Value {
        let found = self.opportunities(number);
        assert_eq!(found.len(), 1, "opportunities of {number}: {found:#?}");
        found[0].clone()
    }

    /// The one Autotask quote of a document.
    pub fn autotask_quote(&self, number: &str) -> Value {
        let is_its = |row: &Value| row["externalQuoteNumber"] == number;
        let found: Vec<Value> = self.rows("Quotes").into_iter().filter(is_its).collect();
        assert_eq!(found.len(), 1, "quotes of {number}: {found:#?}");
        found[0].clone()
    }

    /// The items of a document, in display order.
    pub fn items(&self, number: &str) -> Vec<Value> {
        let quote = self.autotask_quote(number)["id"].clone();
        self.rows("QuoteItems").into_iter().filter(|item| item["quoteID"] == quote).collect()
    }

    /// The names of a document's items, in display order.
    pub fn item_names(&self, number: &str) -> Vec<String> {
        self.items(number).iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }

    /// A person edits a row in Autotask.
    pub async fn edit(&self, entity: &str, id: &Value, fields: Value) {
        let reply = self.control(Method::PATCH, &format!("entities/{entity}/{id}"), fields).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// A person deletes a row in Autotask that the API cannot delete.
    pub async fn vanish(&self, entity: &str, id: &Value) {
        let reply = self.control(Method::DELETE, &format!("entities/{entity}/{id}"), Value::Null).await;
        assert_eq!(reply.status, 204, "{reply:?}");
    }

    /// Rows that come into being in Autotask, by no rule; their ids.
    pub async fn appear(&self, entity: &str, rows: &[Value]) -> Vec<i64> {
        let reply = self.control(Method::POST, &format!("entities/{entity}"), json!(rows)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        serde_json::from_value(reply.body).unwrap()
    }

    /// An administrator switches a picklist value on or off in Autotask, and the lists are fetched anew.
    pub async fn switch_picklist(&self, field: &str, value: &str, active: bool) {
        let path = format!("picklists/Opportunities/{field}/{value}");
        let reply = self.control(Method::PATCH, &path, json!({ "isActive": active })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.services.refresh_lists(self.tenant).await.unwrap();
        self.calls();
    }

    /// An administrator switches the company type Customer on or off in Autotask.
    pub async fn switch_company_type(&self, active: bool) {
        let path = "picklists/Companies/companyType/1";
        let reply = self.control(Method::PATCH, path, json!({ "isActive": active })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// Autotask gives a text field another length, and the lists are fetched anew.
    pub async fn set_length(&self, entity: &str, field: &str, length: usize) {
        let path = format!("lengths/{entity}/{field}");
        let reply = self.control(Method::PATCH, &path, json!({ "length": length })).await;
        assert_eq!(reply.status, 204, "{reply:?}");
        self.services.refresh_lists(self.tenant).await.unwrap();
        self.calls();
    }

    /// A person adds a row in Autotask; its id.
    pub async fn add(&self, path: &str, fields: Value) -> Value {
        self.by_hand(Method::POST, path, &fields).await.body["itemId"].clone()
    }

    /// A person deletes a row in Autotask.
    pub async fn delete(&self, path: &str) {
        self.by_hand(Method::DELETE, path, &Value::Null).await;
    }

    /// A company with that name; its id.
    pub async fn add_company(&self, name: &str) -> Value {
        let fields = json!({ "companyName": name, "companyType": 1, "ownerResourceID": 29_681_201, "phone": "555-0100" });
        self.add("Companies", fields).await
    }

    async fn by_hand(&self, method: Method, path: &str, body: &Value) -> Reply {
        let url = format!("http://{}/ATServicesRest/V1.0/{path}", self.emulator);
        let request = self
            .http
            .request(method, url)
            .header("UserName", CREDENTIALS.user)
            .header("Secret", CREDENTIALS.secret);
        let reply =
            Reply::of(request.header("ApiIntegrationCode", CREDENTIALS.integration_code).json(body)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.calls();
        reply
    }

    /// Scripts what goes wrong with the next requests to Autotask.
    pub async fn fault(&self, fault: Value) {
        let reply = self.control(Method::POST, "faults", fault).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// Sets Autotask's limits, and what others have used of them.
    pub async fn limits(&self, limits: Value) {
        let reply = self.control(Method::POST, "limits", limits).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> Reply {
        let url = format!("http://{}/_emulator/{path}", self.emulator);
        Reply::of(self.http.request(method, url).json(&body)).await
    }

    /// The requests that reached Autotask since this was last asked, but those that ask how many were used.
    pub fn requests(&self) -> Vec<LogEntry> {
        let mut log = self.autotask.log();
        let seen = self.calls_seen.swap(log.last().map_or(0, |entry| entry.n), Ordering::SeqCst);
        log.retain(|entry| entry.n > seen && !entry.path.contains("ThresholdInformation"));
        log
    }

    /// How many requests reached Autotask since this was last asked.
    pub fn calls(&self) -> usize {
        self.requests().len()
    }

    /// The statuses of requests to Autotask that failed and that no test has read yet; 0 for a cut connection.
    pub fn failures(&self) -> Vec<u16> {
        self.unread_failures().iter().map(|entry| entry.status.unwrap_or(0)).collect()
    }

    pub fn unread_failures(&self) -> Vec<LogEntry> {
        let mut log = self.autotask.log();
        let seen = self.failures_seen.swap(log.last().map_or(0, |entry| entry.n), Ordering::SeqCst);
        log.retain(|entry| entry.n > seen && entry.status.is_none_or(|status| status >= 400));
        log
    }
}
