//! What the ids and picklist values of a plan are called.

use super::{Target, charges::OPERATIONAL, customer::COMPANY_TYPE, items::type_name};
use crate::domain::lists::{List, Lists};

/// The name of a number in a field: Autotask's name from the tenant's lists, or the name that all tenants have for it.
/// `None` for fields whose numbers are amounts or the ids of records that no list has.
pub fn label(target: Target, field: &str, value: i64, lists: &Lists) -> Option<String> {
    if field == "quoteItemType" {
        return type_name(value).map(str::to_owned);
    }
    if field == "chargeType" {
        return (value == OPERATIONAL).then(|| "Operational".to_owned());
    }
    if field == "companyType" {
        return (value == COMPANY_TYPE).then(|| "Customer".to_owned());
    }
    if let Some(list) = records_of(field) {
        return lists.find(list, value).map(|option| option.label.clone());
    }
    list_of(target, field).map(|list| lists.path(list, value))
}

/// The list of the records that a field's ids are of. It may lack the newest ones.
fn records_of(field: &str) -> Option<List> {
    Some(match field {
        "companyID" => List::Companies,
        "contactID" => List::Contacts,
        "serviceID" => List::Services,
        _ => return None,
    })
}

/// The list that a field's values are from.
fn list_of(target: Target, field: &str) -> Option<List> {
    Some(match field {
        "opportunityCategoryID" => List::OpportunityCategories,
        "ownerResourceID" => List::Owners,
        "stage" => List::Stages,
        "status" if target == Target::Ticket => List::TicketStatuses,
        "status" => List::Statuses,
        "ticketCategory" => List::TicketCategories,
        "queueID" => List::TicketQueues,
        "priority" => List::TicketPriorities,
        "issueType" => List::TicketIssueTypes,
        "shippingType" | "shippingID" => List::ShippingTypes,
        "chargeID" | "productBillingCodeID" => List::MaterialCodes,
        "billingCodeID" if target == Target::TicketCharge => List::MaterialCodes,
        "billingCodeID" => List::ServiceCodes,
        "productCategory" => List::ProductCategories,
        "laborID" => List::Roles,
        "periodType" if target == Target::Service => List::ServicePeriods,
        "periodType" => List::ItemPeriods,
        _ => return None,
    })
}
