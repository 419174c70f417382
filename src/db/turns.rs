//! Turns: which tenant's push is claimed next.
//!
//! A tenant has one row, whose `due_at` says from when on a claim may find something. Tenants go by it, and a claim sets
//! it to now or later, so that they take turns. It may be too early, never too late: everything that makes a push due
//! calls [`due`], before it touches the push, so that nobody can wait for each other.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Lease, Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{ids::TenantId, route::Sync},
    error::Result,
};

/// A push that has been due for less than this goes before those that have been due for longer, so that what is sent
/// now does not wait for a backlog …
const FRESH: Millis = 15 * 60_000;
/// … but for every so manieth claim, so that the backlog gets done too.
const BACKLOG_EVERY: i64 = 4;
/// Turns that one transaction looks at: it keeps those tenants' pushes from being made due meanwhile.
const TURNS: usize = 100;
/// No push of a tenant is due.
const NEVER: Millis = Millis::MAX;

/// Why a tenant's pushes wait although they are due.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Pause {
    /// Until when.
    pub paused_until: i64,
    /// Why.
    pub pause_reason: Option<String>,
}

#[derive(FromRow)]
struct Turn {
    enabled: bool,
    tickets_enabled: bool,
    paused_until: i64,
    open_until: i64,
    is_careful: bool,
    under_way: i64,
    leased_until: i64,
}

/// Makes a tenant's turn come at `at`, unless it comes earlier.
pub(super) async fn due(tx: &mut WriteTx, tenant: TenantId, at: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO push_turn (tenant_id, due_at) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET \
             due_at = CASE WHEN push_turn.due_at > excluded.due_at THEN excluded.due_at ELSE push_turn.due_at END",
        );
        query.bind(tenant.0).bind(at).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Makes it the turn of every tenant that has pushes under way.
pub(super) async fn all_under_way_due(tx: &mut WriteTx, now: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE push_turn SET due_at = $1 WHERE due_at > $1 AND tenant_id IN (SELECT tenant_id FROM push WHERE state = 'sending')",
        );
        query.bind(now).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Lets a tenant's pushes wait until `until`, and says why.
///
/// # Errors
/// When the database fails.
pub async fn pause_pushes(
    tx: &mut WriteTx,
    tenant: TenantId,
    until: Millis,
    reason: Option<&str>,
) -> Result<()> {
    due(tx, tenant, until).await?;
    on!(tx, |c| {
        let query =
            sqlx::query("UPDATE push_turn SET paused_until = $2, pause_reason = $3 WHERE tenant_id = $1");
        query.bind(tenant.0).bind(until).bind(reason).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Why a tenant's pushes wait at `now` although they are due.
///
/// # Errors
/// When the database fails.
pub async fn pause(tx: &mut Tx, tenant: TenantId, now: Millis) -> Result<Option<Pause>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT paused_until, pause_reason FROM push_turn WHERE tenant_id = $1 AND paused_until > $2",
        );
        query.bind(tenant.0).bind(now).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Claims a push that is due and whose sync is on, of the tenant whose turn it is: whom nothing keeps waiting, and that
/// has fewer than `per_tenant` under way, or none after Autotask was in trouble. Of its pushes, one whose lease ran out goes
/// first, then fresh ones, then those that have been due for long, then earlier quotes that were chosen to be sent;
/// within each, the one that has been due longest.
///
/// `None` may also mean that it was many tenants' turn and none of the first had anything: then it is
/// [`whose_turn`] still.
///
/// # Errors
/// When the database fails.
pub async fn claim_push(
    tx: &mut WriteTx,
    now: Millis,
    lease_until: Millis,
    per_tenant: i64,
) -> Result<Option<Lease>> {
    for _ in 0..TURNS {
        let Some(tenant) = whose_turn(tx, now).await? else { break };
        let Some(served) = serve(tx, tenant, now).await? else { continue };
        let turn = turn(tx, tenant, now).await?;
        let most = if turn.is_careful { 1 } else { per_tenant };
        let not_before = turn.not_before(now, most);
        if not_before > now {
            come_back(tx, tenant, not_before).await?;
            continue;
        }
        let syncs = turn.syncs();
        let lease = claim_of(tx, tenant, now, lease_until, served, syncs).await?;
        let next_at = if turn.under_way + 1 >= most && lease.is_some() {
            turn.leased_until.min(lease_until)
        } else {
            next_due(tx, tenant, syncs).await?.max(now)
        };
        come_back(tx, tenant, next_at).await?;
        if lease.is_some() {
            return Ok(lease);
        }
    }
    Ok(None)
}

impl Turn {
    fn not_before(&self, now: Millis, most: i64) -> Millis {
        let place = if self.under_way < most { now } else { self.leased_until };
        let on = if self.enabled || self.tickets_enabled { now } else { NEVER };
        place.max(on).max(self.paused_until).max(self.open_until)
    }

    /// The names of the syncs that are on; nothing in the place of one that is off, which no push has.
    fn syncs(&self) -> [&'static str; 2] {
        let name = |on, sync: Sync| if on { sync.name() } else { "" };
        [name(self.enabled, Sync::Opportunities), name(self.tickets_enabled, Sync::Tickets)]
    }
}

/// The tenant whose turn it is.
///
/// # Errors
/// When the database fails.
pub async fn whose_turn(tx: &mut Tx, now: Millis) -> Result<Option<TenantId>> {
    let tenant: Option<Uuid> = on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT tenant_id FROM push_turn WHERE due_at <= $1 ORDER BY due_at, served, tenant_id LIMIT 1",
        );
        query.bind(now).fetch_optional(c).await
    })
    .map_err(fault)?;
    Ok(tenant.map(TenantId))
}

