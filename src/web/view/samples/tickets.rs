//! The Tickets page in its states.

use std::collections::BTreeMap;

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    Choice, ErrorLink, Link, Nav, Notice, Obstacle, Remedy, SettingsSummary, SetupNeeded, SharedList,
    SummaryRow, SummarySection, Switch, Tag, Tickets, TicketsForm, Tone, TurnOff, Typed,
};

pub(super) fn samples() -> [(&'static str, String); 16] {
    [
        ("tickets-never", page(&Tickets { saved: false, ..disabled() })),
        ("tickets-disabled", page(&disabled())),
        ("tickets-fresh", page(&fresh())),
        ("tickets-complete", page(&complete())),
        ("tickets-both", page(&both())),
        ("tickets-saved", page(&saved())),
        ("tickets-errors", page(&errors())),
        ("tickets-inactive", page(&inactive())),
        ("tickets-unloaded", page(&unloaded())),
        ("tickets-nearest", page(&nearest())),
        ("tickets-hostile", page(&hostile())),
        ("tickets-restored", page(&restored())),
        ("tickets-turn-off", page(&turn_off())),
        ("tickets-summary", page(&summary())),
        (
            "tickets-summary-empty",
            page(&SettingsSummary { sections: Vec::new(), revision: None, ..summary() }),
        ),
        ("tickets-summary-hostile", page(&hostile_summary())),
    ]
}

fn base(switch: Switch, form: Option<TicketsForm>) -> Tickets {
    let shell = shell("Tickets — Autotask — Apps", Nav::Apps, &["Apps", "Autotask", "Tickets"]);
    Tickets { shell, notice: None, errors: Vec::new(), switch, form, saved: true }
}

fn on() -> Switch {
    Switch {
        label: "Sync your sales to Autotask tickets",
        action: "/apps/autotask/tickets/sync",
        enabled: true,
        note: "Sales become tickets with the settings below.".to_owned(),
        setup: None,
        obstacles: Vec::new(),
    }
}

fn disabled() -> Tickets {
    base(Switch { enabled: false, note: "No sale is sent as a ticket.".to_owned(), ..on() }, None)
}

fn form() -> TicketsForm {
    let mut form = TicketsForm::new("7", "0192f0c1");
    let option = |value: &str, label: &str, selected| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected,
    };
    form.which.options = vec![
        (option("all", "All sales", true), "Also what was quoted before."),
        (option("unquoted", "Only sales without a quote", false), "For example from an online store."),
    ];
    form.billed_by.options = vec![
        (option("opportunities", "Opportunities (recommended)", true), "Such a sale makes no ticket."),
        (option("tickets", "Tickets", false), "Without a quote, such a sale makes no opportunity."),
    ];
    let statuses = ["New", "Waiting Materials", "Complete", "Cancelled"];
    form.category.options = choices(&["Standard", "Order"], "Order");
    form.queue.options = choices(&["Service Desk", "Procurement"], "Procurement");
    form.status.options = choices(&statuses, "New");
    form.priority.options = choices(&["High", "Medium", "Low"], "Medium");
    form.issue_type.options = choices(&["Hardware", "Software"], "");
    form.cancelled_status.options = choices(&statuses, "Cancelled");
    form.due_days.value = "7".to_owned();
    form.title.value = "{number} {title}".to_owned();
    for code in form.codes.all_mut() {
        code.options = choices(&["Taxable Products — 4000 — Material"], "Taxable Products — 4000 — Material");
    }
    form
}

fn fresh() -> Tickets {
    let mut form = form();
    form.queue.options = choices(&["Service Desk", "Procurement"], "");
    form.status.tag = Some(Tag::new(Tone::Info, "Suggested: named \"New\""));
    let links =
        vec![ErrorLink { href: "#tickets-queue".to_owned(), text: "When a sale is made: Queue".to_owned() }];
    Tickets {
        saved: false,
        ..base(Switch { setup: Some(SetupNeeded { what: "Sales", links }), ..on() }, Some(form))
    }
}

