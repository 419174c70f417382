//! Quotes and sales that are read from Quote Manager while the readers are killed: each is stored once, as it is there in
//! the end, and brought to Autotask once.

use std::{collections::BTreeMap, time::Instant};

use jiff::SignedDuration;
use opportune::{
    domain::{author::Author, document::Kind},
    emulator::{QUOTE_MANAGER_KEY, QuoteManager, quote_manager::Limits},
    service::sources::{
        SourceConnected,
        settings::{SourceForm, SourceSaved},
        view::SourceState,
    },
};
use rand::{RngExt, rngs::StdRng};
use rust_decimal::Decimal;
use serde_json::json;
use tokio::time::{Duration, sleep};

use crate::{
    common::Rig,
    processes::{self, Processes, Signal},
    quotes::{check_catalogue, count, is_sent, until},
};

const SOURCE: &str = "quote-manager";
/// Lines of a sale.
const LINES: i64 = 3;
/// Ids of sales, far from those of quotes.
const SALES: i64 = 100_000;

/// Quotes that are there at the beginning: more than a page.
const OLD: i64 = 110;
/// Ids of those.
const OLD_ONES: i64 = 500_000;
/// How long a minute is to the readers.
pub const MINUTE: Duration = Duration::from_secs(1);
/// The points that a reader goes by.
const POINTS: [&str; 2] = ["source.before", "source.after"];
const WHATS: [&str; 7] = ["call", "page", "record", "below", "documents", "settings", "end"];

/// The quotes and sales of a test by their ids, each with how often it was saved.
pub struct Shelf<'a> {
    rig: &'a Rig,
    manager: QuoteManager,
    saved: BTreeMap<i64, i64>,
}

impl<'a> Shelf<'a> {
    /// Connected, with quotes that nobody touched for an hour: a look for changes does not show them any more.
    pub async fn connect(rig: &'a Rig) -> Self {
        let manager = rig.emulator.quote_manager();
        // A minute is shorter here; that no more is asked within one is seen in the log.
        manager.set_limits(Limits { minute: 100_000, day: 1_000_000, retry_after: true });
        let shelf = Self { rig, manager, saved: BTreeMap::new() };
        shelf.put("customer", json!({ "id": 55, "name": "Northwind Traders" }));
        shelf.put("category", json!({ "id": 1, "parentID": 0, "name": "Hardware" }));
        shelf.put("category", json!({ "id": 2, "parentID": 1, "name": "Laptops" }));
        let at = rig.services.clock.timestamp() - SignedDuration::from_hours(1);
        for id in OLD_ONES..OLD_ONES + OLD {
            shelf.put("quote", json!({
                "id": id, "quoteNumber": number(id), "title": "Old", "status": 1, "customerID": 55, "createdDate": at,
                "modifiedDate": at,
            }));
        }
        for line in 1..=LINES {
            let (id, title) = (SALES + line, format!("Cable {line}"));
            shelf.put("product", json!({ "id": id, "title": title, "categoryID": 2 }));
        }
        let connected = rig
            .services
            .save_source_connection(rig.tenant, SOURCE, None, &QUOTE_MANAGER_KEY.into())
            .await
            .unwrap();
        assert!(matches!(connected, SourceConnected::Done(_)), "{connected:?}");
        shelf
    }

    fn put(&self, resource: &str, row: serde_json::Value) {
        self.manager.put(resource, row).unwrap();
    }

    /// Somebody writes another quote, with products that nobody knows yet.
    pub fn new_quote(&mut self) {
        let id = i64::try_from(self.saved.len()).unwrap() + 1;
        self.save_quote(id);
    }

    /// Somebody buys in the store.
    pub fn new_sale(&mut self) {
        let id = SALES + i64::try_from(self.saved.len()).unwrap() + 1;
        self.saved.insert(id, 1);
        for line in 1..=LINES {
            self.put("salesorderline", json!({
                "id": id * 10 + line, "salesOrderID": id, "title": format!("Cable {line}"), "price": 5, "quantity": 1,
                "productID": SALES + line, "lineNumber": line,
            }));
        }
        self.put("salesorder", json!({
            "id": id, "orderNumber": number(id), "reference": "Store", "status": 2, "customerID": 55, "quoteID": 0,
        }));
    }

