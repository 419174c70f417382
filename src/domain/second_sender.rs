//! The second sender: another tool that creates opportunities in Autotask for the same quotes, as Kaseya Quote Manager's
//! own sync does. It shows by ids that documents carry and that Opportune did not make.
//!
//! Such an id is adopted where the document has no record of ours. Where it has one, there are two: a [`Double`], which
//! is reported and never adopted. Either is an appearance, unless it is history from before Opportune began to send.

use super::{
    document::{AutotaskIds, Document},
    plan::{Key, Links, Target},
};
use crate::clock::Millis;

/// The appearance after which nothing is sent any more, until a person says that it may go on.
pub const STOPS_AT: i64 = 3;

/// Two records in Autotask for one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Double {
    /// What both are.
    pub target: Target,
    /// The id of the one that Opportune made and goes on with.
    pub ours: i64,
    /// The id of the other.
    pub theirs: i64,
}

/// The ids that a document has got since its state before, and that it is not linked to.
pub fn appeared(before: Option<&Document>, now: &Document, links: &Links) -> AutotaskIds {
    let was = before.map(|before| before.content.autotask).unwrap_or_default();
    let is = now.content.autotask;
    let foreign = |target, was: Option<i64>, is: Option<i64>| {
        is.filter(|id| was != Some(*id) && links.id(&Key::only(target)) != Some(*id))
    };
    AutotaskIds {
        opportunity_id: foreign(Target::Opportunity, was.opportunity_id, is.opportunity_id),
        quote_id: foreign(Target::Quote, was.quote_id, is.quote_id),
    }
}

/// Whether ids that appeared say that another tool creates them now. A document that comes with its ids and was made
/// before the sync was turned on is history; while the sync is off Opportune is no second sender.
pub fn is_sign(before: Option<&Document>, now: &Document, sending_since: Option<Millis>) -> bool {
    let made_at = now.content.created_at.as_millisecond();
    sending_since.is_some_and(|since| before.is_some() || made_at >= since)
}

/// What Autotask has twice for a document: what Opportune made, and what the document names. A quote below another
/// opportunity is told with that one.
pub fn double(document: &Document, links: &Links) -> Option<Double> {
    let given = document.content.autotask;
    let of = |target, given: Option<i64>| {
        let link = links.get(&Key::only(target)).filter(|link| !link.written.adopted)?;
        given.filter(|id| *id != link.id).map(|theirs| Double { target, ours: link.id, theirs })
    };
    let opportunity = links.id(&Key::only(Target::Opportunity));
    let is_elsewhere = given.opportunity_id.is_some() && given.opportunity_id != opportunity;
    let quote = || of(Target::Quote, given.quote_id).filter(|_| !is_elsewhere);
    of(Target::Opportunity, given.opportunity_id).or_else(quote)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{
        document::{Content, Kind, State},
        plan::{Link, Written},
    };

    const MADE_AT: Millis = 1_000;

    fn ids(opportunity: i64, quote: i64) -> AutotaskIds {
        let given = |id| Some(id).filter(|id| *id != 0);
        AutotaskIds { opportunity_id: given(opportunity), quote_id: given(quote) }
    }

    fn document(opportunity: i64, quote: i64) -> Document {
        let created_at = Timestamp::from_millisecond(MADE_AT).unwrap();
        let autotask = ids(opportunity, quote);
        let content = Content { created_at, autotask, ..Content::default() };
        Document {
            kind: Kind::Quote,
            number: "Q-1".to_owned(),
            state: State::Open,
            quote_number: None,
            content,
        }
    }

    fn links(opportunity: i64, quote: i64, adopted: bool) -> Links {
        let mut links = Links::default();
        for (target, id) in [(Target::Opportunity, opportunity), (Target::Quote, quote)] {
            if id != 0 {
                let written = Written { adopted, ..Written::default() };
                links.set(Key::only(target), Link { id, written });
            }
        }
        links
    }

    #[test]
    fn ids_appear_when_they_are_new_and_not_linked() {
        for (was, is, linked, expected) in [
            (None, (7, 8), (0, 0), (7, 8)),
            (Some((0, 0)), (7, 0), (0, 0), (7, 0)),
            (Some((7, 0)), (7, 8), (7, 0), (0, 8)),
            (Some((7, 8)), (7, 8), (0, 0), (0, 0)),
            (Some((7, 8)), (0, 0), (7, 8), (0, 0)),
            (None, (7, 8), (7, 8), (0, 0)),
            (Some((0, 0)), (7, 8), (5, 6), (7, 8)),
            (Some((7, 8)), (9, 8), (7, 8), (9, 0)),
        ] {
            let before = was.map(|(opportunity, quote)| document(opportunity, quote));
            let found = appeared(before.as_ref(), &document(is.0, is.1), &links(linked.0, linked.1, false));
            assert_eq!(found, ids(expected.0, expected.1), "{was:?} {is:?} {linked:?}");
        }
    }

    #[test]
    fn what_was_made_before_the_sync_was_on_is_history_unless_it_was_known_without() {
        let (known, now) = (document(0, 0), document(7, 8));
        for (before, since, expected) in [
            (None, None, false),
            (Some(&known), None, false),
            (None, Some(MADE_AT), true),
            (None, Some(MADE_AT + 1), false),
            (Some(&known), Some(MADE_AT + 1), true),
        ] {
            assert_eq!(is_sign(before, &now, since), expected, "{since:?}");
        }
    }

    #[test]
    fn a_double_is_what_we_made_beside_what_the_document_names() {
        let opportunity = |ours, theirs| Some(Double { target: Target::Opportunity, ours, theirs });
        let quote = |ours, theirs| Some(Double { target: Target::Quote, ours, theirs });
        for (given, linked, adopted, expected) in [
            ((7, 8), (0, 0), false, None),
            ((7, 8), (7, 8), false, None),
            ((7, 8), (5, 6), false, opportunity(5, 7)),
            ((7, 0), (5, 6), false, opportunity(5, 7)),
            ((7, 8), (7, 6), false, quote(6, 8)),
            ((0, 8), (5, 6), false, quote(6, 8)),
            ((7, 8), (5, 6), true, None),
            ((0, 0), (5, 6), false, None),
        ] {
            let found = double(&document(given.0, given.1), &links(linked.0, linked.1, adopted));
            assert_eq!(found, expected, "{given:?} {linked:?}");
        }
        let mut moved = links(5, 0, true);
        moved.set(Key::only(Target::Quote), Link { id: 6, ..Link::default() });
        assert_eq!(double(&document(7, 8), &moved), None, "a person linked another opportunity");
    }
}
