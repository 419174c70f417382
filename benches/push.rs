//! Quotes pushed a second, beside a raw loop that makes the same calls to the same emulator.
//!
//! `cargo bench --bench push`; with `TEST_POSTGRES_URL` on Postgres too. Both work on two quotes at a time.

#[path = "common/mod.rs"]
mod common;

use std::{
    env,
    io::{self, Write},
    time::Instant,
};

use common::Rig;
use opportune::{
    autotask::{self, Access, Call, Client, Condition, Filter, Op, Session},
    config::WorkerConfig,
    domain::intake,
    emulator::CREDENTIALS,
    worker::Worker,
};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

const QUOTES: usize = 400;
const LINES: usize = 8;
const AT_ONCE: usize = 2;

fn quote(nth: usize) -> Value {
    let line = |line: usize| json!({ "id": line.to_string(), "kind": "labor", "name": format!("Work {line}"), "quantity": "2", "unit_price": "95.00", "unit_cost": "40.00" });
    json!({
        "title": format!("Bench {nth}"), "status": "open", "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" }, "lines": (0..LINES).map(line).collect::<Vec<_>>(),
    })
}

/// Quotes a second by the worker, and the calls that it made.
async fn pushed(rig: &Rig) -> (f64, usize) {
    // One quote beforehand links the customer, as in the steady state.
    receive(rig, "B-first", &quote(QUOTES)).await;
    drain(rig).await;
    for nth in 0..QUOTES {
        receive(rig, &format!("B-{nth}"), &quote(nth)).await;
    }
    let (start, calls) = (Instant::now(), rig.emulator.log().len());
    drain(rig).await;
    let rate = rate(start);
    let sent = rig.emulator.entities("Quotes").len();
    assert_eq!(sent, QUOTES + 1, "not every quote was sent");
    (rate, rig.emulator.log().len() - calls)
}

async fn receive(rig: &Rig, number: &str, body: &Value) {
    if let Ok(document) = intake::quote(number, body) {
        assert!(rig.services.receive(rig.tenant, &document).await.is_ok());
    }
}

async fn drain(rig: &Rig) {
    let tasks = TaskTracker::new();
    for _ in 0..AT_ONCE {
        let worker = Worker::new(rig.services.clone(), WorkerConfig::default());
        tasks.spawn(async move { while worker.tick().await.unwrap_or(false) {} });
    }
    tasks.close();
    tasks.wait().await;
}

fn rate(start: Instant) -> f64 {
    f64::from(u32::try_from(QUOTES).unwrap_or(u32::MAX)) / start.elapsed().as_secs_f64()
}

/// Quotes a second by a loop that does nothing but call.
async fn raw(rig: &Rig) -> Option<f64> {
    let access = Access {
        discovery_url: rig.emulator_url.clone(),
        zone_url: format!("{}/ATServicesRest/", rig.emulator_url),
        user_name: CREDENTIALS.user.to_owned(),
        secret: CREDENTIALS.secret.into(),
        integration_code: CREDENTIALS.integration_code.to_owned(),
    };
    let session = Session::new(Client::new(WorkerConfig::default().write_timeout).ok()?, access);
    let bodies: Vec<Value> = bodies_of_first(rig);
    let tasks = TaskTracker::new();
    let start = Instant::now();
    for lane in 0..AT_ONCE {
        let (session, bodies) = (session.clone(), bodies.clone());
        tasks.spawn(async move {
            for nth in (lane..QUOTES).step_by(AT_ONCE) {
                raw_quote(&session, &bodies, nth).await;
            }
        });
    }
    tasks.close();
    tasks.wait().await;
    Some(rate(start))
}

/// The bodies that the worker sent for its first quote, in order.
fn bodies_of_first(rig: &Rig) -> Vec<Value> {
    let is_create = |entry: &&emulator::LogEntry| entry.effect.is_some() && entry.method == "POST";
    rig.emulator.log().iter().filter(is_create).take(3 + LINES).map(|entry| entry.body.clone()).collect()
}

use opportune::emulator;

async fn raw_quote(session: &Session, bodies: &[Value], nth: usize) {
    let company = bodies[0]["companyID"].as_i64().unwrap_or_default();
    let marker = Condition::new(Op::BeginsWith, "title", format!("R-{nth} "));
    let filter = Filter::by(Condition::eq("companyID", company)).and(marker);
    let found = session.send(&Call::query("Opportunities", &filter, &["id"])).await;
    assert!(autotask::items(&found).is_ok_and(|rows| rows.is_empty()));
    let mut opportunity = bodies[0].clone();
    opportunity["title"] = json!(format!("R-{nth} Bench"));
    let opportunity_id = create(session, "Opportunities".to_owned(), opportunity).await;
    let location_id = create(session, "QuoteLocations".to_owned(), bodies[1].clone()).await;
    let mut quote = bodies[2].clone();
    quote["opportunityID"] = json!(opportunity_id);
    for field in ["billToLocationID", "shipToLocationID", "soldToLocationID"] {
        quote[field] = json!(location_id);
    }
    let quote_id = create(session, "Quotes".to_owned(), quote).await;
    for body in &bodies[3..] {
        let mut item = body.clone();
        item["quoteID"] = json!(quote_id);
        create(session, format!("Quotes/{quote_id}/Items"), item).await;
    }
}

async fn create(session: &Session, path: String, body: Value) -> i64 {
    let id = autotask::written(&session.send(&Call::create(path, body)).await);
    assert!(id.is_ok(), "{id:?}");
    id.unwrap_or_default()
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{QUOTES} quotes of {LINES} lines, {AT_ONCE} at a time")?;
    let postgres = env::var("TEST_POSTGRES_URL").ok();
    for database in ["sqlite".to_owned()].into_iter().chain(postgres) {
        let rig = Rig::open(&database).await;
        rig.configure().await;
        let (pushed, calls) = pushed(&rig).await;
        let raw = raw(&rig).await.unwrap_or(f64::NAN);
        let name = database.split(':').next().unwrap_or_default();
        writeln!(
            out,
            "  {name:<9} pushed {pushed:>6.0} a second ({calls} calls), raw loop {raw:>6.0} a second, ratio {:.2}",
            pushed / raw
        )?;
    }
    Ok(())
}
