//! What administrators, editors and viewers may do, and what they are shown.

use std::{collections::BTreeMap, fs, path::Path};

use opportune::domain::person::Role;
use reqwest::{StatusCode, header};

use crate::harness::{Database, Reply, TestApp, on_both};

const PASSWORD: &str = "a sentence is fine";
const SETTINGS: &str = "/apps/autotask/opportunities";
const FORBIDDEN: &str = "Your role does not allow this";

/// Forms that everybody may send: they are about whoever sends them.
const OWN: [&str; 6] =
    ["/sign-in", "/sign-out", "/session", "/account/theme", "/account/password", "/account/sessions/end"];

impl TestApp {
    /// Adds a person with a role and signs them in; the cookie.
    pub async fn sign_in_as(&self, name: &str, role: Role) -> String {
        let email = format!("{}@example.com", name.to_lowercase());
        self.services.put_user_as(self.tenant, &email, name, PASSWORD.into(), role).await.unwrap();
        self.sign_in_again(name).await
    }

    /// Signs a person in once more; the cookie.
    pub async fn sign_in_again(&self, name: &str) -> String {
        let email = format!("{}@example.com", name.to_lowercase());
        let token = self.services.sign_in(&email, PASSWORD.into(), "10.0.0.1").await.unwrap();
        format!("session={token}")
    }

    /// A page as the holder of a cookie sees it.
    pub async fn page_for(&self, cookie: &str, path: &str) -> Reply {
        Reply::of(self.http.get(self.url(path)).header(header::COOKIE, cookie)).await
    }

    /// Sends a form as the holder of a cookie.
    pub async fn send_as(&self, cookie: &str, path: &str, form: &str) -> Reply {
        let request = self.http.post(self.url(path)).header(header::COOKIE, cookie);
        let kind = "application/x-www-form-urlencoded";
        Reply::of(request.header(header::CONTENT_TYPE, kind).body(form.to_owned())).await
    }
}

/// The routes of all pages that take a form, with `id` for every id.
pub fn forms(id: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let sources = files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
    let routes = |text: String| -> Vec<String> {
        let route = |piece: &str| {
            let handlers = piece.split(".layer(").next().unwrap();
            handlers.contains("post(").then(|| {
                piece.split('"').nth(1).unwrap().replace("{id}", id).replace("{source}", "quote-manager")
            })
        };
        text.split(".route(").skip(1).filter_map(route).collect()
    };
    let forms: Vec<String> = sources.flat_map(routes).collect();
    assert!(forms.len() > 10 && OWN.iter().all(|own| forms.contains(&(*own).to_owned())), "{forms:?}");
    forms
}

/// What is in the middle of a page.
fn main_of(page: &Reply) -> String {
    let html = page.body.as_str().unwrap();
    html.split("<main").nth(1).unwrap().split("</main>").next().unwrap().replace("&#39;", "'")
}

/// A held push's id.
async fn held(app: &TestApp) -> String {
    app.quote("Q-1").with("currency", "EUR".into()).send().await;
    app.push("Q-1").await["id"].as_str().unwrap().to_owned()
}

/// How each form that is not a person's own is answered, by its address.
async fn answers(app: &TestApp, cookie: &str, id: &str) -> BTreeMap<String, Reply> {
    let mut answers = BTreeMap::new();
    for path in forms(id).into_iter().filter(|path| !OWN.contains(&path.as_str())) {
        let answer = app.send_as(cookie, &path, "").await;
        answers.insert(path, answer);
    }
    answers
}

async fn nothing_saved(db: &Database) -> TestApp {
    TestApp::start_fresh(db).await
}

