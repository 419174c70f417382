//! The lists that come from Autotask.

use serde_json::json;

use crate::{
    autotask::{self, Failure, Row, Session, wire::FieldInformation},
    db,
    domain::{
        ids::TenantId,
        lists::{List, ListOption},
    },
    error::{Error, Result},
    service::Services,
};

/// `BillingCodes.useType` of material cost codes and of recurring contract service codes.
const MATERIAL: i64 = 4;
const RECURRING_SERVICE: i64 = 5;
/// `Resources.licenseType` of API users, who own nothing.
const API_USER: i64 = 7;

impl Services {
    /// Fetches every list anew, in seven calls where no list is longer than a page.
    ///
    /// # Errors
    /// When Autotask cannot be asked or refuses; the sentence says why.
    pub async fn refresh_lists(&self, tenant: TenantId) -> Result<()> {
        let session = self.session(tenant).await?.map_err(|problem| Error::Conflict(problem.sentence()))?;
        let lists = fetch(&session).await.map_err(|failure| Error::Conflict(failure.sentence()))?;
        let mut tx = self.db.write().await?;
        for (list, options) in lists {
            db::put_list(&mut tx, tenant, list, &options, self.clock.now()).await?;
        }
        tx.commit().await
    }
}

async fn fetch(session: &Session) -> std::result::Result<Vec<(List, Vec<ListOption>)>, Failure> {
    let opportunity = session.fields("Opportunities").await?;
    let product = session.fields("Products").await?;
    let item = session.fields("QuoteItems").await?;
    let service = session.fields("Services").await?;
    let active = json!({ "op": "eq", "field": "isActive", "value": true });
    let resources = session.query_all("Resources", std::slice::from_ref(&active), &RESOURCE_FIELDS).await?;
    let shipping = session.query_all("ShippingTypes", &[], &["id", "name", "isActive"]).await?;
    let billing = json!({ "op": "in", "field": "useType", "value": [MATERIAL, RECURRING_SERVICE] });
    let codes = session.query_all("BillingCodes", &[billing], &BILLING_CODE_FIELDS).await?;
    Ok(vec![
        (List::OpportunityCategories, picklist(&opportunity, "opportunityCategoryID")),
        (List::Stages, picklist(&opportunity, "stage")),
        (List::Statuses, picklist(&opportunity, "status")),
        (List::ProductCategories, picklist(&product, "productCategory")),
        (List::ItemPeriods, picklist(&item, "periodType")),
        (List::ServicePeriods, picklist(&service, "periodType")),
        (List::Owners, resources.iter().filter_map(owner).collect()),
        (List::ShippingTypes, shipping.iter().filter_map(|row| option(row, None)).collect()),
        (List::MaterialCodes, billing_codes(&codes, MATERIAL)),
        (List::ServiceCodes, billing_codes(&codes, RECURRING_SERVICE)),
    ])
}

const RESOURCE_FIELDS: [&str; 6] = ["id", "firstName", "lastName", "email", "isActive", "licenseType"];
const BILLING_CODE_FIELDS: [&str; 5] = ["id", "name", "externalNumber", "useType", "isActive"];

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

fn option(row: &Row, detail: Option<String>) -> Option<ListOption> {
    let active = row.get("isActive").and_then(serde_json::Value::as_bool).unwrap_or(true);
    Some(ListOption { value: autotask::id(row)?, label: text(row, "name")?, detail, parent: None, active })
}

fn owner(row: &Row) -> Option<ListOption> {
    if row.get("licenseType").and_then(serde_json::Value::as_i64) == Some(API_USER) {
        return None;
    }
    let names: Vec<String> = ["firstName", "lastName"].iter().filter_map(|field| text(row, field)).collect();
    let label = names.join(" ");
    Some(ListOption {
        value: autotask::id(row)?,
        label,
        detail: text(row, "email"),
        parent: None,
        active: true,
    })
}

fn billing_codes(rows: &[Row], use_type: i64) -> Vec<ListOption> {
    let is_of_type = |row: &&Row| row.get("useType").and_then(serde_json::Value::as_i64) == Some(use_type);
    rows.iter().filter(is_of_type).filter_map(|row| option(row, text(row, "externalNumber"))).collect()
}
