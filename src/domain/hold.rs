//! Holds: what needs a person before a push can go on, each with its cause and its fix.

mod fix;

use serde::{Deserialize, Serialize};

use super::{document::Unclear, lists::List, plan::Target};

/// What a customer lacks to become a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyLack {
    /// A phone number.
    Phone,
    /// A name that Autotask can keep as it is.
    Name,
}

/// Why a push is held. Stored with the push; two pushes with equal causes are released by the same action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Hold {
    /// The sync is on, but required settings were never saved.
    SetupNeeded,
    /// The tickets sync is on, but what it needs was never saved.
    TicketSetupNeeded,
    /// No active company has exactly the customer's name.
    CustomerUnknown {
        /// The source's id for the customer; empty for pushes that were held before it was noted.
        #[serde(default)]
        customer: String,
        /// The customer's name.
        name: String,
    },
    /// Several active companies have exactly the customer's name.
    CustomerAmbiguous {
        /// The source's id for the customer; empty for pushes that were held before it was noted.
        #[serde(default)]
        customer: String,
        /// The customer's name.
        name: String,
    },
    /// The source names a company that Autotask does not have, or no longer as an active one.
    CompanyGone {
        /// The source's id for the customer.
        customer: String,
        /// The customer's name.
        name: String,
        /// The id of the company that the source names.
        id: i64,
    },
    /// The companies of exactly the customer's name are all inactive.
    CompanyInactive {
        /// The source's id for the customer.
        customer: String,
        /// The customer's name.
        name: String,
    },
    /// The customer is to be created as a company, and the document lacks what Autotask asks for.
    CompanyIncomplete {
        /// The source's id for the customer.
        customer: String,
        /// The customer's name.
        name: String,
        /// What it lacks.
        lack: CompanyLack,
    },
    /// The document's currency is not the connection's.
    Currency {
        /// The document's currency.
        document: String,
        /// The connection's currency.
        connection: String,
    },
    /// A product must be created and its category has no Autotask category.
    CategoryUnmapped {
        /// The category's path; empty where the line names none.
        category: String,
    },
    /// A chosen option is inactive in Autotask or gone.
    OptionInactive {
        /// The field's label on the Opportunities page.
        field: String,
        /// The list that the option is from.
        list: List,
        /// The option's value.
        value: i64,
        /// The option's name as last seen.
        label: String,
    },
    /// Autotask has several products or services that fit a line equally well.
    CatalogueAmbiguous {
        /// What the line calls it.
        name: String,
    },
    /// A service must be created and the tenant's Autotask has no such period.
    PeriodMissing {
        /// What the line calls the service.
        service: String,
        /// The period, as it is said.
        period: String,
    },
    /// A line is billed in another period than the service of its name, or than another line of that name.
    PeriodDiffers {
        /// What the line calls the service.
        service: String,
        /// The service's period, as it is said.
        has: String,
        /// The line's.
        wants: String,
    },
    /// A customer is linked to a company that became inactive.
    LinkedCompanyInactive {
        /// The source's id for the customer.
        customer: String,
        /// The customer's name.
        name: String,
        /// The company's id in Autotask.
        id: i64,
    },
    /// A sale names a quote that was never received.
    QuoteMissing {
        /// The quote's number.
        number: String,
    },
    /// Several records in Autotask carry the document's marker.
    Duplicate {
        /// The entity, as Autotask names it.
        entity: String,
        /// The marker.
        marker: String,
    },
    /// A linked record is no longer in Autotask.
    Gone {
        /// The entity, as Autotask names it.
        entity: String,
        /// Its Autotask id.
        id: i64,
    },
    /// Autotask refused a request for a reason that trying again does not change.
    Refused {
        /// Autotask's own sentence.
        sentence: String,
    },
    /// The document has a number whose meaning is not known.
    UnknownCode {
        /// The source's name, such as `Kaseya Quote Manager`.
        source: String,
        /// The source's record and field, such as `quoteline.recurringType`.
        field: String,
        /// The number.
        code: i64,
    },
    /// The document cannot be read for certain.
    Unclear {
        /// What is unclear, and what to do about it.
        sentence: String,
    },
    /// Autotask did not accept the user name, secret or integration code.
    Credentials,
    /// The tenant has no connection to Autotask.
    NotConnected,
    /// Another tool creates opportunities for the same quotes: nothing is sent until a person says so.
    SecondSender,
    /// Workers ended several times in a row while they worked on it.
    Crashed,
    /// Tries are used up.
    GaveUp {
        /// What went wrong the last time.
        sentence: String,
    },
}

