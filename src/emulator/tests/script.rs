//! Scripted faults that have to do with time: late effects, lagging queries, windows, retired values.

use super::{
    control::{at_once, control, script},
    *,
};

async fn tick(api: &Api, ms: i64) {
    assert_eq!(control(api, Method::POST, "tick", json!({"ms": ms})).await.status, 204);
}

async fn titles(api: &Api) -> usize {
    let query = json!({"Filter": [{"op": "beginsWith", "field": "title", "value": "Q-"}]});
    let count = api.post("Opportunities/query/count", query.clone()).await.json();
    let rows = api.post("Opportunities/query", query).await.json()["items"].as_array().unwrap().len();
    assert_eq!(count["queryCount"], rows);
    rows
}

#[tokio::test]
async fn a_late_effect_comes_when_it_is_due_and_is_never_answered() {
    let api = Api::new();
    script(&api, json!({"method": "POST", "path": "Opportunities", "kind": "late", "ms": 300_000})).await;
    assert!(at_once(api.post("Opportunities", opportunity())).await.is_none());
    tick(&api, 299_999).await;
    assert_eq!((titles(&api).await, api.0.entities("Opportunities").len()), (0, 0));
    tick(&api, 5_000).await;
    assert_eq!(titles(&api).await, 1);
    let row = api.0.entities("Opportunities").remove(0);
    assert_eq!(row["createDate"], "2026-03-04T05:11:07.089", "the time at which it was due");
    let entry = api.0.log().into_iter().find(|entry| entry.effect.is_some()).unwrap();
    assert_eq!((entry.status, entry.response, entry.ms), (None, Value::Null, 300_000));
    assert_eq!(entry.at, "2026-03-04T05:06:07.089Z");
    assert_eq!(entry.effect.map(|effect| json!(effect.id)), Some(row["id"].clone()));
}

#[tokio::test]
async fn what_is_late_comes_in_the_order_of_its_due_times_and_can_be_refused() {
    let api = Api::new();
    for (ms, title) in [(2_000, "Q-second"), (1_000, "Q-first"), (1_500, "")] {
        script(&api, json!({"path": "Opportunities", "kind": "late", "ms": ms})).await;
        let body = with(opportunity(), json!({"title": title}));
        assert!(at_once(api.post("Opportunities", body)).await.is_none());
    }
    assert_eq!(api.get("Opportunities/5").await.status, 429, "each holds its thread until it is done");
    api.0.0.clock.advance(2_000);
    for (body, status) in [(Value::Null, 204), (json!({"days": 1}), 422)] {
        assert_eq!(control(&api, Method::POST, "tick", body).await.status, status);
    }
    let titles: Vec<_> = api.0.entities("Opportunities").iter().map(|row| row["title"].clone()).collect();
    assert_eq!(titles, ["Q-first", "Q-second"]);
    assert_eq!(api.get("Opportunities/5").await.status, 200);
}

#[tokio::test]
async fn a_late_effect_needs_no_further_request_where_time_goes_by_itself() {
    let api = Api(Emulator::with_seed(SEED, Options::default()).unwrap());
    script(&api, json!({"path": "Opportunities", "kind": "late", "ms": 1})).await;
    assert!(at_once(api.post("Opportunities", opportunity())).await.is_none());
    let unlooked = || api.0.0.inner.lock().unwrap().store.rows("Opportunities").count();
    let effect = async {
        while unlooked() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), effect).await.unwrap();
}

#[tokio::test]
async fn a_reset_forgets_what_is_late() {
    let api = Api::new();
    limits_of_one(&api).await;
    script(&api, json!({"path": "Opportunities", "kind": "late", "ms": 1_000})).await;
    assert!(at_once(api.post("Opportunities", opportunity())).await.is_none());
    control(&api, Method::POST, "reset", Value::Null).await;
    limits_of_one(&api).await;
    tick(&api, 1_000).await;
    assert_eq!(titles(&api).await, 0);
}

async fn limits_of_one(api: &Api) {
    assert_eq!(control(api, Method::POST, "limits", json!({"threads": 1})).await.status, 200);
}

#[tokio::test]
async fn lagging_queries_do_not_show_what_is_new() {
    let api = Api::new();
    script(&api, json!({"kind": "lag", "ms": 10_000, "times": 4})).await;
    let id = api.opportunity().await;
    assert_eq!(titles(&api).await, 0);
    assert_eq!(api.row("Opportunities", id).await["id"], id, "a read by id lags in nothing");
    tick(&api, 10_000).await;
    assert_eq!(titles(&api).await, 1);
    api.opportunity().await;
    assert_eq!(titles(&api).await, 2, "the fault is used up");
    let seeded = json!({"Filter": [{"op": "eq", "field": "id", "value": 101}]});
    script(&api, json!({"kind": "lag", "ms": 10_000})).await;
    let seeded = api.post("Companies/query", seeded).await.json();
    assert_eq!(seeded["items"].as_array().unwrap().len(), 1, "what was there before is shown");
}

