//! The form of the Opportunities page: what long lists are typed with, what became of a saved choice, and what the
//! page says is in the way.

use opportune::{
    domain::{
        lists::{List, ListOption, Lists},
        settings::{
            Opportunities, Sections, Settings,
            form::{Against, MapRowForm, SettingsForm},
        },
    },
    error::FieldErrors,
};
use reqwest::StatusCode;

use crate::harness::{Reply, TestApp, on_both};

const PAGE: &str = "/apps/autotask/opportunities";
const HOUR: i64 = 3_600_000;
/// The option that becomes inactive or vanishes.
const OLD: i64 = 1_000;

type Slot = fn(&mut SettingsForm) -> &mut String;

/// Every choice from a list of Autotask: its path, and where the form has it.
const CHOICES: [(&str, Slot); 15] = [
    ("created.category", |form| &mut form.created.category),
    ("created.default_owner", |form| &mut form.created.default_owner),
    ("created.stage", |form| &mut form.created.stage),
    ("created.status", |form| &mut form.created.status),
    ("created.shipping", |form| &mut form.created.shipping),
    ("won.stage", |form| &mut form.won.stage),
    ("won.status", |form| &mut form.won.status),
    ("lost.stage", |form| &mut form.lost.stage),
    ("lost.status", |form| &mut form.lost.status),
    ("codes.product", |form| &mut form.codes.product),
    ("codes.recurring_service", |form| &mut form.codes.recurring_service),
    ("codes.payment_surcharge", |form| &mut form.codes.payment_surcharge),
    ("codes.non_recurring_service", |form| &mut form.codes.non_recurring_service),
    ("category_map.fallback", |form| &mut form.category_map.fallback),
    ("category_map.rows[0].autotask_category", |form| {
        &mut form.category_map.rows.entry(0).or_default().autotask_category
    }),
];

/// What became of [`OLD`].
#[derive(Clone, Copy, Debug, PartialEq)]
enum Old {
    Active,
    Inactive,
    Gone,
}

/// Every list with `count` active options from 1, and the old one.
fn lists(count: i64, old: Old) -> Lists {
    let option = |value: i64, active| ListOption {
        value,
        label: format!("Choice {value:04}"),
        detail: None,
        parent: None,
        active,
    };
    let mut lists = Lists::default();
    for list in List::ALL {
        let mut options: Vec<_> = (1..=count).map(|value| option(value, true)).collect();
        if old != Old::Gone {
            options.push(option(OLD, old == Old::Active));
        }
        lists.set(list, options);
    }
    lists
}

fn check(
    form: &SettingsForm,
    lists: &Lists,
    saved: Option<&Opportunities>,
) -> Result<Opportunities, FieldErrors> {
    let names = ["Own".to_owned()];
    let saved = saved.cloned().map_or(Settings::NEW, all);
    let parts = form.check(&Against { lists, brands: &names, categories: &names, saved: &saved })?;
    Ok(Opportunities { sections: parts.sections.unwrap(), codes: parts.codes })
}

/// Settings of which the Opportunities page alone was saved.
fn all(page: Opportunities) -> Settings {
    Settings::NEW.with_opportunities(page)
}

/// A form that chooses the same of every list.
fn choosing(value: &str) -> SettingsForm {
    let mut form = SettingsForm::default();
    form.category_map.rows.insert(0, MapRowForm { category: "Own".to_owned(), ..MapRowForm::default() });
    for (_, slot) in CHOICES {
        value.clone_into(slot(&mut form));
    }
    "own".clone_into(&mut form.services.brand);
    "Own".clone_into(&mut form.services.category);
    form
}

#[test]
fn a_saved_choice_that_is_inactive_or_gone_stays_however_long_the_list() {
    for (count, old) in [(5, Old::Inactive), (5, Old::Gone), (60, Old::Inactive), (60, Old::Gone)] {
        let saved = check(&choosing(&OLD.to_string()), &lists(count, Old::Active), None).unwrap();
        let now = lists(count, old);
        let unchanged = check(&SettingsForm::of(&all(saved.clone())), &now, Some(&saved));
        assert_eq!(unchanged.as_ref(), Ok(&saved), "{count} options, {old:?}");
        let shown = choosing(&format!("Whatever it is shown as (inactive in Autotask) (#{OLD})"));
        assert_eq!(check(&shown, &now, Some(&saved)).as_ref(), Ok(&saved), "{count} options, {old:?}");
        let mut other = SettingsForm::of(&all(saved.clone()));
        "41".clone_into(&mut other.created.probability);
        let other = check(&other, &now, Some(&saved)).unwrap();
        assert_eq!(other.sections.created.probability, Some(41));
        let sections = Sections { created: saved.sections.created, ..other.sections };
        assert_eq!(Opportunities { sections, ..other }, saved, "nothing else moved");
    }
}

