//! The product from outside: its storage, its REST interface, and what arrives at Autotask, on SQLite and Postgres.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod accounts;
mod autotask;
mod catalogue;
mod client;
mod connection;
mod contract;
mod documents;
mod harness;
mod intake;
mod lists;
mod logs;
mod push;
mod schema;
mod secrets;
mod settings;
mod storage;
mod workers;
