//! Reads what a page posts: texts as typed, turned into settings or into sentences about them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    BillingCodes, CategoryMap, Created, Lost, QuoteManagerSettings, Sections, Services, Settings,
    TicketSections, Won, category_tools::MapTools, check::Check, is_bundle, page::Page,
    quote_manager_form::QuoteManagerForm, ticket_form::TicketForm,
};
use crate::{
    domain::{fold::fold, lists::List},
    error::FieldErrors,
};

pub use super::check::{Against, CodesForm};

/// The form as typed. Every field may be absent: a browser leaves out what is not checked, a person what they like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    /// The revision that the page was made from.
    pub revision: String,
    /// One per page shown, so that a form sent twice is saved once.
    pub form_id: String,
    /// The [`Page::name`] of what it has the sections of; empty for the Opportunities page.
    pub page: String,
    /// `true` when the box is checked.
    pub include_unquoted_sales: String,
    /// When a quote is created.
    pub created: CreatedForm,
    /// When a quote is won.
    pub won: StageForm,
    /// When a quote is lost.
    pub lost: LostForm,
    /// When an item is quoted or sold.
    pub codes: CodesForm,
    /// Map your product categories to Autotask.
    pub category_map: MapForm,
    /// When a service or labor role is created in Autotask.
    pub services: ServicesForm,
    /// What the Tickets page has of its own.
    pub tickets: TicketForm,
    /// How Quote Manager is read, where the form carries that along.
    pub quote_manager: QuoteManagerForm,
    /// A note for the history.
    pub note: String,
    /// The earlier revision that it goes back to, as [`super::Origin`] writes it; mostly empty.
    pub origin: String,
    /// The tools above the category map, which change the form and are no settings.
    pub map_tools: MapTools,
}

/// What a form stands for: the codes, and the sections of its pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// When an item is quoted or sold.
    pub codes: BillingCodes,
    /// The sections of the Opportunities page.
    pub sections: Option<Sections>,
    /// The sections of the Tickets page.
    pub tickets: Option<TicketSections>,
    /// How Quote Manager is read.
    pub quote_manager: Option<QuoteManagerSettings>,
}

impl Parts {
    /// The settings with these parts in the place of theirs.
    #[must_use]
    pub fn onto(self, mut settings: Settings) -> Settings {
        settings.codes = Some(self.codes);
        settings.sections = self.sections.or(settings.sections);
        settings.tickets.sections = self.tickets.or(settings.tickets.sections);
        settings.quote_manager = self.quote_manager.unwrap_or(settings.quote_manager);
        settings
    }
}

/// When a quote is created.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the field of that name in Created, as typed")]
pub struct CreatedForm {
    pub category: String,
    pub default_owner: String,
    pub stage: String,
    pub status: String,
    pub probability: String,
    pub shipping: String,
    pub create_missing_customers: String,
}

/// When a quote is won.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the field of that name in Won, as typed")]
pub struct StageForm {
    pub stage: String,
    pub status: String,
}

/// When a quote is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LostForm {
    /// `true` for "Leave at current stage", whatever the select beside it says.
    pub keep_stage: String,
    /// The stage to set; `keep` says "Leave at current stage" too, for pages that have one control for both.
    pub stage: String,
    /// The status.
    pub status: String,
}

impl LostForm {
    /// What [`Self::stage`] says for "Leave at current stage".
    pub const KEEP: &'static str = "keep";

    fn keeps_stage(&self) -> bool {
        self.keep_stage == "true" || self.stage.trim() == Self::KEEP
    }
}

/// Map your product categories to Autotask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapForm {
    /// For any category that has no row.
    pub fallback: String,
    /// The rows by their place on the page; a place may be missing.
    pub rows: BTreeMap<u32, MapRowForm>,
}

/// One row of the category map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapRowForm {
    /// The category's path.
    pub category: String,
    /// The Autotask category; empty is not mapped.
    pub autotask_category: String,
}

/// When a service or labor role is created in Autotask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the field of that name in Services, as typed")]
pub struct ServicesForm {
    pub brand: String,
    pub category: String,
}

impl SettingsForm {
    /// The form that shows saved settings; what was never saved is empty.
    pub fn of(settings: &Settings) -> Self {
        let form = settings.sections.as_ref().map(Self::of_sections).unwrap_or_default();
        Self {
            codes: settings.codes.as_ref().map(CodesForm::of).unwrap_or_default(),
            tickets: settings.tickets.sections.as_ref().map(TicketForm::of).unwrap_or_default(),
            ..form
        }
    }

    /// Whose sections it has.
    pub fn page(&self) -> Page {
        Page::from_name(&self.page)
    }

    /// The same form, for the sections of these pages.
    #[must_use]
    pub fn of_page(self, page: Page) -> Self {
        Self { page: page.name().to_owned(), ..self }
    }

    fn of_sections(sections: &Sections) -> Self {
        let rows = sections.category_map.rows.iter().zip(0..);
        Self {
            include_unquoted_sales: sections.include_unquoted_sales.to_string(),
            created: CreatedForm {
                category: sections.created.category.to_string(),
                default_owner: sections.created.default_owner.to_string(),
                stage: sections.created.stage.to_string(),
                status: sections.created.status.to_string(),
                probability: or_empty(sections.created.probability),
                shipping: or_empty(sections.created.shipping),
                create_missing_customers: sections.created.create_missing_customers.to_string(),
            },
            won: StageForm { stage: sections.won.stage.to_string(), status: sections.won.status.to_string() },
            lost: LostForm {
                keep_stage: sections.lost.stage.is_none().to_string(),
                stage: or_empty(sections.lost.stage),
                status: sections.lost.status.to_string(),
            },
            category_map: MapForm {
                fallback: or_empty(sections.category_map.fallback),
                rows: rows
                    .map(|((path, value), index)| {
                        (index, MapRowForm { category: path.clone(), autotask_category: value.to_string() })
                    })
                    .collect(),
            },
            services: ServicesForm {
                brand: sections.services.brand.clone(),
                category: sections.services.category.clone(),
            },
            ..Self::default()
        }
    }

