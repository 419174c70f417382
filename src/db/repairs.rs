//! Repairs: what comparing with Autotask found, what holds pushes, and what a person put away.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::ids::{DocumentId, TenantId},
    error::Result,
};

/// What was found about one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFinding {
    /// Its id, the same whenever the same is found.
    pub id: Uuid,
    /// 2 where it needs a person, 3 where it is there to be seen.
    pub rank: i64,
    /// What the object is ([`crate::domain::plan::Target::name`]).
    pub target: &'static str,
    /// Its Autotask id.
    pub autotask_id: i64,
    /// The document that it belongs to.
    pub document: Option<DocumentId>,
    /// What was found, as JSON.
    pub details: String,
}

/// A finding, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FindingRow {
    /// Its id.
    pub id: Uuid,
    /// 2 where it needs a person, 3 where it is there to be seen.
    pub rank: i64,
    /// What the object is.
    pub target: String,
    /// Its Autotask id.
    pub autotask_id: i64,
    /// What was found, as JSON.
    pub details: String,
    /// When it was found first.
    pub since: i64,
    /// When it was found last.
    pub seen_at: i64,
    /// `quote` or `sale`, where it belongs to a document.
    pub kind: Option<String>,
    /// The document's number.
    pub number: Option<String>,
    /// The document's newest push.
    pub push_id: Option<Uuid>,
}

/// Pushes that are held for one reason.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct HeldRow {
    /// The reason: a hold as JSON, or a sentence.
    pub reason: String,
    /// How many there are.
    pub count: i64,
    /// The oldest of them was enqueued then.
    pub since: i64,
    /// The newest of them was enqueued then.
    pub newest: i64,
    /// The oldest of them.
    pub push_id: Uuid,
}

/// A place in the list of findings, which goes by rank, since when, and id.
pub type Place = (i64, Millis, Uuid);

/// The round of a finding that no comparison found, and that none takes away.
pub const OF_NO_ROUND: i64 = i64::MAX;

/// What is listed of a finding.
macro_rules! finding_rows {
    () => {
        "SELECT f.id, f.rank, f.target, f.autotask_id, f.details, f.since, f.seen_at, d.kind, d.number, \
         (SELECT p.id FROM push p WHERE p.document_id = f.document_id ORDER BY p.id DESC LIMIT 1) AS push_id \
         FROM finding f LEFT JOIN document d ON d.id = f.document_id "
    };
}

/// A finding is shown while its object is linked and its document takes part. One whose push is held is told with
/// what holds it, unless it is of no round ([`OF_NO_ROUND`]): it has nothing to do with what holds the push.
macro_rules! is_shown {
    () => {
        "EXISTS (SELECT 1 FROM link l WHERE l.tenant_id = f.tenant_id AND l.target = f.target AND l.autotask_id = f.autotask_id) \
         AND NOT EXISTS (SELECT 1 FROM stopped_document s WHERE s.document_id = f.document_id) \
         AND (f.round = 9223372036854775807 \
         OR NOT EXISTS (SELECT 1 FROM push h WHERE h.document_id = f.document_id AND h.state IN ('held', 'failed'))) \
         AND NOT EXISTS (SELECT 1 FROM repair_ignored i WHERE i.tenant_id = f.tenant_id AND i.id = f.id AND i.state = f.details)"
    };
}

/// Notes a finding. One that was there keeps since when.
///
/// # Errors
/// When the database fails.
pub async fn put_finding(
    tx: &mut WriteTx,
    tenant: TenantId,
    new: &NewFinding,
    round: i64,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO finding (tenant_id, id, rank, target, autotask_id, document_id, details, round, since, seen_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (tenant_id, id) DO UPDATE SET rank = excluded.rank, \
             document_id = excluded.document_id, details = excluded.details, round = excluded.round, seen_at = excluded.seen_at",
        );
        let query = query.bind(tenant.0).bind(new.id).bind(new.rank).bind(new.target).bind(new.autotask_id);
        let query = query.bind(new.document.map(|document| document.0)).bind(&new.details).bind(round);
        query.bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Takes away what a whole round did not find any more, and what a person had put away of it.
///
/// # Errors
/// When the database fails.
pub async fn remove_findings_before(tx: &mut WriteTx, tenant: TenantId, round: i64) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM finding WHERE tenant_id = $1 AND round < $2");
        query.bind(tenant.0).bind(round).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "DELETE FROM repair_ignored WHERE tenant_id = $1 AND subject = '' \
             AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.tenant_id = $1 AND f.id = repair_ignored.id)",
        );
        query.bind(tenant.0).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Takes a finding away that is none any more.
