//! The instance against the contract: every resource, field and filter that it names.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
struct Contract {
    resources: BTreeMap<String, Promised>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Promised {
    get: Option<String>,
    filters: BTreeMap<String, String>,
    paging: bool,
    modified_after: bool,
    fields: BTreeMap<String, String>,
}

/// The contract; none, and said so, where this checkout does not have it.
fn contract() -> Option<Contract> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/data/quote-manager-resources.json");
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        writeln!(io::stderr(), "SKIPPED: the contract of Quote Manager is not at {}", path.display())
            .unwrap();
    }
    Some(serde_json::from_str(&text?).unwrap())
}

/// A row with every field of the contract.
fn row(promised: &Promised, id: i64) -> Value {
    let value = |(name, kind): (&String, &String)| {
        let value = match kind.as_str() {
            "int" => json!(id),
            "num" => json!(1.25),
            "bool" => json!(true),
            "dt" => json!(format!("2026-01-{id:02}T00:00:00Z")),
            "str" => json!(format!("text {id}")),
            _ => json!([]),
        };
        (name.clone(), value)
    };
    Value::Object(promised.fields.iter().map(value).collect())
}

async fn rows(instance: &Instance, path: &str) -> Vec<Value> {
    let reply = instance.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.json().as_array().unwrap().clone()
}

async fn is_served(name: &str, promised: &Promised) {
    let instance = Instance::new();
    let kept: Vec<_> = (1..=3).map(|id| row(promised, id)).collect();
    for row in &kept {
        instance.put(name, row.clone());
    }
    if name == "productimage" {
        instance.put("product", json!({"id": 2, "productNumber": "text 2"}));
    }
    assert_eq!(rows(&instance, name).await, kept, "{name}");
    let one = instance.get(&format!("{name}/2")).await;
    assert_eq!(one.status, if promised.get.is_some() { 200 } else { 404 }, "{name}/2");
    for (filter, kind) in &promised.filters {
        let value = if kind == "int" { "2" } else { "text%202" };
        assert_eq!(
            rows(&instance, &format!("{name}?{filter}={value}")).await,
            kept[1..2],
            "{name} by {filter}"
        );
    }
    let second = rows(&instance, &format!("{name}?page=2&pageSize=1")).await;
    assert_eq!(second, if promised.paging { &kept[1..2] } else { &kept[..] }, "{name} by pages");
    let later = rows(&instance, &format!("{name}?modifiedAfter=2026-01-02T00:00:00Z")).await;
    assert_eq!(later, if promised.modified_after { &kept[2..] } else { &kept[..] }, "{name} by date");
}

#[tokio::test]
async fn every_resource_and_filter_of_the_contract_is_served() {
    let Some(contract) = contract() else { return };
    for (name, promised) in &contract.resources {
        is_served(name, promised).await;
    }
    let operations = contract.resources.values().map(|promised| 1 + usize::from(promised.get.is_some()));
    assert_eq!(operations.sum::<usize>(), 39);
    let ours: Vec<_> = super::super::resources::RESOURCES.iter().map(|resource| resource.name).collect();
    assert_eq!(ours, contract.resources.keys().map(String::as_str).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_example_has_no_field_that_the_contract_does_not_name_and_every_resource() {
    let Some(contract) = contract() else { return };
    let instance = Instance::example();
    for (name, promised) in &contract.resources {
        let rows = instance.manager.rows(name);
        assert!(!rows.is_empty(), "{name}");
        for row in rows {
            let unknown: Vec<_> = row
                .as_object()
                .unwrap()
                .keys()
                .filter(|field| !promised.fields.contains_key(*field))
                .collect();
            assert!(unknown.is_empty(), "{name}: {unknown:?}");
        }
    }
}
