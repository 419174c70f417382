//! What is told after a save of the settings.

use super::settings::{UNCHANGED, changes_of};
use crate::{
    clock::Millis,
    db::{self, Revision, Tx},
    domain::{
        ids::TenantId,
        lists::Lists,
        settings::{
            Origin,
            diff::{self, Change},
        },
    },
    error::Result,
    service::Services,
};

/// What is told after a save.
#[derive(Clone, Debug, PartialEq)]
pub struct SaveNews {
    /// What it changed.
    pub changes: Vec<Change>,
    /// What it goes back to.
    pub origin: Option<Origin>,
    /// What others changed meanwhile, where that was merged with it.
    pub others: Option<Others>,
    /// How many settings point to something inactive now.
    pub inactive: usize,
}

/// What others saved between a form's making and its saving.
#[derive(Clone, Debug, PartialEq)]
pub struct Others {
    /// Who did last.
    pub by: String,
    /// When, last.
    pub at: Millis,
    /// What is different since.
    pub changes: Vec<Change>,
}

impl Services {
    /// What to tell after a save: about the revision, and about what others saved since `merged`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_news(
        &self,
        tenant: TenantId,
        revision: i64,
        merged: Option<i64>,
    ) -> Result<Option<SaveNews>> {
        let mut tx = self.db.read().await?;
        let lists = db::lists(&mut tx, tenant).await?;
        let of = db::settings_revision(&mut tx, tenant, revision).await?;
        let (changes, origin) = match &of {
            Some(of) => (changes_of(&mut tx, tenant, of, &lists).await?, of.origin),
            None if revision == UNCHANGED => (Vec::new(), None),
            None => return Ok(None),
        };
        let others = match merged {
            Some(base) => others(&mut tx, tenant, base, revision - 1, &lists).await?,
            None => None,
        };
        let inactive = of.map_or(0, |of| of.settings.inactive(&lists).len());
        Ok(Some(SaveNews { changes, origin, others, inactive }))
    }
}

async fn others(
    tx: &mut Tx,
    tenant: TenantId,
    base: i64,
    last: i64,
    lists: &Lists,
) -> Result<Option<Others>> {
    let base = db::settings_revision(tx, tenant, base).await?.unwrap_or(Revision::FIRST);
    let Some(last) = db::settings_revision(tx, tenant, last).await? else { return Ok(None) };
    let changes = diff::changes(&base.settings, &last.settings, lists);
    Ok(Some(Others { by: last.who(), at: last.created_at, changes }))
}
