//! How times and states are put into words.

use crate::{
    clock::{self, Millis},
    domain::hold::Hold,
    service::workers::WorkerState,
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

/// A point in time that lies ahead: the time of day, and the day where it is another one.
pub fn until(now: Millis, at: Millis) -> String {
    if day(now) == day(at) { clock_time(at) } else { moment(at) }
}

/// A day: `3 Nov 2026`.
pub fn day(at: Millis) -> String {
    clock::timestamp(at).strftime("%-d %b %Y").to_string()
}

/// An amount with its currency, from hundredths: `USD 1,234.50`.
pub fn amount(currency: &str, hundredths: i64) -> String {
    let whole = (hundredths.unsigned_abs() / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{currency} {sign}{grouped}.{:02}", hundredths.unsigned_abs() % 100)
}

/// How many quotes and how many sales: `9 quotes and 1 sale`.
pub fn quotes_and_sales(quotes: u64, sales: u64) -> String {
    let (some_quotes, some_sales) = (count_of(quotes, "quote", "quotes"), count_of(sales, "sale", "sales"));
    match (quotes, sales) {
        (_, 0) => some_quotes,
        (0, _) => some_sales,
        _ => format!("{some_quotes} and {some_sales}"),
    }
}

/// What the footer says of the background worker.
pub fn worker(state: WorkerState) -> String {
    match state {
        WorkerState::Never => "The background worker has never run".to_owned(),
        WorkerState::Active(millis) => format!("Worker active {}", ago(millis, 0)),
        WorkerState::Silent(millis) => {
            format!("The background worker has not reported for {}", length(millis))
        }
    }
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
    fn amounts_are_grouped_by_thousands() {
        let told = [0, 5, 100, -123_456, 100_000_000].map(|amount| super::amount("USD", amount));
        assert_eq!(told, ["USD 0.00", "USD 0.05", "USD 1.00", "USD -1,234.56", "USD 1,000,000.00"]);
    }

    #[test]
    fn quotes_and_sales_are_counted_apart() {
        let told = [(0, 0), (1, 0), (0, 2), (9, 1)].map(|(quotes, sales)| quotes_and_sales(quotes, sales));
        assert_eq!(told, ["0 quotes", "1 quote", "2 sales", "9 quotes and 1 sale"]);
    }

    #[test]
    fn lengths_are_told_in_their_largest_unit() {
        let told = [0, 1_000, 59_999, MINUTE, 2 * HOUR, 3 * DAY].map(length);
        assert_eq!(told, ["0 seconds", "1 second", "59 seconds", "1 minute", "2 hours", "3 days"]);
        assert_eq!(ago(5_000, 4_900), "just now");
        assert_eq!(worker(WorkerState::Active(12_000)), "Worker active 12 seconds ago");
        assert_eq!(
            worker(WorkerState::Silent(6 * MINUTE)),
            "The background worker has not reported for 6 minutes"
        );
        assert_eq!(day(1_793_700_000_000), "3 Nov 2026");
    }
}
