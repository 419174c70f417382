//! What Autotask cannot take as a document has it, said with the push instead of silently lost.

use std::collections::BTreeSet;

use super::{Action, Find, Otherwise, Step, Value, charges::not_sent};
use crate::domain::document::{Document, Line, LineKind};

/// As many lost characters are named.
const NAMED: usize = 10;

/// What there is to say about a document and about the texts that its steps write; `left_out` is whether it has changes
/// that come too late.
pub(super) fn of(document: &Document, steps: &[Step], left_out: bool) -> Vec<String> {
    let texts = text_lines(document, "quotes");
    let fees = count(document, |line| line.kind == LineKind::SetupFee && line.discount.is_some());
    let fees = (fees > 0).then(|| {
        "Autotask's setup fees take no discount: it is taken off the price, as one unit.".to_owned()
    });
    let left_out = left_out.then(|| {
        let (kind, status) = (document.kind.name(), document.status());
        format!("The {kind} is {status}: what was changed since it was last sent is left out.")
    });
    texts.into_iter().chain(fees).chain(left_out).chain(lost(steps)).collect()
}

/// The same for a sale that goes as a ticket, and what such a one cannot carry.
pub(super) fn of_ticket(document: &Document, steps: &[Step]) -> Vec<String> {
    let left_out = not_sent(document);
    let names: Vec<String> = left_out.iter().take(NAMED).map(|line| format!("\"{}\"", line.name)).collect();
    let more = match left_out.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let services = (!left_out.is_empty()).then(|| {
        format!(
            "Not sent: {}{more}. Tickets cannot carry recurring services; opportunities can.",
            names.join(", ")
        )
    });
    services.into_iter().chain(text_lines(document, "tickets")).chain(lost(steps)).collect()
}

fn count(document: &Document, is_it: fn(&&Line) -> bool) -> usize {
    let lines = document.content.lines.iter();
    lines.flat_map(|line| std::iter::once(line).chain(&line.components)).filter(is_it).count()
}

/// That `records`, quotes or tickets, have no place for lines of text.
fn text_lines(document: &Document, records: &str) -> Option<String> {
    match count(document, |line| line.kind == LineKind::Text) {
        0 => None,
        1 => Some(format!("1 text line is not sent: Autotask's {records} have none.")),
        count => Some(format!("{count} text lines are not sent: Autotask's {records} have none.")),
    }
}

/// Which characters of the texts to be written Autotask may not keep.
fn lost(steps: &[Step]) -> Option<String> {
    let fields = steps.iter().filter_map(|step| match &step.action {
        Action::Create(create) => Some(&create.fields),
        Action::Update(fields) | Action::Find(Find { otherwise: Otherwise::Create(fields), .. }) => {
            Some(fields)
        }
        Action::Find(_) | Action::Delete { .. } | Action::Settle(_) => None,
    });
    let texts = fields.flat_map(super::fields::Fields::iter).filter_map(|(_, value, _)| match value {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let lost: BTreeSet<char> = texts.flat_map(lost_characters).collect();
    let named: Vec<String> = lost.iter().take(NAMED).map(char::to_string).collect();
    let more = match lost.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!lost.is_empty()).then(|| {
        format!(
            "Autotask may show question marks for characters that it cannot keep: {}{more}.",
            named.join(" ")
        )
    })
}

/// The characters of a text that Windows-1252, in which Autotask keeps text, does not have.
pub fn lost_characters(text: &str) -> impl Iterator<Item = char> {
    const BETWEEN: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    let is_kept = |letter: char| {
        letter.is_ascii() || ('\u{a0}'..='\u{ff}').contains(&letter) || BETWEEN.contains(letter)
    };
    text.chars().filter(move |letter| !is_kept(*letter))
}
