//! Which Autotask category fits a category of the catalogue, and why: computed for a person to accept, never applied.
//!
//! The same lists give the same suggestions. Names are taken apart once, so that hundreds of categories meet hundreds
//! of Autotask's in milliseconds.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use crate::domain::lists::{List, Lists};

/// How much of two names' words must be the same, of all that either has.
const ENOUGH_OVERLAP: f64 = 0.6;

/// An Autotask category that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The `productCategory`, active in Autotask.
    pub value: i64,
    /// Why this one.
    pub reason: Reason,
}

/// Why a category is suggested; its words stand beside the suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Every part of the path is the same.
    SamePath,
    /// The name is the same, and no parent says otherwise.
    SameName,
    /// The same apart from case, plural, punctuation and "&" or "and".
    SameSpelledOtherwise,
    /// The last part is the same, under other parents.
    SameLastPart,
    /// Most words are the same.
    SharedWords,
    /// A category beside it goes there: its path.
    Sibling(String),
}

impl Reason {
    /// Whether it may be accepted together with all others of its kind, without a look at each.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::SamePath | Self::SameName | Self::SameSpelledOtherwise)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SamePath => f.write_str("same path"),
            Self::SameName => f.write_str("same name"),
            Self::SameSpelledOtherwise => f.write_str("same name, spelled differently"),
            Self::SameLastPart => f.write_str("same last part"),
            Self::SharedWords => f.write_str("mostly the same words"),
            Self::Sibling(path) => write!(f, "like {}", path.replace('/', " › ")),
        }
    }
}

/// Autotask's active categories, taken apart to be compared.
pub struct Suggester {
    targets: Vec<Target>,
    /// The targets by each text that can point to them, see [`Key`].
    index: HashMap<Key, Vec<usize>>,
    words: HashMap<String, usize>,
    /// The targets that have a word, by its number.
    by_word: Vec<Vec<usize>>,
    /// What is mapped already, by parent: path and value.
    siblings: BTreeMap<String, Vec<(String, i64)>>,
}

struct Target {
    value: i64,
    name: Name,
}

/// What a name is looked up by.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Path(String),
    Last(String),
    LoosePath(String),
    LooseLast(String),
}

/// A path, taken apart.
struct Name {
    parts: Vec<String>,
    loose: Vec<String>,
    /// The numbers of all its words, in order.
    words: Vec<usize>,
    /// Those of its last part.
    last_words: Vec<usize>,
}

/// How much two names have in common, from 0 to 1: the greater share of the same words, of the whole paths or of their
/// last parts; then that of the whole paths alone.
#[derive(PartialEq, PartialOrd)]
struct Overlap(f64, f64);

