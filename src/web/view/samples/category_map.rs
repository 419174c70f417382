//! The import of the category map in its states.

use super::{HOSTILE, page, shell};
use crate::web::view::{CategoryImport, Form, ImportDiff, ImportSection, MapRow, MapState, Nav};

pub(super) fn samples() -> [(&'static str, String); 5] {
    let asks = import(None);
    let refused = CategoryImport {
        error: Some("The first line must name the columns: category, and autotask_category_id".to_owned()),
        pasted: HOSTILE.to_owned(),
        ..import(None)
    };
    let new = ImportDiff { can_save: false, ..diff() };
    let nothing = ImportDiff { summary: "64 as saved.".to_owned(), ..ImportDiff::default() };
    [
        ("category-import", page(&asks)),
        ("category-import-refused", page(&refused)),
        ("category-import-diff", page(&import(Some(diff())))),
        ("category-import-new", page(&import(Some(new)))),
        ("category-import-nothing", page(&import(Some(nothing)))),
    ]
}

fn import(diff: Option<ImportDiff>) -> CategoryImport {
    let crumbs = ["Apps", "Autotask", "Opportunities", "Import the category map"];
    let shell = shell("Import the category map — Opportunities", Nav::Apps, &crumbs);
    CategoryImport { shell, error: None, pasted: String::new(), diff }
}

fn diff() -> ImportDiff {
    let section = |heading: &str, note: &str, columns, line: [&str; 2]| ImportSection {
        heading: heading.to_owned(),
        note: note.to_owned(),
        columns,
        lines: vec![line.map(str::to_owned)],
    };
    let columns = ["Kaseya Quote Manager category", "Autotask category"];
    ImportDiff {
        summary: "1 added, 0 changed, 0 no longer mapped. 62 as saved. 1 left out.".to_owned(),
        sections: vec![
            section(
                "Wrong lines",
                "These lines are left out.",
                ["Line", "What is wrong"],
                ["Line 7", HOSTILE],
            ),
            section("Added", "", columns, ["Hardware › Drones", "Not mapped → Hardware › Cameras"]),
        ],
        form: vec![("note".to_owned(), HOSTILE.to_owned())],
        can_save: true,
    }
}

/// Four rows, one of each state, with the products that they have.
fn form() -> Form {
    let mut form = Form::new("7", "0192f0c1");
    let states = [
        ("Hardware › Laptops", 148, MapState::Mapped),
        ("Hardware › Drones", 12, MapState::NotMapped),
        ("Hardware › Phones", 1, MapState::Suggested),
        ("Old things", 4, MapState::NeedsAttention),
    ];
    for (index, (label, products, state)) in (0..).zip(states) {
        let mut row = MapRow::new(index, label.replace(" › ", "/"), label, products);
        (row.state, row.changed) = (state, state == MapState::Mapped);
        form.map.rows.push(row);
    }
    form
}

#[test]
fn the_summary_counts_products() {
    let mut map = form().map;
    assert_eq!(
        map.summary(),
        "1 of 4 mapped. 2 not mapped, used by 13 products. 1 to look at, used by 4 products."
    );
    map.rows.truncate(1);
    assert_eq!(map.summary(), "1 of 1 mapped.");
}

#[test]
fn a_filter_hides_rows_but_none_that_is_wrong() {
    let mut map = form().map;
    let mut shown = |search: &str, state: &str, changed: bool| {
        map.filter.search = search.to_owned();
        map.filter.state = state.to_owned();
        map.filter.changed = changed;
        map.rows.iter().filter(|row| map.shows(row)).map(MapRow::index).collect::<Vec<_>>()
    };
    assert_eq!(shown("", "", false), [0, 1, 2, 3]);
    assert_eq!(shown("HARD one", "", false), [1, 2], "every word, anywhere");
    assert_eq!(shown("", "unmapped", false), [1, 2], "what is suggested is not mapped either");
    assert_eq!(shown("", "suggested", false), [2]);
    assert_eq!(shown("", "attention", false), [3]);
    assert_eq!(shown("", "no such state", false), [0, 1, 2, 3]);
    assert_eq!(shown("", "", true), [0]);
    map.rows[3].select.error = Some("Select an Autotask category".to_owned());
    map.filter.state = "mapped".to_owned();
    let shown: Vec<_> = map.rows.iter().filter(|row| map.shows(row)).map(MapRow::index).collect();
    assert_eq!(shown, [0, 3]);
    assert_eq!(map.status(), "2 of 4 shown.");
}
