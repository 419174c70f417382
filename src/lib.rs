//! Opportune keeps quotes and unquoted sales in step with Autotask PSA opportunities.
//!
//! `ARCHITECTURE.md` is the map; every module says at its top what belongs in it.

pub mod api;
pub mod app;
pub mod autotask;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod db;
pub mod demo;
pub mod domain;
pub mod emulator;
pub mod error;
pub mod failpoint;
pub mod quiet;
pub mod quote_manager;
pub mod service;
pub mod web;
pub mod worker;
