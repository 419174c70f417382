//! Tickets and their charges, company locations, and the tables of taxes and terms.

use super::*;

fn ticket() -> Value {
    json!({"companyID": 101, "title": "Order Q-1", "status": 1, "priority": 2})
}

fn charge() -> Value {
    json!({
        "name": "Firewall", "datePurchased": "2026-03-04", "chargeType": 1, "unitQuantity": 2.5, "productID": 701,
    })
}

fn missing(field: &str) -> String {
    format!("Missing Required Field: {field}. ; on record number [1].")
}

fn reference(field: &str, target: &str) -> String {
    format!(
        "Reference value on field: {field} of type: {target} does not exist or is invalid. ; on record number [1]."
    )
}

#[tokio::test]
async fn a_ticket_gets_a_number_of_its_day() {
    let api = Api::new();
    for number in ["T20260304.0001", "T20260304.0002"] {
        let id = api.post("Tickets", ticket()).await.id();
        assert_eq!(api.row("Tickets", id).await["ticketNumber"], number);
    }
    api.0.0.clock.advance(86_400_000);
    let id = api.post("Tickets", ticket()).await.id();
    let row = api.row("Tickets", id).await;
    assert_eq!(row["ticketNumber"], "T20260305.0001");
    assert_eq!(row["lastTrackedModificationDateTime"], "2026-03-05T05:06:07.089");
    let own = with(ticket(), json!({"ticketNumber": "T-OWN"}));
    let id = api.post("Tickets", own).await.id();
    assert_eq!(api.row("Tickets", id).await["ticketNumber"], "T-OWN");
}

#[tokio::test]
async fn a_ticket_is_completed_by_its_status() {
    let api = Api::new();
    let id = api.post("Tickets", ticket()).await.id();
    let completed = async || api.row("Tickets", id).await["completedDate"].clone();
    assert_eq!(completed().await, Value::Null);
    api.patch("Tickets", json!({"id": id, "status": 5})).await.id();
    api.0.0.clock.advance(60_000);
    api.patch("Tickets", json!({"id": id, "title": "Later"})).await.id();
    assert_eq!(completed().await, "2026-03-04T05:06:07.089", "a later change leaves it alone");
    api.patch("Tickets", json!({"id": id, "status": 1})).await.id();
    assert_eq!(completed().await, Value::Null);
}

#[tokio::test]
async fn a_ticket_that_does_not_fit_is_refused() {
    let api = Api::new();
    let assignment = "Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.";
    for (change, sentence) in [
        (json!({"companyID": null}), missing("companyID")),
        (json!({"title": null}), missing("title")),
        (json!({"status": null}), missing("status")),
        (json!({"priority": null}), missing("priority")),
        (json!({"assignedResourceID": 301}), assignment.to_owned()),
        (json!({"assignedResourceRoleID": 901}), assignment.to_owned()),
        (json!({"contactID": 203}), reference("contactID", "Contact")),
        (json!({"billingCodeID": 404}), reference("billingCodeID", "BillingCode")),
        (json!({"opportunityID": 5}), reference("opportunityID", "Opportunity")),
    ] {
        api.post("Tickets", with(ticket(), change)).await.refuses_with(&sentence);
    }
    let whole = json!({
        "assignedResourceID": 301, "assignedResourceRoleID": 901, "contactID": 201, "billingCodeID": 401,
    });
    api.post("Tickets", with(ticket(), whole)).await.id();
}

#[tokio::test]
async fn a_charge_takes_its_prices_from_its_product_or_its_code() {
    let api = Api::new();
    let charges = format!("Tickets/{}/Charges", api.post("Tickets", ticket()).await.id());
    for (change, price, cost, amount, extended) in [
        (json!({}), 699.5, 500.0, 1_748.75, 1_250.0),
        (json!({"productID": null, "billingCodeID": 404}), 8.0, 5.0, 20.0, 12.5),
        (json!({"unitPrice": 10.01, "unitCost": 0}), 10.01, 0.0, 25.025, 0.0),
    ] {
        let id = api.post(&charges, with(charge(), change)).await.id();
        let row = api.row("TicketCharges", id).await;
        let held = ["unitPrice", "unitCost", "billableAmount", "extendedCost"].map(|name| row[name].as_f64());
        assert_eq!(held, [Some(price), Some(cost), Some(amount), Some(extended)]);
        assert_eq!(
            [&row["isBilled"], &row["isBillableToCompany"], &row["status"]],
            [&json!(false), &json!(true), &json!(1)]
        );
    }
    let first = api.0.entities("TicketCharges")[0]["id"].clone();
    api.patch(&charges, json!({"id": first, "unitQuantity": 1})).await.id();
    assert_eq!(api.row("TicketCharges", first.as_i64().unwrap()).await["billableAmount"], 699.5);
}

