//! Fills the settings form: what was typed, else what is saved, else suggestions.

use std::collections::BTreeMap;

pub use super::filler::Filler;
use super::{
    category_map_view,
    extract::pairs,
    view::{Codes, Control, Form, Select, Tag, Text, Tone},
};
use crate::{
    crypto,
    domain::{
        lists::{List, Lists},
        plan::settle::DECIDED,
        settings::{
            Settings, WhichSales,
            form::{CodesForm, SettingsForm},
            page::Page,
            suggest::{From, Suggestions, suggest},
        },
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
    /// Whether the lists were ever loaded.
    pub loaded: bool,
}

/// The form of the page.
pub fn form(shown: &Shown<'_>) -> Form {
    let (view, lists) = (shown.view, &shown.view.lists);
    let Suggestions { form: values, reasons } = match shown.typed {
        Some(typed) => plain(typed.clone()),
        None => initial(view, shown.brand),
    };
    let mut form = Form::new(view.revision.to_string(), crypto::random_text());
    if let Some(typed) = shown.typed {
        // It stands on the revision that the person saw, so that a save in between is not overlooked.
        form.revision.clone_from(&typed.revision);
        form.origin.clone_from(&typed.origin);
        form.unsaved = true;
    }
    form.both = both(&view.settings);
    form.carried = shown.typed.map(carried).unwrap_or_default();
    form.include_unquoted_sales = values.include_unquoted_sales == "true";
    form.created.create_missing_customers = values.created.create_missing_customers == "true";
    form.lost.keep_stage = values.lost.keep_stage == "true";
    form.note.value.clone_from(&values.note);
    probability(&mut form.created.probability, &values.created.probability);
    let mut filler = Filler::new(lists, shown.loaded);
    for field in fields(&mut form, &values) {
        field.fill(&mut filler, lists, &reasons);
    }
    category_map_view::fill(&mut form.map, &mut filler, view, &values);
    services(&mut form, &mut filler, view, &values);
    for (path, select) in form.services.selects() {
        select.tag = reasons.get(path).filter(|_| !select.is_missing()).map(|reason| suggestion(reason));
    }
    form.shared = filler.shared();
    form
}

/// What both syncs would bill, and which of them does.
fn both(settings: &Settings) -> Option<String> {
    let tickets = settings.tickets.sections.as_ref();
    if !(settings.enabled && settings.tickets.enabled) {
        return None;
    }
    let billed_by = tickets.map(|tickets| tickets.billed_by).unwrap_or_default();
    let quoted = tickets.is_none_or(|tickets| tickets.which == WhichSales::All);
    let twice = if quoted {
        "Sales with a quote would be billed twice, and with \"Include unquoted sales\" those without one too: with an \
         opportunity, and with a ticket."
    } else {
        "With \"Include unquoted sales\", sales without a quote would be billed twice: with an opportunity, and with a \
         ticket."
    };
    Some(format!("{twice} Such a sale is billed with {} alone.", billed_by.label()))
}

/// What a form has beside the settings of this page.
fn carried(typed: &SettingsForm) -> Vec<(String, String)> {
    let (is_of_both, has_source) = (typed.page() == Page::Both, !typed.quote_manager.is_absent());
    let is_carried = |(name, _): &(String, String)| {
        is_of_both && (name == "page" || name.starts_with("tickets["))
            || has_source && name.starts_with("quote_manager[")
    };
    pairs(typed).map(|pairs| pairs.into_iter().filter(is_carried).collect()).unwrap_or_default()
}

/// The form that nobody has changed yet: what is saved, else suggestions.
pub fn initial(view: &SettingsView, brand: &str) -> Suggestions {
    if view.settings.sections.is_some() {
        return plain(SettingsForm::of(&view.settings));
    }
    let mut made = suggestions(view, brand);
    if let Some(codes) = &view.settings.codes {
        made.form.codes = CodesForm::of(codes);
        made.reasons.retain(|path, _| !path.starts_with("codes."));
    }
    made
}

/// Values that nobody suggested.
fn plain(form: SettingsForm) -> Suggestions {
    Suggestions { form, reasons: BTreeMap::new() }
}

fn suggestion(reason: &str) -> Tag {
    Tag::new(Tone::Info, format!("Suggested: {reason}"))
}

fn probability(field: &mut Text, value: &str) {
    value.clone_into(&mut field.value);
    if matches!(value.trim_end_matches([' ', '%']).trim(), "" | "0") {
        field.note = Some(
            "Expected revenue is multiplied by probability. At 0 % these opportunities forecast as 0."
                .to_owned(),
        );
    }
}

/// A choice from one of Autotask's lists.
pub struct Field<'f> {
    /// Its control.
    pub select: &'f mut Select,
    /// Its path in documents.
    pub path: &'static str,
    /// The list.
    pub list: List,
    /// What is saved or typed.
    pub value: &'f str,
}

