//! The activity list and its details.

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    Activity, Answer, Answers, AttemptRow, CauseGroup, CompanyPicker, ErrorLink, Filter, Link,
    LinkOpportunity, Nav, Notice, PushDetail, PushRow, StepRow, StopSync, Tag, Text, Tone, ValueRow,
    WrittenValues,
};

pub(super) fn samples() -> [(&'static str, String); 12] {
    [
        ("activity-held", page(&held())),
        (
            "activity-empty",
            page(&empty(
                "No quotes have been sent yet. The next quote that is created or changed appears here within a minute.",
                false,
            )),
        ),
        ("activity-filtered", page(&empty("No failed pushes in the last 7 days.", true))),
        ("push-held", page(&push_held())),
        ("push-sent", page(&push_sent())),
        ("push-company", page(&push_company(&[HOSTILE, "Contoso Dental"], None))),
        ("push-company-none", page(&push_company(&[], None))),
        ("push-company-wrong", page(&push_company(&["Contoso Dental"], Some("Choose a company")))),
        ("push-stopped", page(&PushDetail { can_resume: true, actions: vec![], ..push_sent() })),
        ("push-link-opportunity", page(&link_opportunity())),
        ("push-stop", page(&stop_sync())),
        ("push-new", page(&PushDetail { steps: vec![], written: vec![], attempts: vec![], ..push_sent() })),
    ]
}

fn answers(working: Answer, stuck: Answer, behind: &str) -> Answers {
    Answers {
        working,
        stuck,
        behind: Answer::new(Tone::Plain, behind),
        checking: None,
        calls: Answer::new(Tone::Plain, "Calls to Autotask in the last hour: 1,321 of 4,000."),
    }
}

fn empty(why: &str, filtered: bool) -> Activity {
    Activity {
        shell: shell("Activity", Nav::Activity, &[]),
        notice: None,
        answers: answers(
            Answer::new(Tone::Ok, "Working. Nothing sent yet."),
            Answer::new(Tone::Ok, "Nothing needs you."),
            "Nothing is waiting.",
        ),
        groups: Vec::new(),
        filter: Filter {
            statuses: choices(
                &["All", "Failed", "Held", "Waiting", "Sent"],
                if filtered { "Failed" } else { "All" },
            ),
            backfill: None,
            active: filtered,
        },
        rows: Vec::new(),
        empty: Some(why.to_owned()),
        older: None,
        newer: None,
        unsent: 0,
    }
}

fn held() -> Activity {
    Activity {
        notice: Some(Notice {
            tone: Tone::Info,
            heading: "Retry is queued".to_owned(),
            text: "Quote Q-10432 starts again at the step that failed.".to_owned(),
            links: vec![],
            ..Notice::default()
        }),
        answers: Answers {
            checking: Some(Answer::new(Tone::Warn, "Checking whether Autotask received 2 records.")),
            ..answers(
                Answer::new(Tone::Ok, "Working. Last sent 2 minutes ago."),
                Answer::new(Tone::Warn, "14 quotes need you."),
                "Oldest waiting: 4 minutes.",
            )
        },
        groups: vec![
            group(
                "Category \"Drones\" is not mapped",
                Some(("/apps/autotask/opportunities#category_map", "Map it")),
                12,
            ),
            group(HOSTILE, None, 1),
        ],
        rows: vec![
            row("Q-10432", "Contoso Dental", Tag::new(Tone::Ok, "Sent"), ""),
            row("Q-10431", "北京市海淀区中关村软件园信息科技有限公司", Tag::new(Tone::Info, "Sending"), ""),
            row(
                "Q-10430",
                "شركة الخليج لتقنية المعلومات",
                Tag::new(Tone::Plain, "Waiting"),
                "Autotask is busy: too many requests at the moment. Goes on at 14:05 UTC, in 3 minutes",
            ),
            row("Q-10429", HOSTILE, Tag::new(Tone::Warn, "Held"), "Category \"Drones\" is not mapped"),
            row("S-2218", "Fabrikam", Tag::new(Tone::Bad, "Failed"), HOSTILE),
        ],
        empty: None,
        older: Some("/activity?before=0192".to_owned()),
        newer: Some("/activity?after=0193".to_owned()),
        unsent: 14,
        ..empty("", false)
    }
}

fn group(cause: &str, fix: Option<(&str, &str)>, count: u64) -> CauseGroup {
    let releases = fix.is_some();
    CauseGroup {
        cause: cause.to_owned(),
        fix: fix.map(|(href, label)| Link::new(href, label)),
        count,
        releases,
    }
}

fn row(document: &str, customer: &str, status: Tag, reason: &str) -> PushRow {
    let needs_person = matches!(status.tone, Tone::Warn | Tone::Bad);
    PushRow {
        id: document.to_owned(),
        href: format!("/activity/{document}"),
        document: document.to_owned(),
        customer: customer.to_owned(),
        change: "Created".to_owned(),
        reason: reason.to_owned(),
        updated: "2 minutes ago".to_owned(),
        updated_iso: "2026-11-23T13:58:04Z".to_owned(),
        retries: 3,
        autotask: (status.tone == Tone::Ok).then(|| Link::new("https://autotask.example/41877", "41877")),
        can_retry: needs_person,
        status,
    }
}

fn push_sent() -> PushDetail {
    PushDetail {
        shell: shell("Q-10432 — Activity", Nav::Activity, &["Activity", "Q-10432"]),
        errors: Vec::new(),
        notice: None,
        request_id: Some("0192f3a4-5b6c-7d8e-9f00-112233445566".to_owned()),
        id: "0192".to_owned(),
        document: "Q-10432".to_owned(),
        customer: "Contoso Dental".to_owned(),
        status: Tag::new(Tone::Ok, "Sent"),
        sentence: "Sent as opportunity 41877 with stage Proposal Sent because the quote was created; the owner is Avery Chen because the email on the quote matched.".to_owned(),
        next: String::new(),
        cause: None,
        fix: None,
        can_retry: false,
        company: None,
        actions: vec![
            Link::new("/activity/0192/opportunity", "Link another opportunity"),
            Link::new("/activity/0192/stop", "Stop syncing this quote"),
        ],
        can_resume: false,
        steps: vec![
            step("Find the company", Tag::new(Tone::Ok, "Done"), Some("Company 175"), ""),
            step("Create the opportunity", Tag::new(Tone::Ok, "Done"), Some("Opportunity 41877"), ""),
            step("Create the quote", Tag::new(Tone::Ok, "Done"), Some("Quote 9021"), ""),
            step("Create the items", Tag::new(Tone::Ok, "Done"), None, "10 of 10"),
        ],
        written: vec![written(vec![
            value("companyID", "Contoso Dental (175)", "Customer of the quote"),
            value("ownerResourceID", "Avery Chen (29682885)", "Matched from the quote's owner"),
            value("stage", "Proposal Sent (7)", "When a quote is created"),
            value("title", "Q-10432 Workstation refresh 2027", "Quote number and title"),
        ])],
        attempts: vec![attempt(Tag::new(Tone::Ok, "200 OK"), r#"{"itemId": 41877}"#)],
    }
}

fn push_held() -> PushDetail {
    PushDetail {
        customer: HOSTILE.to_owned(),
        status: Tag::new(Tone::Warn, "Held"),
        sentence: format!("Autotask refused the product of line 3. {HOSTILE}"),
        next: "Nothing until the category is mapped. Then it continues by itself.".to_owned(),
        cause: Some("Category \"Drones\" is not mapped".to_owned()),
        fix: Some(Link::new("/apps/autotask/opportunities#category_map", "Map it")),
        can_retry: true,
        steps: vec![
            step("Create the opportunity", Tag::new(Tone::Ok, "Done"), Some("Opportunity 41877"), ""),
            step("Create the product", Tag::new(Tone::Bad, "Failed"), None, HOSTILE),
            step("Create the items", Tag::new(Tone::Plain, "Waiting"), None, "7 of 10"),
        ],
        written: vec![written(vec![value("description", HOSTILE, HOSTILE)])],
        attempts: vec![attempt(Tag::new(Tone::Bad, "500 Internal Server Error"), HOSTILE)],
        ..push_sent()
    }
}

fn push_company(labels: &[&str], wrong: Option<&str>) -> PushDetail {
    let error = |text: &str| ErrorLink { href: "#company-choices".to_owned(), text: text.to_owned() };
    let search = Text::new("search", "Name, number or Autotask id of the company").optional();
    PushDetail {
        company: Some(CompanyPicker {
            customer: HOSTILE.to_owned(),
            search: Text { value: HOSTILE.to_owned(), ..search },
            found: format!("{} companies fit.", labels.len()),
            companies: choices(labels, ""),
        }),
        errors: wrong.map(error).into_iter().collect(),
        ..push_held()
    }
}

fn link_opportunity() -> LinkOpportunity {
    let error = "Enter another id: opportunity 7 is not one of Contoso Dental";
    LinkOpportunity {
        shell: shell(
            "Link another opportunity",
            Nav::Activity,
            &["Activity", "Q-10432", "Link another opportunity"],
        ),
        errors: vec![ErrorLink { href: "#opportunity".to_owned(), text: error.to_owned() }],
        id: "0192".to_owned(),
        document: "quote Q-10432".to_owned(),
        current: Some(Link::new("https://autotask.example/41877", "41877")),
        noun: "opportunity",
        follows: "its title, dates, amounts and items",
        stays: "Its owner, category, stage and status",
        record: Text {
            value: HOSTILE.to_owned(),
            error: Some(error.to_owned()),
            ..Text::new("opportunity", "Autotask id of the opportunity").numeric()
        },
    }
}

fn stop_sync() -> StopSync {
    StopSync {
        shell: shell("Stop syncing", Nav::Activity, &["Activity", "Q-10432", "Stop syncing"]),
        errors: Vec::new(),
        id: "0192".to_owned(),
        document: "quote Q-10432".to_owned(),
        reason: Text::new("reason", "Reason").hint("It is shown with the push and in the history."),
    }
}

fn step(label: &str, state: Tag, made: Option<&str>, note: &str) -> StepRow {
    StepRow {
        label: label.to_owned(),
        state,
        autotask_id: made.map(|made| Link::new("https://autotask.example/", made)),
        note: note.to_owned(),
    }
}

fn written(values: Vec<ValueRow>) -> WrittenValues {
    let summary = format!("Create the opportunity: {} values, with settings revision 3", values.len());
    WrittenValues { summary, values }
}

fn value(field: &str, value: &str, source: &str) -> ValueRow {
    ValueRow {
        entity: "Opportunity".to_owned(),
        field: field.to_owned(),
        value: value.to_owned(),
        source: source.to_owned(),
    }
}

fn attempt(result: Tag, response: &str) -> AttemptRow {
    AttemptRow {
        at: "23 Nov 2026, 13:58:04".to_owned(),
        duration: "182 ms".to_owned(),
        method: "POST".to_owned(),
        path: "/ATServicesRest/V1.0/Opportunities".to_owned(),
        result,
        request: Some("{\n  \"title\": \"Q-10432 Workstation refresh 2027\",\n  \"companyID\": 175,\n  \"stage\": 7,\n  \"description\": \"A line that is long enough to need scrolling sideways in a box, even on a wide screen, because it just goes on\"\n}".to_owned()),
        response: Some(response.to_owned()),
    }
}
