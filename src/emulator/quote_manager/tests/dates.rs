//! The dates that rows get, and the lists that go by them.

use super::*;
use crate::emulator::quote_manager::Stamps;

const FIRST: &str = "2026-03-04T05:06:07.089Z";
const SECOND: &str = "2026-03-04T05:06:08.089Z";

fn dates(row: &Value) -> (&Value, &Value) {
    (&row["createdDate"], &row["modifiedDate"])
}

#[tokio::test]
async fn a_row_is_stamped_when_it_comes_and_when_it_changes() {
    let instance = Instance::new();
    let id = instance.put("quote", json!({"quoteNumber": "QO1"}));
    assert_eq!(dates(&instance.row("quote", id)), (&json!(FIRST), &json!(FIRST)));
    instance.clock.advance(1_000);
    instance.manager.edit("quote", id, json!({"status": 3, "salesOrderId": 7})).unwrap();
    let row = instance.row("quote", id);
    assert_eq!(dates(&row), (&json!(FIRST), &json!(SECOND)));
    assert_eq!((&row["quoteNumber"], &row["status"]), (&json!("QO1"), &json!(3)));
    instance.clock.advance(1_000);
    instance.put("quote", json!({"id": id}));
    let row = instance.row("quote", id);
    assert_eq!(dates(&row), (&json!(FIRST), &json!("2026-03-04T05:06:09.089Z")));
    assert_eq!(row.get("status"), None, "a put leaves nothing of the row before");
}

#[tokio::test]
async fn a_date_that_the_writer_chose_stays() {
    let instance = Instance::new();
    let chosen = json!({"id": 1, "createdDate": "2020-01-01", "modifiedDate": "2020-01-02T00:00:00"});
    instance.put("quote", chosen.clone());
    assert_eq!(instance.row("quote", 1), chosen);
    instance.put("quote", json!({"id": 1, "createdDate": null, "modifiedDate": null}));
    assert_eq!(dates(&instance.row("quote", 1)), (&Value::Null, &Value::Null));
    instance.put("quote", chosen.clone());
    instance.put("quote", chosen);
    assert_eq!(instance.row("quote", 1)["modifiedDate"], FIRST, "it only came along");
}

#[tokio::test]
async fn the_date_of_creation_has_two_names_and_sections_and_lines_get_no_dates() {
    let instance = Instance::new();
    for (resource, name) in [("brand", "createDate"), ("customer", "createDate"), ("employee", "createdDate")]
    {
        let id = instance.put(resource, json!({}));
        assert_eq!(
            instance.row(resource, id),
            json!({"id": id, name: FIRST, "modifiedDate": FIRST}),
            "{resource}"
        );
    }
    for resource in ["quotesection", "quoteline"] {
        let id = instance.put(resource, json!({"title": "x"}));
        assert_eq!(instance.row(resource, id), json!({"id": id, "title": "x"}), "{resource}");
    }
}

#[tokio::test]
async fn a_change_of_a_line_touches_its_quote_unless_it_is_switched_off() {
    let modified = |instance: &Instance| instance.row("quote", 501)["modifiedDate"].clone();
    let untouched = json!("2026-11-24T10:40:00Z");
    let changes: [fn(&QuoteManager); 5] = [
        |manager| manager.edit("quoteline", 3001, json!({"quantity": 4})).unwrap(),
        |manager| manager.remove("quoteline", 3002).unwrap(),
        |manager| assert!(manager.put("quoteline", json!({"quoteSectionID": 2002})).unwrap() > 3006),
        |manager| manager.edit("quotesection", 2001, json!({"title": "Other"})).unwrap(),
        |manager| manager.remove("quotesection", 2002).unwrap(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let instance = Instance::example();
        change(&instance.manager);
        assert_eq!(modified(&instance), FIRST, "change {number}");
        assert_eq!(instance.row("quote", 502)["modifiedDate"], "2026-11-18T16:45:30.127", "change {number}");
        let instance = Instance::example();
        instance.switch(|switches| switches.lines_touch_parents = false);
        change(&instance.manager);
        assert_eq!(modified(&instance), untouched, "change {number}");
    }
    let instance = Instance::example();
    instance.manager.edit("salesorderline", 6101, json!({"quantity": 2})).unwrap();
    assert_eq!(instance.row("salesorder", 601)["modifiedDate"], FIRST);
    assert_eq!(instance.row("salesorderline", 6101)["modifiedDate"], FIRST);
}

#[tokio::test]
async fn modified_after_leaves_what_did_not_change_since() {
    let instance = Instance::example();
    for (after, expected) in [
        ("2026-11-18T00:00:00Z", vec![501, 502, 503]),
        ("2026-11-18", vec![501, 502, 503]),
        ("2026-11-18T16:45:30.126", vec![501, 502, 503]),
        ("2026-11-18T16:45:30.127", vec![501, 503]),
        ("2026-11-18T17:45:30%2B01:00", vec![501, 502, 503]),
        ("2026-11-18T18:45:30%2B02:00", vec![501, 502, 503]),
        ("2026-11-18T17:45:31%2B01:00", vec![501, 503]),
        ("2026-12-01T00:00:00Z", vec![]),
        ("", vec![501, 502, 503, 504]),
    ] {
        assert_eq!(instance.ids(&format!("quote?modifiedAfter={after}")).await, expected, "{after}");
    }
    assert_eq!(instance.ids("quote?modifiedAfter=2026-11-18&pageSize=2&page=2").await, [503]);
    assert_eq!(instance.ids("quote?modifiedAfter=2026-11-18&quoteNumber=QO40000504").await, [0_i64; 0]);
    for after in ["yesterday", "2026-13-01", "2026-11-18T00:00:00+01:00", "1732000000"] {
        assert_eq!(instance.get(&format!("quote?modifiedAfter={after}")).await.status, 400, "{after}");
    }
    instance.switch(|switches| switches.modified_after_includes = true);
    assert_eq!(instance.ids("quote?modifiedAfter=2026-11-18T16:45:30.127").await, [501, 502, 503]);
}

#[tokio::test]
async fn a_row_without_a_date_of_change_is_never_new() {
    let instance = Instance::new();
    instance.put("quote", json!({"id": 1, "modifiedDate": null}));
    instance.put("quote", json!({"id": 2, "modifiedDate": "soon"}));
    assert_eq!(instance.ids("quote?modifiedAfter=2000-01-01").await, [0_i64; 0]);
    assert_eq!(instance.ids("quote").await, [1, 2]);
}

#[tokio::test]
async fn lists_without_modified_after_ignore_it() {
    let instance = Instance::example();
    for (resource, rows) in [("quotesection", 5), ("quoteline", 6), ("employee", 2), ("category", 5)] {
        for after in ["2099-01-01", "nonsense"] {
            let path = format!("{resource}?modifiedAfter={after}");
            assert_eq!(instance.ids(&path).await.len(), rows, "{path}");
        }
    }
    assert_eq!(
        instance.get("productimage?modifiedAfter=2099-01-01").await.json().as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn stamps_can_be_written_without_a_zone() {
    let instance = Instance::new();
    instance.switch(|switches| switches.stamps = Stamps::Zoneless);
    instance.put("quote", json!({"id": 1}));
    assert_eq!(instance.row("quote", 1)["modifiedDate"], "2026-03-04T05:06:07.089");
    assert_eq!(instance.ids("quote?modifiedAfter=2026-03-04T05:06:07Z").await, [1]);
    assert_eq!(instance.ids("quote?modifiedAfter=2026-03-04T05:06:08Z").await, [0_i64; 0]);
}
