//! What stands between the settings and Autotask: the connection, the age of the lists, the calls that are left, and
//! whether another tool sends too.

use super::{checklist::Checklist, second_sender::SecondSender};
use crate::{
    clock::Millis,
    db::{self, ConnectionRow},
    domain::ids::TenantId,
    error::Result,
    service::Services,
};

/// Calls are those of an hour: what Autotask told longer ago says nothing.
const HOUR: Millis = 3_600_000;

/// How Autotask can be reached, as far as it is known without asking it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether there is a connection.
    pub connected: bool,
    /// What the last test found wrong, and what to do about it.
    pub failure: Option<(String, String)>,
    /// When lists were last refreshed to the end.
    pub refreshed_at: Option<Millis>,
    /// Whether a refresh waits or runs.
    pub is_refreshing: bool,
    /// Calls that all integrations used in the last hour, and the limit, as Autotask told within the hour.
    pub calls: Option<(i64, i64)>,
    /// Whether another tool creates opportunities for the same quotes.
    pub second_sender: SecondSender,
}

impl Services {
    /// How Autotask can be reached.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&self, tenant: TenantId) -> Result<Standing> {
        let second_sender = self.second_sender(tenant).await?;
        let mut tx = self.db.read().await?;
        let connection = db::connection(&mut tx, tenant).await?;
        let newest = db::newest_refresh(&mut tx, tenant, false).await?;
        let done = db::newest_refresh(&mut tx, tenant, true).await?;
        let calls = db::calls_of_all(&mut tx, tenant).await?;
        let is_new = calls.calls_read_at.is_some_and(|at| self.clock.now() - at < HOUR);
        Ok(Standing {
            connected: connection.is_some(),
            failure: connection.as_ref().and_then(failure),
            refreshed_at: done.and_then(|refresh| refresh.finished_at),
            is_refreshing: newest
                .is_some_and(|refresh| matches!(refresh.state.as_str(), "waiting" | "running")),
            calls: calls.calls_used.zip(calls.calls_limit).filter(|_| is_new),
            second_sender,
        })
    }
}

fn failure(row: &ConnectionRow) -> Option<(String, String)> {
    let checklist: Checklist = serde_json::from_str(row.checklist.as_deref()?).ok()?;
    checklist.failed().map(|line| (line.sentence.clone(), line.fix.clone()))
}
