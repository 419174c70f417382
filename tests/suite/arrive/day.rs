//! A day on which more changes than the limits let through: they are kept at every moment, and everything arrives.

use std::env;

use opportune::domain::document::Kind;
use serde_json::json;

use super::Reader;
use crate::harness::{MINUTE, TestApp, on_both};

const QUOTES: i64 = 40;
const SECTIONS: i64 = 3;
/// Everything changes this often: to read it again takes longer than to the next time, in a day as in a minute.
const EVERY: i64 = 10;

on_both! {
    async fn the_limits_are_kept_on_a_busy_day_and_everything_arrives(db) {
        let hours: i64 = env::var("ARRIVE_HOURS").map_or(1, |text| text.parse().unwrap());
        let app = TestApp::start_fresh(db).await;
        let reader = Reader::new(&app);
        reader.connect().await;
        let mut burst = 0;
        for minute in 0..hours * 60 {
            if minute % EVERY == 0 {
                burst += 1;
                save_all(&reader, burst);
            }
            // Not on the minute, so that bursts and windows meet in every way.
            app.after(MINUTE + minute % 7 - 3).await;
        }
        let late = reader.until_read().await;
        for nth in 0..QUOTES {
            let quote = app.services.document(app.tenant, Kind::Quote, &number(nth)).await.unwrap();
            assert_eq!(quote.document.content.title, format!("Burst {burst}"));
            let prices = quote.document.content.lines.iter().map(|line| line.unit_price.to_string());
            assert_eq!(prices.collect::<Vec<_>>(), vec![burst.to_string(); 3], "{}", number(nth));
        }
        reader.check_limits();
        let usage = reader.manager.usage();
        assert!(usage.most_in_a_minute > 50, "the limit was never near: {usage:?}");
        report(&format!("{hours} h, {burst} bursts, read to the end {late} min after: {usage:?}"));
    }
}

fn number(nth: i64) -> String {
    format!("QO{}", 40_000_000 + nth)
}

fn save_all(reader: &Reader<'_>, burst: i64) {
    let put = |resource: &str, row| reader.manager.put(resource, row).unwrap();
    if burst == 1 {
        put("customer", json!({ "id": 55, "name": "Northwind Traders" }));
    }
    for nth in 1..=QUOTES {
        for section in nth * 10..nth * 10 + SECTIONS {
            put(
                "quoteline",
                json!({
                    "id": section, "quoteSectionID": section, "title": "HDMI cable", "price": burst, "quantity": 2, "lineNumber": 1,
                }),
            );
            put("quotesection", json!({ "id": section, "quoteID": nth, "lineNumber": section }));
        }
        put(
            "quote",
            json!({
                "id": nth, "quoteNumber": number(nth - 1), "title": format!("Burst {burst}"), "status": 1, "customerID": 55,
            }),
        );
    }
}

/// The figures for which the long form is run.
#[expect(clippy::print_stderr, reason = "a test says it nowhere else")]
fn report(figure: &str) {
    eprintln!("{figure}");
}
