//! All cases, put into Quote Manager before it is connected, while it is read, and after; with everything in the way
//! that its interface is known or feared to do.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use opportune::{
    db,
    domain::document::Kind,
    emulator::quote_manager::{Stamps, Switches},
};
use serde_json::json;

use super::{
    Reader,
    copies::{Copy, codes, copies},
};
use crate::{
    harness::{HOUR, TestApp, on_both},
    readable::readable,
};

on_both! {
    async fn everything_arrives_as_the_table_says(db) {
        let quotes = env::var("ARRIVE_QUOTES").map_or(200, |text| text.parse().unwrap());
        let app = TestApp::start_fresh(db).await;
        let reader = Reader::new(&app);
        let copies = copies(quotes);
        reader.explain(codes()).await;
        arrive(&reader, &copies).await;
        // What tells of no change, or of one on a day long ago, is found when everything is looked at.
        app.after(25 * HOUR).await;
        reader.until_read().await;
        check(&reader, &copies).await;
        check_calls(&reader, &copies).await;
        reader.check_limits();
    }
}

/// Every third is there before, every third is written while it is read, and every third comes last.
async fn arrive(reader: &Reader<'_>, copies: &[Copy]) {
    let manager = &reader.manager;
    let third = |which: usize| {
        copies.iter().enumerate().filter(move |(nth, _)| nth % 3 == which).map(|(_, copy)| copy)
    };
    third(0).for_each(|copy| copy.put(manager));
    reader.connect().await;
    manager.fault(json!([
        { "kind": "status", "status": 429, "after": 3 }, { "resource": "quotesection", "kind": "truncated", "after": 5 },
        { "resource": "quoteline", "kind": "html", "after": 4 }, { "resource": "salesorder", "kind": "cut" },
    ])).unwrap();
    reader.minutes(2).await;
    third(1).for_each(|copy| copy.put_draft(manager));
    reader.until_read().await;
    manager.set_switches(Switches {
        stamps: Stamps::Zoneless,
        modified_after_includes: true,
        ..Switches::default()
    });
    manager
        .fault(json!([
            { "kind": "status", "status": 429, "retry_after": 7, "after": 9, "times": 2 },
            { "kind": "status", "status": 503, "times": 3, "after": 20 },
            { "resource": "quote", "kind": "status", "status": 500, "body": "Server error" },
        ]))
        .unwrap();
    third(1).for_each(|copy| copy.put(manager));
    reader.minutes(1).await;
    manager.set_switches(Switches {
        detail_filters: false,
        lines_touch_parents: false,
        ..Switches::default()
    });
    third(2).for_each(|copy| copy.put(manager));
    reader.until_read().await;
    manager.set_switches(Switches::default());
}

/// Every document is there as its case says, none is there twice, and no other is.
async fn check(reader: &Reader<'_>, copies: &[Copy]) {
    let (app, mut names) = (reader.app, BTreeSet::new());
    let mut unreadable: BTreeMap<&str, usize> = BTreeMap::new();
    for (nth, copy) in copies.iter().enumerate() {
        copy.unreadable.iter().for_each(|sentence| *unreadable.entry(sentence).or_default() += 1);
        for ((kind, number), expected) in &copy.documents {
            let at = format!("{} ({}): {kind} {number}", copy.name, copy.nth);
            let kind = if kind == "quote" { Kind::Quote } else { Kind::Sale };
            let found = app.services.document(app.tenant, kind, number).await;
            if kind == Kind::Sale && expected[0].starts_with("open") {
                assert!(found.is_err(), "a draft was taken in: {at}");
                continue;
            }
            let found = found.unwrap_or_else(|error| panic!("{at}: {error:?}"));
            assert_eq!(readable(&json!(found.document)), *expected, "{at}");
            let most = if nth % 3 == 1 { 3 } else { 2 };
            assert!(found.version <= most, "{at} was changed {} times", found.version - 1);
            names.insert((kind.name(), number.clone()));
        }
    }
    let mut tx = app.services.db.read().await.unwrap();
    let stored = db::newest_documents(&mut tx, app.tenant, 1_000_000).await.unwrap();
    let strangers: Vec<_> =
        stored.iter().filter(|it| !names.contains(&(it.kind.as_str(), it.number.clone()))).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
    drop(tx);
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for troubled in reader.view().await.troubled {
        *said
            .entry(
                troubled.sentence.unwrap_or_else(|| panic!("{} {} is gone", troubled.resource, troubled.id)),
            )
            .or_default() += 1;
    }
    assert_eq!(said, unreadable.into_iter().map(|(sentence, count)| (sentence.to_owned(), count)).collect());
}

/// A cycle without changes costs two calls, one with a changed quote one more and one for each of its sections.
async fn check_calls(reader: &Reader<'_>, copies: &[Copy]) {
    reader.minutes(10).await;
    assert_eq!(reader.calls(async || reader.minutes(5).await).await, 10, "calls of 5 cycles without changes");
    let two = |copy: &&Copy| copy.sections() > 1 && copy.quote().is_some();
    let without = |copy: &&Copy| copy.sections() == 0 && copy.quote().is_some();
    for copy in [copies.iter().find(two).unwrap(), copies.iter().find(without).unwrap()] {
        reader.manager.edit("quote", copy.quote().unwrap(), json!({ "title": "Changed again" })).unwrap();
        let calls = reader.calls(async || reader.minutes(1).await).await;
        assert_eq!(calls, 2 + 1 + copy.sections(), "{}", copy.name);
        // It still is among what changed lately, and nothing of it is read again.
        assert_eq!(reader.calls(async || reader.minutes(3).await).await, 6, "{}", copy.name);
    }
}
