//! The catalogue over REST.

use serde_json::{Value, json};

use crate::harness::{TENANT, TestApp, on_both};

/// One member of every entry.
fn names(entries: &Value, member: &str) -> Vec<String> {
    entries.as_array().unwrap().iter().map(|entry| entry[member].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn entries_are_put_once_however_often_they_are_sent(db) {
        let app = TestApp::start_fresh(db).await;
        for _ in 0..2 {
            let brands = json!({ "brands": [{ "name": "Contoso" }, { "name": "CONTOSO" }, { "name": "Fabrikam" }] });
            assert_eq!(app.put("brands", &brands).await.body, json!({ "entries": 3 }));
            app.put("categories", &json!({ "categories": [{ "path": "Goods / Cables" }] })).await;
            let item = json!({ "kind": "product", "name": "HDMI cable", "sku": "HD-1", "brand": "contoso", "category": "Goods/Cables" });
            assert_eq!(app.put("items", &json!({ "items": [item] })).await.status, 200);
        }
        let brands = app.get("brands").await.body;
        assert_eq!(names(&brands["brands"], "name"), ["Contoso", "Fabrikam", TENANT]);
        assert_eq!(brands["brands"][0]["items"], 1);
        let categories = app.get("categories").await.body;
        assert_eq!(categories["categories"][1], json!({ "path": "Goods/Cables", "items": 1 }), "{categories}");
        let items = app.get("items?search=hd-1").await.body;
        let item = &items["items"][0];
        assert_eq!((item["brand"].as_str(), item["source"].as_str(), item["sku"].as_str()), (Some("Contoso"), Some("api"), Some("HD-1")));
        app.put("items", &json!({ "items": [{ "kind": "product", "name": "Cable", "sku": "hd-1", "brand": "Fabrikam" }] })).await;
        let item = app.get("items").await.body["items"][0].clone();
        assert_eq!((item["name"].as_str(), item["brand"].as_str(), item["category"].as_str()), (Some("Cable"), Some("Fabrikam"), Some("Goods/Cables")));
    }

    async fn pages_follow_each_other(db) {
        let app = TestApp::start_fresh(db).await;
        let names = ["Aa", "B & B", "Cc"];
        app.put("brands", &json!({ "brands": names.map(|name| json!({ "name": name })) })).await;
        app.put("categories", &json!({ "categories": names.map(|path| json!({ "path": path })) })).await;
        app.put("items", &json!({ "items": names.map(|name| json!({ "kind": "labor", "name": name })) })).await;
        // A tenant begins with a brand and two categories.
        let lists = [
            ("brands", "name", vec!["Aa", "B & B", "Cc", TENANT]),
            ("categories", "path", vec!["Aa", "B & B", "Bundle", "Cc", "Services"]),
            ("items?kind=labor", "name", names.to_vec()),
        ];
        for (list, member, expected) in lists {
            let (mut seen, joint) = (Vec::new(), if list.contains('?') { '&' } else { '?' });
            let mut next = Some(format!("/api/v1/{list}{joint}limit=1"));
            while let Some(address) = next {
                let page = app.get(address.trim_start_matches("/api/v1/")).await.body;
                seen.extend(self::names(&page[list.split('?').next().unwrap()], member));
                next = page["next"].as_str().map(str::to_owned);
            }
            assert_eq!(seen, expected, "{list}");
        }
        for wrong in ["brands?limit=0", "items?after=019ab0b5-7f3e-7c52-9d0a-2b1c5e8f4a60", "categories?page=2"] {
            assert_eq!(app.get(wrong).await.status, 400, "{wrong}");
        }
    }

    async fn wrong_entries_change_nothing(db) {
        let app = TestApp::start_fresh(db).await;
        let reply = app.put("brands", &json!({ "brands": [{ "name": "Contoso" }, { "title": "x" }] })).await;
        assert_eq!(reply.status, 422);
        let fields: Vec<_> = reply.body["fields"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, ["brands[1].name", "brands[1].title"]);
        assert_eq!(names(&app.get("brands").await.body["brands"], "name"), [TENANT]);
    }
}
