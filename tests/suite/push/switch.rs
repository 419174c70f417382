//! The switch: off sends nothing, on resumes, and on never backfills.

use serde_json::Value;

use crate::harness::{TestApp, on_both};

const OFF: &str = "The opportunities sync is off. The document is kept and can be sent later.";

on_both! {
    async fn what_waits_while_the_sync_is_off_goes_on_when_it_is_on(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").put().await;
        app.switch(false).await;
        assert_eq!(app.calls(), 0);
        app.expect("Q-1", "waiting", "").await;
        app.switch(true).await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn turning_on_does_not_send_what_came_before(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        let quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        let reply = quote.put().await;
        assert_eq!((&reply.body["push"], reply.body["note"].as_str()), (&Value::Null, Some(OFF)));
        app.switch(true).await;
        assert_eq!(app.calls(), 0);
        assert_eq!(app.get("quotes/Q-1").await.status, 200);
        assert_eq!(app.pushes("Q-1").await, Vec::<Value>::new());
    }

    async fn what_autotask_has_is_kept_up_to_date_once_the_sync_is_on_again(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.send().await;
        app.switch(false).await;
        app.calls();
        quote.win().await;
        assert_eq!(app.calls(), 0);
        app.switch(true).await;
        assert_eq!(app.calls(), 2);
        app.expect("Q-1", "sent", "").await;
    }

    async fn a_tenant_that_never_turned_it_on_sends_nothing(db) {
        let app = TestApp::start_fresh(db).await;
        let reply = app.quote("Q-1").line("HDMI cable", "3 × 11.50").put().await;
        assert_eq!(reply.body["note"], OFF);
        app.settle().await;
        assert_eq!(app.calls(), 0);
    }
}
