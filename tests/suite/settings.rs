//! Saving the Opportunities page: what is refused, what is kept, and what a save sets off.

use opportune::{
    domain::{
        author::Author,
        ids::UserId,
        list_changes::rows_to_write,
        lists::{List, ListOption},
        settings::form::{MapRowForm, SettingsForm},
    },
    error::FieldErrors,
    service::settings::{Saved, UNCHANGED},
};

use crate::harness::{TestApp, on_both};

type Change = fn(&mut SettingsForm);

/// The form as the page shows it now, under its own id.
async fn form(app: &TestApp) -> SettingsForm {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    let shown = SettingsForm::of(&view.settings);
    SettingsForm { revision: view.revision.to_string(), form_id: app.clock.new_id().to_string(), ..shown }
}

async fn save(app: &TestApp, form: &SettingsForm) -> Saved {
    app.services.save_settings(app.tenant, &Author::SYSTEM, form).await.unwrap()
}

async fn revision(app: &TestApp) -> i64 {
    app.services.settings_view(app.tenant).await.unwrap().revision
}

/// The sentences about a form with one change, by path; none when it was saved.
async fn refused(app: &TestApp, change: Change) -> Vec<(String, String)> {
    let mut form = form(app).await;
    change(&mut form);
    match save(app, &form).await {
        Saved::Wrong(errors) => told(&errors),
        _ => Vec::new(),
    }
}

fn told(errors: &FieldErrors) -> Vec<(String, String)> {
    errors
        .iter()
        .flat_map(|(path, sentences)| {
            sentences.iter().map(move |sentence| (path.to_owned(), sentence.clone()))
        })
        .collect()
}

/// Every way to get one field wrong, with its path and its sentence.
const REFUSALS: [(Change, &str, &str); 33] = [
    (|form| form.created.category.clear(), "created.category", "Select a category for new quotes"),
    (|form| form.created.default_owner.clear(), "created.default_owner", "Select a default owner"),
    (|form| form.created.stage.clear(), "created.stage", "Select a stage for new quotes"),
    (|form| form.created.status.clear(), "created.status", "Select a status for new quotes"),
    (|form| form.won.stage.clear(), "won.stage", "Select a stage for won quotes"),
    (|form| form.won.status.clear(), "won.status", "Select a status for won quotes"),
    (|form| form.lost.stage.clear(), "lost.stage", "Select a stage for lost quotes"),
    (|form| form.lost.status.clear(), "lost.status", "Select a status for lost quotes"),
    (|form| form.codes.product.clear(), "codes.product", "Select a product material code"),
    (
        |form| form.codes.recurring_service.clear(),
        "codes.recurring_service",
        "Select a recurring service billing code",
    ),
    (
        |form| form.codes.payment_surcharge.clear(),
        "codes.payment_surcharge",
        "Select a payment surcharge material code",
    ),
    (
        |form| form.codes.non_recurring_service.clear(),
        "codes.non_recurring_service",
        "Select a non-recurring service material code",
    ),
    (|form| form.services.brand.clear(), "services.brand", "Select a brand"),
    (|form| form.services.category.clear(), "services.category", "Select a category for services"),
    (
        |form| form.services.category = "Bundle".into(),
        "services.category",
        "Select a category other than Bundle",
    ),
    (
        |form| form.services.category = "Hardware/bundle ".into(),
        "services.category",
        "Select a category other than Bundle",
    ),
    (|form| form.services.category = "Nowhere".into(), "services.category", "Select a category for services"),
    (|form| form.services.brand = "Nobody".into(), "services.brand", "Select a brand"),
    (
        |form| form.created.stage = "29681509".into(),
        "created.stage",
        "Select a stage for new quotes that is active in Autotask",
    ),
    (
        |form| form.created.stage = "4711".into(),
        "created.stage",
        "Select a stage for new quotes that is active in Autotask",
    ),
    (
        |form| form.created.stage = "one".into(),
        "created.stage",
        "Select a stage for new quotes that is active in Autotask",
    ),
    (
        |form| form.created.category = "29681604".into(),
        "created.category",
        "Select a category for new quotes that is active in Autotask",
    ),
    (
        |form| form.created.shipping = "9".into(),
        "created.shipping",
        "Select a shipping type that is active in Autotask",
    ),
    (
        |form| form.codes.product = "29681311".into(),
        "codes.product",
        "Select a product material code that is active in Autotask",
    ),
    (
        |form| form.codes.product = "29681321".into(),
        "codes.product",
        "Select a product material code that is active in Autotask",
    ),
    (
        |form| form.created.default_owner = "29681213".into(),
        "created.default_owner",
        "Select a default owner that is active in Autotask",
    ),
    (
        |form| form.category_map.fallback = "29681728".into(),
        "category_map.fallback",
        "Select an Autotask category that is active in Autotask",
    ),
    (
        |form| form.created.probability = "101".into(),
        "created.probability",
        "Probability must be a whole number between 0 and 100",
    ),
    (
        |form| form.created.probability = "-1".into(),
        "created.probability",
        "Probability must be a whole number between 0 and 100",
    ),
    (
        |form| form.created.probability = "50.5".into(),
        "created.probability",
        "Probability must be a whole number between 0 and 100",
    ),
    (
        |form| form.created.probability = "half".into(),
        "created.probability",
        "Probability must be a whole number between 0 and 100",
    ),
    (
        |form| form.created.probability = "+5".into(),
        "created.probability",
        "Probability must be a whole number between 0 and 100",
    ),
    (
        |form| form.created.probability = "%".into(),
        "created.probability",
        "Probability must be a whole number between 0 and 100",
    ),
];

