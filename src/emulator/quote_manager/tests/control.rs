//! The log, the routes that script the instance, and the journal.

use std::fs;

use super::*;

async fn control(instance: &Instance, method: Method, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let request = Request::builder()
        .method(method)
        .uri(format!("/_quote_manager/{path}"))
        .header("Content-Type", "application/json");
    instance.request(request.body(body).unwrap()).await
}

#[tokio::test]
async fn the_log_tells_what_was_asked_without_the_key() {
    let instance = Instance::example();
    instance.get("quote?pageSize=2&modifiedAfter=2026-11-01").await;
    let path = format!("quote/502?apikey={KEY}&x=%20");
    instance.request(called(Method::GET, &path, None)).await;
    instance.request(called(Method::POST, "nothing", None)).await;
    let text = control(&instance, Method::GET, "log", Value::Null).await.text;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let at = "2026-03-04T05:06:07.089Z";
    assert_eq!(
        lines,
        [
            json!({"n": 1, "at": at, "method": "GET", "path": "/v1/quote", "status": 200, "rows": 2,
                   "query": "pageSize=2&modifiedAfter=2026-11-01"}),
            json!({"n": 2, "at": at, "method": "GET", "path": "/v1/quote/502", "query": "x=%20", "status": 200, "rows": 1}),
            json!({"n": 3, "at": at, "method": "POST", "path": "/v1/nothing", "query": "", "status": 404, "rows": 0}),
        ]
    );
    assert!(!text.contains(KEY), "the key is never logged");
    assert_eq!(instance.emulator.log(), [], "Autotask's log is another");
}

#[tokio::test]
async fn rows_can_be_saved_edited_and_removed() {
    let instance = Instance::new();
    let rows = json!([{"id": 5, "quoteNumber": "QO5"}, {"quoteNumber": "QO6"}]);
    let ids = control(&instance, Method::POST, "entities/quote", rows).await.json();
    let given = ids[1].as_i64().unwrap();
    assert_eq!((&ids[0], given > 5), (&json!(5), true));
    let edit = json!({"status": 3});
    assert_eq!(control(&instance, Method::PATCH, "entities/quote/5", edit).await.status, 204);
    assert_eq!(instance.row("quote", 5)["quoteNumber"], "QO5");
    let row = json!({"id": 99, "title": "New"});
    assert_eq!(control(&instance, Method::PUT, "entities/quote/5", row).await.status, 204);
    let shown = control(&instance, Method::GET, "entities/quote", Value::Null).await.json();
    assert_eq!(
        (&shown[0]["id"], &shown[0]["title"], &shown[0]["status"]),
        (&json!(5), &json!("New"), &Value::Null)
    );
    let path = format!("entities/quote/{given}");
    assert_eq!(control(&instance, Method::DELETE, &path, Value::Null).await.status, 204);
    assert_eq!(instance.manager.rows("quote").len(), 1);
    assert_eq!(instance.put("quote", json!({})), given + 1, "the id of a removed row stays used");
    assert_eq!(instance.manager.log(), []);
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let instance = Instance::new();
    for (method, path, body, status) in [
        (Method::GET, "entities/nothing", Value::Null, 404),
        (Method::POST, "entities/nothing", json!([{}]), 404),
        (Method::POST, "entities/quote", json!([7]), 422),
        (Method::POST, "entities/quote", json!([{"id": "x"}]), 422),
        (Method::PATCH, "entities/quote/1", json!({}), 404),
        (Method::DELETE, "entities/quote/1", Value::Null, 404),
        (Method::POST, "faults", json!({"kind": "nonsense"}), 422),
        (Method::POST, "limits", json!({"hour": 1}), 422),
        (Method::POST, "switches", json!({"stamps": "odd"}), 422),
    ] {
        assert_eq!(control(&instance, method.clone(), path, body).await.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn limits_and_switches_keep_what_a_change_leaves_out() {
    let instance = Instance::example();
    let limits = control(&instance, Method::POST, "limits", json!({"minute": 3})).await.json();
    assert_eq!(
        (&limits["minute"], &limits["day"], &limits["usage"]["minute"]),
        (&json!(3), &json!(20_000), &json!(0))
    );
    instance.get("quote").await;
    let limits = control(&instance, Method::GET, "limits", Value::Null).await.json();
    assert_eq!((&limits["usage"]["day"], &limits["retry_after"]), (&json!(1), &json!(true)));
    control(&instance, Method::POST, "switches", json!({"detail_filters": false})).await;
    let switches = control(&instance, Method::GET, "switches", Value::Null).await.json();
    assert_eq!(
        switches,
        json!({"keys": [KEY], "lines_touch_parents": true, "detail_filters": false,
               "modified_after_includes": false, "stamps": "zoned"})
    );
}

#[tokio::test]
async fn faults_are_shown_with_what_is_left_of_them() {
    let instance = Instance::example();
    let shown =
        control(&instance, Method::POST, "faults", json!({"kind": "status", "times": 3})).await.json();
    assert_eq!(shown[0]["times"], 3);
    instance.get("quote").await;
    assert_eq!(control(&instance, Method::GET, "faults", Value::Null).await.json()[0]["times"], 2);
    assert_eq!(control(&instance, Method::DELETE, "faults", Value::Null).await.status, 204);
    assert_eq!(control(&instance, Method::GET, "faults", Value::Null).await.text, "[]");
}

#[tokio::test]
async fn a_reset_leaves_an_empty_instance_and_autotask_as_it_is() {
    let instance = Instance::example();
    instance.get("quote").await;
    instance.manager.fault(json!({"kind": "status"})).unwrap();
    instance.switch(|switches| switches.keys.clear());
    control(&instance, Method::POST, "limits", json!({"minute": 0})).await;
    let companies = instance.emulator.entities("Companies").len();
    assert_eq!(control(&instance, Method::POST, "reset", Value::Null).await.status, 204);
    assert_eq!(instance.manager.log(), []);
    assert_eq!((instance.get("quote").await.text.as_str(), instance.manager.usage().day), ("[]", 1));
    assert_eq!(instance.emulator.entities("Companies").len(), companies);
    assert_eq!(control(&instance, Method::POST, "example", Value::Null).await.status, 204);
    let reset = Request::post("/_emulator/reset").body(Body::empty()).unwrap();
    assert_eq!(instance.request(reset).await.status, 204);
    assert_eq!(instance.ids("quote").await.len(), 4, "Autotask's reset is another");
}

#[tokio::test]
async fn rows_outlive_the_process_in_a_journal_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("emulator.jsonl");
    let open = || Instance::open(Options { journal: Some(journal.clone()), ..Options::default() });
    let before = open();
    before.manager.seed_example().unwrap();
    before.manager.edit("quoteline", 3001, json!({"quantity": 5})).unwrap();
    before.manager.remove("quote", 504).unwrap();
    let after = open();
    for resource in super::super::resources::RESOURCES {
        let name = resource.name;
        assert_eq!(after.manager.rows(name), before.manager.rows(name), "{name}");
    }
    assert_eq!(fs::read_to_string(&journal).unwrap(), "", "Autotask's rows are in another file");
    after.manager.reset().unwrap();
    assert_eq!(open().manager.rows("quote"), Vec::<Value>::new());
    fs::write(folder.path().join("emulator.quote-manager.jsonl"), "nonsense\n").unwrap();
    assert!(Emulator::open(Options { journal: Some(journal), ..Options::default() }).is_err());
}
