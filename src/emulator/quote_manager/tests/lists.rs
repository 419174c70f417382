//! Who is let in, and what lists and single rows show.

use super::*;

#[tokio::test]
async fn only_get_is_served_and_only_with_the_key() {
    let instance = Instance::example();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD] {
        for path in ["quote", "quote/501"] {
            let reply = instance.request(called(method.clone(), path, Some(KEY))).await;
            assert_eq!(reply.status, 405, "{method} {path}");
        }
    }
    for key in [None, Some("wrong"), Some("")] {
        assert_eq!(instance.request(called(Method::GET, "quote", key)).await.status, 401, "{key:?}");
    }
    let in_query = |key: &str| called(Method::GET, &format!("quote?apikey={key}&page=1"), None);
    assert_eq!(instance.request(in_query(KEY)).await.ids(), [501, 502, 503, 504]);
    assert_eq!(instance.request(in_query("wrong")).await.status, 401);
    assert_eq!(instance.get("quote").await.status, 200);
}

#[tokio::test]
async fn what_there_is_not_is_not_found() {
    let instance = Instance::example();
    for path in
        ["nothing", "nothing/1", "quote/999", "quote/x", "quote/501/sections", "Quote", "productimage/1"]
    {
        assert_eq!(instance.get(path).await.status, 404, "{path}");
    }
    assert_eq!(instance.get("quote/501").await.json()["quoteNumber"], "QO40000501");
    instance.manager.remove("quote", 501).unwrap();
    assert_eq!(instance.get("quote/501").await.status, 404);
    assert_eq!(instance.ids("quote").await, [502, 503, 504]);
}

#[tokio::test]
async fn a_list_is_a_bare_array_of_rows_as_they_were_put() {
    let instance = Instance::new();
    let modified = "2026-11-23T09:30:00";
    let traps = [
        json!({"id": 1, "salesOrderId": null, "createdDate": null, "modifiedDate": modified, "amount": 25.0}),
        json!({"id": 2, "salesOrderId": 0, "createdDate": "2026-11-23T09:00:00Z", "modifiedDate": modified}),
        json!({"id": 3, "createdDate": "2026-11-23", "modifiedDate": null, "odd": {"a": [1]}}),
    ];
    for row in &traps {
        instance.put("quote", row.clone());
    }
    let reply = instance.get("quote").await;
    assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(reply.json(), json!(traps));
    assert!(reply.text.contains("\"amount\":25.0"), "{}", reply.text);
    assert_eq!(instance.get("quote/3").await.json(), traps[2]);
    assert_eq!(instance.get("salesorder").await.text, "[]");
}

