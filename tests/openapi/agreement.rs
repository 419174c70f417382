//! The schema of a document and the reader that decides about it say the same.

use std::collections::BTreeSet;

use opportune::{
    domain::{document::Document, intake},
    error::FieldErrors,
};
use serde_json::{Value, json};

use super::shape::{Place, Shapes};

type Read = fn(&str, &Value) -> Result<Document, FieldErrors>;

/// The two documents with their readers.
const DOCUMENTS: [(&str, Read); 2] = [("Quote", intake::quote), ("Sale", intake::sale)];

/// Every word in quotation marks in the reader: the names of all fields are among them.
fn vocabulary() -> BTreeSet<&'static str> {
    let source = include_str!("../../src/domain/intake/mod.rs");
    let is_name = |word: &&str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let words: BTreeSet<_> = source.split('"').filter(is_name).collect();
    assert!(["title", "line1", "quote_number", "components"].iter().all(|name| words.contains(name)));
    words
}

/// The example in the schema, its nulls filled and with what only a sale or only a quote has.
fn full(shapes: &Shapes, name: &str) -> Value {
    let mut document = shapes.named(name)["examples"][0].clone();
    document["customer"]["autotask_company_id"] = json!(174);
    document["delivery"]["address"]["line2"] = json!("Dock 4");
    document["billing_address"]["line2"] = json!("Suite 9");
    document["lines"][0]["components"] = Value::Null;
    document["lines"][0]["period"] = Value::Null;
    match name {
        "Quote" => document["autotask"] = json!({ "opportunity_id": 0, "quote_id": 7 }),
        _ => document["quote_number"] = json!("Q-1"),
    }
    document["lines"].as_array_mut().unwrap().extend([
        json!({ "id": "r", "kind": "recurring_service", "name": "Service", "period": "yearly", "quantity": "1", "unit_price": "-1" }),
        json!({ "id": "b", "kind": "bundle", "name": "Kit", "components": [{
            "id": "a", "kind": "product", "name": "Part", "description": "x", "sku": "x", "manufacturer_part_number": "x",
            "category": "x", "brand": "x", "quantity": "0.5", "unit_price": "1", "unit_cost": "1", "taxable": true,
            "discount": { "kind": "unit", "value": "1" }, "optional": true, "selected": false,
        }, { "id": "s", "kind": "recurring_service", "name": "x", "period": "monthly", "quantity": "1", "unit_price": "1" }] }),
    ]);
    document
}

/// Calls `each` with every object of a full document of both kinds.
fn for_each_place(mut each: impl FnMut(&Value, Read, &Place)) {
    let shapes = Shapes::new();
    for (name, read) in DOCUMENTS {
        let document = full(&shapes, name);
        read("N-1", &document).unwrap();
        for place in shapes.places(&document, &shapes.named(name)) {
            each(&document, read, &place);
        }
    }
}

/// The document with one member of the object at `place` set.
fn with(document: &Value, place: &Place, name: &str, value: Value) -> Value {
    let mut changed = document.clone();
    changed.pointer_mut(&place.pointer).unwrap()[name] = value;
    changed
}

/// What the reader says about the field at `path`.
fn refusal(read: Read, document: &Value, path: &str) -> Option<String> {
    read("N-1", document).err().and_then(|errors| errors.get(path).map(str::to_owned))
}

