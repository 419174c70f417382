//! What the database keeps of another tool that creates opportunities too.

use opportune::{
    db::{self, NewFinding, NewRevision},
    domain::{author::Author, document::AutotaskIds, ids::DocumentId, settings::Settings},
};

use super::{Fixture, id};
use crate::harness::on_both;

fn ids(opportunity: Option<i64>, quote: Option<i64>) -> AutotaskIds {
    AutotaskIds { opportunity_id: opportunity, quote_id: quote }
}

impl Fixture {
    async fn switch(&self, base: i64, enabled: bool, now: i64) {
        let settings = Settings { enabled, ..Settings::NEW };
        let by = Author::SYSTEM;
        let new = NewRevision { settings: &settings, by: &by, note: None, form_id: None, origin: None };
        let mut tx = self.db.write().await.unwrap();
        assert!(db::save_settings(&mut tx, self.tenant, base, &new, now).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// A document that got ids, and the count that came of it.
    async fn appear(&self, document: DocumentId, given: AutotaskIds, now: i64) -> Option<i64> {
        let mut tx = self.db.write().await.unwrap();
        db::put_foreign_ids(&mut tx, self.tenant, document, given, now).await.unwrap();
        let count = db::count_appearance(&mut tx, self.tenant, document).await.unwrap();
        tx.commit().await.unwrap();
        count
    }
}

on_both! {
    async fn since_when_a_tenant_sends_is_known_while_it_does(db) {
        let f = Fixture::open(db).await;
        let mut since = Vec::new();
        for (base, (on, now)) in (0..).zip([(false, 5), (true, 7), (true, 8), (false, 9), (true, 11)]) {
            f.switch(base, on, now).await;
            let mut tx = f.db.read().await.unwrap();
            since.push(db::second_sender(&mut tx, f.tenant).await.unwrap().sending_since);
            assert_eq!(db::second_sender(&mut tx, f.other).await.unwrap(), db::SecondSenderRow::default());
        }
        assert_eq!(since, [None, Some(7), Some(7), None, Some(11)]);
    }

    async fn a_document_is_counted_once_whatever_ids_it_gets(db) {
        let f = Fixture::open(db).await;
        f.switch(0, true, 1).await;
        let (one, other) = (f.document("Q-1").await, f.document("Q-2").await);
        assert_eq!(f.appear(one, ids(Some(7), None), 10).await, Some(1));
        assert_eq!(f.appear(one, ids(None, Some(8)), 11).await, None);
        assert_eq!(f.appear(other, ids(Some(9), None), 12).await, Some(2));
        let mut tx = f.db.read().await.unwrap();
        let rows = db::appearances(&mut tx, f.tenant, 9).await.unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.number.as_str(), row.opportunity_id, row.quote_id, row.appeared_at)).collect();
        assert_eq!(told, [("Q-1", Some(7), Some(8), 10), ("Q-2", Some(9), None, 12)]);
        assert_eq!(rows[0].kind, "quote");
        assert_eq!(db::appearances(&mut tx, f.tenant, 1).await.unwrap().len(), 1);
        assert_eq!(db::appearances(&mut tx, f.other, 9).await.unwrap(), []);
        assert!(db::has_foreign_ids(&mut tx, f.tenant, one).await.unwrap());
        assert!(!db::has_foreign_ids(&mut tx, f.other, one).await.unwrap());
        let third = f.document("Q-3").await;
        assert!(!db::has_foreign_ids(&mut tx, f.tenant, third).await.unwrap());
    }

    async fn observing_begins_once_and_ends_with_a_new_count(db) {
        let f = Fixture::open(db).await;
        f.switch(0, true, 1).await;
        let (one, other) = (f.document("Q-1").await, f.document("Q-2").await);
        f.appear(one, ids(Some(7), None), 10).await;
        let mut tx = f.db.write().await.unwrap();
        assert!(!db::end_observing(&mut tx, f.tenant, 11).await.unwrap());
        assert!(db::begin_observing(&mut tx, f.tenant, 12).await.unwrap());
        assert!(!db::begin_observing(&mut tx, f.tenant, 13).await.unwrap());
        let row = db::second_sender(&mut tx, f.tenant).await.unwrap();
        assert_eq!((row.appearances, row.observing_since), (1, Some(12)));
        assert!(!db::end_observing(&mut tx, f.other, 14).await.unwrap());
        assert!(db::end_observing(&mut tx, f.tenant, 14).await.unwrap());
        let row = db::second_sender(&mut tx, f.tenant).await.unwrap();
        assert_eq!((row.appearances, row.observing_since, row.sending_since), (0, None, Some(1)));
        assert_eq!(db::appearances(&mut tx, f.tenant, 9).await.unwrap(), []);
        tx.commit().await.unwrap();
        assert_eq!(f.appear(one, ids(Some(8), None), 15).await, None, "it was counted before");
        assert_eq!(f.appear(other, ids(Some(9), None), 16).await, Some(1));
    }

    async fn whoever_notes_an_appearance_waits_for_those_who_are_about_to_write(db) {
        let f = Fixture::open(db).await;
        if db.url.starts_with("sqlite") {
            return;
        }
        let (mut first, mut second) = (f.db.write().await.unwrap(), f.db.write().await.unwrap());
        db::lock_second_sender(&mut first, f.tenant, false).await.unwrap();
        db::lock_second_sender(&mut second, f.tenant, false).await.unwrap();
        let mut alone = f.db.write().await.unwrap();
        db::lock_second_sender(&mut alone, f.other, true).await.unwrap();
        drop(second);
        let (fixture, tenant) = (f.db.clone(), f.tenant);
        let waiter = tokio_util::task::TaskTracker::new().spawn(async move {
            let mut tx = fixture.write().await.unwrap();
            db::lock_second_sender(&mut tx, tenant, true).await.unwrap();
        });
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished());
        first.commit().await.unwrap();
        waiter.await.unwrap();
    }

    async fn a_finding_of_no_round_stays_until_it_is_taken_away(db) {
        let f = Fixture::open(db).await;
        let (document, finding) = (f.document("Q-1").await, id());
        let mut tx = f.db.write().await.unwrap();
        let new = NewFinding { id: finding, rank: 2, target: "opportunity", autotask_id: 7, document: Some(document), details: "{}".to_owned() };
        db::put_finding(&mut tx, f.tenant, &new, db::OF_NO_ROUND, 1).await.unwrap();
        db::remove_findings_before(&mut tx, f.tenant, 1_000_000).await.unwrap();
        db::remove_finding(&mut tx, f.other, finding).await.unwrap();
        assert!(db::finding(&mut tx, f.tenant, finding).await.unwrap().is_some());
        db::remove_finding(&mut tx, f.tenant, finding).await.unwrap();
        assert_eq!(db::finding(&mut tx, f.tenant, finding).await.unwrap(), None);
    }
}
