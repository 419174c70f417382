//! What pushes leave behind is kept for a stated time, and what protects from duplicates for as long as its document.

use opportune::{
    db::{self, AttemptRow, PushFilter},
    domain::{
        ids::{DocumentId, PushId},
        plan::Target,
    },
};
use serde_json::json;

use crate::harness::{HOUR, SECOND, TestApp, on_both};

const DAY: i64 = 24 * HOUR;

impl TestApp {
    async fn days_later(&self, days: i64) {
        self.clock.advance(days * DAY + SECOND);
        // Each round forgets a part.
        for _ in 0..5 {
            self.worker.upkeep().await.unwrap();
        }
    }

    /// The calls of a document's push, by whether they succeeded.
    async fn calls_of(&self, push: PushId) -> (Vec<AttemptRow>, Vec<AttemptRow>) {
        let mut tx = self.services.db.read().await.unwrap();
        let calls = db::attempts(&mut tx, self.tenant, push).await.unwrap();
        calls.into_iter().partition(|call| call.outcome == "OK")
    }

    async fn push_ids(&self) -> Vec<PushId> {
        let mut tx = self.services.db.read().await.unwrap();
        let rows = db::pushes(&mut tx, self.tenant, &PushFilter::default(), None, 100).await.unwrap();
        rows.iter().rev().map(|row| PushId(row.id)).collect()
    }
}

fn have_bodies(calls: &[AttemptRow]) -> bool {
    calls.iter().any(|call| call.request.is_some() || call.response.is_some())
}

on_both! {
    async fn bodies_are_kept_two_weeks_and_of_failures_a_month(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "method": "POST", "path": "V1.0/Quotes", "kind": "status", "status": 429, "body": "busy" })).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.after(2 * HOUR).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.failures(), [429]);
        let push = app.push_ids().await[0];
        app.days_later(13).await;
        let (ok, failed) = app.calls_of(push).await;
        assert!(have_bodies(&ok) && have_bodies(&failed));
        app.days_later(1).await;
        let (ok, failed) = app.calls_of(push).await;
        assert!(ok.len() > 3 && !have_bodies(&ok), "that they were made stays known");
        assert!(have_bodies(&failed));
        app.days_later(15).await;
        assert!(have_bodies(&app.calls_of(push).await.1));
        app.days_later(1).await;
        let (_, failed) = app.calls_of(push).await;
        assert!(failed.len() == 1 && !have_bodies(&failed));
    }

    async fn pushes_are_kept_13_months_but_not_what_protects_from_duplicates(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| "Kept".clone_into(&mut form.note)).await;
        let mut draft = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        draft.send().await;
        for title in ["Second", "Third"] {
            app.clock.advance(HOUR);
            draft.set("title", json!(title));
            draft.send().await;
        }
        let pushes = app.push_ids().await;
        let revisions = app.services.settings_view(app.tenant).await.unwrap().revision;
        app.days_later(396).await;
        assert_eq!(app.push_ids().await, pushes);
        assert!(!app.calls_of(pushes[0]).await.0.is_empty());
        app.days_later(2).await;
        assert_eq!(app.push_ids().await, [pushes[0], pushes[2]], "the one with the creates, and the newest");
        assert!(app.calls_of(pushes[0]).await.0.is_empty());
        let mut tx = app.services.db.read().await.unwrap();
        let document = DocumentId(db::push(&mut tx, app.tenant, pushes[0]).await.unwrap().unwrap().document_id);
        let creates = db::steps(&mut tx, app.tenant, pushes[0]).await.unwrap();
        assert!(creates.len() >= 3 && creates.iter().all(|step| step.action == "create" && !step.request.is_empty()));
        let links = db::links(&mut tx, app.tenant, document, &[]).await.unwrap();
        assert_eq!(links.of(Target::Opportunity).count(), 1);
        for revision in 1..=revisions {
            assert!(db::settings_revision(&mut tx, app.tenant, revision).await.unwrap().is_some(), "revision {revision}");
        }
        drop(tx);
        draft.set("title", json!("Fourth"));
        draft.send().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities("Q-1").len(), 1);
    }

    async fn a_round_forgets_a_part_and_an_hour_passes_when_nothing_is_left(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        let push = app.push_ids().await[0];
        let mut tx = app.services.db.write().await.unwrap();
        let old = AttemptRow {
            id: app.clock.new_id(), method: "GET".to_owned(), path: "/".to_owned(), status: Some(200), outcome: "OK".to_owned(),
            request: None, response: Some("{}".to_owned()), duration_ms: 1, created_at: app.clock.now() - 20 * DAY,
        };
        for _ in 0..1_500 {
            let row = AttemptRow { id: app.clock.new_id(), ..old.clone() };
            db::add_attempt(&mut tx, app.tenant, push, &row).await.unwrap();
        }
        tx.commit().await.unwrap();
        let left = async || {
            let mut tx = app.services.db.write().await.unwrap();
            // Not committed: only counted.
            db::forget_bodies(&mut tx, app.clock.now() - 14 * DAY, 0, 10_000).await.unwrap()
        };
        assert_eq!(left().await, 1_500);
        app.worker.upkeep().await.unwrap();
        assert_eq!(left().await, 500, "a thousand a transaction");
        app.worker.upkeep().await.unwrap();
        assert_eq!(left().await, 0);
        let mut tx = app.services.db.write().await.unwrap();
        db::add_attempt(&mut tx, app.tenant, push, &old).await.unwrap();
        tx.commit().await.unwrap();
        app.worker.upkeep().await.unwrap();
        assert_eq!(left().await, 1, "not looked for again at once");
        app.clock.advance(HOUR);
        app.worker.upkeep().await.unwrap();
        assert_eq!(left().await, 0);
    }
}
