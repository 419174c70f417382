//! The settings as a file: downloaded, changed, shown as differences, saved; on the page and at the command line.

use std::{
    fs,
    process::{Command, Output},
};

use opportune::{
    domain::settings::{Settings, file::Ids, form::SettingsForm},
    service::settings_file::FileRead,
};
use reqwest::{StatusCode, header};

use crate::harness::{Database, Reply, TENANT, TestApp, on_both};

const PAGE: &str = "/apps/autotask/opportunities/file";
const BOUNDARY: &str = "a-boundary";

/// A person's browser on the pages of the file.
struct Browser<'a> {
    app: &'a TestApp,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn sign_in(app: &'a TestApp) -> Self {
        let password = || "a sentence is fine".into();
        app.services.put_user(app.tenant, "kim@example.com", "Kim", password()).await.unwrap();
        let token = app.services.sign_in("kim@example.com", password(), "10.0.0.1").await.unwrap();
        Self { app, cookie: format!("session={token}") }
    }

    async fn get(&self, path: &str) -> Reply {
        Reply::of(self.app.http.get(self.app.url(path)).header(header::COOKIE, &self.cookie)).await
    }

    async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> Reply {
        let request = self.app.http.post(self.app.url(path)).header(header::COOKIE, &self.cookie);
        Reply::of(request.header(header::CONTENT_TYPE, kind).body(body)).await
    }

    /// Chooses a file, pastes a text, and asks what changes.
    async fn compare(&self, file: &[u8], pasted: &str) -> Reply {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.toml\"\r\n\r\n"
        );
        let text = format!(
            "\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{pasted}\r\n--{BOUNDARY}--\r\n"
        );
        let body = [head.as_bytes(), file, text.as_bytes()].concat();
        self.post(PAGE, &format!("multipart/form-data; boundary={BOUNDARY}"), body).await
    }

    /// Sends the form of a page that shows changes, with a note.
    async fn send_changes(&self, page: &str, path: &str) -> Reply {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let main = page.split("<main").nth(1).unwrap();
        for input in main.split("<input type=\"hidden\" ").skip(1) {
            let attribute = |name: &str| {
                unescaped(input.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap())
            };
            form.append_pair(&attribute("name"), &attribute("value"));
        }
        form.append_pair("note", "From a file");
        self.post(path, "application/x-www-form-urlencoded", form.finish().into_bytes()).await
    }
}

fn unescaped(text: &str) -> String {
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (code, plain)| text.replace(code, plain))
}

fn text(reply: &Reply) -> String {
    unescaped(reply.body.as_str().unwrap())
}

async fn saved(app: &TestApp) -> (i64, Settings) {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    (view.revision, view.settings)
}

async fn file(app: &TestApp) -> String {
    app.services.settings_file(app.tenant, TENANT, Ids::Written).await.unwrap()
}

