//! The pages of settings: showing, saving, the switches.

use std::collections::BTreeMap;

use crate::{
    clock::Millis,
    db::{self, NewRevision, Revision, Tx, WriteTx},
    domain::{
        author::Author,
        hold::Hold,
        ids::TenantId,
        lists::Lists,
        settings::{
            Origin, Settings,
            category_rows::Catalogue,
            diff::{self, Change},
            form::{Against, SettingsForm},
            merge::{self, Clash},
            page::Page,
            quote_manager_form::QuoteManagerForm,
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
    /// What whoever saved it is called.
    pub by: String,
    /// When it was saved; 0 where nothing was saved yet.
    pub saved_at: Millis,
    /// The newest settings.
    pub settings: Settings,
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
        /// The revision that the form was made from, where others saved other fields since: both are kept.
        merged: Option<i64>,
    },
    /// Nothing was saved: these fields are wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: somebody changed the same fields in the meantime.
    Clash(Box<Clashing>),
    /// Nothing was saved: the settings are at another revision than the one that was named.
    Stale {
        /// Who saved that one.
        by: Option<String>,
        /// Its number.
        revision: i64,
    },
}

/// Two people's changes that cannot both be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Clashing {
    /// Who saved the newest revision.
    pub by: String,
    /// Everything that both want, theirs where they clash, as a form on top of the newest revision.
    pub form: SettingsForm,
    /// The fields to choose about, in the order of the page.
    pub clashes: Vec<Clash>,
}

/// What is saved and how it came about.
pub(super) struct Draft<'a> {
    pub(super) settings: Settings,
    pub(super) by: &'a Author,
    pub(super) note: &'a str,
    pub(super) form_id: &'a str,
    pub(super) origin: Option<Origin>,
    pub(super) merged: Option<i64>,
}

