//! The category map: suggestions, tools, filters, the CSV file, and a map that is large.

#![expect(clippy::print_stderr, reason = "how long a large map takes is a figure for people, not a bar")]

use std::{collections::BTreeSet, time::Instant};

use opportune::{
    db,
    domain::{
        author::Author,
        list_changes::rows_to_write,
        lists::{List, ListOption},
        settings::form::{MapRowForm, SettingsForm},
    },
    service::settings::Saved,
};
use reqwest::header;

use crate::harness::{Reply, TestApp, on_both};

const PAGE: &str = "/apps/autotask/opportunities";
const ACCESSORIES: &str = "29681713";

/// Pages as an administrator sees them.
struct Visitor<'a> {
    app: &'a TestApp,
    cookie: String,
}

impl<'a> Visitor<'a> {
    async fn of(app: &'a TestApp) -> Self {
        let password = "a sentence is fine";
        app.services.put_user(app.tenant, "robin@example.com", "Robin", password.into()).await.unwrap();
        let token = app.services.sign_in("robin@example.com", password.into(), "10.0.0.1").await.unwrap();
        Self { app, cookie: format!("session={token}") }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (Reply, String) {
        let reply = Reply::of(request.header(header::COOKIE, &self.cookie)).await;
        let text = reply.body.as_str().unwrap_or_default().replace("&#39;", "'").replace("&#34;", "\"");
        (reply, text)
    }

    async fn get(&self, path: &str) -> String {
        let (reply, text) = self.send(self.app.http.get(self.app.url(&format!("{PAGE}{path}")))).await;
        assert_eq!(reply.status, 200, "{path}");
        text
    }

    async fn post(&self, path: &str, form: &SettingsForm) -> (Reply, String) {
        let body = serde_qs::Config::new().use_form_encoding(true).serialize_string(form).unwrap();
        let kind = "application/x-www-form-urlencoded";
        let url = self.app.url(&format!("{PAGE}{path}"));
        self.send(self.app.http.post(url).header(header::CONTENT_TYPE, kind).body(body)).await
    }

    /// Uploads a file to the import page.
    async fn import(&self, file: &str) -> (Reply, String) {
        let body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"map.csv\"\r\n\r\n{file}\r\n--b\r\n\
             content-disposition: form-data; name=\"text\"\r\n\r\n\r\n--b--\r\n"
        );
        let url = self.app.url(&format!("{PAGE}/map/import"));
        let request = self.app.http.post(url).header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        self.send(request.body(body)).await
    }
}

/// The form as the page shows it now.
async fn form(app: &TestApp) -> SettingsForm {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    let shown = SettingsForm::of(&view.settings);
    SettingsForm { revision: view.revision.to_string(), form_id: app.clock.new_id().to_string(), ..shown }
}

async fn saved_row(app: &TestApp, category: &str) -> Option<i64> {
    let sections = app.services.settings_view(app.tenant).await.unwrap().settings.sections;
    sections.and_then(|sections| sections.category_map.rows.get(category).copied())
}

async fn add_categories(app: &TestApp, names: &[&str]) {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    app.services.add_catalogue(app.tenant, &names, &BTreeSet::new()).await.unwrap();
}

/// The row of a category in the page's HTML.
fn row<'a>(page: &'a str, label: &str) -> &'a str {
    let rows = page.split("<tr").filter(|row| row.contains(&format!("-row\">{label}</bdi>")));
    rows.last().unwrap_or_else(|| panic!("no row of {label}"))
}

fn is_hidden(row: &str) -> bool {
    row.starts_with(" hidden")
}

/// The hidden fields of a page's form, as the browser would post them.
fn hidden(page: &str) -> SettingsForm {
    let main = page.split("<main").nth(1).unwrap();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for input in main.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        query.append_pair(name, rest.split_once('"').unwrap().0);
    }
    serde_qs::Config::new().use_form_encoding(true).deserialize_str(&query.finish()).unwrap()
}

