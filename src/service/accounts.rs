//! Tenants, people, sessions and API tokens. What people do about themselves is in [`super::people`].

use std::sync::LazyLock;

use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, task};

use crate::{
    clock::Millis,
    crypto,
    db::{self, FailureRow, SessionRow, UserRow},
    domain::{
        ids::{TenantId, UserId},
        person::{Role, Theme},
    },
    error::{Error, Result},
    service::Services,
};

/// A session ends after this long without use …
pub(super) const IDLE: Millis = 60 * 60 * 1_000;
/// … and after this long in any case.
const ABSOLUTE: Millis = 12 * IDLE;
/// Sessions that are over are remembered this long, for forms that come in late: over a weekend.
const REMEMBER: Millis = 6 * ABSOLUTE;
/// A session's last use is noted at most this often.
const TOUCH: Millis = 60 * 1_000;
/// Failed sign-ins that cost nothing.
const FREE_FAILURES: i64 = 4;
/// The longest wait after failed sign-ins; an account is never locked for good.
const LONGEST_WAIT: Millis = 15 * 60 * 1_000;
/// Failures are forgotten after this long.
const FORGET: Millis = 24 * 60 * 60 * 1_000;
/// Shortest and longest password. Long ones are refused before they cost time.
const PASSWORD: std::ops::RangeInclusive<usize> = 15..=256;
/// Passwords that are hashed at a time: each takes 19 MiB and a core.
static HASHERS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// One text for every failed sign-in, whether the account exists or not.
pub const WRONG_PASSWORD: &str = "Enter a correct email and password.";

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The person.
    pub user: UserId,
    /// The tenant.
    pub tenant: TenantId,
    /// The person's name.
    pub user_name: String,
    /// Their e-mail address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// How their pages look.
    pub theme: Theme,
    /// The tenant's name.
    pub tenant_name: String,
    /// When the session ends if it is not used again.
    pub ends_at: Millis,
    /// The hash of the session's token: which of their sessions this is.
    pub session: Vec<u8>,
}

impl Visitor {
    /// `seen_at` is when the session was last used. A role or a theme that this version does not know counts as the least.
    fn new(row: SessionRow, seen_at: Millis, session: Vec<u8>) -> Self {
        Self {
            user: UserId(row.user_id),
            tenant: TenantId(row.tenant_id),
            user_name: row.user_name,
            email: row.email,
            role: row.role.parse().unwrap_or(Role::Viewer),
            theme: Theme::from_name(&row.theme).unwrap_or_default(),
            tenant_name: row.tenant_name,
            ends_at: row.expires_at.min(seen_at + IDLE),
            session,
        }
    }
}

impl Services {
    /// Every tenant with its name, or the one of that name.
    ///
    /// # Errors
    /// When there is none of that name, or the database fails.
    pub async fn tenants(&self, name: Option<&str>) -> Result<Vec<(TenantId, String)>> {
        if let Some(name) = name {
            return Ok(vec![(self.tenant(name).await?, name.to_owned())]);
        }
        let mut tx = self.db.read().await?;
        db::tenants(&mut tx).await
    }

    /// Adds a tenant, with its own name as first brand and the categories Services and Bundle.
    ///
    /// # Errors
    /// When a tenant of that name exists, or the database fails.
    pub async fn add_tenant(&self, name: &str) -> Result<TenantId> {
        let mut tx = self.db.write().await?;
        if db::find_tenant(&mut tx, name).await?.is_some() {
            return Err(Error::Conflict(format!("There is a tenant called {name}. Choose another name.")));
        }
        let (id, now) = (TenantId(self.clock.new_id()), self.clock.now());
        db::add_tenant(&mut tx, id, name, now).await?;
        db::add_brand(&mut tx, id, name, now).await?;
        for category in ["Services", "Bundle"] {
            db::add_category(&mut tx, id, category, now).await?;
        }
        tx.commit().await?;
        Ok(id)
    }

