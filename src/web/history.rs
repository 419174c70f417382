//! `/history`: who changed which setting, one revision of it, the comparison of two, undo, and the history as a file.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    error::Page as Shown,
    extract::{Id, Params, Signed, html},
    history_export as export,
    history_params::HistoryParams,
    history_view as fill,
    opportunities::{address, after_save},
    view::{Compare, ErrorLink, History, Link, Nav, Revision, Text},
};
use crate::{
    domain::settings::page::Page,
    error::Error,
    service::{go_back::NO_REVISION, settings::Saved},
};

const PAGE: &str = "/history";

/// The history, newest first.
pub async fn show(signed: Signed, Params(params): Params<HistoryParams>) -> Shown {
    let tenant = signed.visitor.tenant;
    let (filter, errors) = params.filter();
    let history = signed.services().history(tenant, &filter, params.place()).await?;
    let choices = signed.services().history_choices(tenant).await?;
    let export = |file: &str, label: &str| Link::new(format!("{PAGE}.{file}{}", params.query(None)), label);
    html(&History {
        shell: signed.shell("History", Nav::History, &[]),
        filter: fill::filter(&params, &choices, &errors),
        rows: history.entries.iter().map(fill::row).collect(),
        empty: history.entries.is_empty().then(|| fill::empty(params.is_narrowed()).to_owned()),
        exports: vec![export("csv", "Export as CSV"), export("json", "Export as JSON")],
        older: history.older.map(|place| format!("{PAGE}{}", params.query(Some(("before", place))))),
        newer: history.newer.map(|place| format!("{PAGE}{}", params.query(Some(("after", place))))),
    })
}

/// One revision, with everything that it changed.
pub async fn revision(signed: Signed, Id(number): Id<i64>) -> Shown {
    let tenant = signed.visitor.tenant;
    let save = signed.services().history_save(tenant, number).await?.ok_or(NO_REVISION)?;
    let newest = signed.services().newest_revision(tenant).await?.revision;
    let title = format!("Revision {number}");
    let compare =
        |from: i64, to: i64, label: &str| Link::new(format!("{PAGE}/compare?from={from}&to={to}"), label);
    let mut links = vec![compare(number - 1, number, "Compare with the one before")];
    if number != newest {
        links.push(compare(number, newest, "Compare with what is saved now"));
    }
    html(&Revision {
        shell: signed.shell(
            &format!("{title} — History"),
            Nav::History,
            &[("History", Some(PAGE)), (&title, None)],
        ),
        number,
        row: fill::save(&save, usize::MAX),
        is_newest: number == newest,
        restore: if number == newest { Vec::new() } else { restore(&signed, number).await? },
        compare: links,
    })
}

/// Where a revision's settings can be looked at, to be saved again: the pages that had any.
async fn restore(signed: &Signed, number: i64) -> Result<Vec<Link>, Error> {
    let pages = signed.services().saved_pages(signed.visitor.tenant, number).await?;
    let link = |page: &Page| {
        let label = match (pages.len(), page) {
            (1, _) => "Restore these settings".to_owned(),
            _ => format!("Restore {}", page.label()),
        };
        Link::new(format!("{}?restore={number}#notice", address(*page)), label)
    };
    Ok(pages.iter().map(link).collect())
}

/// Takes back what one revision changed.
pub async fn undo(signed: Signed, Id(number): Id<i64>) -> Shown {
    let tenant = signed.visitor.tenant;
    let saved = signed.services().undo_settings(tenant, &signed.author(), number).await?;
    let page = match &saved {
        Saved::Done { changes, .. } => Page::of_all(changes.iter().map(|change| change.path.as_str())),
        _ => Page::default(),
    };
    after_save(&signed, page, saved).await
}

/// The two revisions to compare, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompareParams {
    from: String,
    to: String,
}

/// What is different between two revisions.
pub async fn compare(signed: Signed, Params(params): Params<CompareParams>) -> Shown {
    let newest = signed.services().newest_revision(signed.visitor.tenant).await?.revision;
    let mut from = Text::new("from", "From revision");
    let mut to = Text::new("to", "To revision");
    let numbers = (read(&mut from, &params.from, newest), read(&mut to, &params.to, newest));
    let changes = match numbers {
        (Some(from), Some(to)) => signed.services().compare_settings(signed.visitor.tenant, from, to).await?,
        _ => None,
    };
    let crumbs = [("History", Some(PAGE)), ("Compare two revisions", None)];
    html(&Compare {
        shell: signed.shell("Compare two revisions — History", Nav::History, &crumbs),
        errors: [&from, &to].into_iter().filter_map(error_link).collect(),
        from,
        to,
        changes: changes.map(|changes| changes.iter().map(fill::change).collect()),
    })
}

/// A revision's number, if one was typed; the field is told what is wrong with it.
fn read(field: &mut Text, typed: &str, newest: i64) -> Option<i64> {
    typed.clone_into(&mut field.value);
    field.numeric = true;
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let number = typed.parse().ok().filter(|number| (0..=newest).contains(number));
    if number.is_none() {
        field.error = Some(format!("There is no revision \"{typed}\": enter a number from 0 to {newest}"));
    }
    number
}

fn error_link(field: &Text) -> Option<ErrorLink> {
    let text = field.error.clone()?;
    Some(ErrorLink { href: format!("#{}", field.id()), text })
}

/// The filtered history as CSV, one line a changed setting.
pub async fn csv(signed: Signed, Params(params): Params<HistoryParams>) -> Shown {
    let entries = signed.services().whole_history(signed.visitor.tenant, &params.filter().0).await?;
    Ok(file(export::csv(&entries)?, "text/csv; charset=utf-8", "attachment; filename=\"history.csv\""))
}

/// The filtered history as JSON.
pub async fn json(signed: Signed, Params(params): Params<HistoryParams>) -> Shown {
    let entries = signed.services().whole_history(signed.visitor.tenant, &params.filter().0).await?;
    let text = serde_json::to_string_pretty(&export::json(&entries)).map_err(Error::internal)?;
    Ok(file(text, "application/json", "attachment; filename=\"history.json\""))
}

fn file(text: String, kind: &'static str, disposition: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
    ];
    (headers, text).into_response()
}
