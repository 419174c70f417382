//! The history, and the choice where two people changed the same settings.

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    ChangeRow, Choice, Clash, ClashRow, Compare, ErrorLink, History, HistoryFilter, HistoryRow, Link, Nav,
    Revision, Tag, Text, Tone,
};

pub(super) fn samples() -> [(&'static str, String); 9] {
    let newest = Revision { is_newest: true, restore: Vec::new(), ..revision() };
    let same = Compare { changes: Some(Vec::new()), ..compare() };
    [
        ("history", page(&history())),
        ("history-empty", page(&empty("Nothing has been saved yet.", false))),
        ("history-filtered-empty", page(&empty("No entry of the history fits this filter.", true))),
        ("revision", page(&revision())),
        ("revision-newest", page(&newest)),
        ("compare", page(&compare())),
        ("compare-same", page(&same)),
        ("compare-wrong", page(&compare_wrong())),
        ("clash", page(&clash())),
    ]
}

fn filter(active: bool) -> HistoryFilter {
    let select = |all: &str, others: &[&str]| {
        let any = Choice { value: String::new(), label: all.to_owned(), selected: !active };
        [vec![any], choices(others, if active { others[0] } else { "" })].concat()
    };
    HistoryFilter {
        who: select("Anybody", &["Robin Diaz", HOSTILE]),
        via: select("Any way", &["Page", "REST"]),
        field: select("Any setting", &["Stage for won quotes"]),
        from: Text { value: "2026-11-03".to_owned(), ..Text::new("from", "From") },
        to: Text { error: active.then(|| "Enter a day as 2026-11-03".to_owned()), ..Text::new("to", "To") },
        active,
    }
}

fn change(label: &str, before: &str, after: &str) -> ChangeRow {
    ChangeRow {
        page: "Opportunities",
        label: label.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    }
}

fn row() -> HistoryRow {
    HistoryRow {
        heading: "Revision 7".to_owned(),
        href: Some("/history/7".to_owned()),
        by: Tag::new(Tone::Plain, "Robin Diaz"),
        when: "3 Nov 2026, 14:05 UTC".to_owned(),
        when_iso: "2026-11-03T14:05:09Z".to_owned(),
        origin: "Undoes revision 6".to_owned(),
        note: HOSTILE.to_owned(),
        changes: vec![
            change("Stage for lost quotes", "Leave at current stage", "Closed Lost"),
            change("Category Hardware/Drones", "nothing", HOSTILE),
        ],
        more: 12,
    }
}

fn history() -> History {
    let of_autotask = HistoryRow {
        heading: "Stage 'Proposal Sent' is inactive".to_owned(),
        href: None,
        by: Tag::new(Tone::Info, "Autotask"),
        origin: String::new(),
        note: String::new(),
        changes: Vec::new(),
        more: 0,
        ..row()
    };
    History {
        shell: shell("History", Nav::History, &[]),
        filter: filter(false),
        rows: vec![row(), of_autotask],
        empty: None,
        exports: vec![
            Link::new("/history.csv", "Export as CSV"),
            Link::new("/history.json", "Export as JSON"),
        ],
        older: Some("/history?before=7".to_owned()),
        newer: Some("/history?after=57".to_owned()),
    }
}

fn empty(sentence: &str, active: bool) -> History {
    let empty = Some(sentence.to_owned());
    History { filter: filter(active), rows: Vec::new(), empty, older: None, newer: None, ..history() }
}

fn revision() -> Revision {
    Revision {
        shell: shell("Revision 7 — History", Nav::History, &["History", "Revision 7"]),
        number: 7,
        row: row(),
        is_newest: false,
        restore: vec![
            Link::new("/apps/autotask/opportunities?restore=7#notice", "Restore Opportunities"),
            Link::new("/apps/autotask/tickets?restore=7#notice", "Restore Tickets"),
        ],
        compare: vec![Link::new("/history/compare?from=6&to=7", "Compare with the one before")],
    }
}

fn compare() -> Compare {
    Compare {
        shell: shell("Compare two revisions — History", Nav::History, &["History", "Compare two revisions"]),
        errors: Vec::new(),
        from: Text { value: "6".to_owned(), numeric: true, ..Text::new("from", "From revision") },
        to: Text { value: "7".to_owned(), numeric: true, ..Text::new("to", "To revision") },
        changes: Some(row().changes),
    }
}

fn compare_wrong() -> Compare {
    let text = "There is no revision \"99\": enter a number from 0 to 7".to_owned();
    let mut compare = compare();
    compare.to.error = Some(text.clone());
    compare.errors = vec![ErrorLink { href: "#to".to_owned(), text }];
    compare.changes = None;
    compare
}

fn clash() -> Clash {
    let row = |name: &str, label: &str, was: &str, [theirs, yours]: [&str; 2]| ClashRow {
        name: name.to_owned(),
        label: label.to_owned(),
        was: was.to_owned(),
        theirs: Choice { value: "1".to_owned(), label: theirs.to_owned(), selected: true },
        yours: Choice { value: "2".to_owned(), label: yours.to_owned(), selected: false },
    };
    let stages = ["Leave at current stage", "Closed Lost"];
    Clash {
        page: "/apps/autotask/opportunities",
        shell: shell(
            "Choose which values to keep — Opportunities",
            Nav::Apps,
            &["Apps", "Autotask", "Choose"],
        ),
        summary:
            "Robin Diaz changed 2 of the same settings while you were editing. Choose which values to keep."
                .to_owned(),
        theirs: "Robin Diaz".to_owned(),
        yours: "Yours".to_owned(),
        rows: vec![
            row("lost[stage]", "Stage for lost quotes", "On Hold", stages),
            row(
                "category_map[rows][3][autotask_category]",
                HOSTILE,
                "nothing",
                [HOSTILE, "Hardware › Laptops"],
            ),
        ],
        hidden: vec![("revision".to_owned(), "7".to_owned()), ("note".to_owned(), HOSTILE.to_owned())],
    }
}

#[test]
fn a_clash_begins_with_the_other_persons_values() {
    let html = page(&clash());
    assert_eq!(html.matches(" checked>").count(), 2);
    assert!(html.contains(r#"id="lost-stage-theirs" name="lost[stage]" value="1" checked>"#));
    assert!(html.contains("<title>Error: Choose which values to keep"));
    assert!(html.contains(r#"<input type="hidden" name="revision" value="7">"#));
}
