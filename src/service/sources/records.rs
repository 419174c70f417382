//! Keeping what was read: only what differs from what is known is written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::run::Run;
use crate::{
    clock::Millis,
    crypto,
    db::{self, NewRecord, SourceRecord, WriteTx},
    domain::{
        catalogue::name_key,
        source::{Key, Resource, Role},
    },
    error::{Error, Result},
};

/// A row ready to be compared.
struct Incoming<'r> {
    id: i64,
    row: &'r Value,
    body: String,
    hash: Vec<u8>,
}

impl<'r> Incoming<'r> {
    fn of(id: i64, row: &'r Value) -> Result<Self> {
        let body = serde_json::to_string(row).map_err(Error::internal)?;
        Ok(Self { id, row, hash: crypto::hash(&body), body })
    }
}

impl Run<'_> {
    /// Keeps rows of a list: documents, or what they refer to. A document that differs is read to its last line; whoever
    /// was made with a record that differs is made again.
    pub(super) async fn keep_rows(
        &self,
        tx: &mut WriteTx,
        resource: &Resource,
        rows: &[Value],
        now: Millis,
    ) -> Result<()> {
        let of = self.of();
        let rows: BTreeMap<i64, &Value> =
            rows.iter().filter_map(|row| Some((self.source.id(row)?, row))).collect();
        let ids: Vec<i64> = rows.keys().copied().collect();
        let known = db::source_hashes(tx, of, resource.name, &ids).await?;
        let known: BTreeMap<i64, Vec<u8>> =
            known.into_iter().filter(|it| !it.gone).map(|it| (it.id, it.hash)).collect();
        let mut as_known = Vec::new();
        for (id, row) in rows {
            let incoming = Incoming::of(id, row)?;
            if known.get(&id) == Some(&incoming.hash) {
                as_known.push(id);
            } else {
                self.keep_row(tx, resource, &incoming, now).await?;
            }
        }
        db::see_source_records(tx, of, resource.name, &as_known, now).await
    }

    async fn keep_row(
        &self,
        tx: &mut WriteTx,
        resource: &Resource,
        incoming: &Incoming<'_>,
        now: Millis,
    ) -> Result<()> {
        let (of, is_document) = (self.of(), resource.role == Role::Document);
        let above =
            resource.below.and_then(|(above, field)| Some((above, self.source.id_in(incoming.row, field)?)));
        let new = NewRecord {
            key: (resource.name, incoming.id),
            root: (resource.name, incoming.id),
            parent_id: above.map_or(0, |(_, id)| id),
            body: &incoming.body,
            hash: &incoming.hash,
            unread: is_document && self.facts.parts_of(resource.name).next().is_some(),
            dirty: if is_document { 2 } else { 0 },
            is_open: is_document && self.source.is_open(resource.name, incoming.row),
            gone: false,
        };
        db::put_source_record(tx, of, &new, now).await?;
        db::mark_users(tx, of, (resource.name, incoming.id)).await?;
        match above {
            Some(above) => db::mark_users(tx, of, above).await,
            None => Ok(()),
        }
    }

    /// Takes the names of the source's catalogue into ours, as people call them today.
    pub(super) async fn keep_names(&self, tx: &mut WriteTx) -> Result<()> {
        let mut known = BTreeMap::new();
        for resource in self.facts.catalogue {
            for stored in db::source_records_below(tx, self.of(), resource, 0).await? {
                let row: Value = serde_json::from_str(&stored.body).map_err(Error::internal)?;
                known.insert((*resource, stored.id), row);
            }
        }
        let tenant = self.lease.tenant();
        let (names, aliases) = (self.source.names(&known), db::aliases(tx, tenant).await?);
        let today = |names: BTreeSet<String>, of: &BTreeMap<String, String>, key: fn(&str) -> String| {
            names.into_iter().map(|name| of.get(&key(&name)).cloned().unwrap_or(name)).collect()
        };
        let categories: BTreeSet<String> = today(names.categories, &aliases.categories, str::to_owned);
        let brands: BTreeSet<String> = today(names.brands, &aliases.brands, name_key);
        self.services.store_catalogue(tx, tenant, &categories, &brands).await
    }

    /// Notes that the source has no record of that id, until the references are read the next time.
    pub(super) async fn keep_missing(&self, tx: &mut WriteTx, (name, id): Key, now: Millis) -> Result<()> {
        let new = NewRecord {
            key: (name, id),
            root: (name, id),
            parent_id: 0,
            body: "{}",
            hash: b"",
            unread: false,
            dirty: 0,
            is_open: false,
            gone: true,
        };
        db::put_source_record(tx, self.of(), &new, now).await
    }

    /// Keeps everything that is right below a record in the place of what was. The document changed where any of it did.
    pub(super) async fn keep_below(
        &self,
        tx: &mut WriteTx,
        part: &Resource,
        above: &SourceRecord,
        rows: &[(i64, &Value)],
        now: Millis,
    ) -> Result<()> {
        let of = self.of();
        let root = (above.root_resource.as_str(), above.root_id);
        let below: Vec<&str> = self.facts.parts_of(part.name).map(|resource| resource.name).collect();
        let known = db::source_children(tx, of, part.name, above.id).await?;
        let known: BTreeMap<i64, Vec<u8>> = known.into_iter().map(|it| (it.id, it.hash)).collect();
        let mut differs = false;
        for (id, row) in rows {
            let incoming = Incoming::of(*id, row)?;
            let is_as_known = known.get(id) == Some(&incoming.hash);
            differs |= !is_as_known;
            if is_as_known && below.is_empty() {
                continue;
            }
            let new = NewRecord {
                key: (part.name, *id),
                root,
                parent_id: above.id,
                body: &incoming.body,
                hash: &incoming.hash,
                unread: !below.is_empty(),
                dirty: 0,
                is_open: false,
                gone: false,
            };
            db::put_source_record(tx, of, &new, now).await?;
        }
        let now_there: BTreeSet<i64> = rows.iter().map(|(id, _)| *id).collect();
        for id in known.keys().filter(|id| !now_there.contains(id)) {
            differs = true;
            db::remove_source_record(tx, of, (part.name, *id), &below).await?;
        }
        if differs { db::mark_document(tx, of, root, 2).await } else { Ok(()) }
    }
}
