//! Earlier quotes: nothing is sent by turning on, what is chosen is sent once, and nothing new waits for it.

use opportune::{
    db::{self, Db},
    domain::{
        author::Author,
        ids::{BackfillId, DocumentId},
        intake,
    },
    service::{
        backfill::{MOST, Selection, UnsentFilter},
        foresight::Foresight,
    },
};
use serde_json::json;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::harness::{Database, HOUR, MINUTE, TestApp, on_both};

fn all() -> Selection {
    Selection::All(UnsentFilter::default())
}

impl TestApp {
    /// Sends documents as somebody does who chose them; how many the backfill has.
    async fn backfill(&self, selection: &Selection) -> u64 {
        self.backfill_as(BackfillId(self.clock.new_id()), selection).await
    }

    async fn backfill_as(&self, id: BackfillId, selection: &Selection) -> u64 {
        self.services.backfill(self.tenant, &Author::SYSTEM, id, selection).await.unwrap()
    }

    async fn foresee(&self, selection: &Selection) -> Foresight {
        self.services.foresee(self.tenant, selection).await.unwrap()
    }

    /// The numbers of what was received and never sent, the newest first.
    async fn unsent(&self) -> Vec<String> {
        let unsent = self.services.unsent(self.tenant, &UnsentFilter::default(), None).await.unwrap();
        unsent.rows.into_iter().map(|row| row.number).collect()
    }

    /// The numbers of the opportunities in Autotask, in the order in which they were created.
    fn created(&self) -> Vec<String> {
        let number =
            |row: &serde_json::Value| row["title"].as_str().unwrap().split(' ').next().unwrap().to_owned();
        let rows = self.rows("Opportunities");
        rows.iter()
            .map(number)
            .filter(|number| number.starts_with(['Q', 'S']) && number.contains('-'))
            .collect()
    }

    /// Receives a quote with one line while nothing is sent; `day` is when it was made.
    async fn receive(&self, number: &str, day: &str) {
        let reply = self
            .quote(number)
            .with("created_at", json!(format!("2026-11-{day}T09:00:00Z")))
            .line("HDMI cable", "3 × 11.50")
            .put()
            .await;
        assert_eq!(reply.status, 202, "{reply:?}");
    }
}

