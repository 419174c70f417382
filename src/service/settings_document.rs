//! The settings as REST gives and takes them: whole, on top of a revision that the sender names.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    clock::Millis,
    domain::{
        author::Author,
        ids::TenantId,
        settings::{
            document,
            form::{Against, SettingsForm},
            keys,
            page::Page,
        },
    },
    error::{Error, Result},
    service::{
        Services,
        settings::{Saved, SettingsView},
    },
};

/// The settings of a page with everything that REST tells of them.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsDocument {
    /// The newest revision's number; 0 before anything was saved.
    pub revision: i64,
    /// Whether the sync is on.
    pub enabled: bool,
    /// The sections as JSON; none until they were saved for the first time.
    pub sections: Option<Value>,
    /// The names of the ids in the sections, by path.
    pub labels: BTreeMap<String, String>,
    /// When it was saved; none before anything was.
    pub saved_at: Option<Millis>,
    /// What whoever saved it is called; none before anything was.
    pub saved_by: Option<String>,
}

impl SettingsDocument {
    fn new(view: SettingsView, page: Page) -> Result<Self> {
        let SettingsView { settings, lists, .. } = &view;
        let sections = document::write(settings, page).map_err(Error::internal)?;
        let labels = document::labels(settings, page, lists);
        let is_saved = view.revision > 0;
        Ok(Self {
            revision: view.revision,
            enabled: if page == Page::Tickets { settings.tickets.enabled } else { settings.enabled },
            labels: if sections.is_some() { labels } else { BTreeMap::new() },
            sections,
            saved_at: is_saved.then_some(view.saved_at),
            saved_by: is_saved.then_some(view.by),
        })
    }
}

/// The revisions that a change may be made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whichever is the newest.
    Any,
    /// One of these.
    These(Vec<i64>),
}

impl Expected {
    /// Reads the header If-Match: `*`, or entity tags in quotation marks. A weak one and one that is not ours match
    /// nothing. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let mut revisions = Vec::new();
        for tag in text.split(',').map(str::trim) {
            let (is_weak, tag) = tag.strip_prefix("W/").map_or((false, tag), |tag| (true, tag));
            let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
            revisions.extend(tag.parse::<i64>().ok().filter(|_| !is_weak));
        }
        Some(Self::These(revisions))
    }

    fn includes(&self, revision: i64) -> bool {
        match self {
            Self::Any => true,
            Self::These(revisions) => revisions.contains(&revision),
        }
    }
}

/// What came of a change: the settings as they are now.
#[derive(Clone, Debug, PartialEq)]
pub enum Put {
    /// They are what was sent.
    Done(Box<SettingsDocument>),
    /// Nothing was saved: they are at another revision than was expected.
    Stale(Box<SettingsDocument>),
}

impl Services {
    /// The settings of a page as they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings_document(&self, tenant: TenantId, page: Page) -> Result<SettingsDocument> {
        SettingsDocument::new(self.settings_view(tenant).await?, page)
    }

    /// Puts the sections of a page in the place of those that are saved. What is the same already makes no revision.
    ///
    /// # Errors
    /// Every field that is wrong, by its path; or the database fails.
    pub async fn put_sections(
        &self,
        tenant: TenantId,
        page: Page,
        by: &Author,
        expected: &Expected,
        body: &Value,
    ) -> Result<Put> {
        let view = self.settings_view(tenant).await?;
        if !expected.includes(view.revision) {
            return Ok(Put::Stale(Box::new(SettingsDocument::new(view, page)?)));
        }
        let form = read(body, page, &view)?;
        let saved = self.save_settings_at(tenant, by, view.revision, &form).await?;
        let now = Box::new(self.settings_document(tenant, page).await?);
        match saved {
            Saved::Done { .. } => Ok(Put::Done(now)),
            Saved::Wrong(errors) => Err(Error::Fields(keys::by_category(&errors, &form))),
            _ => Ok(Put::Stale(now)),
        }
    }

    /// Turns the sync of a page on or off. The switch alone cannot undo what others saved, so it needs no expectation; where one
    /// is given, it is looked at before.
    ///
    /// # Errors
    /// What is wrong with the body; or the database fails.
    pub async fn put_enabled(
        &self,
        tenant: TenantId,
        page: Page,
        by: &Author,
        expected: &Expected,
        body: &Value,
    ) -> Result<Put> {
        let now = self.settings_document(tenant, page).await?;
        if !expected.includes(now.revision) {
            return Ok(Put::Stale(Box::new(now)));
        }
        let enabled = document::read_switch(body)?;
        if page == Page::Tickets {
            self.set_tickets_enabled(tenant, by, enabled).await?;
        } else {
            self.set_enabled(tenant, by, enabled).await?;
        }
        Ok(Put::Done(Box::new(self.settings_document(tenant, page).await?)))
    }
}

/// The form that a body stands for, when nothing is wrong with it.
fn read(body: &Value, page: Page, view: &SettingsView) -> Result<SettingsForm> {
    let saved = &view.settings;
    let against = Against { lists: &view.lists, brands: &view.brands, categories: &view.categories, saved };
    let (form, found) = document::read(body, page);
    keys::check(&form, &against, found)?;
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etags_name_revisions() {
        let these = |revisions: &[i64]| Some(Expected::These(revisions.to_vec()));
        for (text, expected) in [
            ("*", Some(Expected::Any)),
            ("\"7\"", these(&[7])),
            (" \"7\" , \"8\"", these(&[7, 8])),
            ("W/\"7\"", these(&[])),
            ("\"another-server\"", these(&[])),
            ("7", None),
            ("\"7", None),
            ("", None),
        ] {
            assert_eq!(Expected::parse(text), expected, "{text:?}");
        }
    }
}
