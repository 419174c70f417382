//! Reconciling: what people do behind Opportune's back is found, said, and forgotten when it is mended; at what cost.

use opportune::{
    db,
    domain::{
        author::Author,
        document::State,
        ids::DocumentId,
        intake,
        plan::{Key, Link, Target, Written},
    },
    emulator::CREDENTIALS,
    service::{open_repairs::Repair, reconcile::ALLOWANCE},
};
use serde_json::{Map, Value, json};

use crate::{
    customers::push_id,
    harness::{HOUR, MINUTE, TestApp, on_both},
};

const ON_HOLD: i64 = 29_681_508;
const NORTHWIND_TRADERS: i64 = 29_681_101;

impl TestApp {
    /// Presses "Check now", and lets the worker do it; what it cost.
    pub async fn check(&self) -> i64 {
        self.services.request_reconcile(self.tenant).await.unwrap();
        self.settle().await;
        let row = self.services.reconcile_state(self.tenant).await.unwrap().unwrap();
        assert_eq!((row.started_at, row.error), (None, None), "it is not through");
        row.last_calls
    }

    /// The repairs that reconciling found, in the order of the page.
    pub async fn findings(&self) -> Vec<Repair> {
        let rows = self.services.open_repairs(self.tenant, None).await.unwrap().rows;
        rows.into_iter().filter(|row| row.object.is_some()).collect()
    }

    /// What reconciling found, as the page says it, by title.
    pub async fn found(&self) -> Vec<String> {
        let mut titles: Vec<String> = self.findings().await.into_iter().map(|row| row.title).collect();
        titles.sort();
        titles
    }
}

/// A quote of one cable, sent; the ids of its opportunity and its quote in Autotask.
async fn sent(app: &TestApp, number: &str) -> [Value; 2] {
    app.quote(number).line("HDMI cable", "3 × 11.50").send().await;
    app.expect(number, "sent", "").await;
    [app.opportunity(number)["id"].clone(), app.autotask_quote(number)["id"].clone()]
}

