//! The rules of the product, pure: no database, no HTTP, no clock of its own.
//!
//! A document (quote or sale) comes in through [`intake`], the administrator's choices through [`settings`];
//! [`plan`] says which steps bring Autotask to where the document is.

pub mod author;
pub mod breaker;
pub mod budget;
pub mod catalogue;
pub mod catalogue_entries;
pub mod document;
pub mod findings;
pub mod fold;
pub mod hold;
pub mod ids;
pub mod intake;
pub mod lengths;
pub mod list_changes;
pub mod lists;
pub mod money;
pub mod person;
pub mod picker;
pub mod plan;
pub mod reader;
pub mod retry;
pub mod route;
pub mod settings;
