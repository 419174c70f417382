//! Opportunities pages rendered a second, beside a handler that returns the same bytes.
//!
//! `cargo bench --bench page`. Both go through the same router layers, without a network between.

#[path = "common/mod.rs"]
mod common;

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use axum::{Router, body::Body, http::Request, response::Html, routing::get};
use common::Rig;
use http_body_util::BodyExt;
use tower::ServiceExt;

const LENGTH: Duration = Duration::from_secs(4);

fn request(cookie: &str) -> Request<Body> {
    let builder = Request::get("/apps/autotask/opportunities").header("cookie", cookie);
    builder.body(Body::empty()).unwrap_or_default()
}

async fn body(router: &Router, cookie: &str) -> Vec<u8> {
    let Ok(response) = router.clone().oneshot(request(cookie)).await;
    response.into_body().collect().await.map(|all| all.to_bytes().to_vec()).unwrap_or_default()
}

/// Answers a second.
async fn rate(router: &Router, cookie: &str) -> f64 {
    let (start, mut answers) = (Instant::now(), 0_u32);
    while start.elapsed() < LENGTH {
        std::hint::black_box(body(router, cookie).await);
        answers += 1;
    }
    f64::from(answers) / start.elapsed().as_secs_f64()
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let rig = Rig::open("sqlite").await;
    rig.configure().await;
    let cookie = format!("session={}", rig.session().await);
    let page = opportune::app::router(&rig.services, &rig.config);
    let bytes = body(&page, &cookie).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("When a quote is created"), "the bench is not signed in");
    let fixed = text.clone();
    let yardstick =
        Router::new().route("/apps/autotask/opportunities", get(async move || Html(fixed.clone())));
    let (rendered, returned) = (rate(&page, &cookie).await, rate(&yardstick, &cookie).await);
    let mut out = io::stdout().lock();
    writeln!(out, "Opportunities page, {} bytes", bytes.len())?;
    writeln!(out, "  rendered       {rendered:>9.0} a second")?;
    writeln!(out, "  returned as is {returned:>9.0} a second")?;
    writeln!(out, "  ratio          {:>9.4}", rendered / returned)
}
