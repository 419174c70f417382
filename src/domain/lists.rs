//! Lists: the cached sets of Autotask choices that settings are chosen from.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::lengths::Lengths;

/// Which set of Autotask choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Picklist `opportunityCategoryID` of Opportunities.
    OpportunityCategories,
    /// Picklist `stage` of Opportunities.
    Stages,
    /// Picklist `status` of Opportunities.
    Statuses,
    /// Resources that may own an opportunity; the detail is the e-mail address.
    Owners,
    /// `ShippingTypes`.
    ShippingTypes,
    /// Billing codes for material costs: products, charges, surcharges.
    MaterialCodes,
    /// Billing codes for recurring contract services.
    ServiceCodes,
    /// Picklist `productCategory` of Products, with parents.
    ProductCategories,
    /// Picklist `periodType` of `QuoteItems`.
    ItemPeriods,
    /// Picklist `periodType` of Services.
    ServicePeriods,
    /// Picklist `ticketCategory` of Tickets.
    TicketCategories,
    /// Picklist `queueID` of Tickets.
    TicketQueues,
    /// Picklist `status` of Tickets.
    TicketStatuses,
    /// Picklist `priority` of Tickets.
    TicketPriorities,
    /// Picklist `issueType` of Tickets.
    TicketIssueTypes,
    /// `Services`; the detail is the SKU, the parent the `periodType`.
    Services,
    /// `Roles`: what labor is billed as.
    Roles,
    /// `Companies`; the detail is the company's number, the parent its parent company.
    Companies,
    /// `Contacts`; the detail is the e-mail address, the parent the company.
    Contacts,
}

impl List {
    /// Every list, in the order in which they are fetched: what settings are chosen from comes first.
    pub const ALL: [Self; 19] = [
        Self::OpportunityCategories,
        Self::Stages,
        Self::Statuses,
        Self::ProductCategories,
        Self::ItemPeriods,
        Self::ServicePeriods,
        Self::TicketCategories,
        Self::TicketQueues,
        Self::TicketStatuses,
        Self::TicketPriorities,
        Self::TicketIssueTypes,
        Self::Owners,
        Self::ShippingTypes,
        Self::MaterialCodes,
        Self::ServiceCodes,
        Self::Services,
        Self::Roles,
        Self::Companies,
        Self::Contacts,
    ];

    /// The name in the database and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpportunityCategories => "opportunity_categories",
            Self::Stages => "stages",
            Self::Statuses => "statuses",
            Self::Owners => "owners",
            Self::ShippingTypes => "shipping_types",
            Self::MaterialCodes => "material_codes",
            Self::ServiceCodes => "service_codes",
            Self::ProductCategories => "product_categories",
            Self::ItemPeriods => "item_periods",
            Self::ServicePeriods => "service_periods",
            Self::TicketCategories => "ticket_categories",
            Self::TicketQueues => "ticket_queues",
            Self::TicketStatuses => "ticket_statuses",
            Self::TicketPriorities => "ticket_priorities",
            Self::TicketIssueTypes => "ticket_issue_types",
            Self::Services => "services",
            Self::Roles => "roles",
            Self::Companies => "companies",
            Self::Contacts => "contacts",
        }
    }

    /// What one option and several are called on pages: `("Stage", "Stages")`.
    pub fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::OpportunityCategories => ("Opportunity category", "Opportunity categories"),
            Self::Stages => ("Stage", "Stages"),
            Self::Statuses => ("Status", "Statuses"),
            Self::Owners => ("Owner", "Owners"),
            Self::ShippingTypes => ("Shipping type", "Shipping types"),
            Self::MaterialCodes => ("Material code", "Material codes"),
            Self::ServiceCodes => ("Recurring service code", "Recurring service codes"),
            Self::ProductCategories => ("Product category", "Product categories"),
            Self::ItemPeriods => ("Quote item period", "Quote item periods"),
            Self::ServicePeriods => ("Service period", "Service periods"),
            Self::TicketCategories => ("Ticket category", "Ticket categories"),
            Self::TicketQueues => ("Ticket queue", "Ticket queues"),
            Self::TicketStatuses => ("Ticket status", "Ticket statuses"),
            Self::TicketPriorities => ("Ticket priority", "Ticket priorities"),
            Self::TicketIssueTypes => ("Ticket issue type", "Ticket issue types"),
            Self::Services => ("Service", "Services"),
            Self::Roles => ("Role", "Roles"),
            Self::Companies => ("Company", "Companies"),
            Self::Contacts => ("Contact", "Contacts"),
        }
    }

    /// Whether its options are chosen from on the Tickets page.
    pub fn is_of_tickets(self) -> bool {
        matches!(
            self,
            Self::TicketCategories
                | Self::TicketQueues
                | Self::TicketStatuses
                | Self::TicketPriorities
                | Self::TicketIssueTypes
        )
    }

    /// Whether it may have thousands of options: such a list is never loaded whole, but read by the page.
    pub fn is_large(self) -> bool {
        matches!(self, Self::Companies | Self::Contacts)
    }

    /// The list of that [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }
}

