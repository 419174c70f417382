//! Saving how a source is read and what its codes mean: a part of the tenant's settings, merged, kept and told like any
//! other.

use secrecy::{ExposeSecret, SecretString};

use super::{SourceChecklist, SourceConnected, connection::no_key};
use crate::{
    db::{self, Revision},
    domain::{
        author::Author,
        ids::TenantId,
        settings::{
            QuoteManagerSettings,
            merge::{self, Clash},
            source_forms::{CodesForm, ReadingForm},
        },
        source::Source,
    },
    error::{Error, FieldErrors, Result},
    service::{
        Services,
        accounts::Visitor,
        settings::{Draft, Saved, view},
    },
};

/// What came of saving a part of the settings.
#[derive(Clone, Debug, PartialEq)]
pub enum PartSaved {
    /// Saved, or there was nothing to save.
    Done(PartDone),
    /// Nothing was saved: these fields are wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: somebody changed the same fields in the meantime.
    Clash(Box<PartClashing>),
}

/// A part that is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartDone {
    /// The revision, or [`UNCHANGED`](crate::service::settings::UNCHANGED) where nothing differed.
    pub revision: i64,
    /// The revision that the form was made from, where others saved other fields since: both are kept.
    pub merged: Option<i64>,
}

/// Two people's changes that cannot both be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct PartClashing {
    /// Who saved the newest revision.
    pub by: String,
    /// Its number.
    pub revision: i64,
    /// Everything that both want, theirs where they clash.
    pub settings: QuoteManagerSettings,
    /// The fields to choose about, in the order of the page.
    pub clashes: Vec<Clash>,
}

/// What came of saving a source's key together with how it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceSaved {
    /// The test was good.
    Tested {
        /// Whether there was a key to save.
        is_new: bool,
        /// What came of saving how it is read.
        part: PartSaved,
    },
    /// Nothing was saved: these fields are wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: the test failed.
    Failed(SourceChecklist),
}

/// What a form was made from, and what is kept with what it changes.
#[derive(Clone, Copy, Debug, Default)]
struct Sent<'a> {
    revision: &'a str,
    form_id: &'a str,
    note: &'a str,
}

impl Services {
    /// Tests the key that was entered, else the saved one; where the test is good, saves it and how the source is read.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn save_source(
        &self,
        who: &Visitor,
        word: &str,
        key: &SecretString,
        form: &ReadingForm,
    ) -> Result<SourceSaved> {
        let is_new = !key.expose_secret().trim().is_empty();
        let mut errors = form.check(&QuoteManagerSettings::NEW).err().unwrap_or_default();
        if !is_new && !self.is_source_connected(who.tenant, word).await? {
            no_key(&mut errors, self.source_name(word)?);
        }
        if !errors.is_empty() {
            return Ok(SourceSaved::Wrong(errors));
        }
        let tested = if is_new {
            self.save_source_connection(who.tenant, word, Some(who.user), key).await?
        } else {
            SourceConnected::Done(self.test_source(who.tenant, word).await?)
        };
        match tested {
            SourceConnected::Wrong(errors) => return Ok(SourceSaved::Wrong(errors)),
            SourceConnected::Failed(list) => return Ok(SourceSaved::Failed(list)),
            SourceConnected::Done(list) if list.failed().is_some() => return Ok(SourceSaved::Failed(list)),
            SourceConnected::Done(_) => {}
        }
        let sent = Sent { revision: &form.revision, form_id: &form.form_id, note: "" };
        let by = Author::person(who.user);
        let part = self.save_part(who.tenant, word, &by, sent, |base| form.check(base)).await?;
        Ok(SourceSaved::Tested { is_new, part })
    }

    /// Saves what codes mean. Documents that have them are made anew by whoever reads the source.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn save_codes(
        &self,
        tenant: TenantId,
        word: &str,
        by: &Author,
        form: &CodesForm,
    ) -> Result<PartSaved> {
        let sent = Sent { revision: &form.revision, form_id: &form.form_id, note: &form.note };
        let fields = self.code_fields(word)?;
        let saved = self.save_part(tenant, word, by, sent, |base| form.check(base, fields)).await?;
        self.wake_sources(tenant).await?;
        Ok(saved)
    }

    /// Stops reading a source, or goes on with it.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn pause_source(&self, tenant: TenantId, word: &str, by: &Author, paused: bool) -> Result<()> {
        let revision = self.newest_revision(tenant).await?.revision.to_string();
        let sent = Sent { revision: &revision, ..Sent::default() };
        let change = |base: &QuoteManagerSettings| Ok(QuoteManagerSettings { paused, ..base.clone() });
        self.save_part(tenant, word, by, sent, change).await?;
        self.wake_sources(tenant).await
    }

    /// Saves a part of the settings, merged with what others saved since it was made; the same form once only.
    async fn save_part(
        &self,
        tenant: TenantId,
        word: &str,
        by: &Author,
        sent: Sent<'_>,
        change: impl Fn(&QuoteManagerSettings) -> std::result::Result<QuoteManagerSettings, FieldErrors>,
    ) -> Result<PartSaved> {
        let source = self.source(word)?;
        let mut tx = self.db.write().await?;
        db::lock_settings(&mut tx, tenant).await?;
        if !sent.form_id.is_empty()
            && let Some(revision) = db::revision_of_form(&mut tx, tenant, sent.form_id).await?
        {
            return Ok(PartSaved::Done(PartDone { revision, merged: None }));
        }
        let now = view(&mut tx, tenant).await?;
        let made_from = sent.revision.trim().parse().unwrap_or(0);
        let base = db::settings_revision(&mut tx, tenant, made_from).await?.unwrap_or(Revision::FIRST);
        let mut yours = base.settings.clone();
        match change(source.settings(&yours)) {
            Ok(part) => *source.settings_mut(&mut yours) = part,
            Err(errors) => return Ok(PartSaved::Wrong(errors)),
        }
        let merged = merge::merge(&base.settings, &now.settings, &yours);
        if !merged.clashes.is_empty() {
            return Ok(clashing(&*source, now.by, now.revision, merged));
        }
        let draft = Draft {
            by,
            note: sent.note,
            form_id: sent.form_id,
            origin: None,
            merged: (!merged.theirs.is_empty()).then_some(made_from),
            settings: merged.settings,
        };
        match self.save(tx, tenant, &now, &draft).await? {
            Saved::Done { revision, merged, .. } => Ok(PartSaved::Done(PartDone { revision, merged })),
            _ => Err(Error::internal("what was merged already clashes")),
        }
    }
}

fn clashing(source: &dyn Source, by: String, revision: i64, merged: merge::Merged) -> PartSaved {
    let settings = source.settings(&merged.settings).clone();
    PartSaved::Clash(Box::new(PartClashing { by, revision, settings, clashes: merged.clashes }))
}
