//! Sign-in, errors, apps, Autotask, and the question before turning off.

use std::sync::Arc;

use super::{HOSTILE, frame, page, shell};
use crate::web::view::{
    ApiDocs, ApiReference, Apps, Autotask, CodeSample, ErrorPage, ErrorPageInside, ErrorPageOutside, Fact,
    FieldRow, Group, Link, ListFailure, ListNews, ListProgress, Lists, Nav, Operation, Piece, ResponseRow,
    Schema, SectionRow, SignIn, Tag, TaskRow, Tile, Tone, TurnOff, TypeRef,
};

pub(super) fn samples() -> [(&'static str, String); 14] {
    [
        ("sign-in", page(&sign_in("", None))),
        ("sign-in-error", page(&sign_in(HOSTILE, Some("Enter a correct email and password")))),
        ("error-outside", page(&ErrorPageOutside { frame: frame("Page not found"), error: not_found() })),
        ("error-inside", page(&broken())),
        ("apps", page(&apps("Autotask", Tone::Ok, "Working", "Last sent 2 minutes ago."))),
        ("apps-hostile", page(&apps(HOSTILE, Tone::Bad, "Not working", HOSTILE))),
        ("autotask", page(&autotask())),
        ("autotask-setup", page(&autotask_setup())),
        ("autotask-refreshing", page(&Autotask { lists: refreshing(), ..autotask() })),
        ("autotask-lists-failed", page(&Autotask { lists: lists_failed(), ..autotask() })),
        ("turn-off", page(&turn_off(4))),
        ("turn-off-one", page(&turn_off(1))),
        ("turn-off-none", page(&turn_off(0))),
        ("api-docs", page(&api_docs())),
    ]
}

fn api_docs() -> ApiDocs {
    let prose = |text: &str| vec![Piece { text: text.to_owned(), is_code: false }];
    let number = FieldRow {
        name: "number".to_owned(),
        kind: TypeRef { words: "text".to_owned(), id: None, rules: vec!["at most 50 characters".to_owned()] },
        required: true,
        about: prose(HOSTILE),
    };
    let quote = TypeRef { words: "Quote".to_owned(), id: Some("schema-quote".to_owned()), rules: Vec::new() };
    let operation = Operation {
        id: "put_quote".to_owned(),
        method: "PUT".to_owned(),
        path: "/api/v1/quotes/{number}".to_owned(),
        summary: "Takes a quote in".to_owned(),
        about: vec![Piece { text: HOSTILE.to_owned(), is_code: true }],
        parameters: vec![number.clone()],
        body: Some(quote),
        responses: vec![ResponseRow { status: "202".to_owned(), about: prose("Stored."), body: None }],
        sample: CodeSample { label: "Request with curl".to_owned(), code: format!("curl '{HOSTILE}'") },
    };
    let schema = Schema {
        id: "schema-quote".to_owned(),
        name: "Quote".to_owned(),
        about: prose("A quote."),
        value: None,
        fields: vec![number],
        example: Some(CodeSample { label: "Example of Quote".to_owned(), code: "{}".to_owned() }),
    };
    let group = Group {
        name: "Documents".to_owned(),
        about: prose("Quotes and sales."),
        operations: vec![operation],
    };
    let api = ApiReference {
        title: "Opportune REST API".to_owned(),
        intro: vec![prose("Takes quotes and sales in.")],
        token: prose("An API token."),
        groups: vec![group],
        schemas: vec![schema],
    };
    ApiDocs { frame: frame("Opportune REST API"), api: Arc::new(api) }
}

fn sign_in(email: &str, error: Option<&str>) -> SignIn {
    SignIn {
        frame: frame("Sign in"),
        email: email.to_owned(),
        error: error.map(str::to_owned),
        is_kept: false,
        next: "/activity?status=held".to_owned(),
    }
}

fn not_found() -> ErrorPage {
    ErrorPage {
        heading: "Page not found".to_owned(),
        message: "Check the address, or start again from the list of apps.".to_owned(),
        action: Some(Link::new("/apps", "Go to Apps")),
        reference: None,
    }
}

fn broken() -> ErrorPageInside {
    let error = ErrorPage {
        heading: "There is a problem with the service".to_owned(),
        message: format!("Your changes were not saved. Try again in a minute. {HOSTILE}"),
        action: None,
        reference: Some("7F3K-22".to_owned()),
    };
    ErrorPageInside { shell: shell("Problem", Nav::Apps, &[]), error }
}

fn apps(name: &str, tone: Tone, state: &str, summary: &str) -> Apps {
    let tile = |name: &str, href: &str, state: Tag, summary: &str| Tile {
        name: name.to_owned(),
        href: href.to_owned(),
        state,
        summary: summary.to_owned(),
    };
    Apps {
        shell: shell("Apps", Nav::Apps, &[]),
        tiles: vec![
            tile(name, "/apps/autotask", Tag::new(tone, state), summary),
            tile(
                "Kaseya Quote Manager",
                "/apps/quote-manager",
                Tag::new(Tone::Plain, "Not connected"),
                "Quotes come in through the API.",
            ),
        ],
    }
}

fn autotask() -> Autotask {
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    Autotask {
        shell: shell("Autotask — Apps", Nav::Apps, &["Apps", "Autotask"]),
        notice: None,
        action: Some(Link::new("/activity", "View activity")),
        steps: Vec::new(),
        connection: Tag::new(Tone::Ok, "Working"),
        connection_label: "Test or edit the connection",
        facts: vec![
            fact("Autotask company", "Northwind IT Services"),
            fact("Zone", "webservices5.autotask.net"),
            fact("API user", "opportune.integration.user@northwind.example"),
            fact("API use", "1,240 of 10,000 calls this hour by all integrations; 88 by this app"),
            fact("Lists last refreshed", "23 Nov 2026, 09:12"),
        ],
        sections: vec![SectionRow {
            name: "Opportunities".to_owned(),
            href: "/apps/autotask/opportunities".to_owned(),
            state: Tag::new(Tone::Ok, "Enabled"),
            summary: "61 of 64 product categories are mapped.".to_owned(),
        }],
        lists: Lists {
            can_refresh: true,
            summary: "Last refreshed 2 hours ago. It took 41 calls and found 1 change.".to_owned(),
            news: vec![news("Stage 'Proposal Sent' became inactive")],
            ..Lists::default()
        },
    }
}

fn news(sentence: &str) -> ListNews {
    ListNews { sentence: sentence.to_owned(), ago: "2 hours ago".to_owned() }
}

fn refreshing() -> Lists {
    let text = "Refreshing lists: 18 of 19 — Companies, 1,500 rows so far".to_owned();
    Lists { can_refresh: true, progress: Some(ListProgress { text, done: 12, all: 14 }), ..Lists::default() }
}

fn lists_failed() -> Lists {
    Lists {
        can_refresh: true,
        summary: "Last refreshed 26 hours ago.".to_owned(),
        failure: Some(ListFailure {
            cause: HOSTILE.to_owned(),
            fix: "Check that Autotask answers.".to_owned(),
        }),
        inactive: vec![Link::new("/apps/autotask/opportunities#created-stage", HOSTILE)],
        news: vec![news(HOSTILE)],
        ..Lists::default()
    }
}

fn autotask_setup() -> Autotask {
    let step = |label: &str, done, note: &str| TaskRow {
        label: label.to_owned(),
        href: "/apps/autotask/opportunities".to_owned(),
        done,
        note: note.to_owned(),
    };
    Autotask {
        action: Some(Link::new("/apps/autotask/opportunities", "Continue setup")),
        steps: vec![
            step("Connect Autotask", true, ""),
            step("Turn on opportunity sync", true, ""),
            step("Choose defaults", false, "6 required settings are not saved yet. About 3 minutes."),
            step("Map product categories", false, HOSTILE),
        ],
        connection: Tag::new(Tone::Warn, "Not tested"),
        facts: Vec::new(),
        ..autotask()
    }
}

fn turn_off(waiting: u64) -> TurnOff {
    let crumbs = ["Apps", "Autotask", "Opportunities", "Turn off sync"];
    TurnOff {
        shell: shell("Turn off opportunity sync — Opportunities — Autotask", Nav::Apps, &crumbs),
        question: "Turn off opportunity sync?",
        consequence: TurnOff::of_waiting(waiting),
        page: "/apps/autotask/opportunities",
    }
}

#[test]
fn the_consequence_counts_the_quotes() {
    assert_eq!(TurnOff::of_waiting(0), "No quote is waiting to be sent.");
    assert!(TurnOff::of_waiting(1).starts_with("1 quote is waiting"));
    assert!(TurnOff::of_waiting(4).starts_with("4 quotes are waiting"));
}