/// One choice of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListOption {
    /// Autotask's id or picklist value.
    pub value: i64,
    /// Autotask's name for it.
    pub label: String,
    /// What tells twins apart: an owner's e-mail address, a billing code's number.
    pub detail: Option<String>,
    /// The value that this one is a part of (a sub-category's category, a service's period).
    pub parent: Option<i64>,
    /// Whether Autotask accepts it on new records.
    pub active: bool,
}

/// All lists of one tenant, as last fetched, but for those that are [`List::is_large`].
#[derive(Clone, Debug, Default)]
pub struct Lists {
    options: BTreeMap<List, Options>,
    /// How long the texts may be, as the metadata says from which the picklists come.
    pub lengths: Lengths,
}

/// One list's options. Settings pages look hundreds of values up, so each value has its place noted.
#[derive(Clone, Debug, Default)]
struct Options {
    all: Vec<ListOption>,
    places: HashMap<i64, usize>,
}

impl Options {
    fn push(&mut self, option: ListOption) {
        self.places.entry(option.value).or_insert(self.all.len());
        self.all.push(option);
    }
}

impl Lists {
    /// No lists, in an Autotask that takes texts of these lengths.
    pub fn new(lengths: Lengths) -> Self {
        Self { options: BTreeMap::new(), lengths }
    }

    /// Puts the options of a list in place of what was there.
    pub fn set(&mut self, list: List, options: Vec<ListOption>) {
        self.options.remove(&list);
        for option in options {
            self.push(list, option);
        }
    }

    /// Adds one option at the end of a list.
    pub fn push(&mut self, list: List, option: ListOption) {
        self.options.entry(list).or_default().push(option);
    }

    /// The options of a list in Autotask's order; empty when it was never fetched.
    pub fn options(&self, list: List) -> &[ListOption] {
        self.options.get(&list).map_or(&[], |options| options.all.as_slice())
    }

    /// The option with that value, active or not.
    pub fn find(&self, list: List, value: i64) -> Option<&ListOption> {
        let options = self.options.get(&list)?;
        options.places.get(&value).and_then(|place| options.all.get(*place))
    }

    /// Whether the value is there and active.
    pub fn is_active(&self, list: List, value: i64) -> bool {
        self.find(list, value).is_some_and(|option| option.active)
    }

    /// The name to show for a value: Autotask's name, or the bare number where it was never seen.
    pub fn label(&self, list: List, value: i64) -> String {
        self.find(list, value)
            .map_or_else(|| format!("Unknown value, ID {value}"), |option| option.label.clone())
    }

    /// The label with the labels of its parents before it: `Hardware › Laptops`.
    pub fn path(&self, list: List, value: i64) -> String {
        let label = self.label(list, value);
        match self.find(list, value).and_then(|option| option.parent) {
            Some(parent) if parent != value => format!("{} › {label}", self.label(list, parent)),
            _ => label,
        }
    }

    /// The active owner with that e-mail address, whatever the case of its letters.
    pub fn owner_by_email(&self, email: &str) -> Option<i64> {
        let is_theirs = |option: &&ListOption| {
            option.detail.as_deref().is_some_and(|detail| detail.eq_ignore_ascii_case(email))
        };
        self.options(List::Owners)
            .iter()
            .filter(|option| option.active)
            .find(is_theirs)
            .map(|option| option.value)
    }
}
