//! `/catalogue/brands`: added, renamed, merged, deleted.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    catalogue::{self, News, address, back_to, came_from, items_link, refused, summary},
    error::{Page, PageError},
    extract::{Form, Params, Signed},
    view::{self, Brand, Brands, Link, Nav, Notice, Select, Text, Tone, Use, count_of},
    words,
};
use crate::{clock, domain::picker, error::FieldErrors, service::catalogue::BrandUse};

const PAGE: &str = "/catalogue/brands";
const SETTING: &str = "/apps/autotask/opportunities#services-brand";

/// Which page of the list, where one came from, and what was done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BrandsParams {
    after: String,
    #[serde(rename = "return")]
    back: String,
    #[serde(flatten)]
    news: News,
}

/// What the forms of these pages post.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BrandForm {
    name: String,
    new_name: String,
    into: String,
    #[serde(rename = "return")]
    back: String,
}

/// What a refused form is shown again with.
#[derive(Default)]
struct Typed {
    form: BrandForm,
    errors: FieldErrors,
}

/// The list.
pub async fn show(signed: Signed, Params(params): Params<BrandsParams>) -> Page {
    list(&signed, &params, Typed::default()).await
}

/// Adds a brand, and leads back to where one came from.
pub async fn add(signed: Signed, Form(form): Form<BrandForm>) -> Page {
    match signed.services().add_brand(signed.visitor.tenant, &form.name).await {
        Ok(name) => match came_from(&form.back) {
            Some(back) => Ok(Redirect::to(&back).into_response()),
            None => Ok(back_to(PAGE, &[("done", "added"), ("name", &name)])),
        },
        Err(error) => {
            let errors = refused(error)?;
            let params = BrandsParams { back: form.back.clone(), ..BrandsParams::default() };
            list(&signed, &params, Typed { form, errors }).await
        }
    }
}

/// One brand.
pub async fn edit(signed: Signed, Params(form): Params<BrandForm>) -> Page {
    let brand = signed.services().brand_use(signed.visitor.tenant, &form.name).await?;
    let form = BrandForm { new_name: brand.name.clone(), ..form };
    one(&signed, &brand, Typed { form, ..Typed::default() })
}

/// Gives a brand another name.
pub async fn rename(signed: Signed, Form(form): Form<BrandForm>) -> Page {
    let tenant = signed.visitor.tenant;
    match signed.services().rename_brand(tenant, &form.name, &form.new_name).await {
        Ok(name) => Ok(done("renamed", &name, &form)),
        Err(error) => again(&signed, form, refused(error)?).await,
    }
}

/// Gives everything that a brand has to another one.
pub async fn merge(signed: Signed, Form(form): Form<BrandForm>) -> Page {
    match signed.services().merge_brand(signed.visitor.tenant, &form.name, &form.into).await {
        Ok(name) => Ok(done("merged", &name, &form)),
        Err(error) => {
            let errors = refused(error)?;
            let form = BrandForm { new_name: form.name.clone(), ..form };
            again(&signed, form, errors).await
        }
    }
}

/// Deletes a brand, or says what uses it.
pub async fn delete(signed: Signed, Form(form): Form<BrandForm>) -> Page {
    match signed.services().delete_brand(signed.visitor.tenant, &form.name).await? {
        Ok(()) => Ok(done("deleted", &form.name, &form)),
        Err(brand) => {
            let form = BrandForm { new_name: brand.name.clone(), ..form };
            let mut page = brand_page(&signed, &brand, Typed { form, ..Typed::default() });
            page.notice = Some(in_use(&brand));
            catalogue::with_status(StatusCode::CONFLICT, &page)
        }
    }
}

fn done(what: &str, name: &str, form: &BrandForm) -> Response {
    let back = came_from(&form.back).unwrap_or_default();
    back_to(PAGE, &[("done", what), ("name", name), ("return", &back)])
}

async fn again(signed: &Signed, form: BrandForm, errors: FieldErrors) -> Page {
    let brand = signed.services().brand_use(signed.visitor.tenant, &form.name).await?;
    one(signed, &brand, Typed { form, errors })
}

