//! Sources: their connections, the job that reads them, the calls that are counted.

use opportune::{
    db::{self, SourceConnection, SourceEnd, WriteTx},
    domain::ids::TenantId,
};

use super::Fixture;
use crate::harness::on_both;

const SOURCE: &str = "quote-manager";

async fn connect(tx: &mut WriteTx, tenant: TenantId, since: i64) {
    let row = SourceConnection { key_sealed: "sealed".to_owned(), since, ..SourceConnection::default() };
    db::put_source_connection(tx, tenant, SOURCE, &row).await.unwrap();
    db::restart_source_poll(tx, tenant, SOURCE, "{}", since).await.unwrap();
}

on_both! {
    async fn a_connection_to_a_source_is_kept_tested_and_ended(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::source_connection(&mut tx, f.tenant, SOURCE).await.unwrap(), None);
        connect(&mut tx, f.tenant, 5).await;
        connect(&mut tx, f.tenant, 6).await;
        db::set_source_tested(&mut tx, f.tenant, SOURCE, "{}", 7).await.unwrap();
        let row = db::source_connection(&mut tx, f.tenant, SOURCE).await.unwrap().unwrap();
        assert_eq!((row.since, row.tested_at, row.checklist.as_deref()), (6, Some(7), Some("{}")));
        assert_eq!(db::source_connection(&mut tx, f.tenant, "other").await.unwrap(), None);
        assert_eq!(db::source_connection(&mut tx, f.other, SOURCE).await.unwrap(), None);
        let lease = db::claim_source_poll(&mut tx, 10, 20).await.unwrap().unwrap();
        db::end_source_connection(&mut tx, f.tenant, SOURCE, 11).await.unwrap();
        let row = db::source_connection(&mut tx, f.tenant, SOURCE).await.unwrap().unwrap();
        assert_eq!((row.key_sealed.as_str(), row.disconnected_at, row.checklist), ("", Some(11), None));
        assert!(!db::advance_source_poll(&mut tx, &lease, "{}", 30).await.unwrap(), "it reads with a key that is deleted");
        assert_eq!(db::claim_source_poll(&mut tx, 50, 60).await.unwrap(), None, "there is no key");
    }

    async fn a_source_is_read_by_one_worker_at_a_time(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        connect(&mut tx, f.tenant, 5).await;
        assert_eq!(db::claim_source_poll(&mut tx, 4, 20).await.unwrap(), None, "not due");
        let first = db::claim_source_poll(&mut tx, 10, 20).await.unwrap().unwrap();
        assert_eq!((first.tenant(), first.source.as_str(), first.progress.as_str()), (f.tenant, SOURCE, "{}"));
        assert_eq!(db::claim_source_poll(&mut tx, 19, 30).await.unwrap(), None, "somebody is at it");
        assert!(db::advance_source_poll(&mut tx, &first, "{\"cycle_at\":1}", 30).await.unwrap());
        let second = db::claim_source_poll(&mut tx, 30, 40).await.unwrap().unwrap();
        assert_eq!(second.progress, "{\"cycle_at\":1}", "it goes on where the first one was");
        assert!(!db::advance_source_poll(&mut tx, &first, "{}", 50).await.unwrap());
        assert!(!db::finish_source_poll(&mut tx, &first, &SourceEnd::default()).await.unwrap());
        db::end_source_leases(&mut tx).await.unwrap();
        let third = db::claim_source_poll(&mut tx, 31, 40).await.unwrap().unwrap();
        db::set_source_settings(&mut tx, &third, "{}").await.unwrap();
        let failure = Some(("It failed".to_owned(), "Mend it".to_owned()));
        let end = SourceEnd { read_at: Some(32), failures: 2, refused: true, failure, next_at: 100 };
        assert!(db::finish_source_poll(&mut tx, &third, &end).await.unwrap());
        let row = db::source_poll(&mut tx, f.tenant, SOURCE).await.unwrap().unwrap();
        assert_eq!((row.read_at, row.error.as_deref(), row.refused, row.next_at), (Some(32), Some("It failed"), true, 100));
        assert_eq!(db::source_poll(&mut tx, f.other, SOURCE).await.unwrap(), None);
        db::wake_source_polls(&mut tx, f.other, 50).await.unwrap();
        assert_eq!(db::claim_source_poll(&mut tx, 50, 60).await.unwrap(), None);
        db::wake_source_polls(&mut tx, f.tenant, 50).await.unwrap();
        let fourth = db::claim_source_poll(&mut tx, 50, 60).await.unwrap().unwrap();
        assert_eq!((fourth.failures, fourth.refused, fourth.settings.as_deref()), (2, true, Some("{}")));
        assert_eq!((fourth.error.as_deref(), fourth.fix.as_deref()), (Some("It failed"), Some("Mend it")));
        let end = SourceEnd { next_at: 200, ..SourceEnd::default() };
        assert!(db::finish_source_poll(&mut tx, &fourth, &end).await.unwrap());
        assert_eq!(db::source_poll(&mut tx, f.tenant, SOURCE).await.unwrap().unwrap().read_at, Some(32), "it stays known");
        let hasten = async |tx: &mut WriteTx, change: (&str, &str), now| {
            db::hasten_source_poll(tx, f.tenant, SOURCE, change, now).await.unwrap();
            let row = db::source_poll(tx, f.tenant, SOURCE).await.unwrap().unwrap();
            (row.progress, row.next_at)
        };
        let same = (fourth.progress.clone(), 200);
        assert_eq!(hasten(&mut tx, ("another", "{}"), 70).await, same, "it moved meanwhile");
        assert_eq!(hasten(&mut tx, (&same.0, "first"), 70).await, ("first".to_owned(), 70));
        db::claim_source_poll(&mut tx, 70, 90).await.unwrap().unwrap();
        assert_eq!(hasten(&mut tx, ("first", "second"), 80).await, ("first".to_owned(), 70), "somebody is at it");
        db::restart_source_poll(&mut tx, f.tenant, SOURCE, "{}", 60).await.unwrap();
        let fifth = db::claim_source_poll(&mut tx, 60, 70).await.unwrap().unwrap();
        assert_eq!((fifth.progress.as_str(), fifth.failures, fifth.refused, fifth.error), ("{}", 0, false, None));
    }

    async fn calls_are_counted_by_the_second_and_by_the_minute(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::lock_source_calls(&mut tx, f.tenant, SOURCE).await.unwrap();
        for at in [60_500, 60_900, 61_000, 125_000] {
            db::count_source_call(&mut tx, f.tenant, SOURCE, at).await.unwrap();
        }
        let seconds = db::source_calls(&mut tx, f.tenant, SOURCE, db::SECOND, 59_999).await.unwrap();
        assert_eq!((seconds.calls, seconds.first), (4, Some(60_000)));
        let seconds = db::source_calls(&mut tx, f.tenant, SOURCE, db::SECOND, 60_000).await.unwrap();
        assert_eq!((seconds.calls, seconds.first), (2, Some(61_000)));
        let minutes = db::source_calls(&mut tx, f.tenant, SOURCE, db::MINUTE, 0).await.unwrap();
        assert_eq!((minutes.calls, minutes.first), (4, Some(60_000)));
        assert_eq!(db::source_calls(&mut tx, f.other, SOURCE, db::MINUTE, 0).await.unwrap().calls, 0);
        db::forget_source_calls(&mut tx, f.tenant, SOURCE, db::SECOND, 61_000).await.unwrap();
        assert_eq!(db::source_calls(&mut tx, f.tenant, SOURCE, db::SECOND, 0).await.unwrap().calls, 1);
        assert_eq!(db::source_calls(&mut tx, f.tenant, SOURCE, db::MINUTE, 0).await.unwrap().calls, 4);
    }
}
