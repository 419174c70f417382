//! The page of Quote Manager, as people use it: its key, how it is read, what its codes mean.

use std::collections::BTreeMap;

use opportune::{domain::person::Role, emulator::QUOTE_MANAGER_KEY, service::sources::SourceState};
use reqwest::StatusCode;

use crate::harness::{Reply, TestApp, on_both};

const PAGE: &str = "/apps/quote-manager";

/// What a page says, without its tags.
fn said(page: &Reply) -> String {
    let html = page.body.as_str().unwrap().replace("&#39;", "'");
    let pieces = html.split('<').filter_map(|piece| piece.split_once('>'));
    pieces.map(|(_, text)| text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The fields of the form that posts to `action`, as the page has them.
fn fields(page: &Reply, action: &str) -> BTreeMap<String, String> {
    let html = page.body.as_str().unwrap();
    let (_, form) = html.split_once(&format!("action=\"{action}\"")).unwrap();
    let form = form.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next().unwrap().to_owned())
    };
    let mut fields = BTreeMap::new();
    for tag in form.split('<') {
        let name = attribute(tag, "name");
        if tag.starts_with("input") {
            fields.extend(name.map(|name| (name, attribute(tag, "value").unwrap_or_default())));
        } else if tag.starts_with("select") {
            let (_, options) = form.split_once(tag).unwrap();
            let options = options.split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|option| option.contains(" selected"));
            let chosen = chosen.and_then(|option| attribute(option, "value")).unwrap_or_default();
            fields.extend(name.map(|name| (name, chosen)));
        }
    }
    fields
}

/// The place of a code's row in the form.
fn row(fields: &BTreeMap<String, String>, field: &str, code: &str) -> String {
    let is_it = |index: &String| {
        fields[&format!("rows[{index}][field]")] == field && fields[&format!("rows[{index}][code]")] == code
    };
    let indexes = fields.keys().filter_map(|name| name.strip_prefix("rows[")?.strip_suffix("][code]"));
    let mut found = indexes.map(str::to_owned).filter(is_it);
    found.next().unwrap_or_else(|| panic!("{field} {code} is not on the page: {fields:?}"))
}