/// Counts the claim, and with that keeps everybody else from claiming of this tenant until the transaction ends; `None`
/// when its turn was over by then.
async fn serve(tx: &mut WriteTx, tenant: TenantId, now: Millis) -> Result<Option<i64>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "UPDATE push_turn SET served = served + 1 WHERE tenant_id = $1 AND due_at <= $2 RETURNING served",
        );
        query.bind(tenant.0).bind(now).fetch_optional(c).await
    })
    .map_err(fault)
}

async fn come_back(tx: &mut WriteTx, tenant: TenantId, at: Millis) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE push_turn SET due_at = $2 WHERE tenant_id = $1");
        query.bind(tenant.0).bind(at).execute(c).await.map(drop)
    })
    .map_err(fault)
}

async fn turn(tx: &mut WriteTx, tenant: TenantId, now: Millis) -> Result<Turn> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT COALESCE(s.enabled, $4) AS enabled, COALESCE(s.tickets_enabled, $4) AS tickets_enabled, t.paused_until, COALESCE(b.open_until, 0) AS open_until, \
             COALESCE(b.trips > 0 OR b.slow_until > $2, $4) AS is_careful, \
             (SELECT COUNT(*) FROM push p WHERE p.tenant_id = $1 AND p.state = 'sending' AND p.lease_until > $2) AS under_way, \
             COALESCE((SELECT MIN(p.lease_until) FROM push p WHERE p.tenant_id = $1 AND p.state = 'sending' AND p.lease_until > $2), $3) \
             AS leased_until FROM push_turn t LEFT JOIN settings_current s ON s.tenant_id = t.tenant_id \
             LEFT JOIN breaker b ON b.tenant_id = t.tenant_id WHERE t.tenant_id = $1",
        );
        query.bind(tenant.0).bind(now).bind(NEVER).bind(false).fetch_one(c).await
    })
    .map_err(fault)
}

