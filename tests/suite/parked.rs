//! A form that comes in after its session has ended: nobody loses what they typed, nobody sees what others typed.

use std::collections::BTreeMap;

use opportune::domain::{person::Role, settings::form::SettingsForm};
use reqwest::{StatusCode, header};

use crate::harness::{HOUR, MINUTE, Reply, TestApp, on_both};

const SETTINGS: &str = "/apps/autotask/opportunities";
const KEPT: &str = "You were signed out. Your unsaved changes are still here. Check and save.";

/// The form of the page with 21 fields that differ from what is saved, as a browser sends it.
async fn typed(app: &TestApp) -> BTreeMap<String, String> {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    let mut form = BTreeMap::from([
        ("revision".to_owned(), view.revision.to_string()),
        ("form_id".to_owned(), "typed-before".to_owned()),
    ]);
    for (name, value) in [
        ("created[category]", "29681602"),
        ("created[default_owner]", "29681202"),
        ("created[stage]", "29681502"),
        ("created[status]", "2"),
        ("created[probability]", "61 %"),
        ("created[shipping]", "2"),
        ("created[create_missing_customers]", "true"),
        ("won[stage]", "29681505"),
        ("won[status]", "3"),
        ("lost[stage]", "29681501"),
        ("lost[status]", "1"),
        ("codes[product]", "29681302"),
        ("codes[recurring_service]", "29681322"),
        ("codes[payment_surcharge]", "29681303"),
        ("codes[non_recurring_service]", "29681302"),
        ("category_map[fallback]", "29681714"),
        ("category_map[rows][0][autotask_category]", "29681712"),
        ("category_map[rows][1][autotask_category]", "29681714"),
        ("services[brand]", "Nobody's"),
        ("services[category]", "Bundle"),
        ("note", "Why <b>this</b> & \"that\""),
    ] {
        form.insert(name.to_owned(), value.to_owned());
    }
    form.insert("category_map[rows][0][category]".to_owned(), "Hardware/Accessories".to_owned());
    form.insert("category_map[rows][1][category]".to_owned(), "Hardware/Firewalls".to_owned());
    form
}

