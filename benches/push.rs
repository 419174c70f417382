//! Quotes pushed a second, beside a raw loop that makes the same calls to the same emulator, which answers at once, after
//! 50 ms and after 400 ms; and what a push costs.
//!
//! `cargo bench --bench push`; with `TEST_POSTGRES_URL` on Postgres too. Both work on two quotes at a time, by turns.

#[path = "common/mod.rs"]
mod common;

use std::{
    io::{self, Write},
    ops::Range,
    time::{Duration, Instant},
};

use common::{Rig, databases::Database, figures, quote, receive, setting};
use opportune::{
    autotask::{self, Access, Call, Client, Condition, Filter, Op, Session},
    config::WorkerConfig,
    emulator::{self, CREDENTIALS},
};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

const LINES: usize = 8;
const AT_ONCE: usize = 2;
/// Quotes whose statements are counted.
const COUNTED: usize = 40;

/// How long the emulator takes to answer, how many quotes a turn has and how many turns there are.
const RUNS: [(u64, usize, usize); 3] = [(0, 100, 4), (50, 20, 2), (400, 8, 1)];

/// What one side needed for its quotes.
#[derive(Default)]
struct Spent {
    time: Duration,
    cpu: Duration,
}

impl Spent {
    async fn on(&mut self, work: impl Future<Output = ()>) {
        let (start, cpu) = (Instant::now(), figures::cpu(None));
        work.await;
        self.time += start.elapsed();
        self.cpu += figures::cpu(None).saturating_sub(cpu);
    }
}

/// The worker and the raw loop on one database.
struct Race {
    rig: Rig,
    session: Session,
    bodies: Vec<Value>,
    next: usize,
}

impl Race {
    async fn new(database: &Database) -> Self {
        let rig = Rig::open(&database.url).await;
        rig.configure().await;
        // One quote beforehand links the customer, as in the steady state.
        receive(&rig.services, rig.tenant, "B-first", &quote(0, LINES)).await;
        rig.drain(AT_ONCE).await;
        let access = Access {
            discovery_url: rig.emulator_url.clone(),
            zone_url: format!("{}/ATServicesRest/", rig.emulator_url),
            user_name: CREDENTIALS.user.to_owned(),
            secret: CREDENTIALS.secret.into(),
            integration_code: CREDENTIALS.integration_code.to_owned(),
        };
        let client = Client::new(WorkerConfig::default().write_timeout);
        let Ok(client) = client else { panic!("no client") };
        let bodies = bodies_of_first(&rig);
        Self { rig, session: Session::new(client, access), bodies, next: 1 }
    }

    async fn receive(&mut self, quotes: usize) -> Range<usize> {
        let numbers = self.next..self.next + quotes;
        self.next = numbers.end;
        for nth in numbers.clone() {
            receive(&self.rig.services, self.rig.tenant, &format!("B-{nth}"), &quote(nth, LINES)).await;
        }
        numbers
    }

    /// What the worker and the raw loop need for quotes, and the calls that the worker made.
    async fn run(&mut self, delay: u64, quotes: usize, turns: usize) -> (Spent, Spent, usize) {
        let latency = json!({ "kind": "latency", "ms": delay, "times": u32::MAX });
        if delay > 0 {
            self.rig.tell("POST", "faults", &latency).await;
        }
        let (mut pushed, mut raw, mut calls) = (Spent::default(), Spent::default(), 0);
        for _ in 0..turns {
            let numbers = self.receive(quotes).await;
            let before = self.rig.emulator.log().len();
            pushed.on(self.rig.drain(AT_ONCE)).await;
            calls += self.rig.emulator.log().len() - before;
            raw.on(self.raw(numbers)).await;
        }
        self.rig.tell("DELETE", "faults", &Value::Null).await;
        (pushed, raw, calls)
    }

    async fn raw(&self, numbers: Range<usize>) {
        let tasks = TaskTracker::new();
        for lane in 0..AT_ONCE {
            let (session, bodies, numbers) = (self.session.clone(), self.bodies.clone(), numbers.clone());
            tasks.spawn(async move {
                for nth in numbers.skip(lane).step_by(AT_ONCE) {
                    raw_quote(&session, &bodies, nth).await;
                }
            });
        }
        tasks.close();
        tasks.wait().await;
    }

    fn is_all_sent(&self) -> bool {
        let of_worker = |row: &&Value| row["title"].as_str().is_some_and(|title| title.starts_with("B-"));
        self.rig.emulator.entities("Opportunities").iter().filter(of_worker).count() == self.next
    }
}

/// The bodies that the worker sent for its first quote, in order.
fn bodies_of_first(rig: &Rig) -> Vec<Value> {
    let is_create = |entry: &&emulator::LogEntry| entry.effect.is_some() && entry.method == "POST";
    rig.emulator.log().iter().filter(is_create).take(3 + LINES).map(|entry| entry.body.clone()).collect()
}

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
    let times = setting("PUSH_TIMES", 1);
    writeln!(out, "Quotes of {LINES} lines, {AT_ONCE} at a time")?;
    writeln!(
        out,
        "{:<9} {:>8} {:>7} {:>9} {:>7} {:>6} {:>6} {:>13} {:>11}",
        "database", "answers", "quotes", "pushed/s", "raw/s", "ratio", "calls", "CPU ms/quote", "of raw loop"
    )?;
    for database in Database::each().await {
        let mut race = Race::new(&database).await;
        for (delay, quotes, turns) in RUNS {
            let turns = turns * times;
            let (pushed, raw, calls) = race.run(delay, quotes, turns).await;
            let quotes = quotes * turns;
            let count = f64::from(u32::try_from(quotes).unwrap_or(u32::MAX));
            let a_second = |spent: &Spent| count / spent.time.as_secs_f64();
            let cpu = |spent: &Spent| figures::millis(spent.cpu) / count;
            writeln!(
                out,
                "{:<9} {delay:>5} ms {quotes:>7} {:>9.1} {:>7.1} {:>6.2} {:>6} {:>13.2} {:>11.2}",
                database.name,
                a_second(&pushed),
                a_second(&raw),
                a_second(&pushed) / a_second(&raw),
                calls / quotes,
                cpu(&pushed),
                cpu(&raw)
            )?;
        }
        race.receive(COUNTED).await;
        let statements = figures::statements(race.rig.drain(AT_ONCE)).await;
        writeln!(out, "{:<9} {} statements a quote", database.name, statements / COUNTED as u64)?;
        assert!(race.is_all_sent(), "not every quote was sent");
        drop(race);
        database.remove().await;
    }
    Ok(())
}