#[tokio::test]
async fn pages_begin_with_one_and_hold_at_most_a_hundred_rows() {
    let instance = Instance::new();
    for id in 1..=230 {
        instance.put("customer", json!({ "id": id }));
    }
    let ids = |range: std::ops::RangeInclusive<i64>| range.collect::<Vec<_>>();
    for (path, expected) in [
        ("customer", ids(1..=100)),
        ("customer?page=1&pageSize=500", ids(1..=100)),
        ("customer?page=3", ids(201..=230)),
        ("customer?page=4", Vec::new()),
        ("customer?pageSize=20&page=12", ids(221..=230)),
        ("customer?pageSize=2&page=2", vec![3, 4]),
        ("customer?pagesize=2&page=", ids(1..=100)),
        ("customer?page=9000000000000000000&pageSize=100", Vec::new()),
    ] {
        assert_eq!(instance.ids(path).await, expected, "{path}");
    }
    for path in
        ["customer?page=0", "customer?page=-1", "customer?page=x", "customer?pageSize=0", "quote?page=1.5"]
    {
        assert_eq!(instance.get(path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn categories_come_all_at_once() {
    let instance = Instance::new();
    for id in 1..=150 {
        instance.put("category", json!({ "id": id }));
    }
    for path in ["category", "category?page=2&pageSize=10", "category?page=x", "category?modifiedAfter=x"] {
        assert_eq!(instance.ids(path).await.len(), 150, "{path}");
    }
}

#[tokio::test]
async fn a_filter_narrows_its_own_list_and_an_unknown_one_does_nothing() {
    let instance = Instance::example();
    for (path, expected) in [
        ("quote?quoteNumber=QO40000502", vec![502]),
        ("quote?quoteNumber=QO4000050", vec![]),
        ("quote?quoteNumber=", vec![501, 502, 503, 504]),
        ("quote?quotenumber=QO40000502", vec![501, 502, 503, 504]),
        ("quote?customerID=61", vec![501, 502, 503, 504]),
        ("quotesection?quoteID=501", vec![2001, 2002]),
        ("quotesection?quoteId=501", vec![2001, 2002, 2003, 2004, 2005]),
        ("quoteline?quoteSectionID=2001", vec![3001, 3002]),
        ("quoteline?quoteSectionID=2001&page=2&pageSize=1", vec![3002]),
        ("quoteline?quoteID=501", vec![3001, 3002, 3003, 3004, 3005, 3006]),
        ("salesorder?orderNumber=SO50000602", vec![602]),
        ("salesorderline?salesOrderID=602", vec![6102]),
        ("salesorderline?salesOrderID=1", vec![]),
        ("contact?customerID=62", vec![72]),
        ("product?manufacturerPartNumber=F40-BDL", vec![902]),
    ] {
        assert_eq!(instance.ids(path).await, expected, "{path}");
    }
    assert_eq!(instance.get("quotesection?quoteID=x").await.status, 400);
}

#[tokio::test]
async fn a_row_that_moves_is_found_where_it_is_now() {
    let instance = Instance::example();
    instance.manager.edit("quotesection", 2002, json!({"quoteID": 504})).unwrap();
    assert_eq!(instance.ids("quotesection?quoteID=501").await, [2001]);
    assert_eq!(instance.ids("quotesection?quoteID=504").await, [2002, 2005]);
}

#[tokio::test]
async fn images_are_found_by_a_product_though_they_only_name_its_number() {
    let instance = Instance::example();
    let images = instance.get("productimage?productID=901").await.json();
    let fields = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        images.as_array().unwrap().iter().map(fields).collect::<Vec<_>>(),
        [["productNumber", "url"]; 2]
    );
    for id in [902, 999] {
        assert_eq!(instance.get(&format!("productimage?productID={id}")).await.text, "[]", "{id}");
    }
    let id = instance.put("productimage", json!({"productNumber": "HN-F40", "url": "x"}));
    assert_eq!(
        instance.get("productimage?productID=902").await.json(),
        json!([{"productNumber": "HN-F40", "url": "x"}])
    );
    instance.manager.remove("productimage", id).unwrap();
    assert_eq!(instance.get("productimage?productID=902").await.text, "[]");
}

#[tokio::test]
async fn the_filters_of_sections_and_lines_can_be_made_to_do_nothing() {
    let instance = Instance::example();
    instance.switch(|switches| switches.detail_filters = false);
    assert_eq!(instance.ids("quotesection?quoteID=501").await.len(), 5);
    assert_eq!(instance.ids("quoteline?quoteSectionID=2001&pageSize=4").await.len(), 4);
    assert_eq!(instance.ids("salesorderline?salesOrderID=602").await, [6102], "this one is not in doubt");
}

#[tokio::test]
async fn other_keys_can_take_the_place_of_the_usual_one() {
    let instance = Instance::example();
    instance.switch(|switches| switches.keys = vec!["first".into(), "second".into()]);
    assert_eq!(instance.get("quote").await.status, 401);
    for key in ["first", "second"] {
        assert_eq!(instance.request(called(Method::GET, "quote", Some(key))).await.status, 200, "{key}");
    }
}