/// Runs `opportune settings …` on the test's database: what it printed, else what it refused with.
fn opportune(db: &Database, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opportune"));
    command.env("DATABASE_URL", &db.url).env("OPPORTUNE_KEY_FILE", db.folder.path().join("key"));
    let Output { status, stdout, stderr } =
        command.arg("settings").args(arguments).args(["--tenant", TENANT]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if status.success() { Ok(text(stdout)) } else { Err(text(stdout) + &text(stderr)) }
}

on_both! {
    async fn a_file_is_downloaded_and_changes_nothing_when_it_comes_back(db) {
        let app = TestApp::start(db).await;
        let browser = Browser::sign_in(&app).await;
        let file = browser.get(&format!("{PAGE}.toml")).await;
        assert_eq!(file.header("content-type"), "application/toml; charset=utf-8");
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"opportunity-settings.toml\"");
        let toml = file.body.as_str().unwrap();
        assert!(toml.contains("# Tenant: Northwind IT Services. Revision: 2."), "{toml}");
        assert!(toml.contains("\nstage = { name = \"Proposal Sent\", id = "), "{toml}");
        assert!(toml.contains("\n\"Hardware/Power\" = { name = \"Hardware › Power\", id = "), "{toml}");
        let page = browser.compare(toml.as_bytes(), "").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(text(&page).contains("Nothing to save. These settings were already up to date."));
        let names = browser.get(&format!("{PAGE}.toml?ids=no")).await;
        assert!(names.body.as_str().unwrap().contains("\nstage = { name = \"Proposal Sent\" }"));
    }

    async fn a_file_is_saved_after_its_changes_were_shown(db) {
        let app = TestApp::start(db).await;
        let browser = Browser::sign_in(&app).await;
        let (before, settings) = saved(&app).await;
        let pasted = "format = 1\r\n[created]\r\nprobability = 75\r\n[won]\r\nstage = { name = \"Verbal Agreement\" }\r\n[lost]\r\nstage = \"Leave at current stage\"";
        let page = browser.compare(b"", pasted).await;
        assert_eq!((page.status, saved(&app).await.0), (StatusCode::OK, before), "nothing is saved by looking");
        let shown = text(&page);
        assert!(shown.contains("3 settings change. Nothing is saved yet."), "{shown}");
        let row = "<bdi>Stage for won quotes</bdi></th><td data-label=\"Saved now\"><bdi>Closed Won</bdi></td><td data-label=\"In the file\"><bdi>Verbal Agreement</bdi>";
        assert!(shown.contains(row), "{shown}");
        let form = browser.send_changes(page.body.as_str().unwrap(), "/apps/autotask/opportunities/draft").await;
        assert!(text(&form).contains("name=\"created[probability]\" value=\"75\""));
        assert_eq!(saved(&app).await.0, before, "the form is only opened");
        for _ in ["sent", "sent twice"] {
            let done = browser.send_changes(page.body.as_str().unwrap(), "/apps/autotask/opportunities").await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
        }
        let (revision, now) = saved(&app).await;
        assert_eq!(revision, before + 1);
        assert_eq!(now.codes, settings.codes);
        let (now, sections) = (now.sections.unwrap(), settings.sections.unwrap());
        assert_eq!((now.created.probability, now.won.stage, now.lost.stage), (Some(75), 29_681_505, None));
        assert_eq!(now.category_map, sections.category_map);
    }

    async fn a_file_that_cannot_be_used_comes_back_with_what_is_wrong(db) {
        let app = TestApp::start(db).await;
        let browser = Browser::sign_in(&app).await;
        let before = saved(&app).await;
        let pasted = "format = 1\n[created]\nstage = { name = \"<b>Gone</b>\" }\ncolour = 1\n";
        let page = browser.compare(b"", pasted).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let shown = text(&page);
        assert!(shown.contains("<title>Error: Settings as a file"), "{shown}");
        assert!(shown.contains("The file cannot be used. 2 things in it are wrong"), "{shown}");
        assert!(shown.contains("Line 3</th>") && shown.contains("<code>created.colour</code>"), "{shown}");
        assert!(shown.contains(&format!(">\n{pasted}</textarea>")), "what was pasted is still there: {shown}");
        assert!(!page.body.as_str().unwrap().contains("<b>Gone"));
        for (file, pasted, sentence) in [
            (&b"\xff\xfe"[..], "", "Save the file as UTF-8 and choose it again"),
            (b"", " \r\n", "Choose a file or paste one"),
            (&b"#".repeat(600 * 1024)[..], "", "The file may have at most 512 KiB. Leave out what stays as it is"),
        ] {
            let page = browser.compare(file, pasted).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(text(&page).contains(sentence), "{}", text(&page));
        }
        let page = browser.compare(&b"#".repeat(2 * 1024 * 1024), "").await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(text(&page).contains("This form is too long"), "{}", text(&page));
        assert_eq!(saved(&app).await, before);
    }

    async fn settings_that_moved_meanwhile_are_not_lost(db) {
        let app = TestApp::start(db).await;
        let FileRead::Fits { form, revision, changes } =
            app.services.read_settings_file(app.tenant, "format = 1\n[created]\nprobability = 10").await.unwrap()
        else {
            panic!("the file is right")
        };
        assert_eq!((changes.len(), changes[0].label.as_str()), (1, "Probability %"));
        app.save_settings(|form| form.won.stage = "29681505".into()).await;
        let saved_at = app.services.save_settings_at(app.tenant, &opportune::domain::author::Author::OPERATOR, revision, &form).await.unwrap();
        assert!(matches!(saved_at, opportune::service::settings::Saved::Stale { .. }), "{saved_at:?}");
        assert_eq!(saved(&app).await.1.sections.unwrap().won.stage, 29_681_505);
    }

    async fn the_command_line_writes_shows_and_saves_a_file(db) {
        let app = TestApp::start(db).await;
        let (before, _) = saved(&app).await;
        let path = db.folder.path().join("settings.toml");
        let path = path.to_str().unwrap();
        assert_eq!(opportune(db, &["export"]).unwrap(), file(&app).await);
        opportune(db, &["export", "--file", path]).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), file(&app).await);
        let same = opportune(db, &["import", "--file", path, "--yes"]).unwrap();
        assert_eq!(same, "Nothing to save. These settings were already up to date.\n");
        fs::write(path, file(&app).await.replace("probability = 50", "probability = 75")).unwrap();
        let dry = opportune(db, &["import", "--file", path, "--dry-run"]).unwrap();
        assert_eq!(dry, "Probability %: 50 → 75\nNothing was saved: this was a dry run.\n");
        let asked = opportune(db, &["import", "--file", path]).unwrap_err();
        assert_eq!(asked, "Probability %: 50 → 75\nopportune: Nothing was saved. Run it again with --yes to save this.\n");
        assert_eq!(saved(&app).await.0, before);
        let done = opportune(db, &["import", "--file", path, "--yes", "--note", "New terms"]).unwrap();
        assert_eq!(done, format!("Probability %: 50 → 75\nSaved as revision {}.\n", before + 1));
        let newest = app.services.newest_revision(app.tenant).await.unwrap();
        assert_eq!((newest.who().as_str(), newest.note.as_deref()), ("The operator", Some("New terms")));
        fs::write(path, "format = 1\n[won]\nstage = 1\n[win]\n").unwrap();
        let wrong = opportune(db, &["import", "--file", path, "--yes"]).unwrap_err();
        let expected = "opportune: Nothing was saved. The file cannot be used:\n  Line 3: won.stage: Write it as { name = \"…\" }.\n  \
                        Line 4: win: There is no such setting. Check its spelling or leave it out.\n";
        assert_eq!(wrong, expected);
        fs::remove_file(path).unwrap();
        assert!(opportune(db, &["import", "--file", path]).unwrap_err().contains("settings.toml cannot be read"));
    }

    async fn a_file_of_names_carries_settings_to_another_tenant(db) {
        let app = TestApp::start(db).await;
        let (_, settings) = saved(&app).await;
        let text = app.services.settings_file(app.tenant, TENANT, Ids::LeftOut).await.unwrap();
        let other = app.services.add_tenant("Theirs").await.unwrap();
        let from = app.services.settings_view(app.tenant).await.unwrap();
        let mut tx = app.services.db.write().await.unwrap();
        for list in opportune::domain::lists::List::ALL {
            let moved = |option: &opportune::domain::lists::ListOption| {
                let (value, parent) = (option.value + 1_000, option.parent.map(|parent| parent + 1_000));
                opportune::domain::lists::ListOption { value, parent, ..option.clone() }
            };
            let rows: Vec<_> = (0..).zip(from.lists.options(list).iter().map(moved)).collect();
            opportune::db::put_options(&mut tx, other, list, &rows, 1).await.unwrap();
        }
        tx.commit().await.unwrap();
        app.services.add_catalogue(other, &from.categories.into_iter().collect(), &[TENANT.to_owned()].into()).await.unwrap();
        let FileRead::Fits { form, revision, .. } = app.services.read_settings_file(other, &text).await.unwrap() else { panic!("it does not fit") };
        let form = SettingsForm { note: "Copied".to_owned(), ..*form };
        app.services.save_settings_at(other, &opportune::domain::author::Author::OPERATOR, revision, &form).await.unwrap();
        let theirs = app.services.settings_view(other).await.unwrap().settings;
        let moved: Vec<_> = settings.choices().into_iter().map(|(.., value)| value.map(|value| value + 1_000)).collect();
        assert_eq!(theirs.choices().into_iter().map(|(.., value)| value).collect::<Vec<_>>(), moved);
        assert_eq!(theirs.sections.unwrap().category_map.rows.len(), settings.sections.unwrap().category_map.rows.len());
    }
}