fn complete() -> Tickets {
    base(on(), Some(form()))
}

fn both() -> Tickets {
    let form = TicketsForm { both_on: true, both_unquoted: true, ..form() };
    base(on(), Some(form))
}

fn saved() -> Tickets {
    let text = "Queue for tickets is now Procurement. Used for sales sent from now on.";
    Tickets {
        notice: Some(Notice {
            post: Some(Link::new("/history/7/undo", "Undo")),
            ..Notice::new(Tone::Ok, "Settings saved", text)
        }),
        ..complete()
    }
}

fn errors() -> Tickets {
    let refused = [
        ("tickets[billed_by]", "Select what bills a sale that both syncs would bill"),
        ("tickets[title]", "{name} stands for nothing in a title"),
        ("codes[product]", "Select a product material code"),
        ("tickets[due_days]", "Due in days must be a whole number between 0 and 365"),
        ("tickets[which]", "Select which sales become tickets"),
        ("somewhere else", "Save again: the settings were sent incomplete"),
    ];
    let refused = refused.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let mut form = form();
    form.due_days.value = "soon".to_owned();
    form.unsaved = true;
    let errors = form.show_errors(&refused);
    Tickets { errors, ..base(on(), Some(form)) }
}

fn inactive() -> Tickets {
    let mut page = complete();
    let queue = &mut page.form.as_mut().unwrap().queue;
    queue.options =
        choices(&["Orders (inactive in Autotask)", "Procurement"], "Orders (inactive in Autotask)");
    queue.tag = Some(Tag::new(Tone::Warn, "Inactive in Autotask"));
    queue.note = Some("New sales are held until you choose an active ticket queue.".to_owned());
    page
}

fn unloaded() -> Tickets {
    let mut page = complete();
    page.switch.obstacles = vec![Obstacle {
        tone: Tone::Warn,
        heading: "Autotask lists have not been loaded yet".to_owned(),
        text: "Fields that choose from them can be used once they are.".to_owned(),
        remedy: Some(Remedy::RefreshLists),
    }];
    let queue = &mut page.form.as_mut().unwrap().queue;
    queue.kept = Some("29683".to_owned());
    queue.note = Some("The ticket queues have not been loaded from Autotask yet.".to_owned());
    page
}

fn nearest() -> Tickets {
    let mut page = complete();
    let form = page.form.as_mut().unwrap();
    form.shared =
        vec![SharedList { id: "options-ticket_queues".to_owned(), options: vec![HOSTILE.to_owned()] }];
    form.queue.typed =
        Some(Typed { list: "options-ticket_queues".to_owned(), value: "Procuremnt".to_owned() });
    form.queue.near = choices(&["Procurement", HOSTILE], "");
    let refused = "No ticket queue is called \"Procuremnt\". Choose one of the nearest, or type another name";
    page.errors = form.show_errors(&BTreeMap::from([("tickets[queue]".to_owned(), refused.to_owned())]));
    page
}

fn hostile() -> Tickets {
    let mut page = saved();
    page.shell.tenant = HOSTILE.to_owned();
    let form = page.form.as_mut().unwrap();
    form.queue.options = choices(&[HOSTILE], HOSTILE);
    form.title.value = format!("\" autofocus {HOSTILE}");
    form.title.error = Some(HOSTILE.to_owned());
    page
}

fn restored() -> Tickets {
    let notice = Notice {
        points: vec!["Due in days: 14 → 7".to_owned()],
        links: vec![Link::new("/apps/autotask/tickets", "Keep the saved settings")],
        ..Notice::new(
            Tone::Info,
            "This puts 1 setting back to how it was on 3 Nov 2026",
            "Nothing is saved yet. Check the values below, then save them.",
        )
    };
    Tickets { notice: Some(notice), ..complete() }
}

fn turn_off() -> TurnOff {
    TurnOff {
        shell: shell("Turn off sync — Tickets", Nav::Apps, &["Apps", "Autotask", "Tickets", "Turn off sync"]),
        question: "Turn off ticket sync?",
        consequence: "Sales that wait to become tickets stay waiting and are sent if you turn sync on again."
            .to_owned(),
        page: "/apps/autotask/tickets",
    }
}