    /// Saves a quote, new or once more: another title and other prices, and what was the last line is another.
    fn save_quote(&mut self, id: i64) {
        let version = self.saved.get(&id).copied().unwrap_or(0) + 1;
        self.saved.insert(id, version);
        if version > 1 {
            self.manager.remove("quoteline", last_line(id, version - 1)).unwrap();
        }
        for (place, line) in [id * 10 + 1, id * 10 + 2, last_line(id, version)].into_iter().enumerate() {
            let title = format!("Part {line}");
            self.put(
                "product",
                json!({ "id": line, "title": title, "productNumber": format!("P-{line}"), "categoryID": 2 }),
            );
            self.put("quoteline", json!({
                "id": line, "quoteSectionID": id, "title": title, "price": version, "quantity": 2, "productID": line,
                "lineNumber": place,
            }));
        }
        self.put("quotesection", json!({ "id": id, "quoteID": id, "lineNumber": 1 }));
        self.put(
            "quote",
            json!({
                "id": id, "quoteNumber": number(id), "title": title(version), "status": 1, "customerID": 55,
            }),
        );
    }

    /// A few documents, new and changed.
    fn save_some(&mut self, rng: &mut StdRng) {
        for _ in 0..rng.random_range(1..=3) {
            let quotes: Vec<i64> = self.saved.keys().copied().filter(|id| *id < SALES).collect();
            match rng.random_range(0..5) {
                0 => self.new_sale(),
                1 | 2 if !quotes.is_empty() => self.save_quote(quotes[rng.random_range(0..quotes.len())]),
                _ => self.new_quote(),
            }
        }
    }

    /// Says what another number means.
    async fn explain(&self, code: usize) {
        let (services, tenant) = (&self.rig.services, self.rig.tenant);
        let view = services.source_view(tenant, SOURCE).await.unwrap();
        let mut form =
            SourceForm { revision: view.revision, settings: view.settings, ..SourceForm::default() };
        form.settings.codes.insert(format!("quoteline.recurringType {code}"), "monthly".to_owned());
        let saved = services.save_source_settings(tenant, SOURCE, &Author::SYSTEM, &form).await.unwrap();
        assert!(matches!(saved, SourceSaved::Done { .. }), "{saved:?}");
    }

    /// Reads what is there at the beginning: what comes later refers to what is not known then.
    async fn until_imported(&self) {
        let _worker = processes::start(self.rig, "");
        until("everything is read once", async || {
            let view = self.rig.services.source_view(self.rig.tenant, SOURCE).await;
            view.is_ok_and(|view| view.state == SourceState::Reading)
        })
        .await;
    }

    pub async fn until_sent(&self) {
        until("everything is stored as it is there", async || self.is_stored().await).await;
        until("everything is sent", async || is_sent(self.rig).await).await;
    }

    /// Whether everything is stored that was there at the beginning.
    async fn has_old(&self) -> bool {
        for id in OLD_ONES..OLD_ONES + OLD {
            if self.rig.services.document(self.rig.tenant, Kind::Quote, &number(id)).await.is_err() {
                return false;
            }
        }
        true
    }

    async fn is_stored(&self) -> bool {
        if !self.has_old().await {
            return false;
        }
        for (id, version) in &self.saved {
            let kind = if *id < SALES { Kind::Quote } else { Kind::Sale };
            let found = self.rig.services.document(self.rig.tenant, kind, &number(*id)).await;
            let Ok(found) = found else { return false };
            let content = &found.document.content;
            if kind == Kind::Quote
                && (content.title != title(*version) || content.lines[0].unit_price != (*version).into())
            {
                return false;
            }
        }
        true
    }

    /// One opportunity and one quote of each quote, as it was saved last, and one ticket of each sale, with all their lines.
    pub fn check(&self) {
        let (sales, quotes): (Vec<i64>, Vec<i64>) = self.saved.keys().partition(|id| **id > SALES);
        let (titles, numbers) =
            (count(self.rig, "Opportunities", "title"), count(self.rig, "Quotes", "externalQuoteNumber"));
        for id in &quotes {
            let (number, version) = (number(*id), self.saved[id]);
            let title = format!("{number} {}", title(version));
            assert_eq!(titles.get(&title), Some(&1), "opportunities of {number}: {titles:?}");
            let quote = self.one("Quotes", "externalQuoteNumber", &number);
            assert_eq!(
                self.prices("QuoteItems", "quoteID", &quote),
                [version.into(); 3],
                "items of {number}"
            );
        }
        assert_eq!((titles.len(), numbers.len()), (quotes.len(), quotes.len()));
        for id in &sales {
            let number = number(*id);
            let ticket = self.one("Tickets", "externalID", &number);
            assert_eq!(ticket["title"], format!("{number} Store"));
            assert_eq!(
                self.prices("TicketCharges", "ticketID", &ticket),
                [5.into(); 3],
                "charges of {number}"
            );
        }
        assert_eq!(self.rig.emulator.entities("Tickets").len(), sales.len());
        check_catalogue(self.rig);
    }

