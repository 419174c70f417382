//! Forms that came in after their session had ended, kept for a short while.

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::ids::{ParkedFormId, TenantId, UserId},
    error::Result,
};

/// A form to be kept.
#[derive(Clone, Copy, Debug)]
pub struct ParkedForm<'a> {
    /// Its id.
    pub id: ParkedFormId,
    /// Whose session had ended.
    pub user: UserId,
    /// Their tenant.
    pub tenant: TenantId,
    /// What was typed, sealed.
    pub form_sealed: &'a str,
}

/// Keeps a form, and of the same person's forms only the newest `most`.
///
/// # Errors
/// When the database fails.
pub async fn park_form(tx: &mut WriteTx, form: &ParkedForm<'_>, most: i64, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO parked_form (id, tenant_id, user_id, form_sealed, created_at) VALUES ($1, $2, $3, $4, $5)",
        );
        let query = query.bind(form.id.0).bind(form.tenant.0).bind(form.user.0);
        query.bind(form.form_sealed).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM parked_form WHERE user_id = $1 AND id NOT IN \
             (SELECT id FROM parked_form WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)",
        );
        query.bind(form.user.0).bind(most).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// What a person typed, still sealed, if it was parked after `since`.
///
/// # Errors
/// When the database fails.
pub async fn parked_form(
    tx: &mut Tx,
    user: UserId,
    id: ParkedFormId,
    since: Millis,
) -> Result<Option<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT form_sealed FROM parked_form WHERE id = $1 AND user_id = $2 AND created_at > $3",
        );
        query.bind(id.0).bind(user.0).bind(since).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Forgets a person's form.
///
/// # Errors
/// When the database fails.
pub async fn forget_parked_form(tx: &mut WriteTx, user: UserId, id: ParkedFormId) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM parked_form WHERE id = $1 AND user_id = $2");
        query.bind(id.0).bind(user.0).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Whether a form was parked at `before` or earlier: what [`forget_parked_forms`] would delete.
///
/// # Errors
/// When the database fails.
pub async fn has_old_parked_forms(tx: &mut Tx, before: Millis) -> Result<bool> {
    let found: i64 = on!(tx, |c| {
        let query = sqlx::query_scalar("SELECT COUNT(*) FROM parked_form WHERE created_at <= $1");
        query.bind(before).fetch_one(c).await
    })
    .map_err(fault)?;
    Ok(found > 0)
}

/// Forgets every form that was parked at `before` or earlier.
///
/// # Errors
/// When the database fails.
pub async fn forget_parked_forms(tx: &mut WriteTx, before: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM parked_form WHERE created_at <= $1");
        query.bind(before).execute(c).await.map(drop)
    })
    .map_err(fault)
}
