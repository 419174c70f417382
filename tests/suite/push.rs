//! What arrives at Autotask: every test sends documents over REST, lets the worker run, and looks at the emulator.

mod catalogue;
mod edits;
mod faults;
mod fields;
mod held;
mod late;
#[cfg(debug_assertions)]
pub mod races;
mod sales;
mod states;
mod switch;
mod why;

/// Stages and statuses of the emulator's tenant that the demo's settings choose.
pub mod chosen {
    pub const PROPOSAL: i64 = 29_681_503;
    pub const ON_HOLD: i64 = 29_681_508;
    pub const CLOSED_WON: i64 = 29_681_506;
    pub const CLOSED_LOST: i64 = 29_681_507;
    pub const ACTIVE: i64 = 1;
    pub const LOST: i64 = 2;
    pub const CLOSED: i64 = 3;
    pub const NORTHWIND_TRADERS: i64 = 29_681_101;
    pub const DEFAULT_OWNER: i64 = 29_681_201;
}
