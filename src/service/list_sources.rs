//! Where each list comes from: one call for an entity's fields, then its rows by the page, with only the columns that
//! are needed.

use super::list_refresh::{Run, Stop};
use crate::{
    autotask::{self, Condition, Filter, Row, wire::FieldInformation},
    domain::lists::{List, ListOption},
};

/// `Resources.licenseType` of API users, who own nothing.
const API_USER: i64 = 7;

/// Something that one or two requests give one or more lists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Picklists of Opportunities.
    OpportunityFields,
    /// Picklist of Products.
    ProductFields,
    /// Picklist of `QuoteItems`, and the lengths of what a quote is made of.
    QuoteItemFields,
    /// Picklist of Services.
    ServiceFields,
    /// Picklists of Tickets.
    TicketFields,
    /// `BillingCodes` of two use types.
    BillingCodes,
    /// The rows of the entity that the list is named after.
    Rows(List),
}

/// Lists with their options in Autotask's order.
pub type Fetched = Vec<(List, Vec<ListOption>)>;

impl Source {
    /// Every source, in the order of [`List::ALL`].
    pub const ALL: [Self; 12] = [
        Self::OpportunityFields,
        Self::ProductFields,
        Self::QuoteItemFields,
        Self::ServiceFields,
        Self::TicketFields,
        Self::Rows(List::Owners),
        Self::Rows(List::ShippingTypes),
        Self::BillingCodes,
        Self::Rows(List::Services),
        Self::Rows(List::Roles),
        Self::Rows(List::Companies),
        Self::Rows(List::Contacts),
    ];

    /// The lists that it gives.
    pub fn lists(self) -> Vec<List> {
        match self {
            Self::OpportunityFields => vec![List::OpportunityCategories, List::Stages, List::Statuses],
            Self::ProductFields => vec![List::ProductCategories],
            Self::QuoteItemFields => vec![List::ItemPeriods],
            Self::ServiceFields => vec![List::ServicePeriods],
            Self::TicketFields => vec![
                List::TicketCategories,
                List::TicketQueues,
                List::TicketStatuses,
                List::TicketPriorities,
                List::TicketIssueTypes,
            ],
            Self::BillingCodes => vec![List::MaterialCodes, List::ServiceCodes],
            Self::Rows(list) => vec![list],
        }
    }

    /// Fetches its lists.
    ///
    /// # Errors
    /// What a request failed with, or why the run must stop.
    pub async fn fetch(self, run: &mut Run<'_>) -> Result<Fetched, Stop> {
        let picklists = |fields: &[FieldInformation], names: &[&str]| {
            let lists = self.lists().into_iter().zip(names);
            lists.map(|(list, name)| (list, picklist(fields, name))).collect()
        };
        Ok(match self {
            Self::OpportunityFields => {
                picklists(&run.fields("Opportunities").await?, &["opportunityCategoryID", "stage", "status"])
            }
            Self::ProductFields => picklists(&run.fields("Products").await?, &["productCategory"]),
            Self::QuoteItemFields => {
                // Of a quote and its locations only the lengths of texts are wanted.
                run.fields("Quotes").await?;
                run.fields("QuoteLocations").await?;
                picklists(&run.fields("QuoteItems").await?, &["periodType"])
            }
            Self::ServiceFields => picklists(&run.fields("Services").await?, &["periodType"]),
            Self::TicketFields => {
                let names = ["ticketCategory", "queueID", "status", "priority", "issueType"];
                picklists(&run.fields("Tickets").await?, &names)
            }
            Self::BillingCodes => billing_codes(run).await?,
            Self::Rows(list) => {
                let (entity, columns) = entity(list);
                let rows = run.rows(entity, &Filter::every(), columns).await?;
                vec![(list, rows.iter().filter_map(|row| option(list, row)).collect())]
            }
        })
    }
}

