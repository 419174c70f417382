//! One batch: links to up to 500 objects of one kind, read by one query, and one more for others that carry their numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Run, Stop};
use crate::{
    autotask::{self, Condition, Filter, Op, Row},
    db::{self, LinkedRow, NewFinding, Tx},
    domain::{
        document::Kind,
        findings::{Finding, Linked},
        ids::{DocumentId, TenantId},
        plan::{Target, watched},
    },
    error::{Error, Result},
    service::open_repairs,
};

/// The most ids that a query names; also the most alternatives that Autotask takes in one.
const IDS: i64 = 500;

/// Links to objects of one kind, by Autotask id.
pub(super) struct Batch {
    target: Target,
    links: Vec<(Linked, Option<DocumentId>)>,
}

impl Batch {
    /// The links after an Autotask id.
    pub(super) async fn load(tx: &mut Tx, tenant: TenantId, target: Target, after: i64) -> Result<Self> {
        let mut rows = db::links_after(tx, tenant, target, after, IDS).await?;
        // Several customers may be one company: what is found about it is one finding.
        rows.dedup_by_key(|row| row.autotask_id);
        let ids: Vec<DocumentId> = rows.iter().filter_map(LinkedRow::document).collect();
        let names: BTreeMap<DocumentId, (Kind, String)> = db::documents(tx, tenant, &ids)
            .await?
            .into_iter()
            .map(|stored| (stored.id, (stored.document.kind, stored.document.number)))
            .collect();
        let linked = |row: &LinkedRow| {
            let (document, written) = (row.document(), row.written()?);
            let name = document.and_then(|id| names.get(&id)).cloned();
            Ok((Linked { target, id: row.autotask_id, document: name, written }, document))
        };
        Ok(Self { target, links: rows.iter().map(linked).collect::<Result<_>>()? })
    }

    /// The last id; `None` where there are no links left.
    pub(super) fn last(&self) -> Option<i64> {
        self.links.last().map(|(linked, _)| linked.id)
    }

    /// How many objects it is about.
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// Asks Autotask for the objects and for others that carry their numbers, and says what is not as it was left.
    pub(super) async fn compare(&self, run: &Run<'_>) -> std::result::Result<Vec<NewFinding>, Stop> {
        let is_of_document = self.target.is_of_document();
        run.spend(if is_of_document { 2 } else { 1 }).await?;
        let rows = self.read(run).await?;
        let carriers = if is_of_document { self.carriers(run).await? } else { Vec::new() };
        let mut found = Vec::new();
        for (linked, document) in &self.links {
            let row = rows.get(&linked.id);
            let others = carriers.iter().filter(|other| linked.is_doubled_by(row, other));
            let others: BTreeSet<i64> = others.filter_map(autotask::id).collect();
            for finding in linked.compare(row, others, &run.lists) {
                found.push(noted(linked, *document, &finding)?);
            }
        }
        Ok(found)
    }

    fn ids(&self) -> impl Iterator<Item = i64> {
        self.links.iter().map(|(linked, _)| linked.id)
    }

    async fn read(&self, run: &Run<'_>) -> std::result::Result<BTreeMap<i64, Row>, Stop> {
        let filter = Filter::by(Condition::one_of("id", self.ids()));
        let fields: Vec<&str> = ["id"].into_iter().chain(watched(self.target)).collect();
        let (rows, _) = run.session.query_page(self.target.entity(), &filter, None, &fields).await?;
        Ok(rows.into_iter().filter_map(|row| Some((autotask::id(&row)?, row))).collect())
    }

    /// Objects that carry one of the numbers and are not linked.
    async fn carriers(&self, run: &Run<'_>) -> std::result::Result<Vec<Row>, Stop> {
        let numbers = self.links.iter().filter_map(|(linked, _)| Some(linked.document.as_ref()?.1.as_str()));
        let (carries, fields) = match self.target {
            Target::Opportunity => {
                let begins = |number| Condition::new(Op::BeginsWith, "title", format!("{number} "));
                (Condition::any(numbers.map(begins).collect()), ["id", "title", "companyID"])
            }
            Target::Ticket => (Condition::one_of("externalID", numbers), ["id", "externalID", "companyID"]),
            _ => {
                let carries = Condition::one_of("externalQuoteNumber", numbers);
                (carries, ["id", "externalQuoteNumber", "opportunityID"])
            }
        };
        let filter = Filter::by(carries).and(Condition::none_of("id", self.ids()));
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let (rows, next) = run.session.query_page(self.target.entity(), &filter, after, &fields).await?;
            found.extend(self.unlinked(run, rows).await?);
            if next.is_none() {
                return Ok(found);
            }
            after = next;
            run.spend(1).await?;
        }
    }

    /// A quote and a sale may have one number: the other's object is no double.
    async fn unlinked(&self, run: &Run<'_>, rows: Vec<Row>) -> Result<Vec<Row>> {
        let ids: Vec<i64> = rows.iter().filter_map(autotask::id).collect();
        let mut tx = run.services.db.read().await?;
        let linked = db::linked_elsewhere(&mut tx, run.lease.tenant(), self.target, &ids).await?;
        let is_linked = |row: &Row| autotask::id(row).is_some_and(|id| linked.contains(&id));
        Ok(rows.into_iter().filter(|row| !is_linked(row)).collect())
    }
}

/// A finding as it is kept.
fn noted(linked: &Linked, document: Option<DocumentId>, finding: &Finding) -> Result<NewFinding> {
    let Linked { target, id, .. } = linked;
    Ok(NewFinding {
        id: open_repairs::id_of(finding.kind(), &format!("{} {id}", target.name())),
        rank: if finding.needs_person() { open_repairs::NEEDED } else { open_repairs::SEEN },
        target: target.name(),
        autotask_id: *id,
        document,
        details: serde_json::to_string(finding).map_err(Error::internal)?,
    })
}
