//! What the page begins with before anything was saved: a value only where a rule finds one, each with its reason.
//!
//! A person is never guessed, nor a code that no name speaks for: those stay empty.

use std::collections::BTreeMap;

use super::{form::SettingsForm, is_bundle};
use crate::domain::{
    fold::fold,
    lists::{List, Lists},
};

/// What suggestions are made from.
pub struct From<'a> {
    /// The tenant's Autotask lists.
    pub lists: &'a Lists,
    /// The tenant's brands.
    pub brands: &'a [String],
    /// The tenant's categories, by path.
    pub categories: &'a [String],
    /// The tenant's name.
    pub tenant: &'a str,
}

/// A form to begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// The form, with the suggested values filled in.
    pub form: SettingsForm,
    /// Why each of them was chosen, by its path: `name contains "sent"`.
    pub reasons: BTreeMap<&'static str, String>,
}

/// How an option is found by its name.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// The name is this one.
    Is(&'static str),
    /// One of the name's words is this one.
    Contains(&'static str),
}

impl Rule {
    fn fits(self, label: &str) -> bool {
        match self {
            Self::Is(name) => fold(label) == fold(name),
            Self::Contains(word) => {
                label.split(|letter: char| !letter.is_alphanumeric()).any(|part| fold(part) == word)
            }
        }
    }

    fn reason(self) -> String {
        match self {
            Self::Is(name) => format!("named \"{name}\""),
            Self::Contains(word) => format!("name contains \"{word}\""),
        }
    }
}

/// What to begin with.
pub fn suggest(from: &From<'_>) -> Suggestions {
    use Rule::{Contains, Is};
    let mut made = Suggestions::default();
    "true".clone_into(&mut made.form.include_unquoted_sales);
    "true".clone_into(&mut made.form.lost.keep_stage);
    let mut choose = |path, list, rules: &[Rule]| {
        let (value, reason) = first(from.lists, list, rules)?;
        made.reasons.insert(path, reason);
        Some(value)
    };
    let form = &mut made.form;
    form.created.category =
        choose("created.category", List::OpportunityCategories, &[Is("Standard")]).unwrap_or_default();
    form.created.stage =
        choose("created.stage", List::Stages, &[Contains("sent"), Contains("proposal")]).unwrap_or_default();
    form.created.status = choose("created.status", List::Statuses, &[Is("Active")]).unwrap_or_default();
    form.won.stage = choose("won.stage", List::Stages, &[Contains("won")]).unwrap_or_default();
    form.won.status = choose("won.status", List::Statuses, &[Is("Active")]).unwrap_or_default();
    form.lost.status = choose("lost.status", List::Statuses, &[Is("Lost")]).unwrap_or_default();
    form.codes.product =
        choose("codes.product", List::MaterialCodes, &[Is("Taxable Products")]).unwrap_or_default();
    form.codes.recurring_service =
        choose("codes.recurring_service", List::ServiceCodes, &[Is("Managed Services")]).unwrap_or_default();
    services(from, &mut made);
    made
}

/// The value of the first active option that a rule fits; the first rule that fits any counts.
pub(super) fn first(lists: &Lists, list: List, rules: &[Rule]) -> Option<(String, String)> {
    let active = || lists.options(list).iter().filter(|option| option.active);
    rules.iter().find_map(|rule| {
        let option = active().find(|option| rule.fits(&option.label))?;
        Some((option.value.to_string(), rule.reason()))
    })
}

fn services(from: &From<'_>, made: &mut Suggestions) {
    if let Some(brand) = from.brands.iter().find(|brand| fold(brand) == fold(from.tenant)) {
        made.form.services.brand.clone_from(brand);
        made.reasons.insert("services.brand", "named like your organization".to_owned());
    }
    let category = from.categories.iter().find(|path| Rule::Is("Services").fits(path) && !is_bundle(path));
    if let Some(category) = category {
        made.form.services.category.clone_from(category);
        made.reasons.insert("services.category", Rule::Is("Services").reason());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lists::ListOption;

    fn lists(options: &[(List, i64, &str, bool)]) -> Lists {
        let mut lists = Lists::default();
        for (list, value, label, active) in options {
            let (value, label, active) = (*value, (*label).to_owned(), *active);
            lists.push(*list, ListOption { value, label, detail: None, parent: None, active });
        }
        lists
    }

    fn suggested(options: &[(List, i64, &str, bool)]) -> Suggestions {
        let (brands, categories) =
            (["Contoso".to_owned(), "Northwind".to_owned()], ["Bundle".to_owned(), "Services".to_owned()]);
        suggest(&From {
            lists: &lists(options),
            brands: &brands,
            categories: &categories,
            tenant: "northwind",
        })
    }

    #[test]
    fn every_suggestion_has_its_reason() {
        let made = suggested(&[
            (List::OpportunityCategories, 1, "Standard", true),
            (List::Stages, 2, "Proposal draft", true),
            (List::Stages, 3, "Proposal Sent", true),
            (List::Stages, 4, "Closed Won", true),
            (List::Statuses, 5, "Active", true),
            (List::Statuses, 6, "Lost", true),
            (List::MaterialCodes, 7, "Taxable Products", true),
            (List::ServiceCodes, 8, "Managed services", true),
        ]);
        let form = &made.form;
        assert_eq!([&form.created.category, &form.created.stage, &form.created.status], ["1", "3", "5"]);
        assert_eq!([&form.won.stage, &form.won.status, &form.lost.status], ["4", "5", "6"]);
        assert_eq!([&form.codes.product, &form.codes.recurring_service], ["7", "8"]);
        assert_eq!([form.services.brand.as_str(), &form.services.category], ["Northwind", "Services"]);
        assert_eq!(form.lost.keep_stage, "true");
        assert_eq!(made.reasons["created.stage"], "name contains \"sent\"");
        assert_eq!(made.reasons["won.status"], "named \"Active\"");
        assert_eq!(made.reasons["services.brand"], "named like your organization");
        assert_eq!(made.reasons.len(), 10);
    }

    #[test]
    fn what_no_rule_finds_stays_empty() {
        let made = suggested(&[
            (List::Stages, 2, "Presentation", true),
            (List::Stages, 3, "Proposal Sent", false),
            (List::Stages, 4, "Wonder", true),
            (List::Owners, 5, "Robin Diaz", true),
            (List::MaterialCodes, 7, "Card fees", true),
        ]);
        let form = &made.form;
        assert_eq!([&form.created.stage, &form.won.stage, &form.created.default_owner], ["", "", ""]);
        assert_eq!(
            [&form.codes.product, &form.codes.payment_surcharge, &form.codes.non_recurring_service],
            ["", "", ""]
        );
        assert_eq!(made.reasons.keys().copied().collect::<Vec<_>>(), ["services.brand", "services.category"]);
    }

    #[test]
    fn a_stage_without_sent_is_found_by_proposal() {
        let made = suggested(&[(List::Stages, 2, "Proposal", true)]);
        assert_eq!(made.form.created.stage, "2");
        assert_eq!(made.reasons["created.stage"], "name contains \"proposal\"");
    }
}
