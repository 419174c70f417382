//! The contract check: every request of the suite and every answer of the emulator, held to the vendor's swagger.

#[path = "../contract/checker.rs"]
mod checker;

use std::{path::Path, process::Command};

use checker::{Exchange, Side};
use opportune::emulator::LogEntry;
use serde_json::{Value, json};

/// Every breach of the contract in a log.
pub fn violations(log: &[LogEntry]) -> Vec<String> {
    let exchanges = log.iter().map(|entry| Exchange {
        method: &entry.method,
        path: &entry.path,
        body: &entry.body,
        status: entry.status,
        response: &entry.response,
        scripted: entry.scripted,
    });
    exchanges.flat_map(|exchange| checker::violations(&exchange)).map(|found| found.to_string()).collect()
}

/// The breaches in one exchange, by side; the path follows the version.
fn found(method: &str, path: &str, body: &Value, status: u16, response: &Value) -> Vec<(Side, String)> {
    let path = format!("/ATServicesRest/V1.0/{path}");
    let exchange = Exchange { method, path: &path, body, status: Some(status), response, scripted: false };
    checker::violations(&exchange).into_iter().map(|violation| (violation.side, violation.what)).collect()
}

#[track_caller]
fn assert_one(found: &[(Side, String)], side: Side, what: &str) {
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].0 == side && found[0].1.contains(what), "{found:#?} is not: {what}");
}

#[test]
fn a_faithful_create_has_no_violation() {
    let body = json!({ "opportunityID": 5, "name": "Firewall", "effectiveDate": "2026-03-01T00:00:00Z", "comment": null });
    assert_eq!(found("POST", "Quotes", &body, 200, &json!({ "itemId": 7 })), []);
}

#[test]
fn a_body_is_held_to_its_model() {
    let cases = [
        (json!({ "nmae": "Firewall" }), "QuoteModel has no 'nmae'"),
        (json!({ "Name": "Firewall" }), "it is written 'name'"),
        (json!({ "opportunityId": 5 }), "it is written 'opportunityID'"),
        (json!({ "name": 5 }), "body.name is no string but 5"),
        (json!({ "opportunityID": "5" }), "body.opportunityID is no int32 but \"5\""),
        (json!({ "opportunityID": 3_000_000_000_i64 }), "is no int32"),
        (json!({ "opportunityID": 5.5 }), "is no int32"),
        (json!({ "primaryQuote": "true" }), "body.primaryQuote is no boolean"),
        (json!({ "effectiveDate": "1 March 2026" }), "body.effectiveDate is no date-time"),
        (json!([]), "body is no QuoteModel"),
    ];
    for (body, what) in cases {
        assert_one(&found("POST", "Quotes", &body, 200, &json!({ "itemId": 7 })), Side::Request, what);
    }
    let patch = json!({ "name": "Firewall" });
    assert_one(&found("PATCH", "Quotes", &patch, 200, &json!({ "itemId": 7 })), Side::Request, "without id");
}

#[test]
fn paths_and_methods_are_those_of_the_swagger() {
    let errors = json!({ "errors": ["refused"] });
    let unknown = found("POST", "Quote", &json!({}), 500, &errors);
    assert_one(&unknown, Side::Request, "there is no path /ATServicesRest/V1.0/Quote");
    let below = found("POST", "QuoteItems", &json!({}), 500, &errors);
    assert_one(&below, Side::Request, "there is no path");
    let no_number = found("GET", "Quotes/abc", &Value::Null, 500, &errors);
    assert_one(&no_number, Side::Request, "there is no path");
    let delete = found("DELETE", "Quotes/7", &Value::Null, 500, &errors);
    assert_one(&delete, Side::Request, "DELETE is no method of");
    let body = found("GET", "Quotes/7", &json!({ "id": 7 }), 500, &errors);
    assert_one(&body, Side::Request, "a body where none is expected");
    assert_eq!(found("DELETE", "Quotes/7/Items/8", &Value::Null, 200, &json!({ "itemId": 8 })), []);
}

