//! What falls due by itself: telling that the worker runs, lists that are to be fetched anew, services and roles that
//! Autotask is to be asked for, links that are to be compared with it, what was kept long enough.

use std::sync::atomic::Ordering;

use super::Worker;
use crate::{
    clock::Millis,
    db::{PollLease, ReconcileLease, RefreshLease, SourceLease},
    error::Result,
};

/// How often a worker looks for what fell due.
pub(super) const EVERY: Millis = 10_000;
/// How often it looks for what was kept long enough.
const FORGET_EVERY: Millis = 60 * 60 * 1_000;

impl Worker {
    /// Enqueues and forgets everything that fell due by the clock. Any number of workers may do so at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upkeep(&self) -> Result<()> {
        self.services.report_worker(self.id).await?;
        let refreshes = self.services.request_due_refreshes().await?;
        if refreshes > 0 {
            tracing::info!(refreshes, "lists are due");
        }
        self.services.request_due_polls().await?;
        self.services.schedule_reconciles().await?;
        self.services.sweep_parked().await?;
        self.forget_old().await
    }

    /// A part at a time, so that no push has to wait for it; once nothing is left, again in an hour.
    async fn forget_old(&self) -> Result<()> {
        let now = self.services.clock.now();
        if now >= self.forget_at.load(Ordering::Relaxed) && !self.services.forget_old().await? {
            self.forget_at.store(now + FORGET_EVERY, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(super) async fn poll_catalogue(&self, lease: &PollLease) {
        match self.services.run_poll(lease).await {
            Ok(None) => {}
            Ok(Some((sentence, _))) => {
                tracing::warn!(tenant = %lease.tenant(), sentence, "Autotask could not be asked for services and roles");
            }
            Err(error) => {
                tracing::error!(tenant = %lease.tenant(), %error, "a poll was left to the next worker");
            }
        }
    }

    pub(super) async fn read_source(&self, lease: &SourceLease) {
        match self.services.run_source(lease, &self.stop).await {
            Ok(None) => {}
            Ok(Some((sentence, _))) => {
                tracing::warn!(tenant = %lease.tenant(), source = lease.source, sentence, "a source could not be read to its end");
            }
            Err(error) => {
                tracing::error!(tenant = %lease.tenant(), source = lease.source, %error, "reading a source was left to the next worker");
            }
        }
    }

    pub(super) async fn reconcile(&self, lease: &ReconcileLease) {
        match self.services.run_reconcile(lease).await {
            Ok(None) => {}
            Ok(Some((sentence, _))) => {
                tracing::warn!(tenant = %lease.tenant(), sentence, "what is linked could not be compared with Autotask");
            }
            Err(error) => {
                tracing::error!(tenant = %lease.tenant(), %error, "a comparison was left to the next worker");
            }
        }
    }

    pub(super) async fn refresh_lists(&self, lease: &RefreshLease) {
        match self.services.run_refresh(lease).await {
            Ok(None) => {}
            Ok(Some((sentence, _))) => {
                tracing::warn!(tenant = %lease.tenant(), sentence, "lists could not be refreshed");
            }
            Err(error) => {
                tracing::error!(tenant = %lease.tenant(), %error, "a refresh was left to the next worker");
            }
        }
    }
}
