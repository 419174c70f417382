//! The Opportunities page: showing, saving, the switch.

use std::collections::BTreeMap;

use crate::{
    db::{self, NewRevision, Revision, Tx, WriteTx},
    domain::{
        author::Author,
        hold::Hold,
        ids::TenantId,
        lists::Lists,
        settings::{
            OpportunitySettings, Sections,
            category_rows::Catalogue,
            diff::{self, Change},
            form::{Against, SettingsForm},
        },
    },
    error::{Error, FieldErrors, Result},
    service::Services,
};

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct SettingsView {
    /// The newest revision's number.
    pub revision: i64,
    /// The newest settings.
    pub settings: OpportunitySettings,
    /// The tenant's Autotask lists.
    pub lists: Lists,
    /// The tenant's brands.
    pub brands: Vec<String>,
    /// The tenant's categories, by path.
    pub categories: Vec<String>,
    /// How many lines of stored documents' products each category has.
    pub products: BTreeMap<String, u64>,
}

impl SettingsView {
    /// What the rows of the category map are made from.
    pub fn catalogue(&self) -> Catalogue<'_> {
        let saved = self.settings.sections.as_ref().map(|sections| &sections.category_map);
        Catalogue { categories: &self.categories, lists: &self.lists, saved }
    }
}

/// The revision that a save names which changed nothing: it made none.
pub const UNCHANGED: i64 = 0;

/// What came of a save.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// Saved, or there was nothing to save.
    Done {
        /// The revision that counts now.
        revision: i64,
        /// What changed; nothing where there was nothing to save.
        changes: Vec<Change>,
        /// Held pushes that are being sent now.
        released: usize,
    },
    /// Nothing was saved: these fields are wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: somebody saved other settings in the meantime.
    Stale {
        /// Who did, if it was a person.
        by: Option<String>,
    },
}

impl Services {
    /// What the Opportunities page shows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings_view(&self, tenant: TenantId) -> Result<SettingsView> {
        let mut tx = self.db.read().await?;
        view(&mut tx, tenant).await
    }

    /// Saves the form: checked against the lists, on top of the revision that the page was made from, once however
    /// often it is sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_settings(&self, tenant: TenantId, by: &Author, form: &SettingsForm) -> Result<Saved> {
        let mut tx = self.db.write().await?;
        let now = view(&mut tx, tenant).await?;
        if !form.form_id.is_empty()
            && let Some(revision) = db::revision_of_form(&mut tx, tenant, &form.form_id).await?
        {
            let changes = changes_of(&mut tx, tenant, revision, &now.lists).await?;
            return Ok(Saved::Done { revision, changes: changes.unwrap_or_default(), released: 0 });
        }
        let saved = now.settings.sections.as_ref();
        let against = Against { lists: &now.lists, brands: &now.brands, categories: &now.categories, saved };
        let sections = match form.check(&against) {
            Ok(sections) => sections,
            Err(errors) => return Ok(Saved::Wrong(errors)),
        };
        if let Some(by) = stale(&mut tx, tenant, form, saved).await? {
            return Ok(Saved::Stale { by });
        }
        let settings = OpportunitySettings { enabled: now.settings.enabled, sections: Some(sections) };
        let changes = diff::changes(&now.settings, &settings, &now.lists);
        if changes.is_empty() {
            return Ok(Saved::Done { revision: UNCHANGED, changes, released: 0 });
        }
        let note = Some(form.note.trim()).filter(|note| !note.is_empty());
        let form_id = Some(form.form_id.as_str()).filter(|id| !id.is_empty());
        let new = NewRevision { settings: &settings, saved_by: by.user, note, form_id };
        self.save(&mut tx, tenant, now.revision, &new).await?;
        let released = self.release(&mut tx, tenant).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(Saved::Done { revision: now.revision + 1, changes, released })
    }

    /// What a revision changed, for the banner after a save: nothing for [`UNCHANGED`], `None` for a number that no
    /// revision has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_of(&self, tenant: TenantId, revision: i64) -> Result<Option<Vec<Change>>> {
        if revision == UNCHANGED {
            return Ok(Some(Vec::new()));
        }
        let mut tx = self.db.read().await?;
        let lists = db::lists(&mut tx, tenant).await?;
        changes_of(&mut tx, tenant, revision, &lists).await
    }

    /// Turns the sync on or off. What waits while it is off goes on when it is on again; nothing is backfilled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_enabled(&self, tenant: TenantId, by: &Author, enabled: bool) -> Result<()> {
        let mut tx = self.db.write().await?;
        let now = db::settings(&mut tx, tenant).await?;
        if now.settings.enabled == enabled {
            return Ok(());
        }
        let settings = OpportunitySettings { enabled, ..now.settings };
        let new = NewRevision { settings: &settings, saved_by: by.user, note: None, form_id: None };
        self.save(&mut tx, tenant, now.revision, &new).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    async fn save(&self, tx: &mut WriteTx, tenant: TenantId, base: i64, new: &NewRevision<'_>) -> Result<()> {
        if db::save_settings(tx, tenant, base, new, self.clock.now()).await? {
            return Ok(());
        }
        Err(Error::Conflict(
            "The settings were saved by somebody else at the same moment. Try again.".to_owned(),
        ))
    }

    /// Lets go on what saving may have mended; what is still wrong is held again with its new cause.
    async fn release(&self, tx: &mut WriteTx, tenant: TenantId) -> Result<usize> {
        let mut released = 0;
        for (push, reason) in db::held_pushes(tx, tenant).await? {
            if serde_json::from_str::<Hold>(&reason).is_ok_and(|hold| hold.is_about_settings()) {
                db::wake_push(tx, tenant, push, None, self.clock.now()).await?;
                released += 1;
            }
        }
        Ok(released)
    }
}

async fn view(tx: &mut Tx, tenant: TenantId) -> Result<SettingsView> {
    let Revision { revision, settings, .. } = db::settings(tx, tenant).await?;
    Ok(SettingsView {
        revision,
        settings,
        lists: db::lists(tx, tenant).await?,
        brands: db::brands(tx, tenant).await?,
        categories: db::categories(tx, tenant).await?,
        products: db::products_by_category(tx, tenant).await?,
    })
}

/// Somebody else's save since the form was shown; the switch alone is none.
async fn stale(
    tx: &mut Tx,
    tenant: TenantId,
    form: &SettingsForm,
    saved: Option<&Sections>,
) -> Result<Option<Option<String>>> {
    let base: i64 = form.revision.trim().parse().unwrap_or(0);
    let shown =
        db::settings_revision(tx, tenant, base).await?.and_then(|revision| revision.settings.sections);
    if shown.as_ref() == saved {
        return Ok(None);
    }
    match db::settings(tx, tenant).await?.saved_by {
        Some(user) => db::user_name(tx, user).await.map(Some),
        None => Ok(Some(None)),
    }
}

/// What a revision changed; `None` where there is no such revision.
async fn changes_of(
    tx: &mut Tx,
    tenant: TenantId,
    revision: i64,
    lists: &Lists,
) -> Result<Option<Vec<Change>>> {
    let of = db::settings_revision(tx, tenant, revision).await?.map(|revision| revision.settings);
    let before = db::settings_revision(tx, tenant, revision - 1).await?.map(|revision| revision.settings);
    let before = before.unwrap_or(OpportunitySettings::NEW);
    Ok(of.map(|after| diff::changes(&before, &after, lists)))
}
