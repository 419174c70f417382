//! Quotes of every shape, and what they come to by a computation of its own: whole numbers, no decimals, no plan.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::quote;
use crate::domain::{
    document::{Charge, Document},
    intake,
};

/// A quote as it is sent, and with the charges of its sale.
#[derive(Clone, Debug)]
pub struct Sent {
    pub body: Json,
    pub document: Document,
}

/// The digits after the point of an amount, and of a line's total before it is rounded.
const DIGITS: u32 = 4;

pub fn any_quote(status: impl Strategy<Value = &'static str>) -> impl Strategy<Value = Sent> {
    let lines = prop::collection::vec((0..6_u8, any_line()), 0..8).prop_map(|lines| {
        let mut seen = BTreeSet::new();
        let with_id = |(id, mut line): (u8, Json)| {
            line["id"] = json!(id.to_string());
            seen.insert(id).then_some(line)
        };
        lines.into_iter().filter_map(with_id).collect::<Vec<_>>()
    });
    let charges = (prop::option::of(amount(9_000_000)), prop::option::of(amount(900_000)), amount(900_000));
    let head = (0..3_u8, any_addresses());
    (status, lines, charges, head).prop_map(|(status, lines, charges, (nth, (address, billing)))| {
        let (delivery, surcharge, coupon) = charges;
        let mut body = written(status, &lines);
        body["title"] = json!(["Office refresh", "Phase 2 — Wi-Fi", "50% off"][usize::from(nth)]);
        body["expires_on"] =
            [json!(null), json!("2026-12-07"), json!("2026-11-01")][usize::from(nth)].clone();
        body["delivery"] = json!({ "amount": delivery, "taxable": nth == 1, "address": address });
        body["billing_address"] = billing;
        let mut document = intake::quote("Q-1", &body).unwrap();
        if let Some(amount) = surcharge {
            document.content.surcharge = Some(Charge { amount: amount.parse().unwrap(), taxable: false });
            document.content.coupon = Some(coupon.parse().unwrap());
            body["surcharge"] = json!(amount);
            body["coupon"] = json!(coupon);
        }
        Sent { body, document }
    })
}

/// Where it goes and where the invoice goes: the same, another one, or nothing is said.
fn any_addresses() -> impl Strategy<Value = (Json, Json)> {
    let one = || {
        prop::sample::select(vec![
            Json::Null,
            json!({ "line1": "200 Main Street", "line2": "Dock 4", "city": "Albany" }),
            json!({ "line1": "1 Harbor Plaza", "city": "Albany", "country": "US" }),
            json!({ "line1": "1 Harbor Plaza", "city": "Albany", "country": "CA" }),
        ])
    };
    (one(), one())
}

fn written(status: &str, lines: &[Json]) -> Json {
    let mut body = intake::written(&quote(status, &[]));
    body["lines"] = json!(lines);
    body
}

fn any_line() -> impl Strategy<Value = Json> {
    prop_oneof![
        9 => plain_line(),
        1 => (prop::collection::vec(plain_line(), 1..4), number(30_000), any::<bool>()).prop_map(
            |(mut parts, quantity, selected)| {
                for (nth, part) in parts.iter_mut().enumerate() {
                    part["id"] = json!(format!("part {nth}"));
                }
                json!({ "kind": "bundle", "name": "Kit", "quantity": quantity, "selected": selected, "components": parts })
            }
        ),
        1 => Just(json!({ "kind": "text", "name": "As discussed" })),
    ]
}

