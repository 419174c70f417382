//! The connection to a source: its key is tested before it is saved, and sealed.

use std::time::Instant;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::time;

use crate::{
    db::{self, SourceConnection},
    domain::{
        ids::{TenantId, UserId},
        source::{Ask, Failure, FailureKind, Of, Source, progress::Progress},
    },
    error::{Error, FieldErrors, Result},
    service::{Services, checklist::Outcome, limits::Lane},
};

/// The longest key.
const LONGEST: usize = 500;
/// A list that is only tested is asked for what changed since so long ago: that is little.
const A_LITTLE: i64 = 60_000;

/// One line of the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// What was checked.
    pub label: String,
    /// How it went.
    pub outcome: Outcome,
    /// How long it took in milliseconds; none where nothing was asked.
    pub took_ms: Option<u64>,
    /// What was found.
    pub sentence: String,
    /// What to do about it; may be empty.
    pub fix: String,
}

/// The test of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceChecklist {
    /// All lines, in order.
    pub lines: Vec<SourceLine>,
}

impl SourceChecklist {
    /// The line that failed, if one did.
    pub fn failed(&self) -> Option<&SourceLine> {
        self.lines.iter().find(|line| line.outcome == Outcome::Failed)
    }
}

/// What came of saving a key.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceConnected {
    /// Saved, and the first read begins.
    Done(SourceChecklist),
    /// Nothing was saved: the field is wrong.
    Wrong(FieldErrors),
    /// Nothing was saved: the test failed.
    Failed(SourceChecklist),
}

impl Services {
    /// Tests a key and saves it when the test is good. What is in the source by then is history: it is read, and sent only
    /// when a person chooses so. A new key in the place of another changes nothing about that.
    ///
    /// # Errors
    /// When there is no such source, the database fails, or somebody else changed the connection meanwhile.
    pub async fn save_source_connection(
        &self,
        tenant: TenantId,
        word: &str,
        user: Option<UserId>,
        key: &SecretString,
    ) -> Result<SourceConnected> {
        let source = self.source(word)?;
        let key = SecretString::from(key.expose_secret().trim());
        if let Some(errors) = wrong(&key, source.facts().name) {
            return Ok(SourceConnected::Wrong(errors));
        }
        let before = self.source_connection(tenant, word).await?;
        let checklist = self.test_key(tenant, source.as_ref(), &key).await?;
        if checklist.failed().is_some() {
            return Ok(SourceConnected::Failed(checklist));
        }
        let now = self.clock.now();
        let connected = before.as_ref().filter(|row| row.disconnected_at.is_none());
        let row = SourceConnection {
            key_sealed: self.sealer.seal(&key, &bound_to(tenant, word))?,
            key_saved_at: now,
            key_saved_by: user.map(|user| user.0),
            since: connected.map_or(now, |row| row.since),
            tested_at: Some(now),
            checklist: Some(to_json(&checklist)?),
            disconnected_at: None,
        };
        let mut tx = self.db.write().await?;
        if db::source_connection(&mut tx, tenant, word).await? != before {
            return Err(changed_meanwhile());
        }
        db::put_source_connection(&mut tx, tenant, word, &row).await?;
        db::restart_source_poll(&mut tx, tenant, word, &to_json(&Progress::fresh(now))?, now).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(SourceConnected::Done(checklist))
    }

    /// Tests the saved key and keeps what was found. Where it is good, a source that was left alone because its key was
    /// refused is read again.
    ///
    /// # Errors
    /// When there is no such source, it is not connected, or the database fails.
    pub async fn test_source(&self, tenant: TenantId, word: &str) -> Result<SourceChecklist> {
        let source = self.source(word)?;
        let row = self.source_connection(tenant, word).await?;
        let row = row.filter(|row| row.disconnected_at.is_none()).ok_or_else(|| not_connected(&*source))?;
        let key = self.sealer.open(&row.key_sealed, &bound_to(tenant, word))?;
        let checklist = self.test_key(tenant, source.as_ref(), &key).await?;
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        if db::source_connection(&mut tx, tenant, word).await? == Some(row) {
            db::set_source_tested(&mut tx, tenant, word, &to_json(&checklist)?, now).await?;
            let poll = db::source_poll(&mut tx, tenant, word).await?;
            if let Some(poll) = poll.filter(|poll| poll.refused && checklist.failed().is_none()) {
                db::restart_source_poll(&mut tx, tenant, word, &poll.progress, now).await?;
            }
        }
        tx.commit().await?;
        self.wake.notify_one();
        Ok(checklist)
    }

