//! Fills controls from lists, each of which is prepared once.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Choice, Select, SharedList, Tag, Tone, Typed};
use crate::domain::{
    fold::fold,
    lists::{List, Lists},
    picker::{LONG, NEAREST, Picker, Read},
};

/// Fills controls from lists; each list is prepared once.
pub struct Filler<'a> {
    lists: &'a Lists,
    /// Whether lists were ever fetched: without that an empty list is one that nobody knows yet.
    loaded: bool,
    pickers: BTreeMap<List, Picker>,
    shared: BTreeSet<List>,
    names: Vec<SharedList>,
}

impl<'a> Filler<'a> {
    /// Nothing is prepared yet.
    pub fn new(lists: &'a Lists, loaded: bool) -> Self {
        Self { lists, loaded, pickers: BTreeMap::new(), shared: BTreeSet::new(), names: Vec::new() }
    }

    /// Gives a control the list's options and the value: an id as saved, or a text as typed. The chosen one is shown
    /// even if it is inactive or gone, and returned.
    pub fn choose(&mut self, select: &mut Select, list: List, value: &str) -> Option<i64> {
        let lists = self.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        let read = picker.read(value);
        let chosen = if let Read::One(chosen) = read { Some(chosen) } else { None };
        let text = chosen.map(|chosen| text(lists, list, picker, chosen));
        if picker.is_long() {
            self.shared.insert(list);
            select.near = near(picker, value, &read);
            let value = text.unwrap_or_else(|| value.to_owned());
            select.typed = Some(Typed { list: list_id(list), value });
        } else {
            let choice = |(value, text): &(i64, String)| Choice {
                value: value.to_string(),
                label: text.clone(),
                selected: chosen == Some(*value),
            };
            select.options = picker.active().iter().map(choice).collect();
            if let Some((chosen, label)) =
                chosen.zip(text).filter(|(chosen, _)| !lists.is_active(list, *chosen))
            {
                select.options.insert(0, Choice { value: chosen.to_string(), label, selected: true });
            }
        }
        select.tag = match chosen {
            Some(_) if self.is_unknown(list) => None,
            Some(chosen) if lists.find(list, chosen).is_none() => {
                Some(Tag::new(Tone::Warn, "No longer in Autotask"))
            }
            Some(chosen) if !lists.is_active(list, chosen) => {
                Some(Tag::new(Tone::Warn, "Inactive in Autotask"))
            }
            _ => None,
        };
        if self.is_unknown(list) {
            close(select, list, value);
        }
        chosen
    }

    /// What a list's control holds when it shows a value: its id where it is a native select, else its text.
    pub fn held(&mut self, list: List, value: i64) -> String {
        let lists = self.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        if picker.is_long() { text(lists, list, picker, value) } else { value.to_string() }
    }

    fn is_unknown(&self, list: List) -> bool {
        !self.loaded && self.lists.options(list).is_empty()
    }

    /// Gives a control names of our own to choose from. `id` is what the list is called where it is a long one.
    pub fn choose_name(&mut self, select: &mut Select, id: &str, known: &[String], value: &str) {
        let shown = |name: &str| name.replace('/', " › ");
        if known.len() > LONG {
            let id = format!("options-{id}");
            select.typed = Some(Typed { list: id.clone(), value: shown(value) });
            if !self.names.iter().any(|list| list.id == id) {
                self.names.push(SharedList { id, options: known.iter().map(|name| shown(name)).collect() });
            }
            return;
        }
        let choice = |name: &String| Choice {
            value: name.clone(),
            label: shown(name),
            selected: fold(name) == fold(value) || fold(&shown(name)) == fold(value),
        };
        select.options = known.iter().map(choice).collect();
    }

    /// The options that the long lists' controls share.
    pub fn shared(self) -> Vec<SharedList> {
        let pickers = &self.pickers;
        let options = |list| {
            pickers.get(&list).map(|picker| picker.active().iter().map(|(_, text)| text.clone()).collect())
        };
        let shared = |list| SharedList { id: list_id(list), options: options(list).unwrap_or_default() };
        self.shared.iter().copied().map(shared).chain(self.names).collect()
    }
}

/// Closes a control whose list was never loaded; what is saved for it stays.
fn close(select: &mut Select, list: List, value: &str) {
    select.kept = Some(value.to_owned());
    select.typed = None;
    let many = list.nouns().1.to_lowercase();
    select.note = Some(format!(
        "The {many} have not been loaded from Autotask yet. Refresh lists, then choose here; what is saved is kept."
    ));
}

/// What a text may have meant that no single option is called.
fn near(picker: &Picker, typed: &str, read: &Read) -> Vec<Choice> {
    let choice = |(value, text): (i64, &str)| Choice {
        value: value.to_string(),
        label: text.to_owned(),
        selected: false,
    };
    match read {
        Read::Several(values) => {
            let known = values.iter().filter_map(|value| Some((*value, picker.text(*value)?)));
            known.take(NEAREST).map(choice).collect()
        }
        Read::Unknown => picker.nearest(typed).into_iter().map(choice).collect(),
        Read::Empty | Read::One(_) => Vec::new(),
    }
}

