//! What is known of the background worker.

use opportune::service::workers::WorkerState;

use crate::harness::{MINUTE, SECOND, TestApp, on_both};

on_both! {
    async fn a_worker_reports_and_its_silence_is_noticed(db) {
        let app = TestApp::start(db).await;
        assert_eq!(app.services.worker_state().await.unwrap(), WorkerState::Never);
        app.worker.upkeep().await.unwrap();
        app.clock.advance(12 * SECOND);
        assert_eq!(app.services.worker_state().await.unwrap(), WorkerState::Active(12 * SECOND));
        app.clock.advance(6 * MINUTE);
        let silent = WorkerState::Silent(6 * MINUTE + 12 * SECOND);
        assert_eq!(app.services.worker_state().await.unwrap(), silent);
        app.worker.upkeep().await.unwrap();
        assert_eq!(app.services.worker_state().await.unwrap(), WorkerState::Active(0));
    }
}
