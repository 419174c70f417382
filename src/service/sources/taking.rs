//! Taking documents in: made of their records, received like any other, and marked as taken in, in one transaction.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AT_ONCE, MOST_TAKEN, Stop,
    gather::{CODE, Gathered},
    run::Run,
};
use crate::{
    db::{self, WriteTx},
    domain::{
        document::Document,
        source::{Making, Role},
    },
    error::Error,
    service::intake::Arrival,
};

/// Of a mark: the document itself changed.
const ITSELF: i64 = 2;

/// By which settings documents were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Applied {
    currency: Option<String>,
    codes: BTreeMap<String, String>,
}

impl Run<'_> {
    /// Marks the documents that the settings make others of than when they were taken in.
    pub(super) async fn apply_settings(&self) -> Result<(), Stop> {
        let applied = Applied { currency: self.currency.clone(), codes: self.settings.codes.clone() };
        let text = serde_json::to_string(&applied).map_err(Error::internal)?;
        if self.lease.settings.as_ref() == Some(&text) {
            return Ok(());
        }
        let before: Applied = match &self.lease.settings {
            Some(text) => serde_json::from_str(text).map_err(Error::internal)?,
            None => applied.clone(),
        };
        let mut tx = self.services.db.write().await?;
        if before.currency != applied.currency {
            for resource in self.facts.of(Role::Document) {
                db::mark_all_documents(&mut tx, self.of(), resource.name).await?;
            }
        }
        let codes = before.codes.iter().chain(&applied.codes);
        for (code, _) in codes.filter(|(code, _)| before.codes.get(*code) != applied.codes.get(*code)) {
            if let Some((field, number)) = code.rsplit_once(' ')
                && let Ok(number) = number.parse()
            {
                db::mark_users(&mut tx, self.of(), (&format!("{CODE}{field}"), number)).await?;
            }
        }
        db::set_source_settings(&mut tx, self.lease, &text).await?;
        self.commit(tx, "settings").await
    }

    /// Takes in every document that is whole and changed, a few at a time; whether something came up that has to be
    /// fetched for more of them.
    pub(super) async fn take_in(&mut self) -> Result<bool, Stop> {
        let Some(currency) = self.currency.clone() else { return Ok(false) };
        if !self.progress.has_references() {
            return Ok(false);
        }
        for resource in self.facts.of(Role::Document) {
            while self.taken < MOST_TAKEN {
                let batch = self.gather_ready(resource.name).await?;
                let missing = batch.iter().flat_map(|it| it.missing.iter().copied());
                self.missing.extend(missing);
                let whole: Vec<Gathered> = batch.into_iter().filter(|it| it.missing.is_empty()).collect();
                if whole.is_empty() {
                    break;
                }
                self.take_batch(&whole, &currency).await?;
            }
        }
        Ok(!self.missing.is_empty())
    }

    async fn gather_ready(&self, resource: &str) -> Result<Vec<Gathered>, Stop> {
        let mut tx = self.services.db.read().await?;
        let ready = db::ready_documents(&mut tx, self.of(), resource, AT_ONCE).await?;
        let mut gathered = Vec::with_capacity(ready.len());
        for stored in ready {
            gathered.push(self.gather(&mut tx, stored).await?);
        }
        Ok(gathered)
    }

    async fn take_batch(&mut self, batch: &[Gathered], currency: &str) -> Result<(), Stop> {
        let made: Vec<_> = batch
            .iter()
            .map(|it| {
                let making = Making { known: &it.known, settings: &self.settings, currency };
                self.source.document(&it.record, &making)
            })
            .collect();
        let mut tx = self.services.db.write().await?;
        for (it, made) in batch.iter().zip(made) {
            let key = (it.stored.resource.as_str(), it.stored.id);
            let (history, trouble) = match made {
                Ok(Some(document)) => (Some(self.receive(&mut tx, it, &document).await?), None),
                Ok(None) => (it.stored.history, None),
                Err(sentence) => (it.stored.history, Some(sentence)),
            };
            db::settle_document(&mut tx, self.of(), key, history, trouble.as_deref()).await?;
            if db::source_uses(&mut tx, self.of(), key).await? != it.uses {
                db::put_source_uses(&mut tx, self.of(), key, &it.uses).await?;
            }
        }
        self.commit(tx, "documents").await?;
        self.services.wake.notify_one();
        self.taken += batch.len();
        Ok(())
    }

    /// Receives a document; whether it is history. It is while it is from before the connection and nobody has changed it
    /// at its source since: another name of its product, or what a code means, sends nothing.
    async fn receive(&self, tx: &mut WriteTx, it: &Gathered, document: &Document) -> Result<bool, Stop> {
        let history = match it.stored.history {
            None => document.content.created_at.as_millisecond() < self.since,
            Some(history) => history && it.stored.dirty < ITSELF,
        };
        let arrival = Arrival { request_id: None, history };
        let receipt = self.services.receive_in(tx, self.lease.tenant(), document, arrival).await?;
        let was = it.stored.history.unwrap_or(history);
        Ok(if receipt.unchanged { was } else { history })
    }
}