fn list_id(list: List) -> String {
    format!("options-{}", list.name())
}

/// What a chosen value is shown as: also one that is inactive or that nobody ever saw. Its id is in the text where
/// the text alone would not lead back to it.
fn text(lists: &Lists, list: List, picker: &Picker, value: i64) -> String {
    let text = match picker.text(value) {
        Some(text) if lists.is_active(list, value) => return text.to_owned(),
        Some(text) => format!("{} (inactive in Autotask)", text.trim_end_matches(&format!(" (#{value})"))),
        None if picker.is_long() => "Unknown value (no longer in Autotask)".to_owned(),
        None => format!("Unknown value, ID {value} (no longer in Autotask)"),
    };
    if picker.is_long() { format!("{text} (#{value})") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lists::ListOption;

    /// Every list that the page chooses from.
    const KINDS: [List; 7] = [
        List::OpportunityCategories,
        List::Owners,
        List::Stages,
        List::Statuses,
        List::ShippingTypes,
        List::MaterialCodes,
        List::ProductCategories,
    ];

    /// `count` active options from 1, and the inactive 1000.
    fn lists(list: List, count: i64) -> Lists {
        let option = |value: i64, active| ListOption {
            value,
            label: format!("Choice {value:03}"),
            detail: None,
            parent: None,
            active,
        };
        let mut lists = Lists::default();
        lists.set(list, (1..=count).map(|value| option(value, true)).chain([option(1000, false)]).collect());
        lists
    }

    fn filled(list: List, count: i64, value: &str) -> Select {
        let lists = lists(list, count);
        let mut select = Select::new("a", "A");
        Filler::new(&lists, true).choose(&mut select, list, value);
        select
    }

    fn shown(select: &Select) -> String {
        let chosen =
            || select.options.iter().find(|choice| choice.selected).map(|choice| choice.label.clone());
        select.typed.as_ref().map(|typed| typed.value.clone()).or_else(chosen).unwrap_or_default()
    }

    #[test]
    fn inactive_and_vanished_values_are_shown_first_and_by_name() {
        for list in KINDS.into_iter().chain([List::ServiceCodes]) {
            let short = filled(list, 3, "1000");
            assert_eq!(shown(&short), "Choice 1000 (inactive in Autotask)", "{list:?}");
            assert!(short.options[0].selected);
            assert_eq!(short.tag, Some(Tag::new(Tone::Warn, "Inactive in Autotask")));
            assert_eq!(shown(&filled(list, 3, "77")), "Unknown value, ID 77 (no longer in Autotask)");
            let long = filled(list, 60, "1000");
            assert_eq!(shown(&long), "Choice 1000 (inactive in Autotask) (#1000)", "{list:?}");
            assert_eq!(
                shown(&filled(list, 60, &shown(&long))),
                shown(&long),
                "typed again it stays the same"
            );
            assert_eq!(shown(&filled(list, 60, "777")), "Unknown value (no longer in Autotask) (#777)");
            let gone = filled(list, 60, "777");
            assert_eq!(gone.tag, Some(Tag::new(Tone::Warn, "No longer in Autotask")));
        }
    }

    #[test]
    fn a_text_that_means_nothing_stays_and_is_answered_with_the_nearest() {
        let select = filled(List::Owners, 60, "chioce 007");
        assert_eq!(shown(&select), "chioce 007");
        assert_eq!((select.near.len(), select.near[0].label.as_str()), (NEAREST, "Choice 007"));
        assert_eq!(filled(List::Owners, 60, "choice 00").near.len(), NEAREST);
        assert!(filled(List::Owners, 60, "choice 007").near.is_empty());
        assert!(filled(List::Owners, 3, "whatever").near.is_empty());
    }

    #[test]
    fn a_list_that_was_never_loaded_closes_its_field_and_keeps_the_value() {
        let lists = Lists::default();
        let mut select = Select::new("a", "A");
        Filler::new(&lists, false).choose(&mut select, List::Stages, "12");
        assert_eq!(select.kept.as_deref(), Some("12"));
        assert!(select.note.is_some_and(|note| note.starts_with("The stages have not been loaded")));
        let mut empty = Select::new("a", "A");
        Filler::new(&lists, true).choose(&mut empty, List::ShippingTypes, "");
        assert_eq!((empty.kept, empty.note), (None, None), "this tenant just has none");
    }

    #[test]
    fn many_names_of_our_own_are_typed_too() {
        let known: Vec<_> = (0..=LONG).map(|index| format!("Hardware/Part {index}")).collect();
        let lists = Lists::default();
        let mut filler = Filler::new(&lists, true);
        let mut select = Select::new("a", "A");
        filler.choose_name(&mut select, "brands", &known, "Hardware/Part 7");
        assert_eq!(shown(&select), "Hardware › Part 7");
        assert_eq!(filler.shared()[0].options.len(), LONG + 1);
        let mut few = Select::new("a", "A");
        Filler::new(&lists, true).choose_name(&mut few, "brands", &known[..9], "hardware › part 7");
        assert_eq!(shown(&few), "Hardware › Part 7");
    }
}
