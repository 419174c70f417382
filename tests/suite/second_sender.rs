//! Another tool that creates opportunities for the same quotes: adopted, reported, and reason to stop.

mod many;
mod page;
#[cfg(debug_assertions)]
mod races;

use opportune::{
    db,
    domain::{
        document::Kind,
        plan::{Key, Target},
    },
    emulator::Op,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    documents::Draft,
    harness::{Reply, TestApp, on_both},
};

const NORTHWIND_TRADERS: i64 = 29_681_101;
pub const HELD: &str = "Another tool also creates opportunities in Autotask for your quotes";

impl TestApp {
    /// The other tool makes an opportunity and a quote, which it calls as it likes; their ids, as a document carries them.
    pub async fn other_tool_makes(&self, title: &str) -> Value {
        let opportunity = json!({ "title": format!("Made elsewhere: {title}"), "companyID": NORTHWIND_TRADERS, "status": 1, "stage": 29_681_503 });
        let opportunity = self.appear("Opportunities", &[opportunity]).await[0];
        let quote = json!({ "name": title, "opportunityID": opportunity });
        json!({ "opportunity_id": opportunity, "quote_id": self.appear("Quotes", &[quote]).await[0] })
    }

    /// New quotes arrive that the other tool has made opportunities for already.
    pub async fn others_arrive(&self, numbers: &[&str]) {
        for number in numbers {
            let ids = self.other_tool_makes(number).await;
            let reply = self.quote(number).with("autotask", ids).put().await;
            assert_eq!(reply.status, 202, "{reply:?}");
        }
    }

    /// How many documents were counted, and whether sending has stopped.
    pub async fn second_sender(&self) -> (i64, bool) {
        let reply = self.get("second-sender").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        (reply.body["appearances"].as_i64().unwrap(), reply.body["observing"].as_bool().unwrap())
    }

