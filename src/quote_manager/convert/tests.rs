//! The table of cases: records in Kaseya Quote Manager's own shape, and the documents that they are.

#[path = "../../../tests/suite/quote_manager/readable.rs"]
mod readable;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Needs, QuoteRecord, Reading, References, SaleRecord, Unreadable, quote, quote_needs, sale, sale_needs,
};
use crate::{
    domain::{
        document::{Document, Kind, State, Unclear},
        intake,
    },
    quote_manager::{
        codes::Codes,
        wire::{self, FIELDS, Record},
    },
};

const CASES: &str = include_str!("../../../tests/suite/quote_manager/cases.json");

fn cases() -> Vec<Value> {
    serde_json::from_str(CASES).unwrap()
}

fn name(case: &Value) -> &str {
    case["name"].as_str().unwrap()
}

/// The rows of a resource in a case.
fn rows<T: Record>(case: &Value) -> Vec<T> {
    let rows = case["records"][T::RESOURCE].as_array();
    rows.into_iter().flatten().map(wire::read).collect()
}

fn by_id<T: Record>(case: &Value) -> BTreeMap<i64, T> {
    rows::<T>(case).into_iter().filter_map(|row| Some((row.id()?, row))).collect()
}

fn references(case: &Value) -> References {
    let quotes = rows::<wire::Quote>(case).into_iter();
    References {
        customers: by_id(case),
        contacts: by_id(case),
        products: by_id(case),
        categories: by_id(case),
        brands: by_id(case),
        employees: by_id(case),
        quote_numbers: quotes.filter_map(|quote| Some((quote.id?, quote.number?))).collect(),
    }
}

fn quotes(case: &Value) -> Vec<QuoteRecord> {
    let lines_of = |section: &wire::Section| {
        rows::<wire::Line>(case).into_iter().filter(|line| line.section_id == section.id).collect()
    };
    let sections_of = |quote: &wire::Quote| {
        let sections = rows::<wire::Section>(case).into_iter().filter(|section| section.quote_id == quote.id);
        sections.map(|section| (section.clone(), lines_of(&section))).collect()
    };
    let quotes = rows::<wire::Quote>(case).into_iter();
    quotes.map(|quote| QuoteRecord { sections: sections_of(&quote), quote }).collect()
}

fn sales(case: &Value) -> Vec<SaleRecord> {
    let lines_of = |order: &wire::Order| {
        rows::<wire::OrderLine>(case).into_iter().filter(|line| line.order_id == order.id).collect()
    };
    let orders = rows::<wire::Order>(case).into_iter();
    orders.map(|order| SaleRecord { lines: lines_of(&order), order }).collect()
}

/// Every document that a case's records are.
fn documents(case: &Value) -> Vec<Result<Document, Unreadable>> {
    let set: BTreeMap<String, String> = serde_json::from_value(case["codes"].clone()).unwrap();
    let (references, codes) = (references(case), Codes::from_settings(&set));
    let reading = Reading { references: &references, codes: &codes, currency: "USD" };
    let quotes = quotes(case).into_iter().map(|record| quote(&record, &reading));
    let sales = sales(case).into_iter().map(|record| sale(&record, &reading));
    quotes.chain(sales).collect()
}

/// What becomes of a case's records, as the case says it.
fn outcome(case: &Value) -> Value {
    let mut said = Map::new();
    for document in documents(case) {
        let (key, value) = match document {
            Ok(document) => {
                let key = format!("{} {}", document.kind.name(), document.number);
                (key, json!(readable::readable(&json!(document))))
            }
            Err(unreadable) => ("unreadable".to_owned(), json!([unreadable.sentence])),
        };
        said.insert(key, value);
    }
    Value::Object(said)
}

#[test]
fn every_case_becomes_the_documents_that_it_names() {
    let cases = cases();
    for case in &cases {
        assert_eq!(outcome(case), case["expect"], "{}: {:#}", name(case), outcome(case));
    }
    let names: BTreeSet<&str> = cases.iter().map(name).collect();
    assert!(names.len() == cases.len() && cases.len() >= 80, "{} names, {} cases", names.len(), cases.len());
}

