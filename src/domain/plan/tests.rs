//! The plan against a model of Autotask: what it asks for, and that it asks for nothing twice.

mod documents;
mod model;
mod properties;
mod rules;
mod sources;
mod unclear;

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use model::Model;

use super::*;
use crate::domain::{
    document::Kind,
    intake,
    lists::{List, ListOption},
    settings::{BillingCodes, CategoryMap, Created, Lost, Opportunities, Services, Won},
};

fn settings() -> Opportunities {
    let sections = Sections {
        include_unquoted_sales: true,
        created: Created {
            category: 1,
            default_owner: 7,
            stage: 10,
            status: 1,
            probability: None,
            shipping: Some(40),
            create_missing_customers: false,
        },
        won: Won { stage: 11, status: 1 },
        lost: Lost { stage: None, status: 2 },
        category_map: CategoryMap { fallback: Some(70), ..CategoryMap::default() },
        services: Services { brand: "Own".to_owned(), category: "Services".to_owned() },
    };
    let codes =
        BillingCodes { product: 50, recurring_service: 60, payment_surcharge: 51, non_recurring_service: 52 };
    Opportunities { sections, codes }
}

fn lists() -> Lists {
    let mut lists = Lists::default();
    let values = [
        (List::OpportunityCategories, vec![1]),
        (List::Owners, vec![7, 8]),
        (List::Stages, vec![10, 11]),
        (List::Statuses, vec![0, 1, 2, 3]),
        (List::ShippingTypes, vec![40]),
        (List::MaterialCodes, vec![50, 51, 52]),
        (List::ServiceCodes, vec![60]),
        (List::ProductCategories, vec![70]),
    ];
    for (list, values) in values {
        for value in values {
            let detail = Some(format!("owner{value}@example.com"));
            lists.push(
                list,
                ListOption { value, label: format!("{value}"), detail, parent: None, active: true },
            );
        }
    }
    lists
}

fn line(id: &str, kind: &str, name: &str, quantity: &str, price: &str) -> Json {
    let period = (kind == "recurring_service").then_some("monthly");
    json!({ "id": id, "kind": kind, "name": name, "quantity": quantity, "unit_price": price, "period": period })
}

fn quote(status: &str, lines: &[Json]) -> Document {
    let body = json!({
        "title": "Office refresh", "status": status, "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
        "owner": { "email": "OWNER8@example.com" }, "customer": { "id": "55", "name": "Northwind Traders" },
        "contact": { "email": "buyer@example.com" }, "lines": lines,
    });
    intake::quote("Q-1", &body).unwrap()
}

fn three_lines() -> Vec<Json> {
    vec![
        line("1", "product", "Firewall", "1", "699.00"),
        line("2", "recurring_service", "Managed workstation", "24", "45.00"),
        line("3", "labor", "Installation", "6.5", "150.00"),
    ]
}

fn names(steps: &[Step]) -> Vec<String> {
    let verb = |action: &Action| match action {
        Action::Find(_) => "find",
        Action::Create(_) => "create",
        Action::Update(_) => "update",
        Action::Delete { .. } => "delete",
        Action::Settle(_) => "settle",
    };
    steps.iter().map(|step| format!("{} {}", verb(&step.action), step.key.target.name())).collect()
}

#[test]
fn a_new_quote_is_found_created_and_filled_in_order() {
    let steps = Model::default().steps(&quote("open", &three_lines()));
    let expected = [
        "find company",
        "find contact",
        "find product",
        "find service",
        "create opportunity",
        "create quote_location",
        "create quote",
        "create quote_item",
        "create quote_item",
        "create quote_item",
    ];
    assert_eq!(names(&steps), expected);
}

#[test]
fn the_opportunity_has_the_settings_and_the_totals() {
    let mut model = Model::default();
    model.apply(&quote("open", &three_lines()));
    let expected = [
        ("title", json!("Q-1 Office refresh")),
        ("opportunityCategoryID", json!(1)),
        ("ownerResourceID", json!(8)),
        ("stage", json!(10)),
        ("status", json!(1)),
        ("probability", json!(0)),
        ("startDate", json!("2026-11-23T00:00:00")),
        ("projectedCloseDate", json!("2026-12-23T00:00:00")),
        ("amount", json!(2754)),
        ("onetimeRevenue", json!(1674)),
        ("monthlyRevenue", json!(1080)),
        ("useQuoteTotals", json!(true)),
    ];
    for (field, value) in expected {
        assert_eq!(model.opportunity(field), value, "{field}");
    }
}

