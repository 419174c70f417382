//! Previews: what is shown is what a push then sends, and nothing is sent by looking.

mod documents;

use std::collections::{BTreeMap, BTreeSet};

use opportune::{
    emulator::LogEntry,
    service::preview::{MAX_READS, Outcome, Preview, Request, Which},
};
use serde_json::{Value, json};

use crate::harness::{Database, TestApp, on_both, on_postgres, on_sqlite};

const ROOT: &str = "/ATServicesRest/V1.0/";

/// A preview that reads little and writes nothing.
async fn preview(app: &TestApp, which: Which) -> Preview {
    app.calls();
    let preview = app.services.preview(app.tenant, None, which).await.unwrap();
    let requests = app.requests();
    assert!(requests.len() <= MAX_READS, "{} reads", requests.len());
    for request in requests {
        let is_read = request.method == "GET" || request.path.ends_with("/query");
        assert!(is_read && request.effect.is_none(), "a preview sent {} {}", request.method, request.path);
    }
    preview
}

fn is_write(entry: &LogEntry) -> bool {
    entry.method != "GET" && !entry.path.ends_with("/query")
}

/// Ids that were not known yet when a preview was made, by what stood for them.
#[derive(Default)]
struct Ids {
    given: BTreeSet<i64>,
    by_token: BTreeMap<String, i64>,
}

impl Ids {
    /// Puts the ids that Autotask gave in place of what stands for them; `sent` tells which id a new one stands for.
    fn fill(&mut self, shown: &mut Value, sent: &Value) {
        let Value::Object(members) = shown else { return };
        for (name, value) in members {
            let Some(token) = value.as_str().filter(|text| text.starts_with('{')) else { continue };
            let id = sent[name].as_i64().unwrap_or_else(|| panic!("{name} of {sent} is no id"));
            assert!(self.given.contains(&id), "{token} stands for {id}, which nothing before it made");
            assert_eq!(*self.by_token.entry(token.to_owned()).or_insert(id), id, "{token}");
            *value = json!(id);
        }
    }

    fn path(&self, path: &str) -> String {
        self.by_token.iter().fold(path.to_owned(), |path, (token, id)| path.replace(token, &id.to_string()))
    }
}

/// Fails unless the requests that were shown are, byte for byte, those that were then sent.
fn assert_sent(number: &str, preview: &Preview, sent: &[LogEntry]) {
    let shown: Vec<&Request> = preview.records.iter().filter_map(|record| record.request.as_ref()).collect();
    let (mut ids, mut pairs) = (Ids::default(), Vec::new());
    for (request, entry) in shown.iter().zip(sent) {
        let mut body = request.body.clone().map_or(Value::Null, Value::Object);
        ids.fill(&mut body, &entry.body);
        let path = format!("{ROOT}{}", ids.path(&request.path));
        pairs.push((
            format!("{} {path} {body}", request.method),
            format!("{} {} {}", entry.method, entry.path, entry.body),
        ));
        ids.given.extend(entry.response["itemId"].as_i64());
    }
    for (shown, sent) in &pairs {
        assert_eq!(shown, sent, "{number}");
    }
    assert_eq!(shown.len(), sent.len(), "{number}: {shown:#?} and {sent:#?}");
}

/// Previews a document as it is about to be sent, sends it, and compares.
async fn preview_and_send(app: &TestApp, kind: &str, number: &str, body: &Value, before: bool) {
    let given = match kind {
        "quote" => opportune::domain::intake::quote(number, body).unwrap(),
        _ => opportune::domain::intake::sale(number, body).unwrap(),
    };
    let early = preview(app, Which::Given(Box::new(given))).await;
    let reply = app.put(&format!("{kind}s/{number}"), body).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    let shown = if before { early } else { preview(app, Which::Number(number.to_owned())).await };
    assert_eq!(shown.problems, [], "{number}");
    assert_eq!(shown.notes.iter().filter(|note| note.contains("looked up")).count(), 0, "{number}");
    app.calls();
    app.settle().await;
    let sent: Vec<_> = app.requests().into_iter().filter(is_write).collect();
    assert_eq!(app.push(number).await["status"], "sent", "{number}: {}", app.push(number).await);
    assert_sent(number, &shown, &sent);
    let again = preview(app, Which::Number(number.to_owned())).await;
    let is_done = matches!(again.outcome, Outcome::Nothing | Outcome::Skipped(_));
    assert!(is_done && again.records.is_empty(), "{number}: {again:#?}");
}

async fn previews_are_what_is_sent(db: &Database, count: usize) {
    let app = TestApp::start(db).await;
    app.save_settings(|form| form.category_map.fallback = "29681713".to_owned()).await;
    let documents = documents::documents(count + 1);
    for (nth, pair) in documents.windows(2).enumerate() {
        let [(kind, body), (next_kind, next)] = pair else { unreachable!() };
        let number = format!("{}-{nth}", if *kind == "quote" { "Q" } else { "S" });
        preview_and_send(&app, kind, &number, body, nth % 2 == 0).await;
        // Its next state is another document's: edited, won, lost or reopened.
        if kind == next_kind && nth % 3 == 0 && (*kind == "quote" || next["status"] == body["status"]) {
            let mut next = next.clone();
            next["customer"] = body["customer"].clone();
            next["contact"] = body["contact"].clone();
            preview_and_send(&app, kind, &number, &next, nth % 2 == 1).await;
        }
    }
}

#[tokio::test]
async fn two_hundred_previews_are_byte_for_byte_what_is_then_sent() {
    on_sqlite(async |db: &Database| previews_are_what_is_sent(db, 200).await).await;
}

#[tokio::test]
async fn previews_are_what_is_then_sent_on_postgres() {
    on_postgres(async |db: &Database| previews_are_what_is_sent(db, 40).await).await;
}
