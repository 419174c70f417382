//! Connecting to Autotask: testing credentials, saving them, a new secret, and ending the connection.

mod candidate;

use secrecy::{ExposeSecret, SecretString};

use self::candidate::{Candidate, entered};
use super::{
    api_use::{ApiUse, counted},
    checklist::{self, Checklist, Subject},
    connection::bound_to,
};
use crate::{
    autotask::Access,
    db::{self, ConnectionRow, Tested, Tx, WriteTx},
    domain::{
        breaker::Breaker,
        hold::Hold,
        ids::{TenantId, UserId},
    },
    error::{Error, FieldErrors, Result},
    service::{Services, limits::Lane},
};

/// What a person enters.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    /// The API user's name.
    pub user_name: String,
    /// The API user's secret; empty keeps the saved one.
    pub secret: SecretString,
    /// The integration code (tracking identifier).
    pub integration_code: String,
    /// ISO 4217 code of Autotask's amounts.
    pub currency: String,
    /// Where the zone is looked up, from the operator of this machine alone; none keeps it as it is.
    pub discovery_url: Option<String>,
}

/// What a person agreed to beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Save although the test failed, where it may pass a little later.
    pub anyway: bool,
    /// Connect another Autotask company than before: the links to the old one's records are put aside.
    pub switch: bool,
}

/// What came of saving.
#[derive(Clone, Debug, PartialEq)]
pub enum Connected {
    /// Saved.
    Done {
        /// Held pushes that are being sent now.
        released: usize,
    },
    /// Nothing was saved: these fields are wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: the test failed.
    Failed {
        /// The test.
        checklist: Checklist,
        /// Whether it can be saved all the same.
        may_save_anyway: bool,
    },
    /// Nothing was saved: before, another Autotask company was connected.
    OtherCompany {
        /// The company before.
        before: String,
        /// The company now.
        now: String,
    },
}

/// Everything that the connection page shows.
#[derive(Clone, Debug, Default)]
pub struct ConnectionView {
    /// The connection without its secret, if there is one.
    pub row: Option<ConnectionRow>,
    /// What is left of one that was ended.
    pub former: Option<ConnectionRow>,
    /// Who entered the secret, if it was a person.
    pub secret_saved_by: Option<String>,
    /// The last test.
    pub checklist: Option<Checklist>,
    /// The hour's calls.
    pub api_use: ApiUse,
    /// The address of the test server; none for Autotask itself.
    pub test_server: Option<String>,
}

/// Autotask's own look-up of zones.
pub use crate::autotask::DISCOVERY_URL as AUTOTASK;

