//! Documents of which not everything can be read for certain.

use super::*;
use crate::domain::document::{State, Unclear};

fn code() -> Unclear {
    Unclear::Code {
        source: "Kaseya Quote Manager".to_owned(),
        field: "quoteline.recurringType".to_owned(),
        code: 7,
    }
}

fn other() -> Unclear {
    Unclear::Other { sentence: "Line \"Switch\" has no price.".to_owned() }
}

fn sale(status: &str) -> Document {
    let body = json!({
        "title": "Web shop", "status": status, "currency": "USD", "ordered_at": "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" }, "lines": three_lines(),
        "surcharge": { "amount": "3.30" },
    });
    intake::sale("S-1", &body).unwrap()
}

fn problems(document: &Document) -> Vec<String> {
    Model::default().plan(document, Some(&settings())).problems.iter().map(Hold::cause).collect()
}

#[test]
fn a_document_is_held_for_everything_that_is_unclear() {
    let mut document = quote("open", &three_lines());
    assert_eq!(problems(&document), Vec::<String>::new());
    document.content.unclear = vec![code(), other()];
    let causes = [
        "It is not known what 7 means as quoteline.recurringType of Kaseya Quote Manager",
        "Line \"Switch\" has no price.",
    ];
    assert_eq!(problems(&document), causes);
    assert_eq!(
        Hold::from(&code()).fix(),
        "Say what 7 means on the Kaseya Quote Manager page and save. It is sent then."
    );
}

#[test]
fn what_is_unclear_about_a_sale_holds_its_quote() {
    let mut placed = sale("placed");
    placed.content.unclear = vec![other()];
    let with_sale = quote("open", &three_lines()).with_sale(&placed);
    assert_eq!((with_sale.state, with_sale.content.unclear), (State::Won, vec![other()]));
    let mut cancelled = sale("cancelled");
    cancelled.content.unclear = vec![other()];
    let with_sale = quote("open", &three_lines()).with_sale(&cancelled);
    assert_eq!((with_sale.state, with_sale.content.unclear), (State::Open, Vec::new()));
}

#[test]
fn a_sale_is_sent_once_it_is_no_draft() {
    let mut draft = sale("placed");
    draft.state = State::Open;
    assert_eq!(draft.status(), "draft");
    let plan = Model::default().plan(&draft, Some(&settings()));
    assert_eq!(plan.skipped.as_deref(), Some("The sale is a draft. It is sent when it is placed."));
    assert_eq!(Model::default().plan(&sale("placed"), Some(&settings())).skipped, None);
    assert_eq!(quote("open", &[]).with_sale(&draft).state, State::Open, "a draft wins no quote");
}

#[test]
fn what_is_unclear_is_kept_with_the_document() {
    let mut document = quote("open", &three_lines());
    let clear = serde_json::to_value(&document).unwrap();
    assert_eq!(clear.get("unclear"), None, "documents that were stored before are the same");
    document.content.unclear = vec![code(), other()];
    let stored = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<Document>(&stored).unwrap(), document);
}
