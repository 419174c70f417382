//! Lists: fetched as a job with few calls, compared, told, resumed.

use opportune::{
    db::{self, Progress},
    domain::lists::List,
    emulator::CREDENTIALS,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Database, HOUR, MINUTE, Reply, TestApp, on_both};

const PROPOSAL_SENT: &str = "29681503";

impl TestApp {
    /// What the history says of lists, newest first.
    async fn news(&self) -> Vec<String> {
        let state = self.services.lists_state(self.tenant).await.unwrap();
        state.news.into_iter().map(|row| row.sentence).collect()
    }

    /// The state of the newest refresh, the number of lists that it has done, and why it failed.
    async fn refresh_state(&self) -> (String, i64, Option<String>) {
        let newest = self.services.lists_state(self.tenant).await.unwrap().newest.unwrap();
        (newest.state, newest.lists_done, newest.error)
    }

    /// Asks for a refresh, and lets the worker do it.
    async fn refresh(&self) {
        self.services.request_refresh(self.tenant, None).await.unwrap();
        self.settle().await;
    }

    /// Signs an administrator in; the cookie.
    async fn cookie(&self) -> String {
        let password = "a sentence is fine";
        self.services.put_user(self.tenant, "robin@example.com", "Robin", password.into()).await.unwrap();
        let token = self.services.sign_in("robin@example.com", password.into(), "10.0.0.1").await.unwrap();
        format!("session={token}")
    }

    async fn page(&self, cookie: &str) -> String {
        let request = self.http.get(self.url("/apps/autotask")).header("cookie", cookie);
        let text = request.send().await.unwrap().text().await.unwrap();
        text.replace("&#39;", "'")
    }
}

async fn scale(db: &Database) -> TestApp {
    let app = TestApp::start_unconnected(db, true).await;
    app.connect(CREDENTIALS.secret).await;
    app
}

