//! What pushes that are not finished wait for, beside what is written in their own rows.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    db::{self, PushRow, Tx},
    domain::{ids::TenantId, route::Sync},
    error::Result,
    service::{Services, workers::WorkerState},
};

/// What holds a tenant's pushes up, or lets them go on.
#[derive(Clone, Debug)]
pub struct Waits {
    /// The syncs that are on.
    pub on: Vec<Sync>,
    /// Whether anything is being sent at all.
    pub worker: WorkerState,
    /// The place of each push that is due among all that are, from 1.
    pub places: HashMap<Uuid, i64>,
    /// Creates whose outcome nobody told, and that are being looked up.
    pub unknown: i64,
}

impl Waits {
    /// Whether a sync is on.
    pub fn is_on(&self, sync: Sync) -> bool {
        self.on.contains(&sync)
    }
}

impl Services {
    /// What holds these pushes up.
    pub(super) async fn waits(&self, tx: &mut Tx, tenant: TenantId, rows: &[&PushRow]) -> Result<Waits> {
        let now = self.clock.now();
        let is_due = |row: &&&PushRow| row.state == "waiting" && row.run_at <= now;
        let due: Vec<Uuid> = rows.iter().filter(is_due).map(|row| row.id).collect();
        let settings = db::settings(tx, tenant).await?.settings;
        Ok(Waits {
            on: Sync::ALL.into_iter().filter(|sync| sync.is_on(&settings)).collect(),
            worker: WorkerState::of(db::worker_last_seen(tx).await?, now),
            places: db::queue_places(tx, tenant, &due, now).await?.into_iter().collect(),
            unknown: db::unknown_steps_of(tx, tenant, now).await?,
        })
    }
}
