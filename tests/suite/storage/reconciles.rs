//! Comparisons with Autotask: one a tenant, within their calls, claimed by one worker at a time.

use opportune::{
    db::{self, Allowance, ConnectionRow, ReconcileEnd, Spend, WriteTx},
    domain::{
        ids::TenantId,
        plan::{Key, Link, Target},
    },
};

use super::Fixture;
use crate::harness::on_both;

async fn connect(tx: &mut WriteTx, tenant: TenantId) {
    let row = ConnectionRow { secret_sealed: "sealed".to_owned(), ..ConnectionRow::default() };
    db::put_connection(tx, tenant, &row, 1).await.unwrap();
}

on_both! {
    async fn a_round_goes_on_where_it_was_and_whoever_lost_the_lease_changes_nothing(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::unscheduled_reconciles(&mut tx).await.unwrap(), []);
        connect(&mut tx, f.tenant).await;
        assert_eq!(db::unscheduled_reconciles(&mut tx).await.unwrap(), [f.tenant]);
        assert_eq!(db::reconcile(&mut tx, f.tenant).await.unwrap(), None);
        for (at, next_at) in [(100, 100), (200, 100), (50, 50)] {
            db::schedule_reconcile(&mut tx, f.tenant, at).await.unwrap();
            assert_eq!(db::reconcile(&mut tx, f.tenant).await.unwrap().unwrap().next_at, next_at);
        }
        assert_eq!(db::unscheduled_reconciles(&mut tx).await.unwrap(), []);
        assert_eq!(db::claim_reconcile(&mut tx, 49, 60).await.unwrap(), None, "not due");
        let first = db::claim_reconcile(&mut tx, 50, 60).await.unwrap().unwrap();
        assert_eq!((first.tenant(), first.round, first.targets_done, first.after_id), (f.tenant, 1, 0, 0));
        assert_eq!(db::claim_reconcile(&mut tx, 59, 70).await.unwrap(), None, "somebody is at it");
        assert!(db::advance_reconcile(&mut tx, &first, 1, 77, 500, 60).await.unwrap());
        let second = db::claim_reconcile(&mut tx, 60, 70).await.unwrap().unwrap();
        assert_eq!((second.round, second.targets_done, second.after_id), (1, 1, 77));
        assert!(!db::advance_reconcile(&mut tx, &first, 9, 9, 9, 99).await.unwrap());
        let end = ReconcileEnd { done: true, failure: Some(("It failed".to_owned(), "Mend it".to_owned())), next_at: 300 };
        assert!(!db::finish_reconcile(&mut tx, &first, &end, 65).await.unwrap());
        assert!(db::finish_reconcile(&mut tx, &second, &end, 65).await.unwrap());
        let row = db::reconcile(&mut tx, f.tenant).await.unwrap().unwrap();
        assert_eq!((row.started_at, row.finished_at, row.last_checked, row.next_at), (None, Some(65), 500, 300));
        assert_eq!((row.error.as_deref(), row.fix.as_deref()), (Some("It failed"), Some("Mend it")));
        let third = db::claim_reconcile(&mut tx, 300, 400).await.unwrap().unwrap();
        assert_eq!((third.round, third.targets_done, third.after_id), (2, 0, 0), "a new round");
        db::end_reconcile_leases(&mut tx).await.unwrap();
        let fourth = db::claim_reconcile(&mut tx, 301, 400).await.unwrap().unwrap();
        assert_eq!(fourth.round, 2);
        db::restart_reconcile(&mut tx, f.tenant).await.unwrap();
        assert!(!db::advance_reconcile(&mut tx, &fourth, 1, 1, 1, 400).await.unwrap(), "it asked another company");
        assert_eq!(db::claim_reconcile(&mut tx, 302, 400).await.unwrap().unwrap().round, 3);
        assert_eq!(db::reconcile(&mut tx, f.other).await.unwrap(), None);
    }

    async fn calls_are_granted_until_they_are_used_up_and_again_after_a_time_without_any(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        connect(&mut tx, f.tenant).await;
        db::schedule_reconcile(&mut tx, f.tenant, 1_000).await.unwrap();
        let lease = db::claim_reconcile(&mut tx, 1_000, 9_000).await.unwrap().unwrap();
        let few = Allowance { calls: 5, within: 100 };
        for (calls, at, outcome) in [
            (3, 1_000, Spend::Granted),
            (2, 1_090, Spend::Granted),
            (1, 1_189, Spend::Later(1_190)),
            (4, 1_190, Spend::Granted),
            (2, 1_191, Spend::Later(1_290)),
            (1, 1_192, Spend::Granted),
        ] {
            assert_eq!(db::spend_calls(&mut tx, &lease, calls, few, at, 9_000).await.unwrap(), outcome, "{at}");
        }
        assert_eq!(db::reconcile(&mut tx, f.tenant).await.unwrap().unwrap().calls, 10);
        db::claim_reconcile(&mut tx, 9_000, 9_100).await.unwrap().unwrap();
        assert_eq!(db::spend_calls(&mut tx, &lease, 1, few, 9_001, 9_100).await.unwrap(), Spend::Lost);
    }

    async fn links_are_listed_by_autotask_id_with_all_that_lead_to_one(db) {
        let f = Fixture::open(db).await;
        let document = f.document("Q-1").await;
        let mut tx = f.db.write().await.unwrap();
        for (key, id) in [("a", 5), ("b", 7), ("c", 7), ("d", 9)] {
            db::put_link(&mut tx, f.tenant, document, &Key::new(Target::Company, key), &Link { id, ..Link::default() }, 1).await.unwrap();
        }
        let only = Key::only(Target::Opportunity);
        db::put_link(&mut tx, f.tenant, document, &only, &Link { id: 6, ..Link::default() }, 1).await.unwrap();
        let rows = db::links_after(&mut tx, f.tenant, Target::Company, 5, 1).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.key.as_str(), row.autotask_id)).collect::<Vec<_>>(), [("b", 7), ("c", 7)]);
        assert_eq!(rows[0].document(), None);
        let rows = db::links_after(&mut tx, f.tenant, Target::Opportunity, 0, 9).await.unwrap();
        assert_eq!((rows.len(), rows[0].document()), (1, Some(document)));
        assert_eq!(rows[0].written().unwrap(), Link::default().written);
        assert!(db::links_after(&mut tx, f.other, Target::Company, 0, 9).await.unwrap().is_empty());
    }
}
