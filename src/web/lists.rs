//! The lists on `/apps/autotask`: having them refreshed, how far that is, what changed.

use axum::response::{IntoResponse, Redirect};

use super::{
    error::Page,
    extract::Signed,
    view::{Link, ListFailure, ListNews, ListProgress, Lists, count_of},
    words::ago,
};
use crate::{
    clock::Millis,
    domain::{lists::List, settings::InactiveChoice},
    service::{
        checklist::thousands,
        lists::{ListsState, RefreshRow},
    },
};

/// Asks for a refresh, and shows how it goes.
pub async fn refresh(signed: Signed) -> Page {
    signed.services().request_refresh(signed.visitor.tenant, Some(signed.visitor.user)).await?;
    Ok(Redirect::to("/apps/autotask#lists").into_response())
}

/// The lists as the page shows them.
pub fn view(state: &ListsState, connected: bool, may_refresh: bool, now: Millis) -> Lists {
    let news = |sentence: &str, at| ListNews { sentence: sentence.to_owned(), ago: ago(now, at) };
    Lists {
        can_refresh: connected && may_refresh,
        summary: summary(state, connected, now),
        progress: progress(state),
        failure: state.newest.as_ref().and_then(failure),
        inactive: state.inactive.iter().map(inactive).collect(),
        news: state.news.iter().map(|row| news(&row.sentence, row.created_at)).collect(),
    }
}

fn summary(state: &ListsState, connected: bool, now: Millis) -> String {
    let count = |count: i64, one: &str, many: &str| count_of(count.max(0).unsigned_abs(), one, many);
    let by = |done: &RefreshRow| {
        let calls = count(done.calls, "call", "calls");
        let changes = count(done.changes, "change", "changes");
        format!(" It took {calls} and found {changes}.")
    };
    match (state.refreshed_at, connected) {
        (Some(at), _) => {
            let newest = state.newest.as_ref().filter(|newest| newest.state == "done");
            format!("Last refreshed {}.{}", ago(now, at), newest.map(by).unwrap_or_default())
        }
        (None, true) => "Not refreshed yet.".to_owned(),
        (None, false) => "There are none before Autotask is connected.".to_owned(),
    }
}

fn progress(state: &ListsState) -> Option<ListProgress> {
    if !state.is_refreshing() {
        return None;
    }
    let all = i64::try_from(List::ALL.len()).unwrap_or(i64::MAX);
    let done = state.newest.as_ref().map_or(0, |refresh| refresh.lists_done);
    let rows = state.newest.as_ref().map_or(0, |refresh| refresh.rows_read);
    let text = match state.current() {
        Some((list, place)) => {
            let rows = if rows > 0 { format!(", {} rows so far", thousands(rows)) } else { String::new() };
            format!("Refreshing lists: {place} of {all} — {}{rows}", list.nouns().1)
        }
        None => "Refreshing lists: waiting for the worker".to_owned(),
    };
    Some(ListProgress { text, done, all })
}

fn failure(newest: &RefreshRow) -> Option<ListFailure> {
    let (cause, fix) = (newest.error.clone()?, newest.fix.clone()?);
    (newest.state == "failed").then_some(ListFailure { cause: cause.trim_end_matches('.').to_owned(), fix })
}

fn inactive(choice: &InactiveChoice) -> Link {
    let field = choice.path.replace('.', "-");
    let label = format!("{}: '{}' is inactive", choice.field, choice.label);
    Link::new(format!("/apps/autotask/opportunities#{field}"), label)
}
