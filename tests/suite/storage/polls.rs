//! Polls: one a tenant, claimed by one worker at a time.

use opportune::{
    db::{self, ConnectionRow, Cursors, NewRevision, WriteTx},
    domain::{author::Author, ids::TenantId, settings::Settings},
};

use super::Fixture;
use crate::harness::on_both;

async fn connect(tx: &mut WriteTx, tenant: TenantId, at: i64) {
    let row = ConnectionRow { secret_sealed: "sealed".to_owned(), ..ConnectionRow::default() };
    db::put_connection(tx, tenant, &row, at).await.unwrap();
}

async fn switch(tx: &mut WriteTx, tenant: TenantId, enabled: bool, base: i64) {
    let settings = Settings { enabled, ..Settings::NEW };
    let new =
        NewRevision { settings: &settings, by: &Author::SYSTEM, note: None, form_id: None, origin: None };
    assert!(db::save_settings(tx, tenant, base, &new, 1).await.unwrap());
}

on_both! {
    async fn a_poll_is_due_for_the_connected_whose_sync_is_on(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        connect(&mut tx, f.tenant, 5).await;
        connect(&mut tx, f.other, 5).await;
        assert_eq!(db::add_polls(&mut tx, 10).await.unwrap(), 0);
        switch(&mut tx, f.tenant, true, 0).await;
        assert_eq!(db::add_polls(&mut tx, 10).await.unwrap(), 1);
        assert_eq!(db::add_polls(&mut tx, 10).await.unwrap(), 0);
        let lease = db::claim_poll(&mut tx, 10, 20).await.unwrap().unwrap();
        assert_eq!((lease.tenant(), lease.cursors.clone()), (f.tenant, Cursors::default()));
        assert_eq!(db::claim_poll(&mut tx, 19, 30).await.unwrap(), None, "somebody is at it");
        assert!(db::finish_poll(&mut tx, &lease, None, 100, 12).await.unwrap());
        assert_eq!(db::poll(&mut tx, f.tenant).await.unwrap().unwrap().polled_at, Some(12));
        assert_eq!(db::claim_poll(&mut tx, 99, 110).await.unwrap(), None, "not due");
        switch(&mut tx, f.tenant, false, 1).await;
        assert_eq!(db::claim_poll(&mut tx, 100, 110).await.unwrap(), None, "the sync is off");
        switch(&mut tx, f.tenant, true, 2).await;
        assert!(db::claim_poll(&mut tx, 100, 110).await.unwrap().is_some());
    }

    async fn whoever_lost_the_lease_changes_nothing(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        connect(&mut tx, f.tenant, 5).await;
        switch(&mut tx, f.tenant, true, 0).await;
        db::add_polls(&mut tx, 10).await.unwrap();
        let first = db::claim_poll(&mut tx, 10, 20).await.unwrap().unwrap();
        let cursors = Cursors { services_after: 7, services_since: Some("2026".to_owned()), ..Cursors::default() };
        assert!(db::advance_poll(&mut tx, &first, &cursors, 30).await.unwrap());
        let second = db::claim_poll(&mut tx, 30, 40).await.unwrap().unwrap();
        assert_eq!(second.cursors, cursors, "it goes on where the first one was");
        assert!(!db::advance_poll(&mut tx, &first, &Cursors::default(), 50).await.unwrap());
        assert!(!db::finish_poll(&mut tx, &first, None, 100, 30).await.unwrap());
        db::end_poll_leases(&mut tx).await.unwrap();
        let third = db::claim_poll(&mut tx, 31, 40).await.unwrap().unwrap();
        let failure = ("It failed".to_owned(), "Mend it".to_owned());
        assert!(db::finish_poll(&mut tx, &third, Some(&failure), 100, 32).await.unwrap());
        let row = db::poll(&mut tx, f.tenant).await.unwrap().unwrap();
        assert_eq!((row.polled_at, row.error.as_deref(), row.next_at), (None, Some("It failed"), 100));
        connect(&mut tx, f.tenant, 50).await;
        assert_eq!(db::add_polls(&mut tx, 60).await.unwrap(), 1, "new credentials may help");
        let fourth = db::claim_poll(&mut tx, 60, 70).await.unwrap().unwrap();
        db::restart_poll(&mut tx, f.tenant, 61).await.unwrap();
        assert!(!db::advance_poll(&mut tx, &fourth, &cursors, 80).await.unwrap(), "it asked another company");
        let fifth = db::claim_poll(&mut tx, 61, 70).await.unwrap().unwrap();
        assert_eq!(fifth.cursors, Cursors::default());
        assert_eq!(db::poll(&mut tx, f.other).await.unwrap(), None);
    }
}
