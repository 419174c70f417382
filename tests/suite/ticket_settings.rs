//! The Tickets page: saved beside the Opportunities page, with the codes that both share.

use std::process::Command;

use opportune::{
    domain::{
        author::Author,
        person::Role,
        settings::{
            BilledBy, TicketSections, WhichSales, file::Ids, form::SettingsForm, page::Page,
            ticket_form::TicketForm,
        },
    },
    service::{settings::Saved, settings_file::FileRead},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    harness::{Database, MINUTE, Reply, TENANT, TestApp, on_both},
    history::browser::{Answer, Browser, SETTINGS},
};

const PAGE: &str = "/apps/autotask/tickets";
const REST: &str = "settings/tickets";
const SWITCH: &str = "settings/tickets/enabled";

/// What [`filled`] stands for; the emulator's seed gives the values.
fn sections() -> TicketSections {
    TicketSections {
        which: WhichSales::Unquoted,
        billed_by: BilledBy::Tickets,
        category: 29_681_467,
        queue: 29_681_447,
        status: 1,
        priority: 2,
        issue_type: Some(29_681_456),
        due_days: 14,
        title: "{number} for {customer}".to_owned(),
        cancelled_status: 5,
    }
}

/// A form with everything of the page filled in.
fn filled(form: SettingsForm) -> SettingsForm {
    SettingsForm { tickets: TicketForm::of(&sections()), ..form.of_page(Page::Tickets) }
}

/// The same as REST takes it.
fn document(app_codes: &Value) -> Value {
    json!({
        "tickets": {
            "which": "unquoted", "billed_by": "tickets", "category": 29_681_467, "queue": 29_681_447, "status": 1, "priority": 2,
            "issue_type": 29_681_456, "due_days": 14, "title": "{number} for {customer}", "cancelled_status": 5,
        },
        "codes": app_codes,
    })
}

impl TestApp {
    /// The form of a page as it shows it now, under its own id.
    async fn form_of(&self, page: Page) -> SettingsForm {
        let view = self.services.settings_view(self.tenant).await.unwrap();
        let (revision, form_id) = (view.revision.to_string(), self.clock.new_id().to_string());
        SettingsForm { revision, form_id, ..SettingsForm::of(&view.settings).of_page(page) }
    }

    async fn save_form(&self, form: &SettingsForm) -> Saved {
        self.services.save_settings(self.tenant, &Author::SYSTEM, form).await.unwrap()
    }

    /// Turns the sync of tickets on and saves its page.
    async fn set_tickets_up(&self) {
        self.services.set_tickets_enabled(self.tenant, &Author::SYSTEM, true).await.unwrap();
        let saved = self.save_form(&filled(self.form_of(Page::Tickets).await)).await;
        assert!(matches!(saved, Saved::Done { .. }), "{saved:?}");
    }

    async fn tickets(&self) -> Option<TicketSections> {
        self.services.settings_view(self.tenant).await.unwrap().settings.tickets.sections
    }

    async fn product_code(&self) -> i64 {
        self.services.settings_view(self.tenant).await.unwrap().settings.codes.unwrap().product
    }

    async fn newest_number(&self) -> i64 {
        self.services.newest_revision(self.tenant).await.unwrap().revision
    }
}

