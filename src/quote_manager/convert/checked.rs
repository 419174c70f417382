//! Documents from here pass the same checks as those that tools send.

use super::{Unreadable, notes::Notes};
use crate::domain::{
    document::{Document, Kind, State},
    intake,
};

/// A number that a document can be kept under.
///
/// # Errors
/// Why there is none.
pub(super) fn number(number: Option<&str>, what: &str, id: Option<i64>) -> Result<String, Unreadable> {
    let unreadable = |wrong: &str| {
        let which = id.map_or_else(|| "without an id".to_owned(), |id| format!("with the id {id}"));
        let sentence = format!("The {what} {which} {wrong}. Give it another number in Kaseya Quote Manager.");
        Err(Unreadable { sentence })
    };
    let Some(number) = number else { return unreadable("has no number") };
    if number.chars().count() > intake::MAX_NUMBER {
        return unreadable(&format!("has a number of more than {} characters", intake::MAX_NUMBER));
    }
    if number.chars().any(char::is_control) {
        return unreadable("has a number with control characters in it");
    }
    Ok(number.to_owned())
}

/// The document, with everything in it that intake would refuse noted as unclear.
pub(super) fn checked(document: Document, mut notes: Notes) -> Document {
    let (number, state) = (document.number.clone(), document.state);
    let read = match document.kind {
        Kind::Quote => intake::quote(&number, &intake::written(&document)),
        Kind::Sale => {
            // Tools send no drafts.
            let placed = if state == State::Open { State::Won } else { state };
            intake::sale(&number, &intake::written(&Document { state: placed, ..document.clone() }))
        }
    };
    let mut checked = match read {
        Ok(read) => Document { state, ..read },
        Err(errors) => {
            let is_told = !notes.is_empty();
            for (path, sentences) in errors.iter() {
                // Whatever is missing was told in words of its own.
                for said in sentences.iter().filter(|said| !(is_told && *said == "is required")) {
                    notes.say(sentence(&document, path, said));
                }
            }
            document
        }
    };
    checked.content.unclear = notes.into_unclear();
    checked
}

/// What intake says about the value at a path, in words for whoever made the document elsewhere.
fn sentence(document: &Document, path: &str, said: &str) -> String {
    let said = said.trim_end_matches('.');
    if let Some((index, member)) = path.strip_prefix("lines[").and_then(|rest| rest.split_once(']')) {
        let line = index.parse().ok().and_then(|index: usize| document.content.lines.get(index));
        let name = line.map(|line| line.name.as_str()).unwrap_or_default();
        return format!("{}: {} {said}.", line_called(name), words(member));
    }
    let field = words(path);
    let first: String = field.chars().take(1).flat_map(char::to_uppercase).collect();
    let rest: String = field.chars().skip(1).collect();
    format!("{first}{rest} {said}.")
}

/// A line as it is called in sentences.
pub(super) fn line_called(name: &str) -> String {
    if name.is_empty() {
        return "A line without a title".to_owned();
    }
    let short: String = name.chars().take(60).collect();
    let end = if short.len() < name.len() { "…" } else { "" };
    format!("Line \"{short}{end}\"")
}

fn words(path: &str) -> String {
    path.trim_start_matches('.').replace(['.', '_'], " ")
}
