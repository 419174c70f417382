//! Where each value of a plan comes from, in words.

use super::*;

/// The words for a field of the first step about `target`.
fn words(plan: &Plan, target: Target, name: &str) -> String {
    let fields =
        plan.steps.iter().filter(|step| step.key.target == target).find_map(|step| match &step.action {
            Action::Create(create) => Some(&create.fields),
            Action::Find(Find { otherwise: Otherwise::Create(fields), .. }) | Action::Update(fields) => {
                Some(fields)
            }
            _ => None,
        });
    let source = fields.unwrap().iter().find(|(field, ..)| *field == name).map(|(.., source)| source);
    source.unwrap_or_else(|| panic!("{target:?} has no {name}")).words(Kind::Quote)
}

fn plan_of(document: &Document) -> Plan {
    Model::default().plan(document, Some(&settings()))
}

#[test]
fn an_opportunity_says_where_each_value_is_from() {
    let plan = plan_of(&quote("open", &three_lines()));
    let expected = [
        ("stage", "from When a quote is created"),
        ("opportunityCategoryID", "from When a quote is created"),
        ("ownerResourceID", "matched from the quote's owner"),
        ("companyID", "matched from the quote's customer"),
        ("contactID", "matched from the quote's contact"),
        ("title", "the quote's number and title"),
        ("probability", "0, as no probability is entered"),
        ("startDate", "the quote's date"),
        ("projectedCloseDate", "30 days after its date, as it has no expiry date"),
        ("amount", "computed from 3 lines"),
        ("useQuoteTotals", "the same for every quote"),
    ];
    for (field, words_of) in expected {
        assert_eq!(words(&plan, Target::Opportunity, field), words_of, "{field}");
    }
}

#[test]
fn every_value_of_an_opportunity_has_its_words_pinned_or_is_an_amount() {
    let plan = plan_of(&quote("open", &three_lines()));
    let create = plan.steps.iter().find(|step| step.key.target == Target::Opportunity).unwrap();
    let Action::Create(create) = &create.action else { panic!("not created") };
    let amounts = create.fields.iter().filter(|(.., source)| matches!(source, Source::Computed { .. }));
    assert_eq!((amounts.count(), create.fields.iter().count()), (12, 23));
}

#[test]
fn items_and_products_say_where_each_value_is_from() {
    let mut lines = three_lines();
    lines[0]["category"] = json!("Hardware/Firewalls");
    lines[0]["discount"] = json!({ "kind": "percent", "value": "5" });
    let plan = plan_of(&quote("open", &lines));
    let expected = [
        (Target::Product, "productCategory", "from the category map: any other category"),
        (Target::Product, "productBillingCodeID", "from When an item is quoted or sold"),
        (Target::Product, "name", "the line's name"),
        (Target::Service, "periodType", "matched from the line's period"),
        (Target::QuoteItem, "productID", "matched from the line's product"),
        (Target::QuoteItem, "quantity", "the line's quantity"),
        (Target::QuoteItem, "percentageDiscount", "the line's discount"),
        (Target::QuoteItem, "lineDiscount", "0, as there is none"),
        (Target::QuoteItem, "quoteID", "the quote of an earlier step"),
        (Target::Quote, "opportunityID", "the opportunity of an earlier step"),
        (Target::Quote, "shippingType", "from When a quote is created"),
        (Target::Quote, "externalQuoteNumber", "the quote's number"),
    ];
    for (target, field, words_of) in expected {
        assert_eq!(words(&plan, target, field), words_of, "{field}");
    }
    let mut mapped = settings();
    mapped.sections.category_map.rows.insert("Hardware/Firewalls".to_owned(), 70);
    let plan = Model::default().plan(&quote("open", &lines), Some(&mapped));
    assert_eq!(words(&plan, Target::Product, "productCategory"), "from the category map");
}

#[test]
fn what_is_cut_and_what_stands_in_is_said() {
    let mut document = quote("open", &three_lines()[..1]);
    document.content.title = "x".repeat(200);
    document.content.owner = None;
    document.content.expires_on = Some("2026-11-01".parse().unwrap());
    document.content.coupon = Some(Decimal::ONE);
    let plan = plan_of(&document);
    let expected = [
        ("title", "the quote's number and title, cut at 128 characters"),
        ("ownerResourceID", "from When a quote is created"),
        ("projectedCloseDate", "its first day, as its expiry date is before that"),
        ("amount", "computed from 1 line and 1 charge"),
    ];
    for (field, words_of) in expected {
        assert_eq!(words(&plan, Target::Opportunity, field), words_of, "{field}");
    }
    assert_eq!(words(&plan, Target::Quote, "name"), "the quote's title, cut at 100 characters");
    document.content.title = "short".to_owned();
    assert_eq!(words(&plan_of(&document), Target::Quote, "name"), "the quote's title");
}

#[test]
fn a_sale_names_itself_and_its_section() {
    let mut sale = quote("won", &three_lines());
    sale.kind = Kind::Sale;
    let plan = plan_of(&sale);
    assert_eq!(words(&plan, Target::Opportunity, "stage"), "from When a quote is won");
    assert_eq!(Source::document("number").words(Kind::Sale), "the sale's number");
}
