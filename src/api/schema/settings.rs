//! What the settings look like, for `openapi.json`; `domain::settings::document` reads them.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use super::settings;

/// An example that names every field.
pub fn example() -> Value {
    serde_json::from_str(include_str!("settings.json")).unwrap_or_default()
}

/// Everything that the Opportunities page saves, but for its switch. Choices are ids of Autotask;
/// `GET /api/v1/lists/{list}` gives them with their names.
#[derive(ToSchema)]
#[schema(examples(settings::example))]
#[serde(deny_unknown_fields)]
pub struct OpportunitySections {
    /// Whether sales without a quote are sent too.
    include_unquoted_sales: bool,
    /// When a quote is created.
    created: Created,
    /// When a quote is won.
    won: Won,
    /// When a quote is lost.
    lost: Lost,
    /// When an item is quoted or sold.
    codes: BillingCodes,
    /// Map your product categories to Autotask. Absent maps none.
    category_map: Option<CategoryMap>,
    /// When a service or labor role is created in Autotask.
    services: Services,
    /// A note for the history. It is kept with the revision and not given back here.
    #[schema(max_length = 500)]
    note: Option<String>,
}

/// What a new quote becomes in Autotask.
#[derive(ToSchema)]
#[schema(as = CreatedSettings)]
#[serde(deny_unknown_fields)]
pub struct Created {
    /// `opportunityCategoryID`, of the list `opportunity_categories`.
    #[schema(minimum = 0)]
    category: i64,
    /// `ownerResourceID` where the quote's own owner is no active resource, of the list `owners`.
    #[schema(minimum = 0)]
    default_owner: i64,
    /// `stage`, of the list `stages`.
    #[schema(minimum = 0)]
    stage: i64,
    /// `status`, of the list `statuses`.
    #[schema(minimum = 0)]
    status: i64,
    /// `probability` in percent; absent counts as 0.
    #[schema(minimum = 0, maximum = 100)]
    probability: Option<i64>,
    /// `shippingType`, of the list `shipping_types`; absent is no shipping type.
    #[schema(minimum = 0)]
    shipping: Option<i64>,
    /// Whether a customer that is not in Autotask becomes a company there, and its contact a contact.
    #[schema(default = false)]
    create_missing_customers: Option<bool>,
}

/// What a won quote becomes, and how an unquoted sale arrives.
#[derive(ToSchema)]
#[schema(as = WonSettings)]
#[serde(deny_unknown_fields)]
pub struct Won {
    /// `stage`, of the list `stages`.
    #[schema(minimum = 0)]
    stage: i64,
    /// `status`, of the list `statuses`.
    #[schema(minimum = 0)]
    status: i64,
}

/// What a lost quote becomes.
#[derive(ToSchema)]
#[schema(as = LostSettings)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// `stage`, of the list `stages`; absent is "Leave at current stage".
    #[schema(minimum = 0)]
    stage: Option<i64>,
    /// `status`, of the list `statuses`.
    #[schema(minimum = 0)]
    status: i64,
}

/// The four billing codes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BillingCodes {
    /// For products, of the list `material_codes`.
    #[schema(minimum = 0)]
    product: i64,
    /// For recurring services, of the list `service_codes`.
    #[schema(minimum = 0)]
    recurring_service: i64,
    /// For card surcharges, of the list `material_codes`.
    #[schema(minimum = 0)]
    payment_surcharge: i64,
    /// For labor and services that are billed once, of the list `material_codes`.
    #[schema(minimum = 0)]
    non_recurring_service: i64,
}

/// Which Autotask product category the products of each category get, of the list `product_categories`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryMap {
    /// For every category that has no row.
    #[schema(minimum = 0)]
    fallback: Option<i64>,
    /// By the category's path, such as `Hardware/Laptops`. A category that is absent is not mapped.
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    rows: Option<BTreeMap<String, i64>>,
}

/// What services and labor roles that are created in Autotask get in the catalogue.
#[derive(ToSchema)]
#[schema(as = ServiceSettings)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// A brand's name.
    #[schema(min_length = 1, max_length = 500)]
    brand: String,
    /// A category's path, never Bundle.
    #[schema(min_length = 1, max_length = 500)]
    category: String,
}

/// The switch of the sync.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Whether quotes and unquoted sales are sent.
    enabled: bool,
}
