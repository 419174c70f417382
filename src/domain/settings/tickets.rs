//! What the Tickets page saves: the other sync, in which a sale becomes a ticket with charges.

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::domain::lists::List;

/// The latest that a ticket may be due, in days after the sale.
pub const MAX_DUE_DAYS: u16 = 365;

/// What stands for something of the sale in the pattern of a ticket's title.
pub const PLACEHOLDERS: [&str; 3] = ["{number}", "{title}", "{customer}"];

/// The Tickets page, the switch included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketSettings {
    /// Whether the sync is on: the switch "Sync your sales to Autotask tickets".
    pub enabled: bool,
    /// The sections; `None` until they were saved for the first time.
    pub sections: Option<TicketSections>,
}

impl TicketSettings {
    /// What a tenant starts with: off, nothing chosen.
    pub const NEW: Self = Self { enabled: false, sections: None };
}

/// The sections of the page, complete: what is missing cannot be saved. The codes are not among them: they are
/// [`super::Settings::codes`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketSections {
    /// Which sales become tickets.
    pub which: WhichSales,
    /// Who bills a sale that both syncs would bill.
    pub billed_by: BilledBy,
    /// `ticketCategory`.
    pub category: i64,
    /// `queueID`.
    pub queue: i64,
    /// `status` of a new ticket.
    pub status: i64,
    /// `priority`.
    pub priority: i64,
    /// `issueType`; `None` is no issue type.
    pub issue_type: Option<i64>,
    /// `dueDateTime`, in days after the sale: 0 to [`MAX_DUE_DAYS`].
    pub due_days: u16,
    /// The pattern of `title`: `{number}`, `{title}` and `{customer}` in it stand for the sale's.
    pub title: String,
    /// `status` when the sale is cancelled.
    pub cancelled_status: i64,
}

/// Which sales become tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhichSales {
    /// Every sale.
    #[default]
    All,
    /// Those that have no quote.
    Unquoted,
}

/// Who bills a sale that both syncs would bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BilledBy {
    /// The opportunity: such a sale makes no ticket.
    #[default]
    Opportunities,
    /// The ticket: such a sale makes no opportunity, or adds nothing to its quote's.
    Tickets,
}

impl WhichSales {
    /// Both, in the order of the page.
    pub const ALL: [Self; 2] = [Self::All, Self::Unquoted];

    /// The word for it in documents and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Unquoted => "unquoted",
        }
    }

    /// What the page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All sales",
            Self::Unquoted => "Only sales without a quote",
        }
    }

    /// The one of that [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.name() == name)
    }
}

impl BilledBy {
    /// Both, in the order of the page.
    pub const ALL: [Self; 2] = [Self::Opportunities, Self::Tickets];

    /// The word for it in documents and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opportunities => "opportunities",
            Self::Tickets => "tickets",
        }
    }

    /// What the page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Opportunities => "Opportunities",
            Self::Tickets => "Tickets",
        }
    }

    /// The one of that [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

impl TicketSections {
    /// Every choice from an Autotask list, in the order of the page.
    pub fn choices(&self) -> Vec<Choice> {
        vec![
            ("tickets.category", "Category for tickets", List::TicketCategories, Some(self.category)),
            ("tickets.queue", "Queue for tickets", List::TicketQueues, Some(self.queue)),
            ("tickets.status", "Status for tickets", List::TicketStatuses, Some(self.status)),
            ("tickets.priority", "Priority for tickets", List::TicketPriorities, Some(self.priority)),
            ("tickets.issue_type", "Issue type for tickets", List::TicketIssueTypes, self.issue_type),
            (
                "tickets.cancelled_status",
                "Status for cancelled sales",
                List::TicketStatuses,
                Some(self.cancelled_status),
            ),
        ]
    }
}
