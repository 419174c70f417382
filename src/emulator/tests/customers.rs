//! New companies and contacts: what Autotask asks of them.

use super::*;

fn company() -> Value {
    json!({"companyName": "New Bakery", "companyType": 1, "phone": "518-555-0300", "ownerResourceID": 301})
}

fn contact() -> Value {
    json!({"companyID": 101, "firstName": "Nora", "lastName": "Quist", "emailAddress": "nora@harbor.example", "isActive": 1})
}

fn missing(field: &str) -> String {
    format!("Missing Required Field: {field}. ; on record number [1].")
}

fn too_long(field: &str) -> String {
    format!("String value exceeds maximum length (field:{field}).")
}

#[tokio::test]
async fn a_company_needs_a_name_a_type_a_phone_number_and_an_owner() {
    let api = Api::new();
    for field in ["companyName", "companyType", "phone", "ownerResourceID"] {
        api.post("Companies", with(company(), json!({field: null}))).await.refuses_with(&missing(field));
    }
    for (field, length) in
        [("companyName", 100), ("phone", 25), ("city", 30), ("state", 40), ("postalCode", 10)]
    {
        let long = with(company(), json!({field: "x".repeat(length + 1)}));
        api.post("Companies", long).await.refuses_with(&too_long(field));
        api.post("Companies", with(company(), json!({field: "x".repeat(length)}))).await.id();
    }
    for value in [2, 8] {
        let reply = api.post("Companies", with(company(), json!({"companyType": value}))).await;
        let refusal =
            format!("Picklist value [{value}] does not exist for companyType. ; on record number [1].");
        reply.refuses_with(&refusal);
    }
    let reply = api.post("Companies", with(company(), json!({"ownerResourceID": 302}))).await;
    reply.refuses_with(
        "Reference value on field: ownerResourceID of type: Resource does not exist or is invalid. ; on record number [1].",
    );
    let id = api.post("Companies", company()).await.id();
    let row = api.row("Companies", id).await;
    assert_eq!((&row["isActive"], &row["createDate"]), (&json!(true), &json!("2026-03-04T05:06:07.089")));
}

#[tokio::test]
async fn a_contact_is_written_below_an_active_company() {
    let api = Api::new();
    for field in ["firstName", "lastName", "isActive"] {
        let reply = api.post("Companies/101/Contacts", with(contact(), json!({field: null}))).await;
        reply.refuses_with(&missing(field));
    }
    for field in ["firstName", "lastName"] {
        let long = with(contact(), json!({field: "x".repeat(51)}));
        api.post("Companies/101/Contacts", long).await.refuses_with(&too_long(field));
    }
    let inactive = "Reference value on field: companyID of type: Company does not exist or is invalid. ; on record number [1].";
    api.post("Companies/102/Contacts", with(contact(), json!({"companyID": 102})))
        .await
        .refuses_with(inactive);
    assert!([404, 405].contains(&api.post("Contacts", contact()).await.status), "there is no such path");
    let id = api.post("Companies/101/Contacts", contact()).await.id();
    let row = api.row("Contacts", id).await;
    assert_eq!((&row["companyID"], &row["isActive"]), (&json!(101), &json!(1)));
}
