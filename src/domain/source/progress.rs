//! How far a source's lists are, and which page is to be read next. Kept as JSON with the job.
//!
//! Documents are looked at in every cycle: what changed since the last look began, and a little before that. References
//! are looked at daily, and so are all documents, whole: what the look for changes missed is found then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Ask, Facts, Of, Resource, Role};
use crate::clock::Millis;

/// How far a look for changes reaches back behind the beginning of the one before: clocks differ, and what was being
/// changed then may have been missed.
pub const OVERLAP: Millis = 5 * 60_000;
/// How often references, and all documents, are looked at.
pub const DAILY: Millis = 24 * 60 * 60_000;

/// How far everything is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// When the newest cycle began; 0 before the first.
    pub cycle_at: Millis,
    /// No call is made before then.
    pub wait_until: Millis,
    /// When the newest look at all references that came to its end began; 0 before the first.
    pub references_at: Millis,
    /// When the newest look at all documents that came to its end began.
    pub whole_at: Millis,
    /// Looks for changes, by resource.
    changes: BTreeMap<String, Listing>,
    /// Looks at all documents, by resource.
    whole: BTreeMap<String, Listing>,
}

/// How far one list is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Listing {
    /// When the last look that came to its end began.
    since: Option<Millis>,
    /// When the one that is under way began.
    began: Option<Millis>,
    /// Its next page.
    page: u32,
}

/// Which look a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What changed of documents and references.
    Changes,
    /// All documents.
    Whole,
}

/// What ended with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing: there are more.
    Nothing,
    /// The look at the documents of this cycle.
    Cycle,
    /// The look at all references.
    References,
    /// The look at all documents.
    Whole,
}

impl Progress {
    /// Nothing was read yet: everything is due now. The first look for changes is one at everything, so that the next
    /// whole one is due in a day.
    pub fn fresh(now: Millis) -> Self {
        Self { whole_at: now, ..Self::default() }
    }

    /// Whether all references were read once: before that no document can be made.
    pub fn has_references(&self) -> bool {
        self.references_at > 0
    }

    /// Whether every list of documents was read to its end once.
    pub fn has_documents(&self, facts: &Facts) -> bool {
        let is_read = |name: &str| self.changes.get(name).is_some_and(|listing| listing.since.is_some());
        facts.of(Role::Document).all(|resource| is_read(resource.name))
    }

    /// When the newest look for changes of a resource that came to its end began.
    pub fn looked_at(&self, name: &str) -> Option<Millis> {
        self.changes.get(name)?.since
    }

    /// The next look at the documents is due at once.
    pub fn hasten(&mut self) {
        self.cycle_at = 0;
    }

    /// Begins the looks that fell due, where the one before came to its end.
    pub fn begin_due(&mut self, facts: &Facts, every: Millis, now: Millis) {
        if now >= self.cycle_at + every && !self.is_under_way(facts, Role::Document) {
            self.cycle_at = now;
            begin(&mut self.changes, facts.of(Role::Document), now);
        }
        if now >= self.references_at + DAILY && !self.is_under_way(facts, Role::Reference) {
            begin(&mut self.changes, facts.of(Role::Reference), now);
        }
        let has_ended = !self.whole.values().any(|listing| listing.began.is_some());
        if now >= self.whole_at + DAILY && has_ended && self.has_documents(facts) {
            begin(&mut self.whole, facts.of(Role::Document), now);
        }
    }

    /// The page to be read next: changes of documents first, then references, then all documents.
    pub fn next(&self, facts: &Facts) -> Option<(Look, Ask)> {
        let changes = [Role::Document, Role::Reference].into_iter().flat_map(|role| facts.of(role));
        let changes = changes.map(|resource| (Look::Changes, resource, self.changes.get(resource.name)));
        let whole = facts.of(Role::Document);
        let whole = whole.map(|resource| (Look::Whole, resource, self.whole.get(resource.name)));
        let (look, resource, listing) =
            changes.chain(whole).find(|(.., listing)| listing.is_some_and(|it| it.began.is_some()))?;
        let listing = listing?;
        let tells = look == Look::Changes && resource.tells_changes;
        let since = listing.since.filter(|_| tells).map(|since| since - OVERLAP);
        Some((
            look,
            Ask { resource: resource.name, of: Of::Page { page: listing.page, since, filter: None } },
        ))
    }

    /// Notes that a page was stored; what ended with it, if it was the last.
    pub fn note(&mut self, facts: &Facts, look: Look, resource: &Resource, is_last: bool) -> Ended {
        let listings = if look == Look::Whole { &mut self.whole } else { &mut self.changes };
        let Some(listing) = listings.get_mut(resource.name) else { return Ended::Nothing };
        let Some(began) = listing.began else { return Ended::Nothing };
        if !is_last {
            listing.page += 1;
            return Ended::Nothing;
        }
        *listing = Listing { since: Some(began), began: None, page: 1 };
        match (look, resource.role) {
            (Look::Whole, _) if !self.whole.values().any(|listing| listing.began.is_some()) => {
                self.whole_at = began;
                Ended::Whole
            }
            (Look::Changes, Role::Reference) if !self.is_under_way(facts, Role::Reference) => {
                self.references_at = began;
                Ended::References
            }
            (Look::Changes, Role::Document) if !self.is_under_way(facts, Role::Document) => Ended::Cycle,
            _ => Ended::Nothing,
        }
    }

