//! The schema of the settings and the reader and the check that decide about them say the same.

use std::collections::BTreeSet;

use opportune::{
    domain::{
        lists::{List, ListOption, Lists},
        settings::{
            Settings, document,
            form::Against,
            keys::{self, KEYS, Kind},
            page::Page,
        },
    },
    error::FieldErrors,
};
use serde_json::{Value, json};

use super::shape::{Place, Shapes};

/// The documents of the two pages: the schema's name, how many objects the example has, how many limits there are.
const DOCUMENTS: [(&str, Page, usize, usize); 2] = [
    // Every id, the percentage's two, the fallback, three texts.
    ("OpportunitySections", Page::Opportunities, 7, 13 + 1 + 1 + 1 + 3),
    // Every id, the days' two, two texts.
    ("TicketDocument", Page::Tickets, 3, 10 + 2 + 2),
];

fn example(name: &str) -> Value {
    Shapes::new().named(name)["examples"][0].clone()
}

/// Lists with every option that an example names.
fn lists_for(example: &Value) -> Lists {
    let mut lists = Lists::default();
    let choices = KEYS.iter().filter_map(|key| match key.kind {
        Kind::Choice(list) => Some((list, example[key.section][key.name].as_i64()?)),
        _ => None,
    });
    let rows = example["category_map"]["rows"].as_object().into_iter().flatten();
    let mapped = rows.filter_map(|(_, value)| Some((List::ProductCategories, value.as_i64()?)));
    for (list, value) in choices.chain(mapped) {
        let label = value.to_string();
        lists.push(list, ListOption { value, label, detail: None, parent: None, active: true });
    }
    lists
}

/// What is wrong with a body, for a tenant to whom the example fits.
fn wrong((name, page): (&str, Page), body: &Value) -> FieldErrors {
    let example = example(name);
    let lists = lists_for(&example);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let rows = example["category_map"]["rows"].as_object().into_iter().flatten();
    let categories: Vec<_> =
        rows.map(|(path, _)| path.clone()).chain(text(&example["services"]["category"])).collect();
    let brands: Vec<_> = text(&example["services"]["brand"]).into_iter().collect();
    let against = Against { lists: &lists, brands: &brands, categories: &categories, saved: &Settings::NEW };
    let (form, found) = document::read(body, page);
    keys::check(&form, &against, found).err().unwrap_or_default()
}

/// Every object of the example that has members of its own.
fn places(name: &str) -> Vec<Place> {
    let shapes = Shapes::new();
    let all = shapes.places(&example(name), &shapes.named(name));
    all.into_iter().filter(|place| place.schema["properties"].is_object()).collect()
}

fn with(of: &str, place: &Place, name: &str, value: Value) -> Value {
    let mut changed = example(of);
    changed.pointer_mut(&place.pointer).unwrap()[name] = value;
    changed
}

#[test]
fn every_described_field_is_taken_and_no_other() {
    for (of, page, count, _) in DOCUMENTS {
        assert_eq!(wrong((of, page), &example(of)), FieldErrors::default());
        let places = places(of);
        assert_eq!(places.len(), count, "{of}");
        for place in places {
            let described: BTreeSet<_> =
                place.properties().into_iter().map(|(name, _)| name.to_owned()).collect();
            let example = example(of);
            let used = example.pointer(&place.pointer).unwrap().as_object().unwrap();
            assert_eq!(described, used.keys().cloned().collect(), "{}", place.path);
            assert_eq!(place.schema["additionalProperties"], json!(false), "{}", place.path);
            let refused = wrong((of, page), &with(of, &place, "colour", json!(1)));
            assert!(refused.get(&place.path_of("colour")).is_some(), "{}", place.path);
        }
    }
}

#[test]
fn what_is_required_is_missed_and_nothing_else() {
    for (of, page, ..) in DOCUMENTS {
        for place in places(of) {
            for (name, _) in place.properties() {
                let path = place.path_of(name);
                let refused = wrong((of, page), &with(of, &place, name, Value::Null));
                assert_eq!(refused.covers(&path), place.requires(name), "{path}: {refused:?}");
            }
        }
    }
}

#[test]
fn types_and_limits_are_the_same() {
    for (of, page, _, limits) in DOCUMENTS {
        let mut seen = 0;
        for place in places(of) {
            for (name, property) in place.properties() {
                let path = place.path_of(name);
                let is_refused =
                    |value: Value| wrong((of, page), &with(of, &place, name, value)).covers(&path);
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
        assert_eq!(seen, limits, "{of}");
    }
}
