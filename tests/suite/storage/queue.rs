//! The queue: who may work on what, and what a worker that lost its lease can no longer do.

use opportune::{
    db::{self, Db, Lease, NewRevision, Outcome, PushFilter},
    domain::{
        ids::{PushId, TenantId},
        route::Sync,
        settings::Settings,
    },
};
use tokio_util::task::TaskTracker;

use super::{Fixture, id};
use crate::harness::on_both;

const SENT: Outcome<'_> = Outcome {
    state: "sent",
    reason: None,
    run_at: 0,
    tries: 0,
    version: 1,
    opportunity_id: Some(5),
    ticket_id: None,
};
const NO_LIMIT: i64 = 100;
const ALL: PushFilter<'_> = PushFilter { state: None, backfill: None };

impl Fixture {
    pub(super) async fn enable(&self, tenant: TenantId, enabled: bool) {
        let settings = Settings { enabled, ..Settings::NEW };
        let new = NewRevision {
            settings: &settings,
            by: &opportune::domain::author::Author::SYSTEM,
            note: None,
            form_id: None,
            origin: None,
        };
        let mut tx = self.db.write().await.unwrap();
        let base = db::settings(&mut tx, tenant).await.unwrap().revision;
        assert!(db::save_settings(&mut tx, tenant, base, &new, 1).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Claims at `now`, for 100 milliseconds.
    pub(super) async fn claim(&self, now: i64, per_tenant: i64) -> Option<Lease> {
        let mut tx = self.db.write().await.unwrap();
        let lease = db::claim_push(&mut tx, now, now + 100, per_tenant).await.unwrap();
        tx.commit().await.unwrap();
        lease
    }

    /// What eight workers get that claim at once, where a tenant may have two under way.
    async fn claim_side_by_side(&self) -> Vec<Lease> {
        let tasks = TaskTracker::new();
        let claim = |db: Db| async move {
            let mut tx = db.write().await.unwrap();
            let lease = db::claim_push(&mut tx, 50, 150, 2).await.unwrap();
            tx.commit().await.unwrap();
            lease
        };
        let claims: Vec<_> = (0..8).map(|_| tasks.spawn(claim(self.db.clone()))).collect();
        let mut claimed = Vec::new();
        for claim in claims {
            claimed.extend(claim.await.unwrap());
        }
        claimed
    }

    pub(super) async fn finish(&self, lease: &Lease, outcome: &Outcome<'_>) -> bool {
        let mut tx = self.db.write().await.unwrap();
        let finished = db::finish_push(&mut tx, lease, outcome, 50).await.unwrap();
        tx.commit().await.unwrap();
        finished
    }

    async fn state(&self, push: PushId) -> String {
        let mut tx = self.db.read().await.unwrap();
        db::push(&mut tx, self.tenant, push).await.unwrap().unwrap().state
    }
}

on_both! {
    async fn pushes_are_claimed_in_the_order_in_which_they_are_due(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let late = f.push("Q-1", 30).await;
        let early = f.push("Q-2", 10).await;
        let same = f.push("Q-3", 10).await;
        f.push("Q-4", 31).await;
        let mut claimed = Vec::new();
        while let Some(lease) = f.claim(30, NO_LIMIT).await {
            assert_eq!((lease.tenant(), lease.lease_token, lease.lease_until, lease.tries), (f.tenant, 1, 130, 0));
            claimed.push(lease.push());
        }
        assert_eq!(claimed, [early, same, late]);
    }

    async fn a_tenant_that_is_off_is_not_claimed(db) {
        let f = Fixture::open(db).await;
        f.push("Q-1", 10).await;
        assert_eq!(f.claim(10, NO_LIMIT).await, None, "never turned on");
        f.enable(f.tenant, true).await;
        f.enable(f.tenant, false).await;
        assert_eq!(f.claim(10, NO_LIMIT).await, None, "turned off");
        f.enable(f.tenant, true).await;
        assert!(f.claim(10, NO_LIMIT).await.is_some());
    }

    async fn a_tenant_has_only_so_many_under_way(db) {
        let f = Fixture::open(db).await;
        for tenant in [f.tenant, f.other] {
            f.enable(tenant, true).await;
            for number in ["Q-1", "Q-2", "Q-3"] {
                f.push_of(tenant, number, 10).await;
            }
        }
        let mut claimed = Vec::new();
        while let Some(lease) = f.claim(10, 2).await {
            claimed.push(lease);
        }
        let of = |tenant| claimed.iter().filter(|lease| lease.tenant() == tenant).count();
        assert_eq!((of(f.tenant), of(f.other)), (2, 2));
        assert!(f.finish(&claimed[0], &SENT).await);
        assert_eq!(f.claim(50, 2).await.unwrap().tenant_id, claimed[0].tenant_id);
    }

    async fn the_limit_holds_for_workers_that_claim_at_the_same_moment(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        for number in 0..20 {
            f.push(&format!("Q-{number}"), 10).await;
        }
        // From the second round on the connections are there, and the claims meet.
        for round in 0..5 {
            let claimed = f.claim_side_by_side().await;
            assert_eq!(claimed.len(), 2, "round {round}");
            for lease in &claimed {
                assert!(f.finish(lease, &SENT).await);
            }
        }
    }

    async fn a_lease_that_ran_out_is_taken_over_and_its_holder_can_do_nothing_more(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let push = f.push("Q-1", 10).await;
        let zombie = f.claim(10, 1).await.unwrap();
        assert_eq!(f.claim(109, 1).await, None, "still leased");
        let heir = f.claim(110, 1).await.unwrap();
        assert_eq!((heir.push(), heir.lease_token, heir.lease_until), (push, 2, 210));
        let mut tx = f.db.write().await.unwrap();
        assert!(!db::keep_lease(&mut tx, &zombie, 999).await.unwrap());
        assert!(db::keep_lease(&mut tx, &heir, 300).await.unwrap());
        db::pin_settings(&mut tx, &zombie, 7, Sync::Opportunities).await.unwrap();
        assert_eq!(db::push(&mut tx, f.tenant, push).await.unwrap().unwrap().settings_revision, None);
        db::pin_settings(&mut tx, &heir, 8, Sync::Opportunities).await.unwrap();
        assert_eq!(db::push(&mut tx, f.tenant, push).await.unwrap().unwrap().settings_revision, Some(8));
        tx.commit().await.unwrap();
        assert!(!f.finish(&zombie, &SENT).await);
        assert_eq!(f.state(push).await, "sending");
        assert_eq!(f.claim(299, 1).await, None, "kept by its heartbeat");
        assert!(f.finish(&heir, &SENT).await);
        assert!(!f.finish(&heir, &SENT).await, "finished once");
        assert_eq!(f.state(push).await, "sent");
    }

    async fn the_leases_of_the_dead_end_at_once(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        f.push("Q-1", 10).await;
        f.claim(10, 1).await.unwrap();
        let mut tx = f.db.write().await.unwrap();
        db::end_leases(&mut tx, 20).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(f.claim(20, 1).await.unwrap().lease_token, 2);
    }

    async fn a_count_of_crashes_goes_with_the_lease_and_stays_while_the_push_is_to_go_on(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        f.push("Q-1", 10).await;
        let zombie = f.claim(10, 1).await.unwrap();
        assert_eq!(f.claim(110, 1).await.unwrap().crashes, 1);
        let lease = f.claim(210, 1).await.unwrap();
        assert_eq!(lease.crashes, 2);
        let blame = async |lease: &Lease, by| {
            let mut tx = f.db.write().await.unwrap();
            db::blame(&mut tx, lease, by).await.unwrap();
            tx.commit().await.unwrap();
        };
        blame(&zombie, 5).await;
        let waiting = Outcome { state: "waiting", reason: Some("busy"), run_at: 220, ..SENT };
        assert!(f.finish(&lease, &waiting).await);
        let lease = f.claim(220, 1).await.unwrap();
        assert_eq!(lease.crashes, 2);
        blame(&lease, -1).await;
        assert_eq!(f.claim(320, 1).await.unwrap().crashes, 2);
        let lease = f.claim(420, 1).await.unwrap();
        blame(&lease, -9).await;
        assert_eq!(f.claim(520, 1).await.unwrap().crashes, 1, "never below none");
    }

    async fn a_push_is_left_as_its_outcome_says(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let push = f.push("Q-1", 10).await;
        let lease = f.claim(10, 1).await.unwrap();
        let outcome = Outcome { state: "waiting", reason: Some("busy"), run_at: 70, tries: 3, ..SENT };
        assert!(f.finish(&lease, &outcome).await);
        assert_eq!(f.claim(69, 1).await, None);
        let lease = f.claim(70, 1).await.unwrap();
        assert_eq!((lease.tries, lease.lease_token), (3, 2));
        assert!(f.finish(&lease, &Outcome { state: "held", opportunity_id: None, ..outcome }).await);
        let mut tx = f.db.read().await.unwrap();
        let row = db::push(&mut tx, f.tenant, push).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.reason.as_deref(), row.opportunity_id), ("held", Some("busy"), Some(5)));
        assert_eq!((row.kind.as_str(), row.number.as_str(), row.customer.as_str()), ("quote", "Q-1", "Northwind Traders"));
        assert_eq!((row.change.as_str(), row.run_at, row.tries, row.updated_at), ("created", 70, 3, 50));
    }

