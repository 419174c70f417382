//! Where the values of a write come from, as it is kept with the step: each source once, in words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fields;
use crate::domain::document::Kind;

/// Sources in words, each with the fields whose values come from it. Fields share sources, so that this is about half
/// as long as words for every field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance(BTreeMap<String, Vec<String>>);

impl Provenance {
    /// Of the fields of a write for a document of that kind.
    pub fn of(fields: &Fields, kind: Kind) -> Self {
        let mut sources: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (field, _, source) in fields.iter() {
            sources.entry(source.words(kind)).or_default().push(field.to_owned());
        }
        Self(sources)
    }

    /// Where a field's value comes from; `None` where that was not kept.
    pub fn words(&self, field: &str) -> Option<&str> {
        let mut of_it = self.0.iter().filter(|(_, fields)| fields.iter().any(|name| name == field));
        of_it.next().map(|(words, _)| words.as_str())
    }
}
