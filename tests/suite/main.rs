//! The product from outside: its storage, its REST interface, and what arrives at Autotask, on SQLite and Postgres.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod accounts;
mod arrive;
mod autotask;
mod backfill;
mod cases;
mod catalogue;
mod category_map;
mod client;
mod connection;
mod contract;
mod customers;
mod demo;
mod documents;
mod drift;
mod form;
mod harness;
mod history;
mod intake;
mod limits;
mod lists;
mod logs;
mod merge;
mod new_customers;
mod ops;
mod parked;
mod preview;
mod push;
#[path = "quote_manager/readable.rs"]
mod readable;
mod reconcile;
mod repairs;
mod roles;
mod schema;
mod secrets;
mod settings;
mod settings_file;
mod settings_rest;
mod sources;
mod storage;
mod ticket_settings;
mod workers;