    async fn a_document_has_one_active_push(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let push = f.push("Q-1", 10).await;
        let mut tx = f.db.read().await.unwrap();
        let document = opportune::domain::ids::DocumentId(db::push(&mut tx, f.tenant, push).await.unwrap().unwrap().document_id);
        assert_eq!(db::active_push(&mut tx, f.tenant, document).await.unwrap(), Some(push));
        assert_eq!(db::active_push(&mut tx, f.other, document).await.unwrap(), None);
        drop(tx);
        let mut tx = f.db.write().await.unwrap();
        assert!(db::add_push(&mut tx, f.tenant, document, PushId(id()), Sync::Opportunities, "won", 20).await.is_err());
        drop(tx);
        let lease = f.claim(10, 1).await.unwrap();
        f.finish(&lease, &SENT).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::active_push(&mut tx, f.tenant, document).await.unwrap(), None);
        db::add_push(&mut tx, f.tenant, document, PushId(id()), Sync::Opportunities, "won", 20).await.unwrap();
    }

    async fn waking_makes_due_what_is_not_being_sent(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let push = f.push("Q-1", 10).await;
        let lease = f.claim(10, 1).await.unwrap();
        let wake = async |tenant, change| {
            let mut tx = f.db.write().await.unwrap();
            db::wake_push(&mut tx, tenant, push, change, 80).await.unwrap();
            tx.commit().await.unwrap();
        };
        wake(f.tenant, Some("won")).await;
        assert_eq!(f.state(push).await, "sending");
        assert!(f.finish(&lease, &Outcome { state: "held", reason: Some("why"), tries: 4, run_at: 500, ..SENT }).await);
        wake(f.other, Some("lost")).await;
        assert_eq!(f.state(push).await, "held", "another tenant's");
        wake(f.tenant, None).await;
        let mut tx = f.db.read().await.unwrap();
        let row = db::push(&mut tx, f.tenant, push).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.change.as_str(), row.reason, row.run_at, row.tries), ("waiting", "won", None, 80, 0));
        drop(tx);
        let lease = f.claim(80, 1).await.unwrap();
        f.finish(&lease, &SENT).await;
        wake(f.tenant, None).await;
        assert_eq!(f.state(push).await, "sent", "what is over stays so");
    }

    async fn held_pushes_are_listed_with_their_reasons(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let (first, second) = (f.push("Q-1", 10).await, f.push("Q-2", 11).await);
        f.push("Q-3", 12).await;
        for state in ["held", "failed"] {
            let lease = f.claim(11, NO_LIMIT).await.unwrap();
            f.finish(&lease, &Outcome { state, reason: Some(state), ..SENT }).await;
        }
        let mut tx = f.db.read().await.unwrap();
        let held = db::held_pushes(&mut tx, f.tenant).await.unwrap();
        assert_eq!(held, [(first, "held".to_owned()), (second, "failed".to_owned())]);
        assert!(db::held_pushes(&mut tx, f.other).await.unwrap().is_empty());
    }

    async fn pushes_are_listed_page_by_page_and_counted_by_state(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let mut newest_first = Vec::new();
        for number in 0..5 {
            newest_first.insert(0, f.push(&format!("Q-{number}"), 10 + number).await);
        }
        f.push_of(f.other, "Q-9", 10).await;
        let lease = f.claim(10, 1).await.unwrap();
        f.finish(&lease, &SENT).await;
        let mut tx = f.db.read().await.unwrap();
        let mut listed = Vec::new();
        let mut before = None;
        loop {
            let page = db::pushes(&mut tx, f.tenant, &ALL, before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 2);
            before = Some(PushId(last.id));
            listed.extend(page.iter().map(|row| PushId(row.id)));
        }
        assert_eq!(listed, newest_first);
        let sent = db::pushes(&mut tx, f.tenant, &PushFilter { state: Some("sent"), ..ALL }, None, 10).await.unwrap();
        assert_eq!(sent.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), ["Q-0"]);
        let counts = db::push_counts(&mut tx, f.tenant).await.unwrap();
        let told: Vec<_> = counts.iter().map(|count| (count.state.as_str(), count.count, count.oldest, count.newest)).collect();
        assert_eq!(told, [("sent", 1, 10, 50), ("waiting", 4, 11, 14)]);
        assert!(db::push(&mut tx, f.other, newest_first[0]).await.unwrap().is_none());
        assert_eq!(db::pushes(&mut tx, f.other, &ALL, None, 10).await.unwrap().len(), 1);
    }
}
