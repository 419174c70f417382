//! Somebody who is signed in and uses pages as a browser without script does.

use opportune::domain::{author::Author, settings::form::SettingsForm};
use reqwest::{StatusCode, header};

use crate::harness::TestApp;

/// The address of the settings.
pub const SETTINGS: &str = "/apps/autotask/opportunities";

pub struct Browser<'a> {
    app: &'a TestApp,
    cookie: String,
    author: Author,
}

/// A page or a file that came back.
pub struct Answer {
    pub status: StatusCode,
    pub body: String,
    headers: header::HeaderMap,
}

impl<'a> Browser<'a> {
    /// A person of the tenant with that name.
    pub async fn of(app: &'a TestApp, name: &str) -> Self {
        let (email, password) = (format!("{}@example.com", name.to_lowercase()), "a sentence is fine");
        app.services.put_user(app.tenant, &email, name, password.into()).await.unwrap();
        let token = app.services.sign_in(&email, password.into(), "10.0.0.1").await.unwrap();
        let visitor = app.services.visitor(&token).await.unwrap().unwrap();
        Self { app, cookie: format!("session={token}"), author: Author::person(visitor.user) }
    }

    pub fn author(&self) -> Author {
        self.author.clone()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.app.http.get(self.app.url(path))).await
    }

    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let request = self.app.http.post(self.app.url(path)).header("sec-fetch-site", "same-origin");
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(fields).finish();
        self.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    /// Sends the settings form.
    pub async fn save(&self, form: &SettingsForm) -> Answer {
        let text = serde_qs::Config::new().use_form_encoding(true).serialize_string(form).unwrap();
        let fields: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        self.post(SETTINGS, &fields).await
    }

    /// Goes where a redirect leads.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        self.get(answer.header("location").split('#').next().unwrap()).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.header(header::COOKIE, &self.cookie).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        Answer { status, headers, body: answer.text().await.unwrap() }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Fails unless each of these is in the page.
    pub fn says(&self, all: &[&str]) {
        for expected in all {
            assert!(self.body.contains(expected), "not there: {expected}\n{}", self.text());
        }
    }

    /// The words of the page without its tags, each after one space.
    pub fn text(&self) -> String {
        let pieces = self.body.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text);
        let text = pieces.collect::<Vec<_>>().join(" ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Where the link that reads `label` leads.
    pub fn link(&self, label: &str) -> Option<String> {
        let (before, _) = self.body.split_once(&format!(">{label}</a>"))?;
        let (_, href) = before.rsplit_once("href=\"")?;
        Some(unescaped(href.split_once('"')?.0))
    }

    /// The hidden fields of the page's settings form.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let inputs = self.body.split("<input type=\"hidden\" name=\"").skip(1);
        let pair = |input: &str| {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            (unescaped(name), unescaped(rest.split_once('"').unwrap().0))
        };
        inputs.map(pair).collect()
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">");
    text.replace("&#38;", "&").replace("&amp;", "&")
}
