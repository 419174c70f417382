//! Going back: undo from the banner and the history, restoring with a look first.

use opportune::{
    domain::{
        author::Author,
        settings::{Origin, page::Page},
    },
    service::settings::{Saved, UNCHANGED},
};

use super::browser::{Answer, Browser, SETTINGS};
use crate::harness::{TestApp, on_both};

async fn undo(browser: &Browser<'_>, revision: i64) -> Answer {
    browser.post(&format!("/history/{revision}/undo"), &[]).await
}

async fn probability(app: &TestApp) -> Option<u8> {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    view.settings.sections.unwrap().created.probability
}

on_both! {
    async fn a_save_is_undone_from_its_banner(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let mut form = app.settings_form().await;
        form.created.probability = "10".into();
        form.lost.stage = "29681505".into();
        let banner = kim.follow(&kim.save(&form).await).await;
        let revision = app.newest().await;
        banner.says(&["Settings saved", "Probability % is now 10. 1 other change.", "Used for quotes sent from now on.", "View history"]);
        banner.says(&[&format!("action=\"/history/{revision}/undo\"")]);
        app.save_as(&kim.author(), |form| form.won.stage = "29681505".into()).await;
        let undone = kim.follow(&undo(&kim, revision).await).await;
        undone.says(&[&format!("revision {revision} is undone"), "Probability % is now 50. 1 other change."]);
        assert_eq!(probability(&app).await, Some(50));
        let won = app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap().won;
        assert_eq!(won.stage, 29_681_505, "a later change to another setting stays");
        kim.get("/history").await.says(&[&format!("Undoes revision {revision}")]);
        let again = kim.follow(&undo(&kim, revision).await).await;
        again.says(&["Nothing to save"]);
        kim.follow(&undo(&kim, revision + 2).await).await.says(&["Probability % is now 10."]);
    }

    async fn the_switch_is_undone_too(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        let off = app.newest().await;
        app.save_as(&Author::SYSTEM, |form| form.created.probability = "10".into()).await;
        let saved = app.services.undo_settings(app.tenant, &Author::OPERATOR, off).await.unwrap();
        assert!(matches!(saved, Saved::Done { .. }), "{saved:?}");
        assert!(app.services.settings_view(app.tenant).await.unwrap().settings.enabled);
        assert_eq!(probability(&app).await, Some(10));
        let newest = app.services.newest_revision(app.tenant).await.unwrap();
        assert_eq!((newest.who().as_str(), newest.origin), ("The operator", Some(Origin::Undo(off))));
    }

    async fn an_undo_that_clashes_with_a_later_save_is_chosen_about(db) {
        let app = TestApp::start(db).await;
        let (kim, robin) = (Browser::of(&app, "Kim").await, Browser::of(&app, "Robin").await);
        let revision = app.save_as(&kim.author(), |form| form.created.probability = "10".into()).await;
        app.save_as(&robin.author(), |form| form.created.probability = "20".into()).await;
        let page = undo(&kim, revision).await;
        assert_eq!(page.status, 409);
        page.says(&["<title>Error: ", &format!("Robin changed 1 of the same settings after revision {revision}."), "Undone"]);
        let mut fields = page.hidden();
        fields.push(("created[probability]".to_owned(), "50".to_owned()));
        kim.follow(&kim.post(SETTINGS, &fields).await).await.says(&[&format!("revision {revision} is undone")]);
        assert_eq!(probability(&app).await, Some(50));
    }

    async fn what_has_nothing_before_it_cannot_be_undone(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let page = undo(&kim, 1).await;
        assert_eq!(page.status, 409);
        page.says(&["Revision 1 is the first with settings: there is nothing before it to go back to."]);
        assert_eq!(undo(&kim, 99).await.status, 404);
        assert_eq!(undo(&kim, 0).await.status, 404);
    }

    async fn old_settings_are_looked_at_before_they_are_restored(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let before = app.newest().await;
        app.save_as(&kim.author(), |form| form.created.probability = "10".into()).await;
        app.save_as(&kim.author(), |form| form.won.stage = "29681505".into()).await;
        let newest = app.newest().await;
        let page = kim.get(&format!("{SETTINGS}?restore={before}")).await;
        page.says(&["This puts 2 settings back to how they were on 23 Nov 2026", "Probability %: 10 → 50", "Nothing is saved yet."]);
        page.says(&[&format!("name=\"origin\" value=\"restore:{before}\""), &format!("name=\"revision\" value=\"{newest}\"")]);
        assert_eq!(app.newest().await, newest);
        let restored = app.services.restored_form(app.tenant, before, Page::Opportunities).await.unwrap();
        kim.follow(&kim.save(&restored.form).await).await.says(&[&format!("revision {before} is restored")]);
        assert_eq!(probability(&app).await, Some(50));
        kim.get("/history").await.says(&[&format!("Restores revision {before}")]);
        kim.get(&format!("{SETTINGS}?restore={before}")).await.says(&["Nothing to restore"]);
        app.switch(false).await;
        kim.get(&format!("{SETTINGS}?restore={newest}")).await.says(&["Turn on sync to see the values"]);
    }

    async fn only_settings_that_were_complete_are_restored(db) {
        let app = TestApp::start_fresh(db).await;
        app.switch(true).await;
        let kim = Browser::of(&app, "Kim").await;
        let page = kim.get(&format!("{SETTINGS}?restore=1")).await;
        assert_eq!(page.status, 409);
        page.says(&["Revision 1 has no settings to restore: it was made before any were saved."]);
        for wrong in ["99", "0", "-1", "seven", ""] {
            let page = kim.get(&format!("{SETTINGS}?restore={wrong}")).await;
            assert_eq!(page.status, 404, "{wrong}");
            page.says(&["No revision of the settings has this number."]);
        }
    }

    async fn a_banner_tells_of_choices_that_are_still_inactive(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", "29681503", false).await;
        let kim = Browser::of(&app, "Kim").await;
        let mut form = app.settings_form().await;
        form.created.probability = "10".into();
        let view = app.services.settings_view(app.tenant).await.unwrap();
        let inactive = view.settings.inactive(&view.lists).len();
        assert_eq!(inactive, 1);
        kim.follow(&kim.save(&form).await).await.says(&["1 setting still points to an inactive value."]);
        let nothing = kim.get(&format!("{SETTINGS}?saved={UNCHANGED}")).await;
        nothing.says(&["Nothing to save. These settings were already up to date."]);
        assert!(!nothing.body.contains("/undo"), "there is nothing to undo");
    }
}
