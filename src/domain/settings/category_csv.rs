//! The category map as a CSV file, for whoever would rather map in a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};

use super::{CategoryMap, category_rows::Catalogue};
use crate::domain::{
    lists::List,
    picker::{Picker, Read},
};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 512 * 1024;

/// The columns: the category's path, the id and the name of its Autotask category.
const COLUMNS: [&str; 3] = ["category", "autotask_category_id", "autotask_category"];
/// What the columns may be called as well: their headings on the page.
const HEADINGS: [(&str, &str); 2] =
    [("kaseya quote manager category", "category"), ("autotask category", "autotask_category")];

/// What a file would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// Categories that have no Autotask category yet.
    pub added: Vec<Mapping>,
    /// Categories that get another one.
    pub changed: Vec<Mapping>,
    /// Categories whose Autotask category is taken away.
    pub unmapped: Vec<Mapping>,
    /// How many lines say what is saved already.
    pub unchanged: usize,
    /// Lines about categories that the catalogue does not have.
    pub unknown: Vec<(u64, String)>,
    /// Lines whose Autotask category cannot be told, with what to do.
    pub wrong: Vec<(u64, String)>,
}

/// One category with what it has and what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The category's path.
    pub category: String,
    /// What is saved.
    pub before: Option<i64>,
    /// What the file says.
    pub after: Option<i64>,
}

/// One line of the file after the first.
struct Line {
    number: u64,
    category: String,
    id: String,
    name: String,
}

/// The file of a map: every category with a row, mapped or not, so that it can be filled in.
///
/// # Errors
/// When it cannot be written: a fault of ours.
pub fn write(catalogue: Catalogue<'_>) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for category in catalogue.mappable() {
        let value = catalogue.saved.and_then(|map| map.rows.get(category)).copied();
        let name =
            value.map(|value| catalogue.lists.path(List::ProductCategories, value)).unwrap_or_default();
        let id = value.map(|value| value.to_string()).unwrap_or_default();
        writer.write_record([guarded(category), id, guarded(&name)])?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    // The mark tells spreadsheets that the text is UTF-8.
    Ok(format!("\u{feff}{}", String::from_utf8_lossy(&bytes)))
}

/// What a file would change in the saved map. Categories that the file does not name stay as they are.
///
/// # Errors
/// A sentence for a file that cannot be read at all.
pub fn compare(file: &[u8], catalogue: Catalogue<'_>) -> Result<Import, String> {
    let lines = read(file)?;
    let known: BTreeSet<&str> = catalogue.mappable().map(String::as_str).collect();
    let picker = Picker::new(catalogue.lists, List::ProductCategories);
    let nothing = CategoryMap::default();
    let saved = catalogue.saved.unwrap_or(&nothing);
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let mut import = Import::default();
    for line in lines {
        let Some(category) = category(&line.category, &known) else {
            import.unknown.push((line.number, line.category));
            continue;
        };
        if let Some(first) = seen.insert(category.to_owned(), line.number) {
            let sentence = format!("{} stands on line {first} already. Keep one of the two", shown(category));
            import.wrong.push((line.number, sentence));
            continue;
        }
        let before = saved.rows.get(category).copied();
        match target(&line, before, &picker, catalogue) {
            Ok(after) => import.note(Mapping { category: category.to_owned(), before, after }),
            Err(sentence) => import.wrong.push((line.number, sentence)),
        }
    }
    Ok(import)
}

impl Import {
    /// Everything that the file changes.
    pub fn changes(&self) -> impl Iterator<Item = &Mapping> {
        self.added.iter().chain(&self.changed).chain(&self.unmapped)
    }

    fn note(&mut self, mapping: Mapping) {
        match (mapping.before, mapping.after) {
            (before, after) if before == after => self.unchanged += 1,
            (None, _) => self.added.push(mapping),
            (Some(_), Some(_)) => self.changed.push(mapping),
            (Some(_), None) => self.unmapped.push(mapping),
        }
    }
}

/// The category that a cell names: by its path, or as pages show it.
fn category<'a>(cell: &str, known: &BTreeSet<&'a str>) -> Option<&'a str> {
    known.get(cell).or_else(|| known.get(cell.replace(" › ", "/").as_str())).copied()
}

