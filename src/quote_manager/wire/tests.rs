//! Rows as they may come, and the contract's own list of members.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use super::{
    Brand, Category, Contact, Customer, Employee, FIELDS, Line, Order, OrderLine, Product, Quote, Record,
    Row, Section, read,
};

/// The members that a record asks a row for.
fn asked<T: Record>() -> (&'static str, Vec<&'static str>) {
    let row = json!({});
    let mut row = Row::new(&row);
    T::from_row(&mut row);
    (T::RESOURCE, row.asked().to_vec())
}

#[test]
fn every_member_that_is_read_is_named_in_one_place() {
    let all = [
        asked::<Quote>(),
        asked::<Section>(),
        asked::<Line>(),
        asked::<Order>(),
        asked::<OrderLine>(),
        asked::<Customer>(),
        asked::<Contact>(),
        asked::<Employee>(),
        asked::<Product>(),
        asked::<Category>(),
        asked::<Brand>(),
    ];
    assert_eq!(all.len(), FIELDS.len());
    for ((resource, asked), (named, members)) in all.iter().zip(FIELDS) {
        assert_eq!((*resource, asked.as_slice()), (named, members));
    }
}

#[test]
fn the_contract_has_every_member_that_is_read() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/data/quote-manager-resources.json");
    if !path.exists() {
        return skipped(&format!("{} is not there, so the members were not compared", path.display()));
    }
    let contract: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for (resource, members) in FIELDS {
        let known: BTreeSet<&str> = contract["resources"][resource]["fields"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let unknown: Vec<&str> = members.iter().filter(|name| !known.contains(*name)).copied().collect();
        assert_eq!(unknown, Vec::<&str>::new(), "{resource}");
    }
}

#[expect(clippy::print_stderr, reason = "what was not tested must be seen")]
fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

#[test]
fn null_an_empty_text_and_no_member_are_alike_and_so_is_an_id_of_0() {
    for row in [json!({}), json!({ "quoteID": null }), json!({ "quoteID": "" }), json!({ "quoteID": 0 })] {
        let order: Order = read(&row);
        assert_eq!((order.quote_id, order.wrong), (None, Vec::new()), "{row}");
    }
    for row in [json!(null), json!([]), json!("quote"), json!(7)] {
        assert_eq!(read::<Quote>(&row), Quote::default(), "{row}");
    }
}

#[test]
fn a_code_of_0_is_a_code() {
    assert_eq!(read::<Quote>(&json!({ "status": 0 })).status, Some(0));
    assert_eq!(read::<Product>(&json!({ "type": "0" })).kind, Some(0));
}

#[test]
fn names_are_compared_without_regard_to_case() {
    let quote: Quote =
        read(&json!({ "salesOrderID": 501, "CUSTOMERID": 55, "createDate": "2026-11-20T07:00:00Z" }));
    assert_eq!((quote.sales_order_id, quote.customer_id), (Some(501), Some(55)));
    assert_eq!(quote.created_at.unwrap().to_string(), "2026-11-20T07:00:00Z");
}

#[test]
fn amounts_are_what_is_written() {
    let price = |text: &str| {
        let row: Value = serde_json::from_str(&format!("{{\"price\": {text}}}")).unwrap();
        let line: Line = read(&row);
        (line.price.amount.map(|amount| amount.to_string()), line.wrong.len())
    };
    for (written, exact) in [
        ("0.1", "0.1"),
        ("19.99", "19.99"),
        ("1200.0", "1200"),
        ("-0.005", "-0.005"),
        ("999999999.9999", "999999999.9999"),
        ("1e2", "100"),
        ("1.5E-3", "0.0015"),
        ("\"12.50\"", "12.5"),
        ("\" 7 \"", "7"),
    ] {
        assert_eq!(price(written), (Some(exact.to_owned()), 0), "{written}");
    }
    for wrong in ["\"12,50\"", "\"$12\"", "true", "[12]", "{}", "\"1e400\""] {
        assert_eq!(price(wrong), (None, 1), "{wrong}");
    }
}

#[test]
fn what_cannot_be_read_is_named_and_not_taken_for_absent() {
    let section: Section = read(&json!({ "lineNumber": 1.5, "isSelected": "maybe", "title": "a\u{0}b" }));
    assert_eq!(
        section.wrong,
        [
            "lineNumber is 1.5, which cannot be read",
            "isSelected is \"maybe\", which cannot be read",
            "title is \"a\\u0000b\", which cannot be read",
        ]
    );
    let quote: Quote = read(&json!({ "title": "x".repeat(1000), "expiryDate": "y".repeat(1000) }));
    assert!(quote.wrong.len() == 1 && quote.wrong[0].len() < 120, "{:?}", quote.wrong);
}

#[test]
fn times_have_a_zone_or_are_in_utc() {
    let expires = |text: &str| {
        let quote: Quote = read(&json!({ "expiryDate": text }));
        assert_eq!(quote.wrong, Vec::<String>::new());
        quote.expires_at.map(|time| time.to_string())
    };
    for (written, read) in [
        ("2026-12-07T10:00:00Z", "2026-12-07T10:00:00Z"),
        ("2026-12-07T10:00:00+02:00", "2026-12-07T08:00:00Z"),
        ("2026-12-07T10:00:00", "2026-12-07T10:00:00Z"),
        ("2026-12-07T10:00:00.1234567", "2026-12-07T10:00:00.1234567Z"),
        ("2026-12-07", "2026-12-07T00:00:00Z"),
    ] {
        assert_eq!(expires(written).as_deref(), Some(read));
    }
    assert_eq!((expires("0001-01-01T00:00:00"), expires("0001-01-01T00:00:00Z")), (None, None));
}
