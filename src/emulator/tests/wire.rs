//! Addresses, credentials, zones and methods.

use super::*;

const REFUSED_METHOD: &str = "The requested resource does not support http method";

async fn unsigned(api: &Api, path: &str) -> Reply {
    let request = Request::get(path).header("Host", "zone7.test:81").body(Body::empty()).unwrap();
    api.request(request).await
}

#[tokio::test]
async fn a_zone_is_told_without_credentials_and_names_the_host_that_was_called() {
    let api = Api::new();
    for root in ["/ATServicesRest/V1.0", "/atservicesrest/v1.0"] {
        let user = CREDENTIALS.user.replace('@', "%40").to_uppercase();
        let reply = unsigned(&api, &format!("{root}/zoneInformation?user={user}")).await;
        let zone = reply.json();
        assert_eq!(reply.status, 200);
        assert_eq!(zone["url"], "http://zone7.test:81/ATServicesRest/");
        assert_eq!(zone["webUrl"], "http://zone7.test:81/");
        assert!(zone["zoneName"].is_string() && zone["ci"].is_i64());
    }
}

#[tokio::test]
async fn an_unknown_user_has_no_zone() {
    let api = Api::new();
    for query in ["", "?user=", "?user=nobody%40msp.example"] {
        let reply = unsigned(&api, &format!("{BASE}zoneInformation{query}")).await;
        assert_eq!(reply.status, 500, "{query}");
        assert!(reply.json()["errors"][0].is_string(), "{query}");
    }
}

#[tokio::test]
async fn versions_and_modules_are_told() {
    let api = Api::new();
    for path in ["/ATServicesRest/VersionInformation", "/atservicesrest/versioninformation/"] {
        assert_eq!(unsigned(&api, path).await.json(), json!({"apiVersions": ["V1.0"]}), "{path}");
    }
    let version = api.get("version").await.json();
    for key in ["majorVersion", "minorVersion", "build", "customerType"] {
        assert!(version[key].is_string(), "{version}");
    }
    let modules = api.get("Modules").await.json()["modules"].take();
    let modules = modules.as_array().unwrap();
    assert!(modules.iter().all(|module| module["key"].is_i64() && module["value"].is_boolean()));
    assert!(!modules.is_empty());
    for path in ["Version", "Modules", "ThresholdInformation"] {
        assert_eq!(unsigned(&api, &format!("{BASE}{path}")).await.status, 401, "{path}");
        assert_eq!(api.post(path, json!({})).await.status, 405, "{path}");
    }
    assert_eq!(unsigned(&api, "/ATServicesRest/V1.0/VersionInformation").await.status, 404);
    assert_eq!(api.post("zoneInformation", json!({})).await.status, 405);
}

#[tokio::test]
async fn every_entity_has_its_routes_and_no_others() {
    let api = Api::new();
    for (entity, child, writes) in [
        ("Opportunities", "", "CU"),
        ("Quotes", "", "CU"),
        ("QuoteItems", "Quotes/1/Items", "CUD"),
        ("QuoteLocations", "", "CU"),
        ("Products", "", "CU"),
        ("Services", "", "CU"),
        ("Companies", "", "CU"),
        ("CompanyLocations", "Companies/101/Locations", "CUD"),
        ("Contacts", "Companies/101/Contacts", "CUD"),
        ("Resources", "", "U"),
        ("BillingCodes", "", ""),
        ("ShippingTypes", "", ""),
        ("OpportunityCategories", "", "U"),
        ("Roles", "", "CU"),
        ("Tickets", "", "CU"),
        ("TicketCharges", "Tickets/1/Charges", "CUD"),
        ("TaxCategories", "", "CU"),
        ("TaxRegions", "", "CU"),
        ("PaymentTerms", "", "CU"),
    ] {
        let all = json!({"Filter": [{"op": "exist", "field": "id"}]});
        assert_eq!(api.post(&format!("{entity}/query"), all.clone()).await.status, 200, "{entity}");
        assert_eq!(api.post(&format!("{entity}/query/count"), all).await.status, 200, "{entity}");
        for route in
            ["999", "entityInformation", "entityInformation/fields", "entityInformation/userDefinedFields"]
        {
            assert_eq!(api.get(&format!("{entity}/{route}")).await.status, 200, "{entity}/{route}");
        }
        let home = if child.is_empty() { entity } else { child };
        let known = async |method, path: String| {
            ![404, 405].contains(&api.call(method, &path, json!({})).await.status)
        };
        assert_eq!(known(Method::POST, home.into()).await, writes.contains('C'), "{entity} create");
        assert_eq!(known(Method::PATCH, home.into()).await, writes.contains('U'), "{entity} update");
        assert_eq!(known(Method::PUT, home.into()).await, writes.contains('U'), "{entity} replace");
        assert_eq!(
            known(Method::DELETE, format!("{home}/999")).await,
            writes.contains('D'),
            "{entity} delete"
        );
        assert_eq!(known(Method::GET, home.into()).await, !child.is_empty(), "{entity} list");
        assert!(
            child.is_empty() || !known(Method::POST, entity.into()).await,
            "{entity} is written below its parent"
        );
    }
}

