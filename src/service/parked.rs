//! Forms that are kept for a person: those that came in after their session had ended, until they have signed in again,
//! and those that were left for another page, until they come back.
//!
//! They are kept for half an hour, sealed, and found by that person alone. Looking at one leaves it
//! where it is, so that a page can be loaded again; saving it forgets it. Keys may be changed meanwhile; once the
//! older keys are forgotten, what was sealed with them counts as gone.

use secrecy::{ExposeSecret, SecretString};

use super::accounts::Visitor;
use crate::{
    clock::Millis,
    crypto,
    db::{self, ParkedForm},
    domain::{
        ids::{ParkedFormId, TenantId, UserId},
        settings::form::SettingsForm,
    },
    error::{Error, Result},
    service::Services,
};

/// How long a form is kept.
const KEPT: Millis = 30 * 60 * 1_000;
/// How many forms of one person are kept at a time, in several windows.
const MOST: i64 = 4;

/// Whose form it is.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    user: UserId,
    tenant: TenantId,
}

impl From<&Visitor> for Owner {
    fn from(visitor: &Visitor) -> Self {
        Self { user: visitor.user, tenant: visitor.tenant }
    }
}

impl Services {
    /// Whose session a token was; `None` where nobody knows it, or it was ended on purpose.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn former_visitor(&self, token: &str) -> Result<Option<Owner>> {
        let mut tx = self.db.read().await?;
        let owner = db::session_owner(&mut tx, &crypto::hash(token)).await?;
        Ok(owner.map(|(user, tenant)| Owner { user, tenant }))
    }

    /// Keeps what a person typed.
    ///
    /// # Errors
    /// When it cannot be sealed, or the database fails.
    pub async fn park(&self, whose: Owner, form: &SettingsForm) -> Result<ParkedFormId> {
        let id = ParkedFormId(self.clock.new_id());
        let text = SecretString::from(serde_json::to_string(form).map_err(Error::internal)?);
        let form_sealed = &self.sealer.seal(&text, &bound_to(id, whose.user))?;
        let row = ParkedForm { id, user: whose.user, tenant: whose.tenant, form_sealed };
        let mut tx = self.db.write().await?;
        db::park_form(&mut tx, &row, MOST, self.clock.now()).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// What the visitor had typed; `None` where it was somebody else, or too long ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn parked(&self, visitor: &Visitor, id: ParkedFormId) -> Result<Option<SettingsForm>> {
        let since = self.clock.now() - KEPT;
        let mut tx = self.db.read().await?;
        let sealed = db::parked_form(&mut tx, visitor.user, id, since).await?;
        let opened = sealed.and_then(|sealed| self.sealer.open(&sealed, &bound_to(id, visitor.user)).ok());
        Ok(opened.and_then(|text| serde_json::from_str(text.expose_secret()).ok()))
    }

    /// Forgets what the visitor had typed; nothing happens where nothing is kept under that text.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_parked(&self, visitor: &Visitor, id: &str) -> Result<()> {
        let Ok(id) = id.parse() else { return Ok(()) };
        let mut tx = self.db.write().await?;
        db::forget_parked_form(&mut tx, visitor.user, id).await?;
        tx.commit().await
    }

    /// Forgets every form that was kept long enough.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_parked(&self) -> Result<()> {
        let before = self.clock.now() - KEPT;
        if !db::has_old_parked_forms(&mut self.db.read().await?, before).await? {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        db::forget_parked_forms(&mut tx, before).await?;
        tx.commit().await
    }
}

fn bound_to(id: ParkedFormId, user: UserId) -> String {
    format!("form {id} of {user}")
}
