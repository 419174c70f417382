//! The zone: found without credentials, and found again when the API user has moved.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{
    USER, access, client,
    server::{Answer, Server},
};
use crate::autotask::{Call, Failure, Session, written};

fn create() -> Call {
    Call::create("Opportunities", json!({}))
}

fn zone_answer(origin: &str, path: &str) -> Answer {
    Answer::json(
        200,
        &json!({ "zoneName": "Z", "url": format!("{origin}{path}"), "webUrl": format!("{origin}/"), "ci": 1 }),
    )
}

/// The origin that a request was sent to.
fn origin_of(request: &str) -> String {
    let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    format!("http://{host}")
}

/// A tenant that was moved from `/ATServicesRest/` to `/there/`, which answers 200 or 401.
async fn moved(to: &'static str, status: u16) -> Server {
    Server::start(move |_, request| {
        if request.contains("zoneInformation") {
            zone_answer(&origin_of(request), to)
        } else if request.contains(" /there/") && status == 200 {
            Answer::json(200, &json!({ "itemId": 4 }))
        } else {
            Answer::http(401, &[], "")
        }
    })
    .await
}

fn paths(server: &Server) -> Vec<String> {
    server.asked().iter().filter_map(|text| Some(text.split(' ').nth(1)?.to_owned())).collect()
}

const LOOK_UP: &str = "/ATServicesRest/V1.0/zoneInformation?user=api%40msp.example";

#[tokio::test]
async fn a_call_after_a_move_is_made_once_more_and_the_zone_is_kept() {
    let server = moved("/there/", 200).await;
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let session = Session::new(client(), access(&server.origin())).with_on_move(Arc::new(move |zone| {
        keep.lock().unwrap().push(zone.url);
        Box::pin(std::future::ready(()))
    }));
    assert_eq!(written(&session.send(&create()).await), Ok(4));
    assert_eq!(written(&session.clone().send(&create()).await), Ok(4));
    let (first, there) = ("/ATServicesRest/V1.0/Opportunities", "/there/V1.0/Opportunities");
    assert_eq!(paths(&server), [first, LOOK_UP, there, there]);
    assert_eq!(*kept.lock().unwrap(), [format!("{}/there/", server.origin())]);
    assert!(!server.asked()[1].contains("canary-secret"), "the look-up bears no credentials");
}

#[tokio::test]
async fn wrong_credentials_cost_one_call() {
    let server = moved("/ATServicesRest/", 401).await;
    let session = Session::new(client(), access(&server.origin()));
    for _ in 0..2 {
        assert_eq!(session.send(&create()).await.result, Err(Failure::Credentials));
    }
    let path = "/ATServicesRest/V1.0/Opportunities";
    assert_eq!(paths(&server), [path, LOOK_UP, path]);
}

#[tokio::test]
async fn a_zone_that_refuses_too_is_asked_once() {
    let server = moved("/there/", 401).await;
    let session = Session::new(client(), access(&server.origin()));
    assert_eq!(session.send(&create()).await.result, Err(Failure::Credentials));
    assert_eq!(paths(&server).len(), 3);
}

#[tokio::test]
async fn a_look_up_that_fails_or_leads_elsewhere_leaves_the_401() {
    let sink = Server::sink().await;
    let elsewhere = sink.origin();
    for body in [json!({ "url": format!("{elsewhere}/ATServicesRest/"), "webUrl": elsewhere }), json!({})] {
        let server = Server::start(move |_, request| {
            if request.contains("zoneInformation") {
                Answer::json(200, &body)
            } else {
                Answer::http(401, &[], "")
            }
        })
        .await;
        let session = Session::new(client(), access(&server.origin()));
        assert_eq!(session.send(&create()).await.result, Err(Failure::Credentials));
        assert_eq!(server.asked().len(), 2);
    }
    assert_eq!(sink.asked().len(), 0);
}

#[tokio::test]
async fn calls_at_once_share_one_look_up() {
    let server = moved("/there/", 200).await;
    let session = Session::new(client(), access(&server.origin()));
    let call = create();
    let (one, two) = tokio::join!(session.send(&call), session.send(&call));
    assert_eq!((written(&one), written(&two)), (Ok(4), Ok(4)));
    let look_ups = paths(&server).iter().filter(|path| *path == LOOK_UP).count();
    assert_eq!(look_ups, 1, "{:?}", paths(&server));
}

#[tokio::test]
async fn a_user_without_a_zone_is_told_in_autotasks_words() {
    let refuse = |body: Value| async move {
        let server = Server::start(move |_, _| Answer::json(500, &body)).await;
        client().zone(&server.origin(), USER).await.unwrap_err()
    };
    let unknown = refuse(json!({ "errors": ["No zone is known for this user name."] })).await;
    assert_eq!(unknown, Failure::Refused("No zone is known for this user name.".to_owned()));
    let ill = refuse(json!({ "errors": ["internal error"] })).await;
    assert!(matches!(ill, Failure::Temporary(_)), "{ill:?}");
}
