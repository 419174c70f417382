//! What the numbers in Kaseya Quote Manager's records mean.
//!
//! Its API gives whole numbers whose meanings are not documented. Some are known from those who use it ([`Preset`]); an
//! administrator says what the others mean. A number that neither knows is never guessed.

use std::collections::BTreeMap;

use crate::domain::document::{LineKind, Period, State};

/// A field that holds such numbers.
#[derive(Debug)]
pub struct Field {
    /// Record and field, as the API calls them.
    pub name: &'static str,
    /// What it is called on the page.
    pub label: &'static str,
    /// Where an administrator sees what a number stands for, in a whole sentence.
    pub seen: &'static str,
    /// What a number can mean.
    pub meanings: &'static [Meaning],
    /// The numbers whose meaning is known.
    pub presets: &'static [Preset],
}

/// Something that a number can mean.
#[derive(Debug)]
pub struct Meaning {
    /// Its word in the settings.
    pub word: &'static str,
    /// What it is called on the page.
    pub label: &'static str,
}

/// A number whose meaning is known.
#[derive(Debug)]
pub struct Preset {
    /// The number.
    pub code: i64,
    /// The meaning's word.
    pub word: &'static str,
    /// How sure that is, in a whole sentence.
    pub sure: &'static str,
}

const fn meaning(word: &'static str, label: &'static str) -> Meaning {
    Meaning { word, label }
}

const fn preset(code: i64, word: &'static str, sure: &'static str) -> Preset {
    Preset { code, word, sure }
}

const AGREED: &str = "Two independent sources agree.";
const OPEN: &str = "Two sources name it differently, both as a quote that is still open.";
const ONE: &str = "One source says so; Kaseya does not document it.";

/// How far a quote came.
pub const QUOTE_STATUS: &str = "quote.status";
/// How far a sales order came.
pub const SALE_STATUS: &str = "salesorder.status";
/// How often a line is billed.
pub const RECURRING: &str = "quoteline.recurringType";
/// How a line's discount is taken off.
pub const DISCOUNT: &str = "quoteline.discountMethod";
/// What a product is.
pub const PRODUCT: &str = "product.type";
/// What a category is for.
pub const CATEGORY: &str = "category.type";

/// Every field whose numbers have a meaning for us.
pub const FIELDS: [Field; 6] = [
    Field {
        name: QUOTE_STATUS,
        label: "Status of a quote",
        seen: "Open a quote with this number in Kaseya Quote Manager: its status stands at the top.",
        meanings: &[meaning("open", "Open"), meaning("won", "Won"), meaning("lost", "Lost or declined")],
        presets: &[
            preset(0, "open", OPEN),
            preset(1, "open", OPEN),
            preset(2, "open", OPEN),
            preset(3, "won", AGREED),
            preset(90, "lost", AGREED),
        ],
    },
    Field {
        name: SALE_STATUS,
        label: "Status of a sales order",
        seen: "Open a sales order with this number in Kaseya Quote Manager: its status stands at the top.",
        meanings: &[
            meaning("draft", "Draft: sent once it is placed"),
            meaning("placed", "Placed"),
            meaning("cancelled", "Cancelled"),
        ],
        presets: &[
            preset(1, "draft", ONE),
            preset(2, "placed", ONE),
            preset(3, "placed", ONE),
            preset(90, "cancelled", ONE),
        ],
    },
    Field {
        name: RECURRING,
        label: "How often a line is billed",
        seen: "Open a quote or sales order that has such a line in Kaseya Quote Manager: the period stands beside its price.",
        meanings: &[
            meaning("monthly", "Monthly"),
            meaning("quarterly", "Quarterly"),
            meaning("semi_annual", "Semi-annually"),
            meaning("yearly", "Yearly"),
        ],
        presets: &[],
    },
    Field {
        name: DISCOUNT,
        label: "How a line's discount is taken off",
        seen: "Open a quote or sales order that has such a line in Kaseya Quote Manager: compare the line's price, discount and total.",
        meanings: &[
            meaning("none", "No discount: the value is ignored"),
            meaning("unit", "An amount off each unit"),
            meaning("line", "An amount off the line"),
            meaning("percent", "Percent off"),
            meaning("included", "Already taken off the price"),
        ],
        presets: &[],
    },
    Field {
        name: PRODUCT,
        label: "Type of a product",
        seen: "Open a product with this number in Kaseya Quote Manager: its type stands among its details.",
        meanings: &[
            meaning("product", "Product"),
            meaning("service", "Service that is billed once"),
            meaning("labor", "Labor"),
            meaning(
                "bundle",
                "Bundle: sent as one product, as Kaseya Quote Manager does not tell what is in it",
            ),
            meaning("text", "Text: shown in the quote, not sold"),
        ],
        presets: &[],
    },
    Field {
        name: CATEGORY,
        label: "Type of a category",
        seen: "Open the categories' page in Kaseya Quote Manager: the type stands beside each.",
        meanings: &[
            meaning("ordinary", "Products, services or labor"),
            meaning("bundle", "Bundles: not to be chosen for services and labor roles"),
        ],
        presets: &[],
    },
];

