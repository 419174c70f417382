//! How times and states are put into words.

use crate::{
    clock::{self, Millis},
    domain::hold::Hold,
    web::view::{Tag, Tone, count_of},
};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// A length of time in its largest unit: `4 minutes`.
pub fn length(millis: Millis) -> String {
    let count = |unit: Millis| millis.max(0).unsigned_abs() / unit.unsigned_abs();
    match millis {
        ..MINUTE => count_of(count(1_000), "second", "seconds"),
        MINUTE..HOUR => count_of(count(MINUTE), "minute", "minutes"),
        HOUR..DAY => count_of(count(HOUR), "hour", "hours"),
        _ => count_of(count(DAY), "day", "days"),
    }
}

/// How long ago something was: `2 minutes ago`.
pub fn ago(now: Millis, at: Millis) -> String {
    if now - at < 1_000 { "just now".to_owned() } else { format!("{} ago", length(now - at)) }
}

/// A time of day with its zone: `14:05:09 UTC`.
pub fn time_of_day(at: Millis) -> String {
    clock::timestamp(at).strftime("%H:%M:%S UTC").to_string()
}

/// A time of day without seconds: `14:05 UTC`.
pub fn clock_time(at: Millis) -> String {
    clock::timestamp(at).strftime("%H:%M UTC").to_string()
}

/// A day and a time: `3 Nov 2026, 14:05 UTC`.
pub fn moment(at: Millis) -> String {
    format!("{}, {}", day(at), clock_time(at))
}

/// A day: `3 Nov 2026`.
pub fn day(at: Millis) -> String {
    clock::timestamp(at).strftime("%-d %b %Y").to_string()
}

/// A push's state as a tag.
pub fn status(state: &str) -> Tag {
    let (tone, text) = match state {
        "sent" => (Tone::Ok, "Sent"),
        "sending" => (Tone::Info, "Sending"),
        "waiting" => (Tone::Plain, "Waiting"),
        "held" => (Tone::Warn, "Held"),
        "failed" => (Tone::Bad, "Failed"),
        _ => (Tone::Plain, "Skipped"),
    };
    Tag::new(tone, text)
}

/// Why a push is in its state: a hold's cause, or the sentence that was kept.
pub fn reason(kept: Option<&str>) -> (String, Option<Hold>) {
    let hold = kept.and_then(|text| serde_json::from_str::<Hold>(text).ok());
    let text = hold.as_ref().map_or_else(|| kept.unwrap_or_default().to_owned(), Hold::cause);
    (text, hold)
}

/// A change as the activity page names it.
pub fn change(change: &str) -> &'static str {
    match change {
        "created" => "Created",
        "won" => "Won",
        "lost" => "Lost",
        "reopened" => "Reopened",
        _ => "Edited",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_their_largest_unit() {
        let told = [0, 1_000, 59_999, MINUTE, 2 * HOUR, 3 * DAY].map(length);
        assert_eq!(told, ["0 seconds", "1 second", "59 seconds", "1 minute", "2 hours", "3 days"]);
        assert_eq!(ago(5_000, 4_900), "just now");
        assert_eq!(day(1_793_700_000_000), "3 Nov 2026");
    }
}
