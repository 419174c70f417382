//! Fields that the tenant has defined: described, written, read, and asked for.

use super::*;

/// The usual tenant, with a list and a text on Opportunities.
fn tenant() -> Api {
    let mut seed: Value = serde_json::from_str(SEED).unwrap();
    seed["userDefinedFields"] = json!({"Opportunities": [
        {"name": "Channel", "label": "Sales Channel", "description": "Where it came from", "type": "string",
         "picklistValues": [
            {"value": "1", "label": "Desk", "isDefaultValue": true}, {"value": "2", "label": "Store"},
            {"value": "3", "label": "Fair", "isActive": false},
         ]},
        {"name": "Reference", "label": "Reference", "type": "string", "length": 8},
    ]});
    let clock = Clock::manual(timestamp(NOW));
    Api(Emulator::with_seed(&seed.to_string(), Options { clock, ..Options::default() }).unwrap())
}

fn values(channel: Option<&str>, reference: Option<&str>) -> Value {
    json!([{"name": "Channel", "value": channel}, {"name": "Reference", "value": reference}])
}

async fn create(api: &Api, fields: Value) -> i64 {
    api.post("Opportunities", with(opportunity(), json!({"userDefinedFields": fields}))).await.id()
}

#[tokio::test]
async fn they_are_described_with_their_type_and_label() {
    let api = tenant();
    let fields = api.get("Opportunities/entityInformation/userDefinedFields").await.json()["fields"].take();
    assert_eq!(
        fields[1],
        json!({
            "name": "Reference", "label": "Reference", "type": "string", "length": 8, "description": "",
            "isRequired": false, "isReadOnly": false, "isQueryable": true, "isReference": false,
            "referenceEntityType": "", "isPickList": false, "picklistValues": null, "picklistParentValueField": "",
            "defaultValue": null, "isSupportedWebhookField": false,
        })
    );
    assert_eq!((&fields[0]["label"], &fields[0]["isPickList"]), (&json!("Sales Channel"), &json!(true)));
    assert_eq!(
        (&fields[0]["defaultValue"], &fields[0]["picklistValues"][1]["label"]),
        (&json!("1"), &json!("Store"))
    );
    for (entity, has) in [("Opportunities", true), ("Companies", false), ("Quotes", false)] {
        let info = api.get(&format!("{entity}/entityInformation")).await.json();
        assert_eq!(info["info"]["hasUserDefinedFields"], has, "{entity}");
    }
}

#[tokio::test]
async fn they_are_written_by_name_and_read_all_together() {
    let api = tenant();
    for (given, kept) in [
        (json!(null), values(None, None)),
        (json!([{"name": "channel", "value": "2"}]), values(Some("2"), None)),
        (json!([{"Name": "Sales Channel", "Value": 1}]), values(Some("1"), None)),
        (
            json!([{"name": "Reference", "value": "Q-1"}, {"name": "Nonsense", "value": "x"}]),
            values(None, Some("Q-1")),
        ),
        (json!([{"name": "Reference", "value": ""}]), values(None, None)),
    ] {
        let id = create(&api, given.clone()).await;
        assert_eq!(api.row("Opportunities", id).await["userDefinedFields"], kept, "{given}");
    }
}

#[tokio::test]
async fn a_patch_keeps_the_others_and_a_put_does_not() {
    let api = tenant();
    let id = create(&api, values(Some("2"), Some("Q-1"))).await;
    let held = async || api.row("Opportunities", id).await["userDefinedFields"].clone();
    api.patch("Opportunities", json!({"id": id, "nextStep": "Call"})).await.id();
    assert_eq!(held().await, values(Some("2"), Some("Q-1")));
    let change = json!([{"name": "Reference", "value": "Q-2"}]);
    api.patch("Opportunities", json!({"id": id, "userDefinedFields": change})).await.id();
    assert_eq!(held().await, values(Some("2"), Some("Q-2")));
    let put = with(opportunity(), json!({"id": id, "userDefinedFields": change}));
    api.call(Method::PUT, "Opportunities", put).await.id();
    assert_eq!(held().await, values(None, Some("Q-2")));
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let api = tenant();
    let picklist =
        |value: &str| format!("Picklist value [{value}] does not exist for Channel. ; on record number [1].");
    for (name, value, sentence) in [
        ("Channel", "9", picklist("9")),
        ("Channel", "3", picklist("3")),
        ("Channel", "Store", picklist("Store")),
        ("Reference", "123456789", "String value exceeds maximum length (field:Reference).".to_owned()),
    ] {
        let fields = json!([{"name": name, "value": value}]);
        let body = with(opportunity(), json!({"userDefinedFields": fields}));
        api.post("Opportunities", body).await.refuses_with(&sentence);
    }
    assert_eq!(api.0.entities("Opportunities"), Vec::<Value>::new());
}

