//! Choosing from a list by name: what an option is shown as, and which option a typed text means.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use super::{
    fold::fold,
    lists::{List, ListOption, Lists},
};

/// Lists with more active options than this are chosen from by typing; shorter ones with a native select.
pub const LONG: usize = 50;
/// A text that no option is called is answered with at most so many options.
pub const NEAREST: usize = 5;
/// Of so many pairs of letters, in percent, a text must share this many to be near.
const NEAR: usize = 30;

/// One list made ready to be shown and read by name.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    /// What each active option is shown as, in Autotask's order.
    active: Vec<(i64, String)>,
    /// What every option is shown as, inactive ones included.
    texts: HashMap<i64, String>,
    /// The active option by what it is shown as, folded.
    shown: HashMap<String, i64>,
    /// The active options by each folded text that can mean them.
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
        let options = lists.options(list);
        let paths = paths(options);
        let texts = texts(options, &paths);
        let mut picker = Self::default();
        for ((option, path), text) in options.iter().zip(paths).zip(texts) {
            if option.active {
                for meaning in [&text, &path, &option.label] {
                    let values = picker.meanings.entry(fold(meaning)).or_default();
                    if !values.contains(&option.value) {
                        values.push(option.value);
                    }
                }
                picker.shown.insert(fold(&text), option.value);
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

    /// The active options that a whole name can mean; a number is a name here like any other text.
    pub fn named(&self, name: &str) -> Vec<i64> {
        let folded = fold(name);
        let shown = self.shown.get(&folded).map(|value| vec![*value]);
        shown.or_else(|| self.meanings.get(&folded).cloned()).unwrap_or_default()
    }

    /// The option that a text means. A short list's control posts ids, a long one's what was typed: `Name (#123)` is
    /// that id whatever the name, else the text counts, else what begins with it, if that is one option.
    pub fn read(&self, typed: &str) -> Read {
        let typed = typed.trim();
        if typed.is_empty() {
            return Read::Empty;
        }
        let id = typed.parse().ok();
        if let Some(id) =
            id.filter(|id| !self.is_long() || self.texts.contains_key(id)).or_else(|| numbered(typed))
        {
            return Read::One(id);
        }
        let folded = fold(typed);
        if let Some(value) = self.shown.get(&folded) {
            return Read::One(*value);
        }
        let exact = self.meanings.get(&folded).cloned().unwrap_or_default();
        let found = if exact.is_empty() { self.beginning_with(&folded) } else { exact };
        match (found.as_slice(), id) {
            ([value], _) => Read::One(*value),
            ([], Some(id)) => Read::One(id),
            ([], None) => Read::Unknown,
            _ => Read::Several(found),
        }
    }

    fn beginning_with(&self, folded: &str) -> Vec<i64> {
        if folded.is_empty() {
            return Vec::new();
        }
        let from = self.meanings.range(folded.to_owned()..);
        let found: BTreeSet<i64> = from
            .take_while(|(text, _)| text.starts_with(folded))
            .flat_map(|(_, values)| values)
            .copied()
            .collect();
        found.into_iter().collect()
    }

    /// The active options that a text may have meant, the nearest first; at most [`NEAREST`].
    pub fn nearest(&self, typed: &str) -> Vec<(i64, &str)> {
        let (typed, letters) = (fold(typed), pairs(&fold(typed)));
        let near = |(value, text): &'_ (i64, String)| {
            let folded = fold(text);
            let shared = shared(&letters, &pairs(&folded));
            let rank = (folded.starts_with(&typed), folded.contains(&typed), shared);
            (rank.1 || shared >= NEAR).then_some((rank, *value))
        };
        let mut found: Vec<_> = self.active.iter().filter_map(near).collect();
        found.sort_by_key(|(rank, _)| Reverse(*rank));
        found.into_iter().take(NEAREST).filter_map(|(_, value)| Some((value, self.text(value)?))).collect()
    }
}

/// The id in `Name (#123)`.
fn numbered(text: &str) -> Option<i64> {
    text.strip_suffix(')')?.rsplit_once("(#")?.1.parse().ok()
}

/// Each option's label behind the label of what it is a part of.
fn paths(options: &[ListOption]) -> Vec<String> {
    let labels: HashMap<i64, &str> =
        options.iter().map(|option| (option.value, option.label.as_str())).collect();
    let path = |option: &ListOption| {
        let parent = option.parent.filter(|parent| *parent != option.value);
        match parent.and_then(|parent| labels.get(&parent)) {
            Some(parent) => format!("{parent} › {}", option.label),
            None => option.label.clone(),
        }
    };
    options.iter().map(path).collect()
}

/// What each option is shown as: its path, what tells it from others of that name, and its number where that is not
/// enough, or where the name could be taken for a number.
fn texts(options: &[ListOption], paths: &[String]) -> Vec<String> {
    let full = |(option, path): (&ListOption, &String)| match &option.detail {
        Some(detail) => format!("{path} — {detail}"),
        None => path.clone(),
    };
    let all: Vec<String> = options.iter().zip(paths).map(full).collect();
    let mut count: HashMap<String, usize> = HashMap::new();
    for text in &all {
        *count.entry(fold(text)).or_default() += 1;
    }
    let unlike = |text: &str| {
        let is_twin = count.get(&fold(text)).is_some_and(|count| *count > 1);
        is_twin || numbered(text).is_some() || text.trim().parse::<i64>().is_ok() || text.trim().is_empty()
    };
    let numbered = |(option, text): (&ListOption, String)| {
        if unlike(&text) { format!("{text} (#{})", option.value) } else { text }
    };
    options.iter().zip(all).map(numbered).collect()
}

/// The pairs of neighbouring letters of a text, sorted.
fn pairs(text: &str) -> Vec<(char, char)> {
    let mut pairs: Vec<_> = text.chars().zip(text.chars().skip(1)).collect();
    pairs.sort_unstable();
    pairs
}

/// How much of two texts' pairs is the same, in percent of the shorter one: what was left out does not count.
fn shared(one: &[(char, char)], other: &[(char, char)]) -> usize {
    let (mut left, mut right, mut same) = (one, other, 0);
    while let (Some((a, left_rest)), Some((b, right_rest))) = (left.split_first(), right.split_first()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left = left_rest,
            std::cmp::Ordering::Greater => right = right_rest,
            std::cmp::Ordering::Equal => (left, right, same) = (left_rest, right_rest, same + 1),
        }
    }
    same * 100 / one.len().min(other.len()).max(1)
}

#[cfg(test)]
mod tests;
