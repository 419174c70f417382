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
            form::SettingsForm,
            merge,
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
        if of.sections.is_some() && before.sections.is_none() {
            return Err(Error::Conflict(format!(
                "Revision {revision} is the first with settings: there is nothing before it to go back to. Change them on the \
                 Opportunities page."
            )));
        }
        let now = view(&mut tx, tenant).await?;
        let merged = merge::merge(&of, &now.settings, &before);
        let origin = Origin::Undo(revision);
        if !merged.clashes.is_empty() {
            let form = SettingsForm { origin: origin.to_string(), ..SettingsForm::default() };
            return Ok(clashing(&now, &merged, &form));
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

    /// The form that puts the settings back to how they were at a revision. Nothing is saved; the switch stays as it is.
    ///
    /// # Errors
    /// When there is no such revision or it had no settings yet, or the database fails.
    pub async fn restored_form(&self, tenant: TenantId, revision: i64) -> Result<Restored> {
        let mut tx = self.db.read().await?;
        let of = db::settings_revision(&mut tx, tenant, revision).await?.ok_or(NO_REVISION)?;
        let Some(page) = of.settings.opportunities() else {
            return Err(Error::Conflict(format!(
                "Revision {revision} has no settings to restore: it was made before any were saved."
            )));
        };
        let now = view(&mut tx, tenant).await?;
        let form = SettingsForm {
            revision: now.revision.to_string(),
            origin: Origin::Restore(revision).to_string(),
            ..SettingsForm::of(&of.settings)
        };
        let settings = now.settings.clone().with_opportunities(page);
        let changes = diff::changes(&now.settings, &settings, &now.lists);
        Ok(Restored { form, at: of.created_at, changes })
    }
}