#[test]
fn a_query_is_held_to_the_fields_and_operators_that_there_are() {
    let answer = json!({ "errors": ["refused"] });
    let query = |filter: Value| json!({ "MaxRecords": 500, "Filter": filter });
    let cases = [
        (query(json!([{ "op": "equals", "field": "id", "value": 1 }])), "'equals' is no operator"),
        (query(json!([{ "op": "EQ", "field": "id", "value": 1 }])), "'EQ' is no operator"),
        (query(json!([{ "op": "eq", "field": "titel", "value": "Q-1" }])), "there is no field 'titel'"),
        (query(json!([{ "op": "eq", "field": "companyId", "value": 1 }])), "it is written 'companyID'"),
        (
            query(json!([{ "op": "or", "items": [{ "op": "eq", "field": "x", "value": 1 }] }])),
            "there is no field 'x'",
        ),
        (query(json!([])), "an empty filter"),
        (json!({ "MaxRecords": 500 }), "without a filter"),
        (
            json!({ "Filter": [{ "op": "exist", "field": "id" }], "Fields": ["id"] }),
            "QueryModel has no 'Fields'",
        ),
        (json!({ "Filter": [{ "op": "exist", "field": "id" }], "IncludeFields": ["ID"] }), "no field 'ID'"),
        (json!({ "Filter": [{ "op": "exist", "field": "id" }], "MaxRecords": "500" }), "is no int32"),
    ];
    for (query, what) in cases {
        assert_one(&found("POST", "Opportunities/query", &query, 500, &answer), Side::Request, what);
    }
    let wrong = "Opportunities/query?search=%7B%22filter%22%3A%5B%7B%22op%22%3A%22is%22%2C%22field%22%3A%22id%22%7D%5D%7D";
    assert_one(&found("GET", wrong, &Value::Null, 500, &answer), Side::Request, "'is' is no operator");
}

#[test]
fn an_answer_is_held_to_its_model() {
    let query = json!({ "Filter": [{ "op": "exist", "field": "id" }], "IncludeFields": ["id", "name"] });
    let page = json!({ "count": 1, "requestCount": 500, "prevPageUrl": null, "nextPageUrl": null });
    let rows = |item: Value, page: &Value| json!({ "items": [item], "pageDetails": page });
    let ask = |answer: &Value| found("POST", "ShippingTypes/query", &query, 200, answer);
    assert_eq!(ask(&rows(json!({ "id": 1, "name": "Courier" }), &page)), []);
    let cases = [
        (rows(json!({ "id": "1" }), &page), "answer.items[0].id is no int64"),
        (rows(json!({ "Id": 1 }), &page), "it is written 'id'"),
        (rows(json!({ "id": 1, "colour": "red" }), &page), "has no 'colour'"),
        (
            rows(json!({ "id": 1 }), &json!({ "count": 1, "requestCount": 500, "prevPageUrl": null })),
            "lacks 'nextPageUrl'",
        ),
        (
            rows(
                json!({ "id": 1 }),
                &json!({ "count": 2, "requestCount": 5, "prevPageUrl": null, "nextPageUrl": null }),
            ),
            "do not count",
        ),
    ];
    for (answer, what) in cases {
        assert_one(&ask(&answer), Side::Answer, what);
    }
    let bare = ask(&json!({ "items": [] }));
    assert!(bare.iter().any(|(_, what)| what.contains("lacks 'pageDetails'")), "{bare:#?}");
    assert_one(
        &found("GET", "ShippingTypes/1", &Value::Null, 200, &json!({ "item": [] })),
        Side::Answer,
        "is no ShippingTypeModel",
    );
    let whole = found(
        "GET",
        "ShippingTypes/1",
        &Value::Null,
        200,
        &json!({ "item": { "id": 1, "name": "Courier" } }),
    );
    assert!(whole.iter().any(|(_, what)| what.contains("lacks 'isActive'")), "{whole:#?}");
}

#[test]
fn a_status_has_its_own_shape() {
    let ask = |status, answer: &Value| found("POST", "Quotes", &json!({}), status, answer);
    for (status, answer) in [
        (401, Value::Null),
        (404, json!("<!DOCTYPE html><html></html>")),
        (405, json!({ "Message": "not this method" })),
        (429, json!({ "errors": ["too many"] })),
        (500, json!({ "errors": ["refused"] })),
    ] {
        assert_eq!(ask(status, &answer), [], "{status}");
    }
    assert_one(&ask(200, &json!({ "itemId": "seven" })), Side::Answer, "does not answer its id");
    assert_one(&ask(201, &json!({ "itemId": 7 })), Side::Answer, "unexpected status");
    assert_one(&ask(400, &json!({ "errors": ["refused"] })), Side::Answer, "unexpected status");
    assert_one(&ask(500, &json!({ "errors": [] })), Side::Answer, "a body of another shape");
    assert_one(&ask(500, &json!("internal error")), Side::Answer, "a body of another shape");
    assert_one(&ask(401, &json!({ "errors": ["who"] })), Side::Answer, "a body of another shape");
}

#[test]
fn the_extract_is_what_its_script_makes_of_the_vendors_swagger() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let swagger = root.join("../shared/reference/data/autotask-swagger.json");
    if !swagger.exists() {
        return skipped(&format!("{} is not there, so swagger.json was not made again", swagger.display()));
    }
    let made =
        Command::new("python3").arg(root.join("tests/contract/extract.py")).arg(&swagger).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let kept = include_str!("../contract/swagger.json");
    assert!(
        String::from_utf8(made.stdout).unwrap() == kept,
        "tests/contract/extract.py makes another swagger.json"
    );
    assert!(kept.len() <= 200 * 1024, "{} bytes", kept.len());
}

#[expect(clippy::print_stderr, reason = "what was not tested must be seen")]
fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}
