//! Brands: listed with what uses them, added, renamed, merged, deleted while nothing uses them.

use super::{BrandRow, cut_page, page_limit, wrong};
use crate::{
    db::{self, Named, Tx, WriteTx},
    domain::{catalogue::brand_name, ids::TenantId},
    error::{Error, Result},
    service::Services,
};

/// A page of brands.
#[derive(Clone, Debug)]
pub struct BrandPage {
    /// The brands, by name.
    pub rows: Vec<BrandRow>,
    /// The name after which the next page begins, if there is one.
    pub next: Option<String>,
    /// The brand that services and roles of Autotask get.
    pub default: Option<String>,
}

/// A brand with everything that keeps it from being deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandUse {
    /// Its name.
    pub name: String,
    /// How many items have it.
    pub items: i64,
    /// Whether services and roles of Autotask get it.
    pub is_default: bool,
    /// The other brands, which it can be merged into.
    pub others: Vec<String>,
}

const NO_BRAND: &str = "There is no brand of that name. It may have been renamed or merged.";

impl Services {
    /// Brands by name, after the one of that name; `limit` is 1 to [`super::MAX_PAGE`].
    ///
    /// # Errors
    /// When the limit is another one.
    pub async fn brand_page(&self, tenant: TenantId, after: &str, limit: Option<i64>) -> Result<BrandPage> {
        let limit = page_limit(limit)?;
        let mut tx = self.db.read().await?;
        let mut rows = db::brand_rows(&mut tx, tenant, after, limit + 1).await?;
        let has_more = cut_page(&mut rows, limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.name.clone());
        Ok(BrandPage { rows, next, default: default_brand(&mut tx, tenant).await? })
    }

    /// One brand with what uses it.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn brand_use(&self, tenant: TenantId, name: &str) -> Result<BrandUse> {
        let mut tx = self.db.read().await?;
        brand_use(&mut tx, tenant, name).await
    }

    /// Adds a brand; its name as it is kept.
    ///
    /// # Errors
    /// When the name cannot be one, or is another brand's.
    pub async fn add_brand(&self, tenant: TenantId, typed: &str) -> Result<String> {
        let name = brand_name(typed).map_err(|sentence| wrong("name", sentence))?;
        let mut tx = self.db.write().await?;
        if !db::add_brand(&mut tx, tenant, &name, self.clock.now()).await? {
            return Err(taken(&mut tx, tenant, &name).await?);
        }
        db::forget_former(&mut tx, tenant, Named::Brand, &name).await?;
        tx.commit().await?;
        Ok(name)
    }

    /// Adds those brands that are not there yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_brands(&self, tenant: TenantId, names: &[String]) -> Result<()> {
        let mut tx = self.db.write().await?;
        for name in names {
            db::add_brand(&mut tx, tenant, name, self.clock.now()).await?;
            db::forget_former(&mut tx, tenant, Named::Brand, name).await?;
        }
        tx.commit().await
    }

    /// Renames a brand, for its items and the settings too; its name as it is kept. Documents may go on using the
    /// former name.
    ///
    /// # Errors
    /// When there is no such brand, or the new name cannot be one or is another brand's.
    pub async fn rename_brand(&self, tenant: TenantId, from: &str, typed: &str) -> Result<String> {
        let to = brand_name(typed).map_err(|sentence| wrong("new_name", sentence))?;
        let mut tx = self.db.write().await?;
        let from = brand_use(&mut tx, tenant, from).await?.name;
        if from == to {
            return Ok(to);
        }
        if let Some(other) = db::find_brand(&mut tx, tenant, &to).await?.filter(|other| *other != from) {
            let sentence =
                format!("There is a brand '{other}' already. Choose another name, or merge the two");
            return Err(wrong("new_name", sentence));
        }
        db::rename_brand(&mut tx, tenant, &from, &to, self.clock.now()).await?;
        let note = format!("Brand '{from}' was renamed to '{to}'");
        self.move_brand(&mut tx, tenant, &from, &to, &note).await?;
        tx.commit().await?;
        Ok(to)
    }

    /// Gives everything that a brand has to another one, and takes it away; the other one's name. Documents may go on
    /// using the former name.
    ///
    /// # Errors
    /// When there is no such brand, or the other one is it itself.
    pub async fn merge_brand(&self, tenant: TenantId, from: &str, into: &str) -> Result<String> {
        let mut tx = self.db.write().await?;
        let from = brand_use(&mut tx, tenant, from).await?.name;
        let into = db::find_brand(&mut tx, tenant, into).await?.filter(|into| *into != from);
        let into = into.ok_or_else(|| wrong("into", "Select the brand to merge it into"))?;
        db::remove_brand(&mut tx, tenant, &from).await?;
        let note = format!("Brand '{from}' was merged into '{into}'");
        self.move_brand(&mut tx, tenant, &from, &into, &note).await?;
        tx.commit().await?;
        Ok(into)
    }

    /// Deletes a brand that nothing uses; within: what uses it.
    ///
    /// # Errors
    /// When there is no such brand.
    pub async fn delete_brand(
        &self,
        tenant: TenantId,
        name: &str,
    ) -> Result<std::result::Result<(), BrandUse>> {
        let mut tx = self.db.write().await?;
        let used = brand_use(&mut tx, tenant, name).await?;
        if used.items > 0 || used.is_default {
            return Ok(Err(used));
        }
        db::remove_brand(&mut tx, tenant, &used.name).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    async fn move_brand(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        from: &str,
        to: &str,
        note: &str,
    ) -> Result<()> {
        db::move_items(tx, tenant, Named::Brand, from, to, self.clock.now()).await?;
        self.carry_settings(tx, tenant, note, |sections| {
            let is_named = sections.services.brand == from;
            if is_named {
                to.clone_into(&mut sections.services.brand);
            }
            is_named
        })
        .await
    }
}

async fn brand_use(tx: &mut Tx, tenant: TenantId, name: &str) -> Result<BrandUse> {
    let name = db::find_brand(tx, tenant, name).await?.ok_or(Error::NotFound(NO_BRAND))?;
    let items = db::items_of(tx, tenant, Named::Brand, &name).await?;
    let is_default = default_brand(tx, tenant).await?.as_ref() == Some(&name);
    let others = db::brands(tx, tenant).await?.into_iter().filter(|other| *other != name).collect();
    Ok(BrandUse { name, items, is_default, others })
}

async fn default_brand(tx: &mut Tx, tenant: TenantId) -> Result<Option<String>> {
    Ok(db::settings(tx, tenant).await?.settings.sections.map(|sections| sections.services.brand))
}

async fn taken(tx: &mut Tx, tenant: TenantId, name: &str) -> Result<Error> {
    let other = db::find_brand(tx, tenant, name).await?.unwrap_or_else(|| name.to_owned());
    Ok(wrong("name", format!("There is a brand '{other}' already")))
}
