//! Items: listed, searched, given a brand and a category.

use uuid::Uuid;

use super::{ItemFilter, ItemRow, PollRow, cut_page, page_limit, wrong};
use crate::{
    db::{self, NewItem, Tx, WriteTx},
    domain::{
        catalogue::{Aliases, Source},
        catalogue_entries::ItemEntry,
        document::Document,
        ids::TenantId,
        plan,
    },
    error::{Error, Result},
    service::Services,
};

/// A page of items.
#[derive(Clone, Debug)]
pub struct ItemPage {
    /// The items, by name.
    pub rows: Vec<ItemRow>,
    /// The item after which the next page begins, if there is one.
    pub next: Option<Uuid>,
    /// The tenant's brands, by name.
    pub brands: Vec<String>,
    /// The tenant's categories, by path.
    pub categories: Vec<String>,
    /// How looking for services and roles in Autotask goes; `None` before it began.
    pub poll: Option<PollRow>,
}

/// One item with what it can be given.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// The item.
    pub item: ItemRow,
    /// The tenant's brands, by name.
    pub brands: Vec<String>,
    /// The tenant's categories, by path.
    pub categories: Vec<String>,
}

const NO_ITEM: &str = "There is no item of that id.";

impl Services {
    /// Items that pass the filter, by name, after that one; `limit` is 1 to [`super::MAX_PAGE`].
    ///
    /// # Errors
    /// When the limit is another one, or there is no item to go on after.
    pub async fn item_page(
        &self,
        tenant: TenantId,
        filter: &ItemFilter,
        after: Option<Uuid>,
        limit: Option<i64>,
    ) -> Result<ItemPage> {
        let limit = page_limit(limit)?;
        let mut tx = self.db.read().await?;
        let after = match after {
            Some(id) => Some(db::item_place(&mut tx, tenant, id).await?.ok_or_else(no_place)?),
            None => None,
        };
        let mut filter = filter.clone();
        if let Some(brand) = &filter.brand {
            filter.brand = db::find_brand(&mut tx, tenant, brand).await?.or_else(|| Some(brand.clone()));
        }
        let mut rows = db::items(&mut tx, tenant, &filter, after.as_ref(), limit + 1).await?;
        let has_more = cut_page(&mut rows, limit);
        Ok(ItemPage {
            next: rows.last().filter(|_| has_more).map(|row| row.id),
            rows,
            brands: db::brands(&mut tx, tenant).await?,
            categories: db::categories(&mut tx, tenant).await?,
            poll: db::poll(&mut tx, tenant).await?,
        })
    }

    /// One item.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn item(&self, tenant: TenantId, id: Uuid) -> Result<ItemView> {
        let mut tx = self.db.read().await?;
        Ok(ItemView {
            item: db::item(&mut tx, tenant, id).await?.ok_or(Error::NotFound(NO_ITEM))?,
            brands: db::brands(&mut tx, tenant).await?,
            categories: db::categories(&mut tx, tenant).await?,
        })
    }

    /// Gives an item a brand and a category; empty is none. Documents leave them alone from now on.
    ///
    /// # Errors
    /// When there is no such item, brand or category.
    pub async fn set_item(&self, tenant: TenantId, id: Uuid, brand: &str, category: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::item(&mut tx, tenant, id).await?.ok_or(Error::NotFound(NO_ITEM))?;
        let brand = known_brand(&mut tx, tenant, brand.trim()).await?;
        let category = known_category(&mut tx, tenant, category.trim()).await?;
        let now = self.clock.now();
        db::set_item(&mut tx, tenant, id, brand.as_deref(), category.as_deref(), now).await?;
        tx.commit().await
    }

    /// Adds items or changes those that are there; brands and categories that they name are added.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_items(&self, tenant: TenantId, entries: &[ItemEntry]) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        for entry in entries {
            if let Some(brand) = &entry.brand {
                db::add_brand(&mut tx, tenant, brand, now).await?;
            }
            if let Some(category) = &entry.category {
                db::add_category(&mut tx, tenant, category, now).await?;
            }
            let line = entry.kind.line(&entry.name, entry.sku.as_deref(), entry.part_number.as_deref());
            let Some(key) = plan::catalogue_key(&line) else { continue };
            super::records::link_line(&mut tx, tenant, &key, &line, now).await?;
            let new = NewItem {
                id: self.clock.new_id(),
                key: &key,
                name: &entry.name,
                sku: entry.sku.as_deref(),
                part_number: entry.part_number.as_deref(),
                brand: entry.brand.as_deref(),
                category: entry.category.as_deref(),
                source: Source::Api,
            };
            db::put_item(&mut tx, tenant, &new, now).await?;
        }
        tx.commit().await
    }

    /// Keeps what the lines of a document name: brands, categories, and items, which are linked to the services and roles
    /// that they are.
    pub(in crate::service) async fn keep_catalogue(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        document: &Document,
    ) -> Result<()> {
        let aliases = db::aliases(tx, tenant).await?;
        let document = named_today(document, &aliases);
        let now = self.clock.now();
        let (categories, brands) = document.content.catalogue();
        self.store_catalogue(tx, tenant, &categories, &brands).await?;
        for line in document.content.sold_lines() {
            let Some(key) = plan::catalogue_key(&line) else { continue };
            super::records::link_line(tx, tenant, &key, &line, now).await?;
            let new = NewItem {
                id: self.clock.new_id(),
                key: &key,
                name: &line.name,
                sku: line.sku.as_deref(),
                part_number: line.manufacturer_part_number.as_deref(),
                brand: line.brand.as_deref(),
                category: line.category.as_deref(),
                source: Source::Document,
            };
            db::put_item(tx, tenant, &new, now).await?;
        }
        Ok(())
    }
}

/// A document with today's names of brands and categories.
fn named_today(document: &Document, aliases: &Aliases) -> Document {
    let mut document = document.clone();
    aliases.apply(&mut document);
    document
}

fn no_place() -> Error {
    Error::BadRequest("after names no item. Begin again without it.".to_owned())
}

async fn known_brand(tx: &mut Tx, tenant: TenantId, name: &str) -> Result<Option<String>> {
    if name.is_empty() {
        return Ok(None);
    }
    let known = db::find_brand(tx, tenant, name).await?;
    let sentence = || wrong("brand", format!("There is no brand '{name}'. Select one from the list"));
    known.ok_or_else(sentence).map(Some)
}

async fn known_category(tx: &mut Tx, tenant: TenantId, path: &str) -> Result<Option<String>> {
    if path.is_empty() {
        return Ok(None);
    }
    let path = path.replace(" › ", "/");
    let known = db::categories(tx, tenant).await?.into_iter().find(|known| *known == path);
    let sentence = || wrong("category", format!("There is no category '{path}'. Select one from the list"));
    known.ok_or_else(sentence).map(Some)
}
