//! Settings: what the pages of the apps save, one document together. Each save is a revision.
//!
//! One file a section; [`form`] reads what a browser posts ([`ticket_form`] the Tickets page's own part of it),
//! [`document`] what REST sends, [`file`] a TOML file;
//! [`fields`] lists every setting, [`diff`] names what a save changed, [`merge`] brings two people's changes together.

pub mod category_csv;
mod category_map;
pub mod category_rows;
pub mod category_suggestions;
pub mod category_tools;
mod check;
pub mod diff;
pub mod document;
pub mod fields;
pub mod file;
pub mod form;
pub mod keys;
pub mod merge;
mod opportunities;
mod origin;
pub mod page;
mod quote_manager;
pub mod quote_manager_form;
pub mod source_document;
pub mod source_forms;
mod stored;
pub mod suggest;
pub mod suggest_tickets;
pub mod ticket_form;
mod tickets;

use serde::{Deserialize, Serialize};

pub use category_map::{CategoryMap, is_bundle};
pub use opportunities::Opportunities;
pub use origin::Origin;
pub use quote_manager::{EVERY_MINUTES, QuoteManagerSettings};
pub use tickets::{BilledBy, MAX_DUE_DAYS, PLACEHOLDERS, TicketSections, TicketSettings, WhichSales};

use super::{
    hold::Hold,
    lists::{List, Lists},
};

/// Everything that the pages save, the switches included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "stored::Stored")]
pub struct Settings {
    /// Whether the Opportunities sync is on: the switch "Sync your quotes and unquoted sales to Autotask opportunities".
    pub enabled: bool,
    /// The billing codes that both syncs share; `None` until either page's sections were saved.
    pub codes: Option<BillingCodes>,
    /// The sections of the Opportunities page; `None` until they were saved for the first time.
    pub sections: Option<Sections>,
    /// What the Tickets page saves.
    pub tickets: TicketSettings,
    /// What the Quote Manager page saves.
    pub quote_manager: QuoteManagerSettings,
}

impl Settings {
    /// What a tenant starts with: off, nothing chosen.
    pub const NEW: Self = Self {
        enabled: false,
        codes: None,
        sections: None,
        tickets: TicketSettings::NEW,
        quote_manager: QuoteManagerSettings::NEW,
    };

    /// Whether either sync is on.
    pub fn is_any_on(&self) -> bool {
        self.enabled || self.tickets.enabled
    }

    /// Whether each sync that is on has its sections.
    pub fn is_set_up(&self) -> bool {
        let is_ready = |enabled: bool, saved: bool| !enabled || saved;
        is_ready(self.enabled, self.sections.is_some())
            && is_ready(self.tickets.enabled, self.tickets.sections.is_some())
    }

    /// What the Opportunities page saved; `None` until it did.
    pub fn opportunities(&self) -> Option<Opportunities> {
        let (sections, codes) = (self.sections.clone()?, self.codes?);
        Some(Opportunities { sections, codes })
    }

    /// These settings with what the Opportunities page saves.
    #[must_use]
    pub fn with_opportunities(self, page: Opportunities) -> Self {
        Self { sections: Some(page.sections), codes: Some(page.codes), ..self }
    }

    /// These settings, with what was never saved in them as `other` has it.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        self.codes = self.codes.or(other.codes);
        self.sections = self.sections.or_else(|| other.sections.clone());
        self.tickets.sections = self.tickets.sections.or_else(|| other.tickets.sections.clone());
        self
    }

    /// Every choice from an Autotask list, in the order of the pages; category rows are not among them.
    pub fn choices(&self) -> Vec<Choice> {
        let opportunities = self.sections.iter().flat_map(Sections::choices);
        let codes = self.codes.iter().flat_map(BillingCodes::choices);
        let tickets = self.tickets.sections.iter().flat_map(TicketSections::choices);
        opportunities.chain(codes).chain(tickets).collect()
    }

    /// Every choice that is inactive in Autotask or gone, in the order of the pages.
    pub fn inactive(&self, lists: &Lists) -> Vec<InactiveChoice> {
        let map = self.sections.iter().flat_map(|sections| sections.category_map.inactive(lists));
        inactive(self.choices(), lists).chain(map).collect()
    }
}

/// The sections of the Opportunities page, complete: what is missing cannot be saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sections {
    /// Whether sales without a quote are sent too.
    pub include_unquoted_sales: bool,
    /// When a quote is created.
    pub created: Created,
    /// When a quote is won.
    pub won: Won,
    /// When a quote is lost.
    pub lost: Lost,
    /// Map your product categories to Autotask.
    pub category_map: CategoryMap,
    /// When a service or labor role is created in Autotask.
    pub services: Services,
}

