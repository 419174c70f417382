//! Sales that become tickets: every kind of sale and the exact requests that bring it to Autotask, held to snapshots as the
//! cases of opportunities are; which sync a sale goes by; and what is asked of Autotask.

mod calls;
mod edits;
mod faults;
mod heads;
mod lines;
mod routes;
mod seen;
mod states;

use opportune::domain::settings::{BilledBy, TicketSections, WhichSales};
use serde_json::{Value, json};

use crate::{
    cases::table::{Case, Table, line, sale},
    harness::{Database, TestApp},
};

/// Choices of the emulator's tenant.
pub mod chosen {
    pub const CATEGORY: i64 = 29_681_466;
    pub const PROCUREMENT: i64 = 29_681_447;
    pub const NEW: i64 = 1;
    pub const COMPLETE: i64 = 5;
    pub const IN_PROGRESS: i64 = 8;
    pub const WAITING_MATERIALS: i64 = 29_681_441;
    pub const MEDIUM: i64 = 2;
    pub const ISSUE: i64 = 29_681_456;
}

/// What the Tickets page has in these tests: every sale becomes a ticket, and is billed by it.
pub fn sections() -> TicketSections {
    TicketSections {
        which: WhichSales::All,
        billed_by: BilledBy::Tickets,
        category: chosen::CATEGORY,
        queue: chosen::PROCUREMENT,
        status: chosen::NEW,
        priority: chosen::MEDIUM,
        issue_type: Some(chosen::ISSUE),
        due_days: 7,
        title: "{number} {title}".to_owned(),
        cancelled_status: chosen::COMPLETE,
    }
}

/// The program with both syncs on.
async fn start(db: &Database) -> TestApp {
    let app = Box::pin(TestApp::start(db)).await;
    app.save_tickets(true, Some(sections())).await;
    app
}

/// A table of cases with both syncs on.
async fn table(db: &Database) -> Table {
    let table = Box::pin(Table::start(db)).await;
    table.app.save_tickets(true, Some(sections())).await;
    table
}

fn work(name: &'static str, members: Value) -> Case {
    sale(name, &[line("service", members)])
}

fn part(id: &str, members: Value) -> Value {
    let mut part = line("service", members);
    part["id"] = json!(id);
    part
}
