//! Create, replace and change, and what is refused.

use super::*;

#[tokio::test]
async fn a_new_row_gets_an_id_stamps_and_the_forms_in_which_values_are_kept() {
    let api = Api::new();
    let body = with(
        opportunity(),
        json!({"nextStep": "", "Market": "North", "nonsense": 1, "closedDate": "2026-03-04T05:06:07+02:00"}),
    );
    let id = api.post("Opportunities", body).await.id();
    assert_eq!(id, 29_682_000);
    let row = api.row("Opportunities", id).await;
    for (field, value) in [
        ("id", json!(id)),
        ("startDate", json!("2026-03-01T00:00:00")),
        ("projectedCloseDate", json!("2026-03-31T00:00:00")),
        ("closedDate", json!("2026-03-04T03:06:07")),
        ("cost", json!(60.5)),
        ("nextStep", Value::Null),
        ("market", json!("North")),
        ("createDate", json!("2026-03-04T05:06:07.089")),
        ("lastActivity", json!("2026-03-04T05:06:07.089")),
        ("creatorResourceID", json!(303)),
        ("userDefinedFields", json!([])),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    assert_eq!(row.get("nonsense"), None, "an unknown field is passed over");
    assert_eq!(api.opportunity().await, id + 1);
}

#[tokio::test]
async fn required_fields_are_named_one_at_a_time() {
    let api = Api::new();
    let required = [
        "amount",
        "companyID",
        "cost",
        "ownerResourceID",
        "probability",
        "projectedCloseDate",
        "stage",
        "startDate",
        "status",
        "title",
        "useQuoteTotals",
    ];
    for field in required {
        let reply = api.post("Opportunities", with(opportunity(), json!({field: null}))).await;
        reply.refuses_with(&format!("Missing Required Field: {field}. ; on record number [1]."));
    }
    let several = with(opportunity(), json!({"title": "", "stage": null, "status": null}));
    let reply = api.post("Opportunities", several).await;
    reply.refuses_with("Missing Required Field: stage. ; on record number [1].");
    let service = json!({"name": "New", "unitPrice": 1, "billingCodeID": 405});
    let reply = api.post("Services", service).await;
    reply.refuses_with("Missing Required Field: periodType. ; on record number [1].");
    assert_eq!(api.0.entities("Opportunities"), Vec::<Value>::new(), "what is refused leaves nothing behind");
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused() {
    let api = Api::new();
    let reference = |field: &str, target: &str| {
        format!(
            "Reference value on field: {field} of type: {target} does not exist or is invalid. ; on record number [1]."
        )
    };
    let picklist = |value: &str, field: &str| {
        format!("Picklist value [{value}] does not exist for {field}. ; on record number [1].")
    };
    for (change, sentence) in [
        (json!({"stage": 99}), picklist("99", "stage")),
        (json!({"stage": 12}), picklist("12", "stage")),
        (json!({"rating": 1}), picklist("1", "rating")),
        (json!({"opportunityCategoryID": 602}), picklist("602", "opportunityCategoryID")),
        (json!({"companyID": 999}), reference("companyID", "Company")),
        (json!({"companyID": 102}), reference("companyID", "Company")),
        (json!({"ownerResourceID": 302}), reference("ownerResourceID", "Resource")),
        (json!({"contactID": 202}), reference("contactID", "Contact")),
        (json!({"contactID": 203}), reference("contactID", "Contact")),
        (json!({"companyID": 0, "contactID": 201}), reference("contactID", "Contact")),
        (json!({"productID": 702}), reference("productID", "Product")),
        (json!({"title": "x".repeat(129)}), "String value exceeds maximum length (field:title).".into()),
        (json!({"probability": 101}), "Opportunity.probability must be between 0 and 100.".into()),
        (
            json!({"useQuoteTotals": "yes"}),
            "The value for field useQuoteTotals has the wrong data type.".into(),
        ),
        (json!({"startDate": "soon"}), "The value for field startDate has the wrong data type.".into()),
        (
            json!({"startDate": "2026-04-01"}),
            "Opportunity.projectedCloseDate may not be before Opportunity.startDate.".into(),
        ),
    ] {
        api.post("Opportunities", with(opportunity(), change)).await.refuses_with(&sentence);
    }
    let both = api.post("Opportunities", with(opportunity(), json!({"stage": 12, "companyID": 999}))).await;
    assert_eq!(both.json()["errors"].as_array().unwrap().len(), 2, "violations come together");
    for fits in [
        json!({"title": "é".repeat(128)}),
        json!({"contactID": 201, "opportunityCategoryID": 601, "organizationalLevelAssociationID": 5}),
        json!({"companyID": 103, "contactID": 201}),
        json!({"companyID": 0}),
        json!({"companyID": "101", "amount": "12.5"}),
    ] {
        let reply = api.post("Opportunities", with(opportunity(), fits)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[tokio::test]
async fn a_patch_changes_only_what_it_names() {
    let api = Api::new();
    let id = api.opportunity().await;
    let patch = json!({"id": id.to_string(), "status": 2, "createDate": "2000-01-01", "salesOrderID": 7});
    assert_eq!(api.patch("Opportunities", patch).await.id(), id);
    let row = api.row("Opportunities", id).await;
    assert_eq!((&row["status"], &row["title"]), (&json!(2), &json!("Q-1 Firewall")));
    assert_eq!(row["createDate"], "2026-03-04T05:06:07.089", "a read-only field is passed over");
    assert_eq!(row["salesOrderID"], Value::Null);
    let reply = api.patch("Opportunities", json!({"id": id, "title": null})).await;
    reply.refuses_with("Missing Required Field: title. ; on record number [1].");
    let reply = api.patch("Opportunities", json!({"title": "No id"})).await;
    reply.refuses_with("Missing Required Field: id. ; on record number [1].");
    assert_eq!(api.patch("Opportunities", json!({"id": 5, "title": "No row"})).await.status, 500);
}

#[tokio::test]
async fn a_patch_is_not_held_up_by_what_has_gone_inactive_since() {
    let api = Api::new();
    let id = api.post("Opportunities", with(opportunity(), json!({"contactID": 201}))).await.id();
    let moved = signed(Method::PATCH, "/_emulator/entities/Contacts/201", &json!({"companyID": 0}));
    assert_eq!(api.request(moved).await.status, 200);
    let edit = signed(Method::PATCH, "/_emulator/entities/Companies/101", &json!({"isActive": false}));
    assert_eq!(api.request(edit).await.status, 200);
    assert_eq!(api.patch("Opportunities", json!({"id": id, "status": 2})).await.id(), id);
    let again = api.patch("Opportunities", json!({"id": id, "companyID": 101})).await;
    assert_eq!(again.status, 500);
}

#[tokio::test]
async fn a_put_empties_what_it_leaves_out() {
    let api = Api::new();
    let id = api.post("Opportunities", with(opportunity(), json!({"nextStep": "Call"}))).await.id();
    let put = with(opportunity(), json!({"id": id, "title": "New"}));
    assert_eq!(api.call(Method::PUT, "Opportunities", put).await.id(), id);
    let row = api.row("Opportunities", id).await;
    assert_eq!((&row["title"], &row["nextStep"]), (&json!("New"), &Value::Null));
    assert_eq!(row["createDate"], "2026-03-04T05:06:07.089");
    let put = with(opportunity(), json!({"id": id, "stage": 12}));
    let reply = api.call(Method::PUT, "Opportunities", put).await;
    reply.refuses_with("Picklist value [12] does not exist for stage. ; on record number [1].");
    let short = api.call(Method::PUT, "Opportunities", json!({"id": id, "title": "New"})).await;
    short.refuses_with("Missing Required Field: amount. ; on record number [1].");
}

#[tokio::test]
async fn create_only_fields_keep_their_first_value() {
    let api = Api::new();
    let (first, second) = (api.opportunity().await, api.opportunity().await);
    let id = api.post("Quotes", quote(first)).await.id();
    assert_eq!(api.patch("Quotes", json!({"id": id, "opportunityID": second, "name": "New"})).await.id(), id);
    let row = api.row("Quotes", id).await;
    assert_eq!((&row["opportunityID"], &row["name"]), (&json!(first), &json!("New")));
}

#[tokio::test]
async fn the_first_quote_is_primary_until_another_takes_over() {
    let api = Api::new();
    let opportunity = api.opportunity().await;
    let first = api.post("Quotes", quote(opportunity)).await.id();
    let second = api.post("Quotes", quote(opportunity)).await.id();
    let primary = async |id| api.row("Quotes", id).await["primaryQuote"].clone();
    assert_eq!((primary(first).await, primary(second).await), (json!(true), json!(false)));
    assert_eq!(api.patch("Quotes", json!({"id": first, "primaryQuote": false})).await.status, 500);
    api.patch("Quotes", json!({"id": second, "primaryQuote": true})).await.id();
    assert_eq!((primary(first).await, primary(second).await), (json!(false), json!(true)));
    let (first, second) = (api.row("Quotes", first).await, api.row("Quotes", second).await);
    assert_eq!((&first["quoteNumber"], &second["quoteNumber"]), (&json!(1), &json!(2)));
    assert_eq!((&first["companyID"], &first["isActive"]), (&json!(101), &json!(true)));
}

#[tokio::test]
async fn a_quote_needs_its_locations_and_an_active_shipping_type() {
    let api = Api::new();
    let opportunity = api.opportunity().await;
    for role in ["billToLocationID", "shipToLocationID", "soldToLocationID"] {
        let reply = api.post("Quotes", with(quote(opportunity), json!({role: null}))).await;
        reply.refuses_with(&format!("Missing Required Field: {role}. ; on record number [1]."));
        let reply = api.post("Quotes", with(quote(opportunity), json!({role: 101}))).await;
        reply.refuses_with(&format!(
            "Reference value on field: {role} of type: QuoteLocation does not exist or is invalid. ; on record number [1]."
        ));
    }
    let reply = api.post("Quotes", with(quote(opportunity), json!({"shippingType": 502}))).await;
    reply.refuses_with("Picklist value [502] does not exist for shippingType. ; on record number [1].");
    api.post("Quotes", with(quote(opportunity), json!({"shippingType": 501}))).await.id();
    let location = api.post("QuoteLocations", json!({"address1": "1 Dock St"})).await.id();
    assert_eq!(api.row("QuoteLocations", location).await["address1"], "1 Dock St");
}

#[tokio::test]
async fn billing_codes_must_be_active_and_of_the_right_kind() {
    let api = Api::new();
    let service = |code: i64| json!({"name": "New", "unitPrice": 1, "periodType": 2, "billingCodeID": code});
    let product = |code: i64| json!({"name": "New", "isActive": true, "isSerialized": false, "productBillingCodeID": code});
    for (entity, body, status) in [
        ("Products", product(404), 200),
        ("Products", product(407), 200),
        ("Products", product(405), 500),
        ("Products", product(409), 500),
        ("Services", service(404), 500),
        ("Services", service(407), 500),
        ("Services", service(405), 200),
    ] {
        assert_eq!(api.post(entity, body.clone()).await.status, status, "{entity} {body}");
    }
}

#[tokio::test]
async fn two_active_services_may_not_share_a_name() {
    let api = Api::new();
    let service = json!({"name": "managed BACKUP", "unitPrice": 1, "periodType": 2, "billingCodeID": 405});
    let reply = api.post("Services", service.clone()).await;
    reply.refuses_with("An active Service with this name already exists.");
    api.patch("Services", json!({"id": 801, "isActive": false})).await.id();
    let id = api.post("Services", service).await.id();
    let row = api.row("Services", id).await;
    assert_eq!((&row["isActive"], &row["createDate"]), (&json!(true), &json!("2026-03-04T05:06:07.089")));
    assert_eq!(api.patch("Services", json!({"id": 801, "isActive": true})).await.status, 500);
}

#[tokio::test]
async fn contacts_are_written_below_their_company() {
    let api = Api::new();
    let contact = json!({"firstName": "Cy", "lastName": "Moor", "isActive": 1, "companyID": 103});
    let id = api.post("Companies/101/Contacts", contact.clone()).await.id();
    let row = api.row("Contacts", id).await;
    assert_eq!((&row["companyID"], &row["isActive"]), (&json!(101), &json!(1)));
    assert_eq!(api.post("Companies/102/Contacts", contact.clone()).await.status, 500);
    let reply = api.post("Companies/101/Contacts", with(contact, json!({"isActive": null}))).await;
    reply.refuses_with("Missing Required Field: isActive. ; on record number [1].");
    let elsewhere = api.patch("Companies/103/Contacts", json!({"id": id, "title": "CFO"})).await;
    assert_eq!(elsewhere.status, 500);
    assert_eq!(api.patch("Companies/101/Contacts", json!({"id": id, "title": "CFO"})).await.id(), id);
}
