//! What the catalogue's routes have in common.

use url::form_urlencoded;

/// The address of the next page of a list, with what the list is narrowed by.
pub fn next(list: &str, query: &[(&str, String)], limit: Option<i64>) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
    if let Some(limit) = limit {
        text.append_pair("limit", &limit.to_string());
    }
    format!("/api/v1/{list}?{}", text.finish())
}
