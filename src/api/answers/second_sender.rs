//! Answers about another tool that sends too.

use serde::Serialize;
use utoipa::ToSchema;

use super::DocumentName;
use crate::{
    clock,
    domain::hold::Hold,
    service::second_sender::{self, AppearanceRow},
};

/// What is known of another tool that creates opportunities for the same quotes.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondSender {
    /// Whether nothing is sent for that reason.
    observing: bool,
    /// Since when.
    #[schema(required = true, format = DateTime)]
    since: Option<String>,
    /// Why, and null while Opportune sends.
    #[schema(required = true)]
    reason: Option<String>,
    /// What a person has to do.
    #[schema(required = true)]
    fix: Option<String>,
    /// How many documents got ids of that tool's since Opportune began to send, or was last let go on.
    #[schema(minimum = 0)]
    appearances: i64,
    /// How many pushes are held for it.
    #[schema(minimum = 0)]
    held: u64,
    /// The first of the documents.
    #[schema(max_items = 50)]
    documents: Vec<Appearance>,
}

/// A document that got ids which Opportune did not make.
#[derive(Debug, Serialize, ToSchema)]
pub struct Appearance {
    /// The document.
    document: DocumentName,
    /// The opportunity's id in Autotask.
    #[schema(required = true)]
    opportunity_id: Option<i64>,
    /// The quote's id in Autotask.
    #[schema(required = true)]
    quote_id: Option<i64>,
    /// When it got the first of them.
    #[schema(format = DateTime)]
    appeared_at: String,
}

/// Opportune sends again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Resumed {
    /// How many held pushes go on.
    #[schema(minimum = 0)]
    pub released: u64,
}

impl From<&second_sender::SecondSender> for SecondSender {
    fn from(seen: &second_sender::SecondSender) -> Self {
        let hold = seen.since.map(|_| Hold::SecondSender);
        Self {
            observing: seen.since.is_some(),
            since: seen.since.map(|at| clock::timestamp(at).to_string()),
            reason: hold.as_ref().map(Hold::cause),
            fix: hold.as_ref().map(Hold::fix),
            appearances: seen.appearances,
            held: seen.held,
            documents: seen.documents.iter().map(Appearance::from).collect(),
        }
    }
}

impl From<&AppearanceRow> for Appearance {
    fn from(row: &AppearanceRow) -> Self {
        Self {
            document: DocumentName { kind: row.kind.clone(), number: row.number.clone() },
            opportunity_id: row.opportunity_id,
            quote_id: row.quote_id,
            appeared_at: clock::timestamp(row.appeared_at).to_string(),
        }
    }
}
