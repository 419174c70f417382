//! The rules of quote items, most of which depend on `quoteItemType`.
//!
//! The sentences other than the one about Semi-Annual are modelled on it: no source records them.

use serde_json::json;

use super::{
    rules,
    store::{Row, Store, field, number},
};

const ONE_TIME: i64 = 1;
const SEMI_ANNUAL: i64 = 4;
const DISCOUNT: i64 = 10;
const CONTRACT_SETUP_FEE: i64 = 13;

/// What one type of item asks of its row.
struct Kind {
    id: i64,
    label: &'static str,
    /// The one id field that must be set; where this is none, no id field may be.
    reference: Option<&'static str>,
    period: Period,
}

enum Period {
    /// The client must choose one, though not Semi-Annual.
    Chosen,
    OneTime,
    /// It is taken from the row of this entity that the item refers to, as is the name.
    Inherited(&'static str),
    Free,
}

const KINDS: [Kind; 9] = [
    Kind { id: 1, label: "Product", reference: Some("productID"), period: Period::Chosen },
    Kind { id: 2, label: "Cost", reference: Some("chargeID"), period: Period::OneTime },
    Kind { id: 3, label: "Labor", reference: Some("laborID"), period: Period::OneTime },
    Kind { id: 4, label: "Expense", reference: Some("expenseID"), period: Period::OneTime },
    Kind { id: 6, label: "Shipping", reference: Some("shippingID"), period: Period::OneTime },
    Kind { id: DISCOUNT, label: "Discount", reference: None, period: Period::Free },
    Kind { id: 11, label: "Service", reference: Some("serviceID"), period: Period::Inherited("Services") },
    Kind {
        id: 12,
        label: "ServiceBundle",
        reference: Some("serviceBundleID"),
        period: Period::Inherited("ServiceBundles"),
    },
    Kind { id: CONTRACT_SETUP_FEE, label: "ContractSetupFee", reference: None, period: Period::Free },
];

const DISCOUNTS: [&str; 3] = ["unitDiscount", "percentageDiscount", "lineDiscount"];

/// Fills in what follows from the item's type, and says what the type forbids.
pub(super) fn settle(store: &Store, row: &mut Row) -> Vec<String> {
    let mut errors = Vec::new();
    if DISCOUNTS.iter().filter(|field| is_positive(row, field)).count() > 1 {
        errors.push(
            "Only one of unitDiscount, percentageDiscount and lineDiscount may be greater than 0.".into(),
        );
    }
    let given = number(row, "quoteItemType");
    if let Some(kind) = KINDS.iter().find(|kind| Some(kind.id) == given) {
        errors.extend(reference(kind, row));
        errors.extend(period(store, kind, row));
        errors.extend(amounts(kind, row));
    }
    errors
}

fn reference(kind: &Kind, row: &Row) -> Option<String> {
    let others =
        KINDS.iter().filter_map(|kind| kind.reference).filter(|field| Some(*field) != kind.reference);
    match kind.reference {
        Some(field) if !is_set(row, field) => Some(rules::missing_field(field)),
        _ => others.into_iter().find(|field| is_set(row, field)).map(|field| kind.forbids(field)),
    }
}

fn period(store: &Store, kind: &Kind, row: &mut Row) -> Option<String> {
    let given = number(row, "periodType");
    match kind.period {
        Period::Chosen if given.is_none() => Some(rules::missing_field("periodType")),
        Period::Chosen if given == Some(SEMI_ANNUAL) => Some(format!(
            "When QuoteItem.quoteItemType is set to {}({}) the QuoteItem.periodType may not be Semi-Annual.",
            kind.label, kind.id
        )),
        Period::OneTime if given.is_some_and(|given| given != ONE_TIME) => Some(format!(
            "When QuoteItem.quoteItemType is set to {}({}) the QuoteItem.periodType must be One-Time.",
            kind.label, kind.id
        )),
        Period::OneTime => {
            row.insert("periodType".into(), json!(ONE_TIME));
            None
        }
        Period::Inherited(entity) => {
            inherit(store, entity, kind, row);
            None
        }
        Period::Chosen | Period::Free => None,
    }
}

fn inherit(store: &Store, entity: &str, kind: &Kind, row: &mut Row) {
    let id = kind.reference.and_then(|field| number(row, field));
    let Some(source) = id.and_then(|id| store.row(entity, id)) else { return };
    for name in ["name", "periodType"] {
        row.insert(name.into(), field(source, name).clone());
    }
}

fn amounts(kind: &Kind, row: &Row) -> Option<String> {
    let forbidden: &[&str] = match kind.id {
        DISCOUNT => &["lineDiscount"],
        CONTRACT_SETUP_FEE => &["unitCost", "unitDiscount", "percentageDiscount", "lineDiscount"],
        _ => &[],
    };
    forbidden.iter().find(|field| is_positive(row, field)).map(|field| kind.forbids(field))
}

impl Kind {
    fn forbids(&self, field: &str) -> String {
        let Self { label, id, .. } = self;
        format!("When QuoteItem.quoteItemType is set to {label}({id}) the QuoteItem.{field} may not be set.")
    }
}

fn is_set(row: &Row, name: &str) -> bool {
    !field(row, name).is_null()
}

fn is_positive(row: &Row, name: &str) -> bool {
    field(row, name).as_f64().is_some_and(|value| value > 0.0)
}