#[test]
fn every_described_field_is_taken() {
    let mut described = BTreeSet::new();
    let mut used = BTreeSet::new();
    for_each_place(|document, _, place| {
        let object = document.pointer(&place.pointer).unwrap();
        let kind = place.schema["description"].to_string();
        for (name, _) in place.properties() {
            described.insert((kind.clone(), name.to_owned()));
            if !object[name].is_null() {
                used.insert((kind.clone(), name.to_owned()));
            }
        }
    });
    assert_eq!(described.difference(&used).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    assert!(described.len() > 60);
}

#[test]
fn nothing_that_is_not_described_is_taken() {
    let vocabulary = vocabulary();
    for_each_place(|document, read, place| {
        assert_eq!(place.schema["additionalProperties"], json!(false), "{}", place.path);
        let described: BTreeSet<_> = place.properties().into_iter().map(|(name, _)| name).collect();
        for name in vocabulary.difference(&described) {
            let changed = with(document, place, name, Value::Null);
            assert!(refusal(read, &changed, &place.path_of(name)).is_some(), "{}", place.path_of(name));
        }
    });
}

#[test]
fn what_is_required_is_missed() {
    for_each_place(|document, read, place| {
        for (name, _) in place.properties() {
            let changed = with(document, place, name, Value::Null);
            let refused = refusal(read, &changed, &place.path_of(name));
            let kind = document.pointer(&place.pointer).unwrap()["kind"].as_str().unwrap_or_default();
            let is_conditional = match name {
                "quantity" | "unit_price" => !matches!(kind, "" | "bundle" | "text"),
                "period" => kind == "recurring_service",
                "components" => kind == "bundle",
                _ => false,
            };
            let path = place.path_of(name);
            assert_eq!(refused.is_some(), place.requires(name) || is_conditional, "{path}: {refused:?}");
        }
    });
}

#[test]
fn the_words_are_the_same() {
    let shapes = Shapes::new();
    let mut seen = 0;
    for_each_place(|document, read, place| {
        for (name, property) in place.properties() {
            let schema = shapes.resolve(property);
            let Some(words) = schema["enum"].as_array() else { continue };
            let words: Vec<_> = words.iter().map(|word| word.as_str().unwrap()).collect();
            let changed = with(document, place, name, json!("no such word"));
            let refused = refusal(read, &changed, &place.path_of(name)).unwrap();
            let known: Vec<_> = refused.strip_prefix("must be one of: ").unwrap().split(", ").collect();
            // A bundle within a bundle is refused by a rule of its own.
            let in_bundle = place.path.contains(".components[") && name == "kind";
            let known: Vec<_> = known.into_iter().filter(|word| !in_bundle || *word != "bundle").collect();
            assert_eq!(known, words, "{}", place.path_of(name));
            seen += 1;
        }
    });
    assert!(seen > 10);
}

#[test]
fn the_limits_are_the_same() {
    let shapes = Shapes::new();
    let mut seen = 0;
    for_each_place(|document, read, place| {
        for (name, property) in place.properties() {
            let schema = shapes.resolve(property);
            let path = place.path_of(name);
            let is_refused =
                |value: Value| refusal(read, &with(document, place, name, value), &path).is_some();
            let is_free = schema["format"].is_null();
            if let Some(longest) = schema["maxLength"].as_u64().filter(|_| is_free) {
                let longest = usize::try_from(longest).unwrap();
                assert!(!is_refused(json!("é".repeat(longest))), "{path}");
                assert!(is_refused(json!("é".repeat(longest + 1))), "{path}");
                seen += 1;
            }
            if let Some(least) = schema["minimum"].as_i64() {
                assert!(!is_refused(json!(least)) && is_refused(json!(least - 1)), "{path}");
                seen += 1;
            }
            if let Some(most) = schema["maxItems"].as_u64() {
                let line = |n| json!({ "id": n, "kind": "text", "name": "x" });
                let lines = |count| (0..count).map(|n: u64| line(n.to_string())).collect::<Value>();
                let is_bundle_or_top =
                    place.path.is_empty() || document.pointer(&place.pointer).unwrap()["kind"] == "bundle";
                assert_eq!(is_refused(lines(most)), !is_bundle_or_top, "{path}");
                assert!(is_refused(lines(most + 1)), "{path}");
                seen += 1;
            }
        }
    });
    assert!(seen > 40, "{seen}");
}

#[test]
fn values_are_written_as_described() {
    let shapes = Shapes::new();
    let refused = |name: &str| match name {
        "Amount" => vec!["", "1e3", "+1", "1.00001", "1000000000", ".5"],
        "PositiveAmount" => vec!["-1", "1.00001", "1000000000"],
        "Quantity" => vec!["0", "0.0", "-1"],
        "Currency" => vec!["usd", "US", "USDX", "US1"],
        _ => Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for_each_place(|document, read, place| {
        for (name, property) in place.properties() {
            let reference = property["oneOf"][0]["$ref"].as_str().or(property["$ref"].as_str()).unwrap_or("");
            let value = reference.rsplit('/').next().unwrap();
            let path = place.path_of(name);
            for bad in refused(value) {
                assert!(
                    refusal(read, &with(document, place, name, json!(bad)), &path).is_some(),
                    "{path}: {bad}"
                );
                seen.insert(value.to_owned());
            }
            if seen.contains(value) {
                for good in shapes.named(value)["examples"].as_array().unwrap() {
                    let said = refusal(read, &with(document, place, name, good.clone()), &path);
                    assert_eq!(said, None, "{path}: {good}");
                }
            }
        }
    });
    assert_eq!(seen.len(), 4, "{seen:?}");
}

#[test]
fn what_is_given_back_is_described_too() {
    let shapes = Shapes::new();
    for (name, read) in DOCUMENTS {
        let written = intake::written(&read("N-1", &full(&shapes, name)).unwrap());
        assert_eq!(shapes.breaches(&written, &shapes.named(name)), Vec::<String>::new(), "{name}");
    }
}
