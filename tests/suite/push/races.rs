//! Several workers, and workers that die or are held up between two steps: each case that a simulation found.

use std::sync::Arc;

use opportune::{config::WorkerConfig, failpoint, worker::Worker};
use serde_json::json;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::task::TaskTracker;

use super::faults::create_fault;
use crate::harness::{MINUTE, SECOND, TestApp, on_both};

/// A worker of another process that is held up at a point.
pub struct Held {
    release: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Held {
    pub async fn go_on(self) {
        self.release.notify_one();
        self.task.await.unwrap();
    }

    pub async fn die(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// Another worker does the next thing that is due, and is held up when it gets to that point.
pub async fn held_up_at(app: &TestApp, place: &'static str, what: &'static str) -> Held {
    let (reached, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let worker = Worker::new(app.services.clone(), WorkerConfig::default());
    let (at, on) = (reached.clone(), release.clone());
    let hook: failpoint::Hook = Arc::new(move |now_at, of| {
        let (at, on, is_here) = (at.clone(), on.clone(), (now_at, of) == (place, what));
        Box::pin(async move {
            if is_here {
                at.notify_one();
                on.notified().await;
            }
        })
    });
    let tick = async move { drop(worker.tick().await) };
    let task = TaskTracker::new().spawn(failpoint::with_hook(hook, tick));
    reached.notified().await;
    Held { release, task }
}

on_both! {
    async fn two_workers_create_a_product_that_both_need_once(db) {
        let app = TestApp::start(db).await;
        for number in ["Q-1", "Q-2"] {
            app.quote(number).line("Rare part", "1 × 5.00").put().await;
        }
        let first = held_up_at(&app, "commit.after", "product").await;
        app.settle().await;
        let reason = "Checking whether Autotask received it, so that there are not two";
        app.expect("Q-2", "waiting", reason).await;
        first.go_on().await;
        app.after(MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        app.expect("Q-2", "sent", "").await;
        assert_eq!(app.rows("Products").iter().filter(|row| row["name"] == "Rare part").count(), 1);
    }

    async fn a_worker_that_looked_before_another_made_a_product_makes_no_second(db) {
        let app = TestApp::start(db).await;
        for number in ["Q-1", "Q-2"] {
            app.quote(number).line("Rare part", "1 × 5.00").put().await;
        }
        let first = held_up_at(&app, "find.answered", "product").await;
        app.settle().await;
        app.expect("Q-2", "sent", "").await;
        first.go_on().await;
        app.after(MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.rows("Products").iter().filter(|row| row["name"] == "Rare part").count(), 1);
    }

    async fn a_product_whose_creator_died_is_created_by_the_next_once_that_is_certain(db) {
        let app = TestApp::start(db).await;
        for number in ["Q-1", "Q-2"] {
            app.quote(number).line("Rare part", "1 × 5.00").put().await;
        }
        held_up_at(&app, "commit.after", "product").await.die().await;
        app.after(MINUTE).await;
        assert_eq!(app.rows("Products").iter().filter(|row| row["name"] == "Rare part").count(), 0);
        for _ in 0..9 {
            app.after(MINUTE).await;
        }
        app.expect("Q-1", "sent", "").await;
        app.expect("Q-2", "sent", "").await;
        assert_eq!(app.rows("Products").iter().filter(|row| row["name"] == "Rare part").count(), 1);
    }

    async fn a_look_whose_answer_is_read_late_says_nothing_of_what_arrived_since(db) {
        let app = TestApp::start(db).await;
        app.fault(create_fault("/Items", "cut_before")).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        assert!(app.worker.tick().await.unwrap());
        app.clock.advance(MINUTE);
        let looker = held_up_at(&app, "search.answered", "quote_item").await;
        let cut = app.autotask.log().into_iter().find(|call| call.path.ends_with("/Items")).unwrap();
        app.add(cut.path.trim_start_matches("/ATServicesRest/V1.0/"), cut.body).await;
        app.clock.advance(6 * MINUTE);
        looker.go_on().await;
        app.after(MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
        assert_eq!(app.failures(), [0]);
    }

    async fn a_change_that_arrives_while_its_look_is_held_up_does_not_stay(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.send().await;
        app.fault(json!({ "method": "PATCH", "path": "Opportunities", "kind": "cut_before" })).await;
        let first = app.opportunity("Q-1")["title"].clone();
        let title = quote.body()["title"].clone();
        quote.set("title", json!("Second thoughts"));
        quote.put().await;
        assert!(app.worker.tick().await.unwrap());
        app.clock.advance(MINUTE);
        quote.set("title", title);
        quote.put().await;
        let looker = held_up_at(&app, "read.answered", "opportunity").await;
        app.edit("Opportunities", &app.opportunity("Q-1")["id"], json!({ "title": "Q-1 Second thoughts" })).await;
        app.clock.advance(6 * MINUTE);
        looker.go_on().await;
        app.after(MINUTE).await;
        app.after(6 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["title"], first);
        assert_eq!(app.failures(), [0]);
    }

    async fn an_item_that_was_found_is_linked_before_it_is_changed(db) {
        let app = TestApp::start(db).await;
        app.fault(create_fault("/Items", "cut_after")).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.put().await;
        assert!(app.worker.tick().await.unwrap());
        quote.change(0, "unit_price", json!("12.50"));
        quote.put().await;
        held_up_at(&app, "patch.answered", "quote_item").await.die().await;
        app.after(3 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
        assert_eq!(app.failures(), [0]);
    }

    async fn a_worker_that_was_held_up_before_a_change_does_not_undo_newer_ones(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.send().await;
        quote.set("title", json!("Second thoughts"));
        quote.put().await;
        let late = held_up_at(&app, "patch.before", "opportunity").await;
        app.clock.advance(3 * MINUTE);
        quote.set("title", json!("Third thoughts"));
        quote.send().await;
        late.go_on().await;
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["title"], "Q-1 Third thoughts");
    }

    async fn a_win_that_nobody_saw_arrive_is_no_persons_choice(db) {
        let app = TestApp::start(db).await;
        for (number, kind) in [("Q-1", "cut_after"), ("Q-2", "status")] {
            let mut quote = app.quote(number).line("HDMI cable", "1 × 11.50");
            quote.send().await;
            let open = app.opportunity(number)["stage"].clone();
            let fault = json!({ "method": "PATCH", "path": "Opportunities", "kind": kind, "status": 503 });
            app.fault(fault).await;
            quote.win().await;
            quote.reopen().await;
            app.after(MINUTE).await;
            app.after(6 * MINUTE).await;
            app.expect(number, "sent", "").await;
            assert_eq!(app.opportunity(number)["stage"], open, "{kind}");
            assert_eq!(app.failures().len(), 1);
        }
    }

    async fn turning_the_sync_off_ends_a_push_before_its_next_write(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        let sender = held_up_at(&app, "create.answered", "opportunity").await;
        app.switch(false).await;
        app.clock.advance(3 * SECOND);
        sender.go_on().await;
        app.expect("Q-1", "waiting", "The opportunities sync was turned off on the way").await;
        assert_eq!((app.opportunities("Q-1").len(), app.rows("Quotes").len()), (1, 0));
        app.switch(true).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities("Q-1").len(), 1);
    }
}