on_both! {
    async fn earlier_quotes_are_sent_when_chosen_the_oldest_first_and_each_once(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        for (number, day) in [("Q-1", "12"), ("Q-2", "10"), ("Q-3", "11"), ("Q-4", "13")] {
            app.receive(number, day).await;
        }
        app.switch(true).await;
        assert_eq!((app.calls(), app.created()), (0, vec![]), "turning on sends nothing");
        assert_eq!(app.unsent().await, ["Q-4", "Q-1", "Q-3", "Q-2"]);

        let filter = UnsentFilter { made_before: 1_794_528_000_000, ..UnsentFilter::default() };
        assert_eq!(app.backfill(&Selection::All(filter)).await, 3, "all but the one of 13 November");
        app.settle().await;
        assert_eq!(app.created(), ["Q-2", "Q-3", "Q-1"]);
        assert_eq!(app.unsent().await, ["Q-4"]);
        app.expect("Q-1", "sent", "").await;
        app.calls();
        assert_eq!(app.backfill(&all()).await, 1);
        app.settle().await;
        assert_eq!(app.backfill(&all()).await, 0);
        app.settle().await;
        assert_eq!(app.created(), ["Q-2", "Q-3", "Q-1", "Q-4"]);
    }

    async fn a_form_that_is_sent_twice_sends_once(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.receive("Q-1", "10").await;
        app.receive("Q-2", "11").await;
        app.switch(true).await;
        let id = BackfillId(app.clock.new_id());
        let all = all();
        let twice = tokio::join!(app.backfill_as(id, &all), app.backfill_as(id, &all));
        assert_eq!(twice, (2, 2), "both are told of the same two");
        app.settle().await;
        assert_eq!(app.backfill_as(id, &all).await, 2);
        app.settle().await;
        assert_eq!(app.created(), ["Q-1", "Q-2"]);
        assert_eq!((app.pushes("Q-1").await.len(), app.pushes("Q-2").await.len()), (1, 1));
        let counts = app.services.backfill_counts(app.tenant, id).await.unwrap();
        assert_eq!(counts.iter().map(|state| (state.state.as_str(), state.count)).collect::<Vec<_>>(), [("sent", 2)]);
    }

    async fn two_people_who_choose_at_once_send_once(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        for number in ["Q-1", "Q-2", "Q-3"] {
            app.receive(number, "10").await;
        }
        app.switch(true).await;
        let all = all();
        let (one, other) = tokio::join!(app.backfill(&all), app.backfill(&all));
        assert_eq!(one + other, 3);
        assert_eq!(app.backfill(&all).await, 0);
        app.settle().await;
        assert_eq!(app.created().len(), 3);
    }

    async fn a_quote_that_changes_after_it_was_chosen_is_sent_once_as_it_is_then(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.receive("Q-1", "10").await;
        app.receive("Q-2", "11").await;
        let seen = app.foresee(&all()).await;
        app.quote("Q-1").line("HDMI cable", "5 × 10.00").put().await;
        app.switch(true).await;
        let chosen = UnsentFilter { received_until: seen.at, ..UnsentFilter::default() };
        assert_eq!(app.backfill(&Selection::All(chosen)).await, 2);
        app.quote("Q-2").line("HDMI cable", "7 × 10.00").put().await;
        app.settle().await;
        for (number, amount) in [("Q-1", 50), ("Q-2", 70)] {
            assert_eq!(app.opportunity(number)["amount"], json!(amount));
            assert_eq!(app.pushes(number).await.len(), 1);
        }
        assert_eq!(app.created(), ["Q-2", "Q-1"], "what just changed goes before the backlog");
    }

    async fn what_arrives_after_the_question_is_not_sent_with_the_answer(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.receive("Q-1", "10").await;
        let seen = app.foresee(&all()).await;
        app.clock.advance(MINUTE);
        app.receive("Q-2", "10").await;
        let chosen = UnsentFilter { received_until: seen.at, ..UnsentFilter::default() };
        assert_eq!(app.backfill(&Selection::All(chosen)).await, seen.count);
        assert_eq!(app.unsent().await, ["Q-2"]);
    }

    async fn a_quote_that_arrives_now_does_not_wait_for_the_backlog(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        for number in ["Q-1", "Q-2"] {
            app.receive(number, "10").await;
        }
        app.switch(true).await;
        app.backfill(&all()).await;
        app.clock.advance(HOUR);
        app.receive("Q-3", "23").await;
        app.settle().await;
        assert_eq!(app.created(), ["Q-3", "Q-1", "Q-2"]);
    }

    async fn chosen_while_the_sync_is_off_they_wait_for_it(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.receive("Q-1", "10").await;
        let foresight = app.foresee(&all()).await;
        assert!(!foresight.enabled);
        app.backfill(&all()).await;
        app.settle().await;
        assert_eq!(app.created(), Vec::<String>::new());
        app.switch(true).await;
        assert_eq!(app.created(), ["Q-1"]);
    }

    async fn unquoted_sales_stay_while_the_settings_leave_them_out(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| form.include_unquoted_sales = String::new()).await;
        app.sale("S-1").line("HDMI cable", "1 × 10.00").put().await;
        app.settle().await;
        assert_eq!(app.unsent().await, ["S-1"]);
        let foresight = app.foresee(&all()).await;
        assert_eq!((foresight.count, foresight.left_out), (0, 1));
        assert_eq!(app.backfill(&all()).await, 0);
        app.save_settings(|form| form.include_unquoted_sales = true.to_string()).await;
        assert_eq!(app.foresee(&all()).await.count, 1);
        assert_eq!(app.backfill(&all()).await, 1);
        app.settle().await;
        app.expect("S-1", "sent", "").await;
    }

    async fn the_question_tells_what_will_happen(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.receive("Q-1", "10").await;
        app.quote("Q-2").with("status", json!("won")).put().await;
        app.quote("Q-3").with("status", json!("lost")).put().await;
        app.quote("Q-4").with("currency", json!("EUR")).put().await;
        app.quote("Q-5").put().await;
        app.sale("S-5").with("quote_number", json!("Q-5")).put().await;
        let drone = json!({ "id": "1", "kind": "product", "name": "Drone", "category": "Drones", "quantity": "1", "unit_price": "9.00" });
        app.quote("Q-6").item(drone).put().await;
        app.calls();
        let foresight = app.foresee(&all()).await;
        let statuses: Vec<_> = foresight.statuses.iter().map(|(status, count)| (status.as_str(), *count)).collect();
        assert_eq!(statuses, [("lost", 1), ("open", 3), ("won", 2)]);
        let told = |holds: &[(opportune::domain::hold::Hold, u64)]| holds.iter().map(|(hold, count)| (hold.cause(), *count)).collect::<Vec<_>>();
        let currency = "The document is in EUR, the Autotask connection in USD".to_owned();
        assert_eq!(told(&foresight.holds), [(currency, 1)]);
        assert_eq!(foresight.count, 6);
        let drones = "Category \"Drones\" is not mapped".to_owned();
        assert_eq!(told(&foresight.holds_if_new), [(drones, 1)]);
        assert_eq!(app.calls(), 0, "Autotask is not asked");
    }

    async fn without_settings_everything_will_be_held(db) {
        let app = TestApp::start_fresh(db).await;
        app.receive("Q-1", "10").await;
        app.receive("Q-2", "10").await;
        let foresight = app.foresee(&all()).await;
        let told: Vec<_> = foresight.holds.iter().map(|(hold, count)| (hold.cause(), *count)).collect();
        assert_eq!(told, [("Setup needed".to_owned(), 2)]);
    }

    async fn five_thousand_go_at_once_and_not_one_more(db) {
        let app = TestApp::start(db).await;
        store(&app, MOST).await;
        let foresight = app.foresee(&all()).await;
        assert_eq!((foresight.count, foresight.holds.len()), (5_000, 0));
        store(&app, 1).await;
        let refused = app.services.foresee(app.tenant, &all()).await.unwrap_err().to_string();
        assert!(refused.starts_with("At most 5,000 quotes and sales are sent at once."), "{refused}");
        let id = BackfillId(app.clock.new_id());
        assert!(app.services.backfill(app.tenant, &Author::SYSTEM, id, &all()).await.is_err());
        assert!(app.services.backfill_counts(app.tenant, id).await.is_err(), "nothing of it is there");
        let filter = UnsentFilter { text: "N-".to_owned(), ..UnsentFilter::default() };
        let some = UnsentFilter { made_before: 1_794_301_200_000 + 5_000, ..filter };
        assert_eq!(app.backfill(&Selection::All(some)).await, 5_000);
        assert_eq!(app.services.unsent_count(app.tenant).await.unwrap(), 1);
    }

    async fn documents_from_before_lists_showed_them_are_described_at_the_start(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.receive("Q-1", "10").await;
        let before = app.services.unsent(app.tenant, &UnsentFilter::default(), None).await.unwrap().rows;
        forget_descriptions(db).await;
        assert_eq!(app.unsent().await, Vec::<String>::new());
        Db::open(&db.url).await.unwrap();
        assert_eq!(app.services.unsent(app.tenant, &UnsentFilter::default(), None).await.unwrap().rows, before);
    }
}

/// Stores so many quotes, one made each millisecond from 2026-11-10T09:00:00Z, in one transaction.
async fn store(app: &TestApp, count: usize) {
    let known = usize::try_from(app.services.unsent_count(app.tenant).await.unwrap()).unwrap();
    let mut tx = app.services.db.write().await.unwrap();
    for index in known..known + count {
        let body = json!({
            "title": "Office refresh", "status": "open", "currency": "USD",
            "created_at": format!("2026-11-10T09:00:{:02}.{:03}Z", index / 1_000, index % 1_000),
            "customer": { "id": "55", "name": "Northwind Traders" },
        });
        let (document, id) =
            (intake::quote(&format!("N-{index}"), &body).unwrap(), DocumentId(app.clock.new_id()));
        db::add_document(&mut tx, app.tenant, id, &document, b"hash", app.clock.now()).await.unwrap();
        db::describe_document(&mut tx, app.tenant, id).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// As a version of the program left them that knew no descriptions.
async fn forget_descriptions(db: &Database) {
    let sql = "UPDATE document SET status = NULL, made_at = NULL, owner = NULL, currency = NULL, amount = NULL, search = NULL";
    if db.url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
}