on_both! {
    async fn a_suggestion_stands_beside_an_empty_control(db) {
        let app = TestApp::start_fresh(db).await;
        add_categories(&app, &["Hardware/Accessory", "Parts"]).await;
        app.switch(true).await;
        let page = Visitor::of(&app).await.get("").await;
        assert!(page.contains("Accept 1 exact match</button>"));
        let shown = row(&page, "Hardware › Accessory");
        assert!(shown.contains("Suggested: Hardware › Accessories — same name, spelled differently"), "{shown}");
        assert!(!shown.contains(" selected"), "a suggestion is never applied: {shown}");
        assert!(row(&page, "Parts").contains(">Not mapped</span>"));
    }

    async fn a_tool_fills_the_form_in_and_saves_nothing(db) {
        let app = TestApp::start(db).await;
        add_categories(&app, &["Accessories"]).await;
        let visitor = Visitor::of(&app).await;
        let before = form(&app).await;
        let mut posted = before.clone();
        posted.created.probability = "most likely".into();
        posted.map_tools.action = "accept_exact".into();
        let (reply, page) = visitor.post("/map", &posted).await;
        assert_eq!(reply.status, 200);
        assert!(page.contains("1 exact match accepted. Nothing is saved yet."), "{page}");
        assert!(page.contains("value=\"most likely\""), "what was typed is kept");
        let shown = row(&page, "Accessories");
        assert!(shown.contains("29681713\" selected") && shown.contains(">Mapped</span>"), "{shown}");
        assert_eq!(form(&app).await.category_map, before.category_map);
        let (reply, _) = visitor.send(app.http.get(app.url(&format!("{PAGE}/map")))).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/apps/autotask/opportunities#category_map"));
    }

    async fn a_filter_hides_rows_and_loses_none(db) {
        let app = TestApp::start(db).await;
        let visitor = Visitor::of(&app).await;
        for page in [
            visitor.get("?map_state=mapped&map_q=access").await,
            visitor.get("?saved=0&map_q=HARD+Accessories").await,
        ] {
            assert!(!is_hidden(row(&page, "Hardware › Accessories")));
            assert!(is_hidden(row(&page, "Hardware › Power")));
            assert!(page.contains("1 of 4 shown."), "{page}");
        }
        let mut posted = form(&app).await;
        let wrong = MapRowForm { category: "Hardware/Power".to_owned(), autotask_category: "4711".to_owned() };
        posted.category_map.rows.insert(40, wrong);
        posted.map_tools.search = "accessories".into();
        let (reply, page) = visitor.post("", &posted).await;
        assert_eq!(reply.status, 422);
        assert!(page.contains("href=\"#category_map-rows-40-autotask_category\""), "{page}");
        assert!(!is_hidden(row(&page, "Hardware › Power")), "the error summary leads to it");
        assert!(is_hidden(row(&page, "Hardware › Firewalls")));
    }

    async fn errors_find_their_rows_when_the_catalogue_has_grown(db) {
        let app = TestApp::start(db).await;
        let mut posted = form(&app).await;
        let (place, _) = posted.category_map.rows.iter().find(|(_, row)| row.category == "Hardware/Accessories").unwrap();
        let place = *place;
        posted.category_map.rows.get_mut(&place).unwrap().autotask_category = "4711".into();
        add_categories(&app, &["A new one", "Another"]).await;
        let (_, page) = Visitor::of(&app).await.post("", &posted).await;
        let shown = row(&page, "Hardware › Accessories");
        assert!(shown.contains("Select an Autotask category for Hardware › Accessories"), "{shown}");
        assert!(!row(&page, "A new one").contains("aria-invalid"));
    }

    async fn the_map_goes_out_as_csv_and_comes_back_with_its_differences_first(db) {
        let app = TestApp::start(db).await;
        add_categories(&app, &["=Sum"]).await;
        let visitor = Visitor::of(&app).await;
        let file = visitor.get("/map.csv").await;
        let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "category,autotask_category_id,autotask_category");
        assert!(lines.contains(&"'=Sum,,") && lines.contains(&"Hardware/Accessories,29681713,Hardware › Accessories"), "{file}");
        let (_, page) = visitor.import(&file).await;
        assert!(page.contains("There is nothing to save.") && !page.contains("Save these mappings"), "{page}");
        let (reply, page) = visitor
            .import("category;autotask_category\r\n=Sum;Hardware › Accessories\r\nHardware/Accessories;\r\nDrones;Nothing\r\n=Sum;x\r\n")
            .await;
        assert_eq!(reply.status, 200);
        for text in [
            "1 added, 0 changed, 1 no longer mapped. 0 as saved. 2 left out.",
            "Not mapped → Hardware › Accessories",
            "Hardware › Accessories → Not mapped",
            "<bdi>Line 4</bdi></th><td data-label=\"Category\"><bdi>Drones</bdi>",
            "=Sum stands on line 2 already",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert_eq!(saved_row(&app, "=Sum").await, None, "nothing is saved yet");
        let (reply, _) = visitor.post("", &hidden(&page)).await;
        assert_eq!(reply.status, 303);
        assert_eq!(saved_row(&app, "=Sum").await, ACCESSORIES.parse().ok());
        assert_eq!(saved_row(&app, "Hardware/Accessories").await, None);
    }

    async fn a_file_is_refused_with_what_was_pasted(db) {
        let app = TestApp::start(db).await;
        let visitor = Visitor::of(&app).await;
        let (reply, page) = visitor.import("nothing,of,this").await;
        assert_eq!(reply.status, 422);
        assert!(page.contains("Error: Import the category map") && page.contains("The first line must name the columns"), "{page}");
        let (_, page) = visitor.import(&"x".repeat(600 * 1024)).await;
        assert!(page.contains("The file is longer than 512 KB"), "{page}");
        let (reply, page) = visitor.import(&"x".repeat(2 * 1024 * 1024)).await;
        assert_eq!(reply.status, 413, "{page}");
    }

    async fn what_is_imported_before_the_first_save_opens_in_the_form(db) {
        let app = TestApp::start_fresh(db).await;
        add_categories(&app, &["Hardware/Accessories"]).await;
        app.switch(true).await;
        let visitor = Visitor::of(&app).await;
        let (_, page) = visitor.import(&format!("category,autotask_category_id\nHardware/Accessories,{ACCESSORIES}\n")).await;
        assert!(page.contains("Open in the form") && !page.contains("Save these mappings"), "{page}");
        let (reply, page) = visitor.post("/draft", &hidden(&page)).await;
        assert_eq!(reply.status, 200);
        assert!(row(&page, "Hardware › Accessories").contains("29681713\" selected"), "{page}");
        assert!(page.contains("29681503\" selected"), "the rest is suggested as on the page");
    }

    async fn a_large_map_is_shown_and_saved(db) {
        let app = TestApp::start(db).await;
        let mut options: Vec<ListOption> = (0..800)
            .map(|number| ListOption { value: 5_000 + number, label: format!("Product kind {number}"), detail: None, parent: None, active: true })
            .collect();
        let mut tx = app.services.db.write().await.unwrap();
        let stored = db::options(&mut tx, app.tenant, List::ProductCategories).await.unwrap();
        options.extend(stored.iter().map(|(_, option)| option.clone()));
        let rows = rows_to_write(List::ProductCategories, &stored, options);
        db::put_options(&mut tx, app.tenant, List::ProductCategories, &rows, 1).await.unwrap();
        tx.commit().await.unwrap();
        let names: Vec<String> = (0..500).map(|number| format!("Hardware/Product kinds {number}")).collect();
        add_categories(&app, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let visitor = Visitor::of(&app).await;
        let mut posted = form(&app).await;
        posted.map_tools.action = "accept_exact".into();
        let start = Instant::now();
        let (view, said) = app.services.map_categories(app.tenant, &mut posted).await.unwrap();
        eprintln!("500 × 800: accepted in {:?}", start.elapsed());
        assert_eq!((view.categories.len(), said.as_str()), (505, "500 exact matches accepted. Nothing is saved yet."));
        let start = Instant::now();
        let saved = app.services.save_settings(app.tenant, &Author::SYSTEM, &posted).await.unwrap();
        eprintln!("500 × 800: checked and saved in {:?}", start.elapsed());
        assert!(matches!(saved, Saved::Done { changes, .. } if changes.len() == 500));
        let start = Instant::now();
        let page = visitor.get("").await;
        eprintln!("500 × 800: shown in {:?}, {} bytes, {} elements", start.elapsed(), page.len(), page.matches("</").count());
        assert_eq!(page.matches("name=\"map_tools[selected]").count(), 504);
    }
}
