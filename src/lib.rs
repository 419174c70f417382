//! Opportune keeps quotes and unquoted sales in step with Autotask PSA opportunities.
//!
//! `ARCHITECTURE.md` is the map; every module says at its top what belongs in it.

pub mod clock;
pub mod emulator;
pub mod web;