/// Posts a form to an address, as the page does.
async fn post(browser: &Browser<'_>, path: &str, form: &SettingsForm) -> Answer {
    let text = serde_qs::Config::new().use_form_encoding(true).serialize_string(form).unwrap();
    let fields: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    browser.post(path, &fields).await
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Runs `opportune …` on the test's database: what it printed.
fn opportune(db: &Database, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opportune"));
    command.env("DATABASE_URL", &db.url).env("OPPORTUNE_KEY_FILE", db.folder.path().join("key"));
    let output = command.args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

on_both! {
    async fn the_page_is_turned_on_filled_in_and_saved(db) {
        let app = TestApp::start(db).await;
        let kim = Browser::of(&app, "Kim").await;
        kim.get(PAGE).await.says(&["Turn on sync to choose defaults. Nothing is sent before you save them.", ">Disabled<"]);
        let on = kim.follow(&kim.post(&format!("{PAGE}/sync"), &[field("enabled", "true")]).await).await;
        on.says(&["Ticket sync is enabled", "they are held until these are saved", "2 required settings are empty. Sales are held until"]);
        on.says(&["When a sale is made: Queue", "Suggested: named &#34;New&#34;", "value=\"7\"", "value=\"{number} {title}\""]);
        on.says(&["The Opportunities sync is on too", "Sales without a quote: with an opportunity of their own, and with a ticket."]);
        let form = filled(SettingsForm { note: "Orders".to_owned(), ..app.form_of(Page::Tickets).await });
        for _ in ["sent", "sent twice"] {
            let saved = post(&kim, PAGE, &form).await;
            assert!(saved.header("location").starts_with(PAGE), "{}", saved.header("location"));
            kim.follow(&saved).await.says(&["Settings saved", "Tickets already in Autotask are not changed."]);
        }
        assert_eq!(app.tickets().await, Some(sections()));
        assert_eq!(app.newest_number().await, 4, "once for the switch, once for the form");
        assert!(app.services.settings_view(app.tenant).await.unwrap().settings.enabled, "the other switch stays");
        kim.get("/history").await.says(&["Tickets ·", "Queue for tickets", "not saved yet", "Procurement", "Orders"]);
        kim.get("/apps/autotask").await.says(&["<a href=\"/apps/autotask/tickets\">Tickets</a>"]);
    }

    async fn what_is_wrong_comes_back_with_everything_typed(db) {
        let app = TestApp::start(db).await;
        app.services.set_tickets_enabled(app.tenant, &Author::SYSTEM, true).await.unwrap();
        let kim = Browser::of(&app, "Kim").await;
        let mut form = filled(app.form_of(Page::Tickets).await);
        form.tickets.queue.clear();
        form.tickets.due_days = "soon".into();
        form.tickets.title = "{name}".into();
        form.note = "<b>kept</b>".into();
        let page = post(&kim, PAGE, &form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.says(&["<a href=\"#tickets-queue\">Select a queue for tickets</a>", "#tickets-due_days", "value=\"soon\"", "value=\"{name}\""]);
        page.says(&["value=\"&#60;b&#62;kept&#60;/b&#62;\"", "data-unsaved", "value=\"unquoted\" aria-describedby=\"tickets-which-1-hint\" checked"]);
        assert_eq!(app.tickets().await, None);
        assert_eq!(app.newest_number().await, 3);
    }

    async fn a_code_that_one_page_saves_is_on_the_other(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let kim = Browser::of(&app, "Kim").await;
        let chosen = |page: &Answer, value: &str| page.body.contains(&format!("<option value=\"{value}\" selected>"));
        let mut form = app.form_of(Page::Tickets).await;
        form.codes.product = "29681302".into();
        assert!(matches!(app.save_form(&form).await, Saved::Done { .. }));
        assert!(chosen(&kim.get(SETTINGS).await, "29681302"));
        let mut form = app.form_of(Page::Opportunities).await;
        form.codes.product = "29681305".into();
        assert!(matches!(app.save_form(&form).await, Saved::Done { .. }));
        let page = kim.get(PAGE).await;
        assert!(chosen(&page, "29681305") && !chosen(&page, "29681302"));
        page.says(&["These four codes are used by Opportunities and Tickets. Saving here changes both."]);
        kim.get("/history").await.says(&["Opportunities and Tickets ·", "Product material code"]);
        assert_eq!(app.tickets().await, Some(sections()), "the rest of the page stays");
    }

    async fn codes_that_tickets_saved_first_are_what_opportunities_begin_with(db) {
        let app = TestApp::start_fresh(db).await;
        app.services.set_tickets_enabled(app.tenant, &Author::SYSTEM, true).await.unwrap();
        let mut form = filled(app.form_of(Page::Tickets).await);
        form.codes.product = "29681302".into();
        for code in [&mut form.codes.payment_surcharge, &mut form.codes.non_recurring_service] {
            *code = "29681305".into();
        }
        form.codes.recurring_service = "29681322".into();
        let saved = app.save_form(&form).await;
        assert!(matches!(saved, Saved::Done { .. }), "{saved:?}");
        app.switch(true).await;
        let page = Browser::of(&app, "Kim").await.get(SETTINGS).await;
        page.says(&["<option value=\"29681302\" selected>", "Setup needed", "The Tickets sync is on too"]);
        let rest = app.get("settings/opportunities").await.body;
        assert_eq!((&rest["complete"], &rest["sections"]), (&json!(false), &Value::Null));
    }

    async fn people_on_both_pages_at_once_clash_on_the_codes_alone(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let (kim, robin) = (Browser::of(&app, "Kim").await, Browser::of(&app, "Robin").await);
        let (mut of_kim, mut of_robin) = (app.form_of(Page::Tickets).await, app.form_of(Page::Opportunities).await);
        of_robin.codes.product = "29681302".into();
        of_robin.won.stage = "29681505".into();
        robin.follow(&post(&robin, SETTINGS, &of_robin).await).await.says(&["Settings saved"]);
        of_kim.codes.product = "29681305".into();
        of_kim.tickets.due_days = "30".into();
        let page = post(&kim, PAGE, &of_kim).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        page.says(&["Robin changed 1 of the same settings while you were editing.", "Product material code", "action=\"/apps/autotask/tickets\""]);
        assert!(!page.body.contains("Due in days"), "only what both changed is asked about");
        let mut fields = page.hidden();
        fields.push(field("codes[product]", "29681305"));
        let draft = kim.post(&format!("{PAGE}/draft"), &fields).await;
        draft.says(&["<h1>Tickets</h1>", "value=\"30\""]);
        kim.follow(&kim.post(PAGE, &fields).await).await.says(&["<h1>Tickets</h1>", "Settings saved"]);
        assert_eq!((app.product_code().await, app.tickets().await.unwrap().due_days), (29_681_305, 30));
        let won = app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap().won.stage;
        assert_eq!(won, 29_681_505, "what Robin alone changed stays");
    }

    async fn changes_on_both_pages_are_both_kept(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let (kim, robin) = (Browser::of(&app, "Kim").await, Browser::of(&app, "Robin").await);
        let (mut of_kim, mut of_robin) = (app.form_of(Page::Tickets).await, app.form_of(Page::Opportunities).await);
        app.clock.advance(30 * MINUTE);
        of_robin.created.probability = "10".into();
        post(&robin, SETTINGS, &of_robin).await;
        of_kim.tickets.queue = "29681446".into();
        let banner = kim.follow(&post(&kim, PAGE, &of_kim).await).await;
        banner.says(&["Queue for tickets is now Service Desk.", "Robin changed Probability % at 09:30 UTC. Both changes are kept."]);
        assert_eq!(app.tickets().await.unwrap().queue, 29_681_446);
    }

    async fn an_inactive_value_stays_is_told_and_cannot_be_chosen(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let switched = app.control(Method::PATCH, "picklists/Tickets/queueID/29681447", json!({ "isActive": false })).await;
        assert_eq!(switched.status, StatusCode::OK);
        app.services.refresh_lists(app.tenant).await.unwrap();
        let kim = Browser::of(&app, "Kim").await;
        let page = kim.get(PAGE).await;
        page.says(&["Procurement (inactive in Autotask)", "New sales are held until you choose an active ticket queue."]);
        let mut form = app.form_of(Page::Tickets).await;
        form.tickets.due_days = "1".into();
        kim.follow(&post(&kim, PAGE, &form).await).await.says(&["1 setting still points to an inactive value."]);
        let said = opportune(db, &["check", "--json"]);
        assert!(said.contains("Procurement is inactive in Autotask: Queue for tickets."), "{said}");
        let mut form = app.form_of(Page::Tickets).await;
        form.tickets.queue = "29681446".into();
        assert!(matches!(app.save_form(&form).await, Saved::Done { .. }));
        form = SettingsForm { form_id: "again".to_owned(), ..app.form_of(Page::Tickets).await };
        form.tickets.queue = "29681447".into();
        let Saved::Wrong(errors) = app.save_form(&form).await else { panic!("an inactive queue was chosen") };
        assert_eq!(errors.get("tickets.queue"), Some("Select a queue for tickets that is active in Autotask"));
    }

    async fn turning_off_is_asked_about_and_keeps_the_choices(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let kim = Browser::of(&app, "Kim").await;
        let asked = kim.follow(&kim.post(&format!("{PAGE}/sync"), &[field("enabled", "false")]).await).await;
        asked.says(&["Turn off ticket sync?", "Sales that wait to become tickets", "action=\"/apps/autotask/tickets/sync\""]);
        assert!(app.services.settings_view(app.tenant).await.unwrap().settings.tickets.enabled);
        let off = [field("enabled", "false"), field("confirmed", "true")];
        kim.follow(&kim.post(&format!("{PAGE}/sync"), &off).await).await.says(&["Ticket sync is disabled", "Your saved choices are kept."]);
        let settings = app.services.settings_view(app.tenant).await.unwrap().settings;
        assert_eq!((settings.tickets.enabled, settings.tickets.sections, settings.enabled), (false, Some(sections()), true));
        kim.get(&format!("{PAGE}/saved")).await.says(&["<h1>Tickets", "{number} for {customer}", "Procurement", "Only sales without a quote"]);
    }

    async fn viewers_read_and_change_nothing(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let page = app.page_for(&viewer, PAGE).await;
        let text = page.body.as_str().unwrap();
        assert!(text.contains("Only administrators and editors can change these settings.") && text.contains("Procurement"), "{text}");
        assert!(!text.split("<main").nth(1).unwrap().contains("<input"));
        for path in ["", "/draft", "/sync", "/preview"] {
            let refused = app.send_as(&viewer, &format!("{PAGE}{path}"), "enabled=false&confirmed=true").await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(app.page_for(&viewer, &format!("{PAGE}/sync/off")).await.status, StatusCode::FORBIDDEN);
        assert!(app.services.settings_view(app.tenant).await.unwrap().settings.tickets.enabled);
    }

    async fn what_was_typed_outlives_the_session(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let cookie = app.sign_in_as("Robin", Role::Editor).await;
        let mut form = app.form_of(Page::Tickets).await;
        form.tickets.due_days = "21".into();
        let body = serde_qs::Config::new().use_form_encoding(true).serialize_string(&form).unwrap();
        app.clock.advance(61 * MINUTE);
        let answer = app.send_as(&cookie, PAGE, &body).await;
        let address = url::Url::parse(&app.url(answer.header("location"))).unwrap();
        let next = address.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
        assert!(next.starts_with("/apps/autotask/tickets?unsaved="), "{next}");
        let again = app.sign_in_again("Robin").await;
        let page = app.page_for(&again, &next).await;
        let text = page.body.as_str().unwrap();
        assert!(text.contains("Your unsaved changes are still here.") && text.contains("value=\"21\""), "{text}");
    }

    async fn a_save_is_undone_and_an_earlier_one_looked_at(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let kim = Browser::of(&app, "Kim").await;
        let first = app.newest_number().await;
        let mut form = app.form_of(Page::Tickets).await;
        form.tickets.due_days = "30".into();
        let banner = kim.follow(&post(&kim, PAGE, &form).await).await;
        banner.says(&[&format!("action=\"/history/{}/undo\"", first + 1)]);
        let undone = kim.post(&format!("/history/{}/undo", first + 1), &[]).await;
        kim.follow(&undone).await.says(&["<h1>Tickets</h1>", &format!("revision {} is undone", first + 1)]);
        assert_eq!(app.tickets().await.unwrap().due_days, 14);
        let page = kim.get(&format!("/history/{}", first + 1)).await;
        page.says(&["Restore Opportunities", "href=\"/apps/autotask/tickets?restore=5#notice\">Restore Tickets"]);
        let shown = kim.get(&format!("{PAGE}?restore={}", first + 1)).await;
        shown.says(&["This puts 1 setting back", "Due in days: 14 → 30", "value=\"30\"", "name=\"origin\" value=\"restore:5\""]);
        let refused = kim.post(&format!("/history/{first}/undo"), &[]).await;
        refused.says(&["is the first with settings", "Change them on the Tickets page."]);
    }

    async fn rest_gives_and_takes_them_on_top_of_a_revision(db) {
        let app = TestApp::start(db).await;
        let before = app.get(REST).await;
        assert_eq!((before.status, before.header("etag")), (StatusCode::OK, "\"2\""));
        assert_eq!((&before.body["enabled"], &before.body["complete"], &before.body["sections"]), (&json!(false), &json!(false), &Value::Null));
        let codes = app.get("settings/opportunities").await.body["sections"]["codes"].clone();
        let body = document(&codes);
        let put = async |etag: &str, path: &str, body: &Value| {
            Reply::of(app.api(Method::PUT, path).header("if-match", etag).json(body)).await
        };
        assert_eq!(app.put(REST, &body).await.status, StatusCode::PRECONDITION_REQUIRED);
        let stale = put("\"1\"", REST, &body).await;
        assert_eq!((stale.status, &stale.body["current"]), (StatusCode::PRECONDITION_FAILED, &before.body));
        let saved = put("\"2\"", REST, &body).await;
        assert_eq!((saved.status, saved.header("etag")), (StatusCode::OK, "\"3\""), "{saved:?}");
        assert_eq!((&saved.body["sections"], &saved.body["labels"]["tickets.queue"]), (&body, &json!("Procurement")));
        assert_eq!(saved.body["labels"].as_object().unwrap().len(), 10);
        assert_eq!(app.tickets().await, Some(sections()));
        let same = put("*", REST, &body).await;
        assert_eq!(same.header("etag"), "\"3\"", "what is saved already makes no revision");
        let on = put("\"3\"", SWITCH, &json!({ "enabled": true })).await;
        assert_eq!((on.header("etag"), &on.body["enabled"]), ("\"4\"", &json!(true)));
        assert_eq!(app.put(SWITCH, &json!({ "enabled": false })).await.body["enabled"], false);
        assert_eq!(app.get("settings/opportunities").await.body["enabled"], true);
        let mut other = document(&codes);
        other["codes"]["product"] = json!(29_681_302);
        put("*", REST, &other).await;
        assert_eq!(app.get("settings/opportunities").await.body["sections"]["codes"]["product"], 29_681_302);
        let wrong = json!({ "tickets": { "which": "some", "due_days": 366, "queue": 7, "title": "" }, "codes": codes });
        let refused = put("*", REST, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let paths: Vec<_> = refused.body["fields"].as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["billed_by", "cancelled_status", "category", "due_days", "priority", "queue", "status", "title", "which"];
        assert_eq!(paths, expected.map(|name| format!("tickets.{name}")));
    }

    async fn a_file_carries_both_pages_in_one_revision(db) {
        let app = TestApp::start(db).await;
        app.set_tickets_up().await;
        let file = async || app.services.settings_file(app.tenant, TENANT, Ids::Written).await.unwrap();
        let text = file().await;
        assert!(text.contains("\n# When a sale becomes a ticket\n[tickets]\nwhich = \"unquoted\" # \"all\" or \"unquoted\"\n"), "{text}");
        assert!(text.contains("\nqueue = { name = \"Procurement\", id = 29681447 }\n"), "{text}");
        let FileRead::Fits { changes, .. } = app.services.read_settings_file(app.tenant, &text).await.unwrap() else { panic!("it does not fit") };
        assert_eq!(changes, [], "what was written changes nothing");
        let changed = "format = 1\n[created]\nprobability = 75\n[tickets]\ndue_days = 3\nissue_type = \"none\"\nbilled_by = \"opportunities\"";
        let path = db.folder.path().join("changed.toml");
        std::fs::write(&path, changed).unwrap();
        let before = app.newest_number().await;
        let said = opportune(db, &["settings", "import", "--tenant", TENANT, "--yes", "--file", path.to_str().unwrap()]);
        assert!(said.contains("Due in days: 14 → 3\nWhen both syncs would bill the same sale: Tickets → Opportunities"), "{said}");
        assert_eq!(app.newest_number().await, before + 1);
        let expected = TicketSections { due_days: 3, issue_type: None, billed_by: BilledBy::Opportunities, ..sections() };
        assert_eq!(app.tickets().await, Some(expected));
        let sections = app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap();
        assert_eq!(sections.created.probability, Some(75));
        assert_eq!(file().await.matches("due_days = 3").count(), 1);
    }

    async fn a_file_sets_tickets_up_where_nothing_of_them_was_saved(db) {
        let app = TestApp::start(db).await;
        let read = async |text: &str| app.services.read_settings_file(app.tenant, text).await.unwrap();
        let FileRead::Wrong(problems) = read("format = 1\n[tickets]\ndue_days = 400\n").await else { panic!("it fits") };
        assert_eq!(problems[0].to_string(), "Line 3: tickets.due_days: Due in days must be a whole number between 0 and 365");
        assert!(problems.iter().any(|problem| problem.to_string() == "Not in the file: tickets.queue: Select a queue for tickets"));
        let text = "format = 1\n[tickets]\nwhich = \"unquoted\"\ncategory = { name = \"Order\" }\nqueue = { name = \"Procurement\" }\n\
                    status = { name = \"New\" }\npriority = { name = \"Medium\" }\nissue_type = { name = \"Procurement\" }\ndue_days = 14\n\
                    title = \"{number} for {customer}\"\ncancelled_status = { name = \"Complete\" }\nbilled_by = \"tickets\"\n";
        let FileRead::Fits { form, revision, .. } = read(text).await else { panic!("it does not fit") };
        app.services.save_settings_at(app.tenant, &Author::OPERATOR, revision, &form).await.unwrap();
        assert_eq!(app.tickets().await, Some(sections()));
    }

    async fn a_sync_that_was_never_set_up_is_told_by_the_doctor(db) {
        let app = TestApp::start(db).await;
        let check = || opportune(db, &["check", "--json"]);
        assert!(!check().contains("was never set up"));
        app.services.set_tickets_enabled(app.tenant, &Author::SYSTEM, true).await.unwrap();
        let said = check();
        assert!(said.contains("The sync is on and was never set up. Sales are held.") && said.contains("Save the page /apps/autotask/tickets."), "{said}");
    }
}
