//! What holds for every quote. `PROPTEST_CASES=100000` tries as many of each.

use proptest::{prelude::*, sample::Index};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};

use super::{
    Model,
    documents::{Sent, any_quote, expected},
    quote,
};
use crate::domain::{
    document::{Charge, Discount, Line, LineKind},
    plan::{Key, Target},
};

const CASES: u32 = 2_000;

pub fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { CASES };
    ProptestConfig { cases, failure_persistence: None, ..default }
}

fn any_status() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("open"), 1 => Just("won"), 1 => Just("lost")]
}

fn edits() -> impl Strategy<Value = Vec<Sent>> {
    prop::collection::vec(any_quote(any_status()), 0..5)
}

/// Amounts that no document of intake has, and those at its limits.
fn extreme() -> impl Strategy<Value = Decimal> {
    let at =
        ["999999999.9999", "0.0001", "79228162514264337593543950335", "7.9228162514264337593543950335", "0"];
    (prop::sample::select(at.to_vec()), any::<bool>()).prop_map(|(text, minus)| {
        let amount: Decimal = text.parse().unwrap();
        if minus { -amount } else { amount }
    })
}

/// What only a person sets, once the record is there.
const THEIRS: [(Target, &str); 9] = [
    (Target::Opportunity, "opportunityCategoryID"),
    (Target::Opportunity, "ownerResourceID"),
    (Target::Opportunity, "probability"),
    (Target::Opportunity, "description"),
    (Target::Opportunity, "nextStep"),
    (Target::Quote, "shippingType"),
    (Target::Quote, "comment"),
    (Target::QuoteItem, "chargeID"),
    (Target::QuoteItem, "taxCategoryID"),
];

fn decimal(value: &Json) -> Decimal {
    if value.is_null() { Decimal::ZERO } else { value.to_string().parse().unwrap() }
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// What an item comes to, as Autotask computes it.
fn of_item(row: &serde_json::Map<String, Json>) -> Decimal {
    let [quantity, price, unit, line, percent] =
        ["quantity", "unitPrice", "unitDiscount", "lineDiscount", "percentageDiscount"]
            .map(|field| decimal(row.get(field).unwrap_or(&Json::Null)));
    let gross = quantity * price;
    cents(gross - quantity * unit - line - gross * percent / Decimal::ONE_HUNDRED)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn after_any_edits_a_second_run_asks_for_nothing(edits in edits()) {
        let mut model = Model::default();
        for sent in edits {
            model.apply(&sent.document);
            prop_assert_eq!(model.steps(&sent.document), vec![]);
        }
    }

    #[test]
    fn any_edits_end_where_the_last_state_alone_would(edits in edits(), last in any_quote(prop_oneof![Just("open"), Just("won")])) {
        let mut model = Model::default();
        let is_won = |sent: &Sent| sent.body["status"] == "won";
        // Edits after the end change nothing, so a quote that is won must not have been won before.
        let is_before = |sent: &Sent| !(is_won(&last) && is_won(sent));
        let before = edits.iter().rposition(is_before).map_or(0, |nth| nth + 1);
        for sent in &edits[..before] {
            model.apply(&sent.document);
        }
        model.apply(&last.document);
        let mut at_once = Model::default();
        at_once.apply(&last.document);
        prop_assert_eq!(model.state(), at_once.state());
    }

    #[test]
    fn no_amounts_are_too_much_for_a_plan(
        amounts in prop::collection::vec((extreme(), extreme(), extreme(), extreme(), 0..4_u8), 0..6),
        charge in extreme(),
    ) {
        let mut document = quote("open", &[]);
        let with_amounts = |(nth, (quantity, price, cost, off, discount)): (usize, (Decimal, Decimal, Decimal, Decimal, u8))| {
            let discount = [None, Some(Discount::Unit(off)), Some(Discount::Line(off)), Some(Discount::Percent(off))][usize::from(discount)];
            let plain = Line { id: nth.to_string(), name: "Thing".to_owned(), kind: LineKind::Service, quantity, unit_price: price,
                unit_cost: Some(cost), discount, selected: true, ..Line::default() };
            let fee = Line { kind: LineKind::SetupFee, ..plain.clone() };
            Line { kind: LineKind::Bundle, components: vec![plain.clone(), fee], ..plain }
        };
        document.content.lines = amounts.into_iter().enumerate().map(with_amounts).collect();
        document.content.coupon = Some(charge);
        document.content.surcharge = Some(Charge { amount: charge, taxable: false });
        prop_assert!(!Model::default().steps(&document).is_empty());
    }

    #[test]
    fn what_a_person_sets_stays(
        edits in edits(),
        theirs in prop::collection::vec((any::<Index>(), any::<Index>()), 5),
    ) {
        let mut model = Model::default();
        let mut set: Vec<(Key, &str, Json)> = Vec::new();
        for (nth, (sent, (field, row))) in edits.iter().zip(theirs).enumerate() {
            model.apply(&sent.document);
            set.retain(|(key, ..)| model.rows.contains_key(key));
            for (key, field, value) in &set {
                prop_assert_eq!(&model.rows[key][*field], value, "{:?} {}", key, field);
            }
            let (target, field) = field.get(&THEIRS);
            let keys: Vec<Key> = model.rows.keys().filter(|key| key.target == *target).cloned().collect();
            if !keys.is_empty() {
                let (key, value) = (row.get(&keys).clone(), json!(9_000 + nth));
                model.edit(&key, field, value.clone());
                set.retain(|(other, name, _)| (other, name) != (&key, field));
                set.push((key, field, value));
            }
        }
    }

    #[test]
    fn items_sum_to_the_total_and_every_amount_to_its_own(sent in any_quote(Just("open"))) {
        let mut model = Model::default();
        model.apply(&sent.document);
        let expected = expected(&sent);
        for (name, revenue, cost) in expected {
            for (field, cents) in [("Revenue", revenue), ("Cost", cost)] {
                let field = format!("{name}{field}");
                prop_assert_eq!(decimal(&model.opportunity(&field)), Decimal::from_i128_with_scale(cents, 2), "{}", field);
            }
        }
        let total = |part: fn(&(&str, i128, i128)) -> i128| {
            Decimal::from_i128_with_scale(expected.iter().map(part).sum(), 2)
        };
        let items = model.rows.iter().filter(|(key, row)| key.target == Target::QuoteItem && row["isOptional"] == json!(false));
        let sum: Decimal = items.map(|(_, row)| of_item(row)).sum();
        prop_assert_eq!(sum, total(|of| of.1));
        prop_assert_eq!(decimal(&model.opportunity("amount")), total(|of| of.1));
        prop_assert_eq!(decimal(&model.opportunity("cost")), total(|of| of.2));
    }
}