fn encode(form: &BTreeMap<String, String>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

/// Where a form leads that comes in after its session has ended: the address after signing in.
async fn turned_away(app: &TestApp, cookie: &str, path: &str, body: &str) -> String {
    let answer = app.send_as(cookie, path, body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {answer:?}");
    let address = url::Url::parse(&app.url(answer.header("location"))).unwrap();
    assert_eq!(address.path(), "/sign-in");
    address.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned()
}

/// The form that a page holds, read as a browser would for the fields that matter here.
fn shown(page: &Reply) -> String {
    assert_eq!(page.status, StatusCode::OK);
    page.body
        .as_str()
        .unwrap()
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

on_both! {
    async fn all_values_come_back_after_signing_in_again(db) {
        let app = TestApp::start(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let form = typed(&app).await;
        app.clock.advance(61 * MINUTE);
        let next = turned_away(&app, &cookie, SETTINGS, &encode(&form)).await;
        let before = app.services.settings_view(app.tenant).await.unwrap().revision;
        let again = app.sign_in_again("Robin").await;
        let visitor = app.services.visitor(again.trim_start_matches("session=")).await.unwrap().unwrap();
        let id = next.split_once("?unsaved=").unwrap().1;
        let kept = app.services.parked(&visitor, id.parse().unwrap()).await.unwrap().unwrap();
        for (value, name) in [
            (&kept.created.category, "created[category]"), (&kept.created.default_owner, "created[default_owner]"),
            (&kept.created.stage, "created[stage]"), (&kept.created.status, "created[status]"),
            (&kept.created.probability, "created[probability]"), (&kept.created.shipping, "created[shipping]"),
            (&kept.created.create_missing_customers, "created[create_missing_customers]"),
            (&kept.won.stage, "won[stage]"), (&kept.won.status, "won[status]"), (&kept.lost.stage, "lost[stage]"),
            (&kept.lost.status, "lost[status]"), (&kept.codes.product, "codes[product]"),
            (&kept.codes.recurring_service, "codes[recurring_service]"),
            (&kept.codes.payment_surcharge, "codes[payment_surcharge]"),
            (&kept.codes.non_recurring_service, "codes[non_recurring_service]"),
            (&kept.category_map.fallback, "category_map[fallback]"),
            (&kept.category_map.rows[&0].autotask_category, "category_map[rows][0][autotask_category]"),
            (&kept.category_map.rows[&1].autotask_category, "category_map[rows][1][autotask_category]"),
            (&kept.services.brand, "services[brand]"), (&kept.services.category, "services[category]"),
            (&kept.note, "note"),
        ] {
            assert_eq!(value, &form[name], "{name}");
        }
        // Shown twice: a page can be loaded again.
        for _ in 0..2 {
            let page = shown(&app.page_for(&again, &next).await);
            for words in [KEPT, r#"value="61 %""#, "Why <b>this</b> & \"that\"", "data-unsaved"] {
                assert!(page.contains(words), "{words}");
            }
            for option in ["29681602", "29681202", "29681502", "29681505", "29681302", "29681322", "29681712", "29681714"] {
                assert!(page.contains(&format!("value=\"{option}\" selected")), "{option}");
            }
        }
        assert_eq!(app.services.settings_view(app.tenant).await.unwrap().revision, before, "never saved by itself");
    }

    async fn who_leaves_the_form_to_add_a_brand_finds_it_again(db) {
        let app = TestApp::start(db).await;
        let robin = app.sign_in_as("Robin", Role::Administrator).await;
        let left = app.send_as(&robin, &format!("{SETTINGS}/brands"), &encode(&typed(&app).await)).await;
        let brands = left.header("location").to_owned();
        let address = url::Url::parse(&app.url(&brands)).unwrap();
        assert_eq!(address.path(), "/catalogue/brands");
        let back = address.query_pairs().find(|(name, _)| name == "return").unwrap().1.into_owned();
        assert!(shown(&app.page_for(&robin, &brands).await).contains("Add"));
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("name", "Nobody's"), ("return", &back)])
            .finish();
        let added = app.send_as(&robin, "/catalogue/brands", &body).await;
        assert_eq!(added.header("location"), back);
        let page = shown(&app.page_for(&robin, back.split('#').next().unwrap()).await);
        assert!(page.contains("Your unsaved changes are still here.") && !page.contains("signed out"));
        assert!(page.contains(r#"value="61 %""#));
        assert!(page.contains("value=\"Nobody's\" selected"), "the brand that was typed is one now");
    }

    async fn nobody_else_sees_anything_of_it(db) {
        let app = TestApp::start(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let form = typed(&app).await;
        app.clock.advance(61 * MINUTE);
        let next = turned_away(&app, &cookie, SETTINGS, &encode(&form)).await;
        for (name, role) in [("Kim", Role::Administrator), ("Vic", Role::Viewer)] {
            let other = app.sign_in_as(name, role).await;
            let (theirs, plain) = (app.page_for(&other, &next).await, app.page_for(&other, SETTINGS).await);
            for page in [shown(&theirs), shown(&plain)] {
                assert!(!page.contains(KEPT) && !page.contains("61 %") && !page.contains("Why <b>"), "{name}");
            }
        }
        let robin = app.sign_in_again("Robin").await;
        assert!(shown(&app.page_for(&robin, &next).await).contains(KEPT));
    }

    async fn it_is_kept_for_half_an_hour(db) {
        let app = TestApp::start(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let form = encode(&typed(&app).await);
        app.clock.advance(61 * MINUTE);
        let next = turned_away(&app, &cookie, SETTINGS, &form).await;
        let again = app.sign_in_again("Robin").await;
        app.clock.advance(29 * MINUTE);
        app.worker.upkeep().await.unwrap();
        assert!(shown(&app.page_for(&again, &next).await).contains(KEPT));
        app.clock.advance(MINUTE);
        assert!(!shown(&app.page_for(&again, &next).await).contains(KEPT), "even before it is swept");
        app.worker.upkeep().await.unwrap();
        let mut tx = app.services.db.read().await.unwrap();
        assert!(!opportune::db::has_old_parked_forms(&mut tx, i64::MAX).await.unwrap(), "swept");
    }

    async fn saving_it_forgets_it_and_notices_others(db) {
        let app = TestApp::start(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let view = app.services.settings_view(app.tenant).await.unwrap();
        let mut form = SettingsForm::of(&view.settings);
        form.created.probability = "61".into();
        let mut sent = BTreeMap::from([("created[probability]".to_owned(), "61".to_owned())]);
        sent.insert("revision".to_owned(), view.revision.to_string());
        sent.insert("form_id".to_owned(), "typed-before".to_owned());
        app.clock.advance(61 * MINUTE);
        let next = turned_away(&app, &cookie, SETTINGS, &encode(&sent)).await;
        let again = app.sign_in_again("Robin").await;
        // Somebody else saves meanwhile: the form still says which revision it was made from.
        app.save_settings(|form| form.created.probability = "7".into()).await;
        let page = shown(&app.page_for(&again, &next).await);
        assert!(page.contains(&format!(r#"name="revision" value="{}""#, view.revision)), "{page}");
        let id = next.split_once("?unsaved=").unwrap().1;
        assert!(page.contains(&format!(r#"name="form_id" value="{id}""#)), "{page}");

        form.revision = app.services.settings_view(app.tenant).await.unwrap().revision.to_string();
        id.clone_into(&mut form.form_id);
        let body = settings_body(&form);
        let saved = app.send_as(&again, SETTINGS, &body).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{saved:?}");
        assert!(!shown(&app.page_for(&again, &next).await).contains(KEPT));
    }

    async fn only_settings_of_a_known_session_are_kept(db) {
        let app = TestApp::start(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let form = encode(&typed(&app).await);
        app.clock.advance(61 * MINUTE);
        let huge = format!("{form}&x={}", "y".repeat(600 * 1024));
        for (cookie, path, body) in [
            ("session=made-up", SETTINGS, form.as_str()),
            ("", SETTINGS, form.as_str()),
            (cookie.as_str(), SETTINGS, huge.as_str()),
            (cookie.as_str(), SETTINGS, "no form & at [[[all"),
            (cookie.as_str(), "/apps/autotask/opportunities/sync", "enabled=true"),
            (cookie.as_str(), "/apps/autotask/connection", "user_name=a&secret=canary&form_id=x"),
        ] {
            let next = turned_away(&app, cookie, path, body).await;
            assert!(!next.contains("unsaved"), "{path}: {next}");
        }
        let beyond = app.send_as(&cookie, SETTINGS, &"x".repeat(1024 * 1024 + 1)).await;
        assert_eq!(beyond.status, StatusCode::PAYLOAD_TOO_LARGE);
        let request = app.http.post(app.url(SETTINGS)).header(header::COOKIE, &cookie).header("sec-fetch-site", "cross-site");
        assert_eq!(Reply::of(request.body(form.clone())).await.status, StatusCode::FORBIDDEN);
        let mut tx = app.services.db.read().await.unwrap();
        assert!(!opportune::db::has_old_parked_forms(&mut tx, i64::MAX).await.unwrap(), "nothing is kept");
    }

    async fn a_session_is_known_over_a_weekend_unless_it_was_ended_on_purpose(db) {
        let app = TestApp::start(db).await;
        let (cookie, other) = (app.sign_in_as("Robin", Role::Administrator).await, app.sign_in_again("Robin").await);
        let form = encode(&typed(&app).await);
        app.send_as(&other, "/sign-out", "").await;
        assert_eq!(turned_away(&app, &other, SETTINGS, &form).await, SETTINGS);
        app.clock.advance(63 * HOUR);
        let third = app.sign_in_again("Robin").await;
        app.send_as(&third, "/sign-out", "").await;
        assert!(turned_away(&app, &cookie, SETTINGS, &form).await.contains("?unsaved="));
        app.clock.advance(48 * HOUR);
        let fourth = app.sign_in_again("Robin").await;
        app.send_as(&fourth, "/sign-out", "").await;
        assert_eq!(turned_away(&app, &cookie, SETTINGS, &form).await, SETTINGS);
    }

    async fn keys_may_change_meanwhile(db) {
        let app = TestApp::start(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let form = encode(&typed(&app).await);
        app.clock.advance(61 * MINUTE);
        let next = turned_away(&app, &cookie, SETTINGS, &form).await;
        let again = app.sign_in_again("Robin").await;
        app.services.rotate_key().await.unwrap();
        assert!(shown(&app.page_for(&again, &next).await).contains(KEPT));
        app.services.forget_old_keys().await.unwrap();
        assert!(!shown(&app.page_for(&again, &next).await).contains(KEPT), "gone, and the page is there");
    }

    async fn every_other_form_leads_back_to_its_page(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").with("currency", "EUR".into()).send().await;
        let id = app.push("Q-1").await["id"].as_str().unwrap().to_owned();
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let paths = crate::roles::forms(&id);
        for path in paths.iter().filter(|path| !path.starts_with("/sign-")) {
            let next = turned_away(&app, "", path, "").await;
            assert_eq!(app.page_for(&cookie, &next).await.status, StatusCode::OK, "{path} leads to {next}");
        }
        assert_eq!(turned_away(&app, "", &format!("/activity/{id}/retry"), "").await, format!("/activity/{id}"));
    }
}

/// A whole form as a browser sends it.
fn settings_body(form: &SettingsForm) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    flatten(&mut pairs, "", &serde_json::to_value(form).unwrap());
    pairs.finish()
}

fn flatten(pairs: &mut url::form_urlencoded::Serializer<'_, String>, name: &str, value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}[{field}]") };
                flatten(pairs, &name, value);
            }
        }
        value => drop(pairs.append_pair(name, value.as_str().unwrap())),
    }
}
