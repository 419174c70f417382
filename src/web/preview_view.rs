//! Fills the preview page: records as cards, items as a table, every value with where it comes from.

use serde_json::Value;

use super::view::{
    Card, Choice, Place, Preview, PreviewItem, Problem, Received, Select, Shell, Tag, Text, Tone, ValueRow,
    id_of,
};
use crate::{
    domain::plan::Target,
    error::FieldErrors,
    service::preview::{self, DocumentName, Effect, Field, Outcome, Record},
    web::opportunities_view::posted_names,
};

/// Where the page stands.
pub const CRUMBS: [(&str, Option<&str>); 4] = [
    ("Apps", Some("/apps")),
    ("Autotask", Some("/apps/autotask")),
    ("Opportunities", Some("/apps/autotask/opportunities")),
    ("Preview", None),
];

/// What can be previewed, and what is.
pub struct Chosen<'a> {
    /// The newest documents.
    pub recent: &'a [DocumentName],
    /// The number that is shown; empty for the example.
    pub number: &'a str,
}

/// The page; without a preview where there is no such document.
pub fn page(
    shell: Shell,
    carried: Option<Vec<(String, String)>>,
    chosen: &Chosen<'_>,
    preview: Option<&preview::Preview>,
) -> Preview {
    let mut quote = Select::new("quote", "Quote or sale").optional();
    quote.options = options(chosen);
    let is_listed = quote.options.iter().any(|option| option.selected);
    let mut number = Text::new("number", "Another number").hint("It goes before the list.").optional();
    if !is_listed {
        chosen.number.clone_into(&mut number.value);
    }
    if preview.is_none() {
        number.error = Some(format!("There is no quote or sale with the number {}", chosen.number));
    }
    let settings = "/apps/autotask/opportunities";
    Preview { shell, carried, settings, quote, number, received: preview.map(received) }
}

fn options(chosen: &Chosen<'_>) -> Vec<Choice> {
    let option = |document: &DocumentName| Choice {
        value: document.number.clone(),
        label: format!("{} — {}", document.number, document.customer),
        selected: document.number == chosen.number,
    };
    let example = Choice {
        value: String::new(),
        label: "The built-in example".to_owned(),
        selected: chosen.number.is_empty(),
    };
    chosen.recent.iter().map(option).chain([example]).collect()
}

fn received(preview: &preview::Preview) -> Received {
    let of = |target: Target| preview.records.iter().filter(move |record| record.target == target);
    let cards = of(Target::Opportunity).chain(of(Target::Quote));
    let others = preview
        .records
        .iter()
        .filter(|record| !matches!(record.target, Target::Opportunity | Target::Quote | Target::QuoteItem));
    let (outcome, sentence) = outcome(preview);
    Received {
        document: format!("{} {}", preview.document.number, preview.document.content.title),
        customer: preview.document.content.customer.name.clone(),
        outcome,
        sentence,
        problems: preview.problems.iter().map(problem).collect(),
        notes: preview.notes.clone(),
        cards: cards.enumerate().map(|(nth, record)| card("record", nth, record)).collect(),
        items: of(Target::QuoteItem).map(item).collect(),
        others: others.enumerate().map(|(nth, record)| card("other", nth, record)).collect(),
    }
}

fn outcome(preview: &preview::Preview) -> (Tag, String) {
    let (tone, tag, sentence) = match &preview.outcome {
        Outcome::Nothing => (
            Tone::Ok,
            "Up to date",
            "Autotask has it as it is, so there is nothing to send. This is what it would become today if it were new.",
        ),
        _ if !preview.problems.is_empty() => {
            (Tone::Warn, "Held", "It would be held until what is named below is mended.")
        }
        Outcome::Create => (
            Tone::Info,
            "New",
            "A new opportunity with a quote would be made. One of this customer whose title begins with the number would \
             be used in its place.",
        ),
        Outcome::Update => (
            Tone::Info,
            "Changed",
            "It is in Autotask. Only what is shown would change; category, owner and billing codes stay as they are there.",
        ),
        Outcome::Skipped(reason) => (Tone::Plain, "Not sent", reason.as_str()),
    };
    (Tag::new(tone, tag), sentence.to_owned())
}

