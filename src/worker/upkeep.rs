//! What falls due by itself: telling that the worker runs, lists that are to be fetched anew, services and roles that
//! Autotask is to be asked for, links that are to be compared with it, forms that were kept long enough.

use super::Worker;
use crate::{
    clock::Millis,
    db::{PollLease, ReconcileLease, RefreshLease},
    error::Result,
};

/// How often a worker looks for what fell due.
pub(super) const EVERY: Millis = 10_000;

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
        self.services.sweep_parked().await
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