#[test]
fn the_cases_have_every_member_that_is_read() {
    let cases = cases();
    for (resource, members) in FIELDS {
        let rows = || cases.iter().filter_map(|case| case["records"][resource].as_array()).flatten();
        let missing: Vec<&&str> =
            members.iter().filter(|member| rows().all(|row| row.get(**member).is_none())).collect();
        assert!(missing.is_empty(), "no case has {resource} {missing:?}");
    }
}

#[test]
fn the_cases_agree_on_what_numbers_mean() {
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for case in &cases() {
        for (key, word) in case["codes"].as_object().unwrap() {
            let before = all.insert(key.clone(), word.clone());
            assert!(before.is_none_or(|before| before == *word), "{key} in {}", name(case));
        }
    }
}

#[test]
fn what_is_clear_passes_intake_and_comes_out_the_same() {
    let all = cases();
    let documents = all.iter().flat_map(documents).filter_map(Result::ok);
    let clear: Vec<Document> = documents.filter(|document| document.content.unclear.is_empty()).collect();
    assert!(clear.len() > 80, "{}", clear.len());
    for document in clear {
        let body = intake::written(&document);
        let again = match document.kind {
            Kind::Quote => intake::quote(&document.number, &body),
            // No tool sends a draft.
            Kind::Sale if document.state == State::Open => continue,
            Kind::Sale => intake::sale(&document.number, &body),
        };
        assert_eq!(again.as_ref(), Ok(&document));
    }
}

#[test]
fn the_order_in_which_records_come_does_not_matter() {
    for case in &cases() {
        let mut turned = case.clone();
        for rows in turned["records"].as_object_mut().unwrap().values_mut() {
            rows.as_array_mut().unwrap().reverse();
        }
        assert_eq!(outcome(&turned), outcome(case), "{}", name(case));
    }
}

#[test]
fn lines_that_cannot_be_told_apart_are_told() {
    let line =
        |id: Value| json!({ "id": id, "quoteSectionID": 11, "title": "Switch", "price": 1, "quantity": 1 });
    let unclear = |lines: [Value; 2]| {
        let case = json!({
            "codes": {},
            "records": {
                "quote": [{ "id": 1, "quoteNumber": "Q-1", "status": 1, "customerID": 55, "createdDate": "2026-11-23" }],
                "customer": [{ "id": 55, "name": "Northwind Traders" }],
                "quotesection": [{ "id": 11, "quoteID": 1 }],
                "quoteline": lines,
            },
        });
        documents(&case).remove(0).unwrap().content.unclear
    };
    let told = |sentence: &str| vec![Unclear::Other { sentence: sentence.to_owned() }];
    assert_eq!(unclear([line(json!(1)), line(json!(2))]), []);
    assert_eq!(unclear([line(json!(1)), line(json!(null))]), told("Line \"Switch\": id is required."));
    assert_eq!(
        unclear([line(json!(1)), line(json!(1))]),
        told("Line \"Switch\": id \"1\" is the id of another line too; give each its own.")
    );
}

#[test]
fn a_record_says_what_must_be_at_hand() {
    let case = json!({ "records": {
        "quote": [{ "id": 1, "customerID": 55, "ownerEmployeeID": 7 }],
        "quotesection": [{ "id": 11, "quoteID": 1 }, { "id": 12, "quoteID": 1 }],
        "quoteline": [
            { "id": 101, "quoteSectionID": 11, "productID": 801 }, { "id": 102, "quoteSectionID": 12, "productID": 802 },
            { "id": 103, "quoteSectionID": 12, "productID": 0 },
        ],
        "salesorder": [{ "id": 501, "customerID": 56, "quoteID": 1, "ownerEmployeeID": null }],
        "salesorderline": [{ "id": 601, "salesOrderID": 501, "productID": 803 }],
    } });
    let set = |ids: &[i64]| ids.iter().copied().collect::<BTreeSet<i64>>();
    let of_quote =
        Needs { customers: set(&[55]), products: set(&[801, 802]), employees: set(&[7]), quotes: set(&[]) };
    let of_sale =
        Needs { customers: set(&[56]), products: set(&[803]), employees: set(&[]), quotes: set(&[1]) };
    assert_eq!(quote_needs(&quotes(&case)[0]), of_quote);
    assert_eq!(sale_needs(&sales(&case)[0]), of_sale);
}
