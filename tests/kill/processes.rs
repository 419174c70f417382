//! Worker processes: started, signalled, killed.

use std::process::{Child, Command, Stdio};

use crate::common::Rig;

/// What an abort ends a process with.
pub const SIGABRT: i32 = 6;

/// Signals that stop a process and let it go on.
#[derive(Clone, Copy)]
pub enum Signal {
    Stop,
    Continue,
}

/// A worker process; it ends with its owner.
pub struct Worker(pub Child);

/// The worker processes of a test.
pub struct Processes<'a> {
    rig: &'a Rig,
    workers: Vec<Worker>,
}

/// Starts a worker process that aborts when it gets to a point, if one is named.
pub fn start(rig: &Rig, abort_at: &str) -> Worker {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opportune"));
    command.args(["serve", "--role", "worker", "--autotask-url", &rig.emulator_url]);
    command.args(["--quote-manager-url", &rig.emulator_url]);
    command.env("OPPORTUNE_SOURCE_MINUTE_MS", rig.config.worker.source_minute.as_millis().to_string());
    command
        .env("DATABASE_URL", &rig.config.database_url)
        .env("OPPORTUNE_KEY_FILE", rig.config.key_file.as_ref().unwrap());
    // Nobody is stopped for as long as the quarantine, and the emulator has no late effects.
    command.env("OPPORTUNE_QUARANTINE_SECONDS", "2").env("OPPORTUNE_LEASE_SECONDS", "3");
    command.env("OPPORTUNE_ABORT_AT", abort_at).env("RUST_LOG", "off");
    Worker(command.stdout(Stdio::null()).spawn().unwrap())
}

impl<'a> Processes<'a> {
    pub fn start(rig: &'a Rig, count: usize) -> Self {
        Self { rig, workers: (0..count).map(|_| start(rig, "")).collect() }
    }

    /// Another process takes the place of one that is killed.
    pub fn kill(&mut self, nth: usize) {
        drop(self.workers.remove(nth));
        self.workers.insert(nth, start(self.rig, ""));
    }

    pub fn signal(&self, nth: usize, signal: Signal) {
        let name = if matches!(signal, Signal::Stop) { "-STOP" } else { "-CONT" };
        let pid = self.workers[nth].0.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

/// SIGKILL: no handler, no flush, no goodbye.
impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
