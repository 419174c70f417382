//! What a run reads: pages of lists, what is below changed documents, single records.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Stop, run::Run};
use crate::{
    db::{self, SourceRecord},
    domain::source::{Ask, Failure, FailureKind, Of, Resource, Role, progress::Ended},
    error::Error,
};

/// Pages that are read for what is below one record. Where a source filters, nothing comes near it; where it does not,
/// everything of the resource comes.
const MOST_PAGES: u32 = 40;

/// What was found below a record.
struct Below {
    rows: Vec<Value>,
    /// Whether the source did not filter, so that these are all rows of the resource.
    is_everything: bool,
}

impl Run<'_> {
    /// Reads the next page of a list that is due; whether there was one.
    pub(super) async fn look(&mut self) -> Result<bool, Stop> {
        self.progress.begin_due(self.facts, self.every(), self.services.clock.now());
        let Some((look, ask)) = self.progress.next(self.facts) else { return Ok(false) };
        let resource = self.resource(ask.resource)?;
        let rows = self.call(ask).await?;
        let is_last = !resource.has_pages || rows.len() < self.facts.page;
        let now = self.services.clock.now();
        let mut tx = self.services.db.write().await?;
        self.keep_rows(&mut tx, resource, &rows, now).await?;
        match self.progress.note(self.facts, look, resource, is_last) {
            Ended::Nothing => {}
            Ended::Cycle => self.read_at = Some(now),
            Ended::References => {
                self.keep_names(&mut tx).await?;
                for resource in self.facts.of(Role::Reference) {
                    db::forget_missing_records(&mut tx, self.of(), resource.name).await?;
                }
            }
            Ended::Whole => {
                for resource in self.facts.of(Role::Document) {
                    db::reread_open_documents(&mut tx, self.of(), resource.name).await?;
                }
            }
        }
        self.commit(tx, "page").await?;
        Ok(true)
    }

    /// Asks for an open document that the newest look at all of them did not show; whether there was one.
    pub(super) async fn verify_unseen(&mut self) -> Result<bool, Stop> {
        if !self.progress.has_documents(self.facts) {
            return Ok(false);
        }
        for resource in self.facts.of(Role::Document) {
            let mut tx = self.services.db.read().await?;
            let id = db::unseen_document(&mut tx, self.of(), resource.name, self.progress.whole_at).await?;
            drop(tx);
            let Some(id) = id else { continue };
            let row = self.one(resource, id).await?;
            let now = self.services.clock.now();
            let mut tx = self.services.db.write().await?;
            match row {
                Some(row) => self.keep_rows(&mut tx, resource, &[row], now).await?,
                None => db::set_document_gone(&mut tx, self.of(), (resource.name, id)).await?,
            }
            self.commit(tx, "record").await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Reads what is right below the next record where that is to be read; whether there was one.
    pub(super) async fn read_below(&mut self) -> Result<bool, Stop> {
        let mut tx = self.services.db.read().await?;
        let next = db::next_unread_record(&mut tx, self.of()).await?;
        drop(tx);
        let Some(record) = next else { return Ok(false) };
        let parts: Vec<&'static Resource> = self.facts.parts_of(&record.resource).collect();
        let mut found = Vec::with_capacity(parts.len());
        for part in &parts {
            found.push((*part, self.below(part, record.id).await?));
        }
        let now = self.services.clock.now();
        let mut tx = self.services.db.write().await?;
        let mut records = vec![record];
        // What came unasked spares the calls for the others that were to be read as well.
        if let [(_, below)] = found.as_slice()
            && below.is_everything
        {
            let resource = records[0].resource.clone();
            records = db::unread_records(&mut tx, self.of(), &resource).await?;
        }
        for record in &records {
            for (part, below) in &found {
                let rows = self.rows_of(part, record, &below.rows);
                self.keep_below(&mut tx, part, record, &rows, now).await?;
            }
            db::set_source_read(&mut tx, self.of(), (&record.resource, record.id)).await?;
        }
        self.commit(tx, "below").await?;
        Ok(true)
    }

    /// Fetches one of the records that documents refer to and nobody has; whether there was one.
    pub(super) async fn fetch_missing(&mut self) -> Result<bool, Stop> {
        let Some((name, id)) = self.missing.pop_first() else { return Ok(false) };
        let resource = self.resource(name)?;
        let row = self.one(resource, id).await?;
        let now = self.services.clock.now();
        let mut tx = self.services.db.write().await?;
        match row {
            Some(row) => self.keep_rows(&mut tx, resource, &[row], now).await?,
            None => self.keep_missing(&mut tx, (name, id), now).await?,
        }
        self.commit(tx, "record").await?;
        Ok(true)
    }

    /// The record of that id; `None` where the source has none.
    async fn one(&mut self, resource: &Resource, id: i64) -> Result<Option<Value>, Stop> {
        match self.call(Ask { resource: resource.name, of: Of::One(id) }).await {
            Ok(rows) => Ok(rows.into_iter().find(|row| self.source.id(row) == Some(id))),
            Err(Stop::Failed(Failure { kind: FailureKind::Missing, .. })) => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    /// All rows of a resource below the record of that id, with those that came unasked.
    async fn below(&mut self, part: &'static Resource, id: i64) -> Result<Below, Stop> {
        let Some((_, field)) = part.below else {
            return Ok(Below { rows: Vec::new(), is_everything: false });
        };
        let mut below = Below { rows: Vec::new(), is_everything: false };
        for page in 1..=MOST_PAGES {
            let of = Of::Page { page, since: None, filter: Some((field, id)) };
            let rows = self.call(Ask { resource: part.name, of }).await?;
            below.is_everything |=
                rows.iter().any(|row| self.source.id_in(row, field).is_some_and(|of| of != id));
            let is_last = !part.has_pages || rows.len() < self.facts.page;
            below.rows.extend(rows);
            if is_last {
                return Ok(below);
            }
        }
        Err(Stop::Failed(too_many(self.facts.name, part.name, id)))
    }

    /// Those of `rows` that are right below a record, each once.
    fn rows_of<'r>(
        &self,
        part: &Resource,
        record: &SourceRecord,
        rows: &'r [Value],
    ) -> Vec<(i64, &'r Value)> {
        let mut seen = BTreeSet::new();
        let is_its = |row: &Value| {
            let of = part.below.and_then(|(_, field)| self.source.id_in(row, field));
            of.is_none_or(|of| of == record.id)
        };
        let its = rows.iter().filter(|row| is_its(row));
        its.filter_map(|row| Some((self.source.id(row)?, row))).filter(|(id, _)| seen.insert(*id)).collect()
    }

    pub(super) fn resource(&self, name: &str) -> Result<&'static Resource, Error> {
        let unknown = || Error::internal(format!("{} has no resource {name:?}", self.facts.word));
        self.facts.resource(name).ok_or_else(unknown)
    }
}

fn too_many(source: &str, part: &str, id: i64) -> Failure {
    Failure {
        kind: FailureKind::Trouble,
        sentence: format!(
            "{source} answers with more than {MOST_PAGES} pages of {part} where those of record {id} alone are asked for."
        ),
        fix: "Nothing is taken in that is not whole. Tell whoever maintains Opportune: the source does not filter.".to_owned(),
    }
}
