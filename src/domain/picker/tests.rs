//! Reading a list by name.

use proptest::prelude::*;

use super::{LONG, NEAREST, Picker, Read};
use crate::domain::lists::{List, ListOption, Lists};

const LIST: List = List::MaterialCodes;

fn option(value: i64, label: &str) -> ListOption {
    ListOption { value, label: label.to_owned(), detail: None, parent: None, active: true }
}

/// The options, and as many others as make the list a long one.
fn long(options: Vec<ListOption>) -> Picker {
    let others = (0..=LONG)
        .map(|index| option(900_000 + i64::try_from(index).unwrap(), &format!("Other {index:03} of many")));
    picker(options.into_iter().chain(others).collect())
}

fn picker(options: Vec<ListOption>) -> Picker {
    let mut lists = Lists::default();
    lists.set(LIST, options);
    Picker::new(&lists, LIST)
}

fn codes() -> Picker {
    let labor = ListOption { detail: Some("4100".to_owned()), ..option(3, "Taxable Labor") };
    let old = ListOption { active: false, ..option(4, "Old Products") };
    long(vec![
        option(1, "Taxable Products"),
        option(2, "Général"),
        labor,
        old,
        option(5, "Freight"),
        option(6, "freight "),
    ])
}

#[test]
fn a_long_list_is_read_as_people_type() {
    let codes = codes();
    let reads = [
        ("  ", Read::Empty),
        ("taxable   PRODUCTS", Read::One(1)),
        ("general", Read::One(2)),
        ("Taxable Labor — 4100", Read::One(3)),
        ("taxable l", Read::One(3)),
        ("Tax", Read::Several(vec![1, 3])),
        ("Freight", Read::Several(vec![5, 6])),
        ("Freight (#5)", Read::One(5)),
        ("whatever (#4)", Read::One(4)),
        ("3", Read::One(3)),
        ("Old Products", Read::Unknown),
        ("Licences", Read::Unknown),
    ];
    for (typed, expected) in reads {
        assert_eq!(codes.read(typed), expected, "{typed:?}");
    }
}

#[test]
fn a_name_wins_over_what_only_begins_with_it() {
    let codes = long(vec![option(1, "Tax"), option(2, "Tax exempt")]);
    assert_eq!(codes.read("tax"), Read::One(1));
}

#[test]
fn the_nearest_come_first_and_are_few() {
    let codes = codes();
    let near = |typed: &str| codes.nearest(typed).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    assert_eq!(near("Taxable"), ["Taxable Products", "Taxable Labor — 4100"]);
    assert_eq!(near("Taxabel Produkts").first(), Some(&"Taxable Products"));
    assert_eq!(near("genral"), ["Général"]);
    assert_eq!(near("Freight"), ["Freight (#5)", "freight  (#6)"]);
    assert_eq!(near("Other").len(), NEAREST);
    assert!(near("zzz").is_empty());
}

#[test]
fn a_short_list_posts_ids() {
    let codes = picker(vec![option(1, "2"), option(2, "1")]);
    assert_eq!((codes.read("1"), codes.read("9")), (Read::One(1), Read::One(9)));
}

fn labels() -> impl Strategy<Value = Vec<(String, Option<String>, bool)>> {
    let label = prop_oneof!["[a-cA-C éÉ]{1,4}", "[0-9]{1,3}", "[ab]{1,2} \\(#[0-9]{1,2}\\)", "\\PC{1,12}",];
    let detail = proptest::option::of("[ab]{1,2}");
    proptest::collection::vec((label, detail, any::<bool>()), 1..30)
}

proptest! {
    #[test]
    fn what_an_option_is_shown_as_leads_back_to_it(labels in labels(), is_long: bool) {
        let options: Vec<_> = labels.into_iter().zip(0..).map(|((label, detail, active), value)| {
            ListOption { value, label, detail, parent: None, active }
        }).collect();
        let picker = if is_long { long(options) } else { picker(options) };
        for (value, text) in picker.active() {
            prop_assert_eq!(picker.read(text), Read::One(*value), "{}", text);
            prop_assert_eq!(picker.read(&value.to_string()), Read::One(*value));
            prop_assert_eq!(picker.read(&text.to_ascii_uppercase()), Read::One(*value), "{}", text);
        }
    }

    #[test]
    fn only_active_options_are_read_by_name(labels in labels(), typed in "[a-c ]{0,4}") {
        let options: Vec<_> = labels.into_iter().zip(0..).map(|((label, detail, active), value)| {
            ListOption { value, label, detail, parent: None, active }
        }).collect();
        let picker = long(options);
        let active = |value: &i64| picker.active().iter().any(|(of, _)| of == value);
        match picker.read(&typed) {
            Read::One(value) => prop_assert!(active(&value)),
            Read::Several(values) => prop_assert!(values.len() > 1 && values.iter().all(active)),
            Read::Empty | Read::Unknown => {}
        }
        for (value, text) in picker.nearest(&typed) {
            prop_assert!(active(&value));
            prop_assert_eq!(picker.read(text), Read::One(value));
        }
    }
}
