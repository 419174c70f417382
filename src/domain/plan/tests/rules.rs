//! Single rules of the plan that need no model: types that stay, periods that lack, what is said.

use super::*;

fn create_of(steps: &[Step], target: Target) -> &Create {
    let step =
        steps.iter().find(|step| step.key.target == target && matches!(step.action, Action::Create(_)));
    let Some(Step { action: Action::Create(create), .. }) = step else { panic!("{target:?} is not created") };
    create
}

fn labor() -> Document {
    quote("open", &[line("1", "labor", "Field engineer", "4", "150")])
}

fn link_role(model: &mut Model) {
    model.links.set(Key::new(Target::Role, "name field engineer"), Link { id: 250, ..Link::default() });
}

#[test]
fn labor_keeps_the_type_that_it_was_first_sent_as() {
    let mut model = Model::default();
    link_role(&mut model);
    assert_eq!(
        create_of(&model.steps(&labor()), Target::QuoteItem).fields.get("quoteItemType"),
        Some(&Value::Integer(3))
    );
    model.apply(&labor());
    model.links.remove(&Key::new(Target::Role, "name field engineer"));
    assert_eq!(model.steps(&labor()), vec![], "its role was unlinked");
    let mut edited = labor();
    edited.content.lines[0].quantity = Decimal::TEN;
    assert_eq!(names(&model.steps(&edited)), ["update opportunity", "update quote_item"]);

    let mut model = Model::default();
    model.apply(&labor());
    link_role(&mut model);
    assert_eq!(model.steps(&labor()), vec![], "a role was linked to it");
}

