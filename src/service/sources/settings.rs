//! What the page of a source saves, the key aside: revisions of the settings like any other.

use crate::{
    db::{self, Revision},
    domain::{
        author::Author,
        ids::TenantId,
        settings::{
            EVERY_MINUTES, QuoteManagerSettings,
            diff::Change,
            merge::{self, Clash},
        },
        source::Source,
    },
    error::{Error, FieldErrors, Result},
    service::{
        Services,
        settings::{Draft, Saved, view},
    },
};

/// What a person saves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceForm {
    /// The revision that the form was made from.
    pub revision: i64,
    /// Whether it may be saved on that revision alone, instead of being merged with what others saved since.
    pub exactly: bool,
    /// The form's own id: sent twice it is saved once.
    pub form_id: String,
    /// A note for the history.
    pub note: String,
    /// What was chosen.
    pub settings: QuoteManagerSettings,
}

/// What came of a save.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceSaved {
    /// Saved, or there was nothing to save.
    Done {
        /// The revision that counts now; [`crate::service::settings::UNCHANGED`] where there was nothing to save.
        revision: i64,
        /// What changed.
        changes: Vec<Change>,
        /// The revision that the form was made from, where others saved other fields since: both are kept.
        merged: Option<i64>,
    },
    /// Nothing was saved: these fields are wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: others saved since, and it was to be on top of exactly the revision that it was made from.
    Stale,
    /// Nothing was saved: somebody changed the same fields in the meantime.
    Clash {
        /// Who saved the newest revision.
        by: String,
        /// Everything that both want, theirs where they clash, on top of the newest revision.
        form: SourceForm,
        /// The fields to choose about.
        clashes: Vec<Clash>,
    },
}

impl Services {
    /// Saves what a person chose about a source, merged with what others saved since the form was made. Documents that
    /// it makes others of are made again, without a call.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn save_source_settings(
        &self,
        tenant: TenantId,
        word: &str,
        by: &Author,
        form: &SourceForm,
    ) -> Result<SourceSaved> {
        let source = self.source(word)?;
        let errors = wrong(source.as_ref(), &form.settings);
        if !errors.is_empty() {
            return Ok(SourceSaved::Wrong(errors));
        }
        let mut tx = self.db.write().await?;
        db::lock_settings(&mut tx, tenant).await?;
        if !form.form_id.is_empty()
            && let Some(revision) = db::revision_of_form(&mut tx, tenant, &form.form_id).await?
        {
            return Ok(SourceSaved::Done { revision, changes: Vec::new(), merged: None });
        }
        let now = view(&mut tx, tenant).await?;
        if form.exactly && now.revision != form.revision {
            return Ok(SourceSaved::Stale);
        }
        let base = db::settings_revision(&mut tx, tenant, form.revision).await?;
        let base = base.unwrap_or(Revision::FIRST).settings;
        let mut yours = base.clone();
        source.settings_mut(&mut yours).clone_from(&form.settings);
        let merged = merge::merge(&base, &now.settings, &yours);
        if !merged.clashes.is_empty() {
            let settings = source.settings(&merged.settings).clone();
            let form = SourceForm { revision: now.revision, settings, ..form.clone() };
            return Ok(SourceSaved::Clash { by: now.by, form, clashes: merged.clashes });
        }
        let is_merged = !merged.theirs.is_empty();
        let draft = Draft {
            settings: merged.settings,
            by,
            note: &form.note,
            form_id: &form.form_id,
            origin: None,
            merged: is_merged.then_some(form.revision),
        };
        match self.save(tx, tenant, &now, &draft).await? {
            Saved::Done { revision, changes, merged, .. } => {
                Ok(SourceSaved::Done { revision, changes, merged })
            }
            other => Err(Error::internal(format!("a save on top of the newest revision ended in {other:?}"))),
        }
    }

    /// Pauses reading a source, or goes on with it.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn pause_source(&self, tenant: TenantId, word: &str, by: &Author, paused: bool) -> Result<()> {
        let source = self.source(word)?;
        let mut tx = self.db.write().await?;
        db::lock_settings(&mut tx, tenant).await?;
        let now = view(&mut tx, tenant).await?;
        let mut settings = now.settings.clone();
        source.settings_mut(&mut settings).paused = paused;
        let draft = Draft { settings, by, note: "", form_id: "", origin: None, merged: None };
        self.save(tx, tenant, &now, &draft).await.map(drop)
    }
}

fn wrong(source: &dyn Source, settings: &QuoteManagerSettings) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let is_currency =
        |text: &String| text.len() == 3 && text.chars().all(|letter| letter.is_ascii_uppercase());
    if settings.currency.as_ref().is_some_and(|currency| !is_currency(currency)) {
        errors.add("currency", "Enter the currency as three capital letters, such as USD");
    }
    if !EVERY_MINUTES.contains(&settings.every_minutes) {
        errors.add("every_minutes", "Enter a whole number of minutes from 1 to 60");
    }
    for (code, word) in &settings.codes {
        if let Err(sentence) = source.check_code(code, word) {
            errors.add(format!("codes[{code}]"), sentence);
        }
    }
    errors
}
