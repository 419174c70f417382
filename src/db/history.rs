//! History: the saves of the settings, and what else people should know happened.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Tx, WriteTx, fault, on,
    settings::{Revision, RevisionRow},
};
use crate::{
    clock::Millis,
    domain::{
        author::{Author, Via},
        ids::{TenantId, UserId},
        list_changes::Entry,
    },
    error::Result,
};

/// An entry of the history, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct HistoryRow {
    /// Its id.
    pub id: Uuid,
    /// Who did it; `None` where it came from Autotask.
    pub user_id: Option<Uuid>,
    /// `list` for a change of a list.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What happened, as a sentence without a full stop.
    pub sentence: String,
    /// The same as JSON.
    pub details: String,
    /// When it was noticed.
    pub created_at: i64,
}

/// Adds an entry. `id` must sort after those of earlier entries.
///
/// # Errors
/// When the database fails.
pub async fn add_history(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    user: Option<UserId>,
    kind: &str,
    entry: &Entry,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO history_entry (id, tenant_id, user_id, kind, subject, sentence, details, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        );
        let query = query.bind(id).bind(tenant.0).bind(user.map(|user| user.0)).bind(kind).bind(entry.subject);
        query.bind(&entry.sentence).bind(entry.details.to_string()).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The newest entries of a kind, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn history(tx: &mut Tx, tenant: TenantId, kind: &str, limit: i64) -> Result<Vec<HistoryRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT id, user_id, kind, subject, sentence, details, created_at FROM history_entry \
             WHERE tenant_id = $1 AND kind = $2 ORDER BY id DESC LIMIT $3",
        );
        query.bind(tenant.0).bind(kind).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// A place between two rows of a list, and the side of it that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond<T> {
    /// What is before it, newest first.
    Older(T),
    /// What begins with it, oldest first.
    Newer(T),
}

/// Which revisions are wanted: those for which everything that is said here is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisionFilter {
    /// Saved by this person.
    pub user: Option<UserId>,
    /// Saved with the token of this name.
    pub token: Option<String>,
    /// Saved through this.
    pub via: Option<Via>,
    /// Saved at this time or later.
    pub from: Millis,
    /// Saved before this time.
    pub until: Option<Millis>,
}

macro_rules! revisions {
    ($side:literal, $order:literal) => {
        concat!(
            "SELECT r.revision, r.document, r.saved_by, r.via, r.token, u.name, r.note, r.origin, r.created_at FROM settings_revision r \
             LEFT JOIN user_account u ON u.id = r.saved_by WHERE r.tenant_id = $1 AND r.revision ",
            $side,
            " $2 AND r.created_at >= $3 AND r.created_at < $4 AND ($5 IS NULL OR r.saved_by = $5) \
             AND ($6 IS NULL OR r.token = $6) AND ($7 IS NULL OR r.via = $7) ORDER BY r.revision ",
            $order,
            " LIMIT $8"
        )
    };
}

macro_rules! entries {
    ($side:literal, $order:literal) => {
        concat!(
            "SELECT id, user_id, kind, subject, sentence, details, created_at FROM history_entry \
             WHERE tenant_id = $1 AND ($2 = '' OR kind = $2) AND id ",
            $side,
            " $3 AND created_at >= $4 AND created_at < $5 ORDER BY id ",
            $order,
            " LIMIT $6"
        )
    };
}

/// The revisions on one side of a number, nearest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn revisions(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &RevisionFilter,
    place: Beyond<i64>,
    limit: i64,
) -> Result<Vec<Revision>> {
    let (sql, place) = match place {
        Beyond::Older(place) => (revisions!("<", "DESC"), place),
        Beyond::Newer(place) => (revisions!(">=", "ASC"), place),
    };
    let until = filter.until.unwrap_or(Millis::MAX);
    let rows: Vec<RevisionRow> = on!(tx, |c| {
        let query = sqlx::query_as(sql).bind(tenant.0).bind(place).bind(filter.from).bind(until);
        let query = query.bind(filter.user.map(|user| user.0)).bind(&filter.token);
        query.bind(filter.via.map(Via::name)).bind(limit).fetch_all(c).await
    })
    .map_err(fault)?;
    rows.into_iter().map(RevisionRow::read).collect()
}

/// The entries of a kind (empty for every kind) on one side of an id, nearest first, from a time on and before another, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn history_beyond(
    tx: &mut Tx,
    tenant: TenantId,
    kind: &str,
    place: Beyond<Uuid>,
    times: (Millis, Millis),
    limit: i64,
) -> Result<Vec<HistoryRow>> {
    let (sql, place) = match place {
        Beyond::Older(place) => (entries!("<", "DESC"), place),
        Beyond::Newer(place) => (entries!(">=", "ASC"), place),
    };
    on!(tx, |c| {
        let query = sqlx::query_as(sql).bind(tenant.0).bind(kind).bind(place).bind(times.0).bind(times.1);
        query.bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

#[derive(FromRow)]
struct AuthorRow {
    saved_by: Option<Uuid>,
    name: Option<String>,
    token: Option<String>,
    via: String,
}

/// Everybody who saved settings, with the name of each person, by name.
///
/// # Errors
/// When the database fails.
pub async fn authors(tx: &mut Tx, tenant: TenantId) -> Result<Vec<(Author, Option<String>)>> {
    let rows: Vec<AuthorRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT DISTINCT r.saved_by, u.name, r.token, r.via FROM settings_revision r \
             LEFT JOIN user_account u ON u.id = r.saved_by WHERE r.tenant_id = $1 ORDER BY u.name, r.token, r.via, r.saved_by",
        );
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)?;
    let author = |row: AuthorRow| {
        let via = Via::from_name(&row.via).unwrap_or(Via::System);
        (Author { user: row.saved_by.map(UserId), token: row.token, via }, row.name)
    };
    Ok(rows.into_iter().map(author).collect())
}
