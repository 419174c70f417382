//! The client inside the program: the zone that is kept, large answers, and secrets that nobody logs.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, http::StatusCode, routing::any};
use opportune::{
    autotask::{Access, Call, Client, Failure, Session},
    db,
    emulator::CREDENTIALS,
    service::{connection::NewConnection, limits::Lane},
};
use tokio::net::TcpListener;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tower_http::compression::CompressionLayer;

use crate::{
    harness::{TestApp, on_both},
    logs,
};

/// Serves until the handle is dropped.
async fn serve(router: Router) -> (SocketAddr, AbortOnDropHandle<io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
    (address, AbortOnDropHandle::new(serving))
}

fn connection(server: SocketAddr, secret: &str) -> NewConnection {
    NewConnection {
        discovery_url: format!("http://{server}"),
        user_name: CREDENTIALS.user.to_owned(),
        secret: secret.into(),
        integration_code: CREDENTIALS.integration_code.to_owned(),
        currency: "USD".to_owned(),
    }
}

on_both! {
    async fn a_tenant_that_was_moved_is_followed_and_its_new_zone_is_kept(db) {
        let app = TestApp::start(db).await;
        let old = Router::new().route("/old/{*rest}", any(async || StatusCode::UNAUTHORIZED));
        let (server, _serving) = serve(old.fallback_service(app.autotask.router())).await;
        app.services.connect(app.tenant, &connection(server, CREDENTIALS.secret)).await.unwrap();
        let old_zone = format!("http://{server}/old/ATServicesRest/");
        let mut tx = app.services.db.write().await.unwrap();
        db::set_zone(&mut tx, app.tenant, &old_zone, &old_zone).await.unwrap();
        tx.commit().await.unwrap();

        app.quote("Q-1").send().await;
        app.expect("Q-1", "sent", "").await;
        let requests = app.requests();
        let look_ups = requests.iter().filter(|entry| entry.path.contains("zoneInformation")).count();
        assert_eq!(look_ups, 1, "{requests:#?}");
        let kept = app.services.connection(app.tenant).await.unwrap().unwrap();
        assert_eq!(kept.zone_url, Some(format!("http://{server}/ATServicesRest/")));
        assert_eq!(kept.web_url, Some(format!("http://{server}/")));
    }

    async fn no_secret_is_ever_logged(db) {
        logs::listen();
        everything_that_holds_a_secret(db).await;
        let text = logs::heard();
        assert!(text.contains("hyper"), "connections were not listened to");
        for secret in [CREDENTIALS.secret, WRONG] {
            let at = text.find(secret).map(|at| &text[at.saturating_sub(200)..at + secret.len()]);
            assert_eq!(at, None);
        }
    }
}

const WRONG: &str = "canary-wrong-secret-4711";

/// A push, a refused one, one with a wrong secret, a zone that fails, and what `Debug` shows on the way.
async fn everything_that_holds_a_secret(db: &crate::harness::Database) {
    let app = TestApp::start(db).await;
    app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
    app.expect("Q-1", "sent", "").await;
    let refusal = serde_json::json!({ "method": "POST", "path": "Quotes", "kind": "status", "status": 500,
        "body": { "errors": ["Data violation: The number is taken."] } });
    app.fault(refusal).await;
    app.quote("Q-2").line("HDMI cable", "3 × 11.50").send().await;
    assert_eq!(app.failures(), [500]);
    show(&app).await;

    app.connect(WRONG).await;
    app.quote("Q-3").send().await;
    assert_eq!(app.failures(), [401]);
    show(&app).await;

    let failing = Router::new().fallback(async || (StatusCode::INTERNAL_SERVER_ERROR, WRONG));
    let (server, _serving) = serve(failing).await;
    let new = connection(server, WRONG);
    tracing::trace!("{new:?}");
    app.services.connect(app.tenant, &new).await.unwrap();
    app.quote("Q-4").send().await;
    let refused = app.services.refresh_lists(app.tenant).await;
    tracing::trace!("{refused:?}");
    assert!(refused.is_err());
}

async fn show(app: &TestApp) {
    tracing::trace!("{:?} {:?}", app.services, app.services.connection(app.tenant).await);
    let session = app.services.session(app.tenant, Lane::Interactive).await.unwrap().unwrap();
    tracing::trace!("{session:?} {:?}", session.send(&Call::read("Companies/0")).await);
    let access = Access {
        discovery_url: String::new(),
        zone_url: String::new(),
        user_name: String::new(),
        secret: WRONG.into(),
        integration_code: String::new(),
    };
    tracing::trace!("{access:?} {access:#?}");
    // Asking as a tenant whose secret is wrong is refused, which is meant.
    app.failures();
}

#[tokio::test]
async fn a_compressed_answer_counts_unpacked() {
    const LARGEST: usize = 8 * 1024 * 1024;
    let padded = |size: usize| move || async move { format!("{{\"item\":null{}}}", " ".repeat(size)) };
    let router = Router::new()
        .route("/ATServicesRest/V1.0/Large", any(padded(LARGEST)))
        .route("/ATServicesRest/V1.0/Small", any(padded(LARGEST - 1024)))
        .layer(CompressionLayer::new());
    let (server, _serving) = serve(router).await;
    let access = Access {
        discovery_url: format!("http://{server}"),
        zone_url: format!("http://{server}/ATServicesRest/"),
        user_name: "api@msp.example".to_owned(),
        secret: "secret".into(),
        integration_code: "code".to_owned(),
    };
    let session = Session::new(Client::new(Duration::from_secs(30)).unwrap(), access);
    let too_long = "Autotask's answer is too long to be read".to_owned();
    assert_eq!(session.send(&Call::read("Large")).await.result, Err(Failure::Temporary(too_long)));
    let small = session.send(&Call::read("Small")).await;
    assert_eq!(opportune::autotask::item(&small), Ok(None));
}
