//! The preview over REST.

use super::*;

on_both! {
    async fn rest_previews_a_document_that_was_never_sent(db) {
        let app = TestApp::start(db).await;
        let quote = app.quote("Q-1").line("Dell WD19S dock", "2 × 100.00").customer("Nobody Inc");
        let body = json!({ "quote": quote.body(), "number": "Q-7" });
        let reply = Reply::of(app.api(Method::POST, "preview").json(&body)).await;
        assert_eq!((reply.status.as_u16(), &reply.body["outcome"]), (200, &json!("create")), "{reply:?}");
        assert_eq!(reply.body["problems"][0]["cause"], "Customer is not in Autotask: Nobody Inc");
        let entities: Vec<_> = reply.body["records"].as_array().unwrap().iter().map(|row| &row["entity"]).collect();
        assert_eq!(entities, ["Companies", "Products", "Opportunities", "QuoteLocations", "Quotes", "QuoteItems"]);
        let wrong = json!({ "sale": { "title": "x" }, "settings": { "won": 1 }, "colour": 1 });
        let reply = Reply::of(app.api(Method::POST, "preview").json(&wrong)).await;
        assert_eq!(reply.status, 422);
        for path in ["sale.status", "sale.customer", "settings", "colour"] {
            assert!(reply.body["fields"][path].is_array(), "{path}: {reply:?}");
        }
    }

    async fn rest_takes_the_settings_as_they_are_kept(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").put().await;
        let view = app.services.settings_view(app.tenant).await.unwrap();
        let mut page = view.settings.opportunities().unwrap();
        page.sections.created.probability = Some(7);
        let body = json!({ "quote": "Q-1", "settings": page });
        let reply = Reply::of(app.api(Method::POST, "preview").json(&body)).await;
        let records = reply.body["records"].as_array().unwrap();
        let opportunity = records.iter().find(|row| row["entity"] == "Opportunities").unwrap();
        assert_eq!(opportunity["request"]["body"]["probability"], 7);
        assert_eq!(app.get("quotes/Q-1").await.status, 200);
        let missing = Reply::of(app.api(Method::POST, "preview").json(&json!({ "quote": "Q-2" }))).await;
        assert_eq!(missing.status, 404);
    }
}