    /// The settings that the form stands for.
    ///
    /// # Errors
    /// One sentence for every field that is wrong, by its path.
    pub fn check(&self, against: &Against<'_>) -> Result<Parts, FieldErrors> {
        let (parts, errors) = self.read(against);
        errors.into_result().map(|()| parts)
    }

    /// The settings as far as the form stands for any, with 0 and nothing where a field is wrong, and one sentence for
    /// each of these by its path.
    pub fn read(&self, against: &Against<'_>) -> (Parts, FieldErrors) {
        let mut check = Check::new(against);
        let sections = self.page().has_opportunities().then(|| self.sections(&mut check));
        let codes = check.codes(&self.codes);
        let tickets = self.page().has_tickets().then(|| check.tickets(&self.tickets));
        let mut errors = check.errors;
        let quote_manager = self.quote_manager.check().unwrap_or_else(|wrong| {
            errors.add_all(wrong);
            None
        });
        (Parts { codes, sections, tickets, quote_manager }, errors)
    }

    fn sections(&self, check: &mut Check<'_>) -> Sections {
        Sections {
            include_unquoted_sales: self.include_unquoted_sales == "true",
            created: check.created(&self.created),
            won: Won {
                stage: check.required("won.stage", "a stage for won quotes", List::Stages, &self.won.stage),
                status: check.required(
                    "won.status",
                    "a status for won quotes",
                    List::Statuses,
                    &self.won.status,
                ),
            },
            lost: Lost {
                stage: (!self.lost.keeps_stage()).then(|| {
                    check.required("lost.stage", "a stage for lost quotes", List::Stages, &self.lost.stage)
                }),
                status: check.required(
                    "lost.status",
                    "a status for lost quotes",
                    List::Statuses,
                    &self.lost.status,
                ),
            },
            category_map: check.category_map(&self.category_map),
            services: check.services(&self.services),
        }
    }
}

impl Check<'_> {
    fn created(&mut self, form: &CreatedForm) -> Created {
        Created {
            category: self.required(
                "created.category",
                "a category for new quotes",
                List::OpportunityCategories,
                &form.category,
            ),
            default_owner: self.required(
                "created.default_owner",
                "a default owner",
                List::Owners,
                &form.default_owner,
            ),
            stage: self.required("created.stage", "a stage for new quotes", List::Stages, &form.stage),
            status: self.required("created.status", "a status for new quotes", List::Statuses, &form.status),
            probability: self.probability(&form.probability),
            shipping: self.optional(
                "created.shipping",
                "a shipping type",
                List::ShippingTypes,
                &form.shipping,
            ),
            create_missing_customers: form.create_missing_customers == "true",
        }
    }

    fn probability(&mut self, typed: &str) -> Option<u8> {
        let number = typed.trim().trim_end_matches('%').trim_end();
        if number.is_empty() && !typed.contains('%') {
            return None;
        }
        let percent = number.parse().ok().filter(|percent| *percent <= 100 && !number.starts_with('+'));
        if percent.is_none() {
            self.errors.add("created.probability", "Probability must be a whole number between 0 and 100");
        }
        percent
    }

    fn category_map(&mut self, form: &MapForm) -> CategoryMap {
        let what = "an Autotask category";
        let saved = self.against.saved.sections.as_ref().map(|sections| &sections.category_map);
        let fallback = saved.and_then(|map| map.fallback);
        let fallback =
            self.chosen("category_map.fallback", what, List::ProductCategories, &form.fallback, fallback);
        let known: BTreeSet<&String> = self.against.categories.iter().collect();
        let mut rows = BTreeMap::new();
        for (index, row) in &form.rows {
            let path = format!("category_map.rows[{index}].autotask_category");
            if !known.contains(&row.category) {
                self.errors
                    .add(path, format!("There is no category called \"{}\". Reload the page", row.category));
                continue;
            }
            let saved = saved.and_then(|map| map.rows.get(&row.category).copied());
            let what = format!("an Autotask category for {}", row.category.replace('/', " › "));
            let value = self.chosen(&path, &what, List::ProductCategories, &row.autotask_category, saved);
            rows.extend(value.map(|value| (row.category.clone(), value)));
        }
        CategoryMap { fallback, rows }
    }

    fn services(&mut self, form: &ServicesForm) -> Services {
        let brand = named(self.against.brands, &form.brand);
        let category = named(self.against.categories, &form.category);
        if brand.is_none() {
            self.errors.add("services.brand", "Select a brand");
        }
        if is_bundle(category.unwrap_or(&form.category)) {
            self.errors.add("services.category", "Select a category other than Bundle");
        } else if category.is_none() {
            self.errors.add("services.category", "Select a category for services");
        }
        let text = |name: Option<&str>| name.unwrap_or_default().to_owned();
        Services { brand: text(brand), category: text(category) }
    }
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The brand or category that a text means: as it is posted, or as a person types its name.
fn named<'a>(known: &'a [String], typed: &str) -> Option<&'a str> {
    let typed = typed.trim();
    let meant = |name: &&String| fold(name) == fold(typed) || fold(&name.replace('/', " › ")) == fold(typed);
    let exact = known.iter().find(|name| *name == typed);
    exact.or_else(|| known.iter().find(meant)).map(String::as_str)
}