impl Services {
    /// What the connection page shows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connection_view(&self, tenant: TenantId) -> Result<ConnectionView> {
        let api_use = self.api_use(tenant).await?;
        let mut tx = self.db.read().await?;
        let row = db::connection(&mut tx, tenant).await?;
        let secret_saved_by = match row.as_ref().and_then(|row| row.secret_saved_by) {
            Some(user) => db::user_name(&mut tx, UserId(user)).await?,
            None => None,
        };
        let discovery_url = row.as_ref().map_or(&*self.discovery_url, |row| &row.discovery_url);
        Ok(ConnectionView {
            test_server: (discovery_url != AUTOTASK).then(|| discovery_url.to_owned()),
            checklist: row.as_ref().and_then(|row| serde_json::from_str(row.checklist.as_deref()?).ok()),
            former: db::former_connection(&mut tx, tenant).await?,
            row: row.map(|row| ConnectionRow { secret_sealed: String::new(), ..row }),
            secret_saved_by,
            api_use,
        })
    }

    /// Tests credentials and stores nothing of them. Where they are the saved ones the result is kept, and pushes that
    /// were held because of them go on when it is good.
    ///
    /// # Errors
    /// When the database fails. Within: which fields are wrong.
    pub async fn test_connection(
        &self,
        tenant: TenantId,
        entered: &Entered,
    ) -> Result<std::result::Result<Checklist, FieldErrors>> {
        let candidate = match self.candidate(tenant, entered).await? {
            Ok(candidate) => candidate,
            Err(errors) => return Ok(Err(errors)),
        };
        let checklist = self.test(tenant, &candidate).await?;
        if candidate.is_the_saved_one() {
            let mut tx = self.db.write().await?;
            let now = self.clock.now();
            db::set_tested(&mut tx, tenant, &tested(&checklist)?, now).await?;
            if checklist.failed().is_none() {
                self.reset_breaker(&mut tx, tenant, Breaker::default()).await?;
                self.release_connected(&mut tx, tenant).await?;
            }
            tx.commit().await?;
            self.wake.notify_one();
        }
        Ok(Ok(checklist))
    }

    /// Tests the saved credentials as they are; `None` where there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn test_saved(&self, tenant: TenantId) -> Result<Option<Checklist>> {
        let Some(row) = self.connection(tenant).await? else { return Ok(None) };
        Ok(self.test_connection(tenant, &entered(&row, SecretString::default())).await?.ok())
    }

    /// Tests credentials and saves them when the test is good, together with letting go on what was held for the lack
    /// of them.
    ///
    /// # Errors
    /// When the database fails, or somebody else changed the connection meanwhile.
    pub async fn save_connection(
        &self,
        tenant: TenantId,
        user: Option<UserId>,
        entered: &Entered,
        consent: Consent,
    ) -> Result<Connected> {
        let candidate = match self.candidate(tenant, entered).await? {
            Ok(candidate) => candidate,
            Err(errors) => return Ok(Connected::Wrong(errors)),
        };
        let checklist = self.test(tenant, &candidate).await?;
        // Whose Autotask it is must be known before links to an earlier one's records are used.
        let may_save_anyway = checklist.transient && candidate.former.is_none();
        if checklist.failed().is_some() && !(consent.anyway && may_save_anyway) {
            return Ok(Connected::Failed { checklist, may_save_anyway });
        }
        if let Some(before) = candidate.other_company(&checklist.company).filter(|_| !consent.switch) {
            return Ok(Connected::OtherCompany { before, now: checklist.company.name });
        }
        let released = self.store_tested(tenant, user, candidate, &checklist).await?;
        self.request_refresh(tenant, user).await?;
        Ok(Connected::Done { released })
    }

    /// Puts a new secret in place of the saved one, for the same API user.
    ///
    /// # Errors
    /// When there is no connection, the database fails, or somebody else changed the connection meanwhile.
    pub async fn reconnect(
        &self,
        tenant: TenantId,
        user: Option<UserId>,
        secret: SecretString,
        consent: Consent,
    ) -> Result<Connected> {
        let row = self.connection(tenant).await?.ok_or_else(not_connected)?;
        if secret.expose_secret().is_empty() {
            let mut errors = FieldErrors::default();
            errors.add("new_secret", "Enter the new secret");
            return Ok(Connected::Wrong(errors));
        }
        self.save_connection(tenant, user, &entered(&row, secret), consent).await
    }

    /// Ends the connection. Its secret is deleted; links, history and settings stay.
    ///
    /// # Errors
    /// When there is no connection, or `name` is not the tenant's.
    pub async fn disconnect(&self, tenant: TenantId, tenant_name: &str, name: &str) -> Result<()> {
        if name.trim() != tenant_name {
            let mut errors = FieldErrors::default();
            errors.add("name", format!("Enter {tenant_name} exactly as it is written here"));
            return Err(errors.into());
        }
        let mut tx = self.db.write().await?;
        db::connection(&mut tx, tenant).await?.ok_or_else(not_connected)?;
        db::end_connection(&mut tx, tenant, self.clock.now()).await?;
        self.reset_breaker(&mut tx, tenant, Breaker::default()).await?;
        tx.commit().await
    }

    async fn test(&self, tenant: TenantId, candidate: &Candidate) -> Result<Checklist> {
        let subject = Subject {
            discovery_url: candidate.row.discovery_url.clone(),
            access: Access {
                discovery_url: candidate.row.discovery_url.clone(),
                zone_url: String::new(),
                user_name: candidate.row.user_name.clone(),
                secret: candidate.secret.clone(),
                integration_code: candidate.row.integration_code.clone(),
            },
            company_id: candidate.row.company_id,
            gate: self.gate(tenant, Lane::Interactive, &candidate.row.integration_code, None),
            within: self.test_within,
        };
        let checklist = checklist::run(&self.client, &subject).await;
        let mut tx = self.db.write().await?;
        db::count_calls(&mut tx, tenant, checklist.own_calls, self.clock.now()).await?;
        tx.commit().await?;
        Ok(checklist)
    }

    /// Stores tested credentials; how many held pushes go on.
    async fn store_tested(
        &self,
        tenant: TenantId,
        user: Option<UserId>,
        candidate: Candidate,
        checklist: &Checklist,
    ) -> Result<usize> {
        let now = self.clock.now();
        let switched = candidate.other_company(&checklist.company).is_some();
        let Candidate { before, former, mut row, secret, is_new_secret } = candidate;
        if let Some((zone_url, web_url)) = checklist.zone.clone() {
            (row.zone_url, row.web_url) = (Some(zone_url), Some(web_url));
        }
        if checklist.company.id.is_some() {
            row.company_id = checklist.company.id;
            row.company_name = checklist.company.named().or(row.company_name);
        }
        if is_new_secret {
            row.secret_sealed = self.sealer.seal(&secret, &bound_to(tenant))?;
            (row.secret_saved_at, row.secret_saved_by) = (Some(now), user.map(|user| user.0));
        }
        (row.tested_at, row.checklist) = (Some(now), Some(to_json(checklist)?));
        let mut tx = self.db.write().await?;
        unchanged(&mut tx, tenant, before.as_ref()).await?;
        if let Some(company) = former.and_then(|row| row.company_id).filter(|_| switched) {
            db::archive_links(&mut tx, tenant, company, now).await?;
            db::forget_records(&mut tx, tenant).await?;
            db::restart_poll(&mut tx, tenant, now).await?;
            db::restart_reconcile(&mut tx, tenant).await?;
        }
        db::put_connection(&mut tx, tenant, &row, now).await?;
        let is_good = checklist.failed().is_none();
        let breaker = if is_good { Breaker::default() } else { Breaker::untested() };
        self.reset_breaker(&mut tx, tenant, breaker).await?;
        if let Some((used, limit)) = checklist.calls {
            db::set_calls_of_all(&mut tx, tenant, counted(Some(used), Some(limit), now)).await?;
        }
        let released = self.release_connected(&mut tx, tenant).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(released)
    }

    /// Lets go on what was held for the lack of a connection.
    async fn release_connected(&self, tx: &mut WriteTx, tenant: TenantId) -> Result<usize> {
        let mut released = 0;
        for (push, reason) in db::held_pushes(tx, tenant).await? {
            if serde_json::from_str::<Hold>(&reason).is_ok_and(|hold| hold.is_about_connection()) {
                db::wake_push(tx, tenant, push, None, self.clock.now()).await?;
                released += 1;
            }
        }
        Ok(released)
    }
}

/// Fails when somebody else changed the connection while it was tested.
async fn unchanged(tx: &mut Tx, tenant: TenantId, before: Option<&ConnectionRow>) -> Result<()> {
    let now = db::connection(tx, tenant).await?;
    let key = |row: &ConnectionRow| (row.user_name.clone(), row.secret_sealed.clone(), row.company_id);
    if now.as_ref().map(key) == before.map(key) {
        return Ok(());
    }
    Err(Error::Conflict(
        "Somebody else changed the connection while yours was tested. Open the page again.".to_owned(),
    ))
}

fn tested(checklist: &Checklist) -> Result<Tested> {
    let (zone_url, web_url) = checklist.zone.clone().unzip();
    Ok(Tested {
        checklist: to_json(checklist)?,
        zone_url,
        web_url,
        company_id: checklist.company.id,
        company_name: checklist.company.named(),
    })
}

fn to_json(checklist: &Checklist) -> Result<String> {
    serde_json::to_string(checklist).map_err(Error::internal)
}

fn not_connected() -> Error {
    Error::Conflict("Autotask is not connected. Open the connection page and connect it first.".to_owned())
}
