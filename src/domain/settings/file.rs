//! The settings as a TOML file that people read, keep and carry to other tenants. Reading it is in [`read`].

mod quote_manager;
mod read;

use std::{borrow::Cow, collections::BTreeMap, fmt::Write};

use super::{
    MAX_DUE_DAYS, Sections, Settings,
    form::SettingsForm,
    is_bundle,
    keys::{Key, Kind, sections_of},
    page::Page,
};
use crate::domain::{
    lists::{List, Lists},
    picker::Picker,
};

pub use read::{Problem, read};

/// The format that is written, and the only one that is read.
const FORMAT: i64 = 1;
/// The longest file that is read, in bytes.
pub const MAX_BYTES: usize = 512 * 1024;
/// What stands for a category that is not mapped.
const NOT_MAPPED: &str = "none";

/// Whether a file has ids beside the names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ids {
    /// It has: for the same tenant, where a name may change.
    #[default]
    Written,
    /// It has none but where a name alone does not lead back to its option: for another tenant, whose ids differ.
    LeftOut,
}

/// What a file is written from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The tenant's name, for whoever finds the file later.
    pub tenant: &'a str,
    /// The revision of the settings.
    pub revision: i64,
    /// The settings.
    pub settings: &'a Settings,
    /// The tenant's Autotask lists.
    pub lists: &'a Lists,
    /// The tenant's categories, by path.
    pub categories: &'a [String],
}

const INTRODUCTION: &str = "\
# Read it back with: opportune settings import --tenant NAME --file FILE
# or on the page Apps › Autotask › Opportunities › Settings as a file. Both show first what would change.
#
# A choice has a name and an id, and one of them is enough. Where both are given they must fit together: other tenants
# have other ids, so leave the ids out there. What you leave out of the file stays as it is. The switches that turn
# the syncs on are not in it.
";

/// Writes the file.
pub fn write(source: &Source<'_>, ids: Ids) -> String {
    let mut out = format!(
        "# Opportune: the settings of the Opportunities, Tickets and Quote Manager pages.\n# Tenant: {}. Revision: {}.\n#\n{INTRODUCTION}\nformat = {FORMAT}\n",
        one_line(source.tenant),
        source.revision
    );
    if source.settings.codes.is_some() {
        return Writer { source, ids, pickers: BTreeMap::new(), out }.sections();
    }
    out.push_str("\n# Nothing was saved yet.\n");
    out
}

/// The pages whose sections were saved.
fn saved_pages(settings: &Settings) -> Page {
    match (&settings.sections, &settings.tickets.sections) {
        (Some(_), Some(_)) => Page::Both,
        (None, Some(_)) => Page::Tickets,
        (_, None) => Page::Opportunities,
    }
}

struct Writer<'a> {
    source: &'a Source<'a>,
    ids: Ids,
    pickers: BTreeMap<List, Picker>,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn sections(mut self) -> String {
        let settings = self.source.settings;
        if let Some(sections) = &settings.sections {
            self.line("\n# Whether sales without a quote are sent too.");
            self.line(&format!("include_unquoted_sales = {}", sections.include_unquoted_sales));
        }
        let mut form = SettingsForm::of(settings);
        for (section, heading) in sections_of(saved_pages(settings)) {
            self.line(&format!("\n# {heading}\n[{section}]"));
            for field in Key::of(section) {
                let text = field.text(&mut form);
                let (value, remark) = self.value(field, &text);
                self.setting(field.name, &value, &remark);
            }
            if let Some(sections) = settings.sections.as_ref().filter(|_| section == "category_map") {
                self.rows(sections);
            }
        }
        self.out.push_str(&quote_manager::write(&settings.quote_manager));
        self.out
    }

    fn setting(&mut self, key: &str, value: &str, remark: &str) {
        let remark = if remark.is_empty() { String::new() } else { format!(" # {remark}") };
        self.line(&format!("{key} = {value}{remark}"));
    }

    /// The value of a field, and a remark about it.
    fn value(&mut self, field: &Key, text: &str) -> (String, String) {
        let none = field.none.map(|none| format!("or \"{none}\"")).unwrap_or_default();
        match (field.kind, text.parse::<i64>()) {
            (Kind::Choice(list), Ok(id)) => {
                let remark = self.state(list, id).map_or(none, str::to_owned);
                (self.choice(list, id), remark)
            }
            (Kind::Percent, Ok(percent)) => (percent.to_string(), format!("0 to 100, {none}")),
            (Kind::Percent | Kind::Choice(_), Err(_)) => {
                (quoted(field.none.unwrap_or_default()), String::new())
            }
            (Kind::Days, _) => (text.to_owned(), format!("0 to {MAX_DUE_DAYS}")),
            (Kind::Word([one, other]), _) => (quoted(text), format!("\"{one}\" or \"{other}\"")),
            (Kind::Flag, _) => (text.to_owned(), "true or false".to_owned()),
            (Kind::Name, _) => (quoted(text), String::new()),
        }
    }

    fn rows(&mut self, sections: &Sections) {
        self.line("\n# Each category with its Autotask category, or \"none\".\n[category_map.rows]");
        for category in self.source.categories.iter().filter(|category| !is_bundle(category)) {
            let (value, remark) = match sections.category_map.rows.get(category) {
                Some(id) => (
                    self.choice(List::ProductCategories, *id),
                    self.state(List::ProductCategories, *id).unwrap_or_default(),
                ),
                None => (quoted(NOT_MAPPED), ""),
            };
            self.setting(&quoted(category), &value, remark);
        }
    }

    /// What there is to say of an option that could not be chosen newly.
    fn state(&self, list: List, id: i64) -> Option<&'static str> {
        match self.source.lists.find(list, id) {
            None => Some("no longer in Autotask"),
            Some(option) if !option.active => Some("inactive in Autotask"),
            Some(_) => None,
        }
    }

    fn choice(&mut self, list: List, id: i64) -> String {
        let lists = self.source.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        let Some(full) = picker.text(id) else { return format!("{{ id = {id} }}") };
        let path = lists.path(list, id);
        let is_enough = |name: &&str| !name.trim().is_empty() && picker.named(name) == [id];
        let alone = [path.as_str(), full].into_iter().find(is_enough);
        match (self.ids, alone) {
            (Ids::LeftOut, Some(name)) => format!("{{ name = {} }}", quoted(name)),
            _ => format!("{{ name = {}, id = {id} }}", quoted(&path)),
        }
    }
}

/// A text in quotation marks on one line, whatever is in it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_hidden(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that TOML refuses or that would change how the line around them looks.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text without anything that could end a comment.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) { Cow::Owned(text.replace(is_hidden, " ")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests;
