//! The settings of a page as REST writes them: the sections as JSON, ids in them, the names beside them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    BillingCodes, Settings, TicketSections,
    form::{MapRowForm, SettingsForm},
    keys::{Key, Kind, id_text, row_path, sections_of},
    page::Page,
};
use crate::{
    domain::{
        lists::{List, Lists},
        reader::{Notes, Reader},
    },
    error::FieldErrors,
};

/// The longest note for the history, in characters.
pub const MAX_NOTE: usize = 500;
/// The longest name of a brand or a category, in characters.
const MAX_NAME: usize = 500;

/// Reads the sections of a page as a form: what it says is checked as the page's form is. It comes back with what could not be
/// read of it, so that everything that is wrong can be told at once.
pub fn read(body: &Value, page: Page) -> (SettingsForm, FieldErrors) {
    let notes = Notes::default();
    let mut form = SettingsForm::default().of_page(page);
    let mut top = Reader::top(body, &notes);
    if page.has_opportunities() {
        form.include_unquoted_sales = top.required_boolean("include_unquoted_sales").to_string();
    }
    form.note = top.text("note", MAX_NOTE).unwrap_or_default();
    "true".clone_into(&mut form.lost.keep_stage);
    for (section, _) in sections_of(page) {
        top.object(section, |below| {
            Key::of(section).for_each(|field| read_field(field, &mut form, below));
            if section == "category_map" {
                form.category_map.rows = rows(below);
            }
        });
    }
    top.refuse_the_rest();
    let errors = notes.finish(()).err().unwrap_or_default();
    (form, errors)
}

fn read_field(field: &Key, form: &mut SettingsForm, below: &mut Reader<'_>) {
    let text = match field.kind {
        Kind::Choice(_) => below.id(field.name).map(id_text),
        Kind::Percent => below.id(field.name).map(|percent| percent.to_string()),
        // Senders from before there was this choice do not say it.
        Kind::Flag => Some(below.boolean(field.name, false).to_string()),
        Kind::Days => below.id(field.name).map(|days| days.to_string()),
        Kind::Name | Kind::Word(_) => below.text(field.name, MAX_NAME),
    };
    field.put(form, text);
}

fn rows(below: &mut Reader<'_>) -> BTreeMap<u32, MapRowForm> {
    let row = |(category, value): (String, i64)| MapRowForm { category, autotask_category: id_text(value) };
    (0..).zip(below.ids("rows").into_iter().map(row)).collect()
}

/// Reads the switch: `{"enabled": true}`.
///
/// # Errors
/// What is wrong with it.
pub fn read_switch(body: &Value) -> Result<bool, FieldErrors> {
    let notes = Notes::default();
    let mut top = Reader::top(body, &notes);
    let enabled = top.required_boolean("enabled");
    top.refuse_the_rest();
    notes.finish(enabled)
}

/// What the page saved, as [`read`] takes it; none before it did.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn write(settings: &Settings, page: Page) -> serde_json::Result<Option<Value>> {
    if page.has_opportunities() {
        return settings.opportunities().map(serde_json::to_value).transpose();
    }
    let saved = settings.tickets.sections.as_ref().zip(settings.codes.as_ref());
    saved.map(|(tickets, codes)| serde_json::to_value(Tickets { tickets, codes })).transpose()
}

/// What the Tickets page saves at once.
#[derive(Serialize)]
struct Tickets<'a> {
    tickets: &'a TicketSections,
    codes: &'a BillingCodes,
}

