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
}
