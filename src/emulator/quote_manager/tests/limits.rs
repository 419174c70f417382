//! Calls in a minute and in a day.

use super::*;
use crate::emulator::quote_manager::{Limits, Usage};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The status of one more call, and what `Retry-After` says.
async fn call(instance: &Instance) -> (u16, Option<String>) {
    let reply = instance.get("brand").await;
    let header = reply.headers.get("retry-after").map(|seconds| seconds.to_str().unwrap().to_owned());
    (reply.status, header)
}

fn limit(instance: &Instance, minute: usize, day: usize) {
    instance.manager.set_limits(Limits { minute, day, ..Limits::default() });
}

#[tokio::test]
async fn sixty_calls_are_let_in_within_any_minute() {
    let instance = Instance::new();
    for _ in 0..30 {
        assert_eq!(call(&instance).await.0, 200);
    }
    instance.clock.advance(20_500);
    for _ in 0..30 {
        assert_eq!(call(&instance).await.0, 200);
    }
    assert_eq!(call(&instance).await, (429, Some("40".into())));
    instance.clock.advance(39_499);
    assert_eq!(
        call(&instance).await,
        (429, Some("1".into())),
        "a millisecond before the first are a minute old"
    );
    instance.clock.advance(1);
    for _ in 0..30 {
        assert_eq!(call(&instance).await.0, 200);
    }
    assert_eq!(call(&instance).await, (429, Some("21".into())));
    let usage = instance.manager.usage();
    assert_eq!(usage, Usage { minute: 60, day: 90, most_in_a_minute: 63, most_in_a_day: 93, refused: 3 });
}

#[tokio::test]
async fn a_day_has_a_limit_of_its_own() {
    let instance = Instance::new();
    limit(&instance, 2, 3);
    for _ in 0..2 {
        assert_eq!(call(&instance).await.0, 200);
    }
    assert_eq!(call(&instance).await, (429, Some("60".into())));
    instance.clock.advance(MINUTE);
    assert_eq!(call(&instance).await.0, 200);
    assert_eq!(call(&instance).await, (429, Some("86340".into())));
    instance.clock.advance(DAY - MINUTE);
    for _ in 0..2 {
        assert_eq!(call(&instance).await.0, 200);
    }
    assert_eq!(call(&instance).await.0, 429);
    assert_eq!(instance.manager.usage().most_in_a_day, 5);
}

#[tokio::test]
async fn the_usual_limits_are_those_of_the_contract() {
    let limits = Instance::new().manager.limits();
    assert_eq!(limits, Limits { minute: 60, day: 20_000, retry_after: true });
}

#[tokio::test]
async fn a_refusal_need_not_say_for_how_long() {
    let instance = Instance::new();
    instance.manager.set_limits(Limits { minute: 0, retry_after: false, ..Limits::default() });
    assert_eq!(call(&instance).await, (429, None));
    limit(&instance, 0, 20_000);
    assert_eq!(call(&instance).await, (429, Some("60".into())));
}

#[tokio::test]
async fn each_key_is_counted_by_itself_and_calls_that_lead_nowhere_are_not() {
    let instance = Instance::new();
    instance.switch(|switches| switches.keys = vec![KEY.into(), "other".into()]);
    limit(&instance, 1, 20_000);
    for (key, path, status) in
        [(None, "brand", 401), (Some("wrong"), "brand", 401), (Some(KEY), "nothing", 404)]
    {
        assert_eq!(instance.request(called(Method::GET, path, key)).await.status, status);
    }
    for key in [KEY, "other"] {
        for status in [200, 429] {
            assert_eq!(
                instance.request(called(Method::GET, "brand", Some(key))).await.status,
                status,
                "{key}"
            );
        }
    }
    assert_eq!(call(&instance).await.0, 429);
    assert_eq!(instance.manager.usage().minute, 1);
}

#[tokio::test]
async fn what_finds_no_row_counts() {
    let instance = Instance::new();
    limit(&instance, 2, 20_000);
    for (path, status) in [("brand/1", 404), ("brand?page=x", 400), ("brand", 429)] {
        assert_eq!(instance.get(path).await.status, status, "{path}");
    }
}
