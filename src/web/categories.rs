//! `/catalogue/categories`: a tree, added to, renamed, deleted from.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde::Deserialize;

use super::{
    catalogue::{self, News, address, back_to, items_link, refused, summary},
    error::Page,
    extract::{Form, Params, Signed},
    view::{Categories, Category, CategoryNode, Link, Nav, Notice, Tag, Text, Tone, Use, count_of},
};
use crate::{
    error::FieldErrors,
    service::catalogue::{CategoryPage, CategoryUse},
};

const PAGE: &str = "/catalogue/categories";
const SETTING: &str = "/apps/autotask/opportunities#services-category";
const MAP: &str = "/apps/autotask/opportunities#category_map";

/// What the forms of these pages post.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CategoryForm {
    path: String,
    new_path: String,
}

/// The tree.
pub async fn show(signed: Signed, Params(news): Params<News>) -> Page {
    tree(&signed, news.notice("Category"), String::new(), &FieldErrors::default()).await
}

/// Adds a category.
pub async fn add(signed: Signed, Form(form): Form<CategoryForm>) -> Page {
    match signed.services().add_category(signed.visitor.tenant, &form.path).await {
        Ok(path) => Ok(back_to(PAGE, &[("done", "added"), ("name", &shown(&path))])),
        Err(error) => tree(&signed, None, form.path, &refused(error)?).await,
    }
}

/// One category.
pub async fn edit(signed: Signed, Params(form): Params<CategoryForm>) -> Page {
    let category = signed.services().category_use(signed.visitor.tenant, &form.path).await?;
    let page = category_page(&signed, &category, form.path, &FieldErrors::default());
    catalogue::render(&page.errors, &page)
}

/// Gives a category another path, with everything below it.
pub async fn rename(signed: Signed, Form(form): Form<CategoryForm>) -> Page {
    let tenant = signed.visitor.tenant;
    match signed.services().rename_category(tenant, &form.path, &form.new_path).await {
        Ok(path) => Ok(back_to(PAGE, &[("done", "renamed"), ("name", &shown(&path))])),
        Err(error) => {
            let errors = refused(error)?;
            let category = signed.services().category_use(tenant, &form.path).await?;
            let page = category_page(&signed, &category, form.new_path, &errors);
            catalogue::render(&page.errors, &page)
        }
    }
}

/// Deletes a category, or says what uses it.
pub async fn delete(signed: Signed, Form(form): Form<CategoryForm>) -> Page {
    match signed.services().delete_category(signed.visitor.tenant, &form.path).await? {
        Ok(()) => Ok(back_to(PAGE, &[("done", "deleted"), ("name", &shown(&form.path))])),
        Err(category) => {
            let mut page = category_page(&signed, &category, form.path, &FieldErrors::default());
            page.notice = Some(in_use(&category));
            catalogue::with_status(StatusCode::CONFLICT, &page)
        }
    }
}

async fn tree(signed: &Signed, notice: Option<Notice>, typed: String, errors: &FieldErrors) -> Page {
    let page = signed.services().category_tree(signed.visitor.tenant).await?;
    let error = errors.get("path").map(str::to_owned);
    let view = Categories {
        shell: signed.shell("Categories — Catalogue", Nav::Catalogue, &[]),
        notice,
        errors: summary(errors),
        add: Text { value: typed, error, ..Text::new("path", "Path") }.hint("Such as Hardware/Firewalls."),
        nodes: nodes(&page),
    };
    catalogue::render(&view.errors, &view)
}

/// The tree in the order of its paths, with the beginnings that are no categories themselves.
fn nodes(page: &CategoryPage) -> Vec<CategoryNode> {
    let mut paths: BTreeSet<Vec<&str>> = BTreeSet::new();
    for row in &page.rows {
        let parts: Vec<&str> = row.path.split('/').collect();
        paths.extend((1..=parts.len()).map(|length| parts[..length].to_vec()));
    }
    let mut nodes = Vec::with_capacity(paths.len());
    let mut following = paths.iter().skip(1);
    for parts in &paths {
        let next = following.next().map_or(1, Vec::len);
        let path = parts.join("/");
        let items = page.rows.iter().find(|row| row.path == path).map_or(0, |row| row.items);
        nodes.push(CategoryNode {
            label: parts.last().copied().unwrap_or_default().to_owned(),
            href: address("/catalogue/categories/edit", &[("path", &path)]),
            items: items_link("category", &path, items),
            tags: tags(page, &path),
            opens: next > parts.len(),
            closes: parts.len().saturating_sub(next),
        });
    }
    nodes
}

