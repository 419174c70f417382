//! Settings: every revision that was saved, and which is the newest.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, json, on, parse};
use crate::{
    clock::Millis,
    domain::{
        ids::{TenantId, UserId},
        settings::OpportunitySettings,
    },
    error::Result,
};

/// A revision of the settings; 0 is what a tenant starts with, before anything was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Counts up from 1 with each save.
    pub revision: i64,
    /// What was saved.
    pub settings: OpportunitySettings,
    /// Who saved it; `None` for the program itself.
    pub saved_by: Option<UserId>,
}

/// One save.
#[derive(Clone, Debug)]
pub struct NewRevision<'a> {
    /// What is saved.
    pub settings: &'a OpportunitySettings,
    /// Who saves it.
    pub saved_by: Option<UserId>,
    /// A note for the history.
    pub note: Option<&'a str>,
    /// The form that it came from.
    pub form_id: Option<&'a str>,
}

#[derive(FromRow)]
struct RevisionRow {
    revision: i64,
    document: String,
    saved_by: Option<Uuid>,
}

impl RevisionRow {
    fn read(self) -> Result<Revision> {
        let settings = parse(&self.document)?;
        Ok(Revision { revision: self.revision, settings, saved_by: self.saved_by.map(UserId) })
    }
}

/// The newest revision.
///
/// # Errors
/// When the database fails.
pub async fn settings(tx: &mut Tx, tenant: TenantId) -> Result<Revision> {
    let row: Option<RevisionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT r.revision, r.document, r.saved_by FROM settings_revision r JOIN settings_current s \
             ON s.tenant_id = r.tenant_id AND s.revision = r.revision WHERE r.tenant_id = $1",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    let first = Revision { revision: 0, settings: OpportunitySettings::NEW, saved_by: None };
    row.map_or(Ok(first), RevisionRow::read)
}

/// One revision by its number.
///
/// # Errors
/// When the database fails.
pub async fn settings_revision(tx: &mut Tx, tenant: TenantId, revision: i64) -> Result<Option<Revision>> {
    let row: Option<RevisionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT revision, document, saved_by FROM settings_revision WHERE tenant_id = $1 AND revision = $2",
        );
        query.bind(tenant.0).bind(revision).fetch_optional(c).await
    })
    .map_err(fault)?;
    row.map(RevisionRow::read).transpose()
}

/// The revision that a form was saved as, if it was.
///
/// # Errors
/// When the database fails.
pub async fn revision_of_form(tx: &mut Tx, tenant: TenantId, form_id: &str) -> Result<Option<i64>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT revision FROM settings_revision WHERE tenant_id = $1 AND form_id = $2",
        );
        query.bind(tenant.0).bind(form_id).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Saves a revision on top of `base`; `false` when `base` is no longer the newest.
///
/// # Errors
/// When the database fails.
pub async fn save_settings(
    tx: &mut WriteTx,
    tenant: TenantId,
    base: i64,
    new: &NewRevision<'_>,
    now: Millis,
) -> Result<bool> {
    let moved = on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO settings_current (tenant_id, revision, enabled) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO UPDATE SET \
             revision = excluded.revision, enabled = excluded.enabled WHERE settings_current.revision = $4",
        );
        let query = query.bind(tenant.0).bind(base + 1).bind(new.settings.enabled).bind(base);
        query.execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)?;
    if moved == 0 {
        return Ok(false);
    }
    let document = json(new.settings)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO settings_revision (tenant_id, revision, document, saved_by, note, form_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let query = query.bind(tenant.0).bind(base + 1).bind(&document).bind(new.saved_by.map(|user| user.0));
        query.bind(new.note).bind(new.form_id).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    Ok(true)
}
