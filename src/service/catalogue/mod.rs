//! The catalogue: its pages, and what Autotask's services and roles become in it.
//!
//! `poll` asks Autotask, `records` decides which item a record is; brands, categories and items have a file each.

mod brands;
mod categories;
mod items;
mod poll;
mod records;

pub use brands::{BrandPage, BrandUse};
pub use categories::{CategoryPage, CategoryUse};
pub use items::{ItemPage, ItemView};
pub use poll::EVERY as POLL_EVERY;

pub use crate::db::{BrandRow, CategoryRow, ItemFilter, ItemRow, PollLease, PollRow};
use crate::{
    db::{self, NewRevision, WriteTx},
    domain::{
        author::Author,
        ids::TenantId,
        settings::{Sections, Settings},
    },
    error::{Error, FieldErrors, Result},
    service::Services,
};

/// Entries of a page of the catalogue.
pub const PAGE: i64 = 50;
/// The most entries of an answer of REST.
pub const MAX_PAGE: i64 = 500;

impl Services {
    /// Saves settings that name a brand or category by its new name, as a revision by the program; none where `change`
    /// says that nothing changed.
    async fn carry_settings(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        note: &str,
        change: impl FnOnce(&mut Sections) -> bool,
    ) -> Result<()> {
        let now = db::settings(tx, tenant).await?;
        let Some(mut sections) = now.settings.sections.clone() else { return Ok(()) };
        if !change(&mut sections) {
            return Ok(());
        }
        let settings = Settings { sections: Some(sections), ..now.settings };
        let new = NewRevision {
            settings: &settings,
            by: &Author::SYSTEM,
            note: Some(note),
            form_id: None,
            origin: None,
        };
        if db::save_settings(tx, tenant, now.revision, &new, self.clock.now()).await? {
            return Ok(());
        }
        Err(Error::Conflict("The settings were saved at the same moment. Try again.".to_owned()))
    }
}

/// One wrong field of a form.
fn wrong(field: &str, sentence: impl Into<String>) -> Error {
    let mut errors = FieldErrors::default();
    errors.add(field, sentence);
    errors.into()
}

/// How many entries to read for a page of `limit`, which is at most [`MAX_PAGE`].
fn page_limit(limit: Option<i64>) -> Result<i64> {
    let limit = limit.unwrap_or(PAGE);
    if (1..=MAX_PAGE).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::BadRequest(format!("limit must be from 1 to {MAX_PAGE}.")))
}

/// Cuts what was read with one entry too many to a page; whether there is a next one.
fn cut_page<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    has_more
}
