//! The section *When an item is quoted or sold*: one component, on both pages.

use super::{fields::Select, parts::Link};

/// The fields of *When an item is quoted or sold*; both pages save the same record.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The other page that uses them.
    pub other: Link,
    /// `codes[product]`
    pub product: Select,
    /// `codes[recurring_service]`
    pub recurring_service: Select,
    /// `codes[payment_surcharge]`
    pub payment_surcharge: Select,
    /// `codes[non_recurring_service]`
    pub non_recurring_service: Select,
}

impl Codes {
    /// All of them, in the order of the page.
    pub fn all(&self) -> Vec<&Select> {
        vec![&self.product, &self.recurring_service, &self.payment_surcharge, &self.non_recurring_service]
    }

    /// All of them, to be filled.
    pub fn all_mut(&mut self) -> Vec<&mut Select> {
        let Self { product, recurring_service, payment_surcharge, non_recurring_service, .. } = self;
        vec![product, recurring_service, payment_surcharge, non_recurring_service]
    }

    /// The fields, empty; `other` is the other page that uses them.
    pub fn new(other: Link) -> Self {
        let material = "Select a material code";
        Self {
            other,
            product: Select::new("codes[product]", "Product material code")
                .prompt(material)
                .hint("The tax category that is right for most products, often Taxable Products."),
            recurring_service: Select::new("codes[recurring_service]", "Recurring service billing code")
                .prompt("Select a service code")
                .hint("The service code for recurring services, often Managed Services."),
            payment_surcharge: Select::new("codes[payment_surcharge]", "Payment surcharge material code")
                .prompt(material)
                .hint("The tax category of a payment surcharge, such as a credit card fee."),
            non_recurring_service: Select::new(
                "codes[non_recurring_service]",
                "Non-recurring service material code",
            )
            .prompt(material)
            .hint("For labor and other services that are billed once."),
        }
    }
}
