//! What the page of a source shows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{CallUse, SourceChecklist, calls::call_use, gather::CODE};
use crate::{
    clock::Millis,
    db::{self, RecordCount, SourceConnection, SourceOf, SourcePollRow, Tx},
    domain::{
        hold::Hold,
        ids::{TenantId, UserId},
        settings::QuoteManagerSettings,
        source::{Facts, Resource, Role, codes::CodeField, progress::Progress},
    },
    error::{Error, Result},
    service::Services,
};

/// Documents that cannot be read, or are gone, which are shown at most.
const MOST_SHOWN: i64 = 50;

/// How reading a source stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// There is no key.
    NotConnected,
    /// A person paused it.
    Paused,
    /// Its key is not accepted.
    Refused,
    /// The last run failed; it is tried again.
    Failing,
    /// What was there at the beginning is still being read.
    Importing,
    /// Everything is read.
    Reading,
}

/// A code that documents have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCode {
    /// The field, as the source names it.
    pub field: String,
    /// The number.
    pub code: i64,
    /// How many quotes and sales have it, in themselves or in what they refer to.
    pub documents: i64,
    /// How many pushes are held because nobody said what it means.
    pub held: usize,
}

/// A document that the source has no longer, or that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Troubled {
    /// Its resource, as the source names it.
    pub resource: String,
    /// Its id there.
    pub id: i64,
    /// What is wrong with it; `None` for one that is gone.
    pub sentence: Option<String>,
    /// The record as it was last read.
    pub row: Value,
}

/// What was read of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRead {
    /// Its word in addresses.
    pub name: &'static str,
    /// What its records are called.
    pub label: &'static str,
    /// What it is to us.
    pub role: Role,
    /// How many there are.
    pub count: i64,
    /// When it was last read to its end.
    pub read_at: Option<Millis>,
}

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// What it is, and what it allows.
    pub facts: &'static Facts,
    /// Where it is asked.
    pub address: String,
    /// How it stands.
    pub state: SourceState,
    /// The connection without its key, also one that was ended.
    pub connection: Option<SourceConnection>,
    /// Who saved the key, if it was a person.
    pub key_saved_by: Option<String>,
    /// The last test.
    pub checklist: Option<SourceChecklist>,
    /// When the lists were last read to their end.
    pub read_at: Option<Millis>,
    /// When it goes on.
    pub next_at: Option<Millis>,
    /// Why the last run stopped.
    pub error: Option<String>,
    /// What to do about that.
    pub fix: Option<String>,
    /// Calls of late, and those that are allowed.
    pub calls: CallUse,
    /// Its lists, and how far they were read.
    pub resources: Vec<ResourceRead>,
    /// When all documents were last compared whole.
    pub whole_at: Option<Millis>,
    /// How many documents were read, by resource.
    pub documents: Vec<RecordCount>,
    /// Documents that are gone, or cannot be read.
    pub troubled: Vec<Troubled>,
    /// Codes that documents have, by field and number.
    pub codes: Vec<SeenCode>,
    /// What the administrator set.
    pub settings: QuoteManagerSettings,
    /// The currency of the Autotask connection, which counts where none is set.
    pub autotask_currency: Option<String>,
    /// The revision that this is of.
    pub revision: i64,
}

impl SourceView {
    /// Whether there is a key.
    pub fn is_connected(&self) -> bool {
        self.state != SourceState::NotConnected
    }

    /// How many pushes are held because nobody said what a code means.
    pub fn held(&self) -> usize {
        self.codes.iter().map(|code| code.held).sum()
    }

    /// The codes that documents have and nobody said the meaning of, each with its field.
    pub fn unknown_codes(&self) -> Vec<(&'static CodeField, &SeenCode)> {
        let of = |seen: &'_ SeenCode| self.facts.codes.iter().find(|field| field.name == seen.field);
        let known = |field: &'static CodeField, seen: &SeenCode| self.settings.meaning(field, seen.code);
        let with_field = self.codes.iter().filter_map(|seen| Some((of(seen)?, seen)));
        with_field.filter(|(field, seen)| known(field, seen).is_none()).collect()
    }
}

