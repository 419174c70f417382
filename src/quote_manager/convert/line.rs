//! One line of a quote or of a sales order.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{Reading, References, checked::line_called, notes::Notes};
use crate::{
    domain::document::{Discount, Line, LineKind, Period},
    quote_manager::{
        codes::{self, Method},
        wire::{self, Taxed},
    },
};

/// What lines of quotes and of sales orders have in common.
pub(super) struct Common<'a> {
    pub(super) id: Option<i64>,
    pub(super) title: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) product_id: Option<i64>,
    pub(super) product_number: Option<&'a str>,
    pub(super) cost: Option<Decimal>,
    pub(super) price: Taxed,
    pub(super) quantity: Option<Decimal>,
    pub(super) is_recurring: Option<bool>,
    pub(super) recurring_type: Option<i64>,
    pub(super) discount_method: Option<i64>,
    pub(super) discount_value: Option<Decimal>,
    /// What of the record could not be read.
    pub(super) wrong: &'a [String],
}

/// Whether a line counts, and whether the customer decides that.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) optional: bool,
    pub(super) selected: bool,
}

/// The line that a record stands for.
pub(super) fn line(common: &Common<'_>, choice: Choice, reading: &Reading<'_>, notes: &mut Notes) -> Line {
    let product = common.product_id.and_then(|id| reading.references.products.get(&id));
    let name = name(common, product);
    let called = line_called(&name);
    notes.wrong(&called, common.wrong);
    if let Some(product) = product {
        notes.wrong(&format!("{called}, product"), &product.wrong);
    }
    let kind = kind(common, product, reading, &called, notes);
    let line = Line {
        id: common.id.map(|id| id.to_string()).unwrap_or_default(),
        kind,
        name,
        description: common.description.map(str::to_owned),
        optional: choice.optional,
        selected: choice.selected,
        quantity: Decimal::ONE,
        ..Line::default()
    };
    if kind == LineKind::Text { line } else { sold(line, common, product, reading, notes) }
}

/// The line with what only lines have that are sold.
fn sold(
    line: Line,
    common: &Common<'_>,
    product: Option<&wire::Product>,
    reading: &Reading<'_>,
    notes: &mut Notes,
) -> Line {
    let called = line_called(&line.name);
    let mut required = |value: Option<Decimal>, what: &str| {
        if value.is_none() {
            notes.lacks(&called, what, format!("{called} has no {what}."));
        }
        value
    };
    let quantity = required(common.quantity, "quantity").unwrap_or(Decimal::ONE);
    let unit_price = required(common.price.amount, "price").unwrap_or_default();
    let is_recurring = line.kind == LineKind::RecurringService;
    let of_product = |text: fn(&wire::Product) -> &Option<String>| product.and_then(|it| text(it).clone());
    Line {
        sku: of_product(|it| &it.number).or(common.product_number.map(str::to_owned)),
        manufacturer_part_number: of_product(|it| &it.manufacturer_part_number),
        category: product.and_then(|it| category_path(it.category_id?, reading.references)),
        brand: product.and_then(|it| reading.references.brands.get(&it.brand_id?)?.name.clone()),
        period: is_recurring.then(|| period(common, reading, &called, notes)),
        quantity,
        unit_price,
        unit_cost: common.cost,
        discount: discount(common, reading, &called, notes),
        taxable: common.price.is_taxed(),
        ..line
    }
}

/// The line's own title; a line without one is called like its product.
fn name(common: &Common<'_>, product: Option<&wire::Product>) -> String {
    let of_product = || product.and_then(|product| product.title.as_deref().or(product.number.as_deref()));
    common.title.or_else(of_product).or(common.product_number).unwrap_or_default().to_owned()
}

fn kind(
    common: &Common<'_>,
    product: Option<&wire::Product>,
    reading: &Reading<'_>,
    called: &str,
    notes: &mut Notes,
) -> LineKind {
    if is_words(common) {
        return LineKind::Text;
    }
    if common.is_recurring == Some(true) {
        return LineKind::RecurringService;
    }
    let Some(code) = product.and_then(|product| product.kind) else { return LineKind::Product };
    let kind = notes.known(codes::PRODUCT, code, reading.codes.line_kind(code)).unwrap_or_default();
    let is_priced = common.price.amount.is_some_and(|amount| !amount.is_zero());
    if kind == LineKind::Text && is_priced {
        notes.say(format!("{called} has a price, and its product's type says that it is not sold."));
        return LineKind::Product;
    }
    kind
}

/// Whether nothing is sold by the line: none of it, or it has neither product nor price nor quantity.
fn is_words(common: &Common<'_>) -> bool {
    let is_bare = common.product_id.is_none() && common.product_number.is_none();
    match common.quantity {
        Some(quantity) => quantity.is_zero(),
        None => is_bare && common.price.amount.is_none(),
    }
}

fn period(common: &Common<'_>, reading: &Reading<'_>, called: &str, notes: &mut Notes) -> Period {
    let Some(code) = common.recurring_type else {
        let sentence = format!("{called} is recurring and does not say how often it is billed.");
        notes.lacks(called, "recurringType", sentence);
        return Period::default();
    };
    notes.known(codes::RECURRING, code, reading.codes.period(code)).unwrap_or_default()
}

fn discount(common: &Common<'_>, reading: &Reading<'_>, called: &str, notes: &mut Notes) -> Option<Discount> {
    let value = common.discount_value.filter(|value| !value.is_zero())?;
    let Some(code) = common.discount_method else {
        let sentence = format!("{called} has a discount of {value} and does not say how it is taken off.");
        notes.lacks(called, "discountMethod", sentence);
        return None;
    };
    match notes.known(codes::DISCOUNT, code, reading.codes.method(code))? {
        Method::None | Method::Included => None,
        Method::Unit => Some(Discount::Unit(value)),
        Method::Line => Some(Discount::Line(value)),
        Method::Percent => Some(Discount::Percent(value)),
    }
}

/// The names from the topmost category down to this one. Where the chain is broken or turns back on itself, it is as
/// long as it can be followed.
pub(in crate::quote_manager) fn category_path(id: i64, references: &References) -> Option<String> {
    let (mut names, mut seen, mut next) = (Vec::new(), BTreeSet::new(), Some(id));
    while let Some(category) = next.and_then(|id| references.categories.get(&id).filter(|_| seen.insert(id)))
    {
        names.extend(category.name.as_deref());
        next = category.parent_id;
    }
    names.reverse();
    (!names.is_empty()).then(|| names.join("/"))
}