/// One push that waits, of one sync, within a time; each is one step into the index.
macro_rules! waiting {
    ($place:literal, $sync:literal, $is_backlog:literal, $times:literal) => {
        concat!(
            "SELECT * FROM (SELECT id, ",
            $place,
            " AS place, run_at FROM push WHERE tenant_id = $3 AND state = 'waiting' AND sync = ",
            $sync,
            " AND is_backlog = ",
            $is_backlog,
            " AND ",
            $times,
            " ORDER BY run_at, id LIMIT 1) AS one "
        )
    };
}

const CLAIM: &str = concat!(
    "UPDATE push SET state = 'sending', lease_token = lease_token + 1, lease_until = $2, updated_at = $1, \
     crashes = crashes + CASE WHEN state = 'sending' THEN 1 ELSE 0 END WHERE id = (SELECT id FROM ( \
     SELECT * FROM (SELECT id, 0 AS place, lease_until AS run_at FROM push WHERE tenant_id = $3 AND state = 'sending' \
       AND lease_until <= $1 AND sync IN ($8, $9) ORDER BY lease_until, id LIMIT 1) AS lost UNION ALL ",
    waiting!("CAST($4 AS BIGINT)", "$8", "$6", "run_at <= $1 AND run_at > $5"),
    "UNION ALL ",
    waiting!("CAST($4 AS BIGINT)", "$9", "$6", "run_at <= $1 AND run_at > $5"),
    "UNION ALL ",
    waiting!("2", "$8", "$6", "run_at <= $5"),
    "UNION ALL ",
    waiting!("2", "$9", "$6", "run_at <= $5"),
    "UNION ALL ",
    waiting!("3", "$8", "$7", "run_at <= $1"),
    "UNION ALL ",
    waiting!("3", "$9", "$7", "run_at <= $1"),
    ") AS candidates ORDER BY place, run_at, id LIMIT 1) AND (state = 'waiting' OR lease_until <= $1) \
     RETURNING id, tenant_id, document_id, sync, lease_token, lease_until, tries, crashes"
);

/// The tenant's next push, leased. Whoever else changes a push from or to waiting holds the tenant's turn.
async fn claim_of(
    tx: &mut WriteTx,
    tenant: TenantId,
    now: Millis,
    lease_until: Millis,
    served: i64,
    [first, second]: [&str; 2],
) -> Result<Option<Lease>> {
    let fresh_is: i64 = if served % BACKLOG_EVERY == 0 { 4 } else { 1 };
    on!(tx, |c| {
        let query = sqlx::query_as(CLAIM).bind(now).bind(lease_until).bind(tenant.0).bind(fresh_is);
        let query = query.bind(now - FRESH).bind(false).bind(true);
        query.bind(first).bind(second).fetch_optional(c).await
    })
    .map_err(fault)
}

/// When something of a tenant's falls due whose sync is on, in the past where it has.
async fn next_due(tx: &mut WriteTx, tenant: TenantId, [first, second]: [&str; 2]) -> Result<Millis> {
    on!(tx, |c| {
        let query = sqlx::query_scalar(
            "SELECT COALESCE(MIN(at), $2) FROM ( \
             SELECT MIN(lease_until) AS at FROM push WHERE tenant_id = $1 AND state = 'sending' AND sync IN ($5, $6) UNION ALL \
             SELECT MIN(run_at) FROM push WHERE tenant_id = $1 AND state = 'waiting' AND sync = $5 AND is_backlog = $3 UNION ALL \
             SELECT MIN(run_at) FROM push WHERE tenant_id = $1 AND state = 'waiting' AND sync = $5 AND is_backlog = $4 UNION ALL \
             SELECT MIN(run_at) FROM push WHERE tenant_id = $1 AND state = 'waiting' AND sync = $6 AND is_backlog = $3 UNION ALL \
             SELECT MIN(run_at) FROM push WHERE tenant_id = $1 AND state = 'waiting' AND sync = $6 AND is_backlog = $4) AS times",
        );
        let query = query.bind(tenant.0).bind(NEVER).bind(false).bind(true);
        query.bind(first).bind(second).fetch_one(c).await
    })
    .map_err(fault)
}