fn plain_line() -> impl Strategy<Value = Json> {
    let kinds = prop::sample::select(vec!["product", "recurring_service", "labor", "service", "setup_fee"]);
    let periods = prop::sample::select(vec!["monthly", "quarterly", "semi_annual", "yearly"]);
    let price = (any::<bool>(), amount(90_000_000))
        .prop_map(|(minus, price)| if minus && price.len() % 5 == 0 { format!("-{price}") } else { price });
    let discount = (prop::sample::select(vec!["unit", "line", "percent"]), amount(1_000_000));
    (
        (kinds, periods, 0..4_u8),
        (number(5_000_000), price, prop::option::of(amount(50_000_000))),
        prop::option::of(discount),
        (any::<bool>(), any::<bool>(), any::<bool>()),
    )
        .prop_map(|((kind, period, name), (quantity, price, cost), discount, (selected, taxable, described))| {
            json!({
                "kind": kind, "name": format!("Thing {name} {period}"), "quantity": quantity, "unit_price": price, "unit_cost": cost,
                "period": (kind == "recurring_service").then_some(period), "selected": selected, "taxable": taxable,
                "description": described.then_some("More about it"),
                "discount": discount.map(|(kind, value)| json!({ "kind": kind, "value": value })),
            })
        })
}

/// A number above 0 with up to four digits after the point.
fn number(most: u32) -> impl Strategy<Value = String> {
    prop_oneof![1..most, (1..most / 10_000 + 2).prop_map(|whole| whole * 10_000)].prop_map(text)
}

fn amount(most: u32) -> impl Strategy<Value = String> {
    // Cents mostly, and often so that a half is to be rounded.
    prop_oneof![
        (0..most / 100).prop_map(|cents| cents * 100),
        (0..most / 50).prop_map(|half| half * 50),
        0..most
    ]
    .prop_map(text)
}

fn text(units: u32) -> String {
    let unit = 10_u32.pow(DIGITS);
    format!("{}.{:04}", units / unit, units % unit)
}

/// An amount in units of 0.0001.
fn units(text: &Json) -> i128 {
    text.as_str().unwrap_or("0").replace('.', "").parse().unwrap()
}

/// `number / divisor`, a half away from zero.
fn divided(number: i128, divisor: i128) -> i128 {
    (number.abs() + divisor / 2) / divisor * number.signum()
}

/// What selected lines and charges come to in cents: revenue and cost, once and for each period.
pub fn expected(sent: &Sent) -> [(&'static str, i128, i128); 5] {
    let mut sums =
        [("onetime", 0, 0), ("monthly", 0, 0), ("quarterly", 0, 0), ("semiannual", 0, 0), ("yearly", 0, 0)];
    let one = json!("1.0000");
    for line in sent.body["lines"].as_array().unwrap() {
        let selected = |of: &Json| of["selected"] != json!(false);
        match line["kind"].as_str().unwrap() {
            "text" => {}
            "bundle" if selected(line) => {
                let parts = line["components"].as_array().unwrap();
                parts
                    .iter()
                    .filter(|part| selected(part))
                    .for_each(|part| add(&mut sums, part, &line["quantity"]));
            }
            _ if selected(line) => add(&mut sums, line, &one),
            _ => {}
        }
    }
    let charge = |of: &Json| divided(units(of), 100);
    sums[0].1 += charge(&sent.body["delivery"]["amount"]) + charge(&sent.body["surcharge"]);
    sums[0].1 -= charge(&sent.body["coupon"]);
    sums
}

fn add(sums: &mut [(&'static str, i128, i128); 5], line: &Json, times: &Json) {
    const UNIT: i128 = 10_000;
    let (price, quantity) =
        (units(&line["unit_price"]), divided(units(&line["quantity"]) * units(times), UNIT));
    let value = units(&line["discount"]["value"]);
    // In units of 0.0001 × 0.0001 × 0.0001 × 0.01.
    let off = match line["discount"]["kind"].as_str() {
        Some("unit") => quantity * value * UNIT * 100,
        Some("line") => value * UNIT * UNIT * 100,
        Some("percent") => quantity * price * value,
        _ => 0,
    };
    let revenue = divided(quantity * price * UNIT * 100 - off, UNIT * UNIT * UNIT);
    let cost = if line["kind"] == "setup_fee" {
        0
    } else {
        divided(quantity * units(&line["unit_cost"]), UNIT * 100)
    };
    let label = line["period"].as_str().unwrap_or("onetime").replace('_', "");
    let sum = sums.iter_mut().find(|(name, ..)| *name == label).unwrap();
    (sum.1, sum.2) = (sum.1 + revenue, sum.2 + cost);
}
