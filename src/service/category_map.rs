//! The category map of the Opportunities page: its tools, and its way out to a CSV file and back.

use crate::{
    domain::{
        ids::TenantId,
        settings::{
            category_csv::{self, Import},
            category_tools,
            form::{MapRowForm, SettingsForm},
        },
    },
    error::{Error, Result},
    service::{Services, settings::SettingsView},
};

/// A file that could be read, with what it would change.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What is saved, and the lists.
    pub view: SettingsView,
    /// What the file would change.
    pub import: Import,
}

impl Services {
    /// Applies the tool that was pressed to the form, without saving it. Answers the page, and what the tool did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn map_categories(
        &self,
        tenant: TenantId,
        form: &mut SettingsForm,
    ) -> Result<(SettingsView, String)> {
        let view = self.settings_view(tenant).await?;
        let SettingsForm { category_map, map_tools, .. } = form;
        let outcome = category_tools::apply(category_map, map_tools, view.catalogue());
        Ok((view, outcome))
    }

    /// The saved map as a CSV file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn export_category_map(&self, tenant: TenantId) -> Result<String> {
        let view = self.settings_view(tenant).await?;
        category_csv::write(view.catalogue()).map_err(Error::internal)
    }

    /// What a CSV file would change in the saved map. Nothing is saved.
    ///
    /// # Errors
    /// [`Error::BadRequest`] with a sentence for a file that cannot be read; when the database fails.
    pub async fn import_category_map(&self, tenant: TenantId, file: &[u8]) -> Result<Imported> {
        let view = self.settings_view(tenant).await?;
        let import = category_csv::compare(file, view.catalogue()).map_err(Error::BadRequest)?;
        Ok(Imported { view, import })
    }
}

impl Imported {
    /// Puts what the file says into a form.
    pub fn apply(&self, form: &mut SettingsForm) {
        let rows = self.view.catalogue().rows(&form.category_map);
        let changes = self.import.changes().map(|change| (change.category.as_str(), change.after));
        let changes: std::collections::BTreeMap<_, _> = changes.collect();
        for row in rows {
            if let Some(after) = changes.get(row.category.as_str()) {
                let autotask_category = after.map(|value| value.to_string()).unwrap_or_default();
                let row_form = MapRowForm { category: row.category, autotask_category };
                form.category_map.rows.insert(row.index, row_form);
            }
        }
    }
}