fn tags(page: &CategoryPage, path: &str) -> Vec<Tag> {
    let mapped = page.mapped.contains(path).then(|| Tag::new(Tone::Ok, "Mapped"));
    let default = (page.default.as_deref() == Some(path)).then(|| Tag::new(Tone::Info, "Autotask services"));
    mapped.into_iter().chain(default).collect()
}

fn category_page(signed: &Signed, category: &CategoryUse, typed: String, errors: &FieldErrors) -> Category {
    let label = category.path.rsplit('/').next().unwrap_or_default().to_owned();
    let crumbs = [("Categories", Some(PAGE)), (label.as_str(), None)];
    let error = errors.get("new_path").map(str::to_owned);
    Category {
        shell: signed.shell(&format!("{label} — Categories — Catalogue"), Nav::Catalogue, &crumbs),
        notice: None,
        errors: summary(errors),
        new_path: Text { value: typed, error, ..Text::new("new_path", "New path") }
            .hint("A slash stands between a category and what is below it."),
        is_category: category.is_category,
        uses: uses(category),
        path: category.path.clone(),
        label,
    }
}

fn uses(category: &CategoryUse) -> Vec<Use> {
    let reason = |text: String, link: Link| Use { text, link };
    let setting = category.is_default.then(|| {
        let text = "Services and labor roles that are created in Autotask get it.".to_owned();
        reason(text, Link::new(SETTING, "Go to setting"))
    });
    let mapped = category.is_mapped.then(|| {
        reason("It is mapped to a category of Autotask.".to_owned(), Link::new(MAP, "Go to the map"))
    });
    let items = items_link("category", &category.path, category.items).map(|link| {
        let verb = if category.items == 1 { "has" } else { "have" };
        reason(format!("{} {verb} it.", link.label), Link { label: "Show items".to_owned(), ..link })
    });
    let below = (category.below > 0).then(|| {
        let count = u64::try_from(category.below).unwrap_or(u64::MAX);
        let verb = if count == 1 { "is" } else { "are" };
        let text = format!("{} {verb} below it.", count_of(count, "category", "categories"));
        reason(text, Link::new(PAGE, "Show categories"))
    });
    setting.into_iter().chain(mapped).chain(items).chain(below).collect()
}

fn in_use(category: &CategoryUse) -> Notice {
    let uses = uses(category);
    let text: Vec<&str> = uses.iter().map(|reason| reason.text.as_str()).collect();
    Notice {
        tone: Tone::Bad,
        heading: format!("Category '{}' is in use", shown(&category.path)),
        text: format!("{} Change that first.", text.join(" ")),
        links: uses.into_iter().map(|reason| reason.link).collect(),
        ..Notice::default()
    }
}

/// A path as people read it.
fn shown(path: &str) -> String {
    path.replace('/', " › ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::catalogue::CategoryRow;

    #[test]
    fn the_tree_has_the_beginnings_of_paths_too() {
        let row = |path: &str| CategoryRow { path: path.to_owned(), items: 0 };
        let rows = ["Goods/Cables", "Goods/Cables/HDMI", "Hardware", "Services/Cloud"].map(row).to_vec();
        let page = CategoryPage { rows, next: None, default: None, mapped: BTreeSet::new() };
        let tree: Vec<_> =
            nodes(&page).into_iter().map(|node| (node.label, node.opens, node.closes)).collect();
        let expected = [
            ("Goods", true, 0),
            ("Cables", true, 0),
            ("HDMI", false, 2),
            ("Hardware", false, 0),
            ("Services", true, 0),
            ("Cloud", false, 1),
        ];
        assert_eq!(tree, expected.map(|(label, opens, closes)| (label.to_owned(), opens, closes)));
    }
}