async fn list(signed: &Signed, params: &BrandsParams, typed: Typed) -> Page {
    let page = signed.services().brand_page(signed.visitor.tenant, &params.after, None).await?;
    let now = signed.services().clock.now();
    let back = came_from(&params.back);
    let query = |after: &str| address(PAGE, &[("after", after), ("return", &params.back)]);
    let row = |row: &crate::service::catalogue::BrandRow| view::BrandRow {
        name: row.name.clone(),
        href: address("/catalogue/brands/edit", &[("name", &row.name), ("return", &params.back)]),
        items: items_link("brand", &row.name, row.items),
        is_default: page.default.as_ref() == Some(&row.name),
        updated: words::ago(now, row.updated_at),
        updated_iso: clock::timestamp(row.updated_at).to_string(),
    };
    let error = typed.errors.get("name").map(str::to_owned);
    let view = Brands {
        shell: signed.shell("Brands — Catalogue", Nav::Catalogue, &[]),
        notice: params.news.notice("Brand"),
        errors: summary(&typed.errors),
        back,
        add: Text { value: typed.form.name, error, ..Text::new("name", "Name") }
            .hint("At most 100 characters."),
        rows: page.rows.iter().map(row).collect(),
        first: (!params.after.is_empty()).then(|| query("")),
        next: page.next.as_deref().map(query),
    };
    catalogue::render(&view.errors, &view)
}

fn one(signed: &Signed, brand: &BrandUse, typed: Typed) -> Result<Response, PageError> {
    let page = brand_page(signed, brand, typed);
    catalogue::render(&page.errors, &page)
}

fn brand_page(signed: &Signed, brand: &BrandUse, typed: Typed) -> Brand {
    let Typed { form, errors } = typed;
    let error = |field: &str| errors.get(field).map(str::to_owned);
    let others: Vec<_> = brand.others.iter().map(|name| (name.clone(), name.clone())).collect();
    let into = Select { error: error("into"), ..Select::new("into", "Brand to merge it into") };
    let (into, list) = into.prompt("Select a brand").choose(&others, &form.into, picker::LONG);
    let crumbs = [("Brands", Some(PAGE)), (brand.name.as_str(), None)];
    Brand {
        shell: signed.shell(&format!("{} — Brands — Catalogue", brand.name), Nav::Catalogue, &crumbs),
        notice: None,
        errors: summary(&errors),
        back: came_from(&form.back),
        name: brand.name.clone(),
        new_name: Text {
            value: form.new_name,
            error: error("new_name"),
            ..Text::new("new_name", "New name")
        }
        .hint("At most 100 characters."),
        into: (!brand.others.is_empty()).then_some(into),
        list,
        uses: uses(brand),
    }
}

fn uses(brand: &BrandUse) -> Vec<Use> {
    let setting = brand.is_default.then(|| Use {
        text: "Services and labor roles that are created in Autotask get it.".to_owned(),
        link: Link::new(SETTING, "Go to setting"),
    });
    let items = items_link("brand", &brand.name, brand.items).map(|link| {
        let verb = if brand.items == 1 { "has" } else { "have" };
        Use {
            text: format!("{} {verb} it.", link.label),
            link: Link { label: "Show items".to_owned(), ..link },
        }
    });
    setting.into_iter().chain(items).collect()
}

/// Why a brand cannot be deleted, and where to change that.
fn in_use(brand: &BrandUse) -> Notice {
    let name = &brand.name;
    let (heading, text) = if brand.is_default {
        let heading = format!("Brand '{name}' is used for services created in Autotask");
        (heading, "Choose another brand there first.".to_owned())
    } else {
        let items = count_of(brand.items.unsigned_abs(), "item", "items");
        let text = "Give them another brand first, or merge this brand into another one.".to_owned();
        (format!("Brand '{name}' is used by {items}"), text)
    };
    let links = uses(brand).into_iter().map(|reason| reason.link).collect();
    Notice { links, ..Notice::new(Tone::Bad, heading, text) }
}
