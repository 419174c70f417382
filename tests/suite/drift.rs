//! What people change about an opportunity in Autotask: it is kept and said, and a person decides where Opportune cannot.

use opportune::{
    domain::{author::Author, person::Role},
    error::Error,
};
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    customers::push_id,
    harness::{TestApp, on_both},
};

const OWNER: i64 = 29_681_204;
const ON_HOLD: i64 = 29_681_508;
const NORTHWIND_TRADERS: i64 = 29_681_101;
const LARKSPUR: i64 = 29_681_104;

/// An opportunity that somebody made by hand; its id.
async fn by_hand(app: &TestApp, company: i64) -> i64 {
    let fields = json!({ "title": "Desks", "companyID": company, "ownerResourceID": 29_681_201, "stage": 29_681_501,
        "status": 1, "probability": 10, "amount": 1, "cost": 0, "startDate": "2026-11-01T00:00:00",
        "projectedCloseDate": "2026-12-01T00:00:00", "useQuoteTotals": true });
    app.add("Opportunities", fields).await.as_i64().unwrap()
}

async fn link(app: &TestApp, number: &str, id: &str) -> Result<String, Error> {
    let push = push_id(app, number).await;
    let title = app.services.link_record(app.tenant, &Author::SYSTEM, push, id).await?.1;
    app.settle().await;
    Ok(title)
}

async fn stop(app: &TestApp, number: &str, reason: &str) -> Result<(), Error> {
    let push = push_id(app, number).await;
    app.services.stop_sync(app.tenant, &Author::SYSTEM, push, reason).await
}

fn sentence(error: &Error, field: &str) -> String {
    match error {
        Error::Fields(errors) => errors.get(field).unwrap().to_owned(),
        other => other.to_string(),
    }
}

/// A quote whose opportunity, as the source says, is one that Autotask does not have.
async fn quote_without_opportunity(app: &TestApp) {
    let ids = json!({ "opportunity_id": 4_711, "quote_id": 4_712 });
    app.quote("Q-1").with("autotask", ids).with("status", json!("lost")).send().await;
    app.expect("Q-1", "held", "Opportunities 4711 is no longer in Autotask").await;
}

