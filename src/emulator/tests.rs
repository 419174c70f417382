//! The emulator from outside, over its router; `seed_minimal.json` is the tenant.

#[path = "../../tests/contract/checker.rs"]
mod contract;
mod control;
mod customers;
mod items;
mod limits;
mod reads;
mod script;
mod tenant;
mod tickets;
mod user_defined;
mod wire;
mod writes;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{CREDENTIALS, Emulator, Options};
use crate::clock::{Clock, timestamp};

const SEED: &str = include_str!("seed_minimal.json");
const BASE: &str = "/ATServicesRest/V1.0/";

/// 2026-03-04T05:06:07.089Z, the time that stands still in these tests.
const NOW: i64 = 1_772_600_767_089;

struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The id that a write answers with.
    fn id(&self) -> i64 {
        assert_eq!(self.status, 200, "{}", self.text);
        let body = self.json();
        assert_eq!(body.as_object().unwrap().len(), 1, "a write answers its id and nothing else: {body}");
        body["itemId"].as_i64().unwrap()
    }

    #[track_caller]
    fn refuses_with(&self, sentence: &str) {
        assert_eq!((self.status, self.json()), (500, json!({"errors": [sentence]})));
    }
}

struct Api(Emulator);

impl Api {
    fn new() -> Self {
        Self::open(Options::default())
    }

    fn open(options: Options) -> Self {
        let clock = Clock::manual(timestamp(NOW));
        Self(Emulator::with_seed(SEED, Options { clock, ..options }).unwrap())
    }

    async fn request(&self, request: Request<Body>) -> Reply {
        let response = self.0.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// A call with credentials; `path` follows the version.
    async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        self.request(signed(method, &format!("{BASE}{path}"), &body)).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, body).await
    }

    /// The row behind `GET {entity}/{id}`.
    async fn row(&self, entity: &str, id: i64) -> Value {
        self.get(&format!("{entity}/{id}")).await.json()["item"].take()
    }

    async fn opportunity(&self) -> i64 {
        self.post("Opportunities", opportunity()).await.id()
    }

    async fn quote(&self) -> i64 {
        let opportunity = self.opportunity().await;
        self.post("Quotes", quote(opportunity)).await.id()
    }
}

/// The vendor's swagger says what Autotask answers. What these tests ask for is wrong on purpose where it is wrong.
impl Drop for Api {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let log = self.0.log();
        let exchanges = log.iter().map(|entry| contract::Exchange {
            method: &entry.method,
            path: &entry.path,
            body: &entry.body,
            status: entry.status,
            response: &entry.response,
            scripted: entry.scripted,
        });
        let mut violations: Vec<_> = exchanges.flat_map(|exchange| contract::violations(&exchange)).collect();
        violations.retain(|violation| violation.side == contract::Side::Answer);
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

fn signed(method: Method, path: &str, body: &Value) -> Request<Body> {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    Request::builder()
        .method(method)
        .uri(path)
        .header("Host", "autotask.test:9090")
        .header("username", CREDENTIALS.user)
        .header("SECRET", CREDENTIALS.secret)
        .header("ApiIntegrationcode", CREDENTIALS.integration_code)
        .header("Content-Type", "application/json")
        .body(body)
        .unwrap()
}

fn opportunity() -> Value {
    json!({
        "companyID": 101, "title": "Q-1 Firewall", "stage": 11, "status": 1, "ownerResourceID": 301,
        "startDate": "2026-03-01", "projectedCloseDate": "2026-03-31T00:00:00Z", "probability": 0,
        "amount": 100, "cost": 60.5, "useQuoteTotals": true,
    })
}

fn quote(opportunity: i64) -> Value {
    json!({
        "opportunityID": opportunity, "name": "Firewall", "effectiveDate": "2026-03-01",
        "expirationDate": "2026-03-31", "billToLocationID": 951, "shipToLocationID": 951,
        "soldToLocationID": 951, "externalQuoteNumber": "Q-1",
    })
}

/// `base` with the members of `change` in place of its own; null takes a member away.
fn with(base: Value, change: Value) -> Value {
    let (Value::Object(mut base), Value::Object(change)) = (base, change) else { panic!("objects only") };
    for (name, value) in change {
        if value.is_null() {
            base.remove(&name);
        } else {
            base.insert(name, value);
        }
    }
    Value::Object(base)
}
