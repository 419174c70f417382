//! Settings as a list of fields, each with its path, its label and its value. What compares settings stands on it:
//! the difference between two revisions, the merge of two people's changes, the history's filter.

use std::collections::HashMap;

use super::{
    BilledBy, BillingCodes, Choice, MAX_DUE_DAYS, Sections, Settings, TicketSections, WhichSales,
    quote_manager,
};
use crate::domain::lists::{List, Lists};

/// The path of the Opportunities page's switch.
pub const ENABLED: &str = "enabled";
/// The path of the Tickets page's switch.
pub const TICKETS_ENABLED: &str = "tickets.enabled";
/// The path of the stage for lost quotes: without a value it says "Leave at current stage".
pub const LOST_STAGE: &str = "lost.stage";
/// The path of the box that lets missing companies and contacts be created.
pub const CREATE_CUSTOMERS: &str = "created.create_missing_customers";
/// Its label.
pub const CREATE_CUSTOMERS_LABEL: &str = "Create missing customers in Autotask";
/// The path below which the rows of the category map are.
pub const ROWS: &str = "category_map.rows";

const NOTHING: &str = "nothing";

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it is in documents: `created.stage`, `category_map.rows[Hardware/Laptops]`.
    pub path: String,
    /// Its label on the page, with its section where that alone would be ambiguous.
    pub label: String,
    /// Its value.
    pub value: Value,
}

/// A setting's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The switch.
    Switch(bool),
    /// A box.
    Flag(bool),
    /// A whole number of percent.
    Percent(Option<u8>),
    /// A whole number of days.
    Days(u16),
    /// Which sales become tickets.
    Which(WhichSales),
    /// Who bills what both syncs would bill.
    BilledBy(BilledBy),
    /// A choice from a list, by its value in Autotask.
    Choice(List, Option<i64>),
    /// A name.
    Text(String),
}

