//! `/apps/autotask/opportunities/preview`.

use askama::Template;

use super::{
    fields::{Select, Text},
    parts::Tag,
    push_detail::ValueRow,
    shell::Shell,
};

/// What Autotask would receive for a document, with the form as it stands or with the saved settings.
#[derive(Clone, Debug, Template)]
#[template(path = "preview.html")]
pub struct Preview {
    /// The frame.
    pub shell: Shell,
    /// The settings form as it was posted, carried along in hidden fields; `None` for the saved settings.
    pub carried: Option<Vec<(String, String)>>,
    /// The page of the settings.
    pub settings: &'static str,
    /// The newest documents and the example.
    pub quote: Select,
    /// Another document, by its number.
    pub number: Text,
    /// What would be received; `None` where there is no such document.
    pub received: Option<Received>,
}

/// What Autotask would receive.
#[derive(Clone, Debug)]
pub struct Received {
    /// The document's number and title.
    pub document: String,
    /// The customer's name.
    pub customer: String,
    /// What would come of it, in a word or two.
    pub outcome: Tag,
    /// The same in whole sentences.
    pub sentence: String,
    /// What stands in the way.
    pub problems: Vec<Problem>,
    /// What else there is to know, in whole sentences.
    pub notes: Vec<String>,
    /// The opportunity, then the quote.
    pub cards: Vec<Card>,
    /// The quote's items.
    pub items: Vec<PreviewItem>,
    /// The customer, products, services and the address.
    pub others: Vec<Card>,
}

/// What stands in the way.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What is wrong, without a full stop.
    pub cause: String,
    /// What to do, in whole sentences.
    pub fix: String,
    /// The setting to look at.
    pub place: Option<Place>,
}

/// A place on the settings page.
#[derive(Clone, Debug)]
pub struct Place {
    /// The element's id.
    pub id: String,
    /// What leads there, in words.
    pub label: String,
}

/// One record of Autotask's.
#[derive(Clone, Debug)]
pub struct Card {
    /// The element's id.
    pub id: String,
    /// What it is and what it is called.
    pub heading: String,
    /// What would happen to it.
    pub effect: Tag,
    /// More about that; may be empty.
    pub sentence: String,
    /// What would be written.
    pub values: Vec<ValueRow>,
}

/// One item of the quote.
#[derive(Clone, Debug)]
pub struct PreviewItem {
    /// Its name.
    pub name: String,
    /// What would happen to it.
    pub effect: Tag,
    /// Autotask's name of its type; empty, as the three after it, where that is not written.
    pub kind: String,
    /// How many.
    pub quantity: String,
    /// The price of one.
    pub unit_price: String,
    /// What is taken off.
    pub discount: String,
    /// What would be written.
    pub values: Vec<ValueRow>,
}
