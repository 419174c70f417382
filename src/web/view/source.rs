//! The page of a system that quotes are read from, such as `/apps/quote-manager`, and the question before it is
//! disconnected.

use askama::Template;

use super::{
    connection::{CheckRow, MeterAll},
    fields::{Choice, Select, Text},
    parts::{ErrorLink, Notice, Tag},
    shell::Shell,
};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "source.html")]
pub struct Source {
    /// The frame.
    pub shell: Shell,
    /// What the system is called.
    pub name: String,
    /// The page's address.
    pub page: String,
    /// News after a redirect, or what came of a form.
    pub notice: Option<Notice>,
    /// What is wrong with the form that was sent.
    pub errors: Vec<ErrorLink>,
    /// How reading it goes.
    pub state: Tag,
    /// The address of the test server, where it is one.
    pub test_server: Option<String>,
    /// What keeps it from being read, and what to do about that.
    pub trouble: Option<Trouble>,
    /// The test.
    pub checklist: Vec<CheckRow>,
    /// Which test it is: `Tested 2 minutes ago.`
    pub tested: String,
    /// Whether the reader may connect and disconnect it; else no such form is shown.
    pub may_connect: bool,
    /// Whether the reader may pause it, read now and say what codes mean.
    pub may_edit: bool,
    /// The key, and how it is read.
    pub form: SourceForm,
    /// What is read and how far it is; none where nothing is connected.
    pub reading: Option<Reading>,
    /// Quotes and sales that could not be taken in, and what is wrong with each.
    pub troubled: Vec<TroubledRow>,
    /// What codes mean.
    pub codes: CodesForm,
}

/// A quote or sale that could not be taken in.
#[derive(Clone, Debug)]
pub struct TroubledRow {
    /// Which one it is.
    pub what: String,
    /// What is wrong with it.
    pub sentence: String,
}

/// Why reading does not work.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What is wrong, without a full stop.
    pub cause: String,
    /// What to do about it, in whole sentences.
    pub fix: String,
    /// When it is tried again; empty where it is not.
    pub again: String,
}

/// The form with the key.
#[derive(Clone, Debug)]
pub struct SourceForm {
    /// The revision of the settings that it was made from.
    pub revision: i64,
    /// What tells a form that was sent twice.
    pub form_id: String,
    /// The key, never with a value.
    pub key: Text,
    /// The currency of its amounts.
    pub currency: Select,
    /// How often it is read, in minutes.
    pub every_minutes: Text,
}

/// What is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// One row a kind of record.
    pub rows: Vec<ReadRow>,
    /// When it was last read and when it is next.
    pub summary: String,
    /// Calls within a minute.
    pub minute: MeterAll,
    /// Calls within a day.
    pub day: MeterAll,
    /// Both in words: `12 of 60 this minute, 2,980 of 20,000 today.`
    pub calls: String,
    /// What becomes of the quotes from before the connection.
    pub earlier: String,
    /// Whether it is paused.
    pub is_paused: bool,
}

/// A kind of record that is read.
#[derive(Clone, Debug)]
pub struct ReadRow {
    /// What it is: `Quotes`.
    pub what: String,
    /// How often: `Every minute`.
    pub often: String,
    /// How many there are.
    pub count: String,
    /// When they were last read.
    pub last: String,
}

/// The form with what codes mean.
#[derive(Clone, Debug)]
pub struct CodesForm {
    /// The revision of the settings that it was made from.
    pub revision: i64,
    /// What tells a form that was sent twice.
    pub form_id: String,
    /// How many quotes wait for how many codes.
    pub summary: String,
    /// Whether any do.
    pub is_waited_for: bool,
    /// One table a field.
    pub tables: Vec<CodeTable>,
    /// A note for the history.
    pub note: Text,
}

impl CodesForm {
    /// Where the error of each of its controls goes, by the name that it posts.
    pub fn error_places(&mut self) -> Vec<(String, &mut Option<String>)> {
        let mut places = Vec::new();
        for table in &mut self.tables {
            for row in &mut table.rows {
                places.push((row.meaning.name.clone(), &mut row.meaning.error));
            }
            let CodeAdd { code, meaning, .. } = &mut table.add;
            places.push((code.name.clone(), &mut code.error));
            places.push((meaning.name.clone(), &mut meaning.error));
        }
        places
    }
}

/// The codes of one field.
#[derive(Clone, Debug)]
pub struct CodeTable {
    /// The field, as the system's interface calls it.
    pub field: String,
    /// What it is called.
    pub label: String,
    /// Where a person sees what a code stands for.
    pub seen: String,
    /// Its codes, those without a meaning first.
    pub rows: Vec<CodeRow>,
    /// Where a code is added that no document carried yet.
    pub add: CodeAdd,
}

impl CodeTable {
    /// The id of its caption.
    pub fn id(&self) -> String {
        format!("codes-{}", self.field.replace('.', "-"))
    }
}

/// One code.
#[derive(Clone, Debug)]
pub struct CodeRow {
    /// Its place in the form.
    pub index: u32,
    /// The field.
    pub field: String,
    /// The code.
    pub code: i64,
    /// How many documents carry it: `12`.
    pub documents: String,
    /// How many of those wait for its meaning: `3 quotes are held`.
    pub held: Option<String>,
    /// What it means.
    pub meaning: Select,
}

impl CodeRow {
    /// The name that one of its parts is posted under.
    pub fn name(&self, part: &str) -> String {
        row_name(self.index, part)
    }

    /// What it means, for whoever cannot choose.
    pub fn words(&self) -> &str {
        let chosen = |choice: &&Choice| choice.selected;
        self.meaning.options.iter().find(chosen).map_or("Not known", |choice| &choice.label)
    }
}

/// The row for a code that was not seen yet.
#[derive(Clone, Debug)]
pub struct CodeAdd {
    /// Its place in the form.
    pub index: u32,
    /// The code.
    pub code: Text,
    /// What it means.
    pub meaning: Select,
}

impl CodeAdd {
    /// The name that one of its parts is posted under.
    pub fn name(&self, part: &str) -> String {
        row_name(self.index, part)
    }
}

/// The name that a part of a code's row is posted under.
pub fn row_name(index: u32, part: &str) -> String {
    format!("rows[{index}][{part}]")
}

/// Asks for the tenant's name before a system is disconnected.
#[derive(Clone, Debug, Template)]
#[template(path = "source_disconnect.html")]
pub struct DisconnectSource {
    /// The frame.
    pub shell: Shell,
    /// What the system is called.
    pub source: String,
    /// The address of its page.
    pub page: String,
    /// The tenant's name, to be typed.
    pub tenant: String,
    /// The field for it.
    pub name: Text,
}