fn problem(problem: &preview::Problem) -> Problem {
    let place = problem.path.as_ref().map(|path| {
        let mut errors = FieldErrors::default();
        errors.add(path.clone(), String::new());
        let name = posted_names(&errors).into_keys().next().unwrap_or_default();
        Place { id: id_of(&name), label: "Go to the setting".to_owned() }
    });
    Problem { cause: problem.cause.clone(), fix: problem.fix.clone(), place }
}

fn card(kind: &str, nth: usize, record: &Record) -> Card {
    let noun = match record.target {
        Target::Company => "Customer",
        Target::Contact => "Contact",
        Target::Product => "Product",
        Target::Service => "Service",
        Target::Role => "Labor role",
        Target::Opportunity => "Opportunity",
        Target::QuoteLocation => "Location",
        Target::Quote => "Quote",
        Target::QuoteItem => "Item",
    };
    let (effect, sentence) = effect(&record.effect);
    Card {
        id: format!("{kind}-{nth}"),
        heading: format!("{noun}: {}", record.name),
        effect,
        sentence,
        values: values(record.target, &record.fields),
    }
}

fn effect(effect: &Effect) -> (Tag, String) {
    let (tone, tag, sentence) = match effect {
        Effect::Found(id) => (Tone::Ok, "In Autotask", format!("Autotask id {id}. It is used as it is.")),
        Effect::Absent => {
            (Tone::Plain, "Left out", "Autotask does not have exactly one that fits.".to_owned())
        }
        Effect::Missing => (Tone::Warn, "Not found", String::new()),
        Effect::Unknown => (Tone::Warn, "Not looked up", "It is used if Autotask has it.".to_owned()),
        Effect::Create => (Tone::Info, "New", String::new()),
        Effect::Update(Some(id)) => (Tone::Info, "Changed", format!("Autotask id {id}.")),
        Effect::Update(None) => (Tone::Info, "Changed", "After it is made.".to_owned()),
        Effect::Delete(id) => (Tone::Warn, "Deleted", format!("Autotask id {id}.")),
        Effect::Leave(sentence) => (Tone::Plain, "Left alone", sentence.clone()),
    };
    (Tag::new(tone, tag), sentence)
}

fn item(record: &Record) -> PreviewItem {
    let text =
        |name: &str| record.fields.iter().find(|field| field.name == name).map(plain).unwrap_or_default();
    let kind = record.fields.iter().find(|field| field.name == "quoteItemType");
    let discounts = [("unitDiscount", " each"), ("lineDiscount", ""), ("percentageDiscount", " %")];
    let discount = discounts.iter().find_map(|(name, unit)| {
        Some(text(name)).filter(|text| !text.is_empty() && text != "0").map(|text| format!("{text}{unit}"))
    });
    PreviewItem {
        name: record.name.clone(),
        effect: effect(&record.effect).0,
        kind: kind.and_then(|field| field.label.clone()).unwrap_or_default(),
        quantity: text("quantity"),
        unit_price: text("unitPrice"),
        discount: discount.unwrap_or_default(),
        values: values(record.target, &record.fields),
    }
}

/// Values as the rows of a table, each with its name and where it comes from.
pub fn values(target: Target, fields: &[Field]) -> Vec<ValueRow> {
    let row = |field: &Field| ValueRow {
        entity: target.entity().to_owned(),
        field: field.name.clone(),
        value: shown(field),
        source: field.source.clone(),
    };
    fields.iter().map(row).collect()
}

/// A value with its name, where it has one: `Proposal Sent (7)`.
fn shown(field: &Field) -> String {
    match &field.label {
        Some(label) if field.value.is_null() => label.clone(),
        Some(label) => format!("{label} ({})", plain(field)),
        None => plain(field),
    }
}

fn plain(field: &Field) -> String {
    match &field.value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