#[test]
fn an_edit_asks_for_the_changed_lines_and_the_totals_alone() {
    let mut model = Model::default();
    model.apply(&quote("open", &three_lines()));
    let mut lines = three_lines();
    lines[0]["quantity"] = json!("2");
    assert_eq!(names(&model.steps(&quote("open", &lines))), ["update opportunity", "update quote_item"]);
    lines.remove(2);
    lines[0]["quantity"] = json!("1");
    assert_eq!(names(&model.steps(&quote("open", &lines))), ["update opportunity", "delete quote_item"]);
    lines.reverse();
    lines.push(line("3", "labor", "Installation", "6.5", "150.00"));
    assert_eq!(names(&model.steps(&quote("open", &lines))), Vec::<String>::new(), "reordered lines");
}

#[test]
fn won_lost_and_reopened_settle_the_opportunity_alone() {
    let mut model = Model::default();
    model.apply(&quote("open", &three_lines()));
    for (status, stage, value) in [("won", 11, 1), ("lost", 11, 2), ("open", 10, 1)] {
        let document = quote(status, &three_lines());
        assert_eq!(names(&model.steps(&document)), ["settle opportunity"], "{status}");
        model.apply(&document);
        assert_eq!(
            (model.opportunity("stage"), model.opportunity("status")),
            (json!(stage), json!(value)),
            "{status}"
        );
    }
}

#[test]
fn winning_brings_the_lines_up_to_date_first_and_later_edits_are_left_alone() {
    let mut model = Model::default();
    model.apply(&quote("open", &three_lines()));
    let mut lines = three_lines();
    lines[0]["selected"] = json!(false);
    let won = quote("won", &lines);
    assert_eq!(names(&model.steps(&won)), ["update opportunity", "update quote_item", "settle opportunity"]);
    model.apply(&won);
    lines[1]["quantity"] = json!("30");
    assert_eq!(names(&model.steps(&quote("won", &lines))), Vec::<String>::new());
}

#[test]
fn everything_that_needs_a_person_is_said_at_once() {
    let model = Model::default();
    let document = quote("open", &three_lines());
    assert_eq!(model.plan(&document, None).problems, [Hold::SetupNeeded]);
    let mut foreign = document.clone();
    foreign.content.currency = "EUR".to_owned();
    let currency = Hold::Currency { document: "EUR".to_owned(), connection: "USD".to_owned() };
    assert_eq!(model.plan(&foreign, Some(&settings())).problems, std::slice::from_ref(&currency));
    let mut inactive = settings();
    (inactive.sections.created.stage, inactive.codes.non_recurring_service) = (99, 98);
    let problems = model.plan(&foreign, Some(&inactive)).problems;
    let values: Vec<_> = problems[1..]
        .iter()
        .map(|hold| match hold {
            Hold::OptionInactive { value, .. } => *value,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((&problems[0], values), (&currency, vec![99, 98]));
}

#[test]
fn an_unmapped_category_holds_only_where_the_product_must_be_created() {
    let mut unmapped = settings();
    unmapped.sections.category_map.fallback = None;
    let document = quote("open", &[line("1", "product", "Drone", "1", "900.00")]);
    let plan = Model::default().plan(&document, Some(&unmapped));
    assert_eq!(plan.problems, Vec::new());
    let find = plan.steps.iter().find(|step| step.key.target == Target::Product).unwrap();
    let Action::Find(find) = &find.action else { panic!("not looked for") };
    assert_eq!(find.otherwise, Otherwise::Hold(Hold::CategoryUnmapped { category: String::new() }));
}

#[test]
fn a_contact_is_not_looked_for_in_a_company_that_nobody_knows() {
    let mut document = quote("open", &three_lines());
    document.content.autotask.opportunity_id = Some(70);
    let mut model = Model::default();
    for (key, link) in adopted(&document, &model.links) {
        model.links.set(key, link);
    }
    assert!(names(&model.steps(&document)).iter().all(|name| name != "find contact"));
    assert_eq!(names(&model.steps(&document))[..2], ["find product", "find service"]);
    document.content.customer.autotask_company_id = Some(5);
    assert_eq!(names(&model.steps(&document))[0], "find contact");
}
