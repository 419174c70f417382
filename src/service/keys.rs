//! Changing the key that seals secrets, while everything runs.

use uuid::Uuid;

use crate::{db, domain::ids::TenantId, error::Result, service::Services};

/// Secrets that are sealed anew in one transaction: short enough that nobody waits long for the database.
const BATCH: i64 = 100;

impl Services {
    /// Adds a new key and seals every secret with it; gives the number of secrets back. Other processes read the key
    /// file again when they meet the new seals. A run that was interrupted is finished by the next one.
    ///
    /// # Errors
    /// When the keys are not in a file, a secret cannot be opened, or the database fails.
    pub async fn rotate_key(&self) -> Result<usize> {
        self.sealer.add_key()?;
        self.seal_anew().await
    }

    /// Seals every secret with the newest key, then forgets the older keys.
    ///
    /// # Errors
    /// As [`Services::rotate_key`].
    pub async fn forget_old_keys(&self) -> Result<usize> {
        let sealed = self.seal_anew().await?;
        self.sealer.forget_old_keys()?;
        Ok(sealed)
    }

    async fn seal_anew(&self) -> Result<usize> {
        let (mut after, mut sealed) = (TenantId(Uuid::nil()), 0);
        loop {
            let mut tx = self.db.write().await?;
            let batch = db::sealed_secrets(&mut tx, after, BATCH).await?;
            let Some((last, _)) = batch.last() else { return Ok(sealed) };
            after = *last;
            for (tenant, old) in batch.iter().filter(|(_, old)| !self.sealer.is_current(old)) {
                let bound_to = super::connection::bound_to(*tenant);
                let new = self.sealer.seal(&self.sealer.open(old, &bound_to)?, &bound_to)?;
                sealed += usize::from(db::replace_seal(&mut tx, *tenant, old, &new).await?);
            }
            tx.commit().await?;
        }
    }
}