on_both! {
    async fn what_a_person_changed_is_kept_when_won_and_said_field_by_field(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.send().await;
        let row = app.opportunity("Q-1");
        let theirs = json!({ "ownerResourceID": OWNER, "title": "Q-1 Reception", "probability": 80, "stage": ON_HOLD });
        app.edit("Opportunities", &row["id"], theirs).await;
        app.calls();
        quote.win().await;
        assert_eq!(app.calls(), 2);
        app.expect("Q-1", "sent", "Changed in Autotask and kept: Owner, Probability, Title.").await;
        let now = app.opportunity("Q-1");
        assert_eq!((&now["ownerResourceID"], &now["title"], &now["probability"]), (&json!(OWNER), &json!("Q-1 Reception"), &json!(80)));
        assert_ne!(now["stage"], ON_HOLD, "won decides the stage");
        let cookie = app.sign_in_as("Eddy", Role::Editor).await;
        let page = app.page_for(&cookie, &format!("/activity/{}", push_id(&app, "Q-1").await)).await;
        let html = page.body.as_str().unwrap().replace("&#34;", "\"").replace("&quot;", "\"");
        for said in ["Title is \"Q-1 Reception\"; Opportune wrote \"Q-1 Office refresh\".", "Probability is 80; Opportune wrote ",
            "Owner is ", "Keep what was changed in Autotask of the opportunity"] {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert!(!html.contains("Stage is "), "{html}");
    }

    async fn amounts_are_a_persons_where_quote_totals_are_off(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.send().await;
        let id = app.opportunity("Q-1")["id"].clone();
        app.edit("Opportunities", &id, json!({ "amount": 99, "useQuoteTotals": false })).await;
        quote.lose().await;
        app.expect("Q-1", "sent", "Changed in Autotask and kept: Use quote totals, Amount.").await;
        assert_eq!(app.opportunity("Q-1")["amount"].as_f64(), Some(99.0));
    }

    async fn nothing_is_said_where_nothing_was_changed(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.send().await;
        for _ in 0..2 {
            quote.win().await;
            app.expect("Q-1", "sent", "").await;
            quote.lose().await;
            app.expect("Q-1", "sent", "").await;
        }
    }

    async fn an_opportunity_that_is_gone_is_replaced_by_the_one_that_a_person_names(db) {
        let app = TestApp::start(db).await;
        quote_without_opportunity(&app).await;
        let other = by_hand(&app, NORTHWIND_TRADERS).await;
        assert_eq!(link(&app, "Q-1", &other.to_string()).await.unwrap(), "Desks");
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.rows("Opportunities").len(), 1, "never a second one");
        assert_eq!(app.autotask_quote("Q-1")["opportunityID"], other);
        assert_eq!(app.rows("Opportunities")[0]["status"], 2, "it is lost");
        assert_eq!(app.push("Q-1").await["opportunity_id"], other);
    }

    async fn a_sent_quote_moves_to_another_opportunity(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.send().await;
        let (first, other) = (app.opportunity("Q-1")["id"].clone(), by_hand(&app, NORTHWIND_TRADERS).await);
        app.edit("Opportunities", &first, json!({ "title": "Set aside" })).await;
        link(&app, "Q-1", &other.to_string()).await.unwrap();
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["id"], other);
        let quotes = app.rows("Quotes");
        let of: Vec<_> = quotes.iter().map(|row| row["opportunityID"].clone()).collect();
        assert_eq!(of, [first, json!(other)]);
        app.calls();
        link(&app, "Q-1", &other.to_string()).await.unwrap();
        assert_eq!(app.calls(), 2, "linked already: it and its quote are read, and that is all");
        quote.win().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.rows("Opportunities")[0]["title"], "Set aside");
    }

    async fn a_quote_that_is_gone_is_made_anew_when_its_opportunity_is_linked_again(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
        let opportunity = app.opportunity("Q-1")["id"].clone();
        app.vanish("Quotes", &app.autotask_quote("Q-1")["id"]).await;
        assert_eq!(app.rows("Quotes").len(), 0);
        link(&app, "Q-1", &opportunity.to_string()).await.unwrap();
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.autotask_quote("Q-1")["opportunityID"], opportunity);
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
        assert_eq!(app.rows("Opportunities").len(), 1, "never a second one");
    }

    async fn two_opportunities_of_one_number_are_settled_by_linking_one(db) {
        let app = TestApp::start(db).await;
        let twins = [by_hand(&app, NORTHWIND_TRADERS).await, by_hand(&app, NORTHWIND_TRADERS).await];
        for twin in twins {
            app.edit("Opportunities", &json!(twin), json!({ "title": "Q-1 By hand" })).await;
        }
        app.quote("Q-1").send().await;
        assert_eq!(app.push("Q-1").await["status"], "held");
        link(&app, "Q-1", &twins[1].to_string()).await.unwrap();
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.autotask_quote("Q-1")["opportunityID"], twins[1]);
    }

    async fn only_an_opportunity_of_the_customer_that_nobody_has_can_be_linked(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").send().await;
        app.quote("Q-2").send().await;
        let taken = app.opportunity("Q-2")["id"].to_string();
        let theirs = by_hand(&app, LARKSPUR).await.to_string();
        let cases = [
            ("", "Enter the opportunity's Autotask id, a number such as 41877".to_owned()),
            ("4711", "Enter another id: Autotask has no opportunity 4711".to_owned()),
            (&taken, format!("Enter another id: opportunity {taken} is linked with another quote or sale")),
            (&theirs, format!("Enter another id: opportunity {theirs} is not one of Northwind Traders")),
        ];
        for (typed, said) in cases {
            assert_eq!(sentence(&link(&app, "Q-1", typed).await.unwrap_err(), "opportunity"), said);
        }
        app.failures();
        app.expect("Q-1", "sent", "").await;
    }

    async fn a_stopped_quote_is_left_alone_until_it_is_started_again(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "3 × 11.50");
        quote.send().await;
        assert_eq!(sentence(&stop(&app, "Q-1", " ").await.unwrap_err(), "reason"), "Enter why it is stopped");
        stop(&app, "Q-1", "Sold by phone").await.unwrap();
        app.calls();
        quote.change(0, "quantity", json!("9"));
        quote.win().await;
        app.expect("Q-1", "skipped", "Opportune stopped its sync: Sold by phone").await;
        assert_eq!(app.calls(), 0);
        app.services.resume_sync(app.tenant, &Author::SYSTEM, push_id(&app, "Q-1").await).await.unwrap();
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.items("Q-1")[0]["quantity"].as_f64(), Some(9.0));
        let again = app.services.resume_sync(app.tenant, &Author::SYSTEM, push_id(&app, "Q-1").await).await;
        assert_eq!(again.unwrap_err().to_string(), "Its sync is not stopped.");
    }

    async fn stopping_ends_what_is_held_and_is_in_the_history(db) {
        let app = TestApp::start(db).await;
        quote_without_opportunity(&app).await;
        let cookie = app.sign_in_as("Eddy", Role::Editor).await;
        let page = format!("/activity/{}", push_id(&app, "Q-1").await);
        let refused = app.send_as(&cookie, &format!("{page}/stop"), "reason=").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = app.send_as(&cookie, &format!("{page}/stop"), "reason=Merged+by+hand").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
        app.expect("Q-1", "skipped", "Eddy stopped its sync: Merged by hand").await;
        let history = app.page_for(&cookie, "/history").await;
        let said = "Eddy stopped the sync: Merged by hand (quote Q-1)";
        assert!(history.body.as_str().unwrap().contains(said), "{history:?}");
        let shown = app.page_for(&cookie, &page).await;
        assert!(shown.body.as_str().unwrap().contains("Start syncing again"));
        assert_eq!(app.rows("Opportunities").len(), 0);
    }
}
