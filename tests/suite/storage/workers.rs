//! Worker processes.

use opportune::db;

use super::{Fixture, id};
use crate::harness::on_both;

on_both! {
    async fn the_newest_report_of_any_worker_counts(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::worker_last_seen(&mut tx).await.unwrap(), None);
        let (one, two) = (id(), id());
        db::worker_seen(&mut tx, one, 1_000, 0).await.unwrap();
        db::worker_seen(&mut tx, two, 3_000, 0).await.unwrap();
        db::worker_seen(&mut tx, one, 2_000, 0).await.unwrap();
        assert_eq!(db::worker_last_seen(&mut tx).await.unwrap(), Some(3_000));
        db::worker_seen(&mut tx, one, 2_500, 2_400).await.unwrap();
        assert_eq!(db::worker_last_seen(&mut tx).await.unwrap(), Some(3_000));
        db::worker_seen(&mut tx, one, 2_600, 3_001).await.unwrap();
        assert_eq!(db::worker_last_seen(&mut tx).await.unwrap(), None, "all were forgotten");
    }

    async fn a_worker_is_told_that_there_may_be_jobs(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert!(!db::may_have_jobs(&mut tx, 1_000).await.unwrap());
        db::schedule_reconcile(&mut tx, f.tenant, 1_001).await.unwrap();
        assert!(!db::may_have_jobs(&mut tx, 1_000).await.unwrap(), "not due yet");
        assert!(db::may_have_jobs(&mut tx, 1_001).await.unwrap());
        db::add_refresh(&mut tx, f.tenant, id(), None, 1_000).await.unwrap();
        assert!(db::may_have_jobs(&mut tx, 1_000).await.unwrap());
        assert!(db::claim_refresh(&mut tx, 1_000, 2_000).await.unwrap().is_some());
        assert!(!db::may_have_jobs(&mut tx, 1_000).await.unwrap(), "somebody is at it");
    }
}
