//! Requests at once, requests in an hour, and what both cost.

use tokio::task::JoinSet;

use super::{
    super::Delays,
    control::{at_once, control, script},
    *,
};

const HOUR: i64 = 3_600_000;

async fn limit(api: &Api, setting: Value) {
    assert_eq!(control(api, Method::POST, "limits", setting).await.status, 200);
}

async fn slow_down(api: &Api, ms: i64) {
    script(api, json!({"kind": "latency", "ms": ms, "times": 1_000_000})).await;
}

async fn stop_faults(api: &Api) {
    assert_eq!(control(api, Method::DELETE, "faults", Value::Null).await.status, 204);
}

#[tokio::test]
async fn three_requests_at_once_are_let_in_on_each_endpoint() {
    let api = Api::new();
    slow_down(&api, 600_000).await;
    for (path, endpoint) in [("Quotes/5", "Quotes"), ("companies/101", "Companies"), ("Modules", "Modules")] {
        for _ in 0..3 {
            assert!(at_once(api.get(path)).await.is_none(), "{path} waits");
        }
        let refused = at_once(api.get(path)).await.unwrap();
        let sentence = format!(
            "Itgenatr005: on {endpoint} this integration's thread threshold of 3 threads has been exceeded."
        );
        assert_eq!((refused.status, refused.json()), (429, json!({"errors": [sentence]})), "{path}");
    }
}

#[tokio::test]
async fn a_child_counts_with_its_entity_and_a_zone_does_not_count() {
    let api = Api::new();
    slow_down(&api, 600_000).await;
    for path in ["Quotes/1/Items", "QuoteItems/5", "quotes/1/items/entityinformation"] {
        assert!(at_once(api.get(path)).await.is_none(), "{path}");
    }
    for path in ["QuoteItems/6", "Quotes/2/Items"] {
        assert_eq!(at_once(api.get(path)).await.map(|reply| reply.status), Some(429), "{path}");
    }
    assert!(at_once(api.get("Quotes/1")).await.is_none(), "the parent has threads of its own");
    stop_faults(&api).await;
    let zone = format!("zoneInformation?user={}", CREDENTIALS.user);
    slow_down(&api, 600_000).await;
    for _ in 0..4 {
        assert!(at_once(api.get(&zone)).await.is_none(), "zones wait, and are never refused");
    }
}

#[tokio::test]
async fn the_threads_are_a_setting_and_a_request_that_is_done_frees_its_own() {
    let api = Api::new();
    limit(&api, json!({"threads": 1})).await;
    script(&api, json!({"kind": "latency", "ms": 1})).await;
    assert!(at_once(api.get("Companies/101")).await.is_none());
    assert_eq!(api.get("Companies/101").await.status, 429);
    while api.get("Companies/101").await.status != 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(api.get("Companies/101").await.status, 200);
}

/// The most requests that had been let in and not yet been answered at one time.
fn most_at_once(api: &Api) -> i32 {
    let mut changes: Vec<(i64, i32)> = Vec::new();
    for entry in api.0.log().iter().filter(|entry| entry.status == Some(200)) {
        let arrived = entry.at.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        changes.extend([(arrived, 1), (arrived + entry.ms, -1)]);
    }
    // Of what happens in one millisecond the ends come first, so that nothing counts as together by rounding alone.
    changes.sort_unstable();
    let running = changes.iter().scan(0, |running, (_, change)| {
        *running += change;
        Some(*running)
    });
    running.max().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_never_more_than_three_are_answered_at_once() {
    let api = Api(Emulator::with_seed(SEED, Options::default()).unwrap());
    slow_down(&api, 3).await;
    let mut clients = JoinSet::new();
    for _ in 0..12 {
        let api = Api(api.0.clone());
        clients.spawn(async move {
            let mut refused = 0;
            for _ in 0..5 {
                while api.get("Companies/101").await.status == 429 {
                    refused += 1;
                    tokio::task::yield_now().await;
                }
            }
            refused
        });
    }
    let refused: u64 = clients.join_all().await.into_iter().sum();
    assert!(refused > 0, "twelve clients were too few to meet the limit");
    assert_eq!(api.0.log().iter().filter(|entry| entry.status == Some(200)).count(), 60);
    let most = most_at_once(&api);
    assert!((2..=3).contains(&most), "{most} at once");
}

#[tokio::test]
async fn the_hours_limit_slows_down_and_then_refuses() {
    let api = Api::new();
    limit(&api, json!({"limit": 8})).await;
    for (nth, ms) in [0, 0, 0, 500, 500, 500, 1_000, 1_000].into_iter().enumerate() {
        assert_eq!(api.get("Companies/101").await.status, 200);
        assert_eq!(api.0.log()[nth].ms, ms, "request {nth}");
    }
    for path in ["Companies/101", "ThresholdInformation"] {
        let refused = api.get(path).await;
        let sentence =
            "The request threshold of 8 external requests in 60 minutes has been exceeded.".to_owned();
        assert_eq!((refused.status, refused.json()), (429, json!({"errors": [sentence]})), "{path}");
    }
    let zone = api.get(&format!("zoneInformation?user={}", CREDENTIALS.user)).await;
    assert_eq!(zone.status, 200, "a zone is told all the same");
    api.0.0.clock.advance(HOUR - 1);
    assert_eq!(api.get("Companies/101").await.status, 429);
    api.0.0.clock.advance(1);
    assert_eq!(api.get("Companies/101").await.status, 200, "the hour rolls on");
}

#[tokio::test]
async fn the_threshold_counts_itself_and_what_others_use() {
    let api = Api::new();
    let threshold = |used: i64| {
        json!({
            "externalRequestThreshold": 10_000, "requestThresholdTimeframe": 60, "currentTimeframeRequestCount": used,
        })
    };
    assert_eq!(api.get("ThresholdInformation").await.json(), threshold(1));
    api.get("Nonsense").await;
    api.request(Request::get(format!("{BASE}Companies/101")).body(Body::empty()).unwrap()).await;
    assert_eq!(
        api.get("thresholdinformation").await.json(),
        threshold(2),
        "what leads nowhere or comes from nobody is not counted"
    );
    limit(&api, json!({"others_used": 9_996})).await;
    assert_eq!(api.get("ThresholdInformation").await.json(), threshold(9_999));
    let state = control(&api, Method::GET, "limits", Value::Null).await.json();
    assert_eq!(state, json!({"limit": 10_000, "others_used": 9_996, "threads": 3, "used": 9_999}));
    assert_eq!((api.get("Companies/0").await.status, api.get("Companies/0").await.status), (200, 429));
    control(&api, Method::POST, "reset", Value::Null).await;
    assert_eq!(api.get("ThresholdInformation").await.json(), threshold(1));
    assert_eq!(control(&api, Method::POST, "limits", json!({"speed": 1})).await.status, 422);
}

#[tokio::test]
async fn real_delays_are_waited_for() {
    let api = Api::open(Options { delays: Delays::Real, ..Options::default() });
    limit(&api, json!({"others_used": 4_998})).await;
    assert_eq!(at_once(api.get("Companies/101")).await.map(|reply| reply.status), Some(200));
    assert!(at_once(api.get("Companies/101")).await.is_none(), "half of the limit is used up");
}
