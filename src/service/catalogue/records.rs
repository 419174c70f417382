//! Which item a service or role of Autotask is, and which record a line means.
//!
//! Names decide: a record is the item of its name, and for services also the one with its SKU where no item has its
//! name. A name or SKU that several active records share means none of them. The links are where the plan looks.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    clock::Clock,
    db::{self, NewItem, Tx, WriteTx},
    domain::{
        catalogue::{ItemKind, Record, Source},
        document::Line,
        ids::{DocumentId, TenantId},
        plan::{Key, Link, Target},
        settings,
    },
    error::Result,
};

/// What a batch of records is settled with.
pub(super) struct Settling<'a> {
    pub(super) tenant: TenantId,
    pub(super) clock: &'a Clock,
    /// The brand and category that records get at first sight.
    pub(super) defaults: &'a settings::Services,
}

impl Settling<'_> {
    /// Takes in what Autotask shows: new records become items, renamed ones rename theirs, inactive ones are no longer
    /// linked.
    pub(super) async fn take(&self, tx: &mut WriteTx, kind: ItemKind, records: &[Record]) -> Result<()> {
        let (tenant, target, now) = (self.tenant, kind.target(), self.clock.now());
        let (mut names, mut fresh) = (BTreeSet::new(), BTreeSet::new());
        for record in records {
            let before = db::record(tx, tenant, target, record.id).await?;
            if before.as_ref() == Some(record) {
                continue;
            }
            db::put_record(tx, tenant, target, record, now).await?;
            names.insert(record.name.clone());
            match before {
                None => drop(fresh.insert(record.id)),
                Some(before) if before.name != record.name || before.sku != record.sku => {
                    names.insert(before.name);
                    if let Some(own) = kind.key(&record.name) {
                        db::follow_record(tx, tenant, &own, record, now).await?;
                    }
                }
                Some(_) => {}
            }
            if !record.active {
                db::unlink_record(tx, tenant, target, record.id).await?;
            }
        }
        for name in names {
            self.settle(tx, kind, &name, &fresh).await?;
        }
        Ok(())
    }

    /// Links what has a name to the one active record of that name.
    async fn settle(
        &self,
        tx: &mut WriteTx,
        kind: ItemKind,
        name: &str,
        fresh: &BTreeSet<i64>,
    ) -> Result<()> {
        let (tenant, target, now) = (self.tenant, kind.target(), self.clock.now());
        let active = db::records_named(tx, tenant, target, name).await?;
        let Some(first) = active.first() else { return Ok(()) };
        let Some(own) = kind.key(&first.name) else { return Ok(()) };
        let sku = unshared_sku(tx, tenant, target, first).await?;
        let mut keys: BTreeSet<String> =
            db::item_keys_of(tx, tenant, target, name, sku.as_deref()).await?.into_iter().collect();
        if keys.is_empty() {
            self.add(tx, &own, first).await?;
        }
        if let [record] = active.as_slice() {
            keys.insert(own.key);
            for key in keys {
                let key = Key::new(target, key);
                link(tx, tenant, &key, record.id, now).await?;
                if fresh.contains(&record.id) {
                    let settings::Services { brand, category } = self.defaults;
                    db::fill_item(tx, tenant, &key, brand, category).await?;
                }
            }
            return Ok(());
        }
        for record in &active {
            db::unlink_record(tx, tenant, target, record.id).await?;
        }
        Ok(())
    }

    /// A record's own item, with the brand and category of the settings.
    async fn add(&self, tx: &mut WriteTx, key: &Key, record: &Record) -> Result<()> {
        let settings::Services { brand, category } = self.defaults;
        let now = self.clock.now();
        db::add_brand(tx, self.tenant, brand, now).await?;
        db::add_category(tx, self.tenant, category, now).await?;
        let new = NewItem {
            id: self.clock.new_id(),
            key,
            name: &record.name,
            sku: record.sku.as_deref(),
            part_number: None,
            brand: Some(brand),
            category: Some(category),
            source: Source::Autotask,
        };
        db::put_item(tx, self.tenant, &new, now).await
    }
}

/// Links a line's key to the one active service or role that the line names, unless it is linked already.
pub(super) async fn link_line(
    tx: &mut WriteTx,
    tenant: TenantId,
    key: &Key,
    line: &Line,
    now: i64,
) -> Result<()> {
    if key.target == Target::Product || link_of(tx, tenant, key).await?.is_some() {
        return Ok(());
    }
    let mut records = db::records_named(tx, tenant, key.target, &line.name).await?;
    if let Some(sku) = line.sku.as_deref().filter(|_| records.is_empty()) {
        records = db::records_with_sku(tx, tenant, key.target, sku).await?;
    }
    match records.as_slice() {
        [record] => link(tx, tenant, key, record.id, now).await,
        _ => Ok(()),
    }
}

/// The record's SKU, if no other active record has it.
async fn unshared_sku(
    tx: &mut Tx,
    tenant: TenantId,
    target: Target,
    record: &Record,
) -> Result<Option<String>> {
    let Some(sku) = &record.sku else { return Ok(None) };
    let with_it = db::records_with_sku(tx, tenant, target, sku).await?;
    Ok((with_it.len() == 1).then(|| sku.clone()))
}

/// Links a key to a record, but for one that is linked to it already: what was written to it is kept.
async fn link(tx: &mut WriteTx, tenant: TenantId, key: &Key, id: i64, now: i64) -> Result<()> {
    if link_of(tx, tenant, key).await? == Some(id) {
        return Ok(());
    }
    db::put_link(tx, tenant, NO_DOCUMENT, key, &Link { id, ..Link::default() }, now).await
}

/// The catalogue's links belong to no document.
const NO_DOCUMENT: DocumentId = DocumentId(Uuid::nil());

async fn link_of(tx: &mut Tx, tenant: TenantId, key: &Key) -> Result<Option<i64>> {
    let links = db::links(tx, tenant, NO_DOCUMENT, std::slice::from_ref(&key.key)).await?;
    Ok(links.id(key))
}
