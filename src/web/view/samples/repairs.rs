//! The list of repairs.

use super::{HOSTILE, page, shell};
use crate::web::view::{Link, Nav, Notice, RepairRow, Repairs, Tone};

pub(super) fn samples() -> [(&'static str, String); 3] {
    [
        ("repairs", page(&full())),
        ("repairs-empty", page(&nothing())),
        ("repairs-viewer", page(&Repairs { can_check: false, may_act: false, notice: None, ..full() })),
    ]
}

fn nothing() -> Repairs {
    Repairs {
        shell: shell("Repairs", Nav::Repairs, &[]),
        notice: None,
        check: "Last compared with Autotask 3 hours ago: 2,400 records, 12 calls. Next check: 24 Nov 2026, 02:13 UTC."
            .to_owned(),
        failure: None,
        can_check: true,
        may_act: true,
        needed: Vec::new(),
        seen: Vec::new(),
        empty: Some("Nothing needs you.".to_owned()),
        first: None,
        next: None,
    }
}

fn full() -> Repairs {
    Repairs {
        notice: Some(Notice::new(Tone::Ok, "Ignored until it changes", HOSTILE)),
        failure: Some((HOSTILE.to_owned(), "Check that Autotask answers.".to_owned())),
        needed: vec![
            RepairRow {
                post: Some(Link::new("/apps/autotask/lists/refresh", "Refresh lists")),
                link: None,
                object: None,
                ..row("0", "The lists from Autotask were not refreshed for two days")
            },
            RepairRow {
                post: Some(Link::new("/apps/autotask/opportunities/second-sender", "Start sending again")),
                held: "4 quotes and sales are held.".to_owned(),
                link: None,
                object: None,
                ..row("4", "Another tool also creates opportunities in Autotask for your quotes")
            },
            RepairRow { held: "12 quotes and sales are held.".to_owned(), ..row("1", HOSTILE) },
            row("2", "Opportunity 41877 of quote Q-10432 is no longer in Autotask"),
        ],
        seen: vec![RepairRow {
            changes: vec![
                ("Stage".to_owned(), "Proposal Sent".to_owned(), "On Hold".to_owned()),
                ("Title".to_owned(), "Q-10431 Desks".to_owned(), HOSTILE.to_owned()),
            ],
            link: None,
            ..row("3", "Opportunity 41878 of quote Q-10431 was changed in Autotask")
        }],
        empty: None,
        first: Some("/repairs".to_owned()),
        next: Some("/repairs?after=2.0.0192".to_owned()),
        ..nothing()
    }
}

fn row(id: &str, title: &str) -> RepairRow {
    RepairRow {
        id: id.to_owned(),
        title: title.to_owned(),
        held: String::new(),
        fix: "Link another opportunity, or stop the sync of the quote.".to_owned(),
        changes: Vec::new(),
        since: Some(("3 days ago".to_owned(), "2026-11-20T13:58:04Z".to_owned())),
        object: Some(Link::new("https://autotask.example/41877", "Opportunity 41877")),
        link: Some(Link::new("/activity/0192/opportunity", "Link another opportunity")),
        post: None,
    }
}