#[tokio::test]
async fn a_query_can_ask_for_one() {
    let api = tenant();
    let first = create(&api, values(Some("1"), Some("Q-1"))).await;
    let second = create(&api, values(Some("2"), None)).await;
    let asked =
        |op: &str, field: &str, value: Value| json!({"op": op, "field": field, "value": value, "udf": true});
    for (filter, ids) in [
        (json!([asked("eq", "Reference", json!("q-1"))]), vec![first]),
        (json!([asked("eq", "SALES CHANNEL", json!("2"))]), vec![second]),
        (json!([asked("notExist", "Reference", Value::Null)]), vec![second]),
        (
            json!([asked("in", "Channel", json!(["1", "2"])), {"op": "gt", "field": "id", "value": first}]),
            vec![second],
        ),
        (
            json!([{"op": "or", "items": [asked("beginsWith", "Reference", json!("Q")), {"op": "eq", "field": "id", "value": second}]}]),
            vec![first, second],
        ),
        (json!([asked("isNull", "Reference", Value::Null)]), vec![first, second]),
    ] {
        let found = api.post("Opportunities/query", json!({"Filter": filter})).await.json();
        let found: Vec<_> =
            found["items"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
        assert_eq!(found, ids, "{filter}");
    }
    let narrow = json!({"IncludeFields": ["id"], "Filter": [{"op": "eq", "field": "id", "value": first}]});
    let narrow = api.post("Opportunities/query", narrow).await.json();
    assert_eq!(narrow["items"][0]["userDefinedFields"], values(Some("1"), Some("Q-1")));
}

#[tokio::test]
async fn a_query_that_asks_for_two_or_for_none_that_is_there_is_refused() {
    let api = tenant();
    let asked = |field: &str| json!({"op": "eq", "field": field, "value": "1", "udf": true});
    let several = "Queries are limited to one condition on a user-defined field.";
    for (filter, sentence) in [
        (json!([asked("Channel"), asked("Reference")]), several),
        (json!([asked("Channel"), {"op": "or", "items": [asked("Channel")]}]), several),
        (json!([asked("Nonsense")]), "Unable to find Nonsense in the Opportunity Entity."),
        (json!([asked("title")]), "Unable to find title in the Opportunity Entity."),
        (
            json!([{"op": "eq", "field": "Channel", "value": "1"}]),
            "Unable to find Channel in the Opportunity Entity.",
        ),
    ] {
        api.post("Opportunities/query", json!({"Filter": filter})).await.refuses_with(sentence);
    }
}

#[tokio::test]
async fn the_built_in_tenant_has_a_list_and_a_text() {
    let api = Api(Emulator::open(Options::default()).unwrap());
    for (entity, kinds) in [("Opportunities", vec![true, false]), ("Companies", vec![true])] {
        let path = format!("{entity}/entityInformation/userDefinedFields");
        let fields = api.get(&path).await.json()["fields"].take();
        let lists: Vec<_> =
            fields.as_array().unwrap().iter().map(|field| field["isPickList"] == true).collect();
        assert_eq!(lists, kinds, "{entity}");
    }
    let tiers = json!({"Filter": [{"op": "exist", "field": "Support Tier", "udf": true}]});
    assert!(!api.post("Companies/query", tiers).await.json()["items"].as_array().unwrap().is_empty());
}