///
/// # Errors
/// When the database fails.
pub async fn remove_finding(tx: &mut WriteTx, tenant: TenantId, id: Uuid) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM finding WHERE tenant_id = $1 AND id = $2");
        query.bind(tenant.0).bind(id).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Lets the findings about one kind of object stand that a round could not look at.
///
/// # Errors
/// When the database fails.
pub async fn keep_findings(tx: &mut WriteTx, tenant: TenantId, target: &str, round: i64) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE finding SET round = $3 WHERE tenant_id = $1 AND target = $2");
        query.bind(tenant.0).bind(target).bind(round).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Findings that are shown, after a place, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn findings(tx: &mut Tx, tenant: TenantId, after: Place, limit: i64) -> Result<Vec<FindingRow>> {
    let sql = concat!(
        finding_rows!(),
        "WHERE f.tenant_id = $1 AND (f.rank, f.since, f.id) > ($2, $3, $4) AND ",
        is_shown!(),
        " ORDER BY f.rank, f.since, f.id LIMIT $5"
    );
    let (rank, since, id) = after;
    on!(tx, |c| {
        let query = sqlx::query_as(sql).bind(tenant.0).bind(rank).bind(since).bind(id).bind(limit);
        query.fetch_all(c).await
    })
    .map_err(fault)
}

/// A finding, shown or not.
///
/// # Errors
/// When the database fails.
pub async fn finding(tx: &mut Tx, tenant: TenantId, id: Uuid) -> Result<Option<FindingRow>> {
    let sql = concat!(finding_rows!(), "WHERE f.tenant_id = $1 AND f.id = $2");
    on!(tx, |c| sqlx::query_as(sql).bind(tenant.0).bind(id).fetch_optional(c).await).map_err(fault)
}

/// What holds pushes of a tenant, most first.
///
/// # Errors
/// When the database fails.
pub async fn held_causes(tx: &mut Tx, tenant: TenantId) -> Result<Vec<HeldRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT h.reason, h.count, h.since, h.newest, (SELECT p.id FROM push p WHERE p.tenant_id = $1 AND p.state IN ('held', 'failed') \
             AND COALESCE(p.reason, '') = h.reason ORDER BY p.id LIMIT 1) AS push_id FROM (SELECT COALESCE(reason, '') AS reason, \
             COUNT(*) AS count, MIN(created_at) AS since, MAX(created_at) AS newest FROM push \
             WHERE tenant_id = $1 AND state IN ('held', 'failed') GROUP BY COALESCE(reason, '')) h ORDER BY h.count DESC, h.reason",
        );
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// Puts a repair away while its state is this one. `subject` is a held push's reason, and empty for a finding.
///
/// # Errors
/// When the database fails.
pub async fn ignore_repair(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    subject: &str,
    state: &str,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO repair_ignored (tenant_id, id, subject, state, ignored_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, id) DO UPDATE SET state = excluded.state, ignored_at = excluded.ignored_at",
        );
        query.bind(tenant.0).bind(id).bind(subject).bind(state).bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Repairs that are no findings and were put away, with the state in which they were.
///
/// # Errors
/// When the database fails.
pub async fn ignored_repairs(tx: &mut Tx, tenant: TenantId) -> Result<Vec<(Uuid, String)>> {
    on!(tx, |c| {
        let query =
            sqlx::query_as("SELECT id, state FROM repair_ignored WHERE tenant_id = $1 AND subject <> ''");
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// How many findings and causes of held pushes need a person.
///
/// # Errors
/// When the database fails.
pub async fn repair_count(tx: &mut Tx, tenant: TenantId) -> Result<i64> {
    let sql = concat!(
        "SELECT (SELECT COUNT(*) FROM finding f WHERE f.tenant_id = $1 AND f.rank = 2 AND ",
        is_shown!(),
        ") + (SELECT COUNT(*) FROM (SELECT COALESCE(reason, '') AS reason, MAX(created_at) AS newest FROM push \
         WHERE tenant_id = $1 AND state IN ('held', 'failed') GROUP BY COALESCE(reason, '')) h \
         WHERE NOT EXISTS (SELECT 1 FROM repair_ignored i WHERE i.tenant_id = $1 AND i.subject = h.reason \
         AND i.state = CAST(h.newest AS TEXT)))"
    );
    on!(tx, |c| sqlx::query_scalar(sql).bind(tenant.0).fetch_one(c).await).map_err(fault)
}
