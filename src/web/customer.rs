//! The company of a customer that a push is held for: searched and chosen on the push's page.

use serde::Deserialize;

use super::{
    catalogue::{back_to, refused, render, summary},
    error::{Page, PageError},
    extract::{Form, Id, Signed},
    push,
    view::{Choice, CompanyPicker, ErrorLink, Text, count_of},
};
use crate::{
    domain::{ids::PushId, lists::ListOption},
    service::customers::{Companies, MOST},
};

/// The form that links a company.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompanyForm {
    company: String,
    search: String,
}

/// Links the chosen company, or shows the page again with what is wrong.
pub async fn link(signed: Signed, Id(id): Id<PushId>, Form(form): Form<CompanyForm>) -> Page {
    let tenant = signed.visitor.tenant;
    let linked = signed.services().link_customer(tenant, &signed.author(), id, &form.company).await;
    match linked {
        Ok(linked) => {
            let released = linked.released.to_string();
            let news =
                [("done", "company"), ("name", linked.company.as_str()), ("released", released.as_str())];
            Ok(back_to(&format!("/activity/{id}"), &news))
        }
        Err(error) => {
            let errors = pointed(summary(&refused(error)?), &form.company);
            let mut page = push::page(&signed, id, &form.search).await?;
            page.errors = errors;
            render(&page.errors, &page)
        }
    }
}

/// The links of the summary lead to the first choice: the field itself is a group.
fn pointed(errors: Vec<ErrorLink>, chosen: &str) -> Vec<ErrorLink> {
    let is_id = !chosen.is_empty() && chosen.bytes().all(|byte| byte.is_ascii_digit());
    let href = if is_id { format!("#company-{chosen}") } else { "#company-choices".to_owned() };
    errors.into_iter().map(|error| ErrorLink { href: href.clone(), ..error }).collect()
}

/// The picker of the push's page.
///
/// # Errors
/// When the database fails.
pub async fn picker(signed: &Signed, customer: &str, search: &str) -> Result<CompanyPicker, PageError> {
    let companies = signed.services().companies(signed.visitor.tenant, search, customer).await?;
    Ok(view(customer, &companies))
}

fn view(customer: &str, companies: &Companies) -> CompanyPicker {
    let search = Text::new("search", "Name, number or Autotask id of the company").optional();
    CompanyPicker {
        customer: customer.to_owned(),
        search: Text { value: companies.text.clone(), ..search },
        found: found(companies),
        companies: companies.found.iter().map(choice).collect(),
    }
}

fn found(companies: &Companies) -> String {
    let count = u64::try_from(companies.found.len()).unwrap_or(0);
    if companies.has_more {
        return format!("More than {MOST} companies fit. Enter more of the name.");
    }
    match count {
        0 => format!(
            "No active company fits '{}'. Enter another part of its name. One that is new in Autotask appears after the lists are refreshed.",
            companies.text
        ),
        1 => "1 company fits.".to_owned(),
        _ => format!("{} fit.", count_of(count, "company", "companies")),
    }
}

/// A company with what tells it from others of its name.
fn choice(company: &ListOption) -> Choice {
    let number = company.detail.as_deref().filter(|number| !number.is_empty());
    let number = number.map(|number| format!("{number}, ")).unwrap_or_default();
    Choice {
        value: company.value.to_string(),
        label: format!("{} ({number}Autotask id {})", company.label, company.value),
        selected: false,
    }
}