impl Value {
    /// Whether nothing was entered or chosen.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            value => matches!(value, Self::Percent(None) | Self::Choice(_, None)),
        }
    }

    /// The value as the settings form posts it.
    pub fn posted(&self) -> String {
        match self {
            Self::Switch(on) | Self::Flag(on) => on.to_string(),
            Self::Percent(percent) => percent.map(|percent| percent.to_string()).unwrap_or_default(),
            Self::Days(days) => days.to_string(),
            Self::Which(which) => which.name().to_owned(),
            Self::BilledBy(by) => by.name().to_owned(),
            Self::Choice(_, value) => value.map(|value| value.to_string()).unwrap_or_default(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Field {
    pub(super) fn new(path: impl Into<String>, label: impl Into<String>, value: Value) -> Self {
        Self { path: path.into(), label: label.into(), value }
    }

    /// Whether a value means something although nothing was chosen.
    pub fn is_said(&self, value: &Value) -> bool {
        !value.is_empty() || self.path == LOST_STAGE
    }
}

/// What a value of the field at `path` is called.
pub fn text(path: &str, value: &Value, lists: &Lists) -> String {
    match value {
        Value::Switch(on) => if *on { "Enabled" } else { "Disabled" }.to_owned(),
        Value::Flag(on) => if *on { "on" } else { "off" }.to_owned(),
        Value::Percent(Some(percent)) => percent.to_string(),
        Value::Days(days) => days.to_string(),
        Value::Which(which) => which.label().to_owned(),
        Value::BilledBy(by) => by.label().to_owned(),
        Value::Choice(list @ List::ProductCategories, Some(value)) => lists.path(*list, *value),
        Value::Choice(list, Some(value)) => lists.label(*list, *value),
        Value::Choice(_, None) if path == LOST_STAGE => "Leave at current stage".to_owned(),
        Value::Percent(None) | Value::Choice(_, None) => NOTHING.to_owned(),
        Value::Text(text) if text.is_empty() => NOTHING.to_owned(),
        Value::Text(text) => text.clone(),
    }
}

/// What two values of the field at `path` are called, never the same: two options of one name get their ids.
pub fn told_apart(path: &str, values: [&Value; 2], lists: &Lists) -> [String; 2] {
    let texts = values.map(|value| text(path, value, lists));
    if texts[0] != texts[1] || values[0] == values[1] {
        return texts;
    }
    values.map(|value| match value {
        Value::Choice(_, Some(id)) => format!("{} (#{id})", text(path, value, lists)),
        _ => text(path, value, lists),
    })
}

/// Every field, in the order of the pages: only the switches until sections were saved.
pub fn fields(settings: &Settings) -> Vec<Field> {
    let mut fields = vec![Field::new(ENABLED, "Opportunities sync status", Value::Switch(settings.enabled))];
    fields.extend(settings.sections.iter().flat_map(before_codes));
    fields.extend(settings.codes.iter().flat_map(BillingCodes::choices).map(chosen));
    fields.extend(settings.sections.iter().flat_map(after_codes));
    let tickets = &settings.tickets;
    fields.push(Field::new(TICKETS_ENABLED, "Tickets sync status", Value::Switch(tickets.enabled)));
    fields.extend(tickets.sections.iter().flat_map(of_tickets));
    fields.extend(settings.quote_manager.fields());
    fields
}

fn chosen((path, label, list, value): Choice) -> Field {
    Field::new(path, label, Value::Choice(list, value))
}

/// What the Opportunities page has above the codes.
fn before_codes(sections: &Sections) -> Vec<Field> {
    let include = Value::Flag(sections.include_unquoted_sales);
    let mut fields = vec![Field::new("include_unquoted_sales", "Include unquoted sales", include)];
    for choice in sections.choices() {
        let is_shipping = choice.0 == "created.shipping";
        if is_shipping {
            let percent = Value::Percent(sections.created.probability);
            fields.push(Field::new("created.probability", "Probability %", percent));
        }
        fields.push(chosen(choice));
        if is_shipping {
            let create = Value::Flag(sections.created.create_missing_customers);
            fields.push(Field::new(CREATE_CUSTOMERS, CREATE_CUSTOMERS_LABEL, create));
        }
    }
    fields
}

/// What the Opportunities page has below them.
fn after_codes(sections: &Sections) -> Vec<Field> {
    let category = |value| Value::Choice(List::ProductCategories, value);
    let map = &sections.category_map;
    let mut fields = vec![Field::new("category_map.fallback", "Any other category", category(map.fallback))];
    let row = |(of, value): (&String, &i64)| {
        Field::new(format!("{ROWS}[{of}]"), format!("Category {of}"), category(Some(*value)))
    };
    fields.extend(map.rows.iter().map(row));
    let services = &sections.services;
    fields.push(Field::new("services.brand", "Brand", Value::Text(services.brand.clone())));
    let category = Value::Text(services.category.clone());
    fields.push(Field::new("services.category", "Category for services", category));
    fields
}

fn of_tickets(sections: &TicketSections) -> Vec<Field> {
    let mut fields = vec![Field::new("tickets.which", "Which sales", Value::Which(sections.which))];
    for choice in sections.choices() {
        if choice.0 == "tickets.cancelled_status" {
            fields.push(Field::new("tickets.due_days", "Due in days", Value::Days(sections.due_days)));
            fields.push(Field::new("tickets.title", "Title of tickets", Value::Text(sections.title.clone())));
        }
        fields.push(chosen(choice));
    }
    let label = "When both syncs would bill the same sale";
    fields.push(Field::new("tickets.billed_by", label, Value::BilledBy(sections.billed_by)));
    fields
}

/// The category that a path of a row of the category map is about.
pub fn row_of(path: &str) -> Option<&str> {
    path.strip_prefix(ROWS)?.strip_prefix('[')?.strip_suffix(']')
}

/// The code of a source that a path is about: `quoteline.recurringType 1`.
pub fn source_code_of(path: &str) -> Option<&str> {
    quote_manager::code_of(path)
}

/// Every field that any of these settings has, in the order of the pages, with the first one's value.
pub fn united(all: &[&Settings]) -> Vec<Field> {
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let mut united = others.iter().fold((*first).clone(), |united, settings| united.or(settings));
    if let Some(sections) = &mut united.sections {
        for other in others.iter().filter_map(|settings| settings.sections.as_ref()) {
            for (category, value) in &other.category_map.rows {
                sections.category_map.rows.entry(category.clone()).or_insert(*value);
            }
        }
    }
    for other in others {
        united.quote_manager.add_codes(&other.quote_manager);
    }
    fields(&united)
}

/// The values of settings by path.
pub struct Values {
    complete: bool,
    by_path: HashMap<String, Value>,
}

impl Values {
    /// The values of these settings.
    pub fn of(settings: &Settings) -> Self {
        let by_path = fields(settings).into_iter().map(|field| (field.path, field.value)).collect();
        Self { complete: settings.sections.is_some(), by_path }
    }

    /// The value at a path; `None` where it was never saved. A category without a row is one that is not mapped, a code
    /// without an entry one whose meaning nobody set.
    pub fn get(&self, path: &str) -> Option<Value> {
        let unmapped = || {
            let is_row = self.complete && row_of(path).is_some();
            is_row.then_some(Value::Choice(List::ProductCategories, None))
        };
        let unset = || quote_manager::code_of(path).map(|_| Value::Text(String::new()));
        self.by_path.get(path).cloned().or_else(unmapped).or_else(unset)
    }
}

impl Settings {
    /// Puts a value in the place of the one at `path`. A value that the field cannot have changes nothing.
    pub fn set(&mut self, path: &str, value: &Value) {
        match (path, value) {
            (ENABLED, Value::Switch(on)) => self.enabled = *on,
            (TICKETS_ENABLED, Value::Switch(on)) => self.tickets.enabled = *on,
            (path, value) => self.set_in_sections(path, value),
        }
    }

    fn set_in_sections(&mut self, path: &str, value: &Value) {
        if path.starts_with("quote_manager.") {
            self.quote_manager.set(path, value);
        } else if let Some(name) = path.strip_prefix("codes.") {
            if let (Some(codes), Value::Choice(_, Some(code))) = (&mut self.codes, value) {
                codes.set(name, *code);
            }
        } else if let Some(name) = path.strip_prefix("tickets.") {
            if let Some(sections) = &mut self.tickets.sections {
                sections.set(name, value);
            }
        } else if let Some(sections) = &mut self.sections {
            sections.set(path, value);
        }
    }
}

impl BillingCodes {
    fn set(&mut self, name: &str, code: i64) {
        match name {
            "product" => self.product = code,
            "recurring_service" => self.recurring_service = code,
            "payment_surcharge" => self.payment_surcharge = code,
            "non_recurring_service" => self.non_recurring_service = code,
            _ => {}
        }
    }
}

impl TicketSections {
    fn set(&mut self, name: &str, value: &Value) {
        match value {
            Value::Which(which) => self.which = *which,
            Value::BilledBy(by) => self.billed_by = *by,
            Value::Days(days) if *days <= MAX_DUE_DAYS => self.due_days = *days,
            Value::Text(text) => text.clone_into(&mut self.title),
            Value::Choice(_, value) => self.set_choice(name, *value),
            _ => {}
        }
    }

    fn set_choice(&mut self, name: &str, value: Option<i64>) {
        match (name, value) {
            ("issue_type", value) => self.issue_type = value,
            ("category", Some(value)) => self.category = value,
            ("queue", Some(value)) => self.queue = value,
            ("status", Some(value)) => self.status = value,
            ("priority", Some(value)) => self.priority = value,
            ("cancelled_status", Some(value)) => self.cancelled_status = value,
            _ => {}
        }
    }
}

impl Sections {
    fn set(&mut self, path: &str, value: &Value) {
        match value {
            Value::Flag(on) if path == "include_unquoted_sales" => self.include_unquoted_sales = *on,
            Value::Flag(on) if path == CREATE_CUSTOMERS => self.created.create_missing_customers = *on,
            Value::Percent(percent) if path == "created.probability" => self.created.probability = *percent,
            Value::Text(text) => self.set_name(path, text),
            Value::Choice(_, value) => self.set_choice(path, *value),
            _ => {}
        }
    }

    fn set_name(&mut self, path: &str, text: &str) {
        match path {
            "services.brand" => text.clone_into(&mut self.services.brand),
            "services.category" => text.clone_into(&mut self.services.category),
            _ => {}
        }
    }

    fn set_choice(&mut self, path: &str, value: Option<i64>) {
        match (path, value) {
            ("created.shipping", value) => self.created.shipping = value,
            (LOST_STAGE, value) => self.lost.stage = value,
            ("category_map.fallback", value) => self.category_map.fallback = value,
            ("created.category", Some(value)) => self.created.category = value,
            ("created.default_owner", Some(value)) => self.created.default_owner = value,
            ("created.stage", Some(value)) => self.created.stage = value,
            ("created.status", Some(value)) => self.created.status = value,
            ("won.stage", Some(value)) => self.won.stage = value,
            ("won.status", Some(value)) => self.won.status = value,
            ("lost.status", Some(value)) => self.lost.status = value,
            (path, value) => self.set_row(path, value),
        }
    }

    fn set_row(&mut self, path: &str, value: Option<i64>) {
        let Some(category) = row_of(path) else { return };
        let rows = &mut self.category_map.rows;
        match value {
            Some(value) => drop(rows.insert(category.to_owned(), value)),
            None => drop(rows.remove(category)),
        }
    }
}
