//! `/catalogue/items`: searched and filtered; one item's brand and category.

use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    catalogue::{self, News, address, back_to, refused, summary},
    error::{Page, PageError},
    extract::{Form, Id, Params, Signed},
    view::{self, Item, Items, Nav, Notice, Select, SharedList, Tag, Tone},
    words,
};
use crate::{
    clock::Millis,
    domain::{catalogue::ItemKind, picker},
    error::FieldErrors,
    service::catalogue::{ItemFilter, ItemPage, ItemRow, ItemView, PollRow},
};

const PAGE: &str = "/catalogue/items";

/// What the list is narrowed by, and where it goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ItemsParams {
    search: String,
    kind: String,
    brand: String,
    category: String,
    linked: String,
    after: Option<Uuid>,
}

impl ItemsParams {
    fn filter(&self) -> ItemFilter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        ItemFilter {
            search: self.search.trim().to_owned(),
            kind: ItemKind::from_name(&self.kind),
            brand: given(&self.brand),
            category: given(&self.category).map(|path| path.replace(" › ", "/")),
            linked: match self.linked.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
        }
    }

    fn address(&self, after: &str) -> String {
        let (search, kind) = (self.search.as_str(), self.kind.as_str());
        let filter = [
            ("search", search),
            ("kind", kind),
            ("brand", &self.brand),
            ("category", &self.category),
            ("linked", &self.linked),
            ("after", after),
        ];
        address(PAGE, &filter)
    }
}

/// What the form of an item posts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ItemForm {
    brand: String,
    category: String,
}

/// The list, by name.
pub async fn show(signed: Signed, Params(params): Params<ItemsParams>) -> Page {
    let filter = params.filter();
    let page = signed.services().item_page(signed.visitor.tenant, &filter, params.after, None).await?;
    let now = signed.services().clock.now();
    let (filters, lists) = filters(&params, &page);
    let (polled, failure) = poll(page.poll.as_ref(), now);
    let view = Items {
        shell: signed.shell("Items — Catalogue", Nav::Catalogue, &[]),
        polled,
        failure,
        search: params.search.clone(),
        filters,
        lists,
        is_filtered: !filter.is_empty(),
        rows: page.rows.iter().map(row).collect(),
        first: params.after.map(|_| params.address("")),
        next: page.next.map(|next| params.address(&next.to_string())),
    };
    catalogue::render(&[], &view)
}

/// One item.
pub async fn edit(signed: Signed, Id(id): Id<Uuid>, Params(news): Params<News>) -> Page {
    let item = signed.services().item(signed.visitor.tenant, id).await?;
    let form = ItemForm {
        brand: item.item.brand.clone().unwrap_or_default(),
        category: item.item.category.clone().unwrap_or_default(),
    };
    one(&signed, &item, news.notice("Item"), &form, &FieldErrors::default())
}

/// Gives an item a brand and a category.
pub async fn save(signed: Signed, Id(id): Id<Uuid>, Form(form): Form<ItemForm>) -> Page {
    let tenant = signed.visitor.tenant;
    match signed.services().set_item(tenant, id, &form.brand, &form.category).await {
        Ok(()) => Ok(back_to(&format!("{PAGE}/{id}"), &[("done", "saved")])),
        Err(error) => {
            let errors = refused(error)?;
            let item = signed.services().item(tenant, id).await?;
            one(&signed, &item, None, &form, &errors)
        }
    }
}

fn one(
    signed: &Signed,
    view: &ItemView,
    notice: Option<Notice>,
    form: &ItemForm,
    errors: &FieldErrors,
) -> Result<Response, PageError> {
    let item = &view.item;
    let select = |name: &str, label: &str, prompt: &str| {
        let select = Select { error: errors.get(name).map(str::to_owned), ..Select::new(name, label) };
        select.prompt(prompt).optional()
    };
    let (brand, brand_list) =
        select("brand", "Brand", "No brand").choose(&brands(&view.brands), &form.brand, picker::LONG);
    let (category, category_list) = select("category", "Category", "No category").choose(
        &categories(&view.categories),
        &form.category,
        picker::LONG,
    );
    let crumbs = [("Items", Some(PAGE)), (item.name.as_str(), None)];
    let (autotask, about) = autotask(item);
    let view = Item {
        shell: signed.shell(&format!("{} — Items — Catalogue", item.name), Nav::Catalogue, &crumbs),
        notice,
        errors: summary(errors),
        href: format!("{PAGE}/{}", item.id),
        name: item.name.clone(),
        autotask,
        about: about.to_owned(),
        facts: facts(item, signed.services().clock.now()),
        brand,
        category,
        lists: brand_list.into_iter().chain(category_list).collect(),
    };
    catalogue::render(&view.errors, &view)
}

