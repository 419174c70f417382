//! Changes that come too late: a quote that is decided follows its document no more.

use std::collections::BTreeSet;

use super::{Key, Planner, Target, items::Item};
use crate::domain::document::State;

impl Planner<'_> {
    /// Whether a quote is lost with changes that were not sent while it was open. One that is lost as it was sent may have
    /// been sent in part only, and is completed; so is one whose opportunity was adopted.
    pub(super) fn is_lost_with_changes(&self) -> bool {
        self.input.document.state == State::Lost
            && self.state_written() == Some(State::Open)
            && self.was_sent()
            && !self.changed(&Key::only(Target::Opportunity), self.open_fields(), &[]).is_empty()
    }

    /// Whether the opportunity ever got what the document says, and not just its stage and status.
    fn was_sent(&self) -> bool {
        let link = self.input.links.get(&Key::only(Target::Opportunity));
        link.is_some_and(|link| link.written.fields.contains_key("title"))
    }

    /// Whether the document has changes that are not sent any more.
    pub(super) fn has_unsent_changes(&self, items: &[Item]) -> bool {
        let opportunity = Key::only(Target::Opportunity);
        if self.follows_edits() || !self.was_sent() {
            return false;
        }
        // Its amounts change with a late sale too, which is sent.
        let head = self.changed(&opportunity, self.head_fields(), &[]);
        let wanted: BTreeSet<&Key> = items.iter().map(|item| &item.key).collect();
        let is_left_out = |item: &Item| {
            let is_linked = self.input.links.get(&item.key).is_some();
            !self.is_written(item) && (!is_linked || !self.item_changes(item).is_empty())
        };
        !head.is_empty()
            || items.iter().any(is_left_out)
            || self.input.links.of(Target::QuoteItem).any(|(key, _)| !wanted.contains(key))
    }
}
