//! The background worker, as pages speak of it.

use uuid::Uuid;

use crate::{clock::Millis, db, error::Result, service::Services};

/// A worker that has not reported for this long is not working. It reports every ten seconds.
pub const SILENT_AFTER: Millis = 2 * 60 * 1_000;
/// Processes are forgotten after this long.
const FORGET: Millis = 7 * 24 * 60 * 60 * 1_000;

/// Whether anything is being sent by any worker process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerState {
    /// No worker ever ran.
    Never,
    /// Reported this long ago.
    Active(Millis),
    /// Has not reported for this long: nothing is being sent.
    Silent(Millis),
}

impl WorkerState {
    /// What it means that a worker last reported at `seen`.
    pub(super) fn of(seen: Option<Millis>, now: Millis) -> Self {
        let Some(seen) = seen else { return Self::Never };
        let ago = (now - seen).max(0);
        if ago < SILENT_AFTER { Self::Active(ago) } else { Self::Silent(ago) }
    }
}

impl Services {
    /// Notes that a worker process is running.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report_worker(&self, id: Uuid) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        db::worker_seen(&mut tx, id, now, now - FORGET).await?;
        tx.commit().await
    }

    /// Whether a refresh of lists, a poll or a comparison may be due: one question before the three claims.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn may_have_jobs(&self) -> Result<bool> {
        let mut tx = self.db.read().await?;
        db::may_have_jobs(&mut tx, self.clock.now()).await
    }

    /// Whether a worker is running.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn worker_state(&self) -> Result<WorkerState> {
        let mut tx = self.db.read().await?;
        Ok(WorkerState::of(db::worker_last_seen(&mut tx).await?, self.clock.now()))
    }
}
