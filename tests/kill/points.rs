//! Every named point once: the process aborts when a quote of its own gets there, and whoever comes next goes on. Nobody
//! presses a button in between.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    time::{Duration, Instant},
};

use opportune::domain::ids::PushId;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    common::Rig,
    processes::{self, SIGABRT},
    quotes::{check_catalogue, count, is_sent, quote, send, until},
    reading,
};

/// A point that is not reached within this time is not on the way.
const REACHED: Duration = Duration::from_secs(30);

/// What makes a worker go by a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Nothing: it is due by the clock.
    Time,
    /// A new quote.
    New,
    /// A change of a quote that was sent.
    Edit,
    Win,
    /// The create before was cut off: the process died at the point named here.
    After(&'static str),
    Refresh,
    /// A source is connected, of a tenant of its own.
    Source,
}

/// Place, what passes it, and what makes it pass. Polls come first: the first one is due at once.
const POINTS: &[(Cause, &str, &[&str])] = &[
    (Cause::Time, "poll.before", &["page", "end"]),
    (Cause::Time, "poll.after", &["page", "end"]),
    (Cause::New, "claim.before", &["push"]),
    (Cause::New, "claim.after", &["push"]),
    (Cause::New, "load.before", &["push"]),
    (Cause::New, "load.after", &["push"]),
    (Cause::New, "find.answered", &["company", "product", "service"]),
    (Cause::New, "search.answered", &["opportunity"]),
    (
        Cause::New,
        "commit.before",
        &["product", "service", "opportunity", "quote_location", "quote", "quote_item", "notes"],
    ),
    (
        Cause::New,
        "commit.after",
        &["product", "service", "opportunity", "quote_location", "quote", "quote_item", "notes"],
    ),
    (
        Cause::New,
        "create.answered",
        &["product", "service", "opportunity", "quote_location", "quote", "quote_item"],
    ),
    (Cause::New, "finish.before", &["sent"]),
    (Cause::New, "finish.after", &["sent"]),
    (Cause::After("create.answered:quote"), "search.answered", &["quote"]),
    (Cause::After("create.answered:quote_item"), "search.answered", &["quote_item"]),
    (Cause::After("commit.after:quote_item"), "finish.before", &["waiting"]),
    (Cause::After("commit.after:quote_item"), "finish.after", &["waiting"]),
    (Cause::Edit, "patch.before", &["opportunity", "quote", "quote_item"]),
    (Cause::Edit, "patch.answered", &["opportunity", "quote", "quote_item"]),
    (Cause::Edit, "delete.before", &["quote_item"]),
    (Cause::Edit, "delete.answered", &["quote_item"]),
    (Cause::Win, "read.answered", &["opportunity"]),
    (Cause::Win, "patch.before", &["settle"]),
    (Cause::Win, "patch.answered", &["settle"]),
    (Cause::Refresh, "refresh.before", &["progress", "list"]),
    (Cause::Refresh, "refresh.after", &["progress", "list"]),
    // One that died there has nothing left but its end.
    (Cause::Refresh, "refresh.before", &["end"]),
    (Cause::Refresh, "refresh.after", &["end"]),
    (Cause::Source, "source.before", &["settings", "call", "page", "below", "record", "documents", "end"]),
    (Cause::Source, "source.after", &["settings", "call", "page", "below", "record", "documents", "end"]),
];

/// Aborts at each point in turn, and sees that everything is as it should be in the end. `jobs` says whether at those of
/// polls and refreshes too: where several processes may run, nobody goes on with one before its lease of 2 minutes ends.
pub async fn abort_at_each(rig: &Rig, jobs: bool) {
    let start = Instant::now();
    assert_eq!(places_in_the_source(), POINTS.iter().map(|(_, place, _)| (*place).to_owned()).collect());
    let points: Vec<(Cause, String)> = POINTS
        .iter()
        .filter(|(cause, ..)| jobs || !matches!(cause, Cause::Time | Cause::Refresh | Cause::Source))
        .flat_map(|(cause, place, whats)| whats.iter().map(move |what| (*cause, format!("{place}:{what}"))))
        .collect();
    assert!(points.len() >= 40);
    let polls = points.iter().filter(|(cause, _)| *cause == Cause::Time).count();
    for (_, point) in &points[..polls] {
        die_at(rig, point, None).await;
    }
    send_first_versions(rig, &points).await;
    reading::fill(rig, 1);
    for (nth, (cause, point)) in points.iter().enumerate().skip(polls) {
        let push = bring_about(rig, *cause, nth).await;
        die_at(rig, point, push).await;
    }
    finish(rig, &points).await;
    eprintln!("the process died at {} points, {:.0} s in all", points.len(), start.elapsed().as_secs_f64());
}

