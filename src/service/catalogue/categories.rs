//! Categories: paths that form a tree. Renaming one takes along everything below it, its items, its mapping and the
//! settings that name it.

use std::collections::BTreeSet;

use super::{CategoryRow, cut_page, page_limit, wrong};
use crate::{
    db::{self, Named, Tx},
    domain::{
        catalogue::{category_path, moved},
        ids::TenantId,
        settings::{Sections, is_bundle},
    },
    error::{Error, Result},
    service::Services,
};

/// Categories with what uses them.
#[derive(Clone, Debug)]
pub struct CategoryPage {
    /// The categories, by path.
    pub rows: Vec<CategoryRow>,
    /// The path after which the next page begins, if there is one.
    pub next: Option<String>,
    /// The category that services and roles of Autotask get.
    pub default: Option<String>,
    /// Those that are mapped to a category of Autotask.
    pub mapped: BTreeSet<String>,
}

/// A category with everything that keeps it from being deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryUse {
    /// Its path.
    pub path: String,
    /// Whether it is a category itself, and not just the beginning of others' paths.
    pub is_category: bool,
    /// How many items have it.
    pub items: i64,
    /// How many categories are below it.
    pub below: usize,
    /// Whether services and roles of Autotask get it.
    pub is_default: bool,
    /// Whether it is mapped to a category of Autotask.
    pub is_mapped: bool,
}

impl CategoryUse {
    /// Whether anything keeps it from being deleted.
    pub fn is_used(&self) -> bool {
        self.items > 0 || self.below > 0 || self.is_default || self.is_mapped
    }
}

const NO_CATEGORY: &str = "There is no category of that path. It may have been renamed.";
const BUNDLE: &str = "Services and labor roles get this category, so it cannot be called Bundle";
/// More categories than anybody has: the tree is shown whole.
const ALL: i64 = 10_000;

impl Services {
    /// Every category, for the tree.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn category_tree(&self, tenant: TenantId) -> Result<CategoryPage> {
        let mut tx = self.db.read().await?;
        category_page(&mut tx, tenant, "", ALL).await
    }

    /// Categories by path, after that one; `limit` is 1 to [`super::MAX_PAGE`].
    ///
    /// # Errors
    /// When the limit is another one.
    pub async fn category_page(
        &self,
        tenant: TenantId,
        after: &str,
        limit: Option<i64>,
    ) -> Result<CategoryPage> {
        let limit = page_limit(limit)?;
        let mut tx = self.db.read().await?;
        category_page(&mut tx, tenant, after, limit).await
    }

    /// One category with what uses it.
    ///
    /// # Errors
    /// When no path is it or begins with it.
    pub async fn category_use(&self, tenant: TenantId, path: &str) -> Result<CategoryUse> {
        let mut tx = self.db.read().await?;
        category_use(&mut tx, tenant, path).await
    }

    /// Adds a category; its path as it is kept.
    ///
    /// # Errors
    /// When the path cannot be one, or is there already.
    pub async fn add_category(&self, tenant: TenantId, typed: &str) -> Result<String> {
        let path = category_path(typed).map_err(|sentence| wrong("path", sentence))?;
        let mut tx = self.db.write().await?;
        let all = db::categories(&mut tx, tenant).await?;
        if let Some(other) = same_path(&all, &path) {
            return Err(wrong("path", format!("There is a category '{}' already", shown(other))));
        }
        db::add_category(&mut tx, tenant, &path, self.clock.now()).await?;
        db::forget_former(&mut tx, tenant, Named::Category, &path).await?;
        tx.commit().await?;
        Ok(path)
    }

    /// Adds those categories that are not there yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_categories(&self, tenant: TenantId, paths: &[String]) -> Result<()> {
        let mut tx = self.db.write().await?;
        for path in paths {
            db::add_category(&mut tx, tenant, path, self.clock.now()).await?;
            db::forget_former(&mut tx, tenant, Named::Category, path).await?;
        }
        tx.commit().await
    }

    /// Gives a category another path, together with everything below it, their items, and the mapping and settings that
    /// name them; the path as it is kept. Documents may go on using the former paths.
    ///
    /// # Errors
    /// When there is no such category, or a path that would come about cannot be one or is there already.
    pub async fn rename_category(&self, tenant: TenantId, from: &str, typed: &str) -> Result<String> {
        let to = category_path(typed).map_err(|sentence| wrong("new_path", sentence))?;
        let mut tx = self.db.write().await?;
        category_use(&mut tx, tenant, from).await?;
        if from == to {
            return Ok(to);
        }
        let all = db::categories(&mut tx, tenant).await?;
        let moves = moves(&all, from, &to)?;
        let default = db::settings(&mut tx, tenant).await?.settings.sections;
        let default = default.map(|sections| sections.services.category);
        if moves.iter().any(|(before, after)| Some(before) == default.as_ref() && is_bundle(after)) {
            return Err(wrong("new_path", BUNDLE));
        }
        let now = self.clock.now();
        // The former rows go first: one of the new paths may be another's former one.
        for (before, _) in &moves {
            db::remove_category(&mut tx, tenant, before).await?;
        }
        for (before, after) in &moves {
            db::add_category(&mut tx, tenant, after, now).await?;
            db::move_items(&mut tx, tenant, Named::Category, before, after, now).await?;
        }
        let note = format!("Category '{}' was renamed to '{}'", shown(from), shown(&to));
        self.carry_settings(&mut tx, tenant, &note, |sections| carry(sections, &moves)).await?;
        tx.commit().await?;
        Ok(to)
    }

    /// Deletes a category that nothing uses; within: what uses it.
    ///
    /// # Errors
    /// When there is no such category.
    pub async fn delete_category(
        &self,
        tenant: TenantId,
        path: &str,
    ) -> Result<std::result::Result<(), CategoryUse>> {
        let mut tx = self.db.write().await?;
        let used = category_use(&mut tx, tenant, path).await?;
        if used.is_used() {
            return Ok(Err(used));
        }
        db::remove_category(&mut tx, tenant, path).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }
}

