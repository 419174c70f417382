//! The settings that the demo starts with: chosen by name, as an administrator would.

use std::collections::BTreeMap;

use crate::{
    domain::{
        author::Author,
        ids::TenantId,
        lists::{List, Lists},
        settings::{
            QuoteManagerSettings,
            form::{MapRowForm, SettingsForm},
        },
    },
    error::{Error, Result},
    service::{
        Services,
        settings::Saved,
        sources::settings::{SourceForm, SourceSaved},
    },
};

/// What the numbers in the demo's Quote Manager mean, as an administrator says it there. One that occurs is missing, so
/// that a hold and its fix can be seen.
pub const CODES: [(&str, &str); 11] = [
    ("product.type 1", "product"),
    ("product.type 2", "service"),
    ("product.type 3", "labor"),
    ("product.type 4", "bundle"),
    ("quoteline.discountMethod 1", "percent"),
    ("quoteline.discountMethod 2", "unit"),
    ("quoteline.discountMethod 3", "line"),
    ("quoteline.recurringType 1", "monthly"),
    ("quoteline.recurringType 2", "quarterly"),
    ("quoteline.recurringType 3", "semi_annual"),
    ("quoteline.recurringType 4", "yearly"),
];

/// Saves the demo's settings and turns the sync on.
///
/// # Errors
/// When the lists lack a name that the settings choose by, or the database fails.
pub async fn configure(services: &Services, tenant: TenantId) -> Result<()> {
    let view = services.settings_view(tenant).await?;
    let mut form = form(&view.lists, &view.categories)?;
    let own = view.brands.iter().find(|name| *name == super::TENANT);
    form.services.brand = own.or(view.brands.first()).cloned().unwrap_or_default();
    match services.save_settings(tenant, &Author::SYSTEM, &form).await? {
        Saved::Done { .. } => services.set_enabled(tenant, &Author::SYSTEM, true).await,
        Saved::Wrong(errors) => Err(Error::internal(format!("the demo's settings do not fit: {errors:?}"))),
        Saved::Clash(_) | Saved::Stale { .. } => Err(Error::internal("the demo's settings were saved twice")),
    }
}

/// Saves what the numbers in Quote Manager mean.
///
/// # Errors
/// When they do not fit, or the database fails.
pub async fn explain_codes(services: &Services, tenant: TenantId) -> Result<()> {
    let view = services.source_view(tenant, super::SOURCE).await?;
    let codes = CODES.iter().map(|(code, word)| ((*code).to_owned(), (*word).to_owned())).collect();
    let settings = QuoteManagerSettings { codes, ..view.settings };
    let form = SourceForm { revision: view.revision, settings, ..SourceForm::default() };
    match services.save_source_settings(tenant, super::SOURCE, &Author::SYSTEM, &form).await? {
        SourceSaved::Done { .. } => Ok(()),
        other => Err(Error::internal(format!("the demo's codes do not fit: {other:?}"))),
    }
}

fn form(lists: &Lists, categories: &[String]) -> Result<SettingsForm> {
    let by = |list: List, label: &str| {
        let option = lists.options(list).iter().find(|option| option.active && option.label == label);
        let missing = || Error::internal(format!("the emulator has no {label} in {}", list.name()));
        option.map(|option| option.value.to_string()).ok_or_else(missing)
    };
    let mut form = SettingsForm { include_unquoted_sales: "true".to_owned(), ..SettingsForm::default() };
    form.created.category = by(List::OpportunityCategories, "Standard")?;
    form.created.default_owner = first_owner(lists)?;
    form.created.stage = by(List::Stages, "Proposal Sent")?;
    form.created.status = by(List::Statuses, "Active")?;
    "50".clone_into(&mut form.created.probability);
    form.created.shipping = by(List::ShippingTypes, "Ground")?;
    form.won.stage = by(List::Stages, "Closed Won")?;
    form.won.status = by(List::Statuses, "Active")?;
    "false".clone_into(&mut form.lost.keep_stage);
    form.lost.stage = by(List::Stages, "Closed Lost")?;
    form.lost.status = by(List::Statuses, "Lost")?;
    form.codes.product = by(List::MaterialCodes, "Taxable Products")?;
    form.codes.recurring_service = by(List::ServiceCodes, "Managed Services")?;
    form.codes.payment_surcharge = by(List::MaterialCodes, "Payment Surcharge")?;
    form.codes.non_recurring_service = by(List::MaterialCodes, "Professional Services")?;
    form.category_map.rows = rows(lists, categories);
    "Services".clone_into(&mut form.services.category);
    Ok(form)
}

fn first_owner(lists: &Lists) -> Result<String> {
    let owner = lists.options(List::Owners).iter().find(|option| option.active);
    owner
        .map(|option| option.value.to_string())
        .ok_or_else(|| Error::internal("the emulator has no resources"))
}

/// Categories of the same path are mapped; one is left open, so that a hold and its fix can be seen.
fn rows(lists: &Lists, categories: &[String]) -> BTreeMap<u32, MapRowForm> {
    let list = List::ProductCategories;
    let target = |path: &str| {
        let same = |value: i64| lists.path(list, value).replace(" › ", "/").eq_ignore_ascii_case(path);
        lists
            .options(list)
            .iter()
            .find(|option| option.active && same(option.value))
            .map(|option| option.value.to_string())
    };
    let row = |path: &String| MapRowForm {
        category: path.clone(),
        autotask_category: target(path).unwrap_or_default(),
    };
    (0..).zip(categories.iter().map(row)).collect()
}