/// Quotes that are there before they are changed or won.
async fn send_first_versions(rig: &Rig, points: &[(Cause, String)]) {
    for (nth, (cause, _)) in points.iter().enumerate() {
        if matches!(cause, Cause::Edit | Cause::Win) {
            send(rig, &format!("P-{nth}"), &first(nth)).await;
        }
    }
    let _worker = processes::start(rig, "");
    until("the first versions are sent", async || is_sent(rig).await).await;
}

/// Makes that happen which a point is on the way of; the push that goes there.
async fn bring_about(rig: &Rig, cause: Cause, nth: usize) -> Option<PushId> {
    let number = format!("P-{nth}");
    let body = match cause {
        Cause::Time => return None,
        Cause::Refresh => {
            // One that was cut off goes on by itself.
            let _ = rig.services.request_refresh(rig.tenant, None).await;
            return None;
        }
        Cause::Source => {
            reading::connect(rig, &format!("Source {nth}")).await;
            return None;
        }
        Cause::New | Cause::After(_) => first(nth),
        Cause::Edit => second(nth),
        Cause::Win => won(nth),
    };
    let push = Some(send(rig, &number, &body).await);
    if let Cause::After(point) = cause {
        die_at(rig, point, push).await;
    }
    push
}

/// A process starts, and aborts where this push gets to the point. Nobody has a push yet that is just being claimed.
pub async fn die_at(rig: &Rig, point: &str, push: Option<PushId>) {
    let of = push.filter(|_| !point.starts_with("claim."));
    let abort_at = of.map_or_else(|| point.to_owned(), |push| format!("{point}:{push}"));
    let (mut worker, start) = (processes::start(rig, &abort_at), Instant::now());
    let status = loop {
        if let Some(status) = worker.0.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < REACHED, "{point} was not reached");
        sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(status.signal(), Some(SIGABRT), "the process did not die at {point}");
}

async fn finish(rig: &Rig, points: &[(Cause, String)]) {
    let _worker = processes::start(rig, "");
    until("everything is sent", async || is_sent(rig).await).await;
    let (titles, numbers) =
        (count(rig, "Opportunities", "title"), count(rig, "Quotes", "externalQuoteNumber"));
    let items = rig.emulator.entities("QuoteItems");
    let quotes = rig.emulator.entities("Quotes");
    let mut expected = 0;
    for (nth, (cause, point)) in points.iter().enumerate() {
        let body = match cause {
            Cause::Time | Cause::Refresh | Cause::Source => continue,
            Cause::New | Cause::After(_) => first(nth),
            Cause::Edit => second(nth),
            Cause::Win => won(nth),
        };
        expected += 1;
        let number = format!("P-{nth}");
        let title = format!("{number} {}", body["title"].as_str().unwrap());
        assert_eq!((titles.get(&title), numbers.get(&number)), (Some(&1), Some(&1)), "{point}");
        let id = &quotes.iter().find(|quote| quote["externalQuoteNumber"] == number.as_str()).unwrap()["id"];
        let its = items.iter().filter(|item| item["quoteID"] == *id).count();
        assert_eq!(its, body["lines"].as_array().unwrap().len(), "items of {point}");
    }
    assert_eq!((titles.len(), numbers.len()), (expected, expected));
    check_catalogue(rig);
    reading::until_all_read(rig, 1).await;
}

/// A quote of a customer, a product and a service that no other has.
fn first(nth: usize) -> Value {
    let mut body = quote(nth, 5);
    body["customer"]["id"] = json!(format!("customer {nth}"));
    body["lines"][1]["name"] = json!(format!("Spare part of P-{nth}"));
    body["lines"][2]["name"] = json!(format!("Managed Vault of P-{nth}"));
    body
}

/// The same with another title, another price, and a line less.
fn second(nth: usize) -> Value {
    let mut body = first(nth);
    body["title"] = json!("Kill test again");
    body["lines"][0]["unit_price"] = json!("21.00");
    body["lines"].as_array_mut().unwrap().pop();
    body
}

fn won(nth: usize) -> Value {
    let mut body = first(nth);
    body["status"] = json!("won");
    body
}

/// The places that the program names, so that none is forgotten above.
fn places_in_the_source() -> BTreeSet<String> {
    fn walk(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let named = text.split("failpoint::reach(\"").skip(1);
            found.extend(named.filter_map(|rest| rest.split_once('"')).map(|(place, _)| place.to_owned()));
        }
    }
    let mut found = BTreeSet::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}
