//! How many of Autotask's calls are used: ours, and everybody's.

use tokio::time;

use super::checklist::Checklist;
use crate::{
    clock::Millis,
    db::{self, CallsRow, ConnectionRow},
    domain::ids::TenantId,
    error::Result,
    service::{Services, limits::Lane},
};

/// Autotask is asked for the hour's calls at most this often: asking is a call too …
const ASK_EVERY: Millis = 5 * 60 * 1_000;
/// … and no page waits longer for the answer.
const ASK_WITHIN: time::Duration = time::Duration::from_secs(2);

/// The calls of this hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApiUse {
    /// Calls that Opportune made.
    pub own: i64,
    /// Calls that Opportune may make.
    pub allowed: i64,
    /// Calls of all integrations and the limit, as Autotask told, and when it did.
    pub all: Option<(i64, i64, Millis)>,
}

impl Services {
    /// The hour's calls. Autotask is asked when it was not for a while and the last test was good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_use(&self, tenant: TenantId) -> Result<ApiUse> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let row = db::connection(&mut tx, tenant).await?;
        let known = db::calls_of_all(&mut tx, tenant).await?;
        drop(tx);
        let is_due = known.calls_read_at.is_none_or(|at| now - at >= ASK_EVERY);
        let is_good = row.as_ref().is_some_and(was_good);
        if is_due && is_good {
            self.read_api_use(tenant, now, ASK_WITHIN).await?;
        }
        let mut tx = self.db.read().await?;
        self.known_api_use(&mut tx, tenant).await
    }

    /// The hour's calls without asking Autotask.
    pub(super) async fn known_api_use(&self, tx: &mut db::Tx, tenant: TenantId) -> Result<ApiUse> {
        let row = db::calls_of_all(tx, tenant).await?;
        let all = match (row.calls_used, row.calls_limit, row.calls_read_at) {
            (Some(used), Some(limit), Some(at)) => Some((used, limit, at)),
            _ => None,
        };
        let own = db::own_calls(tx, tenant, self.clock.now()).await?;
        Ok(ApiUse { own, allowed: self.limits.share_of(row.calls_limit), all })
    }

    pub(super) async fn read_api_use(
        &self,
        tenant: TenantId,
        now: Millis,
        within: time::Duration,
    ) -> Result<()> {
        let Ok(session) = self.session(tenant, Lane::Interactive).await? else { return Ok(()) };
        let answer = time::timeout(within, session.threshold()).await.ok().and_then(std::result::Result::ok);
        let used = answer.map(|answer| answer.current_timeframe_request_count);
        let limit = answer.map(|answer| answer.external_request_threshold);
        let mut tx = self.db.write().await?;
        db::count_calls(&mut tx, tenant, 1, now).await?;
        db::set_calls_of_all(&mut tx, tenant, counted(used, limit, now)).await?;
        tx.commit().await
    }
}

/// Whether the zone is known and the last test, if there was one, did not fail: bad credentials are not tried by
/// themselves.
fn was_good(row: &ConnectionRow) -> bool {
    let last = row.checklist.as_deref().and_then(|text| serde_json::from_str::<Checklist>(text).ok());
    row.zone_url.is_some() && last.is_none_or(|last| last.failed().is_none())
}

/// What Autotask counted, as it is kept.
pub(super) fn counted(calls_used: Option<i64>, calls_limit: Option<i64>, now: Millis) -> CallsRow {
    CallsRow { calls_used, calls_limit, calls_read_at: Some(now) }
}