/// Quotes that were sent, without the detour of sending them: document, opportunity and quote; the ids of both.
async fn fleet(app: &TestApp, size: usize) -> [Vec<i64>; 2] {
    let opportunity = |index: usize| json!({ "title": format!("F-{index} Desks"), "companyID": NORTHWIND_TRADERS, "stage": 7 });
    let quote = |index: usize| json!({ "externalQuoteNumber": format!("F-{index}"), "name": "Desks" });
    let rows: [Vec<Value>; 2] = [(0..size).map(opportunity).collect(), (0..size).map(quote).collect()];
    let ids = [app.appear("Opportunities", &rows[0]).await, app.appear("Quotes", &rows[1]).await];
    let body = app.quote("F").body;
    let mut tx = app.services.db.write().await.unwrap();
    for index in 0..size {
        let (id, number) = (DocumentId(app.clock.new_id()), format!("F-{index}"));
        let document = intake::quote(&number, &body).unwrap();
        db::add_document(&mut tx, app.tenant, id, &document, b"hash", 1).await.unwrap();
        for (which, target) in [Target::Opportunity, Target::Quote].into_iter().enumerate() {
            let fields: Map<String, Value> = rows[which][index].as_object().unwrap().clone();
            let written = Written { fields, state: State::Open, ..Written::default() };
            let link = Link { id: ids[which][index], written };
            db::put_link(&mut tx, app.tenant, id, &Key::only(target), &link, 1).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    ids
}

on_both! {
    async fn what_is_as_it_was_left_is_no_finding_and_costs_little(db) {
        let app = TestApp::start(db).await;
        for number in ["Q-1", "Q-2", "Q-10"] {
            sent(&app, number).await;
        }
        app.sale("S-1").line("HDMI cable", "1 × 11.50").send().await;
        app.quote("S-1").line("HDMI cable", "1 × 11.50").send().await;
        app.calls();
        assert_eq!(app.check().await, 6, "opportunities and quotes twice each, companies, products");
        assert_eq!(app.calls(), 6);
        assert!(app.requests().iter().all(|request| request.effect.is_none()));
        assert_eq!(app.found().await, Vec::<String>::new());
        let row = app.services.reconcile_state(app.tenant).await.unwrap().unwrap();
        assert_eq!((row.last_checked, row.last_calls), (5 + 5 + 1 + 1, 6));
    }

    async fn what_is_gone_is_found_and_forgotten_when_a_person_links_another(db) {
        let app = TestApp::start(db).await;
        let [opportunity, _] = sent(&app, "Q-1").await;
        let [_, quote] = sent(&app, "Q-2").await;
        app.vanish("Opportunities", &opportunity).await;
        app.vanish("Quotes", &quote).await;
        app.check().await;
        assert_eq!(app.found().await, [
            format!("Autotask quote {quote} of quote Q-2 is no longer in Autotask"),
            format!("Opportunity {opportunity} of quote Q-1 is no longer in Autotask"),
        ]);
        assert_eq!(app.services.repair_count(app.tenant).await.unwrap(), 2);
        let other = app.appear("Opportunities", &[json!({ "title": "Desks", "companyID": NORTHWIND_TRADERS })]).await;
        let push = push_id(&app, "Q-1").await;
        app.services.link_record(app.tenant, &Author::SYSTEM, push, &other[0].to_string()).await.unwrap();
        assert_eq!(app.found().await.len(), 1, "before the next check");
        let push = push_id(&app, "Q-2").await;
        app.services.stop_sync(app.tenant, &Author::SYSTEM, push, "By hand").await.unwrap();
        assert_eq!(app.found().await, Vec::<String>::new());
        app.settle().await;
    }

    async fn other_records_with_the_number_are_found_and_named(db) {
        let app = TestApp::start(db).await;
        let [opportunity, quote] = sent(&app, "Q-1").await;
        sent(&app, "Q-11").await;
        let copy = json!({ "title": "q-1 Office refresh", "companyID": NORTHWIND_TRADERS });
        let elsewhere = json!({ "title": "Q-1 Office refresh", "companyID": 29_681_104 });
        let copies = app.appear("Opportunities", &[copy, elsewhere]).await;
        let quotes = app.appear("Quotes", &[json!({ "externalQuoteNumber": "Q-1" })]).await;
        app.check().await;
        let twice = format!("Several opportunities carry Q-1: {opportunity} and {}", copies[0]);
        assert_eq!(app.found().await, [format!("Several Autotask quotes carry Q-1: {quote} and {}", quotes[0]), twice.clone()]);
        let fix = app.findings().await.into_iter().find(|row| row.title == twice).unwrap().fix;
        assert_eq!(fix, format!("Opportune uses {opportunity}. Rename or close the others in Autotask, or link the right opportunity."));
        app.edit("Opportunities", &json!(copies[0]), json!({ "title": "Office refresh" })).await;
        app.vanish("Quotes", &json!(quotes[0])).await;
        app.check().await;
        assert_eq!(app.found().await, Vec::<String>::new());
        app.vanish("Opportunities", &opportunity).await;
        app.edit("Opportunities", &json!(copies[0]), json!({ "title": "Q-1 Office refresh" })).await;
        app.check().await;
        let missing = app.findings().await.remove(0);
        assert_eq!(missing.title, format!("Opportunity {opportunity} of quote Q-1 is no longer in Autotask"));
        assert!(missing.fix.starts_with(&format!("Found with the same number: opportunity {}. Link another", copies[0])), "{}", missing.fix);
    }

    async fn what_people_changed_is_shown_field_by_field_and_is_no_task(db) {
        let app = TestApp::start(db).await;
        let [opportunity, quote] = sent(&app, "Q-1").await;
        let before = app.opportunity("Q-1");
        app.edit("Opportunities", &opportunity, json!({ "stage": ON_HOLD, "nextStep": "Call" })).await;
        app.edit("Quotes", &quote, json!({ "name": "Desks" })).await;
        app.check().await;
        assert_eq!(app.found().await, [
            format!("Autotask quote {quote} of quote Q-1 was changed in Autotask"),
            format!("Opportunity {opportunity} of quote Q-1 was changed in Autotask"),
        ]);
        let rows = app.findings().await;
        let changes = rows.iter().flat_map(|row| &row.changes);
        let mut told: Vec<_> = changes.map(|one| format!("{}: {} → {}", one.field, one.before, one.after)).collect();
        told.sort();
        assert_eq!(told, ["Name: \"Office refresh\" → \"Desks\"", "Stage: Proposal Sent → On Hold"]);
        assert_eq!(app.services.repair_count(app.tenant).await.unwrap(), 0, "it waits for nobody");
        app.edit("Opportunities", &opportunity, json!({ "stage": before["stage"] })).await;
        app.edit("Quotes", &quote, json!({ "name": "Office refresh" })).await;
        app.check().await;
        assert_eq!(app.found().await, Vec::<String>::new());
    }

    async fn what_somebody_made_inactive_is_found_until_it_is_active_again(db) {
        let app = TestApp::start(db).await;
        let service = json!({ "id": "2", "kind": "recurring_service", "name": "Managed Server", "period": "monthly", "quantity": "1", "unit_price": "10.00" });
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").item(service).send().await;
        app.expect("Q-1", "sent", "").await;
        let product = app.items("Q-1")[0]["productID"].clone();
        let all = [("Companies", json!(NORTHWIND_TRADERS)), ("Products", product.clone()), ("Services", json!(29_681_952))];
        for (entity, id) in &all {
            app.edit(entity, id, json!({ "isActive": false })).await;
        }
        app.check().await;
        assert_eq!(app.found().await, [
            format!("Company {NORTHWIND_TRADERS} 'Northwind Traders' is inactive in Autotask"),
            format!("Product {product} 'HDMI cable' is inactive in Autotask"),
            "Service 29681952 'Managed Server' is inactive in Autotask".to_owned(),
        ]);
        for (entity, id) in &all {
            app.edit(entity, id, json!({ "isActive": true })).await;
        }
        app.check().await;
        assert_eq!(app.found().await, Vec::<String>::new());
    }

    async fn ten_thousand_links_take_twenty_reads_and_as_many_searches(db) {
        let app = TestApp::start(db).await;
        let [opportunities, quotes] = fleet(&app, 5_000).await;
        let mut wrong = Vec::new();
        for index in (7..5_000).step_by(500) {
            app.vanish("Opportunities", &json!(opportunities[index])).await;
            app.edit("Opportunities", &json!(opportunities[index + 1]), json!({ "title": "Desks" })).await;
            app.appear("Quotes", &[json!({ "externalQuoteNumber": format!("F-{}", index + 2) })]).await;
            wrong.extend([(opportunities[index], "missing"), (opportunities[index + 1], "changed"), (quotes[index + 2], "duplicate")]);
        }
        app.calls();
        assert_eq!(app.check().await, 40, "20 reads and 20 searches");
        assert_eq!(app.calls(), 40);
        let mut found: Vec<_> = app.findings().await.iter().map(|row| (row.object.unwrap().1, row.kind)).collect();
        found.sort_unstable();
        wrong.sort_unstable();
        assert_eq!(found, wrong, "all thirty, and nothing else");
    }

    async fn the_calls_of_an_hour_are_kept_and_it_goes_on_in_the_next(db) {
        let app = TestApp::start(db).await;
        fleet(&app, 1_200).await;
        app.services.request_reconcile(app.tenant).await.unwrap();
        let lease = app.services.claim_reconcile().await.unwrap().unwrap();
        let (now, mut tx) = (app.clock.now(), app.services.db.write().await.unwrap());
        let spend = db::spend_calls(&mut tx, &lease, ALLOWANCE.calls - 3, ALLOWANCE, now, now + MINUTE).await.unwrap();
        assert_eq!(spend, db::Spend::Granted);
        tx.commit().await.unwrap();
        app.calls();
        app.services.run_reconcile(&lease).await.unwrap();
        assert_eq!(app.calls(), 2, "one more batch, and no half one");
        let row = app.services.reconcile_state(app.tenant).await.unwrap().unwrap();
        assert_eq!((row.checked, row.next_at, row.finished_at), (500, app.clock.now() + HOUR, None));
        // Asking again and again helps nothing.
        app.clock.advance(HOUR - MINUTE);
        app.services.request_reconcile(app.tenant).await.unwrap();
        let again = app.services.claim_reconcile().await.unwrap().unwrap();
        app.services.run_reconcile(&again).await.unwrap();
        assert_eq!(app.calls(), 0);
        app.clock.advance(MINUTE);
        let next = app.services.claim_reconcile().await.unwrap().unwrap();
        assert_eq!((next.round, next.targets_done), (lease.round, 0), "the same round");
        app.services.run_reconcile(&next).await.unwrap();
        assert_eq!(app.calls(), 2 * 2 + 2 * 3, "the other batches");
        let row = app.services.reconcile_state(app.tenant).await.unwrap().unwrap();
        assert_eq!((row.last_checked, row.started_at), (2_400, None));
    }

    async fn a_check_whose_worker_died_is_taken_over_where_it_was(db) {
        let app = TestApp::start(db).await;
        let [opportunity, _] = sent(&app, "Q-1").await;
        app.vanish("Opportunities", &opportunity).await;
        app.services.request_reconcile(app.tenant).await.unwrap();
        let dead = app.services.claim_reconcile().await.unwrap().unwrap();
        let mut tx = app.services.db.write().await.unwrap();
        assert!(db::advance_reconcile(&mut tx, &dead, 1, 0, 1, app.clock.now() + MINUTE).await.unwrap());
        tx.commit().await.unwrap();
        assert!(app.services.claim_reconcile().await.unwrap().is_none(), "one at a time");
        app.clock.advance(3 * MINUTE);
        let second = app.services.claim_reconcile().await.unwrap().unwrap();
        assert_eq!((second.round, second.targets_done), (dead.round, 1));
        app.calls();
        // The first one was not dead after all: it has lost the lease, asks nothing and writes nothing.
        app.services.run_reconcile(&dead).await.unwrap();
        assert_eq!(app.calls(), 0);
        app.services.run_reconcile(&second).await.unwrap();
        assert_eq!(app.calls(), 4, "opportunities were done: quotes twice, companies, products");
        let row = app.services.reconcile_state(app.tenant).await.unwrap().unwrap();
        assert_eq!((row.started_at, row.last_checked), (None, 1 + 1 + 1 + 1));
    }

    async fn it_is_due_every_night_by_itself(db) {
        let app = TestApp::start(db).await;
        let [opportunity, _] = sent(&app, "Q-1").await;
        app.worker.upkeep().await.unwrap();
        app.vanish("Opportunities", &opportunity).await;
        app.settle().await;
        let due = app.services.reconcile_state(app.tenant).await.unwrap().unwrap().next_at;
        assert_eq!(app.found().await, Vec::<String>::new());
        app.after(due - app.clock.now()).await;
        assert_eq!(app.found().await.len(), 1);
        let row = app.services.reconcile_state(app.tenant).await.unwrap().unwrap();
        assert_eq!((row.finished_at, row.next_at), (Some(due), due + 24 * HOUR));
    }

    async fn what_cannot_be_read_is_said_and_the_rest_is_compared(db) {
        let app = TestApp::start(db).await;
        let [opportunity, _] = sent(&app, "Q-1").await;
        let product = app.items("Q-1")[0]["productID"].clone();
        app.edit("Products", &product, json!({ "isActive": false })).await;
        app.check().await;
        app.vanish("Opportunities", &opportunity).await;
        app.fault(json!({ "path": "Products/query", "kind": "status", "status": 403 })).await;
        app.services.request_reconcile(app.tenant).await.unwrap();
        app.settle().await;
        assert_eq!(app.failures(), [403]);
        let row = app.services.reconcile_state(app.tenant).await.unwrap().unwrap();
        assert!(row.error.unwrap().starts_with("Products could not be read: "));
        assert_eq!(app.found().await, [
            format!("Opportunity {opportunity} of quote Q-1 is no longer in Autotask"),
            format!("Product {product} 'HDMI cable' is inactive in Autotask"),
        ], "what was found before still stands");
    }

    async fn nothing_is_compared_with_wrong_credentials_or_none(db) {
        let app = TestApp::start(db).await;
        sent(&app, "Q-1").await;
        app.connect("wrong").await;
        app.services.request_reconcile(app.tenant).await.unwrap();
        app.settle().await;
        assert_eq!(app.failures(), [401]);
        let row = app.services.reconcile_state(app.tenant).await.unwrap().unwrap();
        assert_eq!(row.error.as_deref(), Some("Autotask did not accept the user name, secret or integration code"));
        app.after(HOUR).await;
        assert_eq!(app.failures(), [0_u16; 0], "wrong credentials are not tried again soon");
        app.connect(CREDENTIALS.secret).await;
        app.check().await;
        app.services.disconnect(app.tenant, crate::harness::TENANT, crate::harness::TENANT).await.unwrap();
        let refused = app.services.request_reconcile(app.tenant).await.unwrap_err();
        assert!(refused.to_string().contains("Autotask is not connected"), "{refused}");
    }
}
