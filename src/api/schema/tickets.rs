//! What the settings of tickets look like, for `openapi.json`; `domain::settings::document` reads them, and
//! `api::settings` answers for both pages.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use super::{settings::BillingCodes, tickets};

/// An example that names every field.
pub fn example() -> Value {
    serde_json::from_str(include_str!("tickets.json")).unwrap_or_default()
}

/// Everything that the Tickets page saves, but for its switch. Choices are ids of Autotask; `GET /api/v1/lists/{list}`
/// gives them with their names.
#[derive(ToSchema)]
#[schema(examples(tickets::example))]
#[serde(deny_unknown_fields)]
pub struct TicketDocument {
    /// When a sale becomes a ticket.
    tickets: TicketSections,
    /// When an item is quoted or sold: the same codes as in the settings of opportunities.
    codes: BillingCodes,
    /// A note for the history. It is kept with the revision and not given back here.
    #[schema(max_length = 500)]
    note: Option<String>,
}

/// What a sale becomes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketSections {
    /// Which sales become tickets.
    which: WhichSales,
    /// `ticketCategory`, of the list `ticket_categories`.
    #[schema(minimum = 0)]
    category: i64,
    /// `queueID`, of the list `ticket_queues`.
    #[schema(minimum = 0)]
    queue: i64,
    /// `status` of a new ticket, of the list `ticket_statuses`.
    #[schema(minimum = 0)]
    status: i64,
    /// `priority`, of the list `ticket_priorities`.
    #[schema(minimum = 0)]
    priority: i64,
    /// `issueType`, of the list `ticket_issue_types`; absent is no issue type.
    #[schema(minimum = 0)]
    issue_type: Option<i64>,
    /// How many days after the sale the ticket is due.
    #[schema(minimum = 0, maximum = 365)]
    due_days: i64,
    /// The ticket's title. `{number}`, `{title}` and `{customer}` in it stand for those of the sale.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// `status` when the sale is cancelled, of the list `ticket_statuses`.
    #[schema(minimum = 0)]
    cancelled_status: i64,
    /// What bills a sale that both syncs would bill.
    billed_by: BilledBy,
}

/// Which sales become tickets.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum WhichSales {
    /// Every sale.
    All,
    /// Those without a quote.
    Unquoted,
}

/// What bills a sale that both syncs would bill.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum BilledBy {
    /// The opportunity: such a sale makes no ticket.
    Opportunities,
    /// The ticket: a sale without a quote makes no opportunity, and a quote is won without its sale's surcharge and coupon.
    Tickets,
}

/// The switch of the Tickets sync.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketSwitch {
    /// Whether sales are sent as tickets.
    enabled: bool,
}

/// The settings of the Tickets page as they are.
#[derive(ToSchema)]
pub struct TicketSettings {
    /// The newest revision's number, also in the `ETag`; 0 before anything was saved.
    #[schema(minimum = 0)]
    revision: i64,
    /// Whether the sync is on.
    enabled: bool,
    /// Whether every required setting is saved. Until then sales are held.
    complete: bool,
    /// What is saved, as `PUT` takes it; null before anything was.
    #[schema(required = true)]
    sections: Option<TicketDocument>,
    /// The name of every id in `sections`, by its path, such as `tickets.queue`.
    labels: BTreeMap<String, String>,
    /// When it was saved; null before anything was.
    #[schema(format = DateTime, required = true)]
    saved_at: Option<String>,
    /// Who saved it: a person's name, `API token` with its name, `The operator` or `Opportune`.
    #[schema(required = true)]
    saved_by: Option<String>,
}

/// A problem that says what is saved now.
#[derive(ToSchema)]
pub struct StaleTicketProblem {
    /// The status's own name.
    title: String,
    /// The HTTP status.
    #[schema(value_type = i32, minimum = 412, maximum = 412)]
    status: u16,
    /// What is wrong and what to do about it.
    detail: String,
    /// The settings as they are.
    current: TicketSettings,
}
