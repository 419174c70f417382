//! What people do about themselves: their sessions, their password, how their pages look.

use secrecy::SecretString;

use super::accounts::{IDLE, Visitor, account, hashing, is_usable, verify};
use crate::{
    clock::Millis,
    crypto, db,
    domain::{ids::TenantId, person::Theme},
    error::{FieldErrors, Result},
    service::Services,
};

/// One of a person's own sessions.
#[derive(Clone, Debug)]
pub struct OwnSession {
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// Where it was begun from; empty where nobody noted it.
    pub address: String,
    /// When it was begun.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub seen_at: Millis,
}

impl Services {
    /// The names of a tenant's administrators: who can give a role.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn administrators(&self, tenant: TenantId) -> Result<Vec<String>> {
        let mut tx = self.db.read().await?;
        let people = db::administrators(&mut tx, tenant).await?;
        Ok(people.into_iter().map(|(_, name)| name).collect())
    }

    /// The visitor's sessions that are not over, the last used first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_sessions(&self, visitor: &Visitor) -> Result<Vec<OwnSession>> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let rows = db::sessions_of(&mut tx, visitor.user, now, now - IDLE).await?;
        let session = |row: db::OwnSessionRow| OwnSession {
            is_this: row.token_hash == visitor.session,
            address: row.address,
            created_at: row.created_at,
            seen_at: row.seen_at,
        };
        Ok(rows.into_iter().map(session).collect())
    }

    /// Ends all of the visitor's sessions but the one that asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_other_sessions(&self, visitor: &Visitor) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::end_other_sessions(&mut tx, visitor.user, &visitor.session).await?;
        tx.commit().await
    }

    /// Keeps how the visitor wants their pages to look.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_theme(&self, visitor: &Visitor, theme: Theme) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::set_theme(&mut tx, visitor.user, theme).await?;
        tx.commit().await
    }

    /// Gives the visitor another password and ends their other sessions. Wrong tries count as failed sign-ins do, so
    /// that a stolen session cannot be used to guess the password.
    ///
    /// # Errors
    /// Sentences about `current` and `new`; how long to wait after too many tries.
    pub async fn change_password(
        &self,
        visitor: &Visitor,
        current: SecretString,
        new: SecretString,
    ) -> Result<()> {
        let subject = account(&visitor.email);
        let mut tx = self.db.read().await?;
        self.refuse_blocked(db::sign_in_failures(&mut tx, &subject).await?)?;
        let user = db::find_user(&mut tx, &visitor.email).await?;
        drop(tx);
        let mut errors = FieldErrors::default();
        if !is_usable(&new) {
            errors.add("new", "Enter a new password of 15 to 256 characters");
        }
        if !verify(current, user.map(|user| user.password_hash)).await? {
            self.count_failure(&[subject]).await?;
            errors.add("current", "Enter your current password");
        }
        errors.into_result()?;
        let hash = hashing(move || crypto::hash_password(&new)).await??;
        let mut tx = self.db.write().await?;
        db::set_password(&mut tx, visitor.user, &hash).await?;
        db::end_other_sessions(&mut tx, visitor.user, &visitor.session).await?;
        tx.commit().await
    }
}