#[test]
fn a_choice_that_is_inactive_or_gone_cannot_be_chosen_newly() {
    for (count, old) in [(5, Old::Inactive), (5, Old::Gone), (60, Old::Inactive), (60, Old::Gone)] {
        let now = lists(count, old);
        let saved = check(&choosing("1"), &now, None).unwrap();
        for (path, slot) in CHOICES {
            for typed in [OLD.to_string(), format!("Choice {OLD} (#{OLD})")] {
                let mut form = choosing("1");
                slot(&mut form).clone_from(&typed);
                let refused = check(&form, &now, Some(&saved)).unwrap_err();
                let sentence = refused.get(path).unwrap_or_default();
                assert!(
                    sentence.ends_with("active in Autotask"),
                    "{path} {typed} {count} {old:?}: {sentence}"
                );
                assert_eq!(refused.iter().count(), 1, "{refused:?}");
            }
        }
    }
}

#[test]
fn names_are_typed_as_people_write_them() {
    let now = lists(60, Old::Active);
    for typed in ["choice0007", "  CHOICE 0007 ", "Chöice 0007", "7", "x (#7)"] {
        let saved =
            check(&choosing(typed), &now, None).unwrap_or_else(|refused| panic!("{typed}: {refused:?}"));
        assert_eq!(saved.codes.product, 7, "{typed}");
    }
    assert_eq!(check(&choosing("choice 1"), &now, None).unwrap().codes.product, OLD, "a unique beginning");
}

#[test]
fn a_name_that_leads_nowhere_is_told_with_what_to_do() {
    let now = lists(60, Old::Active);
    let told = |typed: &str| {
        let refused = check(&choosing(typed), &now, None).unwrap_err();
        refused.get("codes.product").unwrap_or_default().to_owned()
    };
    let called = "No material code is called";
    assert_eq!(
        told("Chioce 0007"),
        format!("{called} \"Chioce 0007\". Choose one of the nearest, or type another name")
    );
    assert_eq!(told("zzz"), format!("{called} \"zzz\". Type the name of one in Autotask"));
    let several = "Several material codes begin with \"choice 00\". Choose one, or type more of its name";
    assert_eq!(told("choice 00"), several);
}

impl TestApp {
    /// Signs an administrator in anew; the cookie.
    async fn administrator(&self) -> String {
        let (email, password) = ("kim@example.com", "a sentence is fine");
        self.services.put_user(self.tenant, email, "Kim", password.into()).await.unwrap();
        format!("session={}", self.services.sign_in(email, password.into(), "10.0.0.1").await.unwrap())
    }

    async fn opportunities_page(&self) -> String {
        let cookie = self.administrator().await;
        let request = self.http.get(self.url(PAGE)).header("cookie", cookie);
        let reply = Reply::of(request).await;
        assert_eq!(reply.status, StatusCode::OK);
        reply.body.as_str().unwrap().to_owned()
    }

    /// The page after a form was posted to it, or to one of its parts.
    async fn posted(&self, part: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
        let cookie = self.administrator().await;
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(self.url(&format!("{PAGE}{part}"))).header("cookie", cookie);
        let typed = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let reply = Reply::of(typed).await;
        (reply.status, reply.body.as_str().unwrap_or_default().to_owned())
    }