impl Services {
    /// What the page of a source shows.
    ///
    /// # Errors
    /// When there is no such source, or the database fails.
    pub async fn source_view(&self, tenant: TenantId, word: &str) -> Result<SourceView> {
        let source = self.source(word)?;
        let facts = source.facts();
        let of = SourceOf { tenant, source: facts.word };
        let mut tx = self.db.read().await?;
        let newest = db::settings(&mut tx, tenant).await?;
        let settings = source.settings(&newest.settings).clone();
        let connection = db::source_connection(&mut tx, tenant, facts.word).await?;
        let poll = db::source_poll(&mut tx, tenant, facts.word).await?;
        let is_connected = connection.as_ref().is_some_and(|row| row.disconnected_at.is_none());
        let poll = poll.filter(|_| is_connected);
        let names: Vec<&str> = facts.of(Role::Document).map(|resource| resource.name).collect();
        let documents = db::document_counts(&mut tx, of, &names).await?;
        let progress = progress(poll.as_ref())?;
        Ok(SourceView {
            address: source.address().to_owned(),
            state: state(poll.as_ref(), &progress, &settings, facts, &documents),
            key_saved_by: key_saved_by(&mut tx, connection.as_ref()).await?,
            checklist: connection
                .as_ref()
                .and_then(|row| serde_json::from_str(row.checklist.as_deref()?).ok()),
            connection: connection.map(|row| SourceConnection { key_sealed: String::new(), ..row }),
            read_at: poll.as_ref().and_then(|poll| poll.read_at),
            next_at: poll.as_ref().map(|poll| poll.next_at),
            resources: resources(&mut tx, of, facts, &progress, poll.as_ref()).await?,
            whole_at: Some(progress.whole_at).filter(|at| *at > 0),
            error: poll.as_ref().and_then(|poll| poll.error.clone()),
            fix: poll.and_then(|poll| poll.fix),
            calls: call_use(self, &mut tx, tenant, facts).await?,
            troubled: troubled(&mut tx, of, &names).await?,
            codes: codes(&mut tx, of, facts.name).await?,
            autotask_currency: db::connection(&mut tx, tenant).await?.map(|row| row.currency),
            facts,
            documents,
            settings,
            revision: newest.revision,
        })
    }
}

fn progress(poll: Option<&SourcePollRow>) -> Result<Progress> {
    let Some(poll) = poll else { return Ok(Progress::default()) };
    serde_json::from_str(&poll.progress).map_err(Error::internal)
}

async fn key_saved_by(tx: &mut Tx, connection: Option<&SourceConnection>) -> Result<Option<String>> {
    match connection.and_then(|row| row.key_saved_by) {
        Some(user) => db::user_name(tx, UserId(user)).await,
        None => Ok(None),
    }
}

/// Its lists. What is below documents is read with them.
async fn resources(
    tx: &mut Tx,
    of: SourceOf<'_>,
    facts: &Facts,
    progress: &Progress,
    poll: Option<&SourcePollRow>,
) -> Result<Vec<ResourceRead>> {
    let names: Vec<&str> = facts.resources.iter().map(|resource| resource.name).collect();
    let counts = db::document_counts(tx, of, &names).await?;
    let read = |(resource, count): (&'static Resource, &RecordCount)| ResourceRead {
        name: resource.name,
        label: resource.label,
        role: resource.role,
        count: count.documents,
        read_at: match resource.role {
            Role::Part => poll.and_then(|poll| poll.read_at),
            Role::Document | Role::Reference => progress.looked_at(resource.name),
        },
    };
    Ok(facts.resources.iter().zip(&counts).map(read).collect())
}

fn state(
    poll: Option<&SourcePollRow>,
    progress: &Progress,
    settings: &QuoteManagerSettings,
    facts: &Facts,
    documents: &[RecordCount],
) -> SourceState {
    let Some(poll) = poll else { return SourceState::NotConnected };
    let is_read = progress.has_documents(facts) && progress.has_references();
    if settings.paused {
        SourceState::Paused
    } else if poll.refused {
        SourceState::Refused
    } else if poll.error.is_some() {
        SourceState::Failing
    } else if !is_read || documents.iter().any(|count| count.waiting > 0) {
        SourceState::Importing
    } else {
        SourceState::Reading
    }
}

async fn troubled(tx: &mut Tx, of: SourceOf<'_>, resources: &[&str]) -> Result<Vec<Troubled>> {
    let mut all = Vec::new();
    for resource in resources {
        for record in db::troubled_documents(tx, of, resource, MOST_SHOWN).await? {
            all.push(Troubled {
                row: serde_json::from_str(&record.body).map_err(Error::internal)?,
                sentence: record.trouble.filter(|_| !record.gone),
                resource: record.resource,
                id: record.id,
            });
        }
    }
    Ok(all)
}

/// The codes that documents have, and how many pushes are held for each.
async fn codes(tx: &mut Tx, of: SourceOf<'_>, name: &str) -> Result<Vec<SeenCode>> {
    let mut held: BTreeMap<(String, i64), usize> = BTreeMap::new();
    for (_, reason) in db::held_pushes(tx, of.tenant).await? {
        if let Ok(Hold::UnknownCode { source, field, code }) = serde_json::from_str(&reason)
            && source == name
        {
            *held.entry((field, code)).or_default() += 1;
        }
    }
    let used = db::used_codes(tx, of, CODE).await?;
    let seen = |used: db::UsedCode| {
        let field = used.resource.trim_start_matches(CODE).to_owned();
        let held = held.get(&(field.clone(), used.id)).copied().unwrap_or(0);
        SeenCode { field, code: used.id, documents: used.documents, held }
    };
    Ok(used.into_iter().map(seen).collect())
}