impl Hold {
    /// What is wrong, in one sentence.
    pub fn cause(&self) -> String {
        match self {
            Self::SetupNeeded => "Setup needed".to_owned(),
            Self::TicketSetupNeeded => "Setup of tickets needed".to_owned(),
            Self::CustomerUnknown { name, .. } => format!("Customer is not in Autotask: {name}"),
            Self::CustomerAmbiguous { name, .. } => format!("Several Autotask companies are called {name}"),
            Self::CompanyGone { name, id, .. } => {
                format!("Company {id} of {name} is not an active company in Autotask")
            }
            Self::CompanyInactive { name, .. } => format!("Company {name} is inactive in Autotask"),
            Self::CompanyIncomplete { name, lack: CompanyLack::Phone, .. } => {
                format!("Customer cannot be created in Autotask without a phone number: {name}")
            }
            Self::CompanyIncomplete { name, lack: CompanyLack::Name, .. } => {
                format!("Customer cannot be created in Autotask under its name: {name}")
            }
            Self::Currency { document, connection } => {
                format!("The document is in {document}, the Autotask connection in {connection}")
            }
            Self::CategoryUnmapped { category } if category.is_empty() => {
                "A new product has no category".to_owned()
            }
            Self::CategoryUnmapped { category } => format!("Category \"{category}\" is not mapped"),
            Self::OptionInactive { field, label, .. } => {
                format!("{field}: \"{label}\" is inactive in Autotask")
            }
            Self::CatalogueAmbiguous { name } => {
                format!("Several Autotask products or services fit \"{name}\"")
            }
            Self::PeriodMissing { service, period } => {
                format!("Autotask has no period for \"{service}\", which is billed {period}")
            }
            Self::PeriodDiffers { service, has, wants } => {
                format!("Service \"{service}\" is billed {has}, a line of that name {wants}")
            }
            Self::LinkedCompanyInactive { name, id, .. } => {
                format!("Company {id}, with which {name} is linked, is inactive in Autotask")
            }
            Self::QuoteMissing { number } => format!("Quote {number} of this sale has not been received"),
            Self::Duplicate { entity, marker } => {
                format!("Several records in Autotask {entity} carry {marker}")
            }
            Self::Gone { entity, id } => format!("{entity} {id} is no longer in Autotask"),
            Self::Refused { sentence } => format!("Autotask refused: {sentence}"),
            Self::UnknownCode { source, field, code } => {
                format!("It is not known what {code} means as {field} of {source}")
            }
            Self::Unclear { sentence } => sentence.clone(),
            Self::Credentials => {
                "Autotask did not accept the user name, secret or integration code".to_owned()
            }
            Self::NotConnected => "Autotask is not connected".to_owned(),
            Self::SecondSender => {
                "Another tool also creates opportunities in Autotask for your quotes".to_owned()
            }
            Self::Crashed => "This quote crashed the worker".to_owned(),
            Self::GaveUp { sentence } => format!("Autotask could not be reached for a week: {sentence}"),
        }
    }

    /// The customer whose company a person has to choose: the source's id for it (empty where that was not noted), and
    /// its name.
    pub fn customer(&self) -> Option<(&str, &str)> {
        match self {
            Self::CustomerUnknown { customer, name }
            | Self::CustomerAmbiguous { customer, name }
            | Self::CompanyInactive { customer, name }
            | Self::CompanyIncomplete { customer, name, .. }
            | Self::LinkedCompanyInactive { customer, name, .. }
            | Self::CompanyGone { customer, name, .. } => Some((customer, name)),
            _ => None,
        }
    }

    /// Whether letting missing customers be created in Autotask can release it.
    pub fn is_about_missing_customer(&self) -> bool {
        matches!(self, Self::CustomerUnknown { .. })
    }

    /// The company that is no good although the customer is linked with it.
    pub fn linked_company(&self) -> Option<i64> {
        match self {
            Self::LinkedCompanyInactive { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// What a person has to say which one it is: the document's opportunity, or its ticket.
    pub fn record(&self) -> Option<Target> {
        match self {
            Self::Gone { entity, .. } | Self::Duplicate { entity, .. } if is_of_ticket(entity) => {
                Some(Target::Ticket)
            }
            Self::Gone { .. } => Some(Target::Opportunity),
            Self::Duplicate { entity, .. } => {
                let is_its = matches!(entity.as_str(), "Opportunities" | "Quotes" | "QuoteItems");
                is_its.then_some(Target::Opportunity)
            }
            _ => None,
        }
    }

    /// Whether connecting Autotask can release it.
    pub fn is_about_connection(&self) -> bool {
        matches!(self, Self::Credentials | Self::NotConnected | Self::Currency { .. })
    }

    /// Whether saving settings can release it.
    pub fn is_about_settings(&self) -> bool {
        matches!(
            self,
            Self::SetupNeeded
                | Self::TicketSetupNeeded
                | Self::CategoryUnmapped { .. }
                | Self::OptionInactive { .. }
                | Self::Refused { .. }
        )
    }
}

impl From<&Unclear> for Hold {
    fn from(unclear: &Unclear) -> Self {
        match unclear.clone() {
            Unclear::Code { source, field, code } => Self::UnknownCode { source, field, code },
            Unclear::Other { sentence } => Self::Unclear { sentence },
        }
    }
}

/// Whether an entity, as Autotask names it, is a ticket's.
fn is_of_ticket(entity: &str) -> bool {
    matches!(entity, "Tickets" | "TicketCharges")
}
