//! The page of a system that quotes are read from, in each of its states, and the question before it is disconnected.

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    CheckRow, CodeAdd, CodeRow, CodeTable, CodesForm, DisconnectSource, ErrorLink, MeterAll, Nav, Notice,
    ReadRow, Reading, Select, Source, SourceForm, Tag, Text, Tone, Trouble, TroubledRow, row_name,
};

const NAME: &str = "Kaseya Quote Manager";
const PAGE: &str = "/apps/quote-manager";

pub(super) fn samples() -> [(&'static str, String); 15] {
    [
        ("source", page(&reading())),
        ("source-first", page(&first())),
        ("source-first-import", page(&first_import())),
        ("source-paused", page(&paused())),
        ("source-refused", page(&refused())),
        ("source-not-working", page(&not_working())),
        ("source-unknown-codes", page(&unknown_codes())),
        ("source-wrong-codes", page(&wrong_codes())),
        ("source-wrong", page(&wrong())),
        ("source-test-failed", page(&test_failed())),
        ("source-editor", page(&Source { may_connect: false, ..unknown_codes() })),
        ("source-viewer", page(&Source { may_connect: false, may_edit: false, ..unknown_codes() })),
        ("source-viewer-first", page(&Source { may_connect: false, may_edit: false, ..first() })),
        ("source-disconnect", page(&disconnect(None))),
        (
            "source-disconnect-refused",
            page(&disconnect(Some("Enter Northwind IT Services exactly as it is written here"))),
        ),
    ]
}

fn form() -> SourceForm {
    SourceForm {
        revision: 7,
        form_id: "a-form".to_owned(),
        key: Text::new("key", "API key")
            .hint("Saved on 3 Nov 2026 by Avery Chen. Leave empty to keep it.")
            .optional(),
        currency: Select {
            options: choices(&["AUD, Australian dollar", "USD, US dollar"], "USD, US dollar"),
            ..Select::new("currency", "Currency")
        },
        every_minutes: Text {
            value: "1".to_owned(),
            ..Text::new("every_minutes", "Read every (minutes)").numeric()
        },
    }
}

fn line(label: &str, tone: Tone, result: &str, sentence: &str, fix: &str) -> CheckRow {
    CheckRow {
        label: label.to_owned(),
        result: Tag::new(tone, result),
        time: if tone == Tone::Plain { String::new() } else { "204 ms".to_owned() },
        sentence: sentence.to_owned(),
        fix: fix.to_owned(),
    }
}

fn meaning(index: u32, chosen: &str) -> Select {
    let labels = ["Monthly", "Quarterly", "Semi-annually", "Yearly"];
    Select {
        options: choices(&labels, chosen),
        ..Select::new(row_name(index, "meaning"), "What it means").prompt("Select what it means").optional()
    }
}

fn code(index: u32, code: i64, documents: &str, chosen: &str) -> CodeRow {
    CodeRow {
        index,
        field: "quoteline.recurringType".to_owned(),
        code,
        documents: documents.to_owned(),
        held: None,
        meaning: meaning(index, chosen),
    }
}

fn table(rows: Vec<CodeRow>) -> CodeTable {
    let index = u32::try_from(rows.len()).unwrap();
    CodeTable {
        field: "quoteline.recurringType".to_owned(),
        label: "How often a line is billed".to_owned(),
        seen: "Open a quote that has such a line: the period stands beside its price.".to_owned(),
        rows,
        add: CodeAdd {
            index,
            code: Text::new(row_name(index, "code"), "Another code").numeric().optional(),
            meaning: meaning(index, ""),
        },
    }
}

fn suggested() -> CodeRow {
    let mut row = code(0, 1, "1,204", "Monthly");
    row.meaning.prompt = None;
    row.meaning.tag = Some(Tag::new(Tone::Info, "Suggested"));
    row.meaning.hint = "Two independent sources agree.".to_owned();
    row
}

fn codes(rows: Vec<CodeRow>) -> CodesForm {
    CodesForm {
        revision: 7,
        form_id: "another-form".to_owned(),
        summary: String::new(),
        is_waited_for: false,
        tables: vec![table(rows)],
        note: Text::new("note", "Note for the history").optional(),
    }
}

fn row(what: &str, often: &str, count: &str, last: &str) -> ReadRow {
    ReadRow { what: what.to_owned(), often: often.to_owned(), count: count.to_owned(), last: last.to_owned() }
}

fn reading() -> Source {
    Source {
        shell: shell("Kaseya Quote Manager — Apps", Nav::Apps, &["Apps", NAME]),
        name: NAME.to_owned(),
        page: PAGE.to_owned(),
        notice: None,
        errors: Vec::new(),
        state: Tag::new(Tone::Ok, "Reading"),
        test_server: Some("http://127.0.0.1:9090".to_owned()),
        trouble: None,
        checklist: vec![
            line("Quotes can be read", Tone::Ok, "Passed", "There are quotes.", ""),
            line("Sales orders can be read", Tone::Ok, "Passed", "There are sales orders.", ""),
            line("Employees can be read", Tone::Ok, "Passed", "", ""),
        ],
        tested: "Tested 2 minutes ago.".to_owned(),
        may_connect: true,
        may_edit: true,
        form: form(),
        reading: Some(Reading {
            rows: vec![
                row("Quotes", "Every minute", "2,000", "20 seconds ago"),
                row("Sales orders", "Every minute", "500", "20 seconds ago"),
                row("Sections and lines of quotes", "When a quote changes", "12,000", "2 minutes ago"),
                row("Products", "Once a day", "1,100", "3 hours ago"),
            ],
            summary: "Last read 20 seconds ago. Next read at 14:05 UTC.".to_owned(),
            minute: MeterAll { used: 12, slow: 45, limit: 60 },
            day: MeterAll { used: 2_980, slow: 15_000, limit: 20_000 },
            calls: "12 of 60 this minute, 2,980 of 20,000 today.".to_owned(),
            earlier: "Quotes from before 3 Nov 2026 are not sent by themselves: choose them under".to_owned(),
            is_paused: false,
        }),
        troubled: vec![TroubledRow {
            what: "Quotes: 4711".to_owned(),
            sentence: "It is no longer in Kaseya Quote Manager.".to_owned(),
        }],
        codes: codes(vec![suggested(), code(1, 2, "14", "Yearly")]),
    }
}

fn first() -> Source {
    let mut form = form();
    form.key = Text::new("key", "API key").hint("In Kaseya Quote Manager under My Account.");
    Source {
        state: Tag::new(Tone::Warn, "Not connected"),
        test_server: None,
        checklist: Vec::new(),
        reading: None,
        troubled: Vec::new(),
        form,
        codes: codes(Vec::new()),
        ..reading()
    }
}

fn first_import() -> Source {
    let mut view = reading();
    if let Some(reading) = &mut view.reading {
        "The first reading goes on: 300 quotes so far. Its pace is what the limit allows."
            .clone_into(&mut reading.summary);
        reading.rows = vec![row("Quotes", "Every minute", "300", "Going on")];
    }
    view
}

fn paused() -> Source {
    let mut view = reading();
    view.state = Tag::new(Tone::Plain, "Paused");
    if let Some(reading) = &mut view.reading {
        reading.is_paused = true;
    }
    view.notice = Some(Notice::new(Tone::Info, "Reading is paused", "Nothing is read until you go on."));
    view
}

fn refused() -> Source {
    Source {
        state: Tag::new(Tone::Bad, "Needs you"),
        trouble: Some(Trouble {
            cause: "Kaseya Quote Manager did not accept the API key".to_owned(),
            fix: "Enter a new key below.".to_owned(),
            again: String::new(),
        }),
        ..reading()
    }
}

fn not_working() -> Source {
    Source {
        state: Tag::new(Tone::Bad, "Not working since 13:40 UTC"),
        trouble: Some(Trouble {
            cause: HOSTILE.to_owned(),
            fix: "Check that this server reaches the internet.".to_owned(),
            again: "It is tried again at 14:05 UTC.".to_owned(),
        }),
        ..reading()
    }
}

fn unknown_codes() -> Source {
    let mut unknown = code(0, 7, "3", "");
    unknown.held = Some("2 quotes are held".to_owned());
    unknown.meaning.tag = Some(Tag::new(Tone::Warn, "Not known"));
    let mut known = suggested();
    known.index = 1;
    known.meaning = Select { name: row_name(1, "meaning"), ..known.meaning };
    let mut view = reading();
    view.codes = codes(vec![unknown, known]);
    view.codes.is_waited_for = true;
    "2 quotes wait for the meaning of 1 code.".clone_into(&mut view.codes.summary);
    view
}

fn wrong_codes() -> Source {
    let mut view = unknown_codes();
    let error = "Select what code 7 means".to_owned();
    for table in &mut view.codes.tables {
        HOSTILE.clone_into(&mut table.add.code.value);
        table.add.code.error = Some("Enter the code as a whole number".to_owned());
        table.rows[0].meaning.error = Some(error.clone());
    }
    view.errors = vec![
        ErrorLink { href: "#rows-0-meaning".to_owned(), text: error },
        ErrorLink { href: "#rows-2-code".to_owned(), text: "Enter the code as a whole number".to_owned() },
    ];
    view
}

fn wrong() -> Source {
    let mut view = first();
    HOSTILE.clone_into(&mut view.form.every_minutes.value);
    view.form.every_minutes.error = Some("Read every must be between 1 and 60 minutes".to_owned());
    view.form.key.error = Some("Enter the API key".to_owned());
    view.errors =
        [("key", "Enter the API key"), ("every_minutes", "Read every must be between 1 and 60 minutes")]
            .map(|(field, text)| ErrorLink { href: format!("#{field}"), text: text.to_owned() })
            .to_vec();
    view
}

fn test_failed() -> Source {
    let mut view = first();
    view.notice = Some(Notice::new(Tone::Bad, "Not saved: Quotes can be read", HOSTILE));
    view.tested = "Tested just now.".to_owned();
    view.checklist = vec![
        line("Quotes can be read", Tone::Bad, "Failed", HOSTILE, "Enter another API key."),
        line("Sales orders can be read", Tone::Plain, "Not checked", "", ""),
    ];
    view
}

fn disconnect(error: Option<&str>) -> DisconnectSource {
    DisconnectSource {
        shell: shell("Disconnect — Kaseya Quote Manager", Nav::Apps, &["Apps", NAME, "Disconnect"]),
        source: NAME.to_owned(),
        page: PAGE.to_owned(),
        tenant: "Northwind IT Services".to_owned(),
        name: Text { error: error.map(str::to_owned), ..Text::new("name", "Organization name") },
    }
}

#[test]
fn the_key_is_never_shown() {
    for (name, html) in samples() {
        for field in html.split("<input").filter(|field| field.contains("type=\"password\"")) {
            let tag = field.split('>').next().unwrap_or_default();
            assert!(!tag.contains("value="), "{name}: {tag}");
        }
    }
}

#[test]
fn who_may_not_choose_reads_what_codes_mean() {
    let read = page(&Source { may_connect: false, may_edit: false, ..unknown_codes() });
    assert!(!read.contains("<select") && read.contains("Not known") && read.contains("Monthly"));
    assert!(!read.contains("method=\"post\" action=\"/apps/quote-manager"), "a viewer has no form to send");
}
