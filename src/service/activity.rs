//! Activity: what was sent, what waits and why.

use std::collections::BTreeMap;

pub use crate::db::{AttemptRow, PushFilter, PushRow, StateCount, StepRow, StopRow, StoredDocument};
use crate::{
    db,
    domain::{
        hold::Hold,
        ids::{DocumentId, PushId, TenantId},
    },
    error::{Error, Result},
    service::{
        Services,
        api_use::ApiUse,
        limits::standstill::{Standstill, standstill},
        waits::Waits,
        written::{self, Written},
    },
};

/// Pushes on one page.
pub const PAGE: i64 = 50;

/// One page of pushes.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Newest first.
    pub rows: Vec<PushRow>,
    /// How many there are in each state.
    pub counts: Vec<StateCount>,
    /// What holds pushes, by cause, most first.
    pub causes: Vec<(Hold, usize)>,
    /// What holds them up, or lets them go on.
    pub waits: Waits,
    /// Where older ones begin, if there are any.
    pub older: Option<PushId>,
    /// Why nothing is sent, if that is so.
    pub standstill: Option<Standstill>,
    /// The hour's calls, as far as they are known.
    pub calls: ApiUse,
    /// Where people open Autotask; ends with a slash.
    pub web_url: Option<String>,
}

/// One push with all that was done for it.
#[derive(Clone, Debug)]
pub struct PushDetail {
    /// The push.
    pub push: PushRow,
    /// What holds it up, or lets it go on.
    pub waits: Waits,
    /// The request that brought its document's newest state in, where it came by REST.
    pub request_id: Option<String>,
    /// Its document.
    pub document: StoredDocument,
    /// The steps that were begun.
    pub steps: Vec<StepRow>,
    /// What those that are done wrote, value by value.
    pub written: Vec<Written>,
    /// The requests that were made, newest first.
    pub attempts: Vec<AttemptRow>,
    /// Who took its document out of the sync, and why.
    pub stopped: Option<StopRow>,
    /// Where people open Autotask; ends with a slash.
    pub web_url: Option<String>,
}

const NO_PUSH: &str = "There is no push of that id.";

impl Services {
    /// Pushes of a tenant that fit the filter, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn activity(
        &self,
        tenant: TenantId,
        filter: &PushFilter<'_>,
        before: Option<PushId>,
    ) -> Result<Activity> {
        let mut tx = self.db.read().await?;
        let mut rows = db::pushes(&mut tx, tenant, filter, before, PAGE + 1).await?;
        let has_older = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        if has_older {
            rows.pop();
        }
        let older = rows.last().filter(|_| has_older).map(|row| PushId(row.id));
        let mut causes: BTreeMap<String, (Hold, usize)> = BTreeMap::new();
        for held in db::held_causes(&mut tx, tenant).await? {
            if let Ok(hold) = serde_json::from_str::<Hold>(&held.reason) {
                let count = usize::try_from(held.count).unwrap_or_default();
                causes.entry(hold.cause()).or_insert((hold, 0)).1 += count;
            }
        }
        let mut causes: Vec<_> = causes.into_values().collect();
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let counts = db::push_counts(&mut tx, tenant).await?;
        let web_url = db::connection(&mut tx, tenant).await?.and_then(|row| row.web_url);
        let standstill = standstill(&mut tx, tenant, self.clock.now()).await?;
        if let Some(standstill) = &standstill {
            for row in &mut rows {
                standstill.tell(row);
            }
        }
        let waits = self.waits(&mut tx, tenant, &rows.iter().collect::<Vec<_>>()).await?;
        let calls = self.known_api_use(&mut tx, tenant).await?;
        Ok(Activity { rows, counts, causes, waits, older, standstill, calls, web_url })
    }

    /// One push.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn push(&self, tenant: TenantId, id: PushId) -> Result<PushDetail> {
        let mut tx = self.db.read().await?;
        let mut push = db::push(&mut tx, tenant, id).await?.ok_or(Error::NotFound(NO_PUSH))?;
        if let Some(standstill) = standstill(&mut tx, tenant, self.clock.now()).await? {
            standstill.tell(&mut push);
        }
        let document = db::document(&mut tx, tenant, DocumentId(push.document_id)).await?;
        let document = document.ok_or(Error::NotFound(NO_PUSH))?;
        let steps = db::steps(&mut tx, tenant, id).await?;
        Ok(PushDetail {
            waits: self.waits(&mut tx, tenant, &[&push]).await?,
            request_id: db::request_of(&mut tx, tenant, id).await?,
            written: written::of(&mut tx, tenant, &document.document, &steps).await?,
            document,
            steps,
            attempts: db::attempts(&mut tx, tenant, id).await?,
            stopped: db::stop_of(&mut tx, tenant, DocumentId(push.document_id)).await?,
            web_url: db::connection(&mut tx, tenant).await?.and_then(|row| row.web_url),
            push,
        })
    }

    /// Sends a held or failed push again, from the step at which it stopped, with the newest settings.
    ///
    /// # Errors
    /// When there is none of that id, or it is not one that waits for a person.
    pub async fn retry(&self, tenant: TenantId, id: PushId) -> Result<()> {
        let mut tx = self.db.write().await?;
        let push = db::push(&mut tx, tenant, id).await?.ok_or(Error::NotFound(NO_PUSH))?;
        if !matches!(push.state.as_str(), "held" | "failed") {
            let sentence = format!("Only a held or failed push can be retried. This one is {}.", push.state);
            return Err(Error::Conflict(sentence));
        }
        db::wake_push(&mut tx, tenant, id, None, self.clock.now()).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }
}

/// How the sync is doing, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Pushes that need a person.
    pub held: i64,
    /// Pushes that wait or are under way.
    pub waiting: i64,
    /// When the last one was sent.
    pub last_sent: Option<i64>,
    /// Since when the one waits that waits longest.
    pub oldest_waiting: Option<i64>,
}

impl Summary {
    /// Adds the counts by state up.
    pub fn of(counts: &[StateCount]) -> Self {
        let mut summary = Self::default();
        for row in counts {
            match row.state.as_str() {
                "held" | "failed" => summary.held += row.count,
                "waiting" | "sending" => {
                    summary.waiting += row.count;
                    let oldest = summary.oldest_waiting.map_or(row.oldest, |oldest| oldest.min(row.oldest));
                    summary.oldest_waiting = Some(oldest);
                }
                "sent" => summary.last_sent = Some(row.newest),
                _ => {}
            }
        }
        summary
    }
}

impl Services {
    /// How the sync is doing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn summary(&self, tenant: TenantId) -> Result<Summary> {
        let mut tx = self.db.read().await?;
        Ok(Summary::of(&db::push_counts(&mut tx, tenant).await?))
    }
}
