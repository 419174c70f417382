//! The stand-in for Quote Manager from outside, over the emulator's router.

mod contract;
mod control;
mod dates;
mod faults;
mod limits;
mod lists;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{super::Options, KEY, LogEntry, QuoteManager, Switches};
use crate::{
    clock::{Clock, timestamp},
    emulator::Emulator,
};

/// 2026-03-04T05:06:07.089Z, the time that stands still in these tests.
const NOW: i64 = 1_772_600_767_089;

struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The ids of the rows of a list, in its order.
    #[track_caller]
    fn ids(&self) -> Vec<i64> {
        assert_eq!(self.status, 200, "{}", self.text);
        let rows = self.json();
        rows.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    }
}

struct Instance {
    emulator: Emulator,
    manager: QuoteManager,
    clock: Clock,
}

impl Instance {
    fn new() -> Self {
        Self::open(Options::default())
    }

    fn open(options: Options) -> Self {
        let clock = Clock::manual(timestamp(NOW));
        let emulator = Emulator::open(Options { clock: clock.clone(), ..options }).unwrap();
        Self { manager: emulator.quote_manager(), emulator, clock }
    }

    fn example() -> Self {
        let instance = Self::new();
        instance.manager.seed_example().unwrap();
        instance
    }

    async fn request(&self, request: Request<Body>) -> Reply {
        let response = self.emulator.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// A call with the key; `path` follows the version.
    async fn get(&self, path: &str) -> Reply {
        self.request(called(Method::GET, path, Some(KEY))).await
    }

    async fn ids(&self, path: &str) -> Vec<i64> {
        self.get(path).await.ids()
    }

    fn put(&self, resource: &str, row: Value) -> i64 {
        self.manager.put(resource, row).unwrap()
    }

    /// The row of this id.
    fn row(&self, resource: &str, id: i64) -> Value {
        self.manager.rows(resource).into_iter().find(|row| row["id"] == id).unwrap()
    }

    fn last_call(&self) -> LogEntry {
        self.manager.log().pop().unwrap()
    }

    fn switch(&self, change: impl FnOnce(&mut Switches)) {
        let mut switches = self.manager.switches();
        change(&mut switches);
        self.manager.set_switches(switches);
    }
}

fn called(method: Method, path: &str, key: Option<&str>) -> Request<Body> {
    let request = Request::builder().method(method).uri(format!("/v1/{path}"));
    let request = if let Some(key) = key { request.header("APIKEY", key) } else { request };
    request.body(Body::empty()).unwrap()
}
