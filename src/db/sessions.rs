//! Sessions of people who signed in, by the hash of their token.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, UserRow, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::ids::{TenantId, UserId},
    error::Result,
};

/// A session that is not over, with what every page shows of its person.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    /// Who signed in.
    pub user_id: Uuid,
    /// Their tenant.
    pub tenant_id: Uuid,
    /// The person's name.
    pub user_name: String,
    /// The person's e-mail address.
    pub email: String,
    /// The name of their role.
    pub role: String,
    /// The name of their theme.
    pub theme: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// When the session was last used.
    pub seen_at: i64,
    /// When it is over in any case.
    pub expires_at: i64,
}

/// One of a person's own sessions.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OwnSessionRow {
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// Where it was begun from; empty where nobody noted it.
    pub address: String,
    /// When it was begun.
    pub created_at: i64,
    /// When it was last used.
    pub seen_at: i64,
}

/// Begins a session under the hash of its token; `address` is where the person signed in from.
///
/// # Errors
/// When the database fails.
pub async fn add_session(
    tx: &mut WriteTx,
    hash: &[u8],
    user: &UserRow,
    address: &str,
    now: Millis,
    expires_at: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO session (token_hash, user_id, tenant_id, address, created_at, seen_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $5, $6)",
        );
        let query = query.bind(hash).bind(user.id).bind(user.tenant_id).bind(address);
        query.bind(now).bind(expires_at).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The session with that token hash if it was used after `idle_since` and is not over at `now`.
///
/// # Errors
/// When the database fails.
pub async fn find_session(
    tx: &mut Tx,
    hash: &[u8],
    now: Millis,
    idle_since: Millis,
) -> Result<Option<SessionRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT s.user_id, s.tenant_id, s.seen_at, s.expires_at, u.name AS user_name, u.email, u.role, u.theme, \
             t.name AS tenant_name FROM session s \
             JOIN user_account u ON u.id = s.user_id JOIN tenant t ON t.id = s.tenant_id \
             WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3",
        );
        query.bind(hash).bind(now).bind(idle_since).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Whose the session with that token hash is or was, over or not; `None` once it is forgotten.
///
/// # Errors
/// When the database fails.
pub async fn session_owner(tx: &mut Tx, hash: &[u8]) -> Result<Option<(UserId, TenantId)>> {
    let found: Option<(Uuid, Uuid)> = on!(tx, |c| {
        let query = sqlx::query_as("SELECT user_id, tenant_id FROM session WHERE token_hash = $1");
        query.bind(hash).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(found.map(|(user, tenant)| (UserId(user), TenantId(tenant))))
}

/// A person's sessions that were used after `idle_since` and are not over at `now`, the last used first.
///
/// # Errors
/// When the database fails.
pub async fn sessions_of(
    tx: &mut Tx,
    user: UserId,
    now: Millis,
    idle_since: Millis,
) -> Result<Vec<OwnSessionRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT token_hash, address, created_at, seen_at FROM session \
             WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, created_at DESC",
        );
        query.bind(user.0).bind(now).bind(idle_since).fetch_all(c).await
    })
    .map_err(fault)
}

/// Notes that a session was used.
///
/// # Errors
/// When the database fails.
pub async fn touch_session(tx: &mut WriteTx, hash: &[u8], now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE session SET seen_at = $2 WHERE token_hash = $1");
        query.bind(hash).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Ends a session and forgets it, and every session that was over at `before`.
///
/// # Errors
/// When the database fails.
pub async fn end_session(tx: &mut WriteTx, hash: &[u8], before: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM session WHERE token_hash = $1 OR expires_at <= $2");
        query.bind(hash).bind(before).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Ends and forgets all sessions of a person but the one with that token hash.
///
/// # Errors
/// When the database fails.
pub async fn end_other_sessions(tx: &mut WriteTx, user: UserId, hash: &[u8]) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM session WHERE user_id = $1 AND token_hash <> $2");
        query.bind(user.0).bind(hash).execute(c).await.map(drop)
    })
    .map_err(fault)
}
