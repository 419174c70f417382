//! Going back in the history: undoing one save, and a form that begins from an earlier one's values.

use crate::{
    clock::Millis,
    db,
    domain::{
        author::Author,
        ids::TenantId,
        settings::{
            Origin, Settings,
            diff::{self, Change},
            form::{Parts, SettingsForm},
            merge,
            page::Page,
        },
    },
    error::{Error, Result},
    service::{
        Services,
        settings::{Draft, Saved, clashing, view},
    },
};

/// What is said of a number that no revision of the tenant has.
pub const NO_REVISION: Error =
    Error::NotFound("No revision of the settings has this number. Start from History.");

/// An earlier revision, ready to be looked at and saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// Its values as a form on top of what is saved now.
    pub form: SettingsForm,
    /// When it was saved.
    pub at: Millis,
    /// What saving the form changes.
    pub changes: Vec<Change>,
}

impl Services {
    /// Takes back what one revision changed, and nothing else: what was changed after it stays. That is a revision
    /// too. Where a later save changed the same field, there is a clash to choose about.
    ///
    /// # Errors
    /// When there is no such revision or nothing that it could go back to, or the database fails.
    pub async fn undo_settings(&self, tenant: TenantId, by: &Author, revision: i64) -> Result<Saved> {
        let mut tx = self.db.write().await?;
        db::lock_settings(&mut tx, tenant).await?;
        let of = db::settings_revision(&mut tx, tenant, revision).await?.ok_or(NO_REVISION)?.settings;
        let before = db::settings_revision(&mut tx, tenant, revision - 1).await?;
        let before = before.map_or(Settings::NEW, |before| before.settings);
        let first = |page: Page| {
            Err(Error::Conflict(format!(
                "Revision {revision} is the first with settings: there is nothing before it to go back to. Change them on the \
                 {} page.",
                page.label()
            )))
        };
        if of.sections.is_some() && before.sections.is_none() {
            return first(Page::Opportunities);
        }
        if of.tickets.sections.is_some() && before.tickets.sections.is_none() {
            return first(Page::Tickets);
        }
        let now = view(&mut tx, tenant).await?;
        let merged = merge::merge(&of, &now.settings, &before);
        let origin = Origin::Undo(revision);
        if !merged.clashes.is_empty() {
            let form = SettingsForm { origin: origin.to_string(), ..SettingsForm::default() };
            let told = diff::changes(&before, &of, &now.lists);
            let page = Page::of_all(told.iter().map(|change| change.path.as_str()));
            return Ok(clashing(&now, &merged, page, &form));
        }
        let draft = Draft {
            settings: merged.settings,
            by,
            note: "",
            form_id: "",
            origin: Some(origin),
            merged: None,
        };
        self.save(tx, tenant, &now, &draft).await
    }

    /// The pages whose settings were saved at a revision.
    ///
    /// # Errors
    /// When there is no such revision, or the database fails.
    pub async fn saved_pages(&self, tenant: TenantId, revision: i64) -> Result<Vec<Page>> {
        let mut tx = self.db.read().await?;
        let of = db::settings_revision(&mut tx, tenant, revision).await?.ok_or(NO_REVISION)?.settings;
        let pages = [Page::Opportunities, Page::Tickets].into_iter();
        Ok(pages.filter(|page| saved_on(*page, &of).is_some()).collect())
    }

    /// The form that puts the settings of a page back to how they were at a revision. Nothing is saved; the switch stays
    /// as it is.
    ///
    /// # Errors
    /// When there is no such revision or it had no settings yet, or the database fails.
    pub async fn restored_form(&self, tenant: TenantId, revision: i64, page: Page) -> Result<Restored> {
        let mut tx = self.db.read().await?;
        let of = db::settings_revision(&mut tx, tenant, revision).await?.ok_or(NO_REVISION)?;
        let Some(parts) = saved_on(page, &of.settings) else {
            return Err(Error::Conflict(format!(
                "Revision {revision} has no settings to restore: it was made before any were saved."
            )));
        };
        let now = view(&mut tx, tenant).await?;
        let form = SettingsForm {
            revision: now.revision.to_string(),
            origin: Origin::Restore(revision).to_string(),
            ..SettingsForm::of(&of.settings).of_page(page)
        };
        let settings = parts.onto(now.settings.clone());
        let changes = diff::changes(&now.settings, &settings, &now.lists);
        Ok(Restored { form, at: of.created_at, changes })
    }
}

/// What a page had saved; none before it had anything.
fn saved_on(page: Page, settings: &Settings) -> Option<Parts> {
    let of = |is_on: bool| Some(settings).filter(|_| is_on);
    let parts = Parts {
        codes: settings.codes?,
        sections: of(page.has_opportunities()).and_then(|settings| settings.sections.clone()),
        tickets: of(page.has_tickets()).and_then(|settings| settings.tickets.sections.clone()),
        quote_manager: None,
    };
    (parts.sections.is_some() || parts.tickets.is_some()).then_some(parts)
}