    /// Tests a key that was entered, else the saved one. Of one that was entered nothing is kept.
    ///
    /// # Errors
    /// Within: what is wrong with the field. When there is no such source, or the database fails.
    pub async fn test_source_key(
        &self,
        tenant: TenantId,
        word: &str,
        key: &SecretString,
    ) -> Result<std::result::Result<SourceChecklist, FieldErrors>> {
        let source = self.source(word)?;
        let key = SecretString::from(key.expose_secret().trim());
        let saved = self.source_connection(tenant, word).await?;
        let is_connected = saved.is_some_and(|row| row.disconnected_at.is_none());
        if key.expose_secret().is_empty() && is_connected {
            return self.test_source(tenant, word).await.map(Ok);
        }
        match wrong(&key, source.facts().name) {
            Some(errors) => Ok(Err(errors)),
            None => self.test_key(tenant, source.as_ref(), &key).await.map(Ok),
        }
    }

    /// Ends the connection. Its key is deleted; documents and settings stay.
    ///
    /// # Errors
    /// When there is no such source, it is not connected, or the database fails.
    pub async fn disconnect_source(&self, tenant: TenantId, word: &str) -> Result<()> {
        let source = self.source(word)?;
        let mut tx = self.db.write().await?;
        let row = db::source_connection(&mut tx, tenant, word).await?;
        row.filter(|row| row.disconnected_at.is_none()).ok_or_else(|| not_connected(&*source))?;
        db::end_source_connection(&mut tx, tenant, word, self.clock.now()).await?;
        tx.commit().await
    }