impl Field<'_> {
    /// Gives the control its options and its value, and says why that was chosen, or what it leads to.
    pub fn fill(self, filler: &mut Filler<'_>, lists: &Lists, reasons: &BTreeMap<&'static str, String>) {
        let chosen = filler.choose(self.select, self.list, self.value);
        self.describe(chosen, lists, reasons);
    }

    fn describe(self, chosen: Option<i64>, lists: &Lists, reasons: &BTreeMap<&'static str, String>) {
        let Some(value) = chosen.filter(|_| self.select.kept.is_none()) else { return };
        if !lists.is_active(self.list, value) {
            self.select.note = Some(held(self.path, self.list));
        } else if let Some(reason) = reasons.get(self.path) {
            self.select.tag = Some(suggestion(reason));
        }
        if self.path == "won.status" && DECIDED.contains(&value) {
            let label = lists.label(self.list, value);
            self.select.note = Some(format!(
                "{label} closes the opportunity at once, so that it cannot be won or lost in Autotask any more. \
                 Choose Active to finish there."
            ));
        }
    }
}

/// What an inactive choice leads to.
fn held(path: &str, list: List) -> String {
    let which = match path.split_once('.') {
        Some(("created", "default_owner")) => "Quotes whose owner is not found in Autotask",
        Some(("created", _)) => "New quotes",
        Some(("won", _)) => "Won quotes",
        Some(("lost", _)) => "Lost quotes",
        Some(("tickets", "cancelled_status")) => "Cancelled sales",
        Some(("tickets", _)) => "New sales",
        _ => "Quotes that need this code",
    };
    let noun = list.nouns().0.to_lowercase();
    format!("{which} are held until you choose an active {noun}.")
}

/// The choices from Autotask's lists, but for the category map.
fn fields<'f>(form: &'f mut Form, values: &'f SettingsForm) -> Vec<Field<'f>> {
    let field = |select, path, list, value| Field { select, path, list, value };
    let (created, won, lost, new) = (&mut form.created, &mut form.won, &mut form.lost, &values.created);
    let mut fields = vec![
        field(&mut created.category, "created.category", List::OpportunityCategories, &new.category),
        field(&mut created.default_owner, "created.default_owner", List::Owners, &new.default_owner),
        field(&mut created.stage, "created.stage", List::Stages, &new.stage),
        field(&mut created.status, "created.status", List::Statuses, &new.status),
        field(&mut created.shipping, "created.shipping", List::ShippingTypes, &new.shipping),
        field(&mut won.stage, "won.stage", List::Stages, &values.won.stage),
        field(&mut won.status, "won.status", List::Statuses, &values.won.status),
        field(&mut lost.stage, "lost.stage", List::Stages, &values.lost.stage),
        field(&mut lost.status, "lost.status", List::Statuses, &values.lost.status),
    ];
    fields.extend(code_fields(&mut form.codes, &values.codes));
    fields
}

/// The codes, on either page.
pub fn code_fields<'f>(codes: &'f mut Codes, code: &'f CodesForm) -> Vec<Field<'f>> {
    let field = |select, path, list, value| Field { select, path, list, value };
    vec![
        field(&mut codes.product, "codes.product", List::MaterialCodes, &code.product),
        field(
            &mut codes.recurring_service,
            "codes.recurring_service",
            List::ServiceCodes,
            &code.recurring_service,
        ),
        field(
            &mut codes.payment_surcharge,
            "codes.payment_surcharge",
            List::MaterialCodes,
            &code.payment_surcharge,
        ),
        field(
            &mut codes.non_recurring_service,
            "codes.non_recurring_service",
            List::MaterialCodes,
            &code.non_recurring_service,
        ),
    ]
}

fn services(form: &mut Form, filler: &mut Filler<'_>, view: &SettingsView, values: &SettingsForm) {
    if let Control::Select(brand) = &mut form.services.brand {
        filler.choose_name(brand, "brands", &view.brands, &values.services.brand);
    }
    let category = &mut form.services.category;
    filler.choose_name(category, "categories", &view.categories, &values.services.category);
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

/// What to begin with.
fn suggestions(view: &SettingsView, brand: &str) -> Suggestions {
    let (lists, brands, categories) = (&view.lists, view.brands.as_slice(), view.categories.as_slice());
    suggest(&From { lists, brands, categories, tenant: brand })
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
