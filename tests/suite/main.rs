//! The product from outside: its storage, its REST interface, and what arrives at Autotask, on SQLite and Postgres.

mod accounts;
mod autotask;
mod connection;
mod documents;
mod harness;
mod intake;
mod push;
mod schema;
mod settings;
mod storage;
