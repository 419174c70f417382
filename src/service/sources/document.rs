//! How a source is read, as REST gives and takes it: whole, on top of a revision that the sender names.

use serde_json::Value;

use super::{SourceForm, SourceSaved};
use crate::{
    clock::Millis,
    domain::{
        author::Author,
        ids::TenantId,
        settings::{QuoteManagerSettings, source_document},
    },
    error::{Error, Result},
    service::{Services, settings_document::Expected},
};

/// How a source is read, with what REST tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceDocument {
    /// The newest revision's number; 0 before anything was saved.
    pub revision: i64,
    /// The source's part of the settings.
    pub settings: QuoteManagerSettings,
    /// When it was saved; none before anything was.
    pub saved_at: Option<Millis>,
    /// What whoever saved it is called; none before anything was.
    pub saved_by: Option<String>,
}

/// What came of a change: the settings as they are now.
#[derive(Clone, Debug, PartialEq)]
pub enum SourcePut {
    /// They are what was sent.
    Done(Box<SourceDocument>),
    /// Nothing was saved: they are at another revision than was expected.
    Stale(Box<SourceDocument>),
}

impl Services {
    /// How a source is read.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn source_document(&self, tenant: TenantId, word: &str) -> Result<SourceDocument> {
        let source = self.source(word)?;
        let newest = self.newest_revision(tenant).await?;
        let is_saved = newest.revision > 0;
        Ok(SourceDocument {
            revision: newest.revision,
            settings: source.settings(&newest.settings).clone(),
            saved_at: is_saved.then_some(newest.created_at),
            saved_by: is_saved.then(|| newest.who()),
        })
    }

    /// Puts a source's part in the place of the one that is saved. What is the same already makes no revision.
    ///
    /// # Errors
    /// Every field that is wrong, by its path; there is no such source; or the database fails.
    pub async fn put_source_document(
        &self,
        tenant: TenantId,
        word: &str,
        by: &Author,
        expected: &Expected,
        body: &Value,
    ) -> Result<SourcePut> {
        let now = self.source_document(tenant, word).await?;
        if !expected.includes(now.revision) {
            return Ok(SourcePut::Stale(Box::new(now)));
        }
        let (settings, note) = source_document::read(body)?;
        let form =
            SourceForm { revision: now.revision, exactly: true, note, settings, ..SourceForm::default() };
        let saved = self.save_source_settings(tenant, word, by, &form).await?;
        let now = Box::new(self.source_document(tenant, word).await?);
        match saved {
            SourceSaved::Done { .. } => {
                self.wake_sources(tenant).await?;
                Ok(SourcePut::Done(now))
            }
            SourceSaved::Wrong(errors) => Err(Error::Fields(errors)),
            SourceSaved::Stale | SourceSaved::Clash { .. } => Ok(SourcePut::Stale(now)),
        }
    }
}
