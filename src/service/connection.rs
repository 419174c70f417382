//! The connection to Autotask, and the lists that come from it.

use secrecy::SecretString;
use serde_json::json;

pub use crate::db::ConnectionRow;
use crate::{
    autotask::{self, Access, Failure, Row, Session, wire::FieldInformation},
    db,
    domain::{
        hold::Hold,
        ids::TenantId,
        lists::{List, ListOption},
    },
    error::{Error, Result},
    service::Services,
};

/// New credentials.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// Where the zone is looked up: Autotask's own host, or an emulator.
    pub discovery_url: String,
    /// The API user's name.
    pub user_name: String,
    /// The API user's secret.
    pub secret: SecretString,
    /// The integration code (tracking identifier).
    pub integration_code: String,
    /// ISO 4217 code of Autotask's amounts.
    pub currency: String,
}

/// `BillingCodes.useType` of material cost codes and of recurring contract service codes.
const MATERIAL: i64 = 4;
const RECURRING_SERVICE: i64 = 5;
/// `Resources.licenseType` of API users, who own nothing.
const API_USER: i64 = 7;

impl Services {
    /// Keeps credentials as they are, untested, the secret sealed. The zone is looked up when it is first needed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connect(&self, tenant: TenantId, new: &NewConnection) -> Result<()> {
        let mut tx = self.db.write().await?;
        let before = db::connection(&mut tx, tenant).await?.unwrap_or_default();
        let row = ConnectionRow {
            discovery_url: new.discovery_url.clone(),
            user_name: new.user_name.clone(),
            integration_code: new.integration_code.clone(),
            secret_sealed: self.sealer.seal(&new.secret, &bound_to(tenant))?,
            currency: new.currency.clone(),
            secret_saved_at: Some(self.clock.now()),
            secret_saved_by: None,
            zone_url: None,
            web_url: None,
            ..before
        };
        db::put_connection(&mut tx, tenant, &row, self.clock.now()).await?;
        tx.commit().await
    }

    /// What is known of a tenant's connection, without its secret.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connection(&self, tenant: TenantId) -> Result<Option<ConnectionRow>> {
        let mut tx = self.db.read().await?;
        let row = db::connection(&mut tx, tenant).await?;
        Ok(row.map(|row| ConnectionRow { secret_sealed: String::new(), ..row }))
    }

    /// A session with a tenant's Autotask; the zone is looked up and remembered the first time.
    ///
    /// # Errors
    /// A fault of ours, or within: what keeps the session from being had.
    pub async fn session(&self, tenant: TenantId) -> Result<std::result::Result<Session, SessionProblem>> {
        let mut tx = self.db.read().await?;
        let row = db::connection(&mut tx, tenant).await?;
        drop(tx);
        let Some(row) = row else { return Ok(Err(SessionProblem::Held(Hold::NotConnected))) };
        let zone_url = match row.zone_url.clone() {
            Some(zone_url) => zone_url,
            None => match self.look_up_zone(tenant, &row).await? {
                Ok(zone_url) => zone_url,
                Err(failure) => return Ok(Err(SessionProblem::Failed(failure))),
            },
        };
        let secret = self.sealer.open(&row.secret_sealed, &bound_to(tenant))?;
        let access =
            Access { zone_url, user_name: row.user_name, secret, integration_code: row.integration_code };
        Ok(Ok(Session::new(self.client.clone(), access)))
    }

    async fn look_up_zone(
        &self,
        tenant: TenantId,
        row: &ConnectionRow,
    ) -> Result<std::result::Result<String, Failure>> {
        let zone = match self.client.zone(&row.discovery_url, &row.user_name).await {
            Ok(zone) => zone,
            Err(failure) => return Ok(Err(failure)),
        };
        let mut tx = self.db.write().await?;
        db::set_zone(&mut tx, tenant, &zone.url, &zone.web_url).await?;
        tx.commit().await?;
        Ok(Ok(zone.url))
    }

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

/// What keeps a session from being had.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionProblem {
    /// A person is needed.
    Held(Hold),
    /// The zone could not be looked up.
    Failed(Failure),
}

impl SessionProblem {
    fn sentence(&self) -> String {
        match self {
            Self::Held(hold) => format!("{}. {}", hold.cause(), hold.fix()),
            Self::Failed(failure) => failure.sentence(),
        }
    }
}

/// The row that a secret is sealed for.
pub(super) fn bound_to(tenant: TenantId) -> String {
    format!("connection.secret_sealed {tenant}")
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