/// The name of every id in what the page saved, by the id's path.
pub fn labels(settings: &Settings, page: Page, lists: &Lists) -> BTreeMap<String, String> {
    let is_shown = |path: &str| match Page::of(path) {
        Page::Opportunities => page.has_opportunities(),
        Page::Tickets => page.has_tickets(),
        Page::QuoteManager => false,
        Page::Both => true,
    };
    let choices = settings.choices().into_iter().filter(|(path, ..)| is_shown(path));
    let choices = choices.filter_map(|(path, _, list, value)| Some((path.to_owned(), list, value?)));
    let map =
        settings.sections.iter().map(|sections| &sections.category_map).filter(|_| page.has_opportunities());
    let mapped = map.flat_map(|map| {
        let fallback = map.fallback.map(|value| ("category_map.fallback".to_owned(), value));
        let rows = map.rows.iter().map(|(category, value)| (row_path(category), *value));
        fallback.into_iter().chain(rows)
    });
    choices
        .chain(mapped.map(|(path, value)| (path, List::ProductCategories, value)))
        .map(|(path, list, value)| (path, lists.path(list, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(body: &Value) -> Vec<(String, String)> {
        let errors = read(body, Page::Opportunities).1;
        errors.iter().map(|(path, sentences)| (path.to_owned(), sentences.join(". "))).collect()
    }

    fn read_of(body: &Value) -> SettingsForm {
        read(body, Page::Opportunities).0
    }

    #[test]
    fn the_tickets_document_has_the_tickets_and_the_codes_alone() {
        let tickets =
            json!({ "which": "all", "queue": 3, "issue_type": null, "due_days": 7, "title": "{number}" });
        let body = json!({ "tickets": tickets, "codes": { "product": 5 }, "created": {}, "note": "Why" });
        let (form, errors) = read(&body, Page::Tickets);
        assert_eq!(
            [form.tickets.which.as_str(), &form.tickets.queue, &form.codes.product],
            ["all", "(#3)", "(#5)"]
        );
        assert_eq!([form.tickets.due_days.as_str(), &form.tickets.issue_type, &form.note], ["7", "", "Why"]);
        assert_eq!(form.page(), Page::Tickets);
        assert_eq!(errors.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["created"]);
        let wrong = json!({ "tickets": { "due_days": "7", "which": 1 } });
        let paths: Vec<_> = read(&wrong, Page::Tickets).1.iter().map(|(path, _)| path.to_owned()).collect();
        assert_eq!(paths, ["tickets.due_days", "tickets.which"]);
    }

    #[test]
    fn every_member_of_a_wrong_type_is_named_at_once() {
        let id = "must be a whole number that is not negative, or null";
        let body = json!({
            "include_unquoted_sales": "yes", "created": { "stage": "Won", "probability": 1.5, "colour": 1 }, "won": 7,
            "category_map": { "rows": { "Hardware/Power": "x", "Services": 3 } }, "services": { "brand": 5 }, "note": [],
        });
        let expected = [
            ("category_map.rows[Hardware/Power]", id),
            ("created.colour", "is not a field of this document; check its spelling or leave it out"),
            ("created.probability", id),
            ("created.stage", id),
            ("include_unquoted_sales", "must be true or false"),
            ("note", "must be text in quotation marks"),
            ("services.brand", "must be text in quotation marks"),
            ("won", "must be an object"),
        ];
        assert_eq!(told(&body), expected.map(|(path, sentence)| (path.to_owned(), sentence.to_owned())));
    }

    #[test]
    fn what_is_no_object_is_said_so() {
        assert_eq!(told(&json!([])), [("document".to_owned(), "must be an object".to_owned())]);
        let rows = json!({ "include_unquoted_sales": true, "category_map": { "rows": [] } });
        assert_eq!(told(&rows), [("category_map.rows".to_owned(), "must be an object".to_owned())]);
    }

    #[test]
    fn no_lost_stage_leaves_the_stage() {
        assert_eq!(read_of(&json!({})).lost.keep_stage, "true");
        assert_eq!(read_of(&json!({ "lost": { "stage": null } })).lost.keep_stage, "true");
        let lost = read_of(&json!({ "lost": { "stage": 7 } })).lost;
        assert_eq!((lost.keep_stage.as_str(), lost.stage.as_str()), ("false", "(#7)"));
    }

    #[test]
    fn the_switch_is_true_or_false_and_nothing_else() {
        assert_eq!(read_switch(&json!({ "enabled": true })), Ok(true));
        let sentence = |body: Value| read_switch(&body).unwrap_err().get("enabled").map(str::to_owned);
        assert_eq!(sentence(json!({})).as_deref(), Some("is required"));
        assert_eq!(sentence(json!({ "enabled": 1 })).as_deref(), Some("must be true or false"));
        assert!(read_switch(&json!({ "enabled": true, "on": 1 })).is_err());
    }
}
