//! The connection to Autotask.

use std::sync::Arc;

use secrecy::SecretString;

pub use crate::db::ConnectionRow;
use crate::{
    autotask::{Access, Failure, OnMove, Session, wire::ZoneInformation},
    db,
    domain::{breaker::Breaker, hold::Hold, ids::TenantId},
    error::Result,
    service::{Services, limits::Lane},
};

/// New credentials.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// Where the zone is looked up: Autotask's own host, or an emulator.
    pub discovery_url: String,
    /// The API user's name.
    pub user_name: String,
    /// The API user's secret.
    pub secret: SecretString,
    /// The integration code (tracking identifier).
    pub integration_code: String,
    /// ISO 4217 code of Autotask's amounts.
    pub currency: String,
}

impl Services {
    /// Keeps credentials as they are, untested, the secret sealed. The zone is looked up when it is first needed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connect(&self, tenant: TenantId, new: &NewConnection) -> Result<()> {
        let mut tx = self.db.write().await?;
        let before = db::connection(&mut tx, tenant).await?.unwrap_or_default();
        let row = ConnectionRow {
            discovery_url: new.discovery_url.clone(),
            user_name: new.user_name.clone(),
            integration_code: new.integration_code.clone(),
            secret_sealed: self.sealer.seal(&new.secret, &bound_to(tenant))?,
            currency: new.currency.clone(),
            secret_saved_at: Some(self.clock.now()),
            secret_saved_by: None,
            zone_url: None,
            web_url: None,
            ..before
        };
        db::put_connection(&mut tx, tenant, &row, self.clock.now()).await?;
        self.reset_breaker(&mut tx, tenant, Breaker::untested()).await?;
        tx.commit().await
    }

    /// What is known of a tenant's connection, without its secret.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connection(&self, tenant: TenantId) -> Result<Option<ConnectionRow>> {
        let mut tx = self.db.read().await?;
        let row = db::connection(&mut tx, tenant).await?;
        Ok(row.map(|row| ConnectionRow { secret_sealed: String::new(), ..row }))
    }

    /// A session with a tenant's Autotask, within the limits; the zone is looked up and remembered the first time.
    ///
    /// # Errors
    /// A fault of ours, or within: what keeps the session from being had.
    pub async fn session(
        &self,
        tenant: TenantId,
        lane: Lane,
    ) -> Result<std::result::Result<Session, SessionProblem>> {
        let mut tx = self.db.read().await?;
        let row = db::connection(&mut tx, tenant).await?;
        drop(tx);
        let Some(row) = row else { return Ok(Err(SessionProblem::Held(Hold::NotConnected))) };
        let zone_url = match row.zone_url.clone() {
            Some(zone_url) => zone_url,
            None => match self.look_up_zone(tenant, &row).await? {
                Ok(zone_url) => zone_url,
                Err(failure) => return Ok(Err(SessionProblem::Failed(failure))),
            },
        };
        let gate = self.gate(tenant, lane, &row.integration_code, Some(row.secret_sealed.clone()));
        let secret = self.sealer.open(&row.secret_sealed, &bound_to(tenant))?;
        let access = Access {
            discovery_url: row.discovery_url,
            zone_url,
            user_name: row.user_name,
            secret,
            integration_code: row.integration_code,
        };
        let session = Session::new(self.client.clone(), access);
        Ok(Ok(session.with_on_move(self.keep_zone(tenant)).with_gate(gate)))
    }

    /// Remembers where a tenant's API user was moved to. A session that could not write it down goes on; the next one
    /// finds it out again.
    fn keep_zone(&self, tenant: TenantId) -> OnMove {
        let services = self.clone();
        Arc::new(move |zone| {
            let services = services.clone();
            Box::pin(async move {
                if let Err(error) = services.set_zone(tenant, &zone).await {
                    tracing::warn!(%tenant, %error, "the new zone could not be remembered");
                }
            })
        })
    }

    async fn set_zone(&self, tenant: TenantId, zone: &ZoneInformation) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::set_zone(&mut tx, tenant, &zone.url, &zone.web_url).await?;
        tx.commit().await
    }

    async fn look_up_zone(
        &self,
        tenant: TenantId,
        row: &ConnectionRow,
    ) -> Result<std::result::Result<String, Failure>> {
        let zone = match self.client.zone(&row.discovery_url, &row.user_name).await {
            Ok(zone) => zone,
            Err(failure) => return Ok(Err(failure)),
        };
        self.set_zone(tenant, &zone).await?;
        Ok(Ok(zone.url))
    }
}

/// What keeps a session from being had.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionProblem {
    /// A person is needed.
    Held(Hold),
    /// The zone could not be looked up.
    Failed(Failure),
}

/// The row that a secret is sealed for.
pub(super) fn bound_to(tenant: TenantId) -> String {
    format!("connection.secret_sealed {tenant}")
}
