//! The question before a sync is turned off.

use askama::Template;

use super::{parts::count_of, shell::Shell};

/// Asks once more; it posts `enabled=false&confirmed=true` to the page's `/sync`.
#[derive(Clone, Debug, Template)]
#[template(path = "turn_off.html")]
pub struct TurnOff {
    /// The frame.
    pub shell: Shell,
    /// The question.
    pub question: &'static str,
    /// What becomes of what waits to be sent.
    pub consequence: String,
    /// The page that the switch is on.
    pub page: &'static str,
}

impl TurnOff {
    /// What becomes of so many quotes that wait.
    pub fn of_waiting(waiting: u64) -> String {
        match waiting {
            0 => "No quote is waiting to be sent.".to_owned(),
            1 => "1 quote is waiting to be sent. It stays waiting and is sent if you turn sync on again."
                .to_owned(),
            _ => {
                let waiting = count_of(waiting, "quote", "quotes");
                format!(
                    "{waiting} are waiting to be sent. They stay waiting and are sent if you turn sync on again."
                )
            }
        }
    }
}
