//! Why nothing of a tenant's is sent, although it is due.

use super::trouble_sentence;
use crate::{
    clock::Millis,
    db::{self, PushRow, Tx},
    domain::{breaker::May, hold::Hold, ids::TenantId},
    error::{Error, Result},
};

/// Why all of a tenant's pushes wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standstill {
    /// What is in the way.
    pub cause: String,
    /// What to do about it.
    pub fix: String,
    /// Until when; `None` is until a person has done something.
    pub until: Option<Millis>,
    /// As it is kept with a push.
    reason: String,
}

impl Standstill {
    /// Tells it of a push that waits for it. Computed when it is shown, so that what begins and ends with one row is not
    /// written into thousands.
    pub fn tell(&self, row: &mut PushRow) {
        if row.state == "waiting" && self.until.is_none_or(|until| until > row.run_at) {
            row.reason = Some(self.reason.clone());
            row.run_at = self.until.unwrap_or(row.run_at);
        }
    }
}

/// Why all of a tenant's pushes wait at `now`, if they do.
///
/// # Errors
/// When the database fails.
pub async fn standstill(tx: &mut Tx, tenant: TenantId, now: Millis) -> Result<Option<Standstill>> {
    let by_itself = |sentence: String, until: Millis| Standstill {
        cause: sentence.clone(),
        fix: "Nothing to do: it goes on by itself.".to_owned(),
        until: Some(until),
        reason: sentence,
    };
    let breaker = db::breaker(tx, tenant).await?;
    match breaker.may(now) {
        May::Wait(None) => {
            let hold = Hold::Credentials;
            let reason = serde_json::to_string(&hold).map_err(Error::internal)?;
            return Ok(Some(Standstill { cause: hold.cause(), fix: hold.fix(), until: None, reason }));
        }
        May::Wait(Some(until)) if breaker.open_until > now => {
            return Ok(Some(by_itself(trouble_sentence(&breaker), until)));
        }
        _ => {}
    }
    let pause = db::pause(tx, tenant, now).await?;
    Ok(pause.map(|pause| by_itself(pause.pause_reason.unwrap_or_default(), pause.paused_until)))
}