/// A form as a browser sends it.
fn body(fields: &BTreeMap<String, String>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl TestApp {
    async fn source_page(&self, cookie: &str) -> Reply {
        let page = self.page_for(cookie, PAGE).await;
        assert_eq!(page.status, StatusCode::OK);
        page
    }

    /// Sends the connection's form with some of its fields changed; the page that it leads to.
    async fn connect_on_page(&self, cookie: &str, part: &str, changes: &[(&str, &str)]) -> Reply {
        let mut form = fields(&self.source_page(cookie).await, PAGE);
        form.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.followed(cookie, &format!("{PAGE}{part}"), &body(&form)).await
    }

    /// Sends a form, and goes where it leads.
    async fn followed(&self, cookie: &str, path: &str, form: &str) -> Reply {
        let answer = self.send_as(cookie, path, form).await;
        if answer.status != StatusCode::SEE_OTHER {
            return answer;
        }
        let next = answer.header("location").split('#').next().unwrap().to_owned();
        self.page_for(cookie, &next).await
    }

    /// Says on the page what a code means; the page that this leads to.
    async fn say_on_page(&self, cookie: &str, field: &str, code: &str, meaning: &str) -> Reply {
        let mut form = fields(&self.source_page(cookie).await, &format!("{PAGE}/codes"));
        let index = row(&form, field, code);
        form.insert(format!("rows[{index}][meaning]"), meaning.to_owned());
        self.followed(cookie, &format!("{PAGE}/codes"), &body(&form)).await
    }
}

const RECURRING: &str = "quoteline.recurringType";

on_both! {
    async fn a_key_is_tested_and_saved_on_the_page_and_never_shown(db) {
        let app = TestApp::start(db).await;
        let kim = app.sign_in_as("Kim", Role::Administrator).await;
        let first = said(&app.source_page(&kim).await);
        assert!(first.contains("Kaseya Quote Manager Not connected") && first.contains("My Account (the profile icon), Developer API"), "{first}");
        let refused = app.connect_on_page(&kim, "", &[("key", "wrong"), ("every_minutes", "5")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(said(&refused).contains("Not saved: API key accepted, quotes can be read"), "{}", said(&refused));
        assert_eq!(fields(&refused, PAGE)["every_minutes"], "5", "what was typed is kept, but for the key");
        assert_eq!(fields(&refused, PAGE)["key"], "");
        assert_eq!(app.services.newest_revision(app.tenant).await.unwrap().settings.quote_manager.every_minutes, 1);
        let saved = app.connect_on_page(&kim, "", &[("key", QUOTE_MANAGER_KEY), ("every_minutes", "5")]).await;
        let text = said(&saved);
        assert!(text.contains("Kaseya Quote Manager is connected The key is saved, and reading begins."), "{text}");
        assert!(text.contains("by Kim. Leave empty to keep it."), "{text}");
        app.settle().await;
        let page = app.source_page(&kim).await;
        assert!(said(&page).contains("Every 5 minutes"), "{}", said(&page));
        for page in [&first, &text, &said(&page)] {
            assert!(!page.contains(QUOTE_MANAGER_KEY));
        }
        assert!(!page.body.as_str().unwrap().contains(QUOTE_MANAGER_KEY));
    }

    async fn testing_a_key_saves_nothing(db) {
        let app = TestApp::start(db).await;
        let kim = app.sign_in_as("Kim", Role::Administrator).await;
        let missing = app.connect_on_page(&kim, "/test", &[]).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(said(&missing).contains("There is a problem Enter the API key of Kaseya Quote Manager"));
        let tested = said(&app.connect_on_page(&kim, "/test", &[("key", QUOTE_MANAGER_KEY), ("currency", "EUR")]).await);
        assert!(tested.contains("The connection works") && tested.contains("Employees can be read"), "{tested}");
        assert_eq!(app.quote_manager().view().await.state, SourceState::NotConnected);
        assert_eq!(app.services.newest_revision(app.tenant).await.unwrap().settings.quote_manager.currency, None);
    }

    async fn how_it_is_read_is_saved_with_the_saved_key_and_kept_in_the_history(db) {
        let app = TestApp::start(db).await;
        app.quote_manager().connect().await;
        let kim = app.sign_in_as("Kim", Role::Administrator).await;
        let wrong = app.connect_on_page(&kim, "", &[("every_minutes", "61"), ("currency", "dollars")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(said(&wrong).contains("Read every must be a whole number from 1 to 60 minutes"), "{}", said(&wrong));
        let saved = said(&app.connect_on_page(&kim, "", &[("every_minutes", "15"), ("currency", "AUD")]).await);
        assert!(saved.contains("Settings saved") && saved.contains("Quote Manager currency"), "{saved}");
        let history = said(&app.page_for(&kim, "/history").await);
        assert!(history.contains("Read Quote Manager every (minutes)") && history.contains("Kim"), "{history}");
        let csv = app.page_for(&kim, "/history.csv").await;
        assert!(csv.body.as_str().unwrap().contains("Quote Manager"), "each setting with its page");
        let revision = app.services.newest_revision(app.tenant).await.unwrap().revision;
        let undone = said(&app.followed(&kim, &format!("/history/{revision}/undo"), "").await);
        assert!(undone.starts_with("Kaseya Quote Manager — Apps") || undone.contains("Kaseya Quote Manager Reading"), "{undone}");
        assert!(undone.contains(&format!("Settings saved: revision {revision} is undone")), "{undone}");
        let again = said(&app.connect_on_page(&kim, "", &[]).await);
        assert!(again.contains("Nothing to save"), "{again}");
    }

    async fn a_key_that_is_refused_later_says_so_with_what_to_do(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let kim = app.sign_in_as("Kim", Role::Administrator).await;
        shop.api.fault(serde_json::json!({ "kind": "status", "status": 401, "resource": "quote" })).unwrap();
        shop.cycle().await;
        let page = said(&app.source_page(&kim).await);
        assert!(page.contains("Kaseya Quote Manager Needs you") && page.contains("did not accept the API key"), "{page}");
        let tile = said(&app.page_for(&kim, "/apps").await);
        assert!(tile.contains("Kaseya Quote Manager did not accept the API key."), "{tile}");
        let tested = said(&app.connect_on_page(&kim, "/test", &[]).await);
        assert!(tested.contains("The connection works"), "{tested}");
        app.settle().await;
        assert!(said(&app.source_page(&kim).await).contains("Kaseya Quote Manager Reading"));
    }

    async fn an_unknown_code_stands_first_and_saying_it_releases_what_is_held(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let quote = shop.quote(101).line(801, 1, 11.50).line_with("title", "Managed Server".into());
        quote.line_with("isRecurring", true.into()).line_with("recurringType", 7.into()).send().await;
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let page = app.source_page(&editor).await;
        let text = said(&page);
        assert!(text.contains("1 quote or sale waits for the meaning of 1 code."), "{text}");
        assert!(said(&app.page_for(&editor, "/apps").await).contains("1 quote or sale waits for the meaning of 1 code."));
        let saved = app.say_on_page(&editor, RECURRING, "7", "monthly").await;
        assert!(said(&saved).contains("Settings saved") && said(&saved).contains("those that were held for them go on"), "{}", said(&saved));
        app.settle().await;
        app.expect("QO101", "sent", "").await;
        let history = said(&app.page_for(&editor, "/history").await);
        assert!(history.contains("Quote Manager code quoteline.recurringType 7") && history.contains("Eddy"), "{history}");
        let form = fields(&app.source_page(&editor).await, &format!("{PAGE}/codes"));
        assert_eq!(form[&format!("rows[{}][meaning]", row(&form, RECURRING, "7"))], "monthly");
    }

    async fn a_code_can_be_added_before_it_is_seen_and_taken_back(db) {
        let app = TestApp::start(db).await;
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let mut form = fields(&app.source_page(&editor).await, &format!("{PAGE}/codes"));
        let index = row(&form, RECURRING, "");
        form.insert(format!("rows[{index}][code]"), "x".to_owned());
        form.insert(format!("rows[{index}][meaning]"), "yearly".to_owned());
        let won = row(&form, "quote.status", "3");
        form.insert(format!("rows[{won}][meaning]"), "lost".to_owned());
        let wrong = app.followed(&editor, &format!("{PAGE}/codes"), &body(&form)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(said(&wrong).contains("There is a problem Enter the code as a whole number"), "{}", said(&wrong));
        let again = fields(&wrong, &format!("{PAGE}/codes"));
        let kept = |form: &BTreeMap<String, String>, field, code| form[&format!("rows[{}][meaning]", row(form, field, code))].clone();
        assert_eq!((kept(&again, RECURRING, "x"), kept(&again, "quote.status", "3")), ("yearly".to_owned(), "lost".to_owned()));
        form.insert(format!("rows[{index}][code]"), " 4 ".to_owned());
        form.insert("note".to_owned(), "As our instance has it".to_owned());
        app.followed(&editor, &format!("{PAGE}/codes"), &body(&form)).await;
        let newest = app.services.newest_revision(app.tenant).await.unwrap();
        let set = [("quote.status 3", "lost"), ("quoteline.recurringType 4", "yearly")].map(|(key, word)| (key.to_owned(), word.to_owned()));
        assert_eq!((newest.settings.quote_manager.codes, newest.note.as_deref()), (set.into(), Some("As our instance has it")));
        app.say_on_page(&editor, RECURRING, "4", "").await;
        app.say_on_page(&editor, "quote.status", "3", "won").await;
        let codes = app.services.newest_revision(app.tenant).await.unwrap().settings.quote_manager.codes;
        assert_eq!(codes, BTreeMap::new(), "what is known anyway is not kept");
    }

    async fn two_people_who_say_different_things_choose(db) {
        let app = TestApp::start(db).await;
        let (eddy, kim) = (app.sign_in_as("Eddy", Role::Editor).await, app.sign_in_as("Kim", Role::Editor).await);
        let codes = format!("{PAGE}/codes");
        let mut form = fields(&app.source_page(&eddy).await, &codes);
        let (won, lost) = (row(&form, "quote.status", "3"), row(&form, "quote.status", "90"));
        app.say_on_page(&kim, "quote.status", "3", "open").await;
        app.say_on_page(&kim, "salesorder.status", "1", "placed").await;
        form.insert(format!("rows[{won}][meaning]"), "lost".to_owned());
        form.insert(format!("rows[{lost}][meaning]"), "open".to_owned());
        let clash = app.followed(&eddy, &codes, &body(&form)).await;
        assert_eq!(clash.status, StatusCode::CONFLICT);
        assert!(said(&clash).contains("Kim changed 1 of the same settings while you were editing."), "{}", said(&clash));
        assert!(said(&clash).contains("Status of a quote: code 3 Was Won Kim Open Yours Lost or declined"), "{}", said(&clash));
        let mut choice = fields(&clash, &codes);
        choice.insert(format!("rows[{won}][meaning]"), "lost".to_owned());
        let saved = app.followed(&eddy, &codes, &body(&choice)).await;
        assert!(said(&saved).contains("Settings saved"), "{}", said(&saved));
        let now = app.services.newest_revision(app.tenant).await.unwrap().settings.quote_manager.codes;
        let expected = [("quote.status 3", "lost"), ("quote.status 90", "open"), ("salesorder.status 1", "placed")];
        assert_eq!(now, expected.map(|(key, word)| (key.to_owned(), word.to_owned())).into(), "what only Kim changed is kept");
    }

    async fn two_people_who_read_it_differently_choose(db) {
        let app = TestApp::start(db).await;
        app.quote_manager().connect().await;
        let (robin, kim) = (app.sign_in_as("Robin", Role::Administrator).await, app.sign_in_as("Kim", Role::Administrator).await);
        let mut form = fields(&app.source_page(&robin).await, PAGE);
        app.connect_on_page(&kim, "", &[("every_minutes", "10"), ("currency", "EUR")]).await;
        form.insert("every_minutes".to_owned(), "20".to_owned());
        let clash = app.followed(&robin, PAGE, &body(&form)).await;
        assert_eq!(clash.status, StatusCode::CONFLICT);
        let mut choice = fields(&clash, PAGE);
        choice.insert("every_minutes".to_owned(), "20".to_owned());
        app.followed(&robin, PAGE, &body(&choice)).await;
        let now = app.services.newest_revision(app.tenant).await.unwrap().settings.quote_manager;
        assert_eq!((now.every_minutes, now.currency.as_deref()), (20, Some("EUR")));
    }

    async fn pausing_going_on_reading_now_and_the_end_say_what_they_did(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let kim = app.sign_in_as("Kim", Role::Administrator).await;
        for (part, heading, state) in [
            ("pause", "Reading is paused", "Kaseya Quote Manager Paused"),
            ("resume", "Reading goes on", "Kaseya Quote Manager Reading"),
            ("read", "Reading now", "Kaseya Quote Manager Reading"),
        ] {
            let page = said(&app.followed(&kim, &format!("{PAGE}/{part}"), "").await);
            assert!(page.contains(heading) && page.contains(state), "{part}: {page}");
        }
        let mark = shop.mark();
        app.settle().await;
        assert_eq!(shop.mark() - mark, 2, "it was read at once, and not in a minute");
        let question = said(&app.page_for(&kim, &format!("{PAGE}/disconnect")).await);
        assert!(question.contains("Disconnect Kaseya Quote Manager?"), "{question}");
        let wrong = app.followed(&kim, &format!("{PAGE}/disconnect"), "name=northwind").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(shop.view().await.state, SourceState::Reading);
        let ended = said(&app.followed(&kim, &format!("{PAGE}/disconnect"), "name=Northwind+IT+Services").await);
        assert!(ended.contains("The connection is ended") && ended.contains("Not connected"), "{ended}");
        let nothing = app.send_as(&kim, &format!("{PAGE}/read"), "").await;
        assert_eq!(nothing.status, StatusCode::CONFLICT);
    }

    async fn who_may_not_change_it_reads_it(db) {
        let app = TestApp::start(db).await;
        app.quote_manager().connect().await;
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let page = app.source_page(&viewer).await;
        let html = page.body.as_str().unwrap();
        assert!(!html.contains("action=\"/apps/quote-manager"), "a viewer finds no form");
        assert!(said(&page).contains("Status of a quote") && said(&page).contains("Lost or declined"), "{}", said(&page));
        let page = app.source_page(&editor).await;
        let html = page.body.as_str().unwrap();
        assert!(html.contains("action=\"/apps/quote-manager/codes\"") && !html.contains("type=\"password\""));
        assert_eq!(app.page_for(&editor, &format!("{PAGE}/disconnect")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(app.page_for(&editor, "/apps/elsewhere").await.status, StatusCode::NOT_FOUND);
    }
}
