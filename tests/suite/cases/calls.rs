//! What a push costs: the calls of each kind, counted.

use std::fmt::Write;

use serde_json::{Value, json};

use super::table::{Table, cable, line};
use crate::{
    documents::{Draft, product},
    harness::{TestApp, on_both},
};

/// Counted calls by what they were for.
#[derive(Default)]
struct Calls(Vec<(String, usize, usize)>);

impl Calls {
    fn note(&mut self, app: &TestApp, what: &str, most: usize) {
        self.0.push((what.to_owned(), app.calls(), most));
    }

    fn table(&self) -> String {
        self.0.iter().fold(String::new(), |mut table, (what, calls, most)| {
            writeln!(table, "{what:<48} {calls:>4} of {most:>4}").unwrap();
            table
        })
    }
}

/// `count` lines of what Autotask has.
fn known(count: usize) -> Vec<Value> {
    let one = |nth: usize| {
        let mut line =
            if nth.is_multiple_of(2) { cable() } else { line("service", json!({ "quantity": "2" })) };
        line["id"] = json!(nth.to_string());
        line
    };
    (0..count).map(one).collect()
}

fn quote<'a>(app: &'a TestApp, number: &str, lines: Vec<Value>) -> Draft<'a> {
    app.quote(number).with("lines", json!(lines))
}

#[expect(clippy::print_stdout, reason = "the table is for people who run the test")]
fn show(table: &str) {
    println!("{table}");
}

on_both! {
    async fn no_push_costs_more_calls_than_it_may(db) {
        let app = Table::start(db).await.app;
        let mut calls = Calls::default();
        for lines in [0, 1, 3, 10, 50] {
            quote(&app, &format!("Q-{lines}"), known(lines)).send().await;
            calls.note(&app, &format!("a new quote of {lines} lines: 4 + n"), 4 + lines);
        }
        let new = vec![product("New", "1 × 5"), line("recurring_service", json!({ "id": "2", "name": "New service" }))];
        quote(&app, "Q-new", new).send().await;
        calls.note(&app, "with a new product and a new service: + 2 + 2", 4 + 2 + 4);
        let mut edited = quote(&app, "Q-10", known(10));
        edited.send().await;
        calls.note(&app, "unchanged", 0);
        edited.change(0, "quantity", json!("9"));
        edited.send().await;
        calls.note(&app, "1 line changed: 1 + at most 2", 3);
        for nth in 0..4 {
            edited.change(nth, "unit_price", json!("77"));
        }
        edited.set("title", json!("Another title"));
        edited.send().await;
        calls.note(&app, "4 lines and the title changed: 4 + at most 2", 6);
        edited.lines().truncate(8);
        edited.send().await;
        calls.note(&app, "2 lines removed: 2 + at most 2", 4);
        edited.lines().reverse();
        edited.send().await;
        calls.note(&app, "lines in another order", 0);
        edited.lose().await;
        calls.note(&app, "lost: read and write", 2);
        edited.reopen().await;
        calls.note(&app, "reopened: read and write", 2);
        edited.win().await;
        calls.note(&app, "won: read and write", 2);
        app.sale("S-1").line("HDMI cable", "3 × 11.50").send().await;
        calls.note(&app, "a sale with no quote, of 1 line: 4 + n", 5);
        let table = calls.table();
        show(&table);
        assert!(calls.0.iter().all(|(_, calls, most)| calls <= most), "{table}");
        assert_eq!(calls.0.iter().map(|(_, calls, _)| *calls).take(5).collect::<Vec<_>>(), [4, 5, 7, 14, 54]);
    }

    async fn a_quote_of_500_lines_arrives_whole(db) {
        let app = Table::start(db).await.app;
        quote(&app, "Q-500", known(500)).send().await;
        assert_eq!(app.calls(), 504);
        app.expect("Q-500", "sent", "").await;
        assert_eq!(app.items("Q-500").len(), 500);
        assert_eq!(app.opportunity("Q-500")["amount"].as_f64(), Some(250.0 * 34.5 + 250.0 * 200.0));
    }
}
