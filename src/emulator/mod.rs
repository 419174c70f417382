//! The Autotask emulator: a stateful stand-in for the far side that speaks HTTP.