#[tokio::test]
async fn any_wrong_credential_is_answered_by_an_empty_401() {
    let api = Api::new();
    for header in ["UserName", "Secret", "ApiIntegrationCode"] {
        for value in [Some("wrong"), None] {
            let mut request = signed(Method::GET, &format!("{BASE}Companies/101"), &Value::Null);
            request.headers_mut().remove(header);
            if let Some(value) = value {
                let name: axum::http::HeaderName = header.parse().unwrap();
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            let reply = api.request(request).await;
            assert_eq!((reply.status, reply.text.as_str()), (401, ""), "{header} {value:?}");
            assert_eq!(reply.headers["www-authenticate"], "Basic Realm=\"autotask.test:9090\"");
        }
    }
}

#[tokio::test]
async fn the_case_of_an_address_does_not_matter() {
    let api = Api::new();
    for path in ["/ATServicesRest/V1.0/Companies/101", "/atservicesrest/v1.0/companies/101"] {
        let reply = api.request(signed(Method::GET, path, &Value::Null)).await;
        assert_eq!(reply.json()["item"]["companyName"], "Harbor Dental", "{path}");
        assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
    }
}

#[tokio::test]
async fn addresses_without_any_call_show_the_web_servers_page() {
    let api = Api::new();
    let long = format!("Companies/query?search={}", "x".repeat(2_100));
    for (method, path) in [
        (Method::GET, "Nonsense/query"),
        (Method::POST, "QuoteItems"),
        (Method::POST, "Contacts"),
        (Method::POST, "BillingCodes"),
        (Method::POST, "Quotes/1/Items/query"),
        (Method::GET, "Quotes/1/Nonsense"),
        (Method::GET, "Companies/abc"),
        (Method::GET, ""),
        (Method::GET, long.as_str()),
    ] {
        let reply = api.call(method, path, Value::Null).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.headers["content-type"], "text/html");
        assert!(reply.text.contains("<title>404 - File or directory not found.</title>"), "{path}");
    }
    let outside = api.request(signed(Method::GET, "/elsewhere", &Value::Null)).await;
    assert_eq!(outside.status, 404);
}

#[tokio::test]
async fn a_method_that_an_address_does_not_have_is_refused() {
    let api = Api::new();
    for (method, path) in [
        (Method::PUT, "QuoteItems/5"),
        (Method::PATCH, "QuoteItems/5"),
        (Method::DELETE, "QuoteItems/5"),
        (Method::PATCH, "Opportunities/5"),
        (Method::DELETE, "Opportunities/5"),
        (Method::DELETE, "Quotes/5"),
        (Method::GET, "Opportunities"),
        (Method::POST, "Resources"),
        (Method::POST, "OpportunityCategories"),
        (Method::PUT, "Companies/query"),
        (Method::POST, "Companies/entityInformation"),
    ] {
        let reply = api.call(method.clone(), path, Value::Null).await;
        assert_eq!(reply.status, 405, "{method} {path}");
        assert_eq!(reply.json(), json!({"Message": format!("{REFUSED_METHOD} '{method}'.")}));
    }
}

#[tokio::test]
async fn entity_information_tells_what_may_be_done() {
    let api = Api::new();
    let info = api.get("QuoteItems/entityInformation").await.json();
    assert_eq!(
        info,
        json!({"info": {
            "name": "QuoteItem", "canCreate": true, "canDelete": true, "canQuery": true, "canUpdate": true,
            "userAccessForCreate": 1, "userAccessForDelete": 1, "userAccessForQuery": 1,
            "userAccessForUpdate": 1, "hasUserDefinedFields": false, "supportsWebhookCallouts": false,
        }})
    );
    for (entity, create, update, delete) in [
        ("Opportunities", 1, 1, 0),
        ("BillingCodes", 0, 0, 0),
        ("Resources", 0, 1, 0),
        ("Companies", 1, 1, 0),
    ] {
        let info = &api.get(&format!("{entity}/entityInformation")).await.json()["info"];
        let access = ["Create", "Update", "Delete"].map(|what| info[format!("userAccessFor{what}")].clone());
        assert_eq!(access, [json!(create), json!(update), json!(delete)], "{entity}");
    }
}

#[tokio::test]
async fn fields_are_described_with_exactly_the_vendors_keys() {
    let api = Api::new();
    let fields = api.get("Opportunities/entityInformation/fields").await.json();
    let field = |name: &str| {
        let all = fields["fields"].as_array().unwrap();
        all.iter().find(|field| field["name"] == name).unwrap().clone()
    };
    assert_eq!(
        field("title"),
        json!({
            "name": "title", "dataType": "string", "length": 128, "isRequired": true, "isReadOnly": false,
            "isQueryable": true, "isReference": false, "referenceEntityType": "", "isPickList": false,
            "picklistValues": null, "picklistParentValueField": "", "isSupportedWebhookField": false,
        })
    );
    assert_eq!(
        field("stage")["picklistValues"],
        json!([
            {"value": "11", "label": "Proposal", "isDefaultValue": true, "sortOrder": 1, "parentValue": "",
             "isActive": true, "isSystem": false},
            {"value": "12", "label": "Retired", "isDefaultValue": false, "sortOrder": 0, "parentValue": "",
             "isActive": false, "isSystem": false},
        ])
    );
    assert_eq!(field("companyID")["referenceEntityType"], "Company");
    let categories = field("opportunityCategoryID")["picklistValues"].clone();
    let shown: Vec<_> =
        categories.as_array().unwrap().iter().map(|item| (&item["value"], &item["isActive"])).collect();
    assert_eq!(json!(shown), json!([["601", true], ["602", false]]));
    let none = api.get("Opportunities/entityInformation/userDefinedFields").await.json();
    assert_eq!(none, json!({"fields": []}));
    assert_eq!(api.get("Quotes/1/Items/entityInformation/fields").await.status, 200);
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let api = Api::new();
    for body in [json!([1]), json!("text"), Value::Null] {
        let reply = api.post("Opportunities", body).await;
        assert_eq!(reply.status, 500);
        assert_eq!(reply.json()["errors"].as_array().unwrap().len(), 1);
    }
}