fn row(label: &str, value: &str) -> SummaryRow {
    SummaryRow { label: label.to_owned(), value: value.to_owned(), tag: None }
}

fn summary() -> SettingsSummary {
    SettingsSummary {
        title: "Tickets",
        shell: shell("Tickets — Autotask — Apps", Nav::Apps, &["Apps", "Autotask", "Tickets"]),
        state: Tag::new(Tone::Ok, "Enabled"),
        edit: None,
        revision: Some("Revision 7".to_owned()),
        sections: vec![SummarySection {
            id: "made",
            heading: "When a sale is made",
            rows: vec![row("Which sales", "All sales"), row("Title", "{number} {title}")],
        }],
        map: Vec::new(),
        last: Vec::new(),
    }
}

fn hostile_summary() -> SettingsSummary {
    let mut view = summary();
    view.sections[0].rows.push(row("Queue", HOSTILE));
    view
}

#[test]
fn errors_stand_in_the_order_of_the_page_and_beside_their_fields() {
    let refused = errors();
    let hrefs: Vec<_> = refused.errors.iter().map(|error| error.href.as_str()).collect();
    let expected = [
        "#tickets-which",
        "#tickets-due_days",
        "#tickets-title",
        "#codes-product",
        "#tickets-billed_by",
        "#settings",
    ];
    assert_eq!(hrefs, expected);
    let html = page(&refused);
    for error in &refused.errors {
        assert!(html.contains(&format!("id=\"{}\"", error.href.trim_start_matches('#'))), "{}", error.href);
        assert!(error.href == "#settings" || html.contains(&format!("Error: </span>{}</p>", error.text)));
    }
    let states = |page: &Tickets| {
        let contents = page.form.as_ref().unwrap().contents().into_iter();
        contents.map(|part| part.state.map(|state| state.text).unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(states(&refused), ["3 problems", "Complete", "1 problem", "1 problem"]);
    assert_eq!(states(&fresh()), ["1 missing", "Complete", "Complete", "Complete"]);
    assert_eq!(states(&inactive())[0], "1 problem");
}

#[test]
fn near_matches_lead_to_the_form_of_this_page() {
    let html = page(&nearest());
    let button = "formaction=\"/apps/autotask/tickets/draft\" name=\"tickets[queue]\" value=\"29682\"";
    assert!(html.contains(button), "{html}");
}

#[test]
fn what_would_go_twice_is_said_before_it_is_saved() {
    let (alone, together) = (page(&complete()), page(&both()));
    assert!(alone.contains("no sale is billed twice now") && !alone.contains("would be billed twice:"));
    assert!(together.contains("Sales with a quote, if all sales become tickets"));
    assert!(together.contains("Sales without a quote: with an opportunity of their own, and with a ticket."));
    let quoted = page(&base(on(), Some(TicketsForm { both_on: true, ..form() })));
    assert!(!quoted.contains("with an opportunity of their own"), "Opportunities leaves them out");
}

#[test]
fn the_page_has_its_words_and_names_and_the_other_pages_link() {
    let html = page(&complete());
    for words in [
        "Sync your sales to Autotask tickets",
        "Opportunities</a> are generally recommended",
        "recurring services cannot be sent with tickets",
        "When a sale is made",
        "When a sale is cancelled",
        "When an item is quoted or sold",
        "These four codes are used by Opportunities and Tickets. Saving here changes both.",
        "Also used by <a href=\"/apps/autotask/opportunities\">Opportunities</a>.",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let names =
        ["which", "category", "queue", "status", "priority", "issue_type", "due_days", "title", "billed_by"];
    for name in names.map(|name| format!("tickets[{name}]")).into_iter().chain(["page".to_owned()]) {
        assert!(html.contains(&format!("name=\"{name}\"")), "{name}");
    }
    assert!(!page(&disabled()).contains("When a sale is made"), "settings are absent while sync is off");
}