on_both! {
    async fn every_wrong_field_has_its_sentence(db) {
        let app = TestApp::start(db).await;
        let before = revision(&app).await;
        for (change, path, sentence) in REFUSALS {
            assert_eq!(refused(&app, change).await, [(path.to_owned(), sentence.to_owned())]);
        }
        assert_eq!(revision(&app).await, before);
    }

    async fn an_empty_form_names_all_that_is_required(db) {
        let app = TestApp::start_fresh(db).await;
        let Saved::Wrong(errors) = save(&app, &SettingsForm::default()).await else { panic!("it was saved") };
        let paths: Vec<&str> = errors.iter().map(|(path, _)| path).collect();
        let required = [
            "codes.non_recurring_service", "codes.payment_surcharge", "codes.product", "codes.recurring_service", "created.category",
            "created.default_owner", "created.stage", "created.status", "lost.stage", "lost.status", "services.brand",
            "services.category", "won.stage", "won.status",
        ];
        assert_eq!(paths, required);
    }

    async fn probabilities_are_read_as_people_write_them(db) {
        let app = TestApp::start(db).await;
        for (typed, expected) in [("", None), (" 7 ", Some(7)), ("0", Some(0)), ("100", Some(100)), ("25%", Some(25)), ("25 %", Some(25))] {
            app.save_settings(|form| form.created.probability = typed.into()).await;
            let sections = app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap();
            assert_eq!(sections.created.probability, expected, "{typed:?}");
        }
    }

    async fn a_choice_that_became_inactive_or_vanished_may_stay(db) {
        let app = TestApp::start(db).await;
        let mut tx = app.services.db.write().await.unwrap();
        let only = ListOption { value: 29_681_501, label: "Discovery".into(), detail: None, parent: None, active: true };
        let stored = opportune::db::options(&mut tx, app.tenant, List::Stages).await.unwrap();
        let rows = rows_to_write(List::Stages, &stored, vec![only]);
        opportune::db::put_options(&mut tx, app.tenant, List::Stages, &rows, 1).await.unwrap();
        tx.commit().await.unwrap();
        app.save_settings(|form| form.created.probability = "1".into()).await;
        let stage = |form: &mut SettingsForm| form.won.stage = "29681503".into();
        assert_eq!(refused(&app, stage).await.len(), 1, "chosen elsewhere, but not for this field");
    }

    async fn a_mapped_category_may_be_unmapped_but_not_unknown(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| {
            for row in form.category_map.rows.values_mut() {
                row.autotask_category.clear();
            }
        })
        .await;
        let sections = app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap();
        assert!(sections.category_map.rows.is_empty());
        let unknown = |form: &mut SettingsForm| {
            let row = MapRowForm { category: "Gone".into(), autotask_category: "29681713".into() };
            form.category_map.rows.insert(7, row);
        };
        let sentence = "There is no category called \"Gone\". Reload the page";
        assert_eq!(refused(&app, unknown).await, [("category_map.rows[7].autotask_category".to_owned(), sentence.to_owned())]);
    }

    async fn leaving_the_lost_stage_needs_no_stage(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| {
            form.lost.keep_stage = "true".into();
            form.lost.stage = "whatever".into();
        })
        .await;
        assert_eq!(app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap().lost.stage, None);
    }

    async fn a_save_may_ask_for_exactly_one_revision_to_stand_on(db) {
        let app = TestApp::start(db).await;
        app.services.put_user(app.tenant, "kim@example.com", "Kim", "a sentence is fine".into()).await.unwrap();
        let token = app.services.sign_in("kim@example.com", "a sentence is fine".into(), "10.0.0.1").await.unwrap();
        let kim: UserId = app.services.visitor(&token).await.unwrap().unwrap().user;
        let (mut mine, mut theirs) = (form(&app).await, form(&app).await);
        mine.created.probability = "10".into();
        theirs.created.probability = "20".into();
        let saved = app.services.save_settings(app.tenant, &Author::person(kim), &theirs).await.unwrap();
        assert!(matches!(saved, Saved::Done { .. }), "{saved:?}");
        let now = revision(&app).await;
        for wrong in [0, now - 1, now + 1] {
            let saved = app.services.save_settings_at(app.tenant, &Author::token("nightly"), wrong, &mine).await.unwrap();
            assert_eq!(saved, Saved::Stale { by: Some("Kim".to_owned()), revision: now });
        }
        let saved = app.services.save_settings_at(app.tenant, &Author::token("nightly"), now, &mine).await.unwrap();
        assert!(matches!(saved, Saved::Done { merged: None, .. }), "{saved:?}");
        assert_eq!(app.services.newest_revision(app.tenant).await.unwrap().who(), "API token nightly");
    }

    async fn the_switch_makes_no_form_stale(db) {
        let app = TestApp::start(db).await;
        let mut form = form(&app).await;
        app.switch(false).await;
        form.created.probability = "10".into();
        assert!(matches!(save(&app, &form).await, Saved::Done { .. }));
        let settings = app.services.settings_view(app.tenant).await.unwrap().settings;
        assert!(!settings.enabled, "saving does not turn it on again");
    }

    async fn a_form_that_is_sent_twice_is_saved_once(db) {
        let app = TestApp::start(db).await;
        let mut form = form(&app).await;
        form.created.probability = "10".into();
        let Saved::Done { revision: first, changes, .. } = save(&app, &form).await else { panic!("not saved") };
        assert_eq!(save(&app, &form).await, Saved::Done { revision: first, changes, released: 0, merged: None });
        assert_eq!(revision(&app).await, first);
    }

    async fn saving_nothing_makes_no_revision(db) {
        let app = TestApp::start(db).await;
        let before = revision(&app).await;
        let saved = save(&app, &form(&app).await).await;
        assert_eq!(saved, Saved::Done { revision: UNCHANGED, changes: Vec::new(), released: 0, merged: None });
        app.switch(true).await;
        assert_eq!(revision(&app).await, before);
    }

    async fn a_save_says_what_changed_in_the_pages_words(db) {
        let app = TestApp::start(db).await;
        let Saved::Done { revision, changes, .. } = app
            .save_settings(|form| {
                form.created.probability = "10".into();
                form.won.stage = "29681505".into();
                form.lost.keep_stage = "true".into();
                form.category_map.fallback = "29681713".into();
            })
            .await
        else {
            panic!("not saved")
        };
        let told: Vec<_> = changes.iter().map(|change| (change.label.as_str(), change.before.as_deref().unwrap_or(""), change.after.as_str())).collect();
        let expected = [
            ("Probability %", "50", "10"),
            ("Stage for won quotes", "Closed Won", "Verbal Agreement"),
            ("Stage for lost quotes", "Closed Lost", "Leave at current stage"),
            ("Any other category", "nothing", "Hardware › Accessories"),
        ];
        assert_eq!(told, expected);
        assert_eq!(app.services.changes_of(app.tenant, revision).await.unwrap(), Some(changes));
        assert_eq!(app.services.changes_of(app.tenant, 99).await.unwrap(), None);
    }

    async fn a_save_says_how_many_held_quotes_it_released(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", "29681503", false).await;
        for number in ["Q-1", "Q-2"] {
            app.quote(number).send().await;
        }
        app.quote("Q-3").with("currency", "EUR".into()).send().await;
        let saved = app.save_settings(|form| form.created.stage = "29681504".into()).await;
        assert!(matches!(saved, Saved::Done { released: 2, .. }), "{saved:?}");
        app.expect("Q-2", "sent", "").await;
    }

    async fn settings_are_a_tenants_own(db) {
        let app = TestApp::start(db).await;
        let other = app.services.add_tenant("Theirs").await.unwrap();
        let view = app.services.settings_view(other).await.unwrap();
        assert_eq!((view.revision, view.settings.enabled, view.settings.sections), (0, false, None));
        assert_eq!((view.brands, view.categories), (vec!["Theirs".to_owned()], vec!["Bundle".to_owned(), "Services".to_owned()]));
        assert!(view.lists.options(List::Stages).is_empty());
    }
}