    /// When something falls due by the clock; not before calls may be made again.
    pub fn due_at(&self, every: Millis) -> Millis {
        let due = (self.cycle_at + every).min(self.references_at + DAILY).min(self.whole_at + DAILY);
        due.max(self.wait_until)
    }

    fn is_under_way(&self, facts: &Facts, role: Role) -> bool {
        let began = |name: &str| self.changes.get(name).is_some_and(|listing| listing.began.is_some());
        facts.of(role).any(|resource| began(resource.name))
    }
}

fn begin(
    listings: &mut BTreeMap<String, Listing>,
    resources: impl Iterator<Item = &'static Resource>,
    now: Millis,
) {
    for resource in resources {
        let listing = listings.entry(resource.name.to_owned()).or_default();
        (listing.began, listing.page) = (Some(now), 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;

    const fn resource(name: &'static str, role: Role, tells_changes: bool) -> Resource {
        Resource { name, label: name, role, below: None, tells_changes, has_pages: true }
    }

    const FACTS: Facts = Facts {
        word: "shop",
        name: "Shop",
        address: "https://example.com",
        key_is_at: "It stands there.",
        numbers: &[],
        codes: &[],
        calls_a_minute: 60,
        calls_a_day: 20_000,
        page: 2,
        resources: &[
            resource("offer", Role::Document, true),
            resource("order", Role::Document, true),
            resource("seller", Role::Reference, false),
        ],
        catalogue: &[],
        tested: &[],
    };

    /// Reads everything that is due, each list of one page; which lists and from when on.
    fn read_all(progress: &mut Progress, now: Millis) -> Vec<(&'static str, Option<Millis>)> {
        progress.begin_due(&FACTS, MINUTE, now);
        let mut read = Vec::new();
        while let Some((look, ask)) = progress.next(&FACTS) {
            let Of::Page { page, since, .. } = ask.of else { panic!("{ask:?}") };
            assert_eq!(page, 1);
            read.push((ask.resource, since));
            progress.note(&FACTS, look, FACTS.resource(ask.resource).unwrap(), true);
        }
        read
    }

    #[test]
    fn a_cycle_asks_for_what_changed_since_the_one_before_and_a_little_more() {
        let (start, mut progress) = (100_000 * MINUTE, Progress::fresh(100_000 * MINUTE));
        assert_eq!(read_all(&mut progress, start), [("offer", None), ("order", None), ("seller", None)]);
        assert!(progress.has_documents(&FACTS) && progress.has_references());
        assert_eq!(progress.due_at(MINUTE), start + MINUTE);
        assert_eq!(read_all(&mut progress, start + MINUTE - 1), []);
        let since = Some(start - OVERLAP);
        assert_eq!(read_all(&mut progress, start + MINUTE), [("offer", since), ("order", since)]);
        let since = Some(start + MINUTE - OVERLAP);
        assert_eq!(read_all(&mut progress, start + 9 * MINUTE), [("offer", since), ("order", since)]);
    }

    #[test]
    fn a_list_moves_on_only_when_its_last_page_was_stored() {
        let (start, mut progress) = (100_000 * MINUTE, Progress::fresh(100_000 * MINUTE));
        progress.begin_due(&FACTS, MINUTE, start);
        let offer = FACTS.resource("offer").unwrap();
        assert_eq!(progress.note(&FACTS, Look::Changes, offer, false), Ended::Nothing);
        // Whoever goes on later reads the second page of the same look; no new one begins.
        let text = serde_json::to_string(&progress).unwrap();
        let mut progress: Progress = serde_json::from_str(&text).unwrap();
        progress.begin_due(&FACTS, MINUTE, start + 5 * MINUTE);
        let (_, ask) = progress.next(&FACTS).unwrap();
        assert_eq!(ask.of, Of::Page { page: 2, since: None, filter: None });
        progress.note(&FACTS, Look::Changes, offer, true);
        assert!(!progress.has_documents(&FACTS));
        let order = FACTS.resource("order").unwrap();
        assert_eq!(progress.note(&FACTS, Look::Changes, order, true), Ended::Cycle);
        let seller = FACTS.resource("seller").unwrap();
        assert_eq!(progress.note(&FACTS, Look::Changes, seller, true), Ended::References);
        // What changed while it was read is behind its beginning, and is asked for.
        let since = Some(start - OVERLAP);
        assert_eq!(read_all(&mut progress, start + 6 * MINUTE), [("offer", since), ("order", since)]);
    }

    #[test]
    fn once_a_day_references_and_all_documents_are_looked_at() {
        let (start, mut progress) = (100_000 * MINUTE, Progress::fresh(100_000 * MINUTE));
        read_all(&mut progress, start);
        let at = start + DAILY;
        let since = Some(start - OVERLAP);
        let expected =
            [("offer", since), ("order", since), ("seller", None), ("offer", None), ("order", None)];
        assert_eq!(read_all(&mut progress, at), expected);
        assert_eq!((progress.references_at, progress.whole_at), (at, at));
        assert_eq!(read_all(&mut progress, at + MINUTE).len(), 2);
    }
}
