//! Fills the tables with what a source's codes mean.

use std::collections::BTreeSet;

use super::view::{
    Choice, CodeAdd, CodeRow, CodeTable, CodesForm, Select, Tag, Text, Tone, count_of, row_name,
};
use crate::{
    crypto,
    domain::{
        settings::source_forms::{CodeForm, CodesForm as Typed},
        source::codes::{CodeField, Meaning},
    },
    service::{checklist::thousands, sources::SourceView},
};

/// The tables: as chosen, else as saved.
pub fn form(view: &SourceView, typed: Option<&Typed>) -> CodesForm {
    let mut filler = Filler::new(view, typed);
    let tables = view.facts.codes.iter().map(|field| filler.table(field)).collect();
    let note = Text::new("note", "Note for the history").optional();
    CodesForm {
        revision: view.revision,
        form_id: crypto::random_text(),
        summary: waiting(view),
        is_waited_for: view.held() > 0,
        tables,
        note: Text { value: typed.map(|typed| typed.note.clone()).unwrap_or_default(), ..note },
    }
}

/// How many quotes and sales wait for the meaning of codes; empty where none do.
pub fn waiting(view: &SourceView) -> String {
    let codes = view.codes.iter().filter(|code| code.held > 0).count();
    let as_count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    if codes == 0 {
        return String::new();
    }
    let held = count_of(as_count(view.held()), "quote or sale waits", "quotes and sales wait");
    format!("{held} for the meaning of {}.", count_of(as_count(codes), "code", "codes"))
}

struct Filler<'a> {
    view: &'a SourceView,
    typed: Option<&'a Typed>,
    /// The place of the next row that was not posted: those that were keep theirs, so that errors find them.
    next: u32,
}

impl<'a> Filler<'a> {
    fn new(view: &'a SourceView, typed: Option<&'a Typed>) -> Self {
        let last = typed.and_then(|typed| typed.rows.last_key_value()).map(|(index, _)| *index);
        Self { view, typed, next: last.map_or(0, |last| last + 1) }
    }

    fn table(&mut self, field: &'static CodeField) -> CodeTable {
        let codes = codes(self.view, field);
        let mut rows: Vec<_> = codes.iter().map(|code| row(self.view, field, *code)).collect();
        // Those that somebody must look at come first.
        let is_known = |row: &CodeRow| self.view.settings.meaning(field, row.code).is_some();
        rows.sort_by_key(|row| (row.held.is_none(), is_known(row), row.code));
        for row in &mut rows {
            let posted = self.posted(field, |code| code.parse() == Ok(row.code));
            row.index = self.place(posted);
            row.meaning.name = row_name(row.index, "meaning");
            if let Some((_, posted)) = posted {
                choose(&mut row.meaning, &posted.meaning);
            }
        }
        let added = self.posted(field, |code| code.parse().map_or(true, |code| !codes.contains(&code)));
        CodeTable {
            field: field.name.to_owned(),
            label: field.label.to_owned(),
            seen: field.seen.to_owned(),
            rows,
            add: add(field, self.place(added), added.map(|(_, row)| row)),
        }
    }

    /// The first posted row of a field whose code is one that is looked for.
    fn posted(&self, field: &CodeField, is_it: impl Fn(&str) -> bool) -> Option<(u32, &'a CodeForm)> {
        let rows = self.typed.iter().flat_map(|typed| &typed.rows);
        let mut rows = rows.filter(|(_, row)| row.field == field.name && is_it(row.code.trim()));
        rows.next().map(|(index, row)| (*index, row))
    }

    fn place(&mut self, posted: Option<(u32, &CodeForm)>) -> u32 {
        posted.map_or_else(
            || {
                self.next += 1;
                self.next - 1
            },
            |(index, _)| index,
        )
    }
}

/// Every code of a field that documents have, that somebody set, or that is known.
fn codes(view: &SourceView, field: &CodeField) -> BTreeSet<i64> {
    let seen = view.codes.iter().filter(|seen| seen.field == field.name).map(|seen| seen.code);
    let known = field.presets.iter().map(|preset| preset.code);
    let set = view.settings.codes.keys().filter_map(|key| field.code(key));
    seen.chain(known).chain(set).collect()
}

fn row(view: &SourceView, field: &'static CodeField, code: i64) -> CodeRow {
    let seen = view.codes.iter().find(|seen| seen.field == field.name && seen.code == code);
    let held = seen.map(|seen| seen.held).filter(|held| *held > 0);
    let held = held.map(|held| u64::try_from(held).unwrap_or(u64::MAX));
    let mut meaning = meaning(field, view.settings.meaning(field, code).unwrap_or_default());
    let preset = field.preset(code);
    let is_set = view.settings.codes.contains_key(&field.key(code));
    match preset {
        Some(preset) if !is_set => {
            meaning.tag = Some(Tag::new(Tone::Info, "Suggested"));
            preset.sure.clone_into(&mut meaning.hint);
        }
        Some(preset) => meaning.hint = format!("Suggested: {}. {}", label(field, preset.word), preset.sure),
        None if held.is_some() => meaning.tag = Some(Tag::new(Tone::Warn, "Not known")),
        None => {}
    }
    if preset.is_some() {
        meaning.prompt = None;
    }
    CodeRow {
        index: 0,
        field: field.name.to_owned(),
        code,
        documents: thousands(seen.map_or(0, |seen| seen.documents)),
        held: held.map(|held| format!("{} held for it", count_of(held, "is", "are"))),
        meaning,
    }
}

fn label(field: &'static CodeField, word: &str) -> &'static str {
    field.meanings.iter().find(|meaning| meaning.word == word).map_or("not known", |meaning| meaning.label)
}

fn meaning(field: &'static CodeField, chosen: &str) -> Select {
    let prompt = if chosen.is_empty() { "Select what it means" } else { "Not known: hold what has it" };
    let option = |meaning: &Meaning| Choice {
        value: meaning.word.to_owned(),
        label: meaning.label.to_owned(),
        selected: meaning.word == chosen,
    };
    Select {
        options: field.meanings.iter().map(option).collect(),
        ..Select::new("", "What it means").prompt(prompt).optional()
    }
}

fn add(field: &'static CodeField, index: u32, typed: Option<&CodeForm>) -> CodeAdd {
    let code = Text::new(row_name(index, "code"), "Another code").numeric().optional();
    let chosen = typed.map(|typed| typed.meaning.as_str()).unwrap_or_default();
    CodeAdd {
        index,
        code: Text { value: typed.map(|typed| typed.code.clone()).unwrap_or_default(), ..code },
        meaning: Select {
            name: row_name(index, "meaning"),
            ..meaning(field, chosen).prompt("Select what it means")
        },
    }
}

fn choose(select: &mut Select, word: &str) {
    for option in &mut select.options {
        option.selected = option.value == word;
    }
}
