//! Fills the settings form: what was typed, else what is saved, else suggestions.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    category_map_view,
    view::{Choice, Control, Form, Select, SharedList, Tag, Tone, Typed},
};
use crate::{
    crypto,
    domain::{
        lists::{List, Lists},
        picker::{Picker, Read},
        settings::form::SettingsForm,
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
    let values = shown.typed.cloned().unwrap_or_else(|| initial(view, shown.brand));
    let mut form = Form::new(view.revision.to_string(), crypto::random_text());
    if let Some(typed) = shown.typed {
        // It stands on the revision that the person saw, so that a save in between is not overlooked.
        form.revision.clone_from(&typed.revision);
        form.origin.clone_from(&typed.origin);
        form.unsaved = true;
    }
    form.include_unquoted_sales = values.include_unquoted_sales == "true";
    form.note.value.clone_from(&values.note);
    let mut filler = Filler::new(lists);
    let mut put =
        |select: &mut Select, list: List, value: &str| filler.choose(select, list, value, suggested);
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
    category_map_view::fill(&mut form.map, &mut filler, view, &values);
    if let Control::Select(brand) = &mut form.services.brand {
        names(brand, &view.brands, &values.services.brand, suggested);
    }
    names(&mut form.services.category, &view.categories, &values.services.category, suggested);
    form.shared = filler.shared();
    form
}

/// The form that nobody has changed yet: what is saved, else suggestions.
pub fn initial(view: &SettingsView, brand: &str) -> SettingsForm {
    let saved = view.settings.sections.as_ref().map(SettingsForm::of);
    saved.unwrap_or_else(|| suggestions(view, brand))
}

/// Paths of documents as the names that the form posts: `created.stage` is `created[stage]`.
pub fn posted_names(errors: &FieldErrors) -> BTreeMap<String, String> {
    errors.iter().map(|(path, sentences)| (posted_name(path), sentences.join(". "))).collect()
}

/// The name that the form posts for a path.
pub fn posted_name(path: &str) -> String {
    let mut parts = path.split(['.', '[']).map(|part| part.trim_end_matches(']'));
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| format!("{name}[{part}]"))
}

/// Fills controls from lists; each list is prepared once.
pub struct Filler<'a> {
    lists: &'a Lists,
    pickers: BTreeMap<List, Picker>,
    shared: BTreeSet<List>,
}

impl<'a> Filler<'a> {
    /// Nothing is prepared yet.
    pub fn new(lists: &'a Lists) -> Self {
        Self { lists, pickers: BTreeMap::new(), shared: BTreeSet::new() }
    }

    /// Gives a control the list's options and the value: an id as saved, or a text as typed. The chosen one is shown
    /// even if it is inactive or gone.
    pub fn choose(&mut self, select: &mut Select, list: List, value: &str, suggested: bool) {
        let lists = self.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        let chosen = match picker.read(value) {
            Read::One(chosen) => Some(chosen),
            Read::Empty | Read::Several(_) | Read::Unknown => None,
        };
        let text = chosen.map(|chosen| text(lists, list, picker, chosen));
        if picker.is_long() {
            self.shared.insert(list);
            let value = text.unwrap_or_else(|| value.to_owned());
            select.typed = Some(Typed { list: list_id(list), value });
        } else {
            let choice = |(value, text): &(i64, String)| Choice {
                value: value.to_string(),
                label: text.clone(),
                selected: chosen == Some(*value),
            };
            select.options = picker.active().iter().map(choice).collect();
            if let Some((chosen, label)) =
                chosen.zip(text).filter(|(chosen, _)| !lists.is_active(list, *chosen))
            {
                select.options.insert(0, Choice { value: chosen.to_string(), label, selected: true });
            }
        }
        select.tag = match chosen {
            Some(chosen) if !lists.is_active(list, chosen) => {
                Some(Tag::new(Tone::Warn, "Inactive in Autotask"))
            }
            Some(_) if suggested => Some(Tag::new(Tone::Info, "Suggested")),
            _ => None,
        };
    }

    /// What a list's control holds when it shows a value: its id where it is a native select, else its text.
    pub fn held(&mut self, list: List, value: i64) -> String {
        let lists = self.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        if picker.is_long() { text(lists, list, picker, value) } else { value.to_string() }
    }

    /// The options that the long lists' controls share.
    pub fn shared(self) -> Vec<SharedList> {
        let pickers = &self.pickers;
        let options = |list| {
            pickers.get(&list).map(|picker| picker.active().iter().map(|(_, text)| text.clone()).collect())
        };
        let shared = |list| SharedList { id: list_id(list), options: options(list).unwrap_or_default() };
        self.shared.iter().copied().map(shared).collect()
    }
}

fn list_id(list: List) -> String {
    format!("options-{}", list.name())
}

/// What a chosen value is shown as: also one that is inactive or that nobody ever saw. Its id is in the text where
/// the text alone would not lead back to it.
fn text(lists: &Lists, list: List, picker: &Picker, value: i64) -> String {
    let inactive = !lists.is_active(list, value);
    match picker.text(value) {
        Some(text) if inactive && picker.is_long() => format!("{text}, inactive in Autotask (#{value})"),
        Some(text) if inactive => format!("{text} (inactive in Autotask)"),
        Some(text) => text.to_owned(),
        None if picker.is_long() => format!("Unknown value, no longer in Autotask (#{value})"),
        None => format!("Unknown value, ID {value} (no longer in Autotask)"),
    }
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
    form
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
