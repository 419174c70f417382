//! Fills the settings form: what was typed, else what is saved, else suggestions.

use std::collections::BTreeMap;

use super::view::{Choice, Control, Form, MapRow, MapTable, Select, Tag, Tone};
use crate::{
    crypto,
    domain::{
        lists::{List, Lists},
        settings::form::{MapRowForm, SettingsForm, is_bundle},
    },
    error::FieldErrors,
    service::settings::SettingsView,
};

/// What the form is filled from.
pub struct Shown<'a> {
    /// What is saved, and the lists.
    pub view: &'a SettingsView,
    /// What was typed, if the form is shown again.
    pub typed: Option<&'a SettingsForm>,
    /// The brand to suggest: the tenant's own name.
    pub brand: &'a str,
}

/// The form of the page.
pub fn form(shown: &Shown<'_>) -> Form {
    let (view, lists) = (shown.view, &shown.view.lists);
    let suggested = view.settings.sections.is_none() && shown.typed.is_none();
    let values = match (shown.typed, &view.settings.sections) {
        (Some(typed), _) => typed.clone(),
        (None, Some(sections)) => SettingsForm::of(sections),
        (None, None) => suggestions(view, shown.brand),
    };
    let mut form = Form::new(view.revision.to_string(), crypto::random_text());
    form.unsaved = shown.typed.is_some();
    form.include_unquoted_sales = values.include_unquoted_sales == "true";
    form.note.value.clone_from(&values.note);
    let put = |select: &mut Select, list: List, value: &str| choose(select, lists, list, value, suggested);
    put(&mut form.created.category, List::OpportunityCategories, &values.created.category);
    put(&mut form.created.default_owner, List::Owners, &values.created.default_owner);
    put(&mut form.created.stage, List::Stages, &values.created.stage);
    put(&mut form.created.status, List::Statuses, &values.created.status);
    put(&mut form.created.shipping, List::ShippingTypes, &values.created.shipping);
    form.created.probability.value.clone_from(&values.created.probability);
    put(&mut form.won.stage, List::Stages, &values.won.stage);
    put(&mut form.won.status, List::Statuses, &values.won.status);
    put(&mut form.lost.stage, List::Stages, &values.lost.stage);
    put(&mut form.lost.status, List::Statuses, &values.lost.status);
    form.lost.keep_stage = values.lost.keep_stage == "true";
    put(&mut form.codes.product, List::MaterialCodes, &values.codes.product);
    put(&mut form.codes.recurring_service, List::ServiceCodes, &values.codes.recurring_service);
    put(&mut form.codes.payment_surcharge, List::MaterialCodes, &values.codes.payment_surcharge);
    put(&mut form.codes.non_recurring_service, List::MaterialCodes, &values.codes.non_recurring_service);
    map(&mut form.map, view, &values, suggested);
    if let Control::Select(brand) = &mut form.services.brand {
        names(brand, &view.brands, &values.services.brand, suggested);
    }
    names(&mut form.services.category, &view.categories, &values.services.category, suggested);
    form
}

/// Paths of documents as the names that the form posts: `created.stage` is `created[stage]`.
pub fn posted_names(errors: &FieldErrors) -> BTreeMap<String, String> {
    let posted = |path: &str| {
        let mut parts = path.split(['.', '[']).map(|part| part.trim_end_matches(']'));
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |name, part| format!("{name}[{part}]"))
    };
    errors.iter().map(|(path, sentences)| (posted(path), sentences.join(". "))).collect()
}

/// Puts the active options of a list into a select, and the chosen one even if it is inactive or gone.
fn choose(select: &mut Select, lists: &Lists, list: List, value: &str, suggested: bool) {
    let chosen = value.trim().parse::<i64>().ok();
    for option in lists.options(list) {
        let selected = chosen == Some(option.value);
        if option.active || selected {
            let label = label(lists, list, option.value, option.active);
            select.options.push(Choice { value: option.value.to_string(), label, selected });
        }
    }
    let is_there = chosen.is_none_or(|value| lists.find(list, value).is_some());
    if let Some(value) = chosen.filter(|_| !is_there) {
        let label = format!("Unknown value, ID {value} (no longer in Autotask)");
        select.options.insert(0, Choice { value: value.to_string(), label, selected: true });
    }
    let is_inactive = chosen.is_some_and(|value| !lists.is_active(list, value));
    select.tag = match chosen {
        Some(_) if is_inactive => Some(Tag::new(Tone::Warn, "Inactive in Autotask")),
        Some(_) if suggested => Some(Tag::new(Tone::Info, "Suggested")),
        _ => None,
    };
}

