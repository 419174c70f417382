//! `/catalogue/…`: the routes, and what its pages have in common.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use url::form_urlencoded;

use super::{
    WebState, brands, categories,
    error::{Page, PageError},
    items, sign_in,
    view::{ErrorLink, Link, Notice, Tone, count_of, id_of},
};
use crate::error::{Error, FieldErrors};

/// All pages of the catalogue.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/catalogue", get(async || Redirect::to("/catalogue/items")))
        .route("/catalogue/brands", get(brands::show).post(brands::add))
        .route("/catalogue/brands/edit", get(brands::edit))
        .route("/catalogue/brands/rename", post(brands::rename))
        .route("/catalogue/brands/merge", post(brands::merge))
        .route("/catalogue/brands/delete", post(brands::delete))
        .route("/catalogue/categories", get(categories::show).post(categories::add))
        .route("/catalogue/categories/edit", get(categories::edit))
        .route("/catalogue/categories/rename", post(categories::rename))
        .route("/catalogue/categories/delete", post(categories::delete))
        .route("/catalogue/items", get(items::show))
        .route("/catalogue/items/{id}", get(items::edit).post(items::save))
}

/// What a redirect tells about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct News {
    /// What was done: `added`, `renamed`, `merged`, `deleted`, `saved`.
    pub done: String,
    /// What it was done to.
    pub name: String,
}

impl News {
    /// The news about a thing of that noun: `Brand 'Acme' was added`.
    pub fn notice(&self, noun: &str) -> Option<Notice> {
        let name = &self.name;
        let heading = match self.done.as_str() {
            "added" => format!("{noun} '{name}' was added"),
            "renamed" => format!("{noun} is called '{name}' now"),
            "merged" => format!("{noun} '{name}' has everything now"),
            "deleted" => format!("{noun} '{name}' was deleted"),
            "saved" => "Saved".to_owned(),
            _ => return None,
        };
        Some(Notice::new(Tone::Ok, heading, ""))
    }
}

/// An address with a query.
pub fn address(path: &str, query: &[(&str, &str)]) -> String {
    let given = query.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Leads to a list with the news at its top.
pub fn back_to(path: &str, query: &[(&str, &str)]) -> Response {
    Redirect::to(&format!("{}#notice", address(path, query))).into_response()
}

/// The page that one came from, if it is one of this site.
pub fn came_from(path: &str) -> Option<String> {
    sign_in::is_local(path).then(|| path.to_owned())
}

/// The items that have something, as a link to them; `None` for no item.
pub fn items_link(field: &str, name: &str, items: i64) -> Option<Link> {
    let count = u64::try_from(items).ok().filter(|count| *count > 0)?;
    Some(Link::new(address("/catalogue/items", &[(field, name)]), count_of(count, "item", "items")))
}

/// A form that was refused: what is wrong with it, or the error that is no field's.
pub fn refused(error: Error) -> Result<FieldErrors, PageError> {
    match error {
        Error::Fields(errors) => Ok(errors),
        other => Err(other.into()),
    }
}

/// The error summary.
pub fn summary(errors: &FieldErrors) -> Vec<ErrorLink> {
    let link = |(path, sentences): (&str, &[String])| ErrorLink {
        href: format!("#{}", id_of(path)),
        text: sentences.first().cloned().unwrap_or_default(),
    };
    errors.iter().map(link).collect()
}

/// A page with its status: 422 where a form was refused.
pub fn render(errors: &[ErrorLink], view: &impl Template) -> Page {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    with_status(status, view)
}

/// A page with that status.
pub fn with_status(status: StatusCode, view: &impl Template) -> Result<Response, PageError> {
    Ok((status, Html(view.render().map_err(Error::from)?)).into_response())
}
