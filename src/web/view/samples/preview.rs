//! The preview page.

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    Card, Nav, Place, Preview, PreviewItem, Problem, Received, Select, Tag, Text, Tone, ValueRow,
};

pub(super) fn samples() -> [(&'static str, String); 5] {
    let text = |words: &str| words.to_owned();
    let missing = Text { error: Some(text("There is no quote or sale with the number Q-9")), ..number() };
    let nothing = Received {
        outcome: Tag::new(Tone::Ok, "Up to date"),
        sentence: text("There is nothing to send."),
        notes: vec![text("3 items stay as they are.")],
        problems: Vec::new(),
        cards: Vec::new(),
        items: Vec::new(),
        others: Vec::new(),
        ..received()
    };
    let held = Received { outcome: Tag::new(Tone::Warn, "Held"), problems: problems(), ..received() };
    [
        ("preview", page(&preview(Some(received())))),
        ("preview-saved", page(&Preview { carried: None, ..preview(Some(held.clone())) })),
        ("preview-held", page(&preview(Some(held)))),
        ("preview-nothing", page(&preview(Some(nothing)))),
        ("preview-missing", page(&Preview { number: missing, ..preview(None) })),
    ]
}

fn number() -> Text {
    Text::new("number", "Another number").hint("It goes before the list.").optional()
}

fn preview(received: Option<Received>) -> Preview {
    let mut quote = Select::new("quote", "Quote or sale").optional();
    quote.options = choices(&["Q-10432 — Northwind Traders", "The built-in example"], "The built-in example");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Preview {
        settings: "/apps/autotask/opportunities",
        shell: shell(
            "Preview — Opportunities — Autotask",
            Nav::Apps,
            &["Apps", "Autotask", "Opportunities", "Preview"],
        ),
        carried: Some(vec![pair("created[stage]", "7"), pair("note", HOSTILE)]),
        quote,
        number: number(),
        received,
    }
}

fn received() -> Received {
    Received {
        document: format!("Q-10432 {HOSTILE}"),
        customer: "Northwind Traders".to_owned(),
        outcome: Tag::new(Tone::Info, "New"),
        sentence: "A new opportunity with a quote would be made.".to_owned(),
        problems: Vec::new(),
        notes: vec![
            "Not everything was looked up: Autotask is not connected. What is shown is what is known without it."
                .to_owned(),
        ],
        cards: vec![
            card("record-0", "Opportunity: Q-10432", Tag::new(Tone::Info, "New"), ""),
            card("record-1", "Quote: Q-10432", Tag::new(Tone::Info, "Changed"), "After it is made."),
        ],
        items: vec![item("Fortinet FortiGate 60F", "5 %"), item(HOSTILE, "")],
        others: vec![Card {
            values: Vec::new(),
            ..card(
                "other-0",
                "Customer: Northwind Traders",
                Tag::new(Tone::Ok, "In Autotask"),
                "Autotask id 174.",
            )
        }],
    }
}

fn problems() -> Vec<Problem> {
    let problem =
        |cause: &str, fix: &str, place| Problem { cause: cause.to_owned(), fix: fix.to_owned(), place };
    let place = Place { id: "created-stage".to_owned(), label: "Go to the setting".to_owned() };
    vec![
        problem(
            "Select a stage for new quotes",
            "It must be right before the settings can be saved.",
            Some(place),
        ),
        problem(HOSTILE, "Amounts are never converted. Enter this one in Autotask by hand.", None),
    ]
}

fn card(id: &str, heading: &str, effect: Tag, sentence: &str) -> Card {
    Card {
        id: id.to_owned(),
        heading: heading.to_owned(),
        effect,
        sentence: sentence.to_owned(),
        values: values(),
    }
}

fn item(name: &str, discount: &str) -> PreviewItem {
    PreviewItem {
        name: name.to_owned(),
        effect: Tag::new(Tone::Info, "New"),
        kind: "Product".to_owned(),
        quantity: "1".to_owned(),
        unit_price: "699".to_owned(),
        discount: discount.to_owned(),
        values: values(),
    }
}

fn values() -> Vec<ValueRow> {
    let row = |field: &str, value: &str, source: &str| ValueRow {
        entity: "Opportunities".to_owned(),
        field: field.to_owned(),
        value: value.to_owned(),
        source: source.to_owned(),
    };
    vec![
        row("stage", "Proposal Sent (7)", "from When a quote is created"),
        row("title", HOSTILE, "the quote's number and title, cut at 128 characters"),
        row("opportunityID", "the new opportunity's id", "the opportunity of an earlier step"),
        row("category", "not chosen yet", "from When a quote is created"),
    ]
}