on_both! {
    async fn a_large_tenants_lists_take_few_calls(db) {
        let app = scale(db).await;
        app.refresh().await;
        assert_eq!(app.refresh_state().await, ("done".to_owned(), 19, None));
        let calls = app.calls();
        assert!((20..=60).contains(&calls), "{calls} calls");
        let newest = app.services.lists_state(app.tenant).await.unwrap().newest.unwrap();
        assert_eq!(usize::try_from(newest.calls).unwrap() + 1, calls, "and the look-up of the zone");
        let mut tx = app.services.db.read().await.unwrap();
        let own = db::own_calls(&mut tx, app.tenant, app.services.clock.now()).await.unwrap();
        assert_eq!(own, newest.calls + 1, "they count as ours, with the reading of how many were used");
        for (list, entity) in [(List::Companies, "Companies"), (List::Contacts, "Contacts"), (List::Roles, "Roles")] {
            let options = db::options(&mut tx, app.tenant, list).await.unwrap();
            assert_eq!(options.len(), app.rows(entity).len(), "{entity}");
        }
        let owners = db::options(&mut tx, app.tenant, List::Owners).await.unwrap();
        let people = app.rows("Resources").into_iter().filter(|row| row["licenseType"] != 7);
        let inactive = people.clone().filter(|row| row["isActive"] == false).count();
        assert_eq!(owners.len(), people.count(), "API users own nothing");
        assert!(inactive > 0);
        assert_eq!(owners.iter().filter(|(_, owner)| !owner.active).count(), inactive, "to be shown by name");
        assert!(db::options(&mut tx, app.tenant, List::ProductCategories).await.unwrap().len() >= 800);
        drop(tx);
        let news = app.news().await;
        assert_eq!(news.len(), 1, "{news:?}");
        assert!(news[0].starts_with("Lists were fetched for the first time: 3 opportunity categories, "), "{news:?}");
        app.refresh().await;
        assert_eq!(app.news().await.len(), 1, "nothing changed");
    }

    async fn codes_go_by_the_label_of_their_use_type(db) {
        let app = TestApp::start_fresh(db).await;
        for (list, use_type) in [("material_codes", 4), ("service_codes", 5)] {
            let shown = app.get(&format!("lists/{list}")).await.body["options"].as_array().unwrap().len();
            let rows = app.rows("BillingCodes").into_iter().filter(|row| row["useType"] == use_type).count();
            assert!(rows > 0 && shown == rows, "{list}: {shown} of {rows}");
        }
    }

    async fn what_changes_in_autotask_is_told(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", PROPOSAL_SENT, false).await;
        let role = app.rows("Roles")[0].clone();
        app.edit("Roles", &role["id"], json!({ "name": "Site Engineer" })).await;
        app.add_company("Harbor Dental Group").await;
        app.refresh().await;
        let news = app.news().await;
        let renamed = format!("Role '{}' was renamed to 'Site Engineer'", role["name"].as_str().unwrap());
        let expected = ["Company 'Harbor Dental Group' is new", renamed.as_str(), "Stage 'Proposal Sent' became inactive"];
        assert_eq!(news[..3], expected);
        let page = app.page(&app.cookie().await).await;
        assert!(expected.iter().all(|sentence| page.contains(sentence)), "{page}");
        assert!(page.contains("Stage for new quotes: 'Proposal Sent' is inactive"), "{page}");
        assert!(page.contains("/apps/autotask/opportunities#created-stage\""), "{page}");
    }

    async fn an_option_that_is_active_again_releases_what_it_held(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", PROPOSAL_SENT, false).await;
        app.quote("Q-1").send().await;
        app.quote("Q-2").with("currency", "EUR".into()).send().await;
        app.expect("Q-1", "held", "Stage for new quotes: \"Proposal Sent\" is inactive in Autotask").await;
        app.refresh().await;
        assert_eq!(app.push("Q-1").await["status"], "held", "it is still inactive");
        app.switch_picklist("stage", PROPOSAL_SENT, true).await;
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.push("Q-2").await["status"], "held", "for another cause");
        assert_eq!(app.news().await[0], "Stage 'Proposal Sent' became active again");
    }

    async fn lists_are_refreshed_once_a_day(db) {
        let app = TestApp::start_fresh(db).await;
        for (hours, expected) in [(23, 0), (1, 1), (12, 0), (12, 1)] {
            app.clock.advance(hours * HOUR);
            app.worker.upkeep().await.unwrap();
            app.worker.upkeep().await.unwrap();
            app.settle().await;
            let refreshes = app.requests().iter().filter(|entry| entry.path.ends_with("ShippingTypes/query")).count();
            assert_eq!(refreshes, expected, "after {hours} hours more");
        }
    }

    async fn a_refresh_that_fails_says_why_and_begins_again_when_it_may_help(db) {
        let app = TestApp::start_fresh(db).await;
        let cookie = app.cookie().await;
        app.clock.advance(MINUTE);
        app.connect("wrong").await;
        app.worker.upkeep().await.unwrap();
        app.settle().await;
        assert_eq!(app.failures(), [401]);
        let (state, done, error) = app.refresh_state().await;
        let sentence = "Opportunity categories: Autotask did not accept the user name, secret or integration code";
        assert_eq!((state.as_str(), done, error.as_deref()), ("failed", 0, Some(sentence)));
        let page = app.page(&cookie).await;
        assert!(page.contains(sentence) && page.contains("enter the credentials again"), "{page}");
        app.clock.advance(HOUR);
        app.worker.upkeep().await.unwrap();
        app.settle().await;
        assert_eq!(app.failures(), [0_u16; 0], "wrong credentials are not tried again soon");
        app.connect(CREDENTIALS.secret).await;
        app.worker.upkeep().await.unwrap();
        app.settle().await;
        assert_eq!(app.refresh_state().await, ("done".to_owned(), 19, None));
        assert!(!app.page(&cookie).await.contains("could not be refreshed"));
    }

    async fn a_list_that_may_not_be_read_does_not_keep_the_others_away(db) {
        let app = TestApp::start_fresh(db).await;
        app.fault(json!({ "path": "ShippingTypes/query", "kind": "status", "status": 403 })).await;
        app.add_company("Harbor Dental Group").await;
        app.refresh().await;
        assert_eq!(app.failures(), [403]);
        let (state, done, error) = app.refresh_state().await;
        assert_eq!((state.as_str(), done), ("failed", 19));
        assert!(error.unwrap().starts_with("Shipping types could not be read: "));
        assert_eq!(app.news().await[0], "Company 'Harbor Dental Group' is new");
    }

    async fn a_refresh_goes_on_where_a_worker_died(db) {
        let app = TestApp::start_fresh(db).await;
        app.services.request_refresh(app.tenant, None).await.unwrap();
        let lease = app.services.claim_refresh().await.unwrap().unwrap();
        let progress = Progress { lists_done: 17, list: "companies", rows_read: 1_500, calls: 12, changes: 0 };
        let mut tx = app.services.db.write().await.unwrap();
        assert!(db::advance_refresh(&mut tx, &lease, &progress, app.clock.now() + MINUTE).await.unwrap());
        tx.commit().await.unwrap();
        let cookie = app.cookie().await;
        let page = app.page(&cookie).await;
        assert!(page.contains("Refreshing lists: 18 of 19 — Companies, 1,500 rows so far"), "{page}");
        assert!(page.contains(r#"<progress id="lists-progress" max="19" value="17">"#) && page.contains(">Reload<"), "{page}");
        app.settle().await;
        assert_eq!(app.calls(), 0, "it may still be alive");
        app.after(MINUTE).await;
        let asked: Vec<String> = app.requests().into_iter().map(|request| request.path).collect();
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(asked[0].ends_with("/Companies/query") && asked[1].ends_with("/Contacts/query"), "{asked:?}");
        assert_eq!(app.refresh_state().await, ("done".to_owned(), 19, None));
        assert_eq!(app.services.run_refresh(&lease).await.unwrap(), None, "the dead one is not heard any more");
        app.calls();
        assert_eq!(app.refresh_state().await, ("done".to_owned(), 19, None));
    }

    async fn the_button_asks_once_and_needs_a_connection(db) {
        let app = TestApp::start_unconnected(db, false).await;
        let cookie = app.cookie().await;
        let press = async || {
            let request = app.http.request(Method::POST, app.url("/apps/autotask/lists/refresh"));
            request.header("cookie", &cookie).header("sec-fetch-site", "same-origin").send().await.unwrap()
        };
        let refused = press().await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert!(refused.text().await.unwrap().contains("Connect it first"));
        assert!(!app.page(&cookie).await.contains("Refresh lists"));
        app.connect(CREDENTIALS.secret).await;
        assert!(app.page(&cookie).await.contains("Refresh lists"));
        for _ in 0..2 {
            let asked = press().await;
            assert_eq!((asked.status(), &asked.headers()["location"]), (StatusCode::SEE_OTHER, &"/apps/autotask#lists".parse().unwrap()));
        }
        assert!(app.page(&cookie).await.contains("waiting for the worker"));
        assert!(app.worker.tick().await.unwrap() && !app.worker.tick().await.unwrap(), "one refresh");
        assert!(app.page(&cookie).await.contains("Last refreshed just now."));
    }

    async fn lists_are_given_over_rest(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", PROPOSAL_SENT, false).await;
        let stages = app.get("lists/stages").await.body;
        let sent = json!({ "value": 29_681_503, "label": "Proposal Sent", "detail": null, "parent": null, "active": false });
        assert!(stages["options"].as_array().unwrap().contains(&sent) && stages["next"].is_null(), "{stages}");
        let categories = app.get("lists/product_categories").await.body;
        assert!(categories["options"].as_array().unwrap().iter().any(|option| option["parent"].is_i64()));
        let (mut seen, mut path) = (Vec::new(), "lists/contacts?limit=10".to_owned());
        loop {
            let page = app.get(&path).await.body;
            seen.extend(page["options"].as_array().unwrap().iter().map(|option| option["value"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            next.trim_start_matches("/api/v1/").clone_into(&mut path);
        }
        let ids: Vec<Value> = app.rows("Contacts").into_iter().map(|row| row["id"].clone()).collect();
        assert_eq!(seen, ids);
        let problem = app.get("lists/colours").await;
        assert_eq!((problem.status, problem.header("content-type")), (StatusCode::NOT_FOUND, "application/problem+json"));
        for refused in ["lists/contacts?limit=0", "lists/contacts?limit=501", "lists/stages?after=1"] {
            assert_eq!(app.get(refused).await.status, StatusCode::BAD_REQUEST, "{refused}");
        }
        let nobody = Reply::of(app.http.get(app.url("/api/v1/lists/stages"))).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    }
}
