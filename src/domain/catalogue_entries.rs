//! Entries of the catalogue as REST sends them: read field by field, every wrong one named.

use serde_json::Value;

use super::{
    catalogue::{ItemKind, MAX_BRAND, MAX_PATH, category_path},
    reader::{Notes, Reader},
};
use crate::error::FieldErrors;

/// The most entries of one request.
pub const MAX_ENTRIES: usize = 1_000;

/// An item as REST gives it: what is not there stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemEntry {
    /// What it is.
    pub kind: ItemKind,
    /// Its name.
    pub name: String,
    /// The seller's stock keeping unit.
    pub sku: Option<String>,
    /// The maker's number.
    pub part_number: Option<String>,
    /// Its brand.
    pub brand: Option<String>,
    /// The path of its category.
    pub category: Option<String>,
}

/// Reads `{"brands": [{"name": …}]}`.
///
/// # Errors
/// Every wrong field by its path.
pub fn brands(body: &Value) -> Result<Vec<String>, FieldErrors> {
    entries(body, "brands", |entry| entry.required_text("name", MAX_BRAND))
}

/// Reads `{"categories": [{"path": …}]}`.
///
/// # Errors
/// Every wrong field by its path.
pub fn categories(body: &Value) -> Result<Vec<String>, FieldErrors> {
    entries(body, "categories", |entry| {
        let path = entry.text("path", MAX_PATH);
        path_of(entry, "path", path.as_deref()).unwrap_or_else(|| entry.required("path", path.clone()))
    })
}

/// Reads `{"items": [{"kind": …, "name": …}]}`.
///
/// # Errors
/// Every wrong field by its path.
pub fn items(body: &Value) -> Result<Vec<ItemEntry>, FieldErrors> {
    let kinds = ItemKind::ALL.map(|kind| (kind.name(), kind));
    entries(body, "items", |entry| {
        let category = entry.text("category", MAX_PATH);
        let kind = entry.word("kind", &kinds);
        entry.required("kind", kind.map(drop));
        ItemEntry {
            kind: kind.unwrap_or(ItemKind::Product),
            name: entry.required_text("name", 500),
            sku: entry.text("sku", 100),
            part_number: entry.text("manufacturer_part_number", 100),
            brand: entry.text("brand", MAX_BRAND),
            category: path_of(entry, "category", category.as_deref()),
        }
    })
}

fn path_of(entry: &Reader<'_>, member: &str, typed: Option<&str>) -> Option<String> {
    let path = category_path(typed?);
    if path.is_err() {
        entry.wrong(member, "must be names with slashes between them, such as \"Hardware/Firewalls\"");
    }
    path.ok()
}

fn entries<T>(
    body: &Value,
    member: &'static str,
    read: impl FnMut(&mut Reader<'_>) -> T,
) -> Result<Vec<T>, FieldErrors> {
    let notes = Notes::default();
    let mut top = Reader::top(body, &notes);
    let entries = top.list(member, MAX_ENTRIES, read);
    if body.get(member).is_none_or(Value::is_null) {
        top.required::<()>(member, None);
    }
    top.refuse_the_rest();
    notes.finish(entries)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong<T: std::fmt::Debug>(read: Result<Vec<T>, FieldErrors>) -> Vec<String> {
        read.unwrap_err().iter().map(|(path, _)| path.to_owned()).collect()
    }

    #[test]
    fn entries_are_read() {
        assert_eq!(brands(&json!({ "brands": [{ "name": " Acme " }] })), Ok(vec!["Acme".to_owned()]));
        let paths = categories(&json!({ "categories": [{ "path": "A / B" }] }));
        assert_eq!(paths, Ok(vec!["A/B".to_owned()]));
        let item = json!({ "kind": "labor", "name": "Engineer", "category": "Services" });
        let read = items(&json!({ "items": [item] })).unwrap();
        assert_eq!((read[0].kind, read[0].category.as_deref()), (ItemKind::Labor, Some("Services")));
    }

    #[test]
    fn every_wrong_field_is_named() {
        assert_eq!(wrong(brands(&json!({}))), ["brands"]);
        let sent =
            json!({ "brands": [{}, { "name": "x".repeat(101) }, { "name": "a", "nick": 1 }], "more": 1 });
        assert_eq!(wrong(brands(&sent)), ["brands[0].name", "brands[1].name", "brands[2].nick", "more"]);
        let sent = json!({ "categories": [{ "path": "A//B" }, {}] });
        assert_eq!(wrong(categories(&sent)), ["categories[0].path", "categories[1].path"]);
        let sent = json!({ "items": [{ "kind": "bundle", "name": "x" }, { "category": "/" }] });
        let expected = ["items[0].kind", "items[1].category", "items[1].kind", "items[1].name"];
        assert_eq!(wrong(items(&sent)), expected);
    }
}
