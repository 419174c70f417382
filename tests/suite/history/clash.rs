//! Two people save the settings at once: both are kept, or somebody chooses.

use opportune::{
    domain::{author::Author, settings::form::SettingsForm},
    service::settings::Saved,
};
use tokio::task::JoinSet;

use super::browser::{Browser, SETTINGS};
use crate::harness::{MINUTE, TestApp, on_both};

async fn saved_form(app: &TestApp) -> SettingsForm {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    SettingsForm::of(&view.settings)
}

on_both! {
    async fn changes_to_different_settings_are_both_kept(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let mut mine = app.settings_form().await;
        app.clock.advance(30 * MINUTE);
        app.save_as(&Browser::of(&app, "Robin").await.author(), |form| form.won.stage = "29681505".into()).await;
        mine.created.probability = "10".into();
        let banner = kim.follow(&kim.save(&mine).await).await;
        banner.says(&["Probability % is now 10.", "Robin changed Stage for won quotes at 09:30 UTC. Both changes are kept."]);
        let form = saved_form(&app).await;
        assert_eq!((form.created.probability.as_str(), form.won.stage.as_str()), ("10", "29681505"));
    }

    async fn a_clash_is_chosen_about_and_nothing_typed_is_lost(db) {
        let app = TestApp::start(db).await;
        let (kim, robin) = (Browser::of(&app, "Kim").await, Browser::of(&app, "Robin").await);
        let mut mine = app.settings_form().await;
        app.save_as(&robin.author(), |form| {
            form.created.probability = "20".into();
            form.lost.keep_stage = "true".into();
            form.category_map.rows.clear();
            form.won.status = "3".into();
        })
        .await;
        let newest = app.newest().await;
        mine.created.probability = "10".into();
        mine.lost.stage = "29681505".into();
        // One row has this value already, so the other person's change to it wins by itself.
        for row in mine.category_map.rows.values_mut() {
            row.autotask_category = "29681713".into();
        }
        mine.codes.product = "29681302".into();
        mine.note = "My \"reason\" & more".into();
        let page = kim.save(&mine).await;
        assert_eq!(page.status, 409);
        let rows = mine.category_map.rows.len();
        page.says(&["<title>Error: ", &format!("Robin changed {} of the same settings while you were editing. Choose which values to keep.", 1 + rows)]);
        page.says(&["Closed Lost", "Leave at current stage", "name=\"lost[stage]\" value=\"keep\" checked", "Save these choices"]);
        assert_eq!(app.newest().await, newest, "nothing is saved yet");
        let mut fields = page.hidden();
        let value = |name: &str| fields.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
        assert_eq!(value("revision"), Some(newest.to_string().as_str()));
        assert_eq!((value("note"), value("codes[product]")), (Some("My \"reason\" & more"), Some("29681302")));
        assert_eq!((value("created[probability]"), value("lost[stage]"), value("lost[keep_stage]")), (None, None, None));
        let mapped = fields.iter().filter(|(name, value)| name.ends_with("[category]") && value == "Hardware/Firewalls").count();
        assert_eq!(mapped, 1);
        fields.push(("created[probability]".to_owned(), "10".to_owned()));
        fields.push(("lost[stage]".to_owned(), "keep".to_owned()));
        kim.get(SETTINGS).await;
        kim.follow(&kim.post(SETTINGS, &fields).await).await.says(&["Settings saved"]);
        let form = saved_form(&app).await;
        assert_eq!((form.created.probability.as_str(), form.lost.keep_stage.as_str()), ("10", "true"), "mine, and theirs");
        assert_eq!((form.codes.product.as_str(), form.won.status.as_str()), ("29681302", "3"), "what only one of us changed");
        assert!(form.category_map.rows.is_empty());
        kim.get("/history").await.says(&["My &#34;reason&#34; &#38; more"]);
    }

    async fn going_back_to_editing_shows_what_was_typed(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let mut mine = app.settings_form().await;
        app.save_as(&Author::OPERATOR, |form| form.created.probability = "20".into()).await;
        mine.created.probability = "10".into();
        mine.note = "Why".into();
        let page = kim.save(&mine).await;
        page.says(&["The operator changed 1 of the same settings", "formaction=\"/apps/autotask/opportunities/draft\""]);
        let mut fields = page.hidden();
        fields.push(("created[probability]".to_owned(), "10".to_owned()));
        let draft = kim.post(&format!("{SETTINGS}/draft"), &fields).await;
        draft.says(&["name=\"created[probability]\" value=\"10\"", "value=\"Why\""]);
        draft.says(&[&format!("name=\"revision\" value=\"{}\"", app.newest().await)]);
    }

    async fn errors_come_before_a_clash_and_keep_the_revision(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let mut mine = app.settings_form().await;
        app.save_as(&Author::OPERATOR, |form| form.created.probability = "20".into()).await;
        mine.created.probability = "most likely".into();
        let refused = kim.save(&mine).await;
        assert_eq!(refused.status, 422);
        refused.says(&["Probability must be a whole number", "most likely"]);
        refused.says(&[&format!("name=\"revision\" value=\"{}\"", mine.revision)]);
        mine.created.probability = "10".into();
        assert_eq!(kim.save(&mine).await.status, 409, "the operator's change is not overwritten");
    }

    async fn a_form_that_names_no_revision_was_made_from_nothing(db) {
        let app = TestApp::start(db).await;
        for revision in ["", "seven", "99"] {
            let mut form = app.settings_form().await;
            form.revision = revision.into();
            let saved = app.services.save_settings(app.tenant, &Author::SYSTEM, &form).await.unwrap();
            assert!(matches!(saved, Saved::Done { ref changes, .. } if changes.is_empty()), "the same is no clash: {saved:?}");
            form.created.probability = "11".into();
            let saved = app.services.save_settings(app.tenant, &Author::SYSTEM, &form).await.unwrap();
            assert!(matches!(saved, Saved::Clash(ref clash) if clash.clashes.len() == 1), "{saved:?}");
        }
    }

    async fn a_choice_that_became_inactive_is_no_obstacle_to_merging(db) {
        let app = TestApp::start(db).await;
        let mut mine = app.settings_form().await;
        app.switch_picklist("stage", "29681503", false).await;
        app.save_as(&Author::OPERATOR, |form| form.created.stage = "29681504".into()).await;
        mine.created.probability = "10".into();
        let saved = app.services.save_settings(app.tenant, &Author::SYSTEM, &mine).await.unwrap();
        assert!(matches!(saved, Saved::Done { merged: Some(_), .. }), "{saved:?}");
        assert_eq!(saved_form(&app).await.created.stage, "29681504");
    }

    async fn twenty_identical_posts_at_once_are_one_revision(db) {
        let app = TestApp::start(db).await;
        let before = app.newest().await;
        let mut form = app.settings_form().await;
        form.created.probability = "10".into();
        let mut posts = JoinSet::new();
        for _ in 0..20 {
            let (services, tenant, form) = (app.services.clone(), app.tenant, form.clone());
            posts.spawn(async move { services.save_settings(tenant, &Author::SYSTEM, &form).await.unwrap() });
        }
        for saved in posts.join_all().await {
            assert!(matches!(saved, Saved::Done { revision, .. } if revision == before + 1), "{saved:?}");
        }
        assert_eq!(app.newest().await, before + 1);
    }

    async fn twenty_people_who_save_different_settings_at_once_lose_nothing(db) {
        let app = TestApp::start(db).await;
        let form = app.settings_form().await;
        let mut posts = JoinSet::new();
        for number in 0..20 {
            let (services, tenant, mut form) = (app.services.clone(), app.tenant, form.clone());
            form.form_id = format!("form {number}");
            match number % 4 {
                0 => form.created.probability = "10".into(),
                1 => form.won.stage = "29681505".into(),
                2 => form.lost.keep_stage = "true".into(),
                _ => form.codes.product = "29681302".into(),
            }
            posts.spawn(async move { services.save_settings(tenant, &Author::SYSTEM, &form).await.unwrap() });
        }
        assert!(posts.join_all().await.iter().all(|saved| matches!(saved, Saved::Done { .. })));
        let form = saved_form(&app).await;
        assert_eq!((form.created.probability.as_str(), form.won.stage.as_str()), ("10", "29681505"));
        assert_eq!((form.lost.keep_stage.as_str(), form.codes.product.as_str()), ("true", "29681302"));
    }
}
