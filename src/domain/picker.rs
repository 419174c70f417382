//! Choosing from a list by name: what an option is shown as, and which option a typed text means.

use std::collections::{BTreeMap, HashMap};

use super::lists::{List, Lists};

/// Lists with more active options than this are chosen from by typing; shorter ones with a native select.
pub const LONG: usize = 50;

/// One list made ready to be shown and read by name.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    /// What each active option is shown as, in Autotask's order.
    active: Vec<(i64, String)>,
    /// What every option is shown as, inactive ones included.
    texts: HashMap<i64, String>,
    /// The active options by each plain text that can mean them.
    meanings: BTreeMap<String, Vec<i64>>,
}

/// What a typed text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// Nothing was typed.
    Empty,
    /// This option, which may be inactive when it was given by its id.
    One(i64),
    /// Several options fit equally well.
    Several(Vec<i64>),
    /// No option fits.
    Unknown,
}

impl Picker {
    /// The picker of a list.
    pub fn new(lists: &Lists, list: List) -> Self {
        let mut picker = Self::default();
        let full = |value: i64, detail: Option<&str>| {
            let name = lists.path(list, value);
            detail.map_or_else(|| name.clone(), |detail| format!("{name} — {detail}"))
        };
        let mut count: HashMap<String, usize> = HashMap::new();
        let options = lists.options(list);
        let all: Vec<_> = options.iter().map(|option| full(option.value, option.detail.as_deref())).collect();
        for text in &all {
            *count.entry(plain(text)).or_default() += 1;
        }
        for (option, text) in options.iter().zip(all) {
            let is_twin = count.get(&plain(&text)).is_some_and(|count| *count > 1);
            let text = if is_twin { format!("{text} (#{})", option.value) } else { text };
            if option.active {
                for meaning in [text.clone(), lists.path(list, option.value), option.label.clone()] {
                    let values = picker.meanings.entry(plain(&meaning)).or_default();
                    if !values.contains(&option.value) {
                        values.push(option.value);
                    }
                }
                picker.active.push((option.value, text.clone()));
            }
            picker.texts.insert(option.value, text);
        }
        picker
    }

    /// Whether the list is chosen from by typing.
    pub fn is_long(&self) -> bool {
        self.active.len() > LONG
    }

    /// What can be chosen newly: value and text, in Autotask's order.
    pub fn active(&self) -> &[(i64, String)] {
        &self.active
    }

    /// What an option is shown as, active or not; `None` for a value that the list does not have.
    pub fn text(&self, value: i64) -> Option<&str> {
        self.texts.get(&value).map(String::as_str)
    }

    /// The active options that a name alone can mean; a number is a name here like any other text.
    pub fn named(&self, name: &str) -> &[i64] {
        self.meanings.get(&plain(name)).map_or(&[], Vec::as_slice)
    }

    /// The option that a text means. A short list's control posts ids, a long one's what was typed.
    pub fn read(&self, typed: &str) -> Read {
        let typed = typed.trim();
        if typed.is_empty() {
            return Read::Empty;
        }
        let id = typed.parse().ok();
        if let Some(id) = id.filter(|_| !self.is_long()) {
            return Read::One(id);
        }
        let numbered = typed.strip_suffix(')').and_then(|text| text.rsplit_once("(#"));
        if let Some(id) = numbered.and_then(|(_, id)| id.parse().ok()) {
            return Read::One(id);
        }
        match (self.meanings.get(&plain(typed)).map(Vec::as_slice), id) {
            (Some([value]), _) => Read::One(*value),
            (Some(values), _) => Read::Several(values.to_vec()),
            (None, Some(id)) => Read::One(id),
            (None, None) => Read::Unknown,
        }
    }
}

/// A text without regard to case and spaces.
pub fn plain(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
