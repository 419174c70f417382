//! What a ticket costs: the calls of each kind, counted.

use serde_json::json;

use super::start;
use crate::{
    cases::table::{cable, line},
    harness::{TestApp, on_both},
};

/// `count` lines of what Autotask has.
fn known(count: usize) -> Vec<serde_json::Value> {
    let one = |nth: usize| {
        let mut line =
            if nth.is_multiple_of(2) { cable() } else { line("service", json!({ "quantity": "2" })) };
        line["id"] = json!(nth.to_string());
        line
    };
    (0..count).map(one).collect()
}

fn expect(app: &TestApp, what: &str, calls: usize) {
    assert_eq!(app.calls(), calls, "{what}");
}

on_both! {
    async fn no_ticket_costs_more_calls_than_it_may(db) {
        let app = start(db).await;
        app.quote("Q-before").line("HDMI cable", "3 × 11.50").send().await;
        app.calls();
        for lines in [0, 1, 3, 10] {
            app.sale(&format!("S-{lines}")).with("lines", json!(known(lines))).send().await;
            expect(&app, "a new sale: search, ticket, and its charges", 2 + lines);
        }
        let mut edited = app.sale("S-10").with("lines", json!(known(10)));
        edited.send().await;
        expect(&app, "unchanged", 0);
        edited.lines().reverse();
        edited.send().await;
        expect(&app, "lines in another order", 0);
        edited.change(0, "quantity", json!("9"));
        edited.send().await;
        expect(&app, "a line changed: what is billed, and the change", 2);
        for nth in 0..4 {
            edited.change(nth, "unit_price", json!("77"));
        }
        edited.lines().truncate(8);
        edited.send().await;
        expect(&app, "4 changed and 2 removed: what is billed, and 6 changes", 7);
        edited.set("title", json!("Another title"));
        edited.send().await;
        expect(&app, "another title: the ticket read and written", 2);
        edited.cancel().await;
        expect(&app, "cancelled: what is billed, 8 deletes, the ticket read and written", 11);
        edited.send().await;
        expect(&app, "cancelled twice", 0);
    }
}