/// The Autotask category that a line names by id, by name or by both, which then must agree.
fn target(
    line: &Line,
    before: Option<i64>,
    picker: &Picker,
    catalogue: Catalogue<'_>,
) -> Result<Option<i64>, String> {
    let (lists, list) = (catalogue.lists, List::ProductCategories);
    let by_name = (!line.name.is_empty()).then(|| picker.read(&line.name));
    let value = match (line.id.as_str(), by_name) {
        ("", None) => return Ok(None),
        ("", Some(Read::One(value))) => value,
        ("", Some(Read::Several(values))) => {
            let ids: Vec<_> = values.iter().map(ToString::to_string).collect();
            return Err(format!(
                "Several Autotask categories are called \"{}\". Give one of their ids: {}",
                line.name,
                ids.join(", ")
            ));
        }
        ("", Some(_)) => return Err(format!("No Autotask category is called \"{}\"", line.name)),
        (id, by_name) => {
            let value: i64 =
                id.parse().map_err(|_| format!("\"{id}\" is not the id of an Autotask category"))?;
            let agrees = match by_name {
                None => true,
                Some(Read::One(named)) => named == value,
                Some(Read::Several(named)) => named.contains(&value),
                Some(_) => false,
            };
            if !agrees && !lists.path(list, value).eq_ignore_ascii_case(&line.name) {
                return Err(format!(
                    "Id {value} is {}, not \"{}\". Correct one, or leave one empty",
                    lists.path(list, value),
                    line.name
                ));
            }
            value
        }
    };
    if lists.is_active(list, value) || before == Some(value) {
        return Ok(Some(value));
    }
    Err(format!("{} is not active in Autotask. Choose an active category", lists.path(list, value)))
}

/// The lines of a file, whatever a spreadsheet made of it: a mark at its start, semicolons or tabs between its cells.
fn read(file: &[u8]) -> Result<Vec<Line>, String> {
    if file.len() > MAX_BYTES {
        let limit = MAX_BYTES / 1024;
        return Err(format!(
            "The file is longer than {limit} KB. Split it and import one part after the other"
        ));
    }
    let text = str::from_utf8(file).map_err(|_| {
        "The file is not in UTF-8. Save it as \"CSV UTF-8\" in your spreadsheet, then import it again"
            .to_owned()
    })?;
    // One kind of line end, so that lines are counted as an editor counts them.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let first = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|separator| {
        let count = first.bytes().filter(|byte| byte == separator).count();
        (count, *separator == b',')
    });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let columns = columns(&header)?;
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let number = record.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| {
            column.and_then(|column| record.get(column)).map(unguarded).unwrap_or_default().trim().to_owned()
        };
        let line = Line { number, category: cell(columns[0]), id: cell(columns[1]), name: cell(columns[2]) };
        if !line.category.is_empty() || !line.id.is_empty() || !line.name.is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Where each of [`COLUMNS`] is.
fn columns(header: &csv::StringRecord) -> Result<[Option<usize>; 3], String> {
    let names: Vec<String> = header
        .iter()
        .map(|name| {
            let name = name.to_lowercase();
            HEADINGS
                .iter()
                .find(|(heading, _)| *heading == name)
                .map_or(name, |(_, column)| (*column).to_owned())
        })
        .collect();
    let places = COLUMNS.map(|column| names.iter().position(|name| name == column));
    if places[0].is_none() || (places[1].is_none() && places[2].is_none()) {
        return Err(format!(
            "The first line must name the columns: {}, and {} or {} or both",
            COLUMNS[0], COLUMNS[1], COLUMNS[2]
        ));
    }
    Ok(places)
}

fn unreadable(error: &csv::Error) -> String {
    let line = error.position().map_or_else(String::new, |position| format!(" at line {}", position.line()));
    format!("The file cannot be read as CSV{line}. Export it again from your spreadsheet as CSV")
}

fn shown(category: &str) -> String {
    category.replace('/', " › ")
}

/// Whether a spreadsheet would take a cell, without the quotes before it, as a formula.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell that no spreadsheet takes as a formula.
fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// The text that was [`guarded`].
fn unguarded(cell: &str) -> String {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell).to_owned()
}

#[cfg(test)]
#[path = "category_csv/tests.rs"]
mod tests;