/// What is taken off a line with a discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Nothing.
    None,
    /// An amount off each unit.
    Unit,
    /// An amount off the line.
    Line,
    /// Percent off the line.
    Percent,
    /// Nothing more: the price is what is left.
    Included,
}

/// What each number means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes(BTreeMap<(&'static str, i64), &'static str>);

impl Default for Codes {
    fn default() -> Self {
        Self::from_settings(&BTreeMap::new())
    }
}

impl Codes {
    /// The known numbers, and over them those that an administrator set: `quoteline.recurringType 1` → `monthly`.
    /// Entries that [`check`] refuses change nothing.
    pub fn from_settings(set: &BTreeMap<String, String>) -> Self {
        let known = FIELDS
            .iter()
            .flat_map(|field| field.presets.iter().map(|preset| ((field.name, preset.code), preset.word)));
        let set = set.iter().filter_map(|(key, word)| entry(key, word).ok());
        Self(known.chain(set).collect())
    }

    /// The word for a field's number; `None` where it is not known.
    pub fn word(&self, field: &'static str, code: i64) -> Option<&'static str> {
        self.0.get(&(field, code)).copied()
    }

    /// How far a quote with this status came.
    pub fn quote_state(&self, code: i64) -> Option<State> {
        match self.word(QUOTE_STATUS, code)? {
            "open" => Some(State::Open),
            "won" => Some(State::Won),
            "lost" => Some(State::Lost),
            _ => None,
        }
    }

    /// How far a sales order with this status came; a draft is open.
    pub fn sale_state(&self, code: i64) -> Option<State> {
        match self.word(SALE_STATUS, code)? {
            "draft" => Some(State::Open),
            "placed" => Some(State::Won),
            "cancelled" => Some(State::Lost),
            _ => None,
        }
    }

    /// How often a line with this recurring type is billed.
    pub fn period(&self, code: i64) -> Option<Period> {
        match self.word(RECURRING, code)? {
            "monthly" => Some(Period::Monthly),
            "quarterly" => Some(Period::Quarterly),
            "semi_annual" => Some(Period::SemiAnnual),
            "yearly" => Some(Period::Yearly),
            _ => None,
        }
    }

    /// How a discount with this method is taken off.
    pub fn method(&self, code: i64) -> Option<Method> {
        match self.word(DISCOUNT, code)? {
            "none" => Some(Method::None),
            "unit" => Some(Method::Unit),
            "line" => Some(Method::Line),
            "percent" => Some(Method::Percent),
            "included" => Some(Method::Included),
            _ => None,
        }
    }

    /// What a product of this type is when it is sold once.
    pub fn line_kind(&self, code: i64) -> Option<LineKind> {
        match self.word(PRODUCT, code)? {
            "product" | "bundle" => Some(LineKind::Product),
            "service" => Some(LineKind::Service),
            "labor" => Some(LineKind::Labor),
            "text" => Some(LineKind::Text),
            _ => None,
        }
    }

    /// Whether a category of this type is one of bundles; not where nobody said so.
    pub fn is_for_bundles(&self, code: i64) -> bool {
        self.word(CATEGORY, code) == Some("bundle")
    }
}

/// The field of that name.
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// Splits a key of the settings, such as `quoteline.recurringType 1`, into field and number.
///
/// # Errors
/// What is wrong with it, as a whole sentence.
pub fn key(key: &str) -> Result<(&'static Field, i64), String> {
    let (name, code) = key.split_once(' ').unwrap_or((key, ""));
    let field = field(name).ok_or_else(|| {
        let names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        format!("\"{name}\" is no field with numbers; it must be one of: {}.", names.join(", "))
    })?;
    let code = code
        .parse()
        .map_err(|_| format!("\"{key}\" must end with a space and a whole number, such as \"{name} 1\"."))?;
    Ok((field, code))
}

/// Vets an entry of the settings.
///
/// # Errors
/// What is wrong with it, as a whole sentence.
pub fn check(key: &str, word: &str) -> Result<(), String> {
    entry(key, word).map(drop)
}

fn entry(text: &str, word: &str) -> Result<((&'static str, i64), &'static str), String> {
    let (field, code) = key(text)?;
    let known = field.meanings.iter().find(|meaning| meaning.word == word);
    let meaning = known.ok_or_else(|| {
        let words: Vec<_> = field.meanings.iter().map(|meaning| meaning.word).collect();
        format!("\"{word}\" is no meaning of {}; it must be one of: {}.", field.name, words.join(", "))
    })?;
    Ok(((field.name, code), meaning.word))
}

#[cfg(test)]
mod tests;
