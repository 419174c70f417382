//! What REST answers with. These structs are both what is sent and what `openapi.json` says about it.

mod repairs;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema},
};
use uuid::Uuid;

use super::{
    preview::PreviewField,
    schema::{Quote, Sale},
};
use crate::{
    clock,
    domain::{hold::Hold, ids::PushId},
    service::{
        activity::{PushDetail, PushRow},
        intake::Receipt,
        written::Written,
    },
};

pub use repairs::*;

/// The answer to a document that was taken in, after its commit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The document's number.
    number: String,
    /// 1 for a new document, one more with each change.
    #[schema(minimum = 1)]
    version: i64,
    /// Whether the very same document was there already.
    unchanged: bool,
    /// The address of the push that brings it to Autotask; null where there is none.
    #[schema(required = true, examples("/api/v1/pushes/019ab0b5-7f3e-7c52-9d0a-2b1c5e8f4a60"))]
    push: Option<String>,
    /// Why there is no push.
    #[schema(required = true)]
    note: Option<&'static str>,
}

impl Accepted {
    /// The answer for the document of that number.
    pub fn new(number: String, receipt: &Receipt) -> Self {
        let Receipt { version, unchanged, push, note } = *receipt;
        Self { number, version, unchanged, push: push.map(|id| format!("/api/v1/pushes/{id}")), note }
    }
}

/// A document as it is kept: described as a quote here, as a sale by [`StoredSale`].
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StoredQuote, description = "A quote as it is kept.")]
pub struct Stored {
    /// The document's number.
    pub number: String,
    /// 1 for a new document, one more with each change.
    #[schema(minimum = 1)]
    pub version: i64,
    /// When its first version came in.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When its newest version came in.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Its newest state, as its sender would write it.
    #[schema(value_type = Quote)]
    pub document: Value,
}

/// A sale as it is kept.
pub struct StoredSale;

impl PartialSchema for StoredSale {
    fn schema() -> RefOr<Schema> {
        let mut schema = Stored::schema();
        if let RefOr::T(Schema::Object(stored)) = &mut schema {
            stored.description = Some("A sale as it is kept.".to_owned());
            stored.properties.insert("document".to_owned(), Ref::from_schema_name(Sale::name()).into());
        }
        schema
    }
}

impl ToSchema for StoredSale {
    fn name() -> Cow<'static, str> {
        "StoredSale".into()
    }
}

/// Where a push stands: `waiting` for its time, `sending`, `held` until a person does what `fix` says, `failed` because
/// Autotask refused it, `sent`, or `skipped` because there was nothing to send.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushStatus {
    /// It is sent at its time.
    Waiting,
    /// It is being sent.
    Sending,
    /// A person has to do something first; `reason` and `fix` say what.
    Held,
    /// Autotask refused it; `reason` says why.
    Failed,
    /// Autotask has everything.
    Sent,
    /// There was nothing to send.
    Skipped,
}

impl PushStatus {
    /// The word on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Sent => "sent",
            Self::Skipped => "skipped",
        }
    }
}

/// What a list of pushes may be narrowed by.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Only pushes that stand there.
    pub status: Option<PushStatus>,
    /// Only pushes older than the one of this id; `next` of a list names it.
    #[param(value_type = Option<Uuid>)]
    pub before: Option<PushId>,
}

/// Up to 50 pushes, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pushes {
    /// The pushes.
    #[schema(max_items = 50)]
    pub pushes: Vec<Push>,
    /// The address of older ones; null where there are none.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// A quote or a sale, by its number.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentName {
    /// Which of the two.
    #[schema(value_type = DocumentKind)]
    kind: String,
    /// Its number.
    number: String,
}

/// Quote or sale.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the words are there for their schema; the database holds them as text")]
pub enum DocumentKind {
    /// A quote.
    Quote,
    /// A sale.
    Sale,
}

/// What happened to a document: it was `created`, `edited` while open, `won` (or placed), `lost` (or cancelled), or
/// `reopened`.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the words are there for their schema; the database holds them as text")]
pub enum Change {
    /// It came in for the first time.
    Created,
    /// It was changed without being decided.
    Edited,
    /// The quote was won or the sale was placed.
    Won,
    /// The quote was lost or the sale was cancelled.
    Lost,
    /// A decided quote is open again.
    Reopened,
}

/// Which sync brings a document to Autotask.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the words are there for their schema; the database holds them as text")]
pub enum PushSync {
    /// As an opportunity.
    Opportunities,
    /// As a ticket.
    Tickets,
}

/// Bringing one document's state to Autotask.
#[derive(Debug, Serialize, ToSchema)]
pub struct Push {
    /// Its id.
    id: Uuid,
    /// The document that is sent.
    document: DocumentName,
    /// What happened to the document.
    #[schema(value_type = Change)]
    change: String,
    /// Where it stands.
    #[schema(value_type = PushStatus)]
    status: String,
    /// Why it stands there.
    #[schema(required = true)]
    reason: Option<String>,
    /// What a person has to do to let it go on.
    #[schema(required = true)]
    fix: Option<String>,
    /// Which sync brings it to Autotask: as an opportunity, or as a ticket.
    #[schema(value_type = PushSync)]
    sync: &'static str,
    /// The opportunity's id in Autotask, once there is one.
    #[schema(required = true)]
    opportunity_id: Option<i64>,
    /// The ticket's id in Autotask, once there is one.
    #[schema(required = true)]
    ticket_id: Option<i64>,
    /// The revision of the settings that it was last planned with.
    #[schema(required = true)]
    settings_revision: Option<i64>,
    /// When it was enqueued.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// What was written to Autotask, in that order; only where one push is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<Vec<PushWrite>>,
}

/// What one step wrote.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushWrite {
    /// The entity, as Autotask names it.
    entity: &'static str,
    /// The record's id in Autotask.
    #[schema(required = true)]
    id: Option<i64>,
    /// `create`, `update`, `settle` for stage and status of a decided quote or the status of a cancelled sale, or `keep` for what a person had changed and
    /// was left as it is.
    action: String,
    /// The revision of the settings that it was planned with.
    settings_revision: i64,
    /// The values, each with where it comes from.
    fields: Vec<PreviewField>,
}

impl From<PushDetail> for Push {
    fn from(detail: PushDetail) -> Self {
        let write = |written: Written| PushWrite {
            entity: written.target.entity(),
            id: written.id,
            action: written.action,
            settings_revision: written.revision,
            fields: written.fields.into_iter().map(PreviewField::from).collect(),
        };
        let written = detail.written.into_iter().map(write).collect();
        Self { written: Some(written), ..Self::from(&detail.push) }
    }
}

impl From<&PushRow> for Push {
    fn from(push: &PushRow) -> Self {
        let hold = push.reason.as_deref().and_then(|reason| serde_json::from_str::<Hold>(reason).ok());
        Self {
            id: push.id,
            document: DocumentName { kind: push.kind.clone(), number: push.number.clone() },
            change: push.change.clone(),
            status: push.state.clone(),
            reason: hold.as_ref().map(Hold::cause).or_else(|| push.reason.clone()),
            fix: hold.as_ref().map(Hold::fix),
            sync: push.sync.name(),
            opportunity_id: push.opportunity_id,
            ticket_id: push.ticket_id,
            settings_revision: push.settings_revision,
            created_at: clock::timestamp(push.created_at).to_string(),
            updated_at: clock::timestamp(push.updated_at).to_string(),
            written: None,
        }
    }
}