impl Suggester {
    /// For the active categories of Autotask, and what is mapped already: paths and values.
    pub fn new<'a>(lists: &Lists, mapped: impl IntoIterator<Item = (&'a str, i64)>) -> Self {
        let list = List::ProductCategories;
        let mut all = Self {
            targets: Vec::new(),
            index: HashMap::new(),
            words: HashMap::new(),
            by_word: Vec::new(),
            siblings: BTreeMap::new(),
        };
        for option in lists.options(list).iter().filter(|option| option.active) {
            let path = lists.path(list, option.value);
            all.add(option.value, &path.split(" › ").collect::<Vec<_>>());
        }
        for (path, value) in mapped {
            if let Some((parent, _)) = path.rsplit_once('/').filter(|_| lists.is_active(list, value)) {
                all.siblings.entry(parent.to_owned()).or_default().push((path.to_owned(), value));
            }
        }
        all
    }

    /// The best suggestion for a category's path.
    pub fn suggest(&self, path: &str) -> Option<Suggestion> {
        let parts: Vec<&str> = path.split('/').collect();
        let name = Name::new(&parts, |word| self.words.get(word).copied());
        let target = |place: usize, reason| Some(Suggestion { value: self.targets[place].value, reason });
        if let Some((place, reason)) = self.exact(&name) {
            return target(place, reason);
        }
        let same_last = self.found(&Key::LooseLast(name.loose_last()));
        if let Some((place, _)) = self.closest(&name, same_last.iter().copied()) {
            return target(place, Reason::SameLastPart);
        }
        let sharing = name.words.iter().filter_map(|word| self.by_word.get(*word)).flatten().copied();
        match self.closest(&name, sharing) {
            Some((place, overlap)) if overlap.0 >= ENOUGH_OVERLAP => target(place, Reason::SharedWords),
            _ => self.sibling(path),
        }
    }

    fn add(&mut self, value: i64, parts: &[&str]) {
        let place = self.targets.len();
        let (words, by_word) = (&mut self.words, &mut self.by_word);
        let name = Name::new(parts, |word| {
            let next = by_word.len();
            let number = *words.entry(word.to_owned()).or_insert(next);
            if number == next {
                by_word.push(Vec::new());
            }
            Some(number)
        });
        for word in &name.words {
            self.by_word[*word].push(place);
        }
        for key in name.keys() {
            self.index.entry(key).or_default().push(place);
        }
        self.targets.push(Target { value, name });
    }

    /// The one target that is certainly meant: several that fit equally are none.
    fn exact(&self, name: &Name) -> Option<(usize, Reason)> {
        let only = |key: Key, may: &dyn Fn(&Target) -> bool| {
            let mut fitting = self.found(&key).iter().copied().filter(|place| may(&self.targets[*place]));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        let any = |_: &Target| true;
        let no_parent_differs = |target: &Target| name.is_top() || target.name.is_top();
        let same_path = if name.is_top() { Reason::SameName } else { Reason::SamePath };
        let loose = Reason::SameSpelledOtherwise;
        None.or_else(|| Some((only(Key::Path(name.path()), &any)?, same_path)))
            .or_else(|| Some((only(Key::Last(name.last()), &no_parent_differs)?, Reason::SameName)))
            .or_else(|| Some((only(Key::LoosePath(name.loose_path()), &any)?, loose.clone())))
            .or_else(|| Some((only(Key::LooseLast(name.loose_last()), &no_parent_differs)?, loose)))
    }

    fn found(&self, key: &Key) -> &[usize] {
        let is_blank = matches!(key, Key::LoosePath(text) | Key::LooseLast(text) if text.is_empty());
        self.index.get(key).filter(|_| !is_blank).map_or(&[], Vec::as_slice)
    }

    /// The candidate that shares most words with the name, the first of equals in Autotask's order.
    fn closest(&self, name: &Name, candidates: impl Iterator<Item = usize>) -> Option<(usize, Overlap)> {
        let mut places: Vec<usize> = candidates.collect();
        places.sort_unstable();
        places.dedup();
        let scored = places.into_iter().map(|place| (place, name.overlap(&self.targets[place].name)));
        scored.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// Where most of the categories beside it go.
    fn sibling(&self, path: &str) -> Option<Suggestion> {
        let (parent, _) = path.rsplit_once('/')?;
        let mut found: BTreeMap<i64, (usize, &str)> = BTreeMap::new();
        for (path, value) in self.siblings.get(parent)?.iter().filter(|(sibling, _)| sibling != path) {
            let (count, first) = found.entry(*value).or_insert((0, path));
            *count += 1;
            *first = path.as_str().min(*first);
        }
        let (value, (_, first)) =
            found.into_iter().max_by(|(_, (count, first)), (_, (other, other_first))| {
                count.cmp(other).then(other_first.cmp(first))
            })?;
        Some(Suggestion { value, reason: Reason::Sibling(first.to_owned()) })
    }
}

impl Name {
    /// `number` gives each word its number; a word that no target has gets none, but counts as different.
    fn new(parts: &[&str], mut number: impl FnMut(&str) -> Option<usize>) -> Self {
        let parts: Vec<String> =
            parts.iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let words: Vec<Vec<String>> = parts.iter().map(|part| words(part)).collect();
        // Words that no target has are as different from each other as from all that are known.
        let mut unknown = usize::MAX;
        let mut numbers = |words: &[String]| -> Vec<usize> {
            let mut numbers: Vec<usize> = words
                .iter()
                .map(|word| {
                    number(word).unwrap_or_else(|| {
                        unknown -= 1;
                        unknown
                    })
                })
                .collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let last_words = numbers(words.last().map_or(&[], Vec::as_slice));
        let all = words.concat();
        let loose = words.iter().map(|words| words.join(" ")).collect();
        Self { parts, loose, words: numbers(&all), last_words }
    }

    fn is_top(&self) -> bool {
        self.parts.len() == 1
    }

    fn path(&self) -> String {
        self.parts.join("/")
    }

    fn last(&self) -> String {
        self.parts.last().cloned().unwrap_or_default()
    }

    fn loose_path(&self) -> String {
        self.loose.join("/")
    }

    fn loose_last(&self) -> String {
        self.loose.last().cloned().unwrap_or_default()
    }

    fn keys(&self) -> [Key; 4] {
        [
            Key::Path(self.path()),
            Key::Last(self.last()),
            Key::LoosePath(self.loose_path()),
            Key::LooseLast(self.loose_last()),
        ]
    }

    fn overlap(&self, other: &Self) -> Overlap {
        let paths = share(&self.words, &other.words);
        Overlap(paths.max(share(&self.last_words, &other.last_words)), paths)
    }
}

/// How many of the numbers that either has both have. Both are in order, without repetition.
fn share(left: &[usize], right: &[usize]) -> f64 {
    let both = left.iter().filter(|number| right.binary_search(number).is_ok()).count();
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let either = left.len() + right.len() - both;
    if either == 0 { 0.0 } else { count(both) / count(either) }
}

/// The words of a name without what people write one way or the other: case, plural, punctuation, "&" and "and".
fn words(part: &str) -> Vec<String> {
    let lower = part.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "and");
    words.map(singular).collect()
}

/// An English word without the ending of its plural, near enough to compare by.
fn singular(word: &str) -> String {
    let long_enough = word.chars().count() > 3;
    let stem = |ending: &str| word.strip_suffix(ending).filter(|_| long_enough);
    if let Some(stem) = stem("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if let Some(stem) = stem(ending) {
            return format!("{stem}{}", &ending[..ending.len() - 2]);
        }
    }
    let is_singular = ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    stem("s").filter(|_| !is_singular).unwrap_or(word).to_owned()
}

#[cfg(test)]
#[path = "category_suggestions/tests.rs"]
mod tests;