impl Services {
    /// What the pages show.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings_view(&self, tenant: TenantId) -> Result<SettingsView> {
        let mut tx = self.db.read().await?;
        view(&mut tx, tenant).await
    }

    /// The newest revision: its number, who saved it and when.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_revision(&self, tenant: TenantId) -> Result<Revision> {
        let mut tx = self.db.read().await?;
        db::settings(&mut tx, tenant).await
    }

    /// Saves the form, once however often it is sent: checked against the lists, and merged with what others saved
    /// since the page was made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_settings(&self, tenant: TenantId, by: &Author, form: &SettingsForm) -> Result<Saved> {
        let mut tx = self.db.write().await?;
        db::lock_settings(&mut tx, tenant).await?;
        let now = view(&mut tx, tenant).await?;
        if let Some(done) = saved_before(&mut tx, tenant, form, &now.lists).await? {
            return Ok(done);
        }
        let base = base(&mut tx, tenant, form).await?;
        self.save_form(tx, tenant, by, form, &base, &now).await
    }

    /// Saves the form, but only on top of exactly that revision; otherwise nothing is saved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_settings_at(
        &self,
        tenant: TenantId,
        by: &Author,
        revision: i64,
        form: &SettingsForm,
    ) -> Result<Saved> {
        let mut tx = self.db.write().await?;
        db::lock_settings(&mut tx, tenant).await?;
        let now = view(&mut tx, tenant).await?;
        if let Some(done) = saved_before(&mut tx, tenant, form, &now.lists).await? {
            return Ok(done);
        }
        if revision != now.revision {
            return Ok(Saved::Stale { by: Some(now.by), revision: now.revision });
        }
        let base = now.settings.clone();
        self.save_form(tx, tenant, by, form, &base, &now).await
    }

    async fn save_form(
        &self,
        tx: WriteTx,
        tenant: TenantId,
        by: &Author,
        form: &SettingsForm,
        base: &Settings,
        now: &SettingsView,
    ) -> Result<Saved> {
        // What the form was made from may stay, inactive or not; so may what is saved, for a form made from nothing.
        let saved = base.clone().or(&now.settings);
        let against =
            Against { lists: &now.lists, brands: &now.brands, categories: &now.categories, saved: &saved };
        let parts = match form.check(&against) {
            Ok(parts) => parts,
            Err(errors) => return Ok(Saved::Wrong(errors)),
        };
        let yours = parts.onto(base.clone());
        let merged = merge::merge(base, &now.settings, &yours);
        if !merged.clashes.is_empty() {
            return Ok(clashing(now, &merged, form.page(), form));
        }
        let is_merged = !merged.theirs.is_empty();
        let draft = Draft {
            settings: merged.settings,
            by,
            note: &form.note,
            form_id: &form.form_id,
            origin: form.origin.parse().ok(),
            merged: is_merged.then(|| made_from(form)),
        };
        self.save(tx, tenant, now, &draft).await
    }

    /// Saves on top of the newest revision, which the transaction has locked; nothing where nothing differs.
    pub(super) async fn save(
        &self,
        mut tx: WriteTx,
        tenant: TenantId,
        now: &SettingsView,
        draft: &Draft<'_>,
    ) -> Result<Saved> {
        let changes = diff::changes(&now.settings, &draft.settings, &now.lists);
        if changes.is_empty() {
            return Ok(Saved::Done { revision: UNCHANGED, changes, released: 0, merged: None });
        }
        let filled = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let new = NewRevision {
            settings: &draft.settings,
            by: draft.by,
            note: filled(draft.note.trim()),
            form_id: filled(draft.form_id),
            origin: draft.origin,
        };
        self.put(&mut tx, tenant, now.revision, &new).await?;
        let released = self.release(&mut tx, tenant, &draft.settings).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(Saved::Done { revision: now.revision + 1, changes, released, merged: draft.merged })
    }

    /// What a revision changed: nothing for [`UNCHANGED`], `None` for a number that no revision has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_of(&self, tenant: TenantId, revision: i64) -> Result<Option<Vec<Change>>> {
        if revision == UNCHANGED {
            return Ok(Some(Vec::new()));
        }
        let mut tx = self.db.read().await?;
        let lists = db::lists(&mut tx, tenant).await?;
        let of = db::settings_revision(&mut tx, tenant, revision).await?;
        match of {
            Some(of) => changes_of(&mut tx, tenant, &of, &lists).await.map(Some),
            None => Ok(None),
        }
    }

    /// Turns the Opportunities sync on or off. What waits while it is off goes on when it is on again; nothing is
    /// backfilled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_enabled(&self, tenant: TenantId, by: &Author, enabled: bool) -> Result<()> {
        self.turn(tenant, by, |settings| settings.enabled = enabled).await
    }

    /// Turns the Tickets sync on or off; likewise.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_tickets_enabled(&self, tenant: TenantId, by: &Author, enabled: bool) -> Result<()> {
        self.turn(tenant, by, |settings| settings.tickets.enabled = enabled).await
    }

    async fn turn(&self, tenant: TenantId, by: &Author, turn: impl FnOnce(&mut Settings)) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::lock_settings(&mut tx, tenant).await?;
        let now = db::settings(&mut tx, tenant).await?;
        let mut settings = now.settings.clone();
        turn(&mut settings);
        if settings == now.settings {
            return Ok(());
        }
        let new = NewRevision { settings: &settings, by, note: None, form_id: None, origin: None };
        self.put(&mut tx, tenant, now.revision, &new).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    async fn put(&self, tx: &mut WriteTx, tenant: TenantId, base: i64, new: &NewRevision<'_>) -> Result<()> {
        let before = db::settings(tx, tenant).await?.settings;
        if db::save_settings(tx, tenant, base, new, self.clock.now()).await? {
            db::wake_source_polls(tx, tenant, self.clock.now()).await?;
            return self.reroute(tx, tenant, &before, new.settings).await;
        }
        Err(Error::internal("the settings moved although they were locked"))
    }

    /// Lets go on what saving may have mended; what is still wrong is held again with its new cause.
    async fn release(&self, tx: &mut WriteTx, tenant: TenantId, settings: &Settings) -> Result<usize> {
        let creates =
            settings.sections.as_ref().is_some_and(|sections| sections.created.create_missing_customers);
        let may_go = |hold: &Hold| hold.is_about_settings() || creates && hold.is_about_missing_customer();
        let mut released = 0;
        for (push, reason) in db::held_pushes(tx, tenant).await? {
            if serde_json::from_str(&reason).is_ok_and(|hold| may_go(&hold)) {
                db::wake_push(tx, tenant, push, None, self.clock.now()).await?;
                released += 1;
            }
        }
        Ok(released)
    }
}

