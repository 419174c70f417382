//! The history of the settings: what it tells, how it is narrowed, and how people go back.

mod back;
pub mod browser;
mod clash;

use opportune::{
    domain::{
        author::Author,
        settings::{form::SettingsForm, page::Page},
    },
    service::{
        history::{Beyond, Entry, HistoryFilter, Place, RevisionFilter},
        settings::Saved,
    },
};
use serde_json::Value;

use self::browser::Browser;
use crate::harness::{HOUR, MINUTE, TestApp, on_both};

impl TestApp {
    /// The form as the page shows it now, under its own id.
    async fn settings_form(&self) -> SettingsForm {
        let view = self.services.settings_view(self.tenant).await.unwrap();
        let shown = SettingsForm::of(&view.settings);
        SettingsForm {
            revision: view.revision.to_string(),
            form_id: self.clock.new_id().to_string(),
            ..shown
        }
    }

    /// Saves with one change as somebody; the revision that it made.
    async fn save_as(&self, by: &Author, change: impl FnOnce(&mut SettingsForm)) -> i64 {
        let mut form = self.settings_form().await;
        change(&mut form);
        match self.services.save_settings(self.tenant, by, &form).await.unwrap() {
            Saved::Done { revision, .. } => revision,
            other => panic!("not saved: {other:?}"),
        }
    }

    async fn newest(&self) -> i64 {
        self.services.newest_revision(self.tenant).await.unwrap().revision
    }
}

/// The numbers of the saves among entries, in their order.
fn numbers(entries: &[Entry]) -> Vec<i64> {
    let number = |entry: &Entry| if let Entry::Save(save) = entry { Some(save.revision) } else { None };
    entries.iter().filter_map(number).collect()
}

