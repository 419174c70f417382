//! Scripted faults.

use std::time::Duration;

use super::*;

fn fault(instance: &Instance, script: Value) {
    instance.manager.fault(script).unwrap();
}

async fn at_once<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(Duration::ZERO, work).await.ok()
}

#[tokio::test]
async fn a_fault_hits_calls_of_its_resource_as_often_as_it_says() {
    let instance = Instance::example();
    fault(&instance, json!({"resource": "quote", "kind": "status", "status": 500, "times": 2}));
    assert_eq!(instance.get("brand").await.status, 200);
    assert_eq!(instance.get("quotesection").await.status, 200, "another resource whose name begins the same");
    assert_eq!(instance.get("quote/501").await.status, 500);
    assert_eq!(instance.get("quote?page=2").await.status, 500);
    let entry = instance.last_call();
    assert_eq!((entry.status, entry.rows, entry.scripted), (Some(500), 0, true));
    assert_eq!(instance.get("quote").await.status, 200);
    assert!(!instance.last_call().scripted);
}

#[tokio::test]
async fn faults_come_in_their_order_and_can_let_calls_through_first() {
    let instance = Instance::example();
    fault(
        &instance,
        json!([{"kind": "status", "status": 502, "after": 1}, {"kind": "status", "status": 504, "resource": "brand"}]),
    );
    let mut seen = Vec::new();
    for resource in ["quote", "brand", "brand", "brand"] {
        seen.push(instance.get(resource).await.status);
    }
    assert_eq!(seen, [200, 502, 504, 200]);
    fault(&instance, json!({"kind": "status"}));
    instance.manager.clear_faults();
    assert_eq!(instance.get("brand").await.status, 200);
}

#[tokio::test]
async fn a_status_has_the_body_and_the_wait_that_the_script_names() {
    let instance = Instance::example();
    fault(&instance, json!({"kind": "status"}));
    assert_eq!(instance.get("quote").await.status, 503);
    fault(&instance, json!({"kind": "status", "status": 429, "retry_after": 7, "body": {"error": "slow"}}));
    let reply = instance.get("quote").await;
    assert_eq!(
        (reply.status, reply.json(), &reply.headers["retry-after"]),
        (429, json!({"error": "slow"}), &"7".parse().unwrap())
    );
    fault(&instance, json!({"kind": "status", "status": 429, "body": ""}));
    let reply = instance.get("quote").await;
    assert_eq!((reply.text.as_str(), reply.headers.get("retry-after")), ("", None));
}

#[tokio::test]
async fn a_page_can_stand_in_place_of_json() {
    let instance = Instance::example();
    fault(&instance, json!({"kind": "html"}));
    let reply = instance.get("quote").await;
    assert_eq!((reply.status, &reply.headers["content-type"]), (200, &"text/html".parse().unwrap()));
    assert!(reply.text.starts_with("<html>"), "{}", reply.text);
    fault(&instance, json!({"kind": "html", "status": 502, "body": "<p>Down</p>"}));
    let reply = instance.get("quote").await;
    assert_eq!((reply.status, reply.text.as_str()), (502, "<p>Down</p>"));
}

#[tokio::test]
async fn an_answer_can_be_cut_in_half() {
    let instance = Instance::example();
    let whole = instance.get("quote").await.text;
    fault(&instance, json!({"kind": "truncated"}));
    let reply = instance.get("quote").await;
    assert_eq!((reply.status, reply.text.as_str()), (200, &whole[..whole.len() / 2]));
    assert_eq!(instance.last_call().rows, 4);
}

#[tokio::test]
async fn a_connection_can_be_dropped() {
    let instance = Instance::example();
    fault(&instance, json!({"kind": "cut"}));
    let request = called(Method::GET, "quote", Some(KEY));
    let response = instance.emulator.router().oneshot(request).await.unwrap();
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
    let entry = instance.last_call();
    assert_eq!((entry.status, entry.rows, entry.scripted), (None, 0, true));
}

#[tokio::test]
async fn an_answer_can_come_late_and_is_logged_though_its_client_gave_up() {
    let instance = Instance::example();
    fault(&instance, json!({"kind": "latency", "ms": 600_000}));
    assert!(at_once(instance.get("quote")).await.is_none());
    assert_eq!(instance.get("quote").await.status, 200);
    fault(&instance, json!({"kind": "latency", "ms": 1}));
    assert!(at_once(instance.get("brand")).await.is_none());
    let logged = async {
        while instance.last_call().path != "/v1/brand" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), logged).await.unwrap();
    assert_eq!((instance.last_call().status, instance.last_call().rows), (Some(200), 2));
}

#[tokio::test]
async fn a_script_that_cannot_be_played_is_refused() {
    let instance = Instance::example();
    for script in [
        json!({"kind": "nonsense"}),
        json!({"kind": "status", "resource": "quotes"}),
        json!({"kind": "status", "path": "quote"}),
        json!("status"),
    ] {
        assert!(instance.manager.fault(script.clone()).is_err(), "{script}");
    }
    assert_eq!(instance.get("quote").await.status, 200);
}

#[tokio::test]
async fn a_call_that_was_turned_away_uses_no_fault_up() {
    let instance = Instance::example();
    fault(&instance, json!({"kind": "status"}));
    assert_eq!(instance.request(called(Method::GET, "quote", None)).await.status, 401);
    assert_eq!(instance.get("quote").await.status, 503);
}
