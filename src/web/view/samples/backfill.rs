//! Earlier quotes: choosing, asking, and what became of them.

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    Backfill, BackfillConfirm, BackfillFilter, BackfillRow, BackfillSent, BackfillState, DateField,
    ErrorLink, ForeseenCause, Link, Nav, Tag, Tone,
};

pub(super) fn samples() -> [(&'static str, String); 6] {
    [
        ("backfill", page(&list())),
        (
            "backfill-empty",
            page(&Backfill {
                rows: vec![],
                empty: Some("No earlier quote or sale fits this filter.".to_owned()),
                older: None,
                newest: None,
                ..list()
            }),
        ),
        ("backfill-wrong", page(&wrong())),
        ("backfill-confirm", page(&confirm())),
        (
            "backfill-nothing",
            page(&BackfillConfirm {
                heading: "Nothing to send".to_owned(),
                consequences: vec![],
                causes: vec![],
                button: None,
                ..confirm()
            }),
        ),
        ("backfill-sent", page(&sent())),
    ]
}

const CRUMBS: [&str; 3] = ["Activity", "Send earlier quotes", "Confirm"];

fn list() -> Backfill {
    Backfill {
        shell: shell("Send earlier quotes — Activity", Nav::Activity, &CRUMBS[..2]),
        notice: None,
        errors: vec![],
        filter: BackfillFilter {
            text: HOSTILE.to_owned(),
            statuses: choices(&["Any status", "Open", "Won", "Lost", "Placed"], "Open"),
            owners: choices(&["Any owner", "Avery Chen", HOSTILE], "Avery Chen"),
            owner_typed: None,
            from: DateField { value: "2026-11-01".to_owned(), error: None },
            to: DateField::default(),
            active: true,
        },
        summary: "4 quotes and 1 sale, EUR 120.00 and USD 12,345.60 in total.".to_owned(),
        hidden: vec![("status".to_owned(), "open".to_owned())],
        rows: vec![
            row("Q-10432", "Contoso Dental", Tag::new(Tone::Info, "Open"), "Avery Chen"),
            row("Q-10431", "北京市海淀区中关村软件园信息科技有限公司", Tag::new(Tone::Ok, "Won"), ""),
            row("Q-10430", "شركة الخليج لتقنية المعلومات", Tag::new(Tone::Plain, "Lost"), "Robin"),
            row("Q-10429", HOSTILE, Tag::new(Tone::Info, "Open"), HOSTILE),
            BackfillRow { preview: None, ..row("S-2218", "Fabrikam", Tag::new(Tone::Ok, "Placed"), "Robin") },
        ],
        empty: None,
        send_all: Some("Send all 5 that match".to_owned()),
        older: Some("/activity/backfill?before=0192".to_owned()),
        newest: Some("/activity/backfill".to_owned()),
    }
}

fn wrong() -> Backfill {
    let error = "Enter a date such as 2026-11-23".to_owned();
    let listed = list();
    Backfill {
        errors: vec![ErrorLink { href: "#from".to_owned(), text: error.clone() }],
        filter: BackfillFilter {
            from: DateField { value: "yesterday".to_owned(), error: Some(error) },
            owner_typed: Some("Avery".to_owned()),
            ..listed.filter
        },
        rows: vec![],
        empty: Some("Correct the filter to see what fits it.".to_owned()),
        ..list()
    }
}

fn row(number: &str, customer: &str, status: Tag, owner: &str) -> BackfillRow {
    BackfillRow {
        id: number.to_owned(),
        number: number.to_owned(),
        preview: Some(format!("/apps/autotask/opportunities/preview?quote={number}")),
        customer: customer.to_owned(),
        status,
        made: "3 Nov 2026".to_owned(),
        made_iso: "2026-11-03T13:58:04Z".to_owned(),
        owner: owner.to_owned(),
        amount: "USD 12,345.60".to_owned(),
    }
}

fn confirm() -> BackfillConfirm {
    let cause = |cause: &str, fix: Option<Link>| ForeseenCause {
        cause: cause.to_owned(),
        sentence: "3 of them will be held. Map the category.".to_owned(),
        fix,
    };
    BackfillConfirm {
        shell: shell("Confirm — Send earlier quotes", Nav::Activity, &CRUMBS),
        heading: "Send 14 quotes to Autotask?".to_owned(),
        consequences: vec![
            "9 open quotes become opportunities.".to_owned(),
            "5 won quotes become opportunities that are then won.".to_owned(),
        ],
        notes: vec!["The oldest go first. Quotes that arrive meanwhile are sent before them.".to_owned()],
        causes: vec![
            cause(
                "Category \"Drones\" is not mapped",
                Some(Link::new("/apps/autotask/opportunities#category_map", "Go to settings")),
            ),
            cause(HOSTILE, None),
        ],
        button: Some("Send 14 quotes".to_owned()),
        hidden: vec![("text".to_owned(), HOSTILE.to_owned())],
        back: "/activity/backfill".to_owned(),
    }
}

fn sent() -> BackfillSent {
    let state = |tone: Tone, text: &str, count: u64| BackfillState {
        status: Tag::new(tone, text),
        count,
        href: "/activity?backfill=0192&status=sent".to_owned(),
    };
    BackfillSent {
        shell: shell(
            "Result — Send earlier quotes",
            Nav::Activity,
            &["Activity", "Send earlier quotes", "Result"],
        ),
        heading: "14 earlier quotes and sales were queued".to_owned(),
        sentence: "The oldest go first; quotes that arrive meanwhile are sent before them.".to_owned(),
        states: vec![
            state(Tone::Warn, "Held", 2),
            state(Tone::Ok, "Sent", 5),
            state(Tone::Plain, "Waiting", 7),
        ],
        activity: "/activity?backfill=0192".to_owned(),
    }
}