on_both! {
    async fn a_viewer_sends_no_form_but_their_own(db) {
        let app = TestApp::start(db).await;
        let id = held(&app).await;
        app.sign_in_as("Robin", Role::Administrator).await;
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let before = app.services.settings_view(app.tenant).await.unwrap();
        for (path, answer) in answers(&app, &viewer, &id).await {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            let said = main_of(&answer);
            assert!(said.contains(FORBIDDEN) && said.contains("Your role is Viewer"), "{path}: {said}");
            assert!(said.contains("Robin can give you another role."), "{path}: {said}");
        }
        let after = app.services.settings_view(app.tenant).await.unwrap();
        assert_eq!((after.revision, after.settings), (before.revision, before.settings));
        assert_eq!(app.send_as(&viewer, "/account/theme", "theme=dark").await.status, StatusCode::SEE_OTHER);
        assert_eq!(app.send_as(&viewer, "/sign-out", "").await.status, StatusCode::SEE_OTHER);
    }

    async fn an_editor_sends_every_form_but_the_connections(db) {
        let app = TestApp::start(db).await;
        let id = held(&app).await;
        app.sign_in_as("Robin", Role::Administrator).await;
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        for (path, answer) in answers(&app, &editor, &id).await {
            let is_refused = answer.status == StatusCode::FORBIDDEN;
            let is_about_a_key = ["/apps/quote-manager", "/apps/quote-manager/test", "/apps/quote-manager/disconnect"];
            let is_the_connections = path.starts_with("/apps/autotask/connection") || is_about_a_key.contains(&path.as_str());
            assert_eq!(is_refused, is_the_connections, "{path}: {answer:?}");
            assert!(!is_refused || main_of(&answer).contains("This is for administrators."), "{path}");
        }
        app.settle().await;
    }

    async fn a_role_that_is_taken_away_counts_at_once(db) {
        let app = TestApp::start(db).await;
        app.sign_in_as("Robin", Role::Administrator).await;
        let cookie = app.sign_in_as("Kim", Role::Editor).await;
        assert_eq!(app.send_as(&cookie, "/apps/autotask/lists/refresh", "").await.status, StatusCode::SEE_OTHER);
        app.sign_in_as("Kim", Role::Viewer).await;
        assert_eq!(app.send_as(&cookie, "/apps/autotask/lists/refresh", "").await.status, StatusCode::FORBIDDEN);
        app.settle().await;
    }

    async fn a_viewer_is_shown_no_form_and_no_question(db) {
        let app = TestApp::start(db).await;
        let id = held(&app).await;
        let administrator = app.sign_in_as("Robin", Role::Administrator).await;
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let push = format!("/activity/{id}");
        for (path, has_form) in [
            ("/apps", false), ("/apps/autotask", true), ("/apps/autotask/connection", true), (SETTINGS, true),
            ("/activity", true), (push.as_str(), true),
        ] {
            let (theirs, mine) = (app.page_for(&viewer, path).await, app.page_for(&administrator, path).await);
            assert_eq!((theirs.status, mine.status), (StatusCode::OK, StatusCode::OK), "{path}");
            let form = r#"method="post""#;
            assert_eq!(main_of(&mine).contains(form), has_form, "{path}");
            assert!(!main_of(&theirs).contains(form), "{path}");
        }
        for question in ["/apps/autotask/opportunities/sync/off", "/apps/autotask/connection/disconnect"] {
            assert_eq!(app.page_for(&viewer, question).await.status, StatusCode::FORBIDDEN, "{question}");
            assert_eq!(app.page_for(&administrator, question).await.status, StatusCode::OK, "{question}");
        }
    }

    async fn a_viewer_reads_the_settings_by_name(db) {
        let app = TestApp::start(db).await;
        app.switch_picklist("stage", "29681503", false).await;
        app.sign_in_as("Robin", Role::Administrator).await;
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let shown = main_of(&app.page_for(&viewer, SETTINGS).await);
        for words in [
            "Only administrators and editors can change these settings.",
            "<dt>Default owner</dt>", "<dt>Product material code</dt>", "<dt>Include unquoted sales</dt>",
            r#"<dt>Stage</dt><dd><bdi>Proposal Sent</bdi> <span class="tag" data-tone="warn">Inactive in Autotask</span>"#,
            "<bdi>Hardware › Firewalls</bdi>", "Any other category", "Revision ",
        ] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        for control in ["<input", "<select", "<button", "<form", "29681503"] {
            assert!(!shown.contains(control), "{control}");
        }
    }

    async fn everybody_can_look_at_what_is_saved(db) {
        let app = TestApp::start(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        app.switch(false).await;
        let off = main_of(&app.page_for(&cookie, SETTINGS).await);
        assert!(off.contains(r#"<a href="/apps/autotask/opportunities/saved">Show saved settings (read only)</a>"#), "{off}");
        let shown = main_of(&app.page_for(&cookie, &format!("{SETTINGS}/saved")).await);
        assert!(shown.contains("Disabled") && shown.contains("<dt>Default owner</dt>"), "{shown}");
        assert!(shown.contains("Edit settings") && !shown.contains("<form"), "{shown}");
    }

    async fn nothing_saved_is_said_so(db) {
        let app = nothing_saved(db).await;
        let cookie = app.sign_in_as("Robin", Role::Administrator).await;
        let shown = main_of(&app.page_for(&cookie, &format!("{SETTINGS}/saved")).await);
        assert!(shown.contains("Nothing has been saved yet.") && !shown.contains("<dt>"), "{shown}");
    }

    async fn somebody_stays_administrator(db) {
        let app = nothing_saved(db).await;
        app.sign_in_as("Robin", Role::Administrator).await;
        let services = &app.services;
        let demote = || services.put_user_as(app.tenant, "robin@example.com", "Robin", PASSWORD.into(), Role::Viewer);
        let refused = demote().await.unwrap_err().to_string();
        assert_eq!(refused, "This is the last administrator. Make someone else an administrator first.");
        app.sign_in_as("Kim", Role::Administrator).await;
        demote().await.unwrap();
        assert_eq!(services.administrators(app.tenant).await.unwrap(), ["Kim"]);
        services.put_user(app.tenant, "robin@example.com", "Robin B.", PASSWORD.into()).await.unwrap();
        assert_eq!(services.administrators(app.tenant).await.unwrap(), ["Kim"], "a new password is no new role");
    }
}
