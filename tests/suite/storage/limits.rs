//! Limits: breakers, budgets and places, which any number of processes share.

use opportune::{
    db::{self, ConnectionRow, Db, ThreadSlot},
    domain::{
        breaker::{Breaker, Cause, Outcome, TRIAL},
        budget::{Bucket, CALL},
    },
};
use tokio_util::task::TaskTracker;

use super::{Fixture, id};
use crate::harness::on_both;

/// Ten calls at most, and one more every 100 milliseconds.
const TEN: Bucket = Bucket { capacity: 10 * CALL, rate: CALL / 100 };

fn place(endpoint: &str, slot: i64) -> ThreadSlot {
    ThreadSlot { scope: "code zone".to_owned(), endpoint: endpoint.to_owned(), slot }
}

impl Fixture {
    async fn take_calls(&self, calls: i64, floor: i64, now: i64) -> bool {
        let mut tx = self.db.write().await.unwrap();
        db::add_budget(&mut tx, self.tenant, "background", TEN.capacity, now).await.unwrap();
        let taken =
            db::take_calls(&mut tx, self.tenant, "background", TEN, (calls, floor), now).await.unwrap();
        tx.commit().await.unwrap();
        taken
    }

    async fn take_place(&self, place: &ThreadSlot, holder: uuid::Uuid, now: i64) -> bool {
        let mut tx = self.db.write().await.unwrap();
        let taken = db::take_place(&mut tx, place, holder, now, now + 100).await.unwrap();
        tx.commit().await.unwrap();
        taken
    }
}

