//! The question before opportunity sync is turned off.

use askama::Template;

use super::{parts::count_of, shell::Shell};

/// Asks once more; it posts `enabled=false&confirmed=true` to `/apps/autotask/opportunities/sync`.
#[derive(Clone, Debug, Template)]
#[template(path = "turn_off.html")]
pub struct TurnOff {
    /// The frame.
    pub shell: Shell,
    /// How many quotes wait to be sent.
    pub waiting: u64,
}

impl TurnOff {
    /// What becomes of the quotes that wait.
    pub fn consequence(&self) -> String {
        match self.waiting {
            0 => "No quote is waiting to be sent.".to_owned(),
            1 => "1 quote is waiting to be sent. It stays waiting and is sent if you turn sync on again."
                .to_owned(),
            _ => {
                let waiting = count_of(self.waiting, "quote", "quotes");
                format!(
                    "{waiting} are waiting to be sent. They stay waiting and are sent if you turn sync on again."
                )
            }
        }
    }
}