fn label(lists: &Lists, list: List, value: i64, active: bool) -> String {
    let name = lists.path(list, value);
    let detail = lists.find(list, value).and_then(|option| option.detail.clone());
    let named = detail.map_or(name.clone(), |detail| format!("{name} — {detail}"));
    if active { named } else { format!("{named} (inactive in Autotask)") }
}

fn names(select: &mut Select, known: &[String], value: &str, suggested: bool) {
    for name in known {
        let choice =
            Choice { value: name.clone(), label: name.replace('/', " › "), selected: name == value };
        select.options.push(choice);
    }
    if suggested && known.iter().any(|name| name == value) {
        select.tag = Some(Tag::new(Tone::Info, "Suggested"));
    }
}

fn map(table: &mut MapTable, view: &SettingsView, values: &SettingsForm, suggested: bool) {
    let list = List::ProductCategories;
    choose(&mut table.fallback, &view.lists, list, &values.category_map.fallback, false);
    let typed: BTreeMap<&str, &str> = values
        .category_map
        .rows
        .values()
        .map(|row| (row.category.as_str(), row.autotask_category.as_str()))
        .collect();
    let mut mapped = 0;
    for (index, category) in view.categories.iter().filter(|category| !is_bundle(category)).enumerate() {
        let products = view.products.get(category).copied().unwrap_or(0);
        let mut row = MapRow::new(index, category.clone(), category.replace('/', " › "), products);
        choose(&mut row.select, &view.lists, list, typed.get(category.as_str()).unwrap_or(&""), false);
        let chosen = row.select.options.iter().any(|option| option.selected);
        row.state = match (chosen, row.select.tag.take()) {
            (true, Some(_)) => Tag::new(Tone::Warn, "Needs attention"),
            (true, None) if suggested => Tag::new(Tone::Info, "Suggested"),
            (true, None) => Tag::new(Tone::Ok, "Mapped"),
            (false, _) => Tag::new(Tone::Warn, "Not mapped"),
        };
        mapped += usize::from(chosen);
        table.rows.push(row);
    }
    let verb = if suggested { "suggested" } else { "mapped" };
    table.summary = format!("{mapped} of {} {verb}.", table.rows.len());
}

/// What to begin with, by name; a person is never guessed.
fn suggestions(view: &SettingsView, brand: &str) -> SettingsForm {
    let lists = &view.lists;
    let by = |list: List, fits: &dyn Fn(&str) -> bool| {
        let option =
            lists.options(list).iter().find(|option| option.active && fits(&option.label.to_lowercase()));
        option.map(|option| option.value.to_string()).unwrap_or_default()
    };
    let is = |name: &'static str| move |label: &str| label == name;
    let mut form = SettingsForm { include_unquoted_sales: "true".to_owned(), ..SettingsForm::default() };
    form.created.category = by(List::OpportunityCategories, &is("standard"));
    form.created.stage = by(List::Stages, &|label| label.contains("sent") || label.contains("proposal"));
    form.created.status = by(List::Statuses, &is("active"));
    form.won.stage = by(List::Stages, &|label| label.contains("won"));
    form.won.status = by(List::Statuses, &is("active"));
    "true".clone_into(&mut form.lost.keep_stage);
    form.lost.status = by(List::Statuses, &is("lost"));
    form.codes.product = by(List::MaterialCodes, &is("taxable products"));
    form.codes.recurring_service = by(List::ServiceCodes, &is("managed services"));
    form.services.brand = view.brands.iter().find(|name| *name == brand).cloned().unwrap_or_default();
    form.services.category =
        view.categories.iter().find(|path| *path == "Services").cloned().unwrap_or_default();
    form.category_map.rows =
        (0..).zip(view.categories.iter()).map(|(index, path)| (index, same_name(lists, path))).collect();
    form
}

/// The Autotask category of the same path, else of the same last name.
fn same_name(lists: &Lists, path: &str) -> MapRowForm {
    let list = List::ProductCategories;
    let plain = |text: &str| text.to_lowercase().replace(" › ", "/");
    let leaf = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let active = || lists.options(list).iter().filter(|option| option.active);
    let same_path = active().find(|option| plain(&lists.path(list, option.value)) == plain(path));
    let found = same_path.or_else(|| active().find(|option| option.label.to_lowercase() == leaf));
    let autotask_category = found.map(|option| option.value.to_string()).unwrap_or_default();
    MapRowForm { category: path.to_owned(), autotask_category }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_posted_names() {
        let mut errors = FieldErrors::default();
        errors.add("created.stage", "Select a stage");
        errors.add(
            "category_map.rows[3].autotask_category",
            "Select an Autotask category that is active in Autotask",
        );
        let names: Vec<_> = posted_names(&errors).into_keys().collect();
        assert_eq!(names, ["category_map[rows][3][autotask_category]", "created[stage]"]);
    }
}
