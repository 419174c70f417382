//! The connection page before, with and after a connection, and the question before it is ended.

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    CheckRow, Connection, ConnectionForm, Disconnect, ErrorLink, Fact, Meter, MeterAll, Nav, Notice, Select,
    Tag, Text, Tone,
};

pub(super) fn samples() -> [(&'static str, String); 8] {
    [
        ("connection", page(&connected())),
        ("connection-viewer", page(&Connection { may_edit: false, ..connected() })),
        ("connection-first", page(&first())),
        ("connection-wrong", page(&wrong())),
        ("connection-failed", page(&failed())),
        ("connection-other-company", page(&other_company())),
        ("disconnect", page(&disconnect(4, None))),
        (
            "disconnect-refused",
            page(&disconnect(1, Some("Enter Northwind IT Services exactly as it is written here"))),
        ),
    ]
}

fn form() -> ConnectionForm {
    ConnectionForm {
        user_name: Text {
            value: "api@northwind.example".to_owned(),
            ..Text::new("user_name", "API user name").hint("The Username (Key) of the API user.")
        },
        secret: Text::new("secret", "Secret")
            .hint("Saved on 3 Nov 2026 by Avery Chen. Leave empty to keep it.")
            .optional(),
        integration_code: Text {
            value: "ABC123".to_owned(),
            ..Text::new("integration_code", "Integration code")
        },
        currency: Select {
            options: choices(&["EUR, Euro", "USD, US dollar"], "USD, US dollar"),
            ..Select::new("currency", "Currency")
        },
        save_anyway: false,
        switch: None,
    }
}

fn line(label: &str, tone: Tone, result: &str, sentence: &str, fix: &str) -> CheckRow {
    CheckRow {
        label: label.to_owned(),
        result: Tag::new(tone, result),
        time: if tone == Tone::Plain { String::new() } else { "1,204 ms".to_owned() },
        sentence: sentence.to_owned(),
        fix: fix.to_owned(),
    }
}

fn connected() -> Connection {
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    Connection {
        shell: shell("Connection — Autotask — Apps", Nav::Apps, &["Apps", "Autotask", "Connection"]),
        may_edit: true,
        notice: None,
        errors: Vec::new(),
        state: Tag::new(Tone::Ok, "Connected"),
        test_server: Some("http://127.0.0.1:9090".to_owned()),
        facts: vec![
            fact("Autotask company", "Northwind IT Services"),
            fact("Zone", "https://webservices5.autotask.net/ATServicesRest/"),
        ],
        tested: "Tested 2 minutes ago.".to_owned(),
        checklist: vec![
            line("Address found", Tone::Ok, "Passed", "The zone of this API user is 127.0.0.1:9090.", ""),
            line(
                "Encrypted connection",
                Tone::Warn,
                "Warning",
                "This is a test server.",
                "Use it with test data alone.",
            ),
        ],
        form: form(),
        new_secret: Some(Text::new("new_secret", "New secret")),
        meter: Some(Meter {
            all: Some(MeterAll { used: 1_240, slow: 7_500, limit: 10_000 }),
            text: "88 by Opportune, 1,152 by others, limit 10,000.".to_owned(),
            hint: "Autotask told its count 2 minutes ago.".to_owned(),
        }),
    }
}

fn first() -> Connection {
    let mut form = form();
    form.secret = Text::new("secret", "Secret").hint("The Password (Secret) of the API user.");
    Connection {
        state: Tag::new(Tone::Warn, "Not connected"),
        test_server: None,
        facts: Vec::new(),
        checklist: Vec::new(),
        new_secret: None,
        meter: None,
        form,
        ..connected()
    }
}

fn wrong() -> Connection {
    let mut view = first();
    HOSTILE.clone_into(&mut view.form.user_name.value);
    view.form.secret.error = Some("Enter the secret".to_owned());
    view.errors = vec![ErrorLink { href: "#secret".to_owned(), text: "Enter the secret".to_owned() }];
    view
}

fn failed() -> Connection {
    let mut view = connected();
    view.notice = Some(Notice {
        tone: Tone::Bad,
        heading: "Not saved: Address found".to_owned(),
        text: HOSTILE.to_owned(),
        links: Vec::new(),
        ..Notice::default()
    });
    view.form.save_anyway = true;
    view.checklist = vec![
        line("Address found", Tone::Bad, "Failed", HOSTILE, "Check this server's name resolution (DNS)."),
        line("Encrypted connection", Tone::Plain, "Not checked", "", ""),
    ];
    view.meter = Some(Meter {
        all: None,
        text: "88 by Opportune.".to_owned(),
        hint: "Autotask has not told.".to_owned(),
    });
    view
}

fn other_company() -> Connection {
    let mut view = first();
    view.form.switch = Some(format!("Links to the records of {HOSTILE} are put aside."));
    view
}

fn disconnect(waiting: u64, error: Option<&str>) -> Disconnect {
    Disconnect {
        shell: shell(
            "Disconnect — Connection — Autotask",
            Nav::Apps,
            &["Apps", "Autotask", "Connection", "Disconnect"],
        ),
        waiting,
        tenant: "Northwind IT Services".to_owned(),
        name: Text { error: error.map(str::to_owned), ..Text::new("name", "Organization name") },
    }
}

#[test]
fn secrets_have_no_value_and_the_consequence_counts_the_quotes() {
    for (name, html) in samples() {
        for field in html.split("<input").filter(|field| field.contains("type=\"password\"")) {
            let tag = field.split('>').next().unwrap_or_default();
            assert!(!tag.contains("value="), "{name}: {tag}");
        }
    }
    assert!(disconnect(0, None).consequence().starts_with("No quote is waiting"));
    assert!(disconnect(1, None).consequence().starts_with("1 quote is waiting"));
    assert!(disconnect(4, None).consequence().starts_with("4 quotes are waiting"));
}
