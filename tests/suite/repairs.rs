//! The list of repairs: on its page, through REST, and the number beside it.

use opportune::{
    domain::{person::Role, plan::Target},
    service::open_repairs::Action,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{HOUR, Reply, TestApp, on_both};

const ON_HOLD: i64 = 29_681_508;

impl TestApp {
    /// The repairs as REST lists them, page by page.
    async fn repairs(&self) -> Vec<Value> {
        let (mut all, mut next) = (Vec::new(), Some("repairs".to_owned()));
        while let Some(path) = next {
            let reply = self.get(&path).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            let rows = reply.body["repairs"].as_array().unwrap().clone();
            assert!(rows.len() <= 50);
            all.extend(rows);
            next = reply.body["next"].as_str().map(|next| next.strip_prefix("/api/v1/").unwrap().to_owned());
        }
        all
    }

    /// What the repairs say, in the order of the list.
    async fn reasons(&self) -> Vec<String> {
        self.repairs().await.iter().map(|one| one["reason"].as_str().unwrap().to_owned()).collect()
    }

    async fn ignore(&self, id: &Value) -> Reply {
        let path = format!("repairs/{}/ignore", id.as_str().unwrap());
        Reply::of(self.api(Method::POST, &path)).await
    }

    /// A quote that was sent and whose opportunity somebody deleted; the opportunity's id.
    async fn lost(&self, number: &str) -> Value {
        self.quote(number).send().await;
        self.expect(number, "sent", "").await;
        let id = self.opportunity(number)["id"].clone();
        self.vanish("Opportunities", &id).await;
        id
    }
}

/// A page's words without its markup.
fn words(page: &Reply) -> String {
    let html = page
        .body
        .as_str()
        .unwrap()
        .split("<main")
        .nth(1)
        .unwrap()
        .replace("&#39;", "'")
        .replace("&#34;", "\"");
    let words = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    words.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

on_both! {
    async fn one_row_is_what_one_action_releases(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        for number in ["Q-1", "Q-2"] {
            app.quote(number).customer("Troy Dentists").send().await;
        }
        app.clock.advance(1);
        app.quote("Q-3").with("currency", json!("EUR")).send().await;
        let gone = app.lost("Q-4").await;
        app.check().await;
        assert_eq!(app.reasons().await, [
            "Customer is not in Autotask: Troy Dentists",
            "The document is in EUR, the Autotask connection in USD",
            &format!("Opportunity {gone} of quote Q-4 is no longer in Autotask"),
        ]);
        let repairs = app.repairs().await;
        assert_eq!((&repairs[0]["held"], &repairs[0]["kind"]), (&json!(2), &json!("held")));
        assert_eq!((&repairs[2]["autotask_id"], &repairs[2]["document"]["number"]), (&gone, &json!("Q-4")));
        assert_eq!(app.services.repair_count(app.tenant).await.unwrap(), 3);
        let rows = app.services.open_repairs(app.tenant, None).await.unwrap().rows;
        assert!(matches!(rows[0].action, Action::Company(_)) && matches!(rows[2].action, Action::Link(_, Target::Opportunity)));
        // What holds its push comes first, and says the same.
        app.quote("Q-4").with("title", json!("Other desks")).send().await;
        app.expect("Q-4", "held", &format!("Opportunities {gone} is no longer in Autotask")).await;
        assert_eq!(app.failures(), [500]);
        let reasons = app.reasons().await;
        assert_eq!(reasons.iter().filter(|reason| reason.contains(&gone.to_string())).count(), 1, "{reasons:?}");
    }

    async fn what_is_in_the_way_of_everything_comes_first_with_what_it_holds(db) {
        let app = TestApp::start(db).await;
        assert_eq!(app.reasons().await, ["The background worker has never run"]);
        app.worker.upkeep().await.unwrap();
        assert_eq!(app.reasons().await, Vec::<String>::new());
        let sections = app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap();
        app.switch_picklist("stage", &sections.created.stage.to_string(), false).await;
        app.quote("Q-1").send().await;
        let repairs = app.repairs().await;
        assert_eq!(repairs.len(), 1, "{repairs:?}");
        assert!(repairs[0]["reason"].as_str().unwrap().starts_with("Stage for new quotes: '"), "{repairs:?}");
        assert_eq!((&repairs[0]["kind"], &repairs[0]["held"]), (&json!("setting"), &json!(1)));
        app.switch_picklist("stage", &sections.created.stage.to_string(), true).await;
        app.settle().await;
        assert_eq!(app.reasons().await, Vec::<String>::new());
        app.clock.advance(49 * HOUR);
        assert_eq!(app.reasons().await, ["The background worker does not report", "The lists from Autotask were not refreshed for two days"]);
        app.services.refresh_lists(app.tenant).await.unwrap();
        app.worker.upkeep().await.unwrap();
        assert_eq!(app.reasons().await, Vec::<String>::new());
    }

    async fn what_is_ignored_comes_back_when_it_changes(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        app.quote("Q-1").send().await;
        app.expect("Q-1", "sent", "").await;
        let id = app.opportunity("Q-1")["id"].clone();
        app.edit("Opportunities", &id, json!({ "probability": 80 })).await;
        app.quote("Q-2").customer("Troy Dentists").send().await;
        app.check().await;
        let repairs = app.repairs().await;
        assert_eq!(repairs.len(), 2, "{repairs:?}");
        assert_eq!(repairs[1]["changes"][0], json!({ "field": "Probability", "before": "50", "after": "80" }));
        for repair in &repairs {
            assert_eq!(app.ignore(&repair["id"]).await.status, 200);
        }
        app.check().await;
        assert_eq!(app.reasons().await, Vec::<String>::new());
        assert_eq!(app.services.repair_count(app.tenant).await.unwrap(), 0);
        app.clock.advance(1);
        app.quote("Q-3").customer("Troy Dentists").send().await;
        app.edit("Opportunities", &id, json!({ "stage": ON_HOLD })).await;
        app.check().await;
        let again = app.repairs().await;
        assert_eq!(again.iter().map(|one| &one["id"]).collect::<Vec<_>>(), repairs.iter().map(|one| &one["id"]).collect::<Vec<_>>());
        let admin = app.sign_in_as("Robin", Role::Administrator).await;
        let history = words(&app.page_for(&admin, "/history").await);
        assert!(history.contains("ignored until it changes: Customer is not in Autotask: Troy Dentists"), "{history}");
    }

    async fn the_page_says_what_to_do_to_whoever_may(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        let gone = app.lost("Q-1").await;
        let [editor, viewer] = [app.sign_in_as("Eddy", Role::Editor).await, app.sign_in_as("Vic", Role::Viewer).await];
        assert!(words(&app.page_for(&editor, "/repairs").await).contains("Not compared with Autotask yet. Next check:"));
        assert_eq!(app.send_as(&viewer, "/repairs/check", "").await.status, StatusCode::FORBIDDEN);
        let sent = app.send_as(&editor, "/repairs/check", "").await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/repairs?done=check#notice"));
        app.settle().await;
        let page = app.page_for(&editor, "/repairs").await;
        let said = words(&page);
        let title = format!("Opportunity {gone} of quote Q-1 is no longer in Autotask");
        assert!(said.contains("Last compared with Autotask just now: 18 records, 6 calls. Next check: 24 Nov 2026,"), "{said}");
        assert!(said.contains(&title) && said.contains("Link another opportunity") && said.contains("Ignore until it changes"), "{said}");
        assert!(page.body.as_str().unwrap().contains("1 to do"));
        let seen = words(&app.page_for(&viewer, "/repairs").await);
        assert!(seen.contains(&title) && seen.contains("Go to the push") && !seen.contains("Check now") && !seen.contains("Ignore"), "{seen}");
        let id = app.repairs().await[0]["id"].as_str().unwrap().to_owned();
        let ignored = app.send_as(&editor, &format!("/repairs/{id}/ignore"), "").await;
        assert_eq!(ignored.status, StatusCode::SEE_OTHER);
        let page = app.page_for(&editor, ignored.header("location").split('#').next().unwrap()).await;
        assert!(words(&page).contains(&format!("{title}. It comes back when it changes.")) && words(&page).contains("Nothing needs you."));
        assert!(!page.body.as_str().unwrap().contains("to do</span>"));
    }

    async fn long_lists_come_by_the_page(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        for index in 0..60 {
            app.quote(&format!("Q-{index}")).put().await;
        }
        app.settle().await;
        for index in 0..60 {
            let id = app.opportunity(&format!("Q-{index}"))["id"].clone();
            app.vanish("Opportunities", &id).await;
        }
        app.quote("Q-x").customer("Troy Dentists").send().await;
        app.check().await;
        let ids: Vec<String> = app.repairs().await.iter().map(|one| one["id"].to_string()).collect();
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!((ids.len(), distinct.len()), (61, 61));
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let first = app.page_for(&editor, "/repairs").await;
        let next = first.body.as_str().unwrap().split("/repairs?after=").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let second = words(&app.page_for(&editor, &format!("/repairs?after={next}")).await);
        assert!(second.contains("First page") && !second.contains("Next page"), "{second}");
        assert_eq!(app.page_for(&editor, "/repairs?after=x").await.status, StatusCode::BAD_REQUEST);
    }
}
