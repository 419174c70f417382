//! Reads the TOML file: what it says in the place of what is saved, and everything that is wrong with it.

use std::{collections::BTreeMap, fmt};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{FORMAT, MAX_BYTES, NOT_MAPPED, quote_manager::SECTION};
use crate::{
    domain::{
        fold::fold,
        lists::{List, Lists},
        picker::Picker,
        settings::{
            fields::ROWS,
            form::{Against, MapRowForm, Parts, SettingsForm},
            keys::{self, Key, Kind, SECTIONS, id_text, row_path},
            page::Page,
        },
        source::codes::CodeField,
    },
    error::FieldErrors,
};

pub(super) const NO_FLAG: &str = "must be true or false";

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, as `created.stage`; empty for the file as a whole.
    pub path: String,
    /// Where in the file, if it is there.
    pub line: Option<usize>,
    /// What to do, as a sentence without a full stop.
    pub sentence: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "Line {line}: ")?,
            None if self.path.is_empty() => {}
            None => f.write_str("Not in the file: ")?,
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.sentence)
    }
}

/// What a file turns the settings into: the form, and what it stands for. What the file leaves out is as it was saved.
///
/// # Errors
/// Everything that is wrong with it, by line.
pub fn read(
    text: &str,
    against: &Against<'_>,
    codes: &[CodeField],
) -> Result<(SettingsForm, Parts), Vec<Problem>> {
    let whole = |line, sentence: String| vec![Problem { path: String::new(), line, sentence }];
    if text.len() > MAX_BYTES {
        let most = MAX_BYTES / 1024;
        return Err(whole(
            None,
            format!("The file may have at most {most} KiB. Leave out what stays as it is"),
        ));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        whole(line, unreadable(error.message()))
    })?;
    let mut reading = Reading::new(text, against, codes);
    reading.top(table.get_ref());
    reading.finish()
}

fn unreadable(message: &str) -> String {
    if message.contains("duplicate key") {
        "This is in the file twice. Keep one of them".to_owned()
    } else {
        "This cannot be read as TOML. Check its quotation marks, brackets and equals signs".to_owned()
    }
}

/// The line of a place in the text, counted from 1.
fn line_of(text: &str, place: usize) -> usize {
    text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1
}