#[tokio::test]
async fn a_charge_that_does_not_fit_is_refused() {
    let api = Api::new();
    let charges = format!("Tickets/{}/Charges", api.post("Tickets", ticket()).await.id());
    for (change, sentence) in [
        (json!({"name": null}), missing("name")),
        (json!({"datePurchased": null}), missing("datePurchased")),
        (json!({"chargeType": null}), missing("chargeType")),
        (json!({"unitQuantity": null}), missing("unitQuantity")),
        (json!({"productID": 702}), reference("productID", "Product")),
        (json!({"billingCodeID": 405}), reference("billingCodeID", "BillingCode")),
        (json!({"billingCodeID": 409}), reference("billingCodeID", "BillingCode")),
    ] {
        api.post(&charges, with(charge(), change)).await.refuses_with(&sentence);
    }
    let reply = api.post("Tickets/5/Charges", charge()).await;
    reply.refuses_with(&reference("ticketID", "Ticket"));
}

#[tokio::test]
async fn a_charge_that_is_billed_stays() {
    let api = Api::new();
    let charges = format!("Tickets/{}/Charges", api.post("Tickets", ticket()).await.id());
    let [billed, open] = [api.post(&charges, charge()).await.id(), api.post(&charges, charge()).await.id()];
    let invoice = signed(
        Method::PATCH,
        &format!("/_emulator/entities/TicketCharges/{billed}"),
        &json!({"isBilled": true}),
    );
    assert_eq!(api.request(invoice).await.status, 200);
    let sentence = "A TicketCharge that has been billed may not be changed or deleted.";
    api.patch(&charges, json!({"id": billed, "unitQuantity": 1})).await.refuses_with(sentence);
    let delete = async |id| api.call(Method::DELETE, &format!("{charges}/{id}"), Value::Null).await;
    delete(billed).await.refuses_with(sentence);
    assert_eq!(delete(open).await.id(), open);
    assert_eq!(api.get(&charges).await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_companys_locations_live_below_it() {
    let api = Api::new();
    let location = json!({"name": "Dock", "city": "Albany", "taxRegionID": 981});
    let id = api.post("Companies/101/Locations", location.clone()).await.id();
    let row = api.row("CompanyLocations", id).await;
    assert_eq!([&row["companyID"], &row["isActive"]], [&json!(101), &json!(true)]);
    assert_eq!(api.get("Companies/101/Locations").await.json()["items"][0]["id"], id);
    for (change, sentence) in [
        (json!({"name": null}), missing("name")),
        (json!({"taxRegionID": 982}), reference("taxRegionID", "TaxRegion")),
    ] {
        let reply = api.post("Companies/101/Locations", with(location.clone(), change)).await;
        reply.refuses_with(&sentence);
    }
    api.call(Method::DELETE, &format!("Companies/101/Locations/{id}"), Value::Null).await.id();
    assert_eq!(api.row("CompanyLocations", id).await, Value::Null);
}

#[tokio::test]
async fn a_quotes_terms_and_taxes_are_rows_that_can_be_retired() {
    let api = Api::new();
    let opportunity = api.opportunity().await;
    for (change, refused) in [
        (json!({"paymentTerm": 991, "taxRegionID": 981}), None),
        (json!({"paymentTerm": 992}), Some(("992", "paymentTerm"))),
        (json!({"taxRegionID": 982}), Some(("982", "taxRegionID"))),
        (json!({"taxRegionID": 5}), Some(("5", "taxRegionID"))),
    ] {
        let reply = api.post("Quotes", with(quote(opportunity), change)).await;
        match refused {
            None => assert_eq!(reply.status, 200, "{}", reply.text),
            Some((value, field)) => reply.refuses_with(&format!(
                "Picklist value [{value}] does not exist for {field}. ; on record number [1]."
            )),
        }
    }
    let term = api.post("PaymentTerms", json!({"name": "Net 7", "paymentDueInDays": 7})).await.id();
    api.post("Quotes", with(quote(opportunity), json!({"paymentTerm": term}))).await.id();
    let category = api.post("TaxCategories", json!({})).await;
    category.refuses_with(&missing("name"));
    api.patch("TaxRegions", json!({"id": 982, "isActive": true})).await.id();
    api.post("Quotes", with(quote(opportunity), json!({"taxRegionID": 982}))).await.id();
}
