//! What needs a person: each cause with its sentence, and what releases it.

use opportune::{demo, domain::author::Author};
use reqwest::Method;
use serde_json::json;

use super::chosen::{CLOSED_WON, NORTHWIND_TRADERS};
use crate::{
    documents::product,
    harness::{Reply, TestApp, on_both},
};

const CREDENTIALS: &str = "Autotask did not accept the user name, secret or integration code";

fn opportunity_of(number: &str) -> serde_json::Value {
    json!({ "title": format!("{number} By hand"), "companyID": NORTHWIND_TRADERS, "ownerResourceID": 29_681_201, "stage": 29_681_501,
        "status": 1, "probability": 10, "amount": 1, "cost": 0, "startDate": "2026-11-01T00:00:00",
        "projectedCloseDate": "2026-12-01T00:00:00", "useQuoteTotals": true })
}

on_both! {
    async fn a_missing_customer_is_held_until_it_is_in_autotask(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").customer("Fresh Fields").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "held", "Customer is not in Autotask: Fresh Fields").await;
        app.retry("Q-1").await;
        app.expect("Q-1", "held", "Customer is not in Autotask: Fresh Fields").await;
        let company = app.add_company("Fresh Fields").await;
        app.retry("Q-1").await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["companyID"], company);
    }

    async fn an_inactive_customer_is_not_used(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").customer("Empire Video Rental").send().await;
        app.expect("Q-1", "held", "Company Empire Video Rental is inactive in Autotask").await;
    }

    async fn two_companies_of_one_name_are_a_persons_choice(db) {
        let app = TestApp::start(db).await;
        let quote = app.quote("Q-1").customer("Fulton Street Pharmacy");
        quote.send().await;
        app.expect("Q-1", "held", "Several Autotask companies are called Fulton Street Pharmacy").await;
        let customer = json!({ "id": "7", "name": "Fulton Street Pharmacy", "autotask_company_id": 29_681_122 });
        quote.with("customer", customer).send().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["companyID"], 29_681_122);
    }

    async fn another_currency_is_held_and_never_converted(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").with("currency", json!("EUR")).send().await;
        app.expect("Q-1", "held", "The document is in EUR, the Autotask connection in USD").await;
        assert_eq!(app.calls(), 0);
    }

    async fn quotes_wait_for_the_first_settings(db) {
        let app = TestApp::start_fresh(db).await;
        app.switch(true).await;
        app.quote("Q-1").with("title", json!("Only words")).send().await;
        app.expect("Q-1", "held", "Setup needed").await;
        assert_eq!(app.calls(), 0);
        demo::settings::configure(&app.services, app.tenant).await.unwrap();
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn a_new_product_of_an_unmapped_category_is_held_until_it_is_mapped(db) {
        let app = TestApp::start(db).await;
        let mut line = product("Kite", "1 × 11.50");
        line["category"] = json!("Toys/Outdoors");
        app.quote("Q-1").item(line).send().await;
        app.expect("Q-1", "held", "Category \"Toys/Outdoors\" is not mapped").await;
        assert_eq!(app.opportunities("Q-1").len(), 0);
        app.save_settings(|form| form.category_map.fallback = "29681713".into()).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.rows("Products").last().unwrap()["productCategory"], 29_681_713);
    }

    async fn a_new_product_without_a_category_is_held(db) {
        let app = TestApp::start(db).await;
        let mut line = product("Kite", "1 × 11.50");
        line["category"] = json!(null);
        app.quote("Q-1").item(line).send().await;
        app.expect("Q-1", "held", "A new product has no category").await;
    }

    async fn an_inactive_choice_holds_until_another_is_saved(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", "29681503", false).await;
        app.quote("Q-1").send().await;
        app.expect("Q-1", "held", "Stage for new quotes: \"Proposal Sent\" is inactive in Autotask").await;
        assert_eq!(app.calls(), 0);
        app.save_settings(|form| form.created.stage = "29681504".into()).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["stage"], 29_681_504);
    }

    async fn a_choice_that_a_push_does_not_need_does_not_hold_it(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", &CLOSED_WON.to_string(), false).await;
        let mut quote = app.quote("Q-1");
        quote.send().await;
        app.expect("Q-1", "sent", "").await;
        quote.win().await;
        app.expect("Q-1", "held", "Stage for won quotes: \"Closed Won\" is inactive in Autotask").await;
    }

    async fn a_refusal_is_held_with_autotasks_own_sentence(db) {
        let app = TestApp::start(db).await;
        let sentence = "Data violation: The number is taken.";
        app.fault(json!({ "path": "Quotes", "kind": "status", "status": 500, "body": { "errors": [sentence] } })).await;
        app.quote("Q-1").send().await;
        app.expect("Q-1", "held", &format!("Autotask refused: {sentence}")).await;
        assert_eq!(app.failures(), [500]);
        app.retry("Q-1").await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities("Q-1").len(), 1);
    }

    async fn a_wrong_secret_holds_until_the_right_one_is_entered(db) {
        let app = TestApp::start(db).await;
        app.connect("not the secret").await;
        app.quote("Q-1").send().await;
        app.expect("Q-1", "held", CREDENTIALS).await;
        assert_eq!(app.failures(), [401]);
        app.connect(opportune::emulator::CREDENTIALS.secret).await;
        app.retry("Q-1").await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn an_opportunity_that_is_gone_is_held_and_not_made_again(db) {
        let app = TestApp::start(db).await;
        let ids = json!({ "opportunity_id": 4_711, "quote_id": 4_712 });
        app.quote("Q-1").with("autotask", ids).with("status", json!("lost")).send().await;
        app.expect("Q-1", "held", "Opportunities 4711 is no longer in Autotask").await;
        assert_eq!(app.rows("Opportunities").len(), 0);
    }

    async fn an_opportunity_that_is_there_already_is_taken_over(db) {
        let app = TestApp::start(db).await;
        let id = app.add("Opportunities", opportunity_of("Q-1")).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunity("Q-1")["id"], id);
        assert_eq!(app.autotask_quote("Q-1")["opportunityID"], id);
    }

    async fn two_opportunities_of_one_number_are_a_persons_choice(db) {
        let app = TestApp::start(db).await;
        let twin = app.add("Opportunities", opportunity_of("Q-1")).await;
        app.add("Opportunities", opportunity_of("Q-1")).await;
        app.quote("Q-1").send().await;
        let push = app.push("Q-1").await;
        assert_eq!(push["status"], "held");
        assert!(push["reason"].as_str().unwrap().starts_with("Several records in Autotask Opportunities carry "), "{push}");
        app.edit("Opportunities", &twin, json!({ "title": "Another thing" })).await;
        app.retry("Q-1").await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities("Q-1").len(), 1);
    }

    async fn a_linked_company_that_became_inactive_is_named(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").send().await;
        let id = json!(NORTHWIND_TRADERS);
        app.edit("Companies", &id, json!({ "isActive": false })).await;
        app.quote("Q-2").send().await;
        app.failures();
        let cause = format!("Company {NORTHWIND_TRADERS}, with which Northwind Traders is linked, is inactive in Autotask");
        app.expect("Q-2", "held", &cause).await;
        assert_eq!(
            app.push("Q-2").await["fix"],
            "Make it active again in Autotask, then retry. Or choose another company on the push's page."
        );
        app.retry("Q-2").await;
        app.failures();
        app.expect("Q-2", "held", &cause).await;
        app.edit("Companies", &id, json!({ "isActive": true })).await;
        app.retry("Q-2").await;
        app.expect("Q-2", "sent", "").await;
    }

    async fn another_company_can_be_chosen_in_place_of_an_inactive_one(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").send().await;
        app.edit("Companies", &json!(NORTHWIND_TRADERS), json!({ "isActive": false })).await;
        app.quote("Q-2").send().await;
        app.failures();
        let (push, larkspur) = (crate::customers::push_id(&app, "Q-2").await, 29_681_104);
        app.services.link_customer(app.tenant, &Author::SYSTEM, push, &larkspur.to_string()).await.unwrap();
        app.settle().await;
        app.expect("Q-2", "sent", "").await;
        assert_eq!(app.opportunity("Q-2")["companyID"], larkspur);
    }

    async fn saving_releases_only_what_is_about_settings(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").customer("Fresh Fields").send().await;
        app.add_company("Fresh Fields").await;
        app.save_settings(|form| form.created.probability = "10".into()).await;
        assert_eq!((app.push("Q-1").await["status"].as_str(), app.calls()), (Some("held"), 0));
    }

    async fn every_hold_says_what_to_do(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").customer("Fresh Fields").send().await;
        app.quote("Q-2").with("currency", json!("EUR")).send().await;
        assert_eq!(
            app.push("Q-1").await["fix"],
            "Choose its company on the push's page. Or turn on \"Create missing customers in Autotask\" on the Opportunities page \
             and save: it is created then. Or add a company called exactly \"Fresh Fields\" in Autotask, then retry."
        );
        assert_eq!(app.push("Q-2").await["fix"], "Amounts are never converted. Enter this one in Autotask by hand.");
    }

    async fn only_what_waits_for_a_person_can_be_retried(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").send().await;
        let id = app.push("Q-1").await["id"].as_str().unwrap().to_owned();
        let reply = Reply::of(app.api(Method::POST, &format!("pushes/{id}/retry"))).await;
        assert_eq!(reply.status, 409);
        assert_eq!(reply.body["detail"], "Only a held or failed push can be retried. This one is sent.");
        let unknown = app.clock.new_id();
        assert_eq!(Reply::of(app.api(Method::POST, &format!("pushes/{unknown}/retry"))).await.status, 404);
    }
}
