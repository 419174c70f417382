//! How long `plan` takes for quotes of 10, 100 and 500 lines, beside writing the same document as JSON.
//!
//! `cargo bench --bench plan`. Pure computation: no database, no network.

use std::{
    hint::black_box,
    io::{self, Write},
    time::{Duration, Instant},
};

use opportune::domain::{
    document::Document,
    intake,
    lists::{List, ListOption, Lists},
    plan::{Input, Links, plan},
    route::Sync,
    settings::{BillingCodes, CategoryMap, Created, Lost, Opportunities, Sections, Services, Won},
};
use serde_json::json;

const LENGTH: Duration = Duration::from_secs(1);

fn document(lines: usize) -> Option<Document> {
    let kinds = ["product", "recurring_service", "labor", "service"];
    let line = |nth: usize| {
        let kind = kinds[nth % kinds.len()];
        json!({
            "id": nth.to_string(), "kind": kind, "name": format!("Thing {nth}"), "sku": format!("SKU-{nth}"),
            "description": "What it is and what it does, in a sentence or two.", "category": "Hardware/Accessories",
            "period": (kind == "recurring_service").then_some("monthly"), "quantity": "2.5", "unit_price": "19.99", "unit_cost": "12.5",
            "discount": { "kind": "percent", "value": "5" }, "taxable": true,
        })
    };
    let body = json!({
        "title": "Office refresh", "status": "open", "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
        "owner": { "email": "owner@example.com" }, "customer": { "id": "55", "name": "Northwind Traders" },
        "contact": { "email": "buyer@example.com" }, "delivery": { "amount": "25", "address": { "city": "Albany" } },
        "lines": (0..lines).map(line).collect::<Vec<_>>(),
    });
    intake::quote("Q-1", &body).ok()
}

fn settings() -> Opportunities {
    let sections = Sections {
        include_unquoted_sales: true,
        created: Created {
            category: 1,
            default_owner: 7,
            stage: 10,
            status: 1,
            probability: None,
            shipping: Some(40),
            create_missing_customers: false,
        },
        won: Won { stage: 11, status: 1 },
        lost: Lost { stage: None, status: 2 },
        category_map: CategoryMap { fallback: Some(70), ..CategoryMap::default() },
        services: Services { brand: "Own".to_owned(), category: "Services".to_owned() },
    };
    let codes =
        BillingCodes { product: 50, recurring_service: 60, payment_surcharge: 51, non_recurring_service: 52 };
    Opportunities { sections, codes }
}

fn lists() -> Lists {
    let mut lists = Lists::default();
    let of = [
        (List::OpportunityCategories, 1),
        (List::Owners, 7),
        (List::Stages, 10),
        (List::Stages, 11),
        (List::Statuses, 1),
        (List::ShippingTypes, 40),
        (List::MaterialCodes, 50),
        (List::MaterialCodes, 52),
        (List::ServiceCodes, 60),
        (List::ProductCategories, 70),
    ];
    for (list, value) in of {
        lists.push(
            list,
            ListOption { value, label: value.to_string(), detail: None, parent: None, active: true },
        );
    }
    lists
}

/// Microseconds of one run.
fn micros(mut run: impl FnMut()) -> f64 {
    let (start, mut runs) = (Instant::now(), 0_u32);
    while start.elapsed() < LENGTH {
        run();
        runs += 1;
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(runs)
}

fn main() -> io::Result<()> {
    let (settings, lists, links) = (settings(), lists(), Links::default());
    let mut out = io::stdout().lock();
    writeln!(out, "{:>5} {:>12} {:>12} {:>12} {:>7}", "lines", "plan µs", "µs a line", "JSON µs", "ratio")?;
    for lines in [10_usize, 100, 500] {
        let Some(document) = document(lines) else {
            return Err(io::Error::other("the bench's quote is none"));
        };
        let input = Input {
            document: &document,
            sync: Sync::Opportunities,
            quote_is_known: false,
            opportunity: None,
            sections: Some(&settings.sections),
            tickets: None,
            codes: Some(&settings.codes),
            links: &links,
            lists: &lists,
            currency: Some("USD"),
        };
        let made = plan(&input);
        assert!(made.problems.is_empty() && made.steps.len() > lines, "the bench plans nothing");
        let planned = micros(|| drop(black_box(plan(black_box(&input)))));
        let written = micros(|| drop(black_box(serde_json::to_string(black_box(&document)))));
        let each = planned / f64::from(u32::try_from(lines).unwrap_or(1));
        writeln!(out, "{lines:>5} {planned:>12.1} {each:>12.2} {written:>12.1} {:>7.1}", planned / written)?;
    }
    Ok(())
}