/// The entity of a list, and the columns that make its options.
fn entity(list: List) -> (&'static str, &'static [&'static str]) {
    match list {
        List::Owners => ("Resources", &["id", "firstName", "lastName", "email", "isActive", "licenseType"]),
        List::ShippingTypes => ("ShippingTypes", &["id", "name", "isActive"]),
        List::Services => ("Services", &["id", "name", "sku", "periodType", "isActive"]),
        List::Roles => ("Roles", &["id", "name", "isActive"]),
        List::Companies => {
            ("Companies", &["id", "companyName", "companyNumber", "parentCompanyID", "isActive"])
        }
        List::Contacts => {
            ("Contacts", &["id", "firstName", "lastName", "emailAddress", "companyID", "isActive"])
        }
        _ => ("BillingCodes", &["id", "name", "externalNumber", "useType", "isActive"]),
    }
}

fn option(list: List, row: &Row) -> Option<ListOption> {
    let name = match list {
        List::Owners | List::Contacts => person(row),
        List::Companies => text(row, "companyName"),
        _ => text(row, "name"),
    };
    let detail = match list {
        List::Owners => "email",
        List::Services => "sku",
        List::Companies => "companyNumber",
        List::Contacts => "emailAddress",
        _ => "externalNumber",
    };
    let parent = match list {
        List::Companies => number(row, "parentCompanyID"),
        List::Contacts => number(row, "companyID"),
        List::Services => number(row, "periodType"),
        _ => None,
    };
    let is_person = list != List::Owners || number(row, "licenseType") != Some(API_USER);
    let option = ListOption {
        value: autotask::id(row)?,
        label: name?,
        detail: text(row, detail),
        parent,
        active: is_active(row),
    };
    is_person.then_some(option)
}

async fn billing_codes(run: &mut Run<'_>) -> Result<Fetched, Stop> {
    let fields = run.fields("BillingCodes").await?;
    let material = use_type(&fields, "Material Cost Code", 4);
    let recurring = use_type(&fields, "Recurring Contract Service Code", 5);
    let filter = Filter::by(Condition::one_of("useType", [material, recurring]));
    let (entity, columns) = entity(List::MaterialCodes);
    let rows = run.rows(entity, &filter, columns).await?;
    let of_type = |list, use_type| {
        let rows = rows.iter().filter(|row| number(row, "useType") == Some(use_type));
        (list, rows.filter_map(|row| option(list, row)).collect())
    };
    Ok(vec![of_type(List::MaterialCodes, material), of_type(List::ServiceCodes, recurring)])
}

/// The use type of that label; where no label says so, the number that it has in every tenant seen so far.
fn use_type(fields: &[FieldInformation], label: &str, fallback: i64) -> i64 {
    let types = picklist(fields, "useType");
    types
        .iter()
        .find(|option| option.label.eq_ignore_ascii_case(label))
        .map_or(fallback, |option| option.value)
}

fn picklist(fields: &[FieldInformation], name: &str) -> Vec<ListOption> {
    let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    let values = field.and_then(|field| field.picklist_values.as_deref()).unwrap_or_default();
    let option = |value: &autotask::wire::PickListValue| {
        Some(ListOption {
            value: value.value.parse().ok()?,
            label: value.label.clone(),
            detail: None,
            parent: value.parent_value.as_deref().and_then(|parent| parent.parse().ok()),
            active: value.is_active,
        })
    };
    values.iter().filter_map(option).collect()
}

fn text(row: &Row, field: &str) -> Option<String> {
    row.get(field)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn number(row: &Row, field: &str) -> Option<i64> {
    row.get(field)?.as_i64()
}

/// `true` or 1: Contacts alone have a number there.
pub(super) fn is_active(row: &Row) -> bool {
    row.get("isActive").is_none_or(|value| value.as_bool().unwrap_or(value.as_i64() != Some(0)))
}

fn person(row: &Row) -> Option<String> {
    let names: Vec<String> = ["firstName", "lastName"].iter().filter_map(|field| text(row, field)).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn sources_give_every_list_once_and_in_order() {
        let lists: Vec<List> = Source::ALL.into_iter().flat_map(Source::lists).collect();
        assert_eq!(lists, List::ALL);
    }

    #[test]
    fn use_types_are_found_by_label_before_number() {
        let fields = |label: &str| {
            let field = json!({ "name": "useType", "picklistValues": [{ "value": "40", "label": label, "isActive": true }] });
            vec![serde_json::from_value::<FieldInformation>(field).unwrap()]
        };
        assert_eq!(use_type(&fields("Material cost code"), "Material Cost Code", 4), 40);
        assert_eq!(use_type(&fields("Materialkosten"), "Material Cost Code", 4), 4);
    }

    #[test]
    fn activity_is_told_by_a_boolean_or_a_number() {
        let active = |value: Value| is_active(json!({ "isActive": value }).as_object().unwrap());
        let told = [json!(true), json!(1), json!(false), json!(0), Value::Null].map(active);
        assert_eq!(told, [true, true, false, false, true]);
    }
}