/// What a new service of that period would be created with, in a tenant with these periods.
fn service_period(periods: &[(i64, &str, bool)], period: &str) -> Result<Option<Value>, Hold> {
    let mut lists = lists();
    for (value, label, active) in periods {
        let option = ListOption {
            value: *value,
            label: (*label).to_owned(),
            detail: None,
            parent: None,
            active: *active,
        };
        lists.push(List::ServicePeriods, option);
    }
    let mut service = line("1", "recurring_service", "Backup", "1", "10");
    service["period"] = json!(period);
    let (document, settings, links) = (quote("open", &[service]), settings(), Links::default());
    let input = Input {
        sync: Sync::Opportunities,
        opportunity: None,
        tickets: None,
        document: &document,
        quote_is_known: false,
        sections: Some(&settings.sections),
        codes: Some(&settings.codes),
        links: &links,
        lists: &lists,
        currency: Some("USD"),
    };
    let plan = plan(&input);
    let find = plan.steps.into_iter().find(|step| step.key.target == Target::Service).unwrap();
    match find.action {
        Action::Find(Find { otherwise: Otherwise::Create(fields), .. }) => {
            Ok(fields.get("periodType").cloned())
        }
        Action::Find(Find { otherwise: Otherwise::Hold(hold), .. }) => Err(hold),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_tenants_label_decides_on_a_period_then_the_usual_value() {
    let is = |value| Ok(Some(Value::Integer(value)));
    assert_eq!(service_period(&[], "quarterly"), is(3), "the lists were never fetched");
    assert_eq!(service_period(&[(3, "Monthly", true), (9, "Quarterly", true)], "quarterly"), is(9));
    assert_eq!(service_period(&[(2, "Monthly", true), (4, "Half a year", true)], "semi_annual"), is(4));
}

#[test]
fn a_service_whose_period_the_tenant_lacks_needs_a_person() {
    let missing =
        |period: &str| Err(Hold::PeriodMissing { service: "Backup".to_owned(), period: period.to_owned() });
    assert_eq!(service_period(&[(2, "Monthly", true)], "yearly"), missing("yearly"));
    assert_eq!(service_period(&[(2, "Monthly", true), (5, "Yearly", false)], "yearly"), missing("yearly"));
    assert_eq!(service_period(&[(4, "Monthly", true)], "semi_annual"), missing("semi-annually"));
}

#[test]
fn what_autotask_cannot_take_is_said() {
    let mut fee = line("1", "setup_fee", "Onboarding", "3", "100");
    fee["discount"] = json!({ "kind": "line", "value": "0.01" });
    let text = |id| json!({ "id": id, "kind": "text", "name": "✓ words" });
    let notes = |lines: &[Json]| Model::default().plan(&quote("open", lines), Some(&settings())).notes;
    assert_eq!(notes(&three_lines()), Vec::<String>::new());
    assert_eq!(notes(&[text("1")]), ["1 text line is not sent: Autotask's quotes have none."]);
    let expected = [
        "2 text lines are not sent: Autotask's quotes have none.",
        "Autotask's setup fees take no discount: it is taken off the price, as one unit.",
        "Autotask may show question marks for characters that it cannot keep: → 本.",
    ];
    assert_eq!(
        notes(&[text("2"), text("3"), fee.clone(), line("4", "service", "“Größe” → € 本 →", "1", "1")]),
        expected
    );
    let item = Model::default().steps(&quote("open", &[fee]));
    let fields = &create_of(&item, Target::QuoteItem).fields;
    assert_eq!(fields.get("quantity"), Some(&Value::Decimal(Decimal::ONE)));
    assert_eq!(fields.get("unitPrice"), Some(&Value::Decimal("299.99".parse().unwrap())));
    assert_eq!(fields.get("lineDiscount"), Some(&Value::Decimal(Decimal::ZERO)));
}

#[test]
fn a_name_that_comes_back_as_another_is_no_mark() {
    let marks = |name: &str| {
        let steps = Model::default().steps(&quote("open", &[line("1", "service", name, "1", "1")]));
        let conditions = create_of(&steps, Target::QuoteItem).marker.clone().unwrap();
        let names = conditions
            .conditions()
            .iter()
            .filter(|condition| matches!(condition, Condition::Field(_, "name", _)));
        names.count()
    };
    assert_eq!((marks("Setup — €"), marks("Setup ✓")), (1, 0));
}

#[test]
fn a_text_is_cut_where_autotask_counts_and_no_character_in_half() {
    let cases = [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("日本語話", 3, "日本…"),
        ("😀😀", 4, "😀😀"),
        ("😀😀😀", 5, "😀😀…"),
        ("a😀😀", 4, "a😀…"),
    ];
    for (text, max, expected) in cases {
        assert_eq!(cut(text, max), expected, "{text} at {max}");
        assert!(cut(text, max).encode_utf16().count() <= max, "{text}");
    }
}

#[test]
fn a_sale_that_was_sent_in_part_still_wants_the_rest() {
    let mut sale = quote("won", &three_lines());
    sale.kind = Kind::Sale;
    let mut model = Model::default();
    let created = model.steps(&sale).into_iter().position(|step| step.key.target == Target::Quote).unwrap();
    model.apply_first(&sale, created + 1);
    assert_eq!(
        names(&model.steps(&sale)),
        ["create quote_item", "create quote_item", "create quote_item", "settle opportunity"]
    );
}

#[test]
fn a_quote_that_is_won_after_it_was_lost_has_its_new_lines() {
    let mut model = Model::default();
    for status in ["open", "lost"] {
        model.apply(&quote(status, &three_lines()));
    }
    let mut lines = three_lines();
    lines[1]["quantity"] = json!("30");
    lines.remove(2);
    let expected = ["update opportunity", "update quote_item", "delete quote_item", "settle opportunity"];
    assert_eq!(names(&model.steps(&quote("won", &lines))), expected);
}

#[test]
fn after_the_end_no_product_is_made_for_a_line_that_is_not_sent() {
    let mut model = Model::default();
    model.apply(&quote("won", &three_lines()));
    let mut lines = three_lines();
    lines.push(line("4", "product", "Too late", "1", "1"));
    assert_eq!(names(&model.steps(&quote("won", &lines))), Vec::<String>::new());
}