pub(super) struct Reading<'a> {
    text: &'a str,
    pub(super) against: &'a Against<'a>,
    /// The fields whose codes may be said the meaning of.
    pub(super) codes: &'a [CodeField],
    pickers: BTreeMap<List, Picker>,
    pub(super) form: SettingsForm,
    errors: FieldErrors,
    lines: BTreeMap<String, usize>,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str, against: &'a Against<'a>, codes: &'a [CodeField]) -> Self {
        let mut form = SettingsForm::of(against.saved);
        if against.saved.sections.is_none() {
            form.include_unquoted_sales = true.to_string();
        }
        Self {
            text,
            against,
            codes,
            pickers: BTreeMap::new(),
            form,
            errors: FieldErrors::default(),
            lines: BTreeMap::new(),
        }
    }

    /// Whose sections there are when the file is read: those that are saved, and those that it has anything of.
    fn page(&self) -> Page {
        let named = |page| self.lines.keys().any(|path| path != "format" && Page::of(path) == page);
        let saved = self.against.saved;
        let has_opportunities = saved.sections.is_some() || named(Page::Opportunities);
        let has_tickets = saved.tickets.sections.is_some() || named(Page::Tickets);
        match (has_opportunities, has_tickets) {
            (true, true) => Page::Both,
            (false, true) => Page::Tickets,
            (_, false) => Page::Opportunities,
        }
    }

    fn finish(self) -> Result<(SettingsForm, Parts), Vec<Problem>> {
        let page = self.page();
        let Self { form, errors, lines, .. } = self;
        let form = form.of_page(page);
        match keys::check(&form, self.against, errors) {
            Ok(parts) => Ok((form, parts)),
            Err(errors) => {
                let problem = |(path, sentence): (&str, &String)| Problem {
                    path: path.to_owned(),
                    line: lines.get(path).copied(),
                    sentence: sentence.clone(),
                };
                let all =
                    errors.iter().flat_map(|(path, all)| all.iter().map(move |sentence| (path, sentence)));
                let mut problems: Vec<_> = all.map(problem).collect();
                problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
                Err(problems)
            }
        }
    }

    pub(super) fn wrong(&mut self, path: &str, sentence: impl Into<String>) {
        self.errors.add(path, sentence);
    }

    /// Notes where a path is.
    pub(super) fn place(&mut self, path: &str, key: &Spanned<impl Sized>) {
        self.lines.insert(path.to_owned(), line_of(self.text, key.span().start));
    }

    fn top(&mut self, table: &DeTable<'_>) {
        match table.get("format").map(Spanned::get_ref) {
            None => self.wrong("format", format!("Put \"format = {FORMAT}\" at the top of the file")),
            Some(value) if integer(value) == Some(FORMAT) => {}
            Some(_) => {
                self.wrong("format", format!("Format {FORMAT} is the only one that can be read here"));
            }
        }
        for (key, value) in table {
            let (name, value) = (key.get_ref().as_ref(), value.get_ref());
            self.place(name, key);
            match (name, SECTIONS.iter().find(|(section, _)| *section == name)) {
                ("format", _) => {}
                (SECTION, _) => match value.as_table() {
                    Some(below) => self.quote_manager(below),
                    None => self.wrong(name, format!("Write its settings below a line that reads [{name}]")),
                },
                ("include_unquoted_sales", _) => match value.as_bool() {
                    Some(include) => self.form.include_unquoted_sales = include.to_string(),
                    None => self.wrong(name, NO_FLAG),
                },
                (_, Some((section, _))) => match value.as_table() {
                    Some(below) => self.section(section, below),
                    None => self.wrong(name, format!("Write its settings below a line that reads [{name}]")),
                },
                (_, None) => self.unknown(name),
            }
        }
    }

    pub(super) fn unknown(&mut self, path: &str) {
        self.wrong(path, "There is no such setting. Check its spelling or leave it out");
    }

    fn section(&mut self, section: &'static str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = format!("{section}.{}", key.get_ref());
            self.place(&path, key);
            match Key::of(section).find(|field| field.name == key.get_ref()) {
                Some(field) => self.field(field, &path, value.get_ref()),
                None if path == ROWS => match value.get_ref().as_table() {
                    Some(rows) => self.rows(rows),
                    None => self.wrong(ROWS, format!("Write its rows below a line that reads [{ROWS}]")),
                },
                None => self.unknown(&path),
            }
        }
    }

    fn field(&mut self, field: &'static Key, path: &str, value: &DeValue<'_>) {
        let read = match field.kind {
            Kind::Choice(list) => self.choice(path, list, field.none, value),
            Kind::Percent | Kind::Days => Ok(number(value, field.none)),
            Kind::Flag => value.as_bool().map(|on| Some(on.to_string())).ok_or_else(|| NO_FLAG.to_owned()),
            Kind::Name | Kind::Word(_) => value
                .as_str()
                .map(|name| Some(name.to_owned()))
                .ok_or_else(|| "must be text in quotation marks".to_owned()),
        };
        match read {
            Ok(text) => field.put(&mut self.form, text),
            Err(sentence) => self.wrong(path, sentence),
        }
    }

    fn rows(&mut self, rows: &DeTable<'_>) {
        let known = &self.form.category_map.rows;
        let mut places: BTreeMap<String, u32> =
            known.iter().map(|(index, row)| (row.category.clone(), *index)).collect();
        let mut next = known.keys().last().map_or(0, |last| last + 1);
        for (key, value) in rows {
            let category = key.get_ref().as_ref();
            let path = row_path(category);
            self.place(&path, key);
            let read = self.choice(&path, List::ProductCategories, Some(NOT_MAPPED), value.get_ref());
            let is_there = self.against.categories.iter().any(|known| known == category);
            match read {
                Err(sentence) => self.wrong(&path, sentence),
                // What is not there is not mapped already.
                Ok(None) if !is_there => {}
                Ok(text) => {
                    let index = *places.entry(category.to_owned()).or_insert_with(|| {
                        next += 1;
                        next - 1
                    });
                    let autotask_category = text.unwrap_or_default();
                    let row = MapRowForm { category: category.to_owned(), autotask_category };
                    self.form.category_map.rows.insert(index, row);
                }
            }
        }
    }

    /// A choice as the form has it; `None` for nothing chosen.
    fn choice(
        &mut self,
        path: &str,
        list: List,
        none: Option<&str>,
        value: &DeValue<'_>,
    ) -> Result<Option<String>, String> {
        if let (Some(none), Some(text)) = (none, value.as_str())
            && fold(none) == fold(text)
        {
            return Ok(None);
        }
        let Some(table) = value.as_table() else {
            let or = none.map(|none| format!(", or \"{none}\"")).unwrap_or_default();
            return Err(format!("Write it as {{ name = \"…\" }}{or}"));
        };
        let (name, id) = self.name_and_id(path, table)?;
        let lists = self.against.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        match (name, id) {
            (None, None) => Err("Give a name, an id or both".to_owned()),
            (None, Some(id)) => Ok(Some(id_text(id))),
            (Some(name), None) => Ok(Some(meant(picker, name))),
            (Some(name), Some(id)) => agreed(lists, picker, list, name, id).map(Some),
        }
    }

    /// What a choice's table has; a name of spaces is none.
    fn name_and_id<'t>(
        &mut self,
        path: &str,
        table: &'t DeTable<'_>,
    ) -> Result<(Option<&'t str>, Option<i64>), String> {
        let (mut name, mut id) = (None, None);
        for (key, value) in table {
            let value = value.get_ref();
            match key.get_ref().as_ref() {
                "name" => name = Some(value.as_str().ok_or("Put its name in quotation marks")?),
                "id" => id = Some(integer(value).ok_or("Its id must be a whole number")?),
                other => {
                    let path = format!("{path}.{other}");
                    self.place(&path, key);
                    self.unknown(&path);
                }
            }
        }
        Ok((name.filter(|name| !name.trim().is_empty()), id))
    }
}