on_both! {
    async fn every_save_is_told_with_who_when_and_what(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        app.clock.advance(30 * MINUTE);
        let revision = app
            .save_as(&kim.author(), |form| {
                form.created.probability = "10".into();
                form.note = "Agreed with <b>sales</b>".into();
            })
            .await;
        app.save_as(&Author::token("nightly"), |form| form.created.probability = "20".into()).await;
        let page = kim.get("/history").await;
        page.says(&[&format!("Revision {revision}"), "Kim", "23 Nov 2026, 09:30 UTC", "2026-11-23T09:30:00Z"]);
        page.says(&["Agreed with &#60;b&#62;sales&#60;/b&#62;", "API token nightly · REST"]);
        assert!(page.text().contains("Probability % : 50 → 10"), "{}", page.text());
        page.says(&["Opportune", "Opportunities sync status"]);
        assert!(page.text().contains("Autotask"), "changes of lists are told too");
        let one = kim.get(&format!("/history/{revision}")).await;
        one.says(&["Probability %", "50", "10", "Restore these settings"]);
        assert_eq!(kim.get("/history/99").await.status, 404);
        assert_eq!(kim.get("/history/seven").await.status, 404);
    }

    async fn the_history_is_narrowed_by_its_address(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let first = app.newest().await;
        app.save_as(&kim.author(), |form| form.created.probability = "10".into()).await;
        app.clock.advance(24 * HOUR);
        let kim = Browser::of(&app, "Kim").await;
        app.save_as(&Author::token("nightly"), |form| form.won.stage = "29681505".into()).await;
        app.save_as(&Author::OPERATOR, |form| form.category_map.fallback = "29681713".into()).await;
        app.save_as(&kim.author(), |form| form.category_map.rows.clear()).await;
        let user = kim.author().user.unwrap();
        for (query, expected) in [
            (format!("who=person-{user}"), vec![first + 4, first + 1]),
            ("who=token-nightly".to_owned(), vec![first + 2]),
            ("via=cli".to_owned(), vec![first + 3]),
            ("via=system".to_owned(), (1..=first).rev().collect()),
            ("field=won.stage".to_owned(), vec![first + 2, 1]),
            ("field=category_map.rows".to_owned(), vec![first + 4, 1]),
            ("from=2026-11-24".to_owned(), vec![first + 4, first + 3, first + 2]),
            ("to=2026-11-23".to_owned(), (1..=first + 1).rev().collect()),
            (format!("from=2026-11-24&who=person-{user}"), vec![first + 4]),
            ("via=lists".to_owned(), vec![]),
        ] {
            let json: Value = serde_json::from_str(&kim.get(&format!("/history.json?{query}")).await.body).unwrap();
            let entries = json.as_array().unwrap();
            let told: Vec<_> = entries.iter().filter_map(|entry| entry["revision"].as_i64()).collect();
            assert_eq!(told, expected, "{query}");
            let has_lists = entries.iter().any(|entry| entry["kind"] == "list");
            assert_eq!(has_lists, ["via=lists", "to=2026-11-23"].contains(&query.as_str()), "{query}");
        }
        kim.get("/history?who=token-nobody").await.says(&["No entry of the history fits this filter.", "Clear filter"]);
        kim.get("/history?from=soon").await.says(&["Enter a day as 2026-11-03"]);
    }

    async fn pages_of_the_history_tell_everything_once(db) {
        let app = TestApp::start(db).await;
        for probability in 0..75 {
            app.save_as(&Author::SYSTEM, |form| form.created.probability = probability.to_string()).await;
        }
        let (tenant, all) = (app.tenant, HistoryFilter::default());
        let whole = app.services.whole_history(tenant, &all).await.unwrap();
        let mut pages = vec![app.services.history(tenant, &all, Beyond::Older(Place::END)).await.unwrap()];
        while let Some(older) = pages.last().unwrap().older {
            pages.push(app.services.history(tenant, &all, Beyond::Older(older)).await.unwrap());
        }
        assert!(pages.len() > 1 && pages.iter().rev().skip(1).all(|page| page.entries.len() == 50));
        let told: Vec<_> = pages.iter().flat_map(|page| page.entries.clone()).collect();
        assert_eq!(told, whole);
        assert_eq!(numbers(&told), (1..=app.newest().await).rev().collect::<Vec<_>>());
        let mut back = pages.last().unwrap().newer;
        for page in pages.iter().rev().skip(1) {
            let newer = app.services.history(tenant, &all, Beyond::Newer(back.unwrap())).await.unwrap();
            assert_eq!(newer.entries, page.entries);
            back = newer.newer;
        }
        assert_eq!(back, None);
    }

    async fn the_address_leads_through_the_pages(db) {
        let app = TestApp::start(db).await;
        for probability in 0..55 {
            app.save_as(&Author::SYSTEM, |form| form.created.probability = probability.to_string()).await;
        }
        let kim = Browser::of(&app, "Kim").await;
        let first = kim.get("/history?via=system").await;
        let older = first.link("Older").expect("there is an older page");
        assert!(older.contains("via=system"), "{older}");
        let second = kim.get(&older).await;
        second.says(&["Revision 1</a>"]);
        assert_eq!(second.link("Older"), None);
        assert_eq!(kim.get(&second.link("Newer").unwrap()).await.body, first.body);
    }

    async fn a_history_without_entries_says_what_will_be_there(db) {
        let app = TestApp::start_unconnected(db, false).await;
        let kim = Browser::of(&app, "Kim").await;
        kim.get("/history").await.says(&["Nothing has been saved yet."]);
    }

    async fn two_revisions_are_compared(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let before = app.newest().await;
        app.save_as(&kim.author(), |form| form.created.probability = "10".into()).await;
        app.save_as(&kim.author(), |form| form.category_map.rows.clear()).await;
        let compare = async |from: &str, to: &str| kim.get(&format!("/history/compare?from={from}&to={to}")).await;
        let page = compare(&before.to_string(), &(before + 2).to_string()).await;
        page.says(&["Probability %", "Category Hardware/Firewalls"]);
        compare("1", "1").await.says(&["These two revisions have the same settings."]);
        compare(&before.to_string(), "0").await.says(&["not saved yet"]);
        for wrong in ["99", "-1", "seven"] {
            let sentence = format!("There is no revision &#34;{wrong}&#34;: enter a number from 0 to {}", before + 2);
            compare(wrong, "1").await.says(&[&sentence, "<title>Error: "]);
        }
        compare("", "").await.says(&["From revision"]);
    }

    async fn the_history_is_taken_along_as_a_file(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let revision = app
            .save_as(&kim.author(), |form| {
                form.created.probability = "10".into();
                form.note = "=HYPERLINK(\"x\"), then".into();
            })
            .await;
        let file = kim.get(&format!("/history.csv?who=person-{}", kim.author().user.unwrap())).await;
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"history.csv\"");
        let line = format!("2026-11-23T09:00:00Z,{revision},Kim,web,\"'=HYPERLINK(\"\"x\"\"), then\",Probability %,50,10,Opportunities\n");
        assert_eq!(file.body, format!("time,revision,who,through,note,setting,before,after,page\n{line}"));
    }

    async fn a_history_is_a_tenants_own(db) {
        let app = TestApp::start(db).await;
        let other = app.services.add_tenant("Theirs").await.unwrap();
        let kim = app.services.put_user(other, "kim@example.com", "Kim", "a sentence is fine".into()).await;
        kim.unwrap();
        let filter = HistoryFilter { saves: RevisionFilter::default(), ..HistoryFilter::default() };
        assert_eq!(app.services.whole_history(other, &filter).await.unwrap(), []);
        assert_eq!(app.services.history_save(other, 1).await.unwrap(), None);
        assert_eq!(app.services.compare_settings(other, 0, 1).await.unwrap(), None);
        assert!(app.services.undo_settings(other, &Author::SYSTEM, 1).await.is_err());
        assert!(app.services.restored_form(other, 1, Page::Opportunities).await.is_err());
        assert_eq!(app.services.history_choices(other).await.unwrap().authors, []);
    }

    async fn a_page_can_ask_for_the_newest_revision(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        let revision = app.save_as(&kim.author(), |form| form.created.probability = "10".into()).await;
        let told = kim.get("/apps/autotask/opportunities/revision").await;
        let told: Value = serde_json::from_str(&told.body).unwrap();
        assert_eq!(told, serde_json::json!({ "revision": revision, "by": "Kim", "at": "2026-11-23T09:00:00Z" }));
    }
}
