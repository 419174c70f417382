//! Won, lost, reopened, and what a person did meanwhile.

use serde_json::json;

use super::table::{Case, Table, cable, line, quote};
use crate::{
    harness::on_both,
    push::chosen::{CLOSED, CLOSED_WON, LOST, ON_HOLD},
};

fn new(name: &'static str) -> Case {
    quote(name, &[cable()])
}

fn cases() -> Vec<Case> {
    let change = |body: &mut serde_json::Value| body["lines"][0]["quantity"] = json!("5");
    vec![
        new("won").becomes("won"),
        new("lost").becomes("lost"),
        new("won with an edit").then(|body| {
            change(body);
            body["status"] = json!("won");
        }),
        new("lost with an edit").then(|body| {
            change(body);
            body["status"] = json!("lost");
        }),
        new("arrives won").with("status", json!("won")),
        new("arrives lost").with("status", json!("lost")),
        new("edited after it was won").becomes("won").then(change),
        new("edited after it was lost").becomes("lost").then(change),
        new("lost with a line more").then(|body| {
            body["lines"]
                .as_array_mut()
                .unwrap()
                .push(line("product", json!({ "id": "9", "name": "Too late" })));
            body["delivery"] = json!({ "amount": "25.00" });
            body["status"] = json!("lost");
        }),
        new("lost with a line less").then(|body| {
            body["lines"] = json!([]);
            body["status"] = json!("lost");
        }),
        new("a line more after it was won").becomes("won").then(|body| {
            body["lines"]
                .as_array_mut()
                .unwrap()
                .push(line("product", json!({ "id": "9", "name": "Too late" })));
        }),
        new("a given opportunity that is lost").of_the_case_before(false).with("status", json!("lost")),
        new("lost and reopened").becomes("lost").becomes("open"),
        new("won and reopened").becomes("won").becomes("open"),
        new("reopened with an edit").becomes("lost").then(|body| {
            change(body);
            body["status"] = json!("open");
        }),
        new("won after it was lost").becomes("lost").becomes("won"),
        new("won after it was lost with an edit").becomes("lost").then(|body| {
            change(body);
            body["status"] = json!("won");
        }),
        new("lost after it was won").becomes("won").becomes("lost"),
        new("lost and reopened and won").becomes("lost").becomes("open").becomes("won"),
    ]
}

/// What a person did in Autotask, before or after.
fn with_a_person() -> Vec<Case> {
    let change = |body: &mut serde_json::Value| body["lines"][0]["quantity"] = json!("5");
    vec![
        new("a person closed it before it is won")
            .person(json!({ "stage": ON_HOLD, "status": CLOSED }))
            .becomes("won"),
        new("a person closed it before it is lost")
            .person(json!({ "stage": ON_HOLD, "status": CLOSED }))
            .becomes("lost"),
        new("a person lost it before it is won").person(json!({ "status": LOST })).becomes("won"),
        new("a person moved it before it is won").person(json!({ "stage": ON_HOLD })).becomes("won"),
        new("a person moved it before it is lost").person(json!({ "stage": ON_HOLD })).becomes("lost"),
        new("a person won it alike").person(json!({ "stage": CLOSED_WON })).becomes("won"),
        new("a person moved it after it was lost")
            .becomes("lost")
            .person(json!({ "stage": ON_HOLD }))
            .becomes("open"),
        new("a person changed its title before an edit").person(json!({ "title": "Theirs" })).then(change),
    ]
}

on_both! {
    async fn states_are_as_in_their_snapshot(db) {
        let mut table = Table::start(db).await;
        for case in cases().into_iter().chain(with_a_person()) {
            table.case(case).await;
        }
        table.finish("states", 27);
    }
}
