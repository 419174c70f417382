//! Tenants, the people who sign in, API tokens, and failed sign-ins.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        ids::{TenantId, UserId},
        person::{Role, Theme},
    },
    error::Result,
};

/// A person who signs in.
#[derive(Clone, Debug, FromRow)]
pub struct UserRow {
    /// The person's id.
    pub id: Uuid,
    /// The tenant that the person works for.
    pub tenant_id: Uuid,
    /// E-mail address in lower case.
    pub email: String,
    /// Full name.
    pub name: String,
    /// The password's hash (Argon2id, PHC string).
    pub password_hash: String,
}

/// Failed sign-ins of one account or address.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct FailureRow {
    /// How many since the last success.
    pub failures: i64,
    /// No try is looked at before.
    pub blocked_until: i64,
    /// When the last one was.
    pub failed_at: i64,
}

/// Adds a tenant.
///
/// # Errors
/// When the database fails.
pub async fn add_tenant(tx: &mut WriteTx, id: TenantId, name: &str, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3)");
        query.bind(id.0).bind(name).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The tenant of that name, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn find_tenant(tx: &mut Tx, name: &str) -> Result<Option<TenantId>> {
    let found: Option<Uuid> = on!(tx, |c| {
        sqlx::query_scalar("SELECT id FROM tenant WHERE name = $1").bind(name).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(found.map(TenantId))
}

/// Every tenant with its name, by name.
///
/// # Errors
/// When the database fails.
pub async fn tenants(tx: &mut Tx) -> Result<Vec<(TenantId, String)>> {
    let rows: Vec<(Uuid, String)> =
        on!(tx, |c| sqlx::query_as("SELECT id, name FROM tenant ORDER BY name").fetch_all(c).await)
            .map_err(fault)?;
    Ok(rows.into_iter().map(|(id, name)| (TenantId(id), name)).collect())
}

/// Adds a person, or sets name and password of the one with that e-mail address.
///
/// # Errors
/// When the database fails, or the address belongs to another tenant.
pub async fn put_user(tx: &mut WriteTx, user: &UserRow, now: Millis) -> Result<bool> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO user_account (id, tenant_id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (email) DO UPDATE SET name = excluded.name, password_hash = excluded.password_hash \
             WHERE user_account.tenant_id = excluded.tenant_id",
        );
        let query = query.bind(user.id).bind(user.tenant_id).bind(&user.email).bind(&user.name);
        query.bind(&user.password_hash).bind(now).execute(c).await.map(|done| done.rows_affected())
    });
    Ok(rows.map_err(fault)? == 1)
}

/// The person with that e-mail address (in lower case).
///
/// # Errors
/// When the database fails.
pub async fn find_user(tx: &mut Tx, email: &str) -> Result<Option<UserRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, tenant_id, email, name, password_hash FROM user_account WHERE email = $1",
        );
        query.bind(email).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Adds an API token under its hash.
///
/// # Errors
/// When the database fails.
pub async fn add_token(
    tx: &mut WriteTx,
    id: Uuid,
    tenant: TenantId,
    name: &str,
    hash: &[u8],
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO api_token (id, tenant_id, name, token_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        );
        query.bind(id).bind(tenant.0).bind(name).bind(hash).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The tenant whose API token has that hash, and the token's name.
///
/// # Errors
/// When the database fails.
pub async fn find_token(tx: &mut Tx, hash: &[u8]) -> Result<Option<(TenantId, String)>> {
    let found: Option<(Uuid, String)> = on!(tx, |c| {
        sqlx::query_as("SELECT tenant_id, name FROM api_token WHERE token_hash = $1")
            .bind(hash)
            .fetch_optional(c)
            .await
    })
    .map_err(fault)?;
    Ok(found.map(|(tenant, name)| (TenantId(tenant), name)))
}

/// Failed sign-ins of one account or address; none is zero.
///
/// # Errors
/// When the database fails.
pub async fn sign_in_failures(tx: &mut Tx, subject: &str) -> Result<FailureRow> {
    let found: Option<FailureRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT failures, blocked_until, failed_at FROM sign_in_failure WHERE subject = $1",
        );
        query.bind(subject).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(found.unwrap_or_default())
}

/// Notes how often an account or address failed.
///
/// # Errors
/// When the database fails.
pub async fn put_sign_in_failures(tx: &mut WriteTx, subject: &str, row: FailureRow) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO sign_in_failure (subject, failures, blocked_until, failed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, blocked_until = excluded.blocked_until, \
             failed_at = excluded.failed_at",
        );
        query.bind(subject).bind(row.failures).bind(row.blocked_until).bind(row.failed_at).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Forgets the failures of an account or address, and all that are older than `before`.
///
/// # Errors
/// When the database fails.
pub async fn clear_sign_in_failures(tx: &mut WriteTx, subject: &str, before: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM sign_in_failure WHERE subject = $1 OR failed_at < $2");
        query.bind(subject).bind(before).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The name of whoever that id belongs to.
///
/// # Errors
/// When the database fails.
pub async fn user_name(tx: &mut Tx, user: UserId) -> Result<Option<String>> {
    on!(tx, |c| {
        sqlx::query_scalar("SELECT name FROM user_account WHERE id = $1").bind(user.0).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Gives a person a role.
///
/// # Errors
/// When the database fails.
pub async fn set_role(tx: &mut WriteTx, user: UserId, role: Role) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE user_account SET role = $2 WHERE id = $1");
        query.bind(user.0).bind(role.name()).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// A tenant's administrators with their names, by name.
///
/// # Errors
/// When the database fails.
pub async fn administrators(tx: &mut Tx, tenant: TenantId) -> Result<Vec<(UserId, String)>> {
    let rows: Vec<(Uuid, String)> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, name FROM user_account WHERE tenant_id = $1 AND role = $2 ORDER BY name, id",
        );
        query.bind(tenant.0).bind(Role::Administrator.name()).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(|(id, name)| (UserId(id), name)).collect())
}

/// Gives a person another password, by its hash.
///
/// # Errors
/// When the database fails.
pub async fn set_password(tx: &mut WriteTx, user: UserId, password_hash: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE user_account SET password_hash = $2 WHERE id = $1");
        query.bind(user.0).bind(password_hash).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Keeps how a person wants their pages to look.
///
/// # Errors
/// When the database fails.
pub async fn set_theme(tx: &mut WriteTx, user: UserId, theme: Theme) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE user_account SET theme = $2 WHERE id = $1");
        query.bind(user.0).bind(theme.name()).execute(c).await.map(drop)
    })
    .map_err(fault)
}
