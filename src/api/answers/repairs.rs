//! Answers about what waits for a person.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::DocumentName;
use crate::{
    clock,
    service::{open_repairs, reconcile::ReconcileRow},
};

/// Where a list of repairs begins.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct RepairParams {
    /// Only repairs after this place; `next` of a list names it.
    pub after: Option<String>,
}

/// Up to 50 repairs.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name of the list on the wire, as in the other lists")]
pub struct Repairs {
    /// The repairs.
    #[schema(max_items = 50)]
    pub repairs: Vec<Repair>,
    /// The address of the others; null where there are none.
    #[schema(required = true)]
    pub next: Option<String>,
    /// The comparison with Autotask; null before there was any.
    #[schema(required = true)]
    pub check: Option<Check>,
}

/// How far comparing what is linked with Autotask is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    /// Whether one is under way.
    running: bool,
    /// Records that the newest one went through so far, or all in all.
    #[schema(minimum = 0)]
    records: i64,
    /// Calls that it took so far, or all in all.
    #[schema(minimum = 0)]
    calls: i64,
    /// When one was last through.
    #[schema(required = true, format = DateTime)]
    finished_at: Option<String>,
    /// When the next one begins, or this one goes on.
    #[schema(format = DateTime)]
    next_at: String,
    /// Why it could not go on, or what could not be read.
    #[schema(required = true)]
    reason: Option<String>,
    /// What a person has to do about that.
    #[schema(required = true)]
    fix: Option<String>,
}

impl From<&ReconcileRow> for Check {
    fn from(row: &ReconcileRow) -> Self {
        let running = row.started_at.is_some();
        Self {
            running,
            records: if running { row.checked } else { row.last_checked },
            calls: if running { row.calls } else { row.last_calls },
            finished_at: row.finished_at.map(|at| clock::timestamp(at).to_string()),
            next_at: clock::timestamp(row.next_at).to_string(),
            reason: row.error.clone(),
            fix: row.fix.clone(),
        }
    }
}

/// What a repair is about: something in the way of everything (`connection`, `worker`, `second_sender`, `lists`), a
/// `setting` whose value is inactive, pushes `held` for one cause, or a record in Autotask that is `missing`, a
/// `duplicate`, a `double`, `inactive`, or `changed` by people, which needs nobody.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the words are there for their schema; the service has them as text")]
pub enum RepairKind {
    /// Autotask could not be reached or refused the credentials.
    Connection,
    /// The background worker does not run.
    Worker,
    /// Another tool creates opportunities for the same quotes.
    SecondSender,
    /// The lists were not fetched anew.
    Lists,
    /// A setting's value is inactive in Autotask.
    Setting,
    /// Pushes are held for one cause.
    Held,
    /// A linked record is gone.
    Missing,
    /// Other records carry the document's number.
    Duplicate,
    /// The document names another record than the one that Opportune made for it.
    Double,
    /// A linked record is inactive.
    Inactive,
    /// People changed a linked record; `changes` says what.
    Changed,
}

/// One thing that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Repair {
    /// Its id, the same for as long as it is there.
    id: Uuid,
    /// What it is about.
    #[schema(value_type = RepairKind)]
    kind: &'static str,
    /// What is wrong.
    reason: String,
    /// What a person has to do.
    fix: String,
    /// How many pushes wait for it.
    #[schema(minimum = 0)]
    held: u64,
    /// The document that it is about.
    #[schema(required = true)]
    document: Option<DocumentName>,
    /// The record's id in Autotask.
    #[schema(required = true)]
    autotask_id: Option<i64>,
    /// What people changed in Autotask.
    changes: Vec<FieldChange>,
    /// When it began, as far as it is known.
    #[schema(required = true, format = DateTime)]
    since: Option<String>,
}

/// A field that people changed in Autotask, as texts to be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldChange {
    /// What it is called in Autotask.
    field: String,
    /// What Opportune wrote.
    before: String,
    /// What is there now.
    after: String,
}

impl From<&open_repairs::Repair> for Repair {
    fn from(repair: &open_repairs::Repair) -> Self {
        let change = |one: &open_repairs::ChangedField| FieldChange {
            field: one.field.clone(),
            before: one.before.clone(),
            after: one.after.clone(),
        };
        let document = repair.document.clone();
        Self {
            id: repair.id,
            kind: repair.kind,
            reason: repair.title.clone(),
            fix: repair.fix.clone(),
            held: repair.held,
            document: document.map(|(kind, number)| DocumentName { kind, number }),
            autotask_id: repair.object.map(|(_, id)| id),
            changes: repair.changes.iter().map(change).collect(),
            since: repair.since.map(|at| clock::timestamp(at).to_string()),
        }
    }
}