/// What the form has for a name: the id of the one option of that name, else a text that the form's check refuses.
fn meant(picker: &Picker, name: &str) -> String {
    match picker.named(name).as_slice() {
        [id] => id_text(*id),
        // The form takes numbers and beginnings too; a file has whole names.
        [] => format!("'{name}'"),
        _ => name.to_owned(),
    }
}

/// The id, if the list has it by that name.
fn agreed(lists: &Lists, picker: &Picker, list: List, name: &str, id: i64) -> Result<String, String> {
    let full = picker.text(id).map(str::to_owned);
    let names = full.map(|full| [full, lists.path(list, id), lists.label(list, id)]);
    let fix = "Other tenants have other ids: leave the id out to go by the name";
    match names {
        Some(names) if names.iter().any(|known| fold(known) == fold(name)) => Ok(id_text(id)),
        Some([full, ..]) => Err(format!("Id {id} is \"{full}\" here, not \"{name}\". {fix}")),
        None => Err(format!("Id {id} of \"{name}\" is not in this Autotask. {fix}")),
    }
}

/// A number as the form has it; what is none gets the form's own sentence.
fn number(value: &DeValue<'_>, none: Option<&str>) -> Option<String> {
    match (integer(value), value.as_str()) {
        (Some(number), _) => Some(number.to_string()),
        (None, Some(text)) if none.is_some_and(|none| fold(none) == fold(text)) => None,
        (None, text) => Some(text.filter(|text| !text.trim().is_empty()).unwrap_or("?").to_owned()),
    }
}

pub(super) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
