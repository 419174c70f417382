//! The settings over REST: given whole, taken whole, and only on top of the revision that the sender names.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Reply, TENANT, TestApp, on_both};

const SETTINGS: &str = "settings/opportunities";
const SWITCH: &str = "settings/opportunities/enabled";

impl TestApp {
    /// Puts a body on top of the revision that `etag` names.
    async fn put_on(&self, path: &str, etag: &str, body: &Value) -> Reply {
        Reply::of(self.api(Method::PUT, path).header("if-match", etag).json(body)).await
    }
}

/// The settings as they are: their `ETag` and their sections.
async fn settings(app: &TestApp) -> (String, Value) {
    let reply = app.get(SETTINGS).await;
    assert_eq!(reply.status, StatusCode::OK);
    (reply.header("etag").to_owned(), reply.body["sections"].clone())
}

on_both! {
    async fn before_anything_was_saved_there_is_a_revision_to_start_from(db) {
        let app = TestApp::start_fresh(db).await;
        let reply = app.get(SETTINGS).await;
        assert_eq!(reply.header("etag"), "\"0\"");
        let nothing = json!({
            "revision": 0, "enabled": false, "complete": false, "sections": null, "labels": {}, "saved_at": null, "saved_by": null,
        });
        assert_eq!(reply.body, nothing);
    }

    async fn ids_come_with_their_names_beside_them(db) {
        let app = TestApp::start(db).await;
        let body = app.get(SETTINGS).await.body;
        assert_eq!((&body["complete"], &body["enabled"], &body["saved_by"]), (&json!(true), &json!(true), &json!("Opportune")));
        assert_eq!(body["saved_at"], "2026-11-23T09:00:00Z");
        assert_eq!(body["labels"]["created.stage"], "Proposal Sent");
        assert_eq!(body["labels"]["category_map.rows[Hardware/Power]"], "Hardware › Power");
        assert_eq!(body["sections"]["services"], json!({ "brand": TENANT, "category": "Services" }));
        assert_eq!(body["labels"].as_object().unwrap().len(), 13 + body["sections"]["category_map"]["rows"].as_object().unwrap().len());
    }

    async fn what_was_given_is_taken_and_changes_nothing(db) {
        let app = TestApp::start(db).await;
        let (etag, sections) = settings(&app).await;
        let before = app.get(SETTINGS).await.body;
        let reply = app.put_on(SETTINGS, &etag, &sections).await;
        assert_eq!((reply.status, reply.header("etag"), &reply.body), (StatusCode::OK, etag.as_str(), &before));
    }

    async fn a_change_is_saved_under_the_tokens_name(db) {
        let app = TestApp::start(db).await;
        let (etag, mut sections) = settings(&app).await;
        sections["created"]["probability"] = json!(75);
        sections["lost"]["stage"] = Value::Null;
        sections["category_map"]["rows"] = json!({ "Hardware/Power": 29_681_713 });
        let mut body = sections.clone();
        body["note"] = json!("Nightly sync");
        let reply = app.put_on(SETTINGS, &etag, &body).await;
        assert_eq!((reply.status, reply.header("etag")), (StatusCode::OK, "\"3\""), "{reply:?}");
        assert_eq!((&reply.body["sections"], &reply.body["saved_by"]), (&sections, &json!("API token suite")));
        assert_eq!(settings(&app).await, ("\"3\"".to_owned(), sections));
        let newest = app.services.newest_revision(app.tenant).await.unwrap();
        assert_eq!(newest.note.as_deref(), Some("Nightly sync"));
    }

    async fn a_change_needs_the_revision_that_it_was_made_from(db) {
        let app = TestApp::start(db).await;
        let (etag, mut sections) = settings(&app).await;
        let missing = app.put(SETTINGS, &sections).await;
        assert_eq!(missing.status, StatusCode::PRECONDITION_REQUIRED);
        let sentence = "Send the ETag of the settings that yours were made from in the header If-Match. GET this address gives it.";
        assert_eq!(missing.body["detail"], sentence);
        let unquoted = app.put_on(SETTINGS, "2", &sections).await;
        assert_eq!(unquoted.status, StatusCode::BAD_REQUEST);
        assert_eq!(unquoted.body["detail"], "Write the ETag as it was given, in quotation marks: If-Match: \"7\"");
        app.save_settings(|form| form.created.probability = "10".into()).await;
        sections["created"]["probability"] = json!(75);
        for stale in [etag.as_str(), "W/\"3\"", "\"99\"", "\"x\""] {
            let reply = app.put_on(SETTINGS, stale, &sections).await;
            assert_eq!((reply.status, reply.header("etag")), (StatusCode::PRECONDITION_FAILED, "\"3\""), "{stale}");
            assert_eq!(reply.header("content-type"), "application/problem+json");
            assert_eq!(reply.body["current"], app.get(SETTINGS).await.body);
            let sentence = "The settings are at revision 3 now. Compare yours with them, then send yours with the new ETag.";
            assert_eq!(reply.body["detail"], sentence);
        }
        assert_eq!(app.put_on(SETTINGS, "\"2\", \"3\"", &sections).await.header("etag"), "\"4\"");
        sections["created"]["probability"] = json!(80);
        assert_eq!(app.put_on(SETTINGS, "*", &sections).await.header("etag"), "\"5\"", "a tool that owns the settings");
    }

    async fn everything_that_is_wrong_is_told_at_once_in_the_pages_sentences(db) {
        let app = TestApp::start(db).await;
        let (etag, mut sections) = settings(&app).await;
        sections["created"]["stage"] = json!(1);
        sections["created"]["probability"] = json!(101);
        sections["created"]["status"] = json!("Active");
        sections["won"].as_object_mut().unwrap().remove("stage");
        sections["codes"] = Value::Null;
        sections["lost"]["colour"] = json!("red");
        sections["category_map"]["rows"] = json!({ "Gone": 1, "Hardware/Power": 1, "Services": "x" });
        sections["services"]["category"] = json!("Bundle");
        sections["enabled"] = json!(true);
        let reply = app.put_on(SETTINGS, &etag, &sections).await;
        assert_eq!((reply.status, reply.header("content-type")), (StatusCode::UNPROCESSABLE_ENTITY, "application/problem+json"));
        let unknown = "is not a field of this document; check its spelling or leave it out";
        let id = "must be a whole number that is not negative, or null";
        assert_eq!(reply.body["fields"], json!({
            "category_map.rows[Gone]": ["There is no category called \"Gone\""],
            "category_map.rows[Hardware/Power]": ["Select an Autotask category for Hardware › Power that is active in Autotask"],
            "category_map.rows[Services]": [id],
            "codes.non_recurring_service": ["Select a non-recurring service material code"],
            "codes.payment_surcharge": ["Select a payment surcharge material code"],
            "codes.product": ["Select a product material code"],
            "codes.recurring_service": ["Select a recurring service billing code"],
            "created.probability": ["Probability must be a whole number between 0 and 100"],
            "created.stage": ["Select a stage for new quotes that is active in Autotask"],
            "created.status": [id],
            "enabled": [unknown],
            "lost.colour": [unknown],
            "services.category": ["Select a category other than Bundle"],
            "won.stage": ["Select a stage for won quotes"],
        }));
        assert_eq!(settings(&app).await.0, etag);
    }

    async fn an_inactive_choice_may_stay_but_not_be_made(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", "29681503", false).await;
        app.services.refresh_lists(app.tenant).await.unwrap();
        let (etag, mut sections) = settings(&app).await;
        sections["created"]["probability"] = json!(1);
        assert_eq!(app.put_on(SETTINGS, &etag, &sections).await.status, StatusCode::OK);
        sections["won"]["stage"] = json!(29_681_503);
        let refused = app.put_on(SETTINGS, "*", &sections).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    }

    async fn the_switch_is_set_alone(db) {
        let app = TestApp::start(db).await;
        let (etag, sections) = settings(&app).await;
        let same = app.put(SWITCH, &json!({ "enabled": true })).await;
        assert_eq!((same.status, same.header("etag")), (StatusCode::OK, etag.as_str()), "nothing changes");
        let off = app.put(SWITCH, &json!({ "enabled": false })).await;
        assert_eq!((off.header("etag"), &off.body["enabled"], &off.body["sections"]), ("\"3\"", &json!(false), &sections));
        assert_eq!(off.body["saved_by"], "API token suite");
        let stale = app.put_on(SWITCH, &etag, &json!({ "enabled": true })).await;
        assert_eq!((stale.status, &stale.body["current"]["enabled"]), (StatusCode::PRECONDITION_FAILED, &json!(false)));
        let on = app.put_on(SWITCH, "\"3\"", &json!({ "enabled": true })).await;
        assert_eq!((on.header("etag"), &on.body["enabled"]), ("\"4\"", &json!(true)));
        let wrong = app.put(SWITCH, &json!({ "enabled": "yes" })).await;
        assert_eq!((wrong.status, &wrong.body["fields"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!({ "enabled": ["must be true or false"] })));
    }

    async fn a_token_sees_and_changes_its_own_tenant_alone(db) {
        let app = TestApp::start(db).await;
        let other = app.services.add_tenant("Theirs").await.unwrap();
        let token = app.services.add_token(other, "their tool").await.unwrap();
        let request = |method: Method, path: &str| app.http.request(method, app.url(&format!("/api/v1/{path}"))).bearer_auth(&token);
        assert_eq!(Reply::of(request(Method::GET, SETTINGS)).await.body["revision"], 0);
        Reply::of(request(Method::PUT, SWITCH).json(&json!({ "enabled": true }))).await;
        let (etag, _) = settings(&app).await;
        assert_eq!(etag, "\"2\"", "nothing of ours moved");
    }

    async fn saving_over_rest_releases_what_was_held(db) {
        let app = TestApp::start_fresh(db).await;
        app.put(SWITCH, &json!({ "enabled": true })).await;
        app.quote("Q-1").send().await;
        app.expect("Q-1", "held", "Setup needed").await;
        let sections = {
            let configured = json!({
                "include_unquoted_sales": true,
                "created": { "category": 0, "default_owner": 0, "stage": 29_681_502, "status": 1 },
                "won": { "stage": 29_681_503, "status": 1 }, "lost": { "status": 2 },
                "codes": { "product": 0, "recurring_service": 0, "payment_surcharge": 0, "non_recurring_service": 0 },
                "services": { "brand": TENANT, "category": "Services" },
            });
            filled(&app, configured).await
        };
        let reply = app.put_on(SETTINGS, "\"1\"", &sections).await;
        assert_eq!((reply.status, &reply.body["complete"]), (StatusCode::OK, &json!(true)), "{reply:?}");
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
    }
}

/// The sections with the first active option of its list where a choice is 0.
async fn filled(app: &TestApp, mut sections: Value) -> Value {
    for (section, key, list) in [
        ("created", "category", "opportunity_categories"),
        ("created", "default_owner", "owners"),
        ("codes", "product", "material_codes"),
        ("codes", "recurring_service", "service_codes"),
        ("codes", "payment_surcharge", "material_codes"),
        ("codes", "non_recurring_service", "material_codes"),
    ] {
        let list = app.get(&format!("lists/{list}")).await.body;
        let option =
            list["options"].as_array().unwrap().iter().find(|option| option["active"] == true).unwrap();
        sections[section][key] = option["value"].clone();
    }
    sections
}