fn facts(item: &ItemRow, now: Millis) -> Vec<(String, String)> {
    let source = match item.source.as_str() {
        "autotask" => "Autotask",
        "api" => "REST",
        _ => "A quote or sale",
    };
    let facts = [
        ("Kind", Some(kind(item.item_kind()).to_owned())),
        ("SKU", item.sku.clone()),
        ("Manufacturer part number", item.part_number.clone()),
        ("Came from", Some(source.to_owned())),
        ("Autotask id", item.autotask_id.map(|id| id.to_string())),
        ("Updated", Some(words::ago(now, item.updated_at))),
    ];
    facts.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value?))).collect()
}

fn row(item: &ItemRow) -> view::ItemRow {
    let numbers = [item.sku.as_deref(), item.part_number.as_deref()];
    view::ItemRow {
        name: item.name.clone(),
        href: format!("{PAGE}/{}", item.id),
        numbers: numbers.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        kind: kind(item.item_kind()).to_owned(),
        brand: item.brand.clone().unwrap_or_default(),
        category: item.category.clone().unwrap_or_default().replace('/', " › "),
        autotask: autotask(item).0,
    }
}

/// How an item stands in Autotask, and what that means.
fn autotask(item: &ItemRow) -> (Tag, &'static str) {
    match (item.autotask_id, item.active_records, item.records) {
        (Some(id), ..) => (Tag::new(Tone::Ok, format!("Linked to {id}")), ""),
        (None, 2.., _) => (
            Tag::new(Tone::Warn, "Name is not unique"),
            "Several active records of Autotask have this name, so that none of them is used. Rename or deactivate all but one in Autotask.",
        ),
        (None, 0, 1..) => (
            Tag::new(Tone::Plain, "Inactive in Autotask"),
            "New lines do not use it. Activate it in Autotask to have it linked again.",
        ),
        _ if item.item_kind() == ItemKind::Labor => (
            Tag::new(Tone::Plain, "Not linked"),
            "No labor role of Autotask has this name. Its lines are sent as charges.",
        ),
        _ => (
            Tag::new(Tone::Plain, "Not linked"),
            "It is looked for in Autotask, or created there, when a quote or sale that has it is sent.",
        ),
    }
}

fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Product => "Product",
        ItemKind::RecurringService => "Recurring service",
        ItemKind::Labor => "Labor",
    }
}

fn filters(params: &ItemsParams, page: &ItemPage) -> (Vec<Select>, Vec<SharedList>) {
    let kinds = ItemKind::ALL.map(|of| (of.name().to_owned(), kind(of).to_owned()));
    let links =
        [("yes", "Linked"), ("no", "Not linked")].map(|(value, label)| (value.to_owned(), label.to_owned()));
    let fields = [
        ("kind", "Kind", "Any kind", kinds.to_vec(), params.kind.as_str()),
        ("brand", "Brand", "Any brand", brands(&page.brands), params.brand.as_str()),
        ("category", "Category", "Any category", categories(&page.categories), params.category.as_str()),
        ("linked", "Autotask", "Linked or not", links.to_vec(), params.linked.as_str()),
    ];
    let chosen = fields.map(|(name, label, prompt, options, chosen)| {
        Select::new(name, label).prompt(prompt).optional().choose(&options, chosen, picker::LONG)
    });
    let (filters, lists): (Vec<_>, Vec<_>) = chosen.into_iter().unzip();
    (filters, lists.into_iter().flatten().collect())
}

fn brands(names: &[String]) -> Vec<(String, String)> {
    names.iter().map(|name| (name.clone(), name.clone())).collect()
}

fn categories(paths: &[String]) -> Vec<(String, String)> {
    paths.iter().map(|path| (path.clone(), path.replace('/', " › "))).collect()
}

/// When Autotask was last asked for services and labor roles, and why it could not be.
fn poll(poll: Option<&PollRow>, now: Millis) -> (String, Option<Notice>) {
    let Some(poll) = poll else { return (String::new(), None) };
    let polled = poll.polled_at.map_or_else(String::new, |at| {
        format!("Services and labor roles of Autotask were last looked for {}.", words::ago(now, at))
    });
    let failure = poll.error.as_ref().map(|error| Notice {
        tone: Tone::Bad,
        heading: "Services and labor roles could not be looked for".to_owned(),
        text: format!("{}. {}", error.trim_end_matches('.'), poll.fix.clone().unwrap_or_default()),
        ..Notice::default()
    });
    (polled, failure)
}