    /// Reads a source as soon as its limits and its last failure let it.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn wake_sources(&self, tenant: TenantId) -> Result<()> {
        let mut tx = self.db.write().await?;
        db::wake_source_polls(&mut tx, tenant, self.clock.now()).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Reads one source as soon as its limits and its last failure let it.
    ///
    /// # Errors
    /// When there is no such source, it is not connected or paused, or the database fails.
    pub async fn read_source(&self, tenant: TenantId, word: &str) -> Result<()> {
        let source = self.source(word)?;
        let row = self.source_connection(tenant, word).await?;
        row.filter(|row| row.disconnected_at.is_none()).ok_or_else(|| not_connected(&*source))?;
        if source.settings(&self.newest_revision(tenant).await?.settings).paused {
            let name = source.facts().name;
            return Err(Error::Conflict(format!("Reading {name} is paused. Go on with it first.")));
        }
        let mut tx = self.db.write().await?;
        if let Some(poll) = db::source_poll(&mut tx, tenant, word).await? {
            let mut progress: Progress = serde_json::from_str(&poll.progress).map_err(Error::internal)?;
            progress.hasten();
            let after = to_json(&progress)?;
            let change = (poll.progress.as_str(), after.as_str());
            db::hasten_source_poll(&mut tx, tenant, word, change, self.clock.now()).await?;
        }
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    pub(super) fn source(&self, word: &str) -> Result<std::sync::Arc<dyn Source>> {
        self.sources.get(word).ok_or(Error::NotFound("There is no source of that name."))
    }

    pub(super) async fn source_connection(
        &self,
        tenant: TenantId,
        word: &str,
    ) -> Result<Option<SourceConnection>> {
        let mut tx = self.db.read().await?;
        db::source_connection(&mut tx, tenant, word).await
    }

    /// Reads a little of each list that is tested, up to the first that cannot be read.
    async fn test_key(
        &self,
        tenant: TenantId,
        source: &dyn Source,
        key: &SecretString,
    ) -> Result<SourceChecklist> {
        let facts = source.facts();
        let mut list = SourceChecklist::default();
        for (resource, label) in facts.tested {
            if list.failed().is_some() {
                list.lines.push(line(label, Outcome::NotChecked, None, String::new(), String::new()));
                continue;
            }
            let started = Instant::now();
            let found = self.test_one(tenant, source, key, resource).await?;
            let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let is_first = list.lines.is_empty();
            list.lines.push(match found {
                Ok(()) => line(label, Outcome::Passed, Some(took), String::new(), String::new()),
                Err(failure) => {
                    let (sentence, fix) = told(failure, facts.name, label, is_first);
                    line(label, Outcome::Failed, Some(took), sentence, fix)
                }
            });
        }
        Ok(list)
    }

    async fn test_one(
        &self,
        tenant: TenantId,
        source: &dyn Source,
        key: &SecretString,
        resource: &'static str,
    ) -> Result<std::result::Result<(), Failure>> {
        let facts = source.facts();
        let mut tx = self.db.write().await?;
        let taken = self.take_source_call(&mut tx, tenant, facts, Lane::Interactive).await?;
        tx.commit().await?;
        if taken.is_err() {
            return Ok(Err(used_up(facts.name)));
        }
        let tells = facts.resource(resource).is_some_and(|resource| resource.tells_changes);
        let since = tells.then(|| self.clock.now() - A_LITTLE);
        let ask = Ask { resource, of: Of::Page { page: 1, since, filter: None } };
        let answer = time::timeout(self.test_within, source.fetch(key, ask)).await;
        Ok(answer.unwrap_or_else(|_| Err(too_late(facts.name))).map(drop))
    }
}

fn line(label: &str, outcome: Outcome, took_ms: Option<u64>, sentence: String, fix: String) -> SourceLine {
    SourceLine { label: label.to_owned(), outcome, took_ms, sentence, fix }
}

/// A key that is accepted for the first list and refused for another may not read that one.
fn told(failure: Failure, name: &str, label: &str, is_first: bool) -> (String, String) {
    if failure.kind != FailureKind::Refused || is_first {
        return (failure.sentence, failure.fix);
    }
    let what = label.split(" can ").next().unwrap_or(label).to_lowercase();
    (
        format!("{name} accepts the API key, and does not let it read {what}."),
        format!("Let the key read {what} in {name}, or make another one that may. Then test again."),
    )
}

fn used_up(name: &str) -> Failure {
    Failure {
        kind: FailureKind::Throttled(None),
        sentence: format!("The calls that {name} allows are used up for the moment."),
        fix: "Try again in a minute.".to_owned(),
    }
}

fn too_late(name: &str) -> Failure {
    Failure {
        kind: FailureKind::Trouble,
        sentence: format!("{name} did not answer in time."),
        fix: "Try again. If it stays, check that this server reaches the internet.".to_owned(),
    }
}

/// What is wrong with a key as it was entered.
pub(super) fn wrong(key: &SecretString, name: &str) -> Option<FieldErrors> {
    let key = key.expose_secret();
    let sentence = if key.is_empty() {
        format!("Enter the API key of {name}")
    } else if key.len() > LONGEST || !key.chars().all(|letter| letter.is_ascii_graphic()) {
        "Enter the API key as it is shown there: letters, digits and signs without spaces".to_owned()
    } else {
        return None;
    };
    let mut errors = FieldErrors::default();
    errors.add("key", sentence);
    Some(errors)
}

fn not_connected(source: &dyn Source) -> Error {
    Error::Conflict(format!("{} is not connected. Enter its API key and save it first.", source.facts().name))
}

fn changed_meanwhile() -> Error {
    Error::Conflict(
        "Somebody else changed the connection while your key was tested. Open the page again.".to_owned(),
    )
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// The row that a key is sealed for.
pub(super) fn bound_to(tenant: TenantId, word: &str) -> String {
    format!("source_connection.key_sealed {tenant} {word}")
}