async fn category_page(tx: &mut Tx, tenant: TenantId, after: &str, limit: i64) -> Result<CategoryPage> {
    let mut rows = db::category_rows(tx, tenant, after, limit + 1).await?;
    let has_more = cut_page(&mut rows, limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.path.clone());
    let sections = db::settings(tx, tenant).await?.settings.sections;
    let mapped = sections.iter().flat_map(|sections| sections.category_map.rows.keys().cloned()).collect();
    Ok(CategoryPage { rows, next, default: sections.map(|sections| sections.services.category), mapped })
}

async fn category_use(tx: &mut Tx, tenant: TenantId, path: &str) -> Result<CategoryUse> {
    let all = db::categories(tx, tenant).await?;
    let is_category = all.iter().any(|other| other == path);
    let below = all.iter().filter(|other| *other != path && moved(other, path, path).is_some()).count();
    if path.is_empty() || (!is_category && below == 0) {
        return Err(Error::NotFound(NO_CATEGORY));
    }
    let sections = db::settings(tx, tenant).await?.settings.sections;
    let items = db::items_of(tx, tenant, Named::Category, path).await?;
    Ok(CategoryUse {
        path: path.to_owned(),
        is_category,
        items,
        below,
        is_default: sections.as_ref().is_some_and(|sections| sections.services.category == path),
        is_mapped: sections.is_some_and(|sections| sections.category_map.rows.contains_key(path)),
    })
}

/// Every path that changes, with its new one.
fn moves(all: &[String], from: &str, to: &str) -> Result<Vec<(String, String)>> {
    let mut moves: Vec<(String, String)> =
        all.iter().filter_map(|path| Some((path.clone(), moved(path, from, to)?))).collect();
    let others: Vec<String> = all.iter().filter(|path| moved(path, from, to).is_none()).cloned().collect();
    for (_, after) in &moves {
        if let Some(other) = same_path(&others, after) {
            let sentence = format!("There is a category '{}' already. Choose another path", shown(other));
            return Err(wrong("new_path", sentence));
        }
        category_path(after).map_err(|sentence| wrong("new_path", sentence))?;
    }
    // Below itself: what is deepest moves first, so that nothing moves twice.
    if moved(to, from, from).is_some() {
        moves.reverse();
    }
    Ok(moves)
}

fn same_path<'a>(all: &'a [String], path: &str) -> Option<&'a String> {
    all.iter().find(|other| other.to_lowercase() == path.to_lowercase())
}

/// Names the moved categories by their new paths; whether any was named.
fn carry(sections: &mut Sections, moves: &[(String, String)]) -> bool {
    let mut changed = false;
    let map = &mut sections.category_map.rows;
    let values: Vec<_> = moves.iter().map(|(before, _)| map.remove(before)).collect();
    for ((_, after), value) in moves.iter().zip(values) {
        changed |= value.is_some();
        map.extend(value.map(|value| (after.clone(), value)));
    }
    if let Some((_, after)) = moves.iter().find(|(before, _)| *before == sections.services.category) {
        sections.services.category.clone_from(after);
        changed = true;
    }
    changed
}

/// A path as people read it.
fn shown(path: &str) -> String {
    path.replace('/', " › ")
}
