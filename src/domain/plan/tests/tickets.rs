//! What holds for every sale that becomes a ticket, and its rules one by one.

use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};

use super::{
    Model,
    documents::{Sent, any_quote, expected},
    line, properties,
};
use crate::domain::{
    document::{Document, Kind, State},
    hold::Hold,
    intake,
    plan::{Action, Key, Left, Target},
    route::Sync,
    settings::{BilledBy, TicketSections, WhichSales},
};

pub fn tickets() -> TicketSections {
    TicketSections {
        which: WhichSales::All,
        billed_by: BilledBy::Tickets,
        category: 80,
        queue: 81,
        status: 1,
        priority: 2,
        issue_type: None,
        due_days: 7,
        title: "{number} {title}".to_owned(),
        cancelled_status: 5,
    }
}

fn sale(status: &str, lines: &[Json]) -> Document {
    let body = json!({
        "title": "Order", "status": status, "currency": "USD", "ordered_at": "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" }, "lines": lines,
    });
    intake::sale("S-1", &body).unwrap()
}

fn model() -> Model {
    Model { sync: Sync::Tickets, ..Model::default() }
}

fn charges(model: &Model) -> Vec<&super::model::Row> {
    let rows = model.rows.iter().filter(|(key, _)| key.target == Target::TicketCharge);
    rows.map(|(_, row)| row).collect()
}

/// A quote of any shape as a sale, with what it comes to.
fn any_sale() -> impl Strategy<Value = Sent> {
    let status = prop_oneof![4 => Just("won"), 1 => Just("lost")];
    any_quote(status).prop_map(|mut sent| {
        sent.document.kind = Kind::Sale;
        sent
    })
}

fn placed(sent: &Sent) -> bool {
    sent.document.state == State::Won
}

fn decimal(value: &Json) -> Decimal {
    value.to_string().parse().unwrap()
}

proptest! {
    #![proptest_config(properties::config())]

    #[test]
    fn after_any_edits_a_second_run_asks_for_nothing(edits in prop::collection::vec(any_sale(), 0..5)) {
        let mut model = model();
        for sent in edits {
            let plan = model.plan(&sent.document, Some(&super::settings()));
            if plan.skipped.is_some() {
                continue;
            }
            model.apply(&sent.document);
            prop_assert_eq!(model.steps(&sent.document), vec![]);
        }
    }

    #[test]
    fn any_edits_end_where_the_last_state_alone_would(edits in prop::collection::vec(any_sale(), 0..4), last in any_sale()) {
        prop_assume!(placed(&last));
        let mut model = model();
        for sent in edits.iter().filter(|sent| placed(sent)).chain([&last]) {
            model.apply(&sent.document);
        }
        let mut at_once = self::model();
        at_once.apply(&last.document);
        prop_assert_eq!(model.state(), at_once.state());
    }

    #[test]
    fn charges_sum_to_what_is_billed_once(sent in any_sale()) {
        prop_assume!(placed(&sent));
        let mut model = model();
        model.apply(&sent.document);
        let cents = |row: &super::model::Row| (decimal(&row["unitQuantity"]) * decimal(&row["unitPrice"]))
            .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let sum: Decimal = charges(&model).into_iter().map(cents).sum();
        let [(_, once, _), ..] = expected(&sent);
        prop_assert_eq!(sum, Decimal::from_i128_with_scale(once, 2));
    }

    #[test]
    fn what_is_billed_is_never_touched_nor_billed_again(edits in prop::collection::vec(any_sale(), 1..5), nth in any::<prop::sample::Index>()) {
        let mut model = model();
        let mut billed = std::collections::BTreeMap::new();
        for sent in edits {
            if model.plan(&sent.document, Some(&super::settings())).skipped.is_some() {
                continue;
            }
            model.apply(&sent.document);
            let keys: Vec<Key> = model.links.of(Target::TicketCharge).map(|(key, _)| key.clone()).collect();
            for (key, row) in &billed {
                prop_assert_eq!(model.rows.get(key), Some(row));
            }
            if !keys.is_empty() {
                let key = nth.get(&keys).clone();
                let mut link = model.links.get(&key).unwrap().clone();
                link.written.left = Some(Left::Billed);
                billed.insert(key.clone(), model.rows[&key].clone());
                model.links.set(key, link);
            }
        }
        let of_line = |key: &Key| key.key.rsplit_once(" type ").map(|(line, _)| line.to_owned());
        for key in billed.keys().filter_map(of_line) {
            let twice = model.rows.keys().filter(|other| other.target == Target::TicketCharge && of_line(other).as_ref() == Some(&key));
            prop_assert_eq!(twice.count(), 1, "{}", key);
        }
    }
}

#[test]
fn a_ticket_without_its_page_or_an_opportunities_page_is_held_for_what_it_needs() {
    let document = sale("placed", &[line("1", "product", "Drone", "1", "900")]);
    let mut model = model();
    model.tickets = None;
    assert_eq!(model.plan(&document, Some(&super::settings())).problems, [Hold::TicketSetupNeeded]);
    model.tickets = Some(tickets());
    assert_eq!(model.plan(&document, None).problems, [Hold::TicketSetupNeeded], "without codes");
    let plan = model.plan_with_codes_alone(&document);
    assert_eq!(plan.problems, []);
    let find = plan.steps.iter().find(|step| step.key.target == Target::Product).unwrap();
    let Action::Find(find) = &find.action else { panic!("not looked for") };
    let unmapped = Hold::CategoryUnmapped { category: String::new() };
    assert_eq!(find.otherwise, crate::domain::plan::Otherwise::Hold(unmapped));
}

#[test]
fn an_inactive_choice_holds_a_new_ticket_and_not_one_that_is_there() {
    let document = sale("placed", &[]);
    let mut model = model();
    model.tickets = Some(TicketSections { queue: 404, ..tickets() });
    let problems = model.plan(&document, Some(&super::settings())).problems;
    assert!(matches!(&problems[..], [Hold::OptionInactive { value: 404, .. }]), "{problems:?}");
    model.tickets = Some(tickets());
    model.apply(&document);
    model.tickets = Some(TicketSections { queue: 404, ..tickets() });
    assert_eq!(model.steps(&document), []);
}

#[test]
fn notes_name_what_a_ticket_cannot_carry() {
    let mut lines = vec![line("1", "recurring_service", "Backup", "1", "10")];
    lines.extend(
        (2..14).map(|nth| line(&nth.to_string(), "recurring_service", &format!("Service {nth}"), "1", "1")),
    );
    let notes = model().plan(&sale("placed", &lines), Some(&super::settings())).notes;
    assert!(notes[0].starts_with("Not sent: \"Backup\", \"Service 2\","), "{notes:?}");
    assert!(
        notes[0].ends_with("and 3 more. Tickets cannot carry recurring services; opportunities can."),
        "{notes:?}"
    );
}