#[tokio::test]
async fn credentials_can_be_unknown_for_some_requests_or_for_some_time() {
    let api = Api::new();
    let zone = format!("zoneInformation?user={}", CREDENTIALS.user);
    let status = async |path: &str| api.get(path).await.status;
    script(&api, json!({"kind": "unauthorized", "times": 2})).await;
    assert_eq!(status(&zone).await, 200, "a zone needs no credentials");
    let versions = signed(Method::GET, "/ATServicesRest/VersionInformation", &Value::Null);
    assert_eq!(api.request(versions).await.status, 200);
    let refused = api.post("Opportunities", opportunity()).await;
    assert_eq!((refused.status, refused.text.as_str()), (401, ""));
    assert_eq!(refused.headers["www-authenticate"], "Basic Realm=\"autotask.test:9090\"");
    assert_eq!([status("Companies/0").await, status("Companies/0").await], [401, 200]);
    assert_eq!(api.0.entities("Opportunities").len(), 0);

    script(&api, json!({"kind": "unauthorized", "ms": 60_000})).await;
    for _ in 0..3 {
        assert_eq!(status("Companies/0").await, 401);
    }
    tick(&api, 59_999).await;
    assert_eq!(status("Companies/0").await, 401);
    tick(&api, 1).await;
    assert_eq!(status("Companies/0").await, 200);
    assert_eq!(control(&api, Method::GET, "faults", Value::Null).await.json(), json!([]));
}

#[tokio::test]
async fn something_becomes_inactive_after_some_requests() {
    for (what, body, sentence) in [
        (
            json!({"field": "stage", "value": "11"}),
            json!({}),
            "Picklist value [11] does not exist for stage.",
        ),
        (json!({"field": "Stage", "value": 11}), json!({}), "Picklist value [11] does not exist for stage."),
        (
            json!({"field": "opportunityCategoryID", "value": "601"}),
            json!({"opportunityCategoryID": 601}),
            "Picklist value [601] does not exist for opportunityCategoryID.",
        ),
        (
            json!({"entity": "resources", "id": 301}),
            json!({}),
            "Reference value on field: ownerResourceID of type: Resource does not exist or is invalid.",
        ),
        (
            json!({"entity": "Contacts", "id": 201}),
            json!({"contactID": 201}),
            "Reference value on field: contactID of type: Contact does not exist or is invalid.",
        ),
    ] {
        let api = Api::new();
        let line = with(
            json!({"kind": "deactivate", "method": "POST", "path": "Opportunities", "after": 2, "entity": "Opportunities"}),
            what,
        );
        script(&api, line.clone()).await;
        let body = with(opportunity(), body);
        for _ in 0..2 {
            api.get("Companies/101").await;
            api.post("Opportunities", body.clone()).await.id();
        }
        let refused = api.post("Opportunities", body.clone()).await;
        refused.refuses_with(&format!("{sentence} ; on record number [1]."));
        assert_eq!(control(&api, Method::GET, "faults", Value::Null).await.json(), json!([]), "{line}");
        control(&api, Method::POST, "reset", Value::Null).await;
        api.post("Opportunities", body).await.id();
    }
}

#[tokio::test]
async fn what_the_tenant_does_not_have_cannot_become_inactive() {
    let api = Api::new();
    for (line, status) in [
        (json!({"entity": "Nonsense", "id": 1}), 404),
        (json!({"entity": "Resources", "id": 1}), 404),
        (json!({"entity": "Opportunities", "field": "stage", "value": "99"}), 404),
        (json!({"entity": "Opportunities", "field": "title", "value": "x"}), 404),
        (json!({"entity": "QuoteLocations", "id": 951}), 404),
        (json!({"entity": "Resources"}), 404),
        (json!({"entity": "Resources", "id": 301, "speed": 1}), 422),
        (json!({}), 422),
        (json!({"kind": "late", "ms": -1}), 422),
    ] {
        let line = with(json!({"kind": "deactivate"}), line);
        assert_eq!(control(&api, Method::POST, "faults", line.clone()).await.status, status, "{line}");
    }
    assert_eq!(control(&api, Method::GET, "faults", Value::Null).await.json(), json!([]));
}
