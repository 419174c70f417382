//! What is counted over all tenants, where pushes stand in the queue, and what is forgotten.

use opportune::{
    db::{self, AttemptRow, OpenPushes, StepRow},
    domain::{
        ids::{DocumentId, PushId},
        route::Sync,
    },
};

use super::{Fixture, id};
use crate::harness::on_both;

fn step(push: PushId, action: &str, state: &str, send_before: i64) -> StepRow {
    StepRow {
        id: id(),
        push_id: push.0,
        target: "quote".to_owned(),
        key: String::new(),
        action: action.to_owned(),
        state: state.to_owned(),
        marker: None,
        request: "{}".to_owned(),
        sources: None,
        autotask_id: None,
        note: None,
        lease_token: 1,
        settings_revision: 1,
        send_before,
        created_at: 1,
    }
}

fn attempt(outcome: &str, created_at: i64) -> AttemptRow {
    AttemptRow {
        id: id(),
        method: "POST".to_owned(),
        path: "V1.0/Quotes".to_owned(),
        status: None,
        outcome: outcome.to_owned(),
        request: Some("{}".to_owned()),
        response: None,
        duration_ms: 1,
        created_at,
    }
}

impl Fixture {
    async fn add_step(&self, push: PushId, step: &StepRow) {
        let mut tx = self.db.write().await.unwrap();
        let document = db::push(&mut tx, self.tenant, push).await.unwrap().unwrap().document_id;
        db::add_step(&mut tx, self.tenant, DocumentId(document), step).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn add_attempt(&self, push: PushId, attempt: &AttemptRow) {
        let mut tx = self.db.write().await.unwrap();
        db::add_attempt(&mut tx, self.tenant, push, attempt).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Another push of the document of `push`, which is over.
    async fn again(&self, push: PushId) -> PushId {
        let next = PushId(id());
        let mut tx = self.db.write().await.unwrap();
        let document = DocumentId(db::push(&mut tx, self.tenant, push).await.unwrap().unwrap().document_id);
        db::add_push(&mut tx, self.tenant, document, next, Sync::Opportunities, "edited", 30).await.unwrap();
        tx.commit().await.unwrap();
        next
    }

    /// Ends a push that is due, at 50.
    async fn end(&self, state: &str) {
        let lease = self.claim(40, 100).await.unwrap();
        let outcome = db::Outcome {
            state,
            reason: None,
            run_at: 0,
            tries: 0,
            version: 1,
            opportunity_id: None,
            ticket_id: None,
        };
        assert!(self.finish(&lease, &outcome).await);
    }
}

on_both! {
    async fn unfinished_pushes_are_counted_by_tenant_and_state(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        f.push("Q-1", 10).await;
        f.push("Q-2", 20).await;
        f.push("Q-3", 30).await;
        f.push_of(f.other, "Q-1", 40).await;
        f.end("sent").await;
        let mut tx = f.db.read().await.unwrap();
        let row = |tenant: &str, enabled, count, oldest| OpenPushes { tenant: tenant.to_owned(), enabled, state: "waiting".to_owned(), count, oldest };
        assert_eq!(db::open_pushes(&mut tx).await.unwrap(), [row("Ours", true, 2, 20), row("Theirs", false, 1, 40)]);
        assert_eq!(db::waiting_pushes(&mut tx, f.tenant).await.unwrap(), 2);
        assert_eq!(db::waiting_pushes(&mut tx, f.other).await.unwrap(), 1);
    }

    async fn a_create_is_unknown_once_it_cannot_be_on_its_way_any_more(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 10).await;
        for (state, send_before) in [("unknown", 900), ("intent", 100), ("intent", 200), ("done", 1), ("failed", 1)] {
            f.add_step(push, &step(push, "create", state, send_before)).await;
        }
        let mut tx = f.db.read().await.unwrap();
        assert_eq!(db::unknown_steps(&mut tx, 150).await.unwrap(), [("Ours".to_owned(), 2)]);
        assert_eq!(db::unknown_steps_of(&mut tx, f.tenant, 201).await.unwrap(), 3);
        assert_eq!(db::unknown_steps_of(&mut tx, f.other, 201).await.unwrap(), 0);
    }

    async fn calls_of_an_hour_are_told_by_tenant(db) {
        let f = Fixture::open(db).await;
        let (minute, now) = (60_000, 100 * 60_000);
        let mut tx = f.db.write().await.unwrap();
        for (tenant, calls, at) in [(f.tenant, 3, now), (f.tenant, 4, now - 59 * minute), (f.other, 5, now - 61 * minute)] {
            db::count_calls(&mut tx, tenant, calls, at).await.unwrap();
        }
        assert_eq!(db::calls_by_tenant(&mut tx, now).await.unwrap(), [("Ours".to_owned(), 7)]);
    }

    async fn due_pushes_have_a_place_in_their_tenants_queue(db) {
        let f = Fixture::open(db).await;
        let (late, early) = (f.push("Q-1", 20).await, f.push("Q-2", 10).await);
        let not_yet = f.push("Q-3", 31).await;
        let theirs = f.push_of(f.other, "Q-1", 5).await;
        let mut tx = f.db.read().await.unwrap();
        let mut places = db::queue_places(&mut tx, f.tenant, &[late.0, early.0, not_yet.0, theirs.0], 30).await.unwrap();
        places.sort_by_key(|(_, place)| *place);
        assert_eq!(places, [(early.0, 1), (late.0, 2)]);
        assert_eq!(db::queue_places(&mut tx, f.tenant, &[late.0], 30).await.unwrap(), [(late.0, 2)]);
        assert_eq!(db::queue_places(&mut tx, f.tenant, &[], 30).await.unwrap(), []);
    }

    async fn the_request_of_a_push_is_kept(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 10).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::request_of(&mut tx, f.tenant, push).await.unwrap(), None);
        db::note_request(&mut tx, f.tenant, push, "one").await.unwrap();
        db::note_request(&mut tx, f.other, push, "theirs").await.unwrap();
        assert_eq!(db::request_of(&mut tx, f.tenant, push).await.unwrap().as_deref(), Some("one"));
        assert_eq!(db::request_of(&mut tx, f.other, push).await.unwrap(), None);
    }

    async fn bodies_of_failures_are_kept_longer_and_only_so_many_rows_change(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 10).await;
        for at in [5, 15, 25] {
            f.add_attempt(push, &attempt("OK", at)).await;
            f.add_attempt(push, &attempt("no answer", at)).await;
        }
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::forget_bodies(&mut tx, 20, 10, 2).await.unwrap(), 2);
        assert_eq!(db::forget_bodies(&mut tx, 20, 10, 2).await.unwrap(), 1);
        assert_eq!(db::forget_bodies(&mut tx, 20, 10, 2).await.unwrap(), 0);
        let kept = db::attempts(&mut tx, f.tenant, push).await.unwrap();
        let kept: Vec<_> = kept.iter().filter(|call| call.request.is_some()).map(|call| (call.outcome.as_str(), call.created_at)).collect();
        assert_eq!(kept, [("no answer", 25), ("OK", 25), ("no answer", 15)]);
        assert_eq!(db::forget_attempts(&mut tx, 20, 3).await.unwrap(), 3);
        assert_eq!(db::forget_attempts(&mut tx, 20, 3).await.unwrap(), 1);
        assert_eq!(db::attempts(&mut tx, f.tenant, push).await.unwrap().len(), 2);
    }

    async fn a_push_is_forgotten_unless_something_still_needs_it(db) {
        let f = Fixture::open(db).await;
        f.enable(f.tenant, true).await;
        let began_a_create = f.push("Q-1", 10).await;
        f.add_step(began_a_create, &step(began_a_create, "create", "done", 1)).await;
        f.end("sent").await;
        let changed = f.again(began_a_create).await;
        f.add_step(changed, &step(changed, "update", "done", 1)).await;
        f.add_step(changed, &step(changed, "settle", "done", 1)).await;
        f.add_attempt(changed, &attempt("OK", 5)).await;
        f.end("sent").await;
        let skipped_before_sent = f.push("Q-2", 10).await;
        f.end("sent").await;
        f.again(skipped_before_sent).await;
        f.end("skipped").await;
        let newest = f.again(began_a_create).await;
        f.end("sent").await;
        let mut tx = f.db.write().await.unwrap();
        assert!(db::forgettable_pushes(&mut tx, 100, 10).await.unwrap().is_empty(), "its call is known");
        db::forget_attempts(&mut tx, 100, 10).await.unwrap();
        assert!(db::forgettable_pushes(&mut tx, 50, 10).await.unwrap().is_empty(), "not old enough");
        let found = db::forgettable_pushes(&mut tx, 100, 10).await.unwrap();
        assert_eq!(found, [changed.0], "another says that Q-1 was sent; of Q-2 none does");
        assert_eq!(db::forget_steps(&mut tx, &found, 1).await.unwrap(), 1);
        assert_eq!(db::forget_pushes(&mut tx, &found).await.unwrap(), 0, "a step is left");
        assert_eq!(db::forget_steps(&mut tx, &[changed.0, began_a_create.0], 10).await.unwrap(), 1, "no create");
        assert_eq!(db::forget_pushes(&mut tx, &found).await.unwrap(), 1);
        assert!(db::push(&mut tx, f.tenant, changed).await.unwrap().is_none());
        assert!(db::push(&mut tx, f.tenant, newest).await.unwrap().is_some());
        assert_eq!(db::steps(&mut tx, f.tenant, began_a_create).await.unwrap().len(), 1);
    }
}