    /// The only record that has the number in that field.
    fn one(&self, entity: &str, field: &str, number: &str) -> serde_json::Value {
        let mut rows = self.rig.emulator.entities(entity);
        rows.retain(|row| row[field] == number);
        assert_eq!(rows.len(), 1, "{entity} of {number}");
        rows.remove(0)
    }

    /// The prices of what hangs below a record.
    fn prices(&self, entity: &str, parent: &str, record: &serde_json::Value) -> Vec<Decimal> {
        let mut rows = self.rig.emulator.entities(entity);
        rows.retain(|row| row[parent] == record["id"]);
        rows.iter().map(|row| row["unitPrice"].to_string().parse().unwrap()).collect()
    }

    /// No more calls in any of the shorter minutes than there may be in one.
    pub fn check_limits(&self) -> usize {
        let times: Vec<i64> = self
            .manager
            .log()
            .iter()
            .map(|call| call.at.parse::<jiff::Timestamp>().unwrap().as_millisecond())
            .collect();
        let within = |first: i64| {
            times
                .iter()
                .filter(|at| (first..first + i64::try_from(MINUTE.as_millis()).unwrap()).contains(*at))
                .count()
        };
        let most = times.iter().map(|first| within(*first)).max().unwrap_or(0);
        assert!(most <= 60, "{most} calls in a minute");
        most
    }

    fn calls(&self) -> u64 {
        self.manager.log().last().map_or(0, |call| call.n)
    }
}

fn number(id: i64) -> String {
    format!("K-{id}")
}

fn title(version: i64) -> String {
    format!("Version {version}")
}

fn last_line(id: i64, version: i64) -> i64 {
    id * 10 + 3 + version % 2
}

/// Kills readers while there is more and more to read.
pub async fn kill_at_random(rig: &Rig, processes: usize, kills: usize, rng: &mut StdRng) {
    let mut shelf = Shelf::connect(rig).await;
    let mut workers = Processes::start(rig, processes);
    let (start, mut stops) = (Instant::now(), 0);
    for _ in 0..kills {
        shelf.save_some(rng);
        let then = shelf.calls() + rng.random_range(1..10);
        until("it is read", async || shelf.calls() >= then).await;
        sleep(Duration::from_micros(rng.random_range(0..30_000))).await;
        if rng.random_range(0..4) == 0 {
            let stopped = rng.random_range(0..processes);
            workers.signal(stopped, Signal::Stop);
            sleep(Duration::from_millis(rng.random_range(10..3_500))).await;
            workers.signal(stopped, Signal::Continue);
            stops += 1;
        }
        workers.kill(rng.random_range(0..processes));
    }
    let last = Instant::now();
    shelf.until_sent().await;
    shelf.check();
    eprintln!(
        "{} documents saved {} times, {processes} processes: {kills} kills and {stops} stops in {:.0} s, all sent {:.0} s after \
         the last; {} calls, {} in the fullest minute of 60",
        shelf.saved.len(),
        shelf.saved.values().sum::<i64>(),
        (last - start).as_secs_f64(),
        last.elapsed().as_secs_f64(),
        shelf.calls(),
        shelf.check_limits(),
    );
}

/// A reader aborts at each named point in turn, and another goes on.
pub async fn abort_at_each(rig: &Rig) {
    let mut shelf = Shelf::connect(rig).await;
    for point in ["source.before:page", "source.after:page"] {
        crate::points::die_at(rig, point, None).await;
    }
    shelf.until_imported().await;
    assert!(shelf.has_old().await, "not all is stored that was there at the beginning");
    let points: Vec<String> =
        POINTS.iter().flat_map(|place| WHATS.map(|what| format!("{place}:{what}"))).collect();
    for (nth, point) in points.iter().enumerate() {
        shelf.new_quote();
        shelf.new_sale();
        shelf.explain(nth).await;
        crate::points::die_at(rig, point, None).await;
    }
    let _worker = processes::start(rig, "");
    shelf.until_sent().await;
    shelf.check();
    shelf.check_limits();
}
