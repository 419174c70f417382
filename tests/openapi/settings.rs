//! The schema of the settings and the reader and the check that decide about them say the same.

use std::collections::BTreeSet;

use opportune::{
    domain::{
        lists::{List, ListOption, Lists},
        settings::{Opportunities, Settings, document, form::Against, keys},
    },
    error::FieldErrors,
};
use serde_json::{Value, json};

use super::shape::{Place, Shapes};

fn example() -> Value {
    Shapes::new().named("OpportunitySections")["examples"][0].clone()
}

/// What is wrong with a body, for a tenant to whom the example fits.
fn wrong(body: &Value) -> FieldErrors {
    let mut all = example();
    all.as_object_mut().unwrap().remove("note");
    let page: Opportunities = serde_json::from_value(all).unwrap();
    let mut lists = Lists::default();
    let settings = Settings::NEW.with_opportunities(page.clone());
    let sections = page.sections;
    let chosen = settings.choices().into_iter().filter_map(|(.., list, value)| Some((list, value?)));
    let map = &sections.category_map;
    let mapped = map.rows.values().copied().chain(map.fallback).map(|value| (List::ProductCategories, value));
    for (list, value) in chosen.chain(mapped) {
        let label = value.to_string();
        lists.push(list, ListOption { value, label, detail: None, parent: None, active: true });
    }
    let categories: Vec<_> = map.rows.keys().chain([&sections.services.category]).cloned().collect();
    let brands = [sections.services.brand.clone()];
    let against = Against { lists: &lists, brands: &brands, categories: &categories, saved: &Settings::NEW };
    let (form, found) = document::read(body);
    keys::check(&form, &against, found).err().unwrap_or_default()
}

/// Every object of the example that has members of its own.
fn places() -> Vec<Place> {
    let shapes = Shapes::new();
    let all = shapes.places(&example(), &shapes.named("OpportunitySections"));
    all.into_iter().filter(|place| place.schema["properties"].is_object()).collect()
}

fn with(place: &Place, name: &str, value: Value) -> Value {
    let mut changed = example();
    changed.pointer_mut(&place.pointer).unwrap()[name] = value;
    changed
}

#[test]
fn every_described_field_is_taken_and_no_other() {
    assert_eq!(wrong(&example()), FieldErrors::default());
    let places = places();
    assert_eq!(places.len(), 7);
    for place in places {
        let described: BTreeSet<_> =
            place.properties().into_iter().map(|(name, _)| name.to_owned()).collect();
        let example = example();
        let used = example.pointer(&place.pointer).unwrap().as_object().unwrap();
        assert_eq!(described, used.keys().cloned().collect(), "{}", place.path);
        assert_eq!(place.schema["additionalProperties"], json!(false), "{}", place.path);
        let refused = wrong(&with(&place, "colour", json!(1)));
        assert!(refused.get(&place.path_of("colour")).is_some(), "{}", place.path);
    }
}

#[test]
fn what_is_required_is_missed_and_nothing_else() {
    for place in places() {
        for (name, _) in place.properties() {
            let path = place.path_of(name);
            let refused = wrong(&with(&place, name, Value::Null));
            assert_eq!(refused.covers(&path), place.requires(name), "{path}: {refused:?}");
        }
    }
}

#[test]
fn types_and_limits_are_the_same() {
    let mut seen = 0;
    for place in places() {
        for (name, property) in place.properties() {
            let path = place.path_of(name);
            let is_refused = |value: Value| wrong(&with(&place, name, value)).covers(&path);
            assert!(is_refused(json!([])) && is_refused(json!(1.5)), "{path}");
            for (key, step) in [("minimum", -1), ("maximum", 1)] {
                let Some(limit) = property[key].as_i64() else { continue };
                assert!(is_refused(json!(limit + step)), "{path}");
                seen += 1;
            }
            if let Some(longest) = property["maxLength"].as_u64() {
                assert!(is_refused(json!("x".repeat(usize::try_from(longest).unwrap() + 1))), "{path}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 13 + 1 + 1 + 1 + 3, "every id, the percentage's two, the fallback, three texts");
}