    /// The tenant of that name.
    ///
    /// # Errors
    /// When there is none.
    pub async fn tenant(&self, name: &str) -> Result<TenantId> {
        let mut tx = self.db.read().await?;
        let found = db::find_tenant(&mut tx, name).await?;
        found.ok_or(Error::NotFound(
            "There is no tenant of that name. Add it with: opportune admin add-tenant",
        ))
    }

    /// Adds an administrator, or sets the name and password of the person with that address, who keeps their role.
    ///
    /// # Errors
    /// When the address or the password cannot be used; the sentence says why.
    pub async fn put_user(
        &self,
        tenant: TenantId,
        email: &str,
        name: &str,
        password: SecretString,
    ) -> Result<()> {
        self.put_person(tenant, email, name, password, None).await
    }

    /// The same, with a role.
    ///
    /// # Errors
    /// As [`Services::put_user`], and when the last administrator would become something less.
    pub async fn put_user_as(
        &self,
        tenant: TenantId,
        email: &str,
        name: &str,
        password: SecretString,
        role: Role,
    ) -> Result<()> {
        self.put_person(tenant, email, name, password, Some(role)).await
    }

    async fn put_person(
        &self,
        tenant: TenantId,
        email: &str,
        name: &str,
        password: SecretString,
        role: Option<Role>,
    ) -> Result<()> {
        let email = email.trim().to_lowercase();
        if !validator::ValidateEmail::validate_email(&email) {
            return Err(Error::Conflict("Give an e-mail address, such as name@example.com.".to_owned()));
        }
        if !is_usable(&password) {
            return Err(Error::Conflict(
                "Give a password of 15 to 256 characters. A sentence is fine.".to_owned(),
            ));
        }
        let password_hash = hashing(move || crypto::hash_password(&password)).await??;
        let id = self.clock.new_id();
        let user = UserRow { id, tenant_id: tenant.0, email, name: name.to_owned(), password_hash };
        let mut tx = self.db.write().await?;
        let administrators = db::administrators(&mut tx, tenant).await?;
        if !db::put_user(&mut tx, &user, self.clock.now()).await? {
            return Err(Error::Conflict("That e-mail address belongs to another tenant.".to_owned()));
        }
        if let (Some(role), Some(user)) = (role, db::find_user(&mut tx, &user.email).await?) {
            let is_the_last = matches!(administrators.as_slice(), [(last, _)] if last.0 == user.id);
            if is_the_last && role != Role::Administrator {
                return Err(Error::Conflict(
                    "This is the last administrator. Make someone else an administrator first.".to_owned(),
                ));
            }
            db::set_role(&mut tx, UserId(user.id), role).await?;
        }
        tx.commit().await
    }

    /// Adds an API token and gives it back: it is kept as a hash alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_token(&self, tenant: TenantId, name: &str) -> Result<String> {
        let token = format!("opp_{}", crypto::random_text());
        let mut tx = self.db.write().await?;
        let (id, now) = (self.clock.new_id(), self.clock.now());
        db::add_token(&mut tx, id, tenant, name, &crypto::hash(&token), now).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// The tenant that an API token is of, and the token's name.
    ///
    /// # Errors
    /// When the token is unknown.
    pub async fn tenant_of_token(&self, token: &str) -> Result<(TenantId, String)> {
        let mut tx = self.db.read().await?;
        let found = db::find_token(&mut tx, &crypto::hash(token)).await?;
        found.ok_or(Error::Unauthorized("The API token is not known. Send one in the Authorization header."))
    }

