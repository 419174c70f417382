//! The mapping, case by case: every kind of quote and sale, and the exact requests that bring it to Autotask.
//!
//! A case is a document and what becomes of it. Its snapshot has each request as it was sent, with names in braces for
//! the ids that Autotask gave. Both databases are held to the same snapshot; the contract checker and the emulator see
//! every request.

#![expect(clippy::needless_pass_by_value, reason = "a case is written in place, with its values")]

mod calls;
mod charges;
mod customers;
mod edits;
mod heads;
mod lengths;
mod lines;
mod products;
mod states;
pub mod table;
