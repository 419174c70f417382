//! Settings: every revision that was saved, and which is the newest.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, json, on, parse, turns::due};
use crate::{
    clock::Millis,
    domain::{
        author::{Author, Via},
        ids::{TenantId, UserId},
        route::{self, Class, Route, Sync},
        settings::{Origin, Settings},
    },
    error::{Error, Result},
};

/// A revision of the settings; 0 is what a tenant starts with, before anything was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Counts up from 1 with each save.
    pub revision: i64,
    /// What was saved.
    pub settings: Settings,
    /// Who saved it.
    pub by: Author,
    /// The person's name, where a person saved it.
    pub name: Option<String>,
    /// The note for the history.
    pub note: Option<String>,
    /// What it goes back to.
    pub origin: Option<Origin>,
    /// When it was saved.
    pub created_at: Millis,
}

impl Revision {
    /// What a tenant starts with.
    pub const FIRST: Self = Self {
        revision: 0,
        settings: Settings::NEW,
        by: Author::SYSTEM,
        name: None,
        note: None,
        origin: None,
        created_at: 0,
    };

    /// What whoever saved it is called.
    pub fn who(&self) -> String {
        self.by.called(self.name.as_deref())
    }
}

/// One save.
#[derive(Clone, Debug)]
pub struct NewRevision<'a> {
    /// What is saved.
    pub settings: &'a Settings,
    /// Who saves it.
    pub by: &'a Author,
    /// A note for the history.
    pub note: Option<&'a str>,
    /// The form that it came from.
    pub form_id: Option<&'a str>,
    /// What it goes back to.
    pub origin: Option<Origin>,
}

#[derive(FromRow)]
pub(super) struct RevisionRow {
    revision: i64,
    document: String,
    saved_by: Option<Uuid>,
    via: String,
    token: Option<String>,
    name: Option<String>,
    note: Option<String>,
    origin: Option<String>,
    created_at: i64,
}

impl RevisionRow {
    pub(super) fn read(self) -> Result<Revision> {
        let unknown = || Error::internal(format!("a revision came through {:?}", self.via));
        let via = Via::from_name(&self.via).ok_or_else(unknown)?;
        Ok(Revision {
            revision: self.revision,
            settings: parse(&self.document)?,
            by: Author { user: self.saved_by.map(UserId), token: self.token, via },
            name: self.name,
            note: self.note,
            origin: self.origin.and_then(|origin| origin.parse().ok()),
            created_at: self.created_at,
        })
    }
}

/// The newest revision.
///
/// # Errors
/// When the database fails.
pub async fn settings(tx: &mut Tx, tenant: TenantId) -> Result<Revision> {
    let row: Option<RevisionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT r.revision, r.document, r.saved_by, r.via, r.token, u.name, r.note, r.origin, r.created_at FROM settings_revision r \
             JOIN settings_current s ON s.tenant_id = r.tenant_id AND s.revision = r.revision \
             LEFT JOIN user_account u ON u.id = r.saved_by WHERE r.tenant_id = $1",
        );
        query.bind(tenant.0).fetch_optional(c).await
    })
    .map_err(fault)?;
    row.map_or(Ok(Revision::FIRST), RevisionRow::read)
}

/// One revision by its number.
///
/// # Errors
/// When the database fails.
pub async fn settings_revision(tx: &mut Tx, tenant: TenantId, revision: i64) -> Result<Option<Revision>> {
    let row: Option<RevisionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT r.revision, r.document, r.saved_by, r.via, r.token, u.name, r.note, r.origin, r.created_at FROM settings_revision r \
             LEFT JOIN user_account u ON u.id = r.saved_by WHERE r.tenant_id = $1 AND r.revision = $2",
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

/// Whether a sync of a tenant is on.
///
/// # Errors
/// When the database fails.
pub async fn is_enabled(tx: &mut Tx, tenant: TenantId, sync: Sync) -> Result<bool> {
    let enabled: Option<bool> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT CASE WHEN $2 THEN tickets_enabled ELSE enabled END FROM settings_current WHERE tenant_id = $1",
        );
        query.bind(tenant.0).bind(sync == Sync::Tickets).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(enabled.unwrap_or(false))
}

/// Keeps everybody else from saving this tenant's settings until the transaction ends, so that what is read after it
/// is still the newest when it is saved upon.
///
/// # Errors
/// When the database fails.
pub async fn lock_settings(tx: &mut WriteTx, tenant: TenantId) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO settings_current (tenant_id, revision, enabled, tickets_enabled) VALUES ($1, 0, $2, $2) \
             ON CONFLICT (tenant_id) DO UPDATE SET revision = settings_current.revision",
        );
        query.bind(tenant.0).bind(false).execute(c).await.map(drop)
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
    let quoted = route::of_class(Class::QuotedSale, new.settings);
    let moved = on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO settings_current (tenant_id, revision, enabled, tickets_enabled, quoted_as_tickets) VALUES ($1, $2, $3, $5, $6) \
             ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, enabled = excluded.enabled, \
             tickets_enabled = excluded.tickets_enabled, quoted_as_tickets = excluded.quoted_as_tickets \
             WHERE settings_current.revision = $4",
        );
        let query = query.bind(tenant.0).bind(base + 1).bind(new.settings.enabled).bind(base);
        let query = query.bind(new.settings.tickets.enabled).bind(quoted == Route::By(Sync::Tickets));
        query.execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)?;
    if moved == 0 {
        return Ok(false);
    }
    due(tx, tenant, now).await?;
    let document = json(new.settings)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO settings_revision (tenant_id, revision, document, saved_by, via, token, note, form_id, origin, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        );
        let query = query.bind(tenant.0).bind(base + 1).bind(&document);
        let query = query.bind(new.by.user.map(|user| user.0)).bind(new.by.via.name()).bind(&new.by.token);
        let query = query.bind(new.note).bind(new.form_id).bind(new.origin.map(|origin| origin.to_string()));
        query.bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    Ok(true)
}