    /// Begins a session and gives back its token. `address` is the visitor's: failures are counted per account and
    /// per address.
    ///
    /// # Errors
    /// [`WRONG_PASSWORD`] for whatever is wrong, or how long to wait after too many tries.
    pub async fn sign_in(&self, email: &str, password: SecretString, address: &str) -> Result<String> {
        let email = email.trim().to_lowercase();
        let subjects = [account(&email), format!("address {address}")];
        let mut tx = self.db.read().await?;
        for subject in &subjects {
            let row = db::sign_in_failures(&mut tx, subject).await?;
            self.refuse_blocked(row)?;
        }
        let user = db::find_user(&mut tx, &email).await?;
        drop(tx);
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let is_right = verify(password, hash).await?;
        if let Some(user) = user.filter(|_| is_right) {
            return self.begin_session(&user, &subjects, address).await;
        }
        self.count_failure(&subjects).await?;
        Err(Error::Unauthorized(WRONG_PASSWORD))
    }

    async fn begin_session(&self, user: &UserRow, subjects: &[String], address: &str) -> Result<String> {
        let (token, now) = (crypto::random_text(), self.clock.now());
        let mut tx = self.db.write().await?;
        db::add_session(&mut tx, &crypto::hash(&token), user, address, now, now + ABSOLUTE).await?;
        for subject in subjects {
            db::clear_sign_in_failures(&mut tx, subject, now - FORGET).await?;
        }
        tx.commit().await?;
        Ok(token)
    }

    pub(super) async fn count_failure(&self, subjects: &[String]) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        for subject in subjects {
            let before = db::sign_in_failures(&mut tx, subject).await?;
            let failures = if before.failed_at < now - FORGET { 1 } else { before.failures + 1 };
            let row = FailureRow { failures, blocked_until: now + wait_after(failures), failed_at: now };
            db::put_sign_in_failures(&mut tx, subject, row).await?;
        }
        tx.commit().await
    }

    pub(super) fn refuse_blocked(&self, row: FailureRow) -> Result<()> {
        let left = row.blocked_until - self.clock.now();
        if left > 0 { Err(Error::TooMany((left / 1_000 + 1).unsigned_abs())) } else { Ok(()) }
    }

    /// Who a session's token belongs to; `None` when it is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visitor(&self, token: &str) -> Result<Option<Visitor>> {
        let (hash, now) = (crypto::hash(token), self.clock.now());
        let mut tx = self.db.read().await?;
        let found = db::find_session(&mut tx, &hash, now, now - IDLE).await?;
        drop(tx);
        let Some(row) = found else { return Ok(None) };
        let mut seen_at = row.seen_at;
        if seen_at < now - TOUCH {
            let mut tx = self.db.write().await?;
            db::touch_session(&mut tx, &hash, now).await?;
            tx.commit().await?;
            seen_at = now;
        }
        Ok(Some(Visitor::new(row, seen_at, hash)))
    }

    /// Ends a session, and forgets those that were over long ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::end_session(&mut tx, &crypto::hash(token), self.clock.now() - REMEMBER).await?;
        tx.commit().await
    }
}

/// One second after the first failure that counts, doubled with each further one.
fn wait_after(failures: i64) -> Millis {
    let beyond = failures - FREE_FAILURES;
    if beyond <= 0 { 0 } else { (1_000 << (beyond - 1).min(20)).min(LONGEST_WAIT) }
}

/// Under what an account's failures are counted.
pub(super) fn account(email: &str) -> String {
    format!("account {email}")
}

/// Whether a password is long enough to be kept, and short enough to be hashed.
pub(super) fn is_usable(password: &SecretString) -> bool {
    PASSWORD.contains(&password.expose_secret().chars().count())
}

/// Whether the password is the one that was hashed. One that is too long is not even looked at.
pub(super) async fn verify(password: SecretString, hash: Option<String>) -> Result<bool> {
    let too_long = password.expose_secret().chars().count() > *PASSWORD.end();
    Ok(!too_long && hashing(move || crypto::verify_password(&password, hash.as_deref())).await?)
}

/// Runs slow hashing where it blocks nobody.
pub(super) async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _place = HASHERS.acquire().await.map_err(Error::internal)?;
    task::spawn_blocking(work).await.map_err(Error::internal)
}
