//! What a push waits for and until when, in words. No push waits without a stated reason.

use super::words;
use crate::{
    clock::Millis,
    domain::retry,
    service::{activity::PushRow, waits::Waits, workers::WorkerState},
};

/// Why a push is in its state, and until when if it waits. Without a full stop; empty only where it is over.
pub fn sentence(now: Millis, push: &PushRow, waits: &Waits) -> String {
    match push.state.as_str() {
        "waiting" => waiting(now, push, waits),
        "sending" => match waits.worker {
            WorkerState::Active(_) => "Goes to Autotask now".to_owned(),
            _ => "Its worker stopped answering. It goes on when a background worker runs again".to_owned(),
        },
        _ => words::reason(push.reason.as_deref()).0,
    }
}

fn waiting(now: Millis, push: &PushRow, waits: &Waits) -> String {
    if !waits.is_on(push.sync) {
        return format!("The {} sync is off. It waits until that is turned on", push.sync.name());
    }
    match waits.worker {
        WorkerState::Active(_) => {}
        WorkerState::Never => {
            return "No background worker has ever run. It waits until one is started".to_owned();
        }
        WorkerState::Silent(millis) => {
            return format!(
                "The background worker has been silent for {}. It waits until one runs again",
                words::length(millis)
            );
        }
    }
    let (reason, _) = words::reason(push.reason.as_deref());
    let turn = if push.run_at > now {
        next_try(now, push)
    } else {
        in_the_queue(waits.places.get(&push.id).copied().unwrap_or(1))
    };
    if reason.is_empty() { turn } else { format!("{reason}. {turn}") }
}

fn next_try(now: Millis, push: &PushRow) -> String {
    let until = format!("{}, in {}", words::until(now, push.run_at), words::length(push.run_at - now));
    match push.tries {
        0 => format!("Goes on at {until}"),
        tries => format!("Retry {tries} of {} at {until}", retry::TRIES),
    }
}

fn in_the_queue(place: i64) -> String {
    match place {
        ..=1 => "Next in the queue: goes to Autotask within seconds".to_owned(),
        2 => "In the queue: its turn comes after 1 other".to_owned(),
        _ => format!("In the queue: its turn comes after {} others", place - 1),
    }
}
