//! What the address of the history says: the filter, and the place of the page.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;
use url::form_urlencoded;

use crate::{
    clock::Millis,
    domain::author::Via,
    service::history::{Beyond, HistoryFilter, Place, RevisionFilter},
};

/// What `via` says for changes of lists.
pub const LISTS: &str = "lists";
/// What `who` begins with for a person, by id.
pub const PERSON: &str = "person-";
/// What `who` begins with for an API token, by name.
pub const TOKEN: &str = "token-";

const A_DAY: &str = "Enter a day as 2026-11-03";

/// The query of the history's address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HistoryParams {
    /// A person or a token.
    pub who: String,
    /// A way's name, or [`LISTS`].
    pub via: String,
    /// A field's path.
    pub field: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Where the page ends that is newer than the wanted one.
    before: String,
    /// Where the page begins that is older than the wanted one.
    after: String,
}

impl HistoryParams {
    /// The filter, and a sentence for every day that cannot be read, by name; such a day filters nothing.
    pub fn filter(&self) -> (HistoryFilter, BTreeMap<&'static str, &'static str>) {
        let days = [("from", &self.from), ("to", &self.to)];
        let errors = days.iter().filter(|(_, text)| !text.is_empty() && day(text).is_none());
        let errors = errors.map(|(name, _)| (*name, A_DAY)).collect();
        let filter = HistoryFilter {
            saves: RevisionFilter {
                user: self.who.strip_prefix(PERSON).and_then(|id| id.parse().ok()),
                token: self.who.strip_prefix(TOKEN).map(str::to_owned),
                via: Via::from_name(&self.via),
                from: day(&self.from).and_then(start).unwrap_or(0),
                until: day(&self.to).and_then(|day| start(day.tomorrow().ok()?)),
            },
            field: Some(self.field.clone()).filter(|field| !field.is_empty()),
            only_lists: self.via == LISTS,
        };
        (filter, errors)
    }

    /// The filter's fields by name.
    fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("who", &self.who),
            ("via", &self.via),
            ("field", &self.field),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// Whether anything is filtered away.
    pub fn is_narrowed(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    /// The place of the page; what cannot be read is the first page.
    pub fn place(&self) -> Beyond<Place> {
        match place(&self.after) {
            Some(place) => Beyond::Newer(place),
            None => Beyond::Older(place(&self.before).unwrap_or(Place::END)),
        }
    }

    /// The query with the same filter, with its question mark, for a page at another place.
    pub fn query(&self, place: Option<(&str, Place)>) -> String {
        let mut query = form_urlencoded::Serializer::new("?".to_owned());
        query.extend_pairs(self.fields().into_iter().filter(|(_, value)| !value.is_empty()));
        if let Some((name, Place { revision, entry })) = place {
            query.append_pair(name, &format!("{revision}.{entry}"));
        }
        let query = query.finish();
        if query.len() == 1 { String::new() } else { query }
    }
}

fn place(text: &str) -> Option<Place> {
    let (revision, entry) = text.split_once('.')?;
    Some(Place { revision: revision.parse().ok()?, entry: entry.parse().ok()? })
}

fn day(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

/// When a day begins, UTC.
fn start(day: Date) -> Option<Millis> {
    Some(day.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_from_their_begin_to_their_end() {
        let params = |from: &str, to: &str| HistoryParams {
            from: from.to_owned(),
            to: to.to_owned(),
            ..HistoryParams::default()
        };
        let (filter, errors) = params("2026-11-23", "2026-11-23").filter();
        assert_eq!((filter.saves.from, filter.saves.until), (1_795_392_000_000, Some(1_795_478_400_000)));
        assert!(errors.is_empty());
        let (filter, errors) = params("yesterday", "2026-02-30").filter();
        assert_eq!((filter.saves.from, filter.saves.until), (0, None));
        assert_eq!(errors.into_keys().collect::<Vec<_>>(), ["from", "to"]);
    }

    #[test]
    fn a_query_leads_to_the_same_filter_at_its_place() {
        let params = HistoryParams {
            who: "token-a & b".to_owned(),
            via: "api".to_owned(),
            ..HistoryParams::default()
        };
        let query = params.query(Some(("after", Place::END)));
        let read: HistoryParams = serde_qs::from_str(query.trim_start_matches('?')).unwrap_or_default();
        assert_eq!((read.who.replace('+', " "), read.via.clone()), (params.who.clone(), params.via.clone()));
        assert_eq!(read.place(), Beyond::Newer(Place::END));
        assert_eq!(HistoryParams::default().query(None), "");
    }
}
