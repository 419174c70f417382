//! What the page of a source posts: its key with how it is read, and what its codes mean.

use secrecy::{ExposeSecret, SecretString};

use super::{SourceChecklist, SourceConnected, SourceForm, SourceSaved, connection::wrong};
use crate::{
    db::{self, Revision},
    domain::{
        author::Author,
        ids::TenantId,
        settings::{
            QuoteManagerSettings,
            source_forms::{CodesForm, ReadingForm},
        },
        source::codes::CodeField,
    },
    error::{FieldErrors, Result},
    service::{Services, accounts::Visitor},
};

/// What came of saving a source's key together with how it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum KeySaved {
    /// The test was good.
    Tested {
        /// Whether there was a new key to save.
        is_new: bool,
        /// What came of saving how it is read.
        saved: SourceSaved,
    },
    /// Nothing was saved: these fields are wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: the test failed.
    Failed(SourceChecklist),
}

impl Services {
    /// The words of all sources.
    pub fn source_words(&self) -> Vec<&'static str> {
        self.sources.iter().map(|source| source.facts().word).collect()
    }

    /// What a source is called.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn source_name(&self, word: &str) -> Result<&'static str> {
        Ok(self.source(word)?.facts().name)
    }

    /// The fields of a source whose numbers have a meaning.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn code_fields(&self, word: &str) -> Result<&'static [CodeField]> {
        Ok(self.source(word)?.facts().codes)
    }

    /// The fields of all sources whose numbers have a meaning.
    pub fn all_code_fields(&self) -> Vec<CodeField> {
        self.sources.iter().flat_map(|source| source.facts().codes).copied().collect()
    }

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
    ) -> Result<KeySaved> {
        let tenant = who.tenant;
        let is_new = !key.expose_secret().trim().is_empty();
        let mut errors = form.check(&QuoteManagerSettings::NEW).err().unwrap_or_default();
        if !is_new && !self.is_source_connected(tenant, word).await? {
            let of_key = wrong(&SecretString::default(), self.source_name(word)?);
            errors.add_all(of_key.unwrap_or_default());
        }
        if !errors.is_empty() {
            return Ok(KeySaved::Wrong(errors));
        }
        let tested = if is_new {
            self.save_source_connection(tenant, word, Some(who.user), key).await?
        } else {
            SourceConnected::Done(self.test_source(tenant, word).await?)
        };
        match tested {
            SourceConnected::Wrong(errors) => Ok(KeySaved::Wrong(errors)),
            SourceConnected::Failed(list) => Ok(KeySaved::Failed(list)),
            SourceConnected::Done(list) if list.failed().is_some() => Ok(KeySaved::Failed(list)),
            SourceConnected::Done(_) => {
                let by = Author::person(who.user);
                let saved = self.save_reading(tenant, word, &by, form).await?;
                Ok(KeySaved::Tested { is_new, saved })
            }
        }
    }

    async fn save_reading(
        &self,
        tenant: TenantId,
        word: &str,
        by: &Author,
        form: &ReadingForm,
    ) -> Result<SourceSaved> {
        let revision = made_from(&form.revision);
        let settings = match form.check(&self.source_settings_at(tenant, word, revision).await?) {
            Ok(settings) => settings,
            Err(errors) => return Ok(SourceSaved::Wrong(errors)),
        };
        let form_id = form.form_id.clone();
        let form = SourceForm { revision, form_id, settings, ..SourceForm::default() };
        self.save_source_settings(tenant, word, by, &form).await
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
    ) -> Result<SourceSaved> {
        let revision = made_from(&form.revision);
        let base = self.source_settings_at(tenant, word, revision).await?;
        let settings = match form.check(&base, self.code_fields(word)?) {
            Ok(settings) => settings,
            Err(errors) => return Ok(SourceSaved::Wrong(errors)),
        };
        let (form_id, note) = (form.form_id.clone(), form.note.clone());
        let form = SourceForm { revision, form_id, note, settings, exactly: false };
        let saved = self.save_source_settings(tenant, word, by, &form).await?;
        self.wake_sources(tenant).await?;
        Ok(saved)
    }

    /// A source's part of the settings as it was at a revision.
    async fn source_settings_at(
        &self,
        tenant: TenantId,
        word: &str,
        revision: i64,
    ) -> Result<QuoteManagerSettings> {
        let source = self.source(word)?;
        let mut tx = self.db.read().await?;
        let of = db::settings_revision(&mut tx, tenant, revision).await?.unwrap_or(Revision::FIRST);
        Ok(source.settings(&of.settings).clone())
    }

    async fn is_source_connected(&self, tenant: TenantId, word: &str) -> Result<bool> {
        let row = self.source_connection(tenant, word).await?;
        Ok(row.is_some_and(|row| row.disconnected_at.is_none()))
    }
}

/// The number of the revision that a form was made from; 0 where it does not say.
fn made_from(text: &str) -> i64 {
    text.trim().parse().unwrap_or(0)
}