    /// So many owners in place of those there are.
    async fn set_owners(&self, count: i64) {
        let owner = |value: i64| {
            let (label, detail) = (format!("Owner {value:03}"), Some(format!("{value}@northwind.example")));
            (value, ListOption { value, label, detail, parent: None, active: true })
        };
        let owners: Vec<_> = (1..=count).map(owner).collect();
        let mut tx = self.services.db.write().await.unwrap();
        opportune::db::put_options(&mut tx, self.tenant, List::Owners, &owners, 1).await.unwrap();
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn the_nearest_names_are_buttons_that_choose(db) {
        let app = TestApp::start(db).await;
        app.set_owners(60).await;
        let (status, page) = app.posted("", &[("created[default_owner]", "Onwer 007")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let button = "formaction=\"/apps/autotask/opportunities/draft\" name=\"created[default_owner]\" value=\"7\"";
        assert!(page.contains(button) && page.contains("value=\"Onwer 007\""), "{page}");
        let chosen = [("created[default_owner]", "Onwer 007"), ("note", "kept"), ("created[default_owner]", "7")];
        let (status, page) = app.posted("/draft", &chosen).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("value=\"Owner 007 — 7@northwind.example\"") && page.contains("value=\"kept\""), "{page}");
        assert!(!page.contains("Did you mean"), "{page}");
    }

    async fn setup_links_what_is_really_empty(db) {
        let app = TestApp::start_fresh(db).await;
        let before = app.opportunities_page().await;
        assert!(before.contains("Nothing is sent before you save them."), "{before}");
        app.switch(true).await;
        let page = app.opportunities_page().await;
        assert!(page.contains("required settings are empty. Quotes are held until you save the settings below."), "{page}");
        assert!(page.contains("<a href=\"#created-default_owner\">When a quote is created: Default owner</a>"), "{page}");
        assert!(!page.contains("<a href=\"#created-stage\">"), "a suggested field is not empty");
        assert!(page.contains("Suggested: name contains &#34;sent&#34;"), "{page}");
        assert!(app.services.settings_view(app.tenant).await.unwrap().settings.sections.is_none(), "nothing is saved by looking");
    }

    async fn lists_that_were_never_loaded_close_their_fields_and_keep_what_is_saved(db) {
        let app = TestApp::start_unconnected(db, false).await;
        app.connect("a secret").await;
        app.switch(true).await;
        let page = app.opportunities_page().await;
        assert!(page.contains("Autotask lists have not been loaded yet"), "{page}");
        assert!(page.contains("<input type=\"hidden\" name=\"created[stage]\" value=\"\"><select id=\"created-stage\" disabled"), "{page}");
        assert!(page.contains("name=\"created[probability]\" value=\"\""), "others can be used");
        assert!(page.contains(">Save</button>"));
        app.switch(false).await;
    }

    async fn old_lists_are_told_with_a_button(db) {
        let app = TestApp::start(db).await;
        assert!(!app.opportunities_page().await.contains("last refreshed"));
        app.clock.advance(26 * HOUR);
        let page = app.opportunities_page().await;
        assert!(page.contains("Autotask lists were last refreshed 26 hours ago"), "{page}");
        assert!(page.contains("action=\"/apps/autotask/lists/refresh\""), "{page}");
    }

    async fn the_switch_works_without_a_connection_and_says_what_to_do(db) {
        let app = TestApp::start_unconnected(db, false).await;
        let (status, _) = app.posted("/sync", &[("enabled", "true")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let page = app.opportunities_page().await;
        assert!(page.contains("aria-checked=\"true\"") && page.contains("Autotask is not connected"), "{page}");
        assert!(page.contains("<a href=\"/apps/autotask/connection\">Connect Autotask</a>"), "{page}");
    }

    async fn a_decided_status_for_won_quotes_is_cautioned_about_and_saved(db) {
        let app = TestApp::start(db).await;
        let caution = "closes the opportunity at once";
        app.save_settings(|form| form.won.status = "1".into()).await;
        assert!(!app.opportunities_page().await.contains(caution));
        app.save_settings(|form| form.won.status = "3".into()).await;
        assert!(app.opportunities_page().await.contains(caution));
    }

    async fn an_inactive_choice_says_what_it_leads_to(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", "29681503", false).await;
        let page = app.opportunities_page().await;
        assert!(page.contains("(inactive in Autotask)</option>") && page.contains(">Inactive in Autotask<"), "{page}");
        assert!(page.contains("id=\"created-stage-note\">New quotes are held until you choose an active stage.<"), "{page}");
    }

    async fn saved_settings_are_linked_while_sync_is_off(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        let page = app.opportunities_page().await;
        assert!(page.contains("<a href=\"/apps/autotask/opportunities/saved\">Show saved settings (read only)</a>"), "{page}");
    }
}