pub(super) async fn view(tx: &mut Tx, tenant: TenantId) -> Result<SettingsView> {
    let newest = db::settings(tx, tenant).await?;
    Ok(SettingsView {
        revision: newest.revision,
        by: newest.who(),
        saved_at: newest.created_at,
        settings: newest.settings,
        lists: db::lists(tx, tenant).await?,
        brands: db::brands(tx, tenant).await?,
        categories: db::categories(tx, tenant).await?,
        products: db::products_by_category(tx, tenant).await?,
    })
}

/// What came of the same form when it was sent before.
async fn saved_before(
    tx: &mut Tx,
    tenant: TenantId,
    form: &SettingsForm,
    lists: &Lists,
) -> Result<Option<Saved>> {
    if form.form_id.is_empty() {
        return Ok(None);
    }
    let Some(revision) = db::revision_of_form(tx, tenant, &form.form_id).await? else { return Ok(None) };
    let of = db::settings_revision(tx, tenant, revision).await?.unwrap_or(Revision::FIRST);
    let changes = changes_of(tx, tenant, &of, lists).await?;
    Ok(Some(Saved::Done { revision, changes, released: 0, merged: None }))
}

/// The number of the revision that a form was made from; 0 where it does not say.
fn made_from(form: &SettingsForm) -> i64 {
    form.revision.trim().parse().unwrap_or(0)
}

/// The settings that a form was made from.
async fn base(tx: &mut Tx, tenant: TenantId, form: &SettingsForm) -> Result<Settings> {
    let base = db::settings_revision(tx, tenant, made_from(form)).await?;
    Ok(base.unwrap_or(Revision::FIRST).settings)
}

/// The form to choose with: on top of the newest revision, with everything that is not to be chosen about.
pub(super) fn clashing(
    now: &SettingsView,
    merged: &merge::Merged,
    page: Page,
    typed: &SettingsForm,
) -> Saved {
    // What people clash about must be in the form that they choose with.
    let is_about = |clash: &Clash| clash.path.starts_with("quote_manager.");
    let is_carried = !typed.quote_manager.is_absent() || merged.clashes.iter().any(is_about);
    let form = SettingsForm {
        revision: now.revision.to_string(),
        form_id: typed.form_id.clone(),
        note: typed.note.clone(),
        origin: typed.origin.clone(),
        quote_manager: if is_carried {
            QuoteManagerForm::of(&merged.settings.quote_manager)
        } else {
            QuoteManagerForm::default()
        },
        ..SettingsForm::of(&merged.settings).of_page(page)
    };
    Saved::Clash(Box::new(Clashing { by: now.by.clone(), form, clashes: merged.clashes.clone() }))
}

/// What a revision changed.
pub(super) async fn changes_of(
    tx: &mut Tx,
    tenant: TenantId,
    of: &Revision,
    lists: &Lists,
) -> Result<Vec<Change>> {
    let before = db::settings_revision(tx, tenant, of.revision - 1).await?.unwrap_or(Revision::FIRST);
    Ok(diff::changes(&before.settings, &of.settings, lists))
}