    /// Starts sending again, and lets the worker do what that releases; how many pushes were held.
    pub async fn start_sending_again(&self) -> u64 {
        let reply = Reply::of(self.api(Method::POST, "second-sender/resume")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.settle().await;
        reply.body["released"].as_u64().unwrap()
    }

    /// The ids of the opportunity and the quote that a quote is linked with.
    pub async fn linked(&self, number: &str) -> [Option<i64>; 2] {
        let mut tx = self.services.db.read().await.unwrap();
        let stored = db::find_document(&mut tx, self.tenant, Kind::Quote, number).await.unwrap().unwrap();
        let links = db::links(&mut tx, self.tenant, stored.id, &[]).await.unwrap();
        [Target::Opportunity, Target::Quote].map(|target| links.id(&Key::only(target)))
    }

    /// How many opportunities Opportune has created.
    pub fn opportunities_made(&self) -> usize {
        let effects = self.autotask.log().into_iter().filter_map(|entry| entry.effect);
        effects.filter(|effect| effect.entity == "Opportunities" && effect.op == Op::Create).count()
    }
}

fn opportunity_of(ids: &Value) -> Option<i64> {
    ids["opportunity_id"].as_i64()
}

async fn gets(quote: &mut Draft<'_>, ids: &Value) {
    quote.set("autotask", ids.clone());
    quote.send().await;
}

on_both! {
    async fn what_the_other_tool_made_first_is_adopted_and_not_made_again(db) {
        let app = TestApp::start(db).await;
        let ids = app.other_tool_makes("Office refresh").await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").with("autotask", ids.clone()).send().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities_made(), 0);
        assert_eq!(app.linked("Q-1").await, [opportunity_of(&ids), ids["quote_id"].as_i64()]);
        let mut waiting = app.quote("Q-2");
        waiting.put().await;
        waiting.set("autotask", app.other_tool_makes("Second").await);
        waiting.send().await;
        app.expect("Q-2", "sent", "").await;
        assert_eq!((app.opportunities_made(), app.second_sender().await), (0, (2, false)));
    }

    async fn what_the_other_tool_makes_beside_ours_is_reported_and_never_adopted(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.send().await;
        let ours = app.linked("Q-1").await;
        let ids = app.other_tool_makes("Office refresh").await;
        gets(&mut quote, &ids).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!((app.linked("Q-1").await, app.opportunities_made(), app.second_sender().await), (ours, 1, (1, false)));
        let (ours, theirs) = (ours[0].unwrap(), opportunity_of(&ids).unwrap());
        let said = format!("Opportunity {ours} of quote Q-1 was made by Opportune, {theirs} by another tool");
        assert_eq!(app.found().await, [said]);
        let other = app.rows("Opportunities").into_iter().find(|row| row["id"] == theirs).unwrap();
        assert_eq!(other["title"], "Made elsewhere: Office refresh", "it is not ours to change");
        let repairs = app.get("repairs").await.body;
        assert_eq!((&repairs["repairs"][0]["kind"], &repairs["repairs"][0]["autotask_id"]), (&json!("double"), &json!(ours)));
        // The comparison in the night did not find it, and does not take it away.
        app.check().await;
        assert_eq!(app.found().await.len(), 1);
        gets(&mut quote, &Value::Null).await;
        assert_eq!(app.found().await, Vec::<String>::new());
    }

    async fn a_quote_beside_ours_in_one_opportunity_is_a_double_too(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        let mut quote = app.quote("Q-1");
        quote.send().await;
        let [opportunity, ours] = app.linked("Q-1").await;
        let theirs = app.appear("Quotes", &[json!({ "name": "Theirs", "opportunityID": opportunity })]).await[0];
        gets(&mut quote, &json!({ "opportunity_id": opportunity, "quote_id": theirs })).await;
        let said = format!("Autotask quote {} of quote Q-1 was made by Opportune, {theirs} by another tool", ours.unwrap());
        assert_eq!((app.found().await, app.second_sender().await), (vec![said], (1, false)));
    }

    async fn our_own_ids_are_no_sign_of_another_tool(db) {
        let app = TestApp::start(db).await;
        for number in ["Q-1", "Q-2", "Q-3", "Q-4"] {
            let mut quote = app.quote(number);
            quote.send().await;
            let [opportunity, of_quote] = app.linked(number).await;
            gets(&mut quote, &json!({ "opportunity_id": opportunity, "quote_id": of_quote })).await;
            app.expect(number, "sent", "").await;
        }
        assert_eq!((app.second_sender().await, app.found().await.len(), app.opportunities_made()), ((0, false), 0, 4));
    }

    async fn each_document_counts_once(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1");
        for nth in 0..4 {
            let ids = app.other_tool_makes(&format!("Number {nth}")).await;
            gets(&mut quote, &ids).await;
            quote.set("title", json!(format!("Office refresh {nth}")));
            quote.send().await;
        }
        assert_eq!(app.second_sender().await, (1, false));
        app.expect("Q-1", "sent", "").await;
    }

    async fn history_does_not_count(db) {
        let app = TestApp::start(db).await;
        for number in ["Q-1", "Q-2", "Q-3", "Q-4"] {
            let ids = app.other_tool_makes(number).await;
            let earlier = app.quote(number).with("created_at", json!("2026-11-23T08:59:59Z"));
            earlier.with("autotask", ids).send().await;
            app.expect(number, "sent", "").await;
        }
        assert_eq!((app.second_sender().await, app.opportunities_made()), ((0, false), 0));
        let mut known = app.quote("Q-5").with("created_at", json!("2026-11-20T09:00:00Z"));
        known.send().await;
        let ids = app.other_tool_makes("Q-5").await;
        gets(&mut known, &ids).await;
        assert_eq!(app.second_sender().await, (1, false), "it was known without them");
    }

    async fn nothing_counts_while_the_sync_is_off(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.others_arrive(&["Q-1", "Q-2", "Q-3", "Q-4"]).await;
        assert_eq!(app.second_sender().await, (0, false));
        app.clock.advance(1_000);
        app.switch(true).await;
        app.others_arrive(&["Q-5", "Q-6", "Q-7"]).await;
        assert_eq!(app.second_sender().await, (0, false), "they were made before it was turned on");
        let later = json!("2026-11-23T09:00:01Z");
        let ids = app.other_tool_makes("Q-8").await;
        app.quote("Q-8").with("created_at", later).with("autotask", ids).send().await;
        assert_eq!(app.second_sender().await, (1, false));
    }

    async fn after_the_third_nothing_is_sent_and_ids_are_still_adopted(db) {
        let app = TestApp::start(db).await;
        let mut sent = app.quote("Q-0").line("HDMI cable", "3 × 11.50");
        sent.send().await;
        app.others_arrive(&["Q-1", "Q-2"]).await;
        app.settle().await;
        app.expect("Q-2", "sent", "").await;
        app.others_arrive(&["Q-3"]).await;
        app.quote("Q-4").line("HDMI cable", "1 × 11.50").put().await;
        app.calls();
        app.settle().await;
        sent.win().await;
        app.others_arrive(&["Q-5"]).await;
        app.settle().await;
        for number in ["Q-0", "Q-3", "Q-4", "Q-5"] {
            app.expect(number, "held", HELD).await;
        }
        assert!(app.requests().iter().all(|request| request.effect.is_none()), "nothing is changed in Autotask");
        assert_eq!((app.second_sender().await, app.opportunities_made()), ((4, true), 1));
        let ids = app.get("quotes/Q-5").await.body["document"]["autotask"].clone();
        assert_eq!(app.linked("Q-5").await, [opportunity_of(&ids), ids["quote_id"].as_i64()]);
        // Neither a retry nor the switch lets it go on.
        app.retry("Q-4").await;
        app.switch(false).await;
        app.switch(true).await;
        app.expect("Q-4", "held", HELD).await;
        assert!(app.requests().iter().all(|request| request.effect.is_none()));
    }

    async fn a_person_lets_it_go_on_and_it_counts_anew(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-5").with("currency", json!("EUR")).send().await;
        app.others_arrive(&["Q-1", "Q-2", "Q-3"]).await;
        app.quote("Q-4").put().await;
        app.settle().await;
        assert_eq!(app.start_sending_again().await, 4);
        for number in ["Q-1", "Q-2", "Q-3", "Q-4"] {
            app.expect(number, "sent", "").await;
        }
        assert_eq!(app.push("Q-5").await["status"], "held", "it has another cause");
        assert_eq!((app.opportunities_made(), app.second_sender().await), (1, (0, false)));
        app.others_arrive(&["Q-6", "Q-7"]).await;
        app.settle().await;
        assert_eq!((app.second_sender().await, app.start_sending_again().await), ((2, false), 0));
        app.others_arrive(&["Q-8"]).await;
        app.quote("Q-9").send().await;
        app.expect("Q-9", "held", HELD).await;
        assert_eq!(app.second_sender().await, (3, true));
    }

    async fn a_preview_says_that_nothing_is_sent(db) {
        let app = TestApp::start(db).await;
        app.others_arrive(&["Q-1", "Q-2", "Q-3"]).await;
        app.settle().await;
        let reply = Reply::of(app.api(Method::POST, "preview").json(&json!({ "quote": "Q-3" }))).await;
        assert_eq!(reply.body["problems"][0]["cause"], HELD, "{reply:?}");
    }
}
