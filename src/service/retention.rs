//! How long what pushes leave behind is kept (reliability R20).

use crate::{
    clock::Millis,
    db::{self, WriteTx},
    error::Result,
    service::Services,
};

const DAY: Millis = 24 * 60 * 60 * 1_000;
/// What was sent and answered by a call that succeeded …
const BODIES: Millis = 14 * DAY;
/// … and by one that failed.
const FAILED_BODIES: Millis = 30 * DAY;
/// That a push ran and which calls it made: 13 months.
const PUSHES: Millis = 397 * DAY;
/// Rows that one transaction changes.
const AT_ONCE: i64 = 1_000;

impl Services {
    /// Forgets a part of what was kept long enough, in transactions of at most a thousand rows; `true` when there may
    /// be more. Settings' revisions, the history, intents and links are never forgotten.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_old(&self) -> Result<bool> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let bodies = db::forget_bodies(&mut tx, now - BODIES, now - FAILED_BODIES, AT_ONCE).await?;
        tx.commit().await?;
        let mut tx = self.db.write().await?;
        let attempts = db::forget_attempts(&mut tx, now - PUSHES, AT_ONCE).await?;
        tx.commit().await?;
        let pushes = self.forget_pushes(now - PUSHES).await?;
        let most = AT_ONCE.unsigned_abs();
        Ok(bodies == most || attempts == most || pushes)
    }

    async fn forget_pushes(&self, before: Millis) -> Result<bool> {
        // Looked for outside of the transaction that writes: there may be many to look through and none to forget.
        let mut tx = self.db.read().await?;
        let pushes = db::forgettable_pushes(&mut tx, before, AT_ONCE).await?;
        drop(tx);
        if pushes.is_empty() {
            return Ok(false);
        }
        let mut tx: WriteTx = self.db.write().await?;
        db::forget_steps(&mut tx, &pushes, AT_ONCE).await?;
        tx.commit().await?;
        let mut tx = self.db.write().await?;
        db::forget_pushes(&mut tx, &pushes).await?;
        tx.commit().await?;
        Ok(true)
    }
}
