//! Queries, counts, pages and single rows.

use super::*;

async fn found(api: &Api, entity: &str, filter: Value) -> Vec<i64> {
    let query = json!({"IncludeFields": ["id"], "Filter": filter});
    let reply = api.post(&format!("{entity}/query"), query.clone()).await;
    assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
    let ids: Vec<i64> =
        reply.json()["items"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    let count = api.post(&format!("{entity}/query/count"), query).await.json();
    assert_eq!(count, json!({"queryCount": ids.len()}), "{filter}");
    ids
}

#[tokio::test]
async fn every_operator_selects_what_it_says() {
    let api = Api::new();
    let one = |op: &str, field: &str, value: Value| json!([{"op": op, "field": field, "value": value}]);
    for (filter, ids) in [
        (one("eq", "id", json!(0)), vec![0]),
        (one("eq", "companyName", json!("HARBOR dental")), vec![101]),
        (one("eq", "companyName", json!("HARBOR FREIGHT É")), vec![103]),
        (one("eq", "isActive", json!(false)), vec![102]),
        (one("noteq", "id", json!(101)), vec![0, 102, 103]),
        (one("noteq", "parentCompanyID", json!(5)), vec![103]),
        (one("gt", "id", json!(101)), vec![102, 103]),
        (one("gte", "id", json!(102)), vec![102, 103]),
        (one("lt", "id", json!(102)), vec![0, 101]),
        (one("lte", "id", json!(101)), vec![0, 101]),
        (one("beginsWith", "companyName", json!("Harbor")), vec![101, 103]),
        (one("endsWith", "companyName", json!("COMPANY")), vec![0]),
        (one("contains", "companyName", json!("a")), vec![0, 101, 102, 103]),
        (one("exist", "parentCompanyID", Value::Null), vec![103]),
        (one("notExist", "parentCompanyID", Value::Null), vec![0, 101, 102]),
        (one("in", "id", json!([0, 103, 999])), vec![0, 103]),
        (one("notIn", "id", json!([0, 103])), vec![101, 102]),
        (one("gt", "createDate", json!("2024-05-06T00:00:00Z")), vec![101]),
        (one("lt", "createDate", json!("2024-05-06")), vec![]),
        (one("eq", "createDate", json!("2024-05-06T09:08:09+02:00")), vec![101]),
    ] {
        assert_eq!(found(&api, "Companies", filter.clone()).await, ids, "{filter}");
    }
}

#[tokio::test]
async fn what_cannot_be_compared_matches_nothing() {
    let api = Api::new();
    for filter in [
        json!([{"op": "eq", "field": "id", "value": "101"}]),
        json!([{"op": "eq", "field": "parentCompanyID", "value": null}]),
        json!([{"op": "noteq", "field": "id", "value": null}]),
        json!([{"op": "eq", "field": "isActive", "value": "true"}]),
        json!([{"op": "gt", "field": "createDate", "value": "soon"}]),
    ] {
        assert_eq!(found(&api, "Companies", filter.clone()).await, Vec::<i64>::new(), "{filter}");
    }
}

#[tokio::test]
async fn conditions_nest_and_those_with_an_unknown_operator_are_dropped() {
    let api = Api::new();
    let is = |id: i64| json!({"op": "eq", "field": "id", "value": id});
    let active = json!({"op": "eq", "field": "isActive", "value": true});
    let unknown = json!({"op": "isNull", "field": "companyName"});
    for (filter, ids) in [
        (json!([is(101), is(103)]), vec![]),
        (json!([{"op": "or", "items": [is(101), is(102)]}, active]), vec![101]),
        (json!([{"op": "OR", "items": [is(0), {"op": "and", "items": [active, is(103)]}]}]), vec![0, 103]),
        (json!([{"OP": "Eq", "Field": "ID", "Value": 101}]), vec![101]),
        (json!([unknown]), vec![0, 101, 102, 103]),
        (json!([unknown, is(102)]), vec![102]),
        (json!([{"op": "or", "items": [unknown, is(102)]}]), vec![102]),
    ] {
        assert_eq!(found(&api, "Companies", filter.clone()).await, ids, "{filter}");
    }
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused() {
    let api = Api::new();
    let all = json!([{"op": "gte", "field": "id", "value": 0}]);
    let unknown = "Unable to find nonsense in the Company Entity.";
    let hidden = "Unable to find sicCode in the Company Entity.";
    let range = "maxCountOfRecordsToReturn must be between 1 and 500";
    for (query, sentence) in [
        (json!({"Filter": [{"op": "eq", "field": "nonsense", "value": 1}]}), unknown),
        (json!({"Filter": all, "IncludeFields": ["id", "nonsense"]}), unknown),
        (json!({"Filter": [{"op": "exist", "field": "sicCode"}]}), hidden),
        (json!({"Filter": all, "IncludeFields": ["sicCode"]}), hidden),
        (json!({"Filter": all, "MaxRecords": 0}), range),
        (json!({"Filter": all, "MaxRecords": 501}), range),
        (json!({"Filter": all, "MaxRecords": -1}), range),
    ] {
        api.post("Companies/query", query).await.refuses_with(sentence);
    }
    let any: Vec<_> = (0..501).map(|id| json!({"op": "eq", "field": "id", "value": id})).collect();
    let query = |count: usize| json!({"Filter": [{"op": "or", "items": any[..count]}]});
    assert_eq!(api.post("Companies/query", query(500)).await.status, 200);
    let reply = api.post("Companies/query", query(501)).await;
    reply.refuses_with("Queries are limited to 500 or fewer 'OR' conditions.");
    for query in [json!({}), json!({"Filter": []}), json!({"MaxRecords": 5}), json!([])] {
        assert_eq!(api.post("Companies/query", query).await.status, 500);
    }
}

#[tokio::test]
async fn include_fields_limits_the_columns() {
    let api = Api::new();
    let filter = json!([{"op": "eq", "field": "id", "value": 101}]);
    let query = json!({"filter": filter, "includefields": ["COMPANYNAME", "isActive"]});
    let reply = api.post("Companies/query", query).await.json();
    assert_eq!(
        reply["items"],
        json!([{"companyName": "Harbor Dental", "isActive": true, "userDefinedFields": []}])
    );
    let full = api.post("Companies/query", json!({"filter": filter})).await.json()["items"][0].clone();
    assert_eq!(full["webAddress"], Value::Null);
    assert!(full.as_object().unwrap().contains_key("webAddress"), "a full read shows empty fields too");
}

#[tokio::test]
async fn a_get_query_carries_its_search_in_the_address() {
    let api = Api::new();
    let search =
        "%7B%22Filter%22%3A%5B%7B%22op%22%3A%22eq%22%2C%22field%22%3A%22id%22%2C%22value%22%3A101%7D%5D%7D";
    let reply = api.get(&format!("Companies/query?search={search}")).await.json();
    assert_eq!(reply["items"][0]["companyName"], "Harbor Dental");
    assert_eq!(
        reply["pageDetails"],
        json!({"count": 1, "requestCount": 500, "prevPageUrl": null, "nextPageUrl": null})
    );
    let count = api.get(&format!("Companies/query/count?search={search}")).await.json();
    assert_eq!(count, json!({"queryCount": 1}));
    assert_eq!(api.get("Companies/query").await.status, 500);
}

#[tokio::test]
async fn a_changed_or_deleted_row_is_found_only_as_it_is_now() {
    let api = Api::new();
    let quote = api.quote().await;
    let number = |text: &str| json!([{"op": "eq", "field": "externalQuoteNumber", "value": text}]);
    assert_eq!(found(&api, "Quotes", number("q-1")).await, [quote]);
    api.patch("Quotes", json!({"id": quote, "externalQuoteNumber": "Q-2"})).await.id();
    assert_eq!(found(&api, "Quotes", number("Q-1")).await, Vec::<i64>::new());
    assert_eq!(found(&api, "Quotes", number("Q-2")).await, [quote]);
    let of = json!([{"op": "eq", "field": "companyID", "value": 101}, {"op": "eq", "field": "isActive", "value": 1}]);
    assert_eq!(found(&api, "Contacts", of.clone()).await, [201]);
    api.call(Method::DELETE, "Companies/101/Contacts/201", Value::Null).await.id();
    assert_eq!(found(&api, "Contacts", of).await, Vec::<i64>::new());
}

fn relative(page: &Value, which: &str) -> String {
    let url = page["pageDetails"][which].as_str().unwrap_or_else(|| panic!("no {which} in {page}"));
    url.strip_prefix("http://autotask.test:9090/ATServicesRest/V1.0/").unwrap().to_owned()
}

fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn pages_follow_the_method_of_the_first_call() {
    let api = Api::new();
    let query = json!({"MaxRecords": 3, "Filter": [{"op": "gte", "field": "id", "value": 0}]});
    for method in [Method::POST, Method::GET] {
        let (path, body) = if method == Method::POST {
            ("Companies/query".to_owned(), query.clone())
        } else {
            let mut search = url::form_urlencoded::Serializer::new(String::new());
            let search = search.append_pair("search", &query.to_string()).finish();
            (format!("Companies/query?{search}"), Value::Null)
        };
        let first = api.call(method.clone(), &path, body.clone()).await.json();
        assert_eq!((ids(&first), &first["pageDetails"]["count"]), (vec![0, 101, 102], &json!(3)));
        assert_eq!(first["pageDetails"]["prevPageUrl"], Value::Null);
        let next = relative(&first, "nextPageUrl");
        assert!(next.starts_with("Companies/query/next?paging="), "{next}");
        let second = api.call(method.clone(), &next, body.clone()).await.json();
        assert_eq!(ids(&second), [103]);
        assert_eq!(second["pageDetails"]["nextPageUrl"], Value::Null);
        let back = api.call(method.clone(), &relative(&second, "prevPageUrl"), body.clone()).await.json();
        assert_eq!(ids(&back), [0, 101, 102]);

        let other = if method == Method::POST { Method::GET } else { Method::POST };
        let refused = api.call(other.clone(), &next, body).await;
        let sentence = format!("The requested resource does not support http method '{other}'.");
        assert_eq!((refused.status, refused.json()), (405, json!({"Message": sentence})));
    }
    for token in ["nonsense".to_owned(), "x".repeat(2_100)] {
        assert_eq!(api.get(&format!("Companies/query/next?paging={token}")).await.status, 500);
    }
}

#[tokio::test]
async fn a_row_is_read_by_its_id_and_a_missing_one_is_null() {
    let api = Api::new();
    assert_eq!(api.row("Companies", 0).await["companyName"], "Own Company");
    let missing = api.get("Companies/999").await;
    assert_eq!((missing.status, missing.json()), (200, json!({"item": null})));
}

#[tokio::test]
async fn children_are_listed_and_read_below_their_parent() {
    let api = Api::new();
    let contacts = api.get("Companies/101/Contacts").await.json();
    assert_eq!(ids(&contacts), [201, 202]);
    assert_eq!(contacts["pageDetails"]["count"], 2);
    assert_eq!(api.get("Companies/101/Contacts/201").await.json()["item"]["firstName"], "Ada");
    assert_eq!(api.get("Companies/103/Contacts/201").await.json(), json!({"item": null}));
    let moved = signed(Method::PATCH, "/_emulator/entities/Contacts/201", &json!({"companyID": 103}));
    assert_eq!(api.request(moved).await.status, 200);
    assert_eq!(ids(&api.get("Companies/101/Contacts").await.json()), [202]);
    assert_eq!(ids(&api.get("Companies/103/Contacts").await.json()), [201, 203]);
}
