//! `/apps/autotask/opportunities/file`: the settings as a TOML file, to download and to read.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse},
};
use serde::Deserialize;

use super::{
    error::Page,
    extract::{Params, Signed, html, pairs},
    upload::Upload,
    view::{FileChange, FileChanges, FileProblem, Nav, SettingsFile, Text},
};
use crate::{
    crypto,
    domain::settings::{
        diff::{Change, NEVER_SAVED},
        file::{Ids, Problem},
        form::SettingsForm,
    },
    error::Error,
    service::settings_file::FileRead,
};

const CRUMBS: [(&str, Option<&str>); 4] = [
    ("Apps", Some("/apps")),
    ("Autotask", Some("/apps/autotask")),
    ("Opportunities", Some("/apps/autotask/opportunities")),
    ("Settings as a file", None),
];

/// How the file is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FileParams {
    /// `no` leaves them out, for another tenant.
    ids: String,
}

/// Shows the page.
pub async fn show(signed: Signed) -> Page {
    html(&page(&signed))
}

/// Gives the file.
pub async fn download(signed: Signed, Params(params): Params<FileParams>) -> Page {
    let ids = if params.ids == "no" { Ids::LeftOut } else { Ids::Written };
    let (tenant, name) = (signed.visitor.tenant, &signed.visitor.tenant_name);
    let text = signed.services().settings_file(tenant, name, ids).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/toml; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"opportunity-settings.toml\""),
        ),
    ];
    Ok((headers, text).into_response())
}

/// Shows what a file would change; nothing is saved. A file that cannot be used comes back with what is wrong.
pub async fn compare(signed: Signed, upload: Upload) -> Page {
    let Some(text) = upload.text().map(str::to_owned) else {
        return refuse(&signed, String::new(), &[whole("Save the file as UTF-8 and choose it again")]);
    };
    if text.trim().is_empty() {
        return refuse(&signed, text, &[whole("Choose a file or paste one")]);
    }
    match signed.services().read_settings_file(signed.visitor.tenant, &text).await? {
        FileRead::Wrong(problems) => refuse(&signed, text, &problems),
        FileRead::Fits { form, changes, .. } => {
            html(&SettingsFile { changes: Some(compared(*form, &changes)?), ..page(&signed) })
        }
    }
}

fn page(signed: &Signed) -> SettingsFile {
    SettingsFile {
        shell: signed.shell("Settings as a file — Opportunities — Autotask", Nav::Apps, &CRUMBS),
        problems: Vec::new(),
        pasted: String::new(),
        changes: None,
    }
}

fn refuse(signed: &Signed, pasted: String, problems: &[Problem]) -> Page {
    let page = SettingsFile { problems: problems.iter().map(shown).collect(), pasted, ..page(signed) };
    let html = Html(page.render().map_err(Error::from)?);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html).into_response())
}

/// A problem of the file as a whole.
fn whole(sentence: &str) -> Problem {
    Problem { path: String::new(), line: None, sentence: sentence.to_owned() }
}

fn shown(problem: &Problem) -> FileProblem {
    let place = match problem.line {
        Some(line) => format!("Line {line}"),
        None if problem.path.is_empty() => String::new(),
        None => "Not in the file".to_owned(),
    };
    FileProblem { place, path: problem.path.clone(), sentence: problem.sentence.clone() }
}

/// The changes, and the form that saves them once however often it is sent.
fn compared(form: SettingsForm, changes: &[Change]) -> Result<FileChanges, Error> {
    let form = pairs(&SettingsForm { form_id: crypto::random_text(), ..form })?;
    let row = |change: &Change| FileChange {
        label: change.label.clone(),
        before: change.before.clone().unwrap_or_else(|| NEVER_SAVED.to_owned()),
        after: change.after.clone(),
    };
    Ok(FileChanges {
        rows: changes.iter().map(row).collect(),
        form: form.into_iter().filter(|(name, _)| name != "note").collect(),
        note: Text::new("note", "Note for history")
            .optional()
            .hint("Why you made this change, for whoever asks later."),
    })
}
