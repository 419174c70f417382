//! Kaseya Quote Manager as a source: it is read through [`Client`] and never written to (its API cannot).
//!
//! [`wire`] has its records as they come, [`codes`] what its numbers mean, [`convert`] makes quotes and sales of them.
//! Facts are from the contract document; what is not known for sure is listed in `ARCHITECTURE.md` under *Assumptions*.

mod client;
pub mod codes;
pub mod convert;
mod failure;
mod reading;
mod source;
pub mod wire;

pub use client::{Client, Page};
pub use failure::Failure;
pub use source::QuoteManager;

/// What it is called on pages and in holds.
pub const NAME: &str = "Kaseya Quote Manager";
/// Its word in addresses, and in the `source` column of tables.
pub const SLUG: &str = "quote-manager";
/// The address of its API.
pub const URL: &str = "https://api.kaseyaquotemanager.com";
/// The most calls that it takes within a minute.
pub const CALLS_A_MINUTE: u32 = 60;
/// The most calls that it takes within 24 hours.
pub const CALLS_A_DAY: u32 = 20_000;
/// The most rows of one page. A page with fewer is the last.
pub const PAGE: usize = 100;
