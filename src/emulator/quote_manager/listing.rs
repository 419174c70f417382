//! What a call asks for, and the rows that answer it.

use axum::http::StatusCode;
use url::form_urlencoded;

use super::{
    Row, Switches,
    answer::Answer,
    resources::{self, Filter, Kind, Resource},
    store::Store,
    table::{self, Kept},
};
use crate::clock::Millis;

/// The most rows of a page, and how many there are where the call does not say.
const PAGE_SIZE: usize = 100;

/// The two lists of which one source says that their filters do nothing.
const DETAILS: [&str; 2] = ["quotesection", "quoteline"];

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) resource: &'static Resource,
    id: Option<i64>,
}

impl Target {
    /// Reads `/v1/{resource}` and `/v1/{resource}/{id}`; none where nothing is served.
    pub(super) fn find(path: &str) -> Option<Self> {
        let mut segments = path.strip_prefix("/v1/")?.trim_end_matches('/').split('/');
        let resource = resources::find(segments.next()?)?;
        let id = segments.next().map(|segment| segment.parse().ok());
        match (id, segments.next()) {
            (None, None) => Some(Self { resource, id: None }),
            (Some(Some(id)), None) if resource.has_ids => Some(Self { resource, id: Some(id) }),
            _ => None,
        }
    }

    /// The rows that the call asks for.
    pub(super) fn answer(&self, store: &Store, query: &str, switches: &Switches) -> Answer {
        match self.id {
            None => match list(store, self.resource, query, switches) {
                Ok(rows) => Answer::list(&rows),
                Err(why) => Answer::refused(StatusCode::BAD_REQUEST, &why),
            },
            Some(id) => store.row(self.resource.name, id).map_or_else(Answer::missing, Answer::one),
        }
    }
}

impl Answer {
    /// The answer where nothing is served, and where there is no row of that id.
    pub(super) fn missing() -> Self {
        Self::refused(StatusCode::NOT_FOUND, "Not found.")
    }
}

/// The value of a parameter, decoded; its name is written as Quote Manager writes it. An empty one counts as none.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let value = pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    value.filter(|value| !value.is_empty())
}

fn malformed(name: &str, value: &str) -> String {
    format!("The value '{value}' is not valid for {name}.")
}

/// A page's number or size.
fn count(query: &str, name: &str, default: usize) -> Result<usize, String> {
    let Some(text) = parameter(query, name) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| *number >= 1);
    number.ok_or_else(|| malformed(name, &text))
}

/// When a row must have changed last to be listed.
fn modified_after(resource: &Resource, query: &str) -> Result<Option<Millis>, String> {
    const NAME: &str = "modifiedAfter";
    let Some(text) = parameter(query, NAME).filter(|_| resource.has_modified_after) else { return Ok(None) };
    table::moment(&text).map(Some).ok_or_else(|| malformed(NAME, &text))
}

/// Which rows a filter leaves.
enum Wanted {
    All,
    /// Those that are found under this key.
    Found(String),
    Nothing,
}

fn wanted(store: &Store, resource: &Resource, query: &str, switches: &Switches) -> Result<Wanted, String> {
    let is_deaf = !switches.detail_filters && DETAILS.contains(&resource.name);
    let Some(Filter { parameter: name, kind }) = resource.filter.filter(|_| !is_deaf) else {
        return Ok(Wanted::All);
    };
    let Some(text) = parameter(query, name) else { return Ok(Wanted::All) };
    if kind == Kind::Text {
        return Ok(Wanted::Found(text));
    }
    let id: i64 = text.parse().map_err(|_| malformed(name, &text))?;
    let number = || store.row("product", id)?.get("productNumber").and_then(table::key);
    let key = if kind == Kind::Product { number() } else { Some(id.to_string()) };
    Ok(key.map_or(Wanted::Nothing, Wanted::Found))
}

fn list<'s>(
    store: &'s Store,
    resource: &Resource,
    query: &str,
    switches: &Switches,
) -> Result<Vec<&'s Row>, String> {
    let Some(table) = store.table(resource.name) else { return Ok(Vec::new()) };
    if !resource.is_paged {
        return Ok(table.all().map(|kept| &kept.row).collect());
    }
    let page = count(query, "page", 1)?;
    let size = count(query, "pageSize", PAGE_SIZE)?.min(PAGE_SIZE);
    let after = modified_after(resource, query)?;
    let included = switches.modified_after_includes;
    let rows: Box<dyn Iterator<Item = &Kept>> = match wanted(store, resource, query, switches)? {
        Wanted::All => Box::new(table.all()),
        Wanted::Found(key) => Box::new(table.found(&key)),
        Wanted::Nothing => Box::new(std::iter::empty()),
    };
    let changed = rows.filter(|kept| after.is_none_or(|after| kept.is_after(after, included)));
    Ok(changed.skip(size.saturating_mul(page - 1)).take(size).map(|kept| &kept.row).collect())
}