on_both! {
    async fn a_breaker_is_closed_until_it_is_put_otherwise(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::breaker(&mut tx, f.tenant).await.unwrap(), Breaker::default());
        assert_eq!(db::lock_breaker(&mut tx, f.tenant).await.unwrap(), Breaker::default());
        for cause in [Cause::Credentials, Cause::Trouble("no answer".to_owned())] {
            let put = Breaker { failures: 1, trips: 2, open_until: 3, cause: Some(cause), trial_until: 4, slow_until: 5 };
            db::put_breaker(&mut tx, f.tenant, &put, 10).await.unwrap();
            assert_eq!(db::lock_breaker(&mut tx, f.tenant).await.unwrap(), put);
            assert_eq!(db::breaker(&mut tx, f.tenant).await.unwrap(), put);
        }
        assert_eq!(db::breaker(&mut tx, f.other).await.unwrap(), Breaker::default());
    }

    async fn one_alone_tries_where_a_breaker_may_close(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert!(!db::take_trial(&mut tx, f.tenant, 5, 15).await.unwrap(), "it is closed");
        let mut open = Breaker::untested().after(Outcome::Contact, 0);
        for _ in 0..5 {
            open = open.after(Outcome::Trouble("no answer".to_owned()), 0);
        }
        db::put_breaker(&mut tx, f.tenant, &open, 0).await.unwrap();
        assert!(!db::take_trial(&mut tx, f.tenant, open.open_until - 1, TRIAL).await.unwrap(), "it is open");
        let now = open.open_until;
        assert!(db::take_trial(&mut tx, f.tenant, now, now + TRIAL).await.unwrap());
        assert!(!db::take_trial(&mut tx, f.tenant, now + 1, now + TRIAL).await.unwrap(), "somebody tries");
        assert!(!db::take_trial(&mut tx, f.other, now, now + TRIAL).await.unwrap());
        assert!(db::take_trial(&mut tx, f.tenant, now + TRIAL, now + 2 * TRIAL).await.unwrap(), "who tried is dead");
        db::end_trials(&mut tx).await.unwrap();
        assert!(db::take_trial(&mut tx, f.tenant, now + TRIAL, now + 2 * TRIAL).await.unwrap(), "nobody tries any more");
    }

    async fn a_bucket_gives_what_it_holds_and_fills_with_time(db) {
        let f = Fixture::open(db).await;
        assert!(f.take_calls(8, 0, 1_000).await);
        assert!(!f.take_calls(3, 0, 1_000).await);
        assert!(f.take_calls(2, 0, 1_000).await);
        assert!(!f.take_calls(1, 0, 1_099).await);
        assert!(f.take_calls(1, 0, 1_100).await);
        assert!(!f.take_calls(1, 0, 900).await, "a clock that goes back fills nothing");
        assert!(f.take_calls(4, 0, 1_500).await);
        assert!(!f.take_calls(8, 3, 60_000).await, "it would not leave three");
        assert!(f.take_calls(7, 3, 60_000).await, "it holds no more than ten");
        let mut tx = f.db.read().await.unwrap();
        assert_eq!(db::calls_left(&mut tx, f.tenant, "background", TEN, 60_200).await.unwrap(), Some(5 * CALL));
        assert_eq!(db::calls_left(&mut tx, f.tenant, "interactive", TEN, 60_200).await.unwrap(), None);
        assert_eq!(db::calls_left(&mut tx, f.other, "background", TEN, 60_200).await.unwrap(), None);
    }

    async fn many_that_take_at_once_take_no_more_than_there_is(db) {
        let f = Fixture::open(db).await;
        f.take_calls(0, 0, 1_000).await;
        let tasks = TaskTracker::new();
        let take = |db: Db, tenant| async move {
            let mut tx = db.write().await.unwrap();
            let taken = db::take_calls(&mut tx, tenant, "background", TEN, (1, 0), 1_000).await.unwrap();
            tx.commit().await.unwrap();
            taken
        };
        let takers: Vec<_> = (0..25).map(|_| tasks.spawn(take(f.db.clone(), f.tenant))).collect();
        let mut taken = 0;
        for taker in takers {
            taken += i64::from(taker.await.unwrap());
        }
        assert_eq!(taken, 10);
    }

    async fn a_place_has_one_holder_until_it_is_given_back_or_its_lease_ends(db) {
        let f = Fixture::open(db).await;
        let (one, other) = (id(), id());
        let (first, second) = (place("quotes", 0), place("quotes", 1));
        assert!(f.take_place(&first, one, 0).await);
        assert!(!f.take_place(&first, other, 50).await);
        assert!(f.take_place(&second, other, 50).await);
        assert!(f.take_place(&place("products", 0), other, 50).await);
        assert!(f.take_place(&first, one, 60).await, "its own is kept longer");
        assert!(!f.take_place(&first, other, 159).await);
        assert!(f.take_place(&first, other, 160).await, "the lease has ended");
        let mut tx = f.db.write().await.unwrap();
        db::free_place(&mut tx, &first, one).await.unwrap();
        assert!(!db::take_place(&mut tx, &first, one, 161, 200).await.unwrap(), "it is another's");
        db::free_place(&mut tx, &first, other).await.unwrap();
        assert!(db::take_place(&mut tx, &first, one, 161, 200).await.unwrap());
    }

    async fn one_alone_reads_the_calls_that_are_used(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert!(!db::claim_reading(&mut tx, f.tenant, 100, 50).await.unwrap(), "there is no connection");
        db::put_connection(&mut tx, f.tenant, &ConnectionRow::default(), 1).await.unwrap();
        assert!(db::claim_reading(&mut tx, f.tenant, 100, 50).await.unwrap());
        assert!(!db::claim_reading(&mut tx, f.tenant, 149, 99).await.unwrap(), "somebody has just read them");
        assert!(db::claim_reading(&mut tx, f.tenant, 150, 100).await.unwrap());
    }

    async fn a_refresh_waits_from_where_it_is(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::add_refresh(&mut tx, f.tenant, id(), None, 1).await.unwrap();
        let lease = db::claim_refresh(&mut tx, 10, 20).await.unwrap().unwrap();
        assert!(db::snooze_refresh(&mut tx, &lease, 50).await.unwrap());
        assert!(!db::snooze_refresh(&mut tx, &lease, 60).await.unwrap(), "it is not claimed");
        assert_eq!(db::newest_refresh(&mut tx, f.tenant, false).await.unwrap().unwrap().state, "waiting");
        assert_eq!(db::claim_refresh(&mut tx, 49, 60).await.unwrap(), None);
        assert_eq!(db::claim_refresh(&mut tx, 50, 60).await.unwrap().unwrap().lease_token, 2);
    }
}
