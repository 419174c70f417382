//! What the page of a source tells after a redirect, and of a test.

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{
    catalogue,
    extract::Signed,
    view::{Link, Notice, Tone},
};
use crate::{
    domain::settings::{Origin, diff},
    error::Error,
    service::{save_news::SaveNews, settings::UNCHANGED, sources::SourceChecklist},
};

/// What a redirect tells about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewsParams {
    /// The revision that was just saved.
    saved: Option<i64>,
    /// The revision that its form was made from, where others saved since.
    merged: Option<i64>,
    /// Whether a key was saved with it.
    key: bool,
    /// Whether it is about codes.
    codes: bool,
    /// What else was done: `paused`, `resumed`, `reading` or `ended`.
    did: Option<String>,
}

impl NewsParams {
    /// News of a save.
    pub fn saved(revision: i64, merged: Option<i64>) -> Self {
        Self { saved: Some(revision), merged, ..Self::default() }
    }

    /// The same, with a new key or without.
    pub fn with_key(self, key: bool) -> Self {
        Self { key, ..self }
    }

    /// The same, of codes.
    pub fn with_codes(self) -> Self {
        Self { codes: true, ..self }
    }

    /// News of something else.
    pub fn did(what: &str) -> Self {
        Self { did: Some(what.to_owned()), ..Self::default() }
    }
}

/// The address of a source's page.
pub fn page(word: &str) -> String {
    format!("/apps/{word}")
}

/// Leads back to the page with news.
pub fn redirect(word: &str, news: &NewsParams) -> Response {
    let mut pairs = Vec::new();
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let flag = |is_set: bool| is_set.then(|| "true".to_owned());
    for (name, value) in [
        ("saved", number(news.saved)),
        ("merged", number(news.merged)),
        ("key", flag(news.key)),
        ("codes", flag(news.codes)),
        ("did", news.did.clone()),
    ] {
        pairs.extend(value.map(|value| (name, value)));
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Redirect::to(&format!("{}#notice", catalogue::address(&page(word), &pairs))).into_response()
}

/// What a redirect to the page told about.
///
/// # Errors
/// When the database fails.
pub async fn notice(signed: &Signed, word: &str, params: &NewsParams) -> Result<Option<Notice>, Error> {
    let name = signed.services().source_name(word)?;
    let Some(revision) = params.saved else {
        return Ok(params.did.as_deref().and_then(|did| done(did, name)));
    };
    let news = signed.services().save_news(signed.visitor.tenant, revision, params.merged).await?;
    Ok(news.map(|news| saved(revision, &news, params, name)))
}

fn saved(revision: i64, news: &SaveNews, params: &NewsParams, name: &str) -> Notice {
    let is_same = revision == UNCHANGED || news.changes.is_empty();
    let heading = match (params.key, is_same) {
        (true, _) => format!("{name} is connected"),
        (false, true) => "Nothing to save".to_owned(),
        (false, false) => match news.origin {
            Some(Origin::Undo(revision)) => format!("Settings saved: revision {revision} is undone"),
            Some(Origin::Restore(_)) | None => "Settings saved".to_owned(),
        },
    };
    let mut sentences = Vec::new();
    if params.key {
        sentences.push("The key is saved, and reading begins.".to_owned());
    }
    if !params.key || !is_same {
        sentences.push(diff::sentence(&news.changes));
    }
    if let Some(others) = news.others.as_ref().filter(|others| !others.changes.is_empty()) {
        sentences.push(format!("{} saved other settings meanwhile. Both changes are kept.", others.by));
    }
    if params.codes && !is_same {
        sentences.push(
            "Quotes and sales with these codes are read anew within a minute, and those that were held for them go on."
                .to_owned(),
        );
    }
    Notice {
        tone: if is_same && !params.key { Tone::Info } else { Tone::Ok },
        heading,
        text: sentences.join(" "),
        links: vec![Link::new("/history", "View history")],
        post: (!is_same).then(|| Link::new(format!("/history/{revision}/undo"), "Undo")),
        ..Notice::default()
    }
}

fn done(did: &str, name: &str) -> Option<Notice> {
    let (tone, heading, text) = match did {
        "paused" => (
            Tone::Info,
            "Reading is paused",
            format!("Nothing is read from {name} until you go on. What was read already is still sent."),
        ),
        "resumed" => {
            (Tone::Ok, "Reading goes on", format!("Whatever changed in {name} meanwhile is read now."))
        }
        "reading" => (
            Tone::Ok,
            "Reading now",
            "What changed is on its way. Reload the page in a moment to see how far it is.".to_owned(),
        ),
        "ended" => (
            Tone::Info,
            "The connection is ended",
            format!("The key is deleted, and nothing is read from {name} any more. What was read is kept."),
        ),
        _ => return None,
    };
    Some(Notice::new(tone, heading, text))
}

/// News of a test.
pub fn tested(list: &SourceChecklist) -> Notice {
    match list.failed() {
        None => Notice::new(
            Tone::Ok,
            "The connection works",
            "Everything that Opportune needs can be read. A test saves nothing.",
        ),
        Some(line) => Notice::new(
            Tone::Bad,
            format!("Test failed: {}", line.label),
            format!("{} {}", line.sentence, line.fix),
        ),
    }
}

/// News of a save that its test kept from being done.
pub fn refused(list: &SourceChecklist) -> Notice {
    let mut notice = tested(list);
    notice.heading = notice.heading.replacen("Test failed", "Not saved", 1);
    notice.text.push_str(" What you entered is still here, but for the key.");
    notice
}
