//! The settings as a TOML file: writing it, and saying what it would change. Saving that is the same as saving a form.

use crate::{
    domain::{
        ids::TenantId,
        settings::{
            diff::{self, Change},
            file::{self, Ids, Problem, Source},
            form::{Against, SettingsForm},
        },
    },
    error::Result,
    service::Services,
};

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub enum FileRead {
    /// It can be saved.
    Fits {
        /// The form to save, made from the newest revision.
        form: Box<SettingsForm>,
        /// The newest revision: what the changes are told from.
        revision: i64,
        /// What it would change; nothing where everything is so already.
        changes: Vec<Change>,
    },
    /// It cannot be saved.
    Wrong(Vec<Problem>),
}

impl Services {
    /// The settings as a TOML file, which says the tenant's name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings_file(&self, tenant: TenantId, name: &str, ids: Ids) -> Result<String> {
        let view = self.settings_view(tenant).await?;
        let source = Source {
            tenant: name,
            revision: view.revision,
            settings: &view.settings,
            lists: &view.lists,
            categories: &view.categories,
        };
        Ok(file::write(&source, ids))
    }

    /// What a TOML file would change. Nothing is saved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read_settings_file(&self, tenant: TenantId, text: &str) -> Result<FileRead> {
        let view = self.settings_view(tenant).await?;
        let saved = &view.settings;
        let against =
            Against { lists: &view.lists, brands: &view.brands, categories: &view.categories, saved };
        let (form, parts) = match file::read(text, &against, &self.all_code_fields()) {
            Ok(read) => read,
            Err(problems) => return Ok(FileRead::Wrong(problems)),
        };
        let after = parts.onto(view.settings.clone());
        let changes = diff::changes(&view.settings, &after, &view.lists);
        let form = SettingsForm { revision: view.revision.to_string(), ..form };
        Ok(FileRead::Fits { form: Box::new(form), revision: view.revision, changes })
    }
}
