//! The rules that need more than one line: ids that are told apart, and amounts that stay exact.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::domain::{
    document::{Line, LineKind},
    money::{MAX_INTEGER_DIGITS, MAX_TOTAL, is_too_much},
    reader::Notes,
};

/// Checks all lines of a document.
pub(super) fn check(lines: &[Line], notes: &Notes) {
    check_ids(lines, notes);
    check_joint_ids(lines, notes);
    check_amounts(lines, notes);
}

/// A line's id is the key of its link, so it must be the only one of its name.
fn check_ids(lines: &[Line], notes: &Notes) {
    let mut seen = BTreeSet::new();
    for (index, line) in lines.iter().enumerate() {
        if !seen.insert(&line.id) {
            notes.add(
                &format!("lines[{index}].id"),
                format!("\"{}\" is the id of another line too; give each its own", line.id),
            );
        }
        let mut within = BTreeSet::new();
        for (nth, component) in line.components.iter().enumerate() {
            if !within.insert(&component.id) {
                let path = format!("lines[{index}].components[{nth}].id");
                notes.add(
                    &path,
                    format!("\"{}\" is the id of another component too; give each its own", component.id),
                );
            }
        }
    }
}

/// A component is told from lines by its bundle's id and its own, so no line may be called like that.
fn check_joint_ids(lines: &[Line], notes: &Notes) {
    let mut joint: BTreeMap<String, usize> = BTreeMap::new();
    let clash = |index: usize, id: &str| {
        let sentence = format!("another line's component is told apart as \"{id}\"; give it another id");
        notes.add(&format!("lines[{index}].id"), sentence);
    };
    for (index, bundle) in lines.iter().enumerate() {
        for component in &bundle.components {
            let id = component.within(bundle).id;
            if joint.insert(id.clone(), index).is_some_and(|other| other != index) {
                clash(index, &id);
            }
        }
    }
    let is_sold = |line: &Line| !matches!(line.kind, LineKind::Bundle | LineKind::Text);
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| is_sold(line)) {
        if joint.contains_key(&line.id) {
            clash(index, &line.id);
        }
    }
}

/// What a line comes to, and all of them together, must stay exact where Autotask reads numbers as doubles.
fn check_amounts(lines: &[Line], notes: &Notes) {
    let (mut price, mut cost) = (Decimal::ZERO, Decimal::ZERO);
    let mut check = |path: &str, line: &Line| {
        for (amount, member) in [(line.total(), "unit_price"), (line.cost(), "unit_cost")] {
            if is_too_much(amount) {
                notes.add(&format!("{path}.{member}"), format!("times the quantity {}", below(MAX_TOTAL)));
            }
        }
        price = price.saturating_add(line.total().abs());
        cost = cost.saturating_add(line.cost());
    };
    for (index, line) in lines.iter().enumerate() {
        let path = format!("lines[{index}]");
        if line.kind != LineKind::Bundle {
            check(&path, line);
        }
        for (nth, component) in line.components.iter().enumerate() {
            let (path, sold) = (format!("{path}.components[{nth}]"), component.within(line));
            if sold.quantity.trunc().to_string().len() > MAX_INTEGER_DIGITS {
                let sentence = format!(
                    "times the bundle's quantity must have at most {MAX_INTEGER_DIGITS} digits before the point"
                );
                notes.add(&format!("{path}.quantity"), sentence);
            }
            check(&path, &sold);
        }
    }
    if is_too_much(price) || is_too_much(cost) {
        notes.add("lines", format!("come to too much: all of them together {}", below(MAX_TOTAL)));
    }
}

fn below(most: i64) -> String {
    format!("must be below {most}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::intake::quote;

    fn line(id: &str, quantity: &str, price: &str) -> Value {
        json!({ "id": id, "kind": "service", "name": "Work", "quantity": quantity, "unit_price": price })
    }

    fn bundle(id: &str, quantity: &str, components: &[Value]) -> Value {
        json!({ "id": id, "kind": "bundle", "name": "Kit", "quantity": quantity, "components": components })
    }

    /// What is said of a quote with these lines: each path with its sentence.
    fn said(number: &str, lines: &[Value]) -> Vec<String> {
        let body = json!({
            "title": "Office refresh", "status": "open", "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
            "customer": { "id": "55", "name": "Northwind Traders" }, "lines": lines,
        });
        match quote(number, &body) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(|(path, said)| format!("{path} {}", said.join(", "))).collect(),
        }
    }

    #[test]
    fn a_line_and_a_document_stay_below_what_is_exact() {
        const MOST: &str = "999999999.9999";
        assert_eq!(said("Q-1", &[line("1", "1000", "999999999")]), Vec::<String>::new());
        assert_eq!(
            said("Q-1", &[line("1", "1000", "999999999"), line("2", "1", "1001")]),
            ["lines come to too much: all of them together must be below 1000000000000"]
        );
        let times = "times the quantity must be below 1000000000000";
        let all = "lines come to too much: all of them together must be below 1000000000000".to_owned();
        assert_eq!(
            said("Q-1", &[line("1", MOST, "-1001")]),
            [all.clone(), format!("lines[0].unit_price {times}")]
        );
        let mut costly = line("1", "1001", "0");
        costly["unit_cost"] = json!(MOST);
        assert_eq!(said("Q-1", &[costly]), [all.clone(), format!("lines[0].unit_cost {times}")]);
        assert_eq!(
            said("Q-1", &[bundle("1", MOST, &[line("a", MOST, MOST)])]),
            [
                all,
                "lines[0].components[0].quantity times the bundle's quantity must have at most 9 digits before the point"
                    .to_owned(),
                format!("lines[0].components[0].unit_price {times}"),
            ]
        );
    }

    #[test]
    fn no_line_is_called_like_a_component_of_a_bundle() {
        let kit = || bundle("1", "1", &[line("a", "1", "1")]);
        let sentence = "another line's component is told apart as \"1/a\"; give it another id";
        assert_eq!(said("Q-1", &[kit(), line("2/a", "1", "1")]), Vec::<String>::new());
        assert_eq!(said("Q-1", &[kit(), line("1/a", "1", "1")]), [format!("lines[1].id {sentence}")]);
        let other = bundle("1/a", "1", &[line("b", "1", "1")]);
        assert_eq!(said("Q-1", &[kit(), other]), Vec::<String>::new(), "a bundle is no item itself");
        let one = bundle("1/a", "1", &[line("b", "1", "1")]);
        let two = bundle("1", "1", &[line("a/b", "1", "1")]);
        let sentence = "another line's component is told apart as \"1/a/b\"; give it another id";
        assert_eq!(said("Q-1", &[one, two]), [format!("lines[1].id {sentence}")]);
    }

    #[test]
    fn a_number_comes_back_from_autotask_as_it_was_sent() {
        assert_eq!(said("Angebot-Größe–7€", &[]), Vec::<String>::new());
        let sentence = "number must have letters and signs that Autotask keeps: Ж is none";
        assert_eq!(said("Q-Ж1", &[]), [sentence]);
    }
}
