//! What was entered, checked and put together with what is saved.

use secrecy::{ExposeSecret, SecretString};

use super::Entered;
use crate::{
    db::{self, ConnectionRow},
    domain::ids::TenantId,
    error::{FieldErrors, Result},
    service::{Services, checklist::Company, connection::bound_to},
};

/// The longest name, code or secret.
const LONGEST: usize = 200;

/// Credentials that are to be tested, and what they are to take the place of.
pub struct Candidate {
    pub before: Option<ConnectionRow>,
    pub former: Option<ConnectionRow>,
    pub row: ConnectionRow,
    pub secret: SecretString,
    pub is_new_secret: bool,
}

impl Candidate {
    /// Whether these are the saved credentials, nothing of them changed.
    pub fn is_the_saved_one(&self) -> bool {
        let same = |before: &ConnectionRow| {
            before.user_name == self.row.user_name && before.integration_code == self.row.integration_code
        };
        !self.is_new_secret && self.before.as_ref().is_some_and(same)
    }

    /// The company that was connected before, where the new one is known to be another.
    pub fn other_company(&self, now: &Company) -> Option<String> {
        let former = self.former.as_ref()?;
        let (before, now) = (former.company_id?, now.id?);
        (before != now).then(|| former.company_name.clone().unwrap_or_default())
    }
}

impl Services {
    /// What was entered, ready to be tested; within: which fields are wrong.
    pub(super) async fn candidate(
        &self,
        tenant: TenantId,
        entered: &Entered,
    ) -> Result<std::result::Result<Candidate, FieldErrors>> {
        let mut tx = self.db.read().await?;
        let before = db::connection(&mut tx, tenant).await?;
        let former = db::former_connection(&mut tx, tenant).await?;
        drop(tx);
        let saved_url = before.as_ref().map(|row| row.discovery_url.as_str());
        let discovery_url = entered.discovery_url.as_deref().or(saved_url).unwrap_or(&self.discovery_url);
        // A saved secret goes to no other address than the one that it was saved for.
        let errors = wrong_fields(entered, saved_url == Some(discovery_url));
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let is_new_secret = !entered.secret.expose_secret().is_empty();
        let secret = match &before {
            Some(row) if !is_new_secret => self.sealer.open(&row.secret_sealed, &bound_to(tenant))?,
            _ => entered.secret.clone(),
        };
        let same_user = before.clone().filter(|row| row.user_name == entered.user_name.trim());
        let row = ConnectionRow {
            discovery_url: discovery_url.to_owned(),
            user_name: entered.user_name.trim().to_owned(),
            integration_code: entered.integration_code.trim().to_owned(),
            currency: entered.currency.trim().to_owned(),
            zone_url: same_user.as_ref().and_then(|row| row.zone_url.clone()),
            web_url: same_user.and_then(|row| row.web_url),
            ..before.clone().unwrap_or_default()
        };
        Ok(Ok(Candidate { before, former, row, secret, is_new_secret }))
    }
}

/// What is saved, as it was entered, with this secret.
pub fn entered(row: &ConnectionRow, secret: SecretString) -> Entered {
    Entered {
        user_name: row.user_name.clone(),
        secret,
        integration_code: row.integration_code.clone(),
        currency: row.currency.clone(),
        discovery_url: None,
    }
}

fn wrong_fields(entered: &Entered, has_secret: bool) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let secret = entered.secret.expose_secret();
    let fields = [
        ("user_name", entered.user_name.trim(), "Enter the API user name"),
        ("integration_code", entered.integration_code.trim(), "Enter the integration code"),
        ("secret", secret, "Enter the secret"),
    ];
    for (field, value, missing) in fields {
        if value.is_empty() && !(field == "secret" && has_secret) {
            errors.add(field, missing);
        } else if value.chars().count() > LONGEST || value.chars().any(char::is_control) {
            errors.add(field, format!("Use at most {LONGEST} characters on one line"));
        }
    }
    let currency = entered.currency.trim();
    if currency.len() != 3 || !currency.chars().all(|letter| letter.is_ascii_uppercase()) {
        errors.add("currency", "Select the currency of Autotask's amounts");
    }
    errors
}