/// What a new quote becomes in Autotask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Created {
    /// `opportunityCategoryID`.
    pub category: i64,
    /// `ownerResourceID` where the quote's own owner is not an active resource.
    pub default_owner: i64,
    /// `stage`.
    pub stage: i64,
    /// `status`.
    pub status: i64,
    /// `probability`, 0 to 100; `None` counts as 0.
    pub probability: Option<u8>,
    /// `shippingType`; `None` is no shipping type.
    pub shipping: Option<i64>,
    /// Whether a customer that is not in Autotask becomes a company there, and its contact a contact. Revisions from
    /// before there was this choice do not have it.
    #[serde(default)]
    pub create_missing_customers: bool,
}

/// What a won quote becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Won {
    /// `stage`.
    pub stage: i64,
    /// `status`.
    pub status: i64,
}

/// What a lost quote becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// `stage`; `None` is "Leave at current stage".
    pub stage: Option<i64>,
    /// `status`.
    pub status: i64,
}

/// The four billing codes; one record that the Opportunities and the Tickets page share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillingCodes {
    /// For products and for delivery without a shipping type.
    pub product: i64,
    /// For recurring services.
    pub recurring_service: i64,
    /// For card surcharges.
    pub payment_surcharge: i64,
    /// For labor and services that are billed once.
    pub non_recurring_service: i64,
}

/// What services and labor roles that are created in Autotask get in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// A brand's name.
    pub brand: String,
    /// A category's path, never Bundle.
    pub category: String,
}

/// A saved choice that Autotask would not take on new records any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InactiveChoice {
    /// The field's path in documents and forms; the whole category map stands for its rows.
    pub path: &'static str,
    /// The field's label on the page.
    pub field: String,
    /// The option's name as last seen.
    pub label: String,
}

/// One choice from a list: its path in documents and forms, its label on the page, the list, and the value chosen.
pub type Choice = (&'static str, &'static str, List, Option<i64>);

impl Sections {
    /// Every choice from an Autotask list, in the order of the page; category rows are not among them.
    pub fn choices(&self) -> Vec<Choice> {
        let created = &self.created;
        vec![
            (
                "created.category",
                "Category for new quotes",
                List::OpportunityCategories,
                Some(created.category),
            ),
            ("created.default_owner", "Default owner", List::Owners, Some(created.default_owner)),
            ("created.stage", "Stage for new quotes", List::Stages, Some(created.stage)),
            ("created.status", "Status for new quotes", List::Statuses, Some(created.status)),
            ("created.shipping", "Shipping", List::ShippingTypes, created.shipping),
            ("won.stage", "Stage for won quotes", List::Stages, Some(self.won.stage)),
            ("won.status", "Status for won quotes", List::Statuses, Some(self.won.status)),
            ("lost.stage", "Stage for lost quotes", List::Stages, self.lost.stage),
            ("lost.status", "Status for lost quotes", List::Statuses, Some(self.lost.status)),
        ]
    }
}

impl BillingCodes {
    /// Every code as a choice, in the order of the pages.
    pub fn choices(&self) -> Vec<Choice> {
        vec![
            ("codes.product", "Product material code", List::MaterialCodes, Some(self.product)),
            (
                "codes.recurring_service",
                "Recurring service billing code",
                List::ServiceCodes,
                Some(self.recurring_service),
            ),
            (
                "codes.payment_surcharge",
                "Payment surcharge material code",
                List::MaterialCodes,
                Some(self.payment_surcharge),
            ),
            (
                "codes.non_recurring_service",
                "Non-recurring service material code",
                List::MaterialCodes,
                Some(self.non_recurring_service),
            ),
        ]
    }
}

/// Those of the choices that are inactive in Autotask or gone.
fn inactive(choices: Vec<Choice>, lists: &Lists) -> impl Iterator<Item = InactiveChoice> {
    let chosen =
        choices.into_iter().filter_map(|(path, field, list, value)| Some((path, field, list, value?)));
    chosen.filter(|(_, _, list, value)| !lists.is_active(*list, *value)).map(|(path, field, list, value)| {
        InactiveChoice { path, field: field.to_owned(), label: lists.label(list, value) }
    })
}

/// The hold for the choice at `path` if Autotask would not take its value any more.
///
/// # Errors
/// The hold.
pub fn require_active(
    mut choices: impl Iterator<Item = Choice>,
    path: &str,
    lists: &Lists,
) -> Result<(), Hold> {
    let choice = choices.find(|(of, ..)| *of == path);
    match choice {
        Some((_, label, list, Some(value))) if !lists.is_active(list, value) => Err(Hold::OptionInactive {
            field: label.to_owned(),
            list,
            value,
            label: lists.label(list, value),
        }),
        _ => Ok(()),
    }
}
