//! Quote items: where they are written, and the rules of each type.

use super::*;

fn item(kind: i64, change: Value) -> Value {
    let base = json!({
        "quoteItemType": kind, "name": "Line", "quantity": 2, "unitPrice": 10, "unitCost": 5, "unitDiscount": 0,
        "percentageDiscount": 0, "lineDiscount": 0, "isOptional": false,
    });
    with(base, change)
}

fn product() -> Value {
    item(1, json!({"productID": 701, "periodType": 1}))
}

#[tokio::test]
async fn items_live_below_their_quote() {
    let api = Api::new();
    let quote = api.quote().await;
    let items = format!("Quotes/{quote}/Items");
    let first = api.post(&items, product()).await.id();
    let second = api.post(&items, product()).await.id();
    let (row, other) = (api.row("QuoteItems", first).await, api.row("QuoteItems", second).await);
    assert_eq!((&row["quoteID"], &row["productID"]), (&json!(quote), &json!(701)));
    assert_eq!((&row["sortOrderID"], &other["sortOrderID"]), (&json!(1), &json!(2)));
    assert_eq!(api.patch(&items, json!({"id": first, "quantity": 7})).await.id(), first);
    assert_eq!(api.row("QuoteItems", first).await["quantity"], 7);
    assert_eq!(api.post("Quotes/5/Items", product()).await.status, 500, "there is no such quote");

    let gone = api.call(Method::DELETE, &format!("{items}/{first}"), Value::Null).await;
    assert_eq!(gone.id(), first);
    assert_eq!(api.row("QuoteItems", first).await, Value::Null);
    api.call(Method::DELETE, &format!("{items}/{first}"), Value::Null).await.refuses_with(
        "No message. No matching records found. The logged in Resource may not have the required permissions to delete the data.",
    );
    assert_eq!(api.0.entities("QuoteItems").len(), 1);
    assert!(api.post(&items, product()).await.id() > second, "an id is never given twice");
}

#[tokio::test]
async fn all_three_discounts_and_more_are_required() {
    let api = Api::new();
    let items = format!("Quotes/{}/Items", api.quote().await);
    for field in
        ["isOptional", "lineDiscount", "percentageDiscount", "quantity", "quoteItemType", "unitDiscount"]
    {
        let reply = api.post(&items, with(product(), json!({field: null}))).await;
        reply.refuses_with(&format!("Missing Required Field: {field}. ; on record number [1]."));
    }
}

#[tokio::test]
async fn each_type_has_its_own_rules() {
    let api = Api::new();
    let items = format!("Quotes/{}/Items", api.quote().await);
    let missing = |field: &str| format!("Missing Required Field: {field}. ; on record number [1].");
    let reference = |field: &str, target: &str| {
        format!(
            "Reference value on field: {field} of type: {target} does not exist or is invalid. ; on record number [1]."
        )
    };
    let rule = |kind: &str, rest: &str| {
        format!("When QuoteItem.quoteItemType is set to {kind} the QuoteItem.{rest}")
    };
    for (body, sentence) in [
        (item(1, json!({"periodType": 1})), missing("productID")),
        (item(1, json!({"productID": 701})), missing("periodType")),
        (
            item(1, json!({"productID": 701, "periodType": 4})),
            rule("Product(1)", "periodType may not be Semi-Annual."),
        ),
        (item(1, json!({"productID": 702, "periodType": 1})), reference("productID", "Product")),
        (item(2, json!({})), missing("chargeID")),
        (item(2, json!({"chargeID": 405})), reference("chargeID", "BillingCode")),
        (item(2, json!({"chargeID": 409})), reference("chargeID", "BillingCode")),
        (item(2, json!({"chargeID": 404, "periodType": 2})), rule("Cost(2)", "periodType must be One-Time.")),
        (item(2, json!({"chargeID": 404, "laborID": 901})), rule("Cost(2)", "laborID may not be set.")),
        (item(3, json!({})), missing("laborID")),
        (item(3, json!({"laborID": 5})), reference("laborID", "Role")),
        (item(6, json!({"shippingID": 502})), reference("shippingID", "ShippingType")),
        (item(10, json!({"lineDiscount": 3})), rule("Discount(10)", "lineDiscount may not be set.")),
        (item(11, json!({})), missing("serviceID")),
        (item(13, json!({})), rule("ContractSetupFee(13)", "unitCost may not be set.")),
        (
            item(13, json!({"unitCost": 0, "unitDiscount": 1})),
            rule("ContractSetupFee(13)", "unitDiscount may not be set."),
        ),
        (
            item(5, json!({})),
            "Picklist value [5] does not exist for quoteItemType. ; on record number [1].".into(),
        ),
        (
            item(2, json!({"chargeID": 404, "unitDiscount": 1, "lineDiscount": 1})),
            "Only one of unitDiscount, percentageDiscount and lineDiscount may be greater than 0.".into(),
        ),
    ] {
        api.post(&items, body).await.refuses_with(&sentence);
    }
    assert_eq!(api.0.entities("QuoteItems"), Vec::<Value>::new());
}

#[tokio::test]
async fn what_each_type_takes_is_kept() {
    let api = Api::new();
    let items = format!("Quotes/{}/Items", api.quote().await);
    for (body, period) in [
        (item(1, json!({"productID": 701, "periodType": 5})), json!(5)),
        (item(2, json!({"chargeID": 404})), json!(1)),
        (item(3, json!({"laborID": 901, "periodType": 1})), json!(1)),
        (item(6, json!({"shippingID": 501, "percentageDiscount": 10})), json!(1)),
        (item(10, json!({"unitDiscount": 3})), Value::Null),
        (item(13, json!({"unitCost": 0})), Value::Null),
    ] {
        let id = api.post(&items, body.clone()).await.id();
        assert_eq!(api.row("QuoteItems", id).await["periodType"], period, "{body}");
    }
    let service = item(11, json!({"serviceID": 801, "name": "Mine", "periodType": 2}));
    let id = api.post(&items, service).await.id();
    let row = api.row("QuoteItems", id).await;
    assert_eq!((&row["name"], &row["periodType"]), (&json!("Managed Backup"), &json!(4)));
}
