//! Why: each value that a push wrote says where it came from, on its page and in REST.

use opportune::{db, domain::person::Role};
use serde_json::{Value, json};

use crate::harness::{TestApp, on_both};

/// What a push of REST says of a field: value, name, source.
fn field<'a>(push: &'a Value, entity: &str, action: &str, name: &str) -> [&'a Value; 3] {
    let writes = push["written"].as_array().unwrap().iter();
    let mut fields = writes
        .filter(|write| write["entity"] == entity && write["action"] == action)
        .flat_map(|write| write["fields"].as_array().unwrap());
    let field = fields.find(|field| field["name"] == name);
    let field = field.unwrap_or_else(|| panic!("{action} of {entity} has no {name}: {push:#}"));
    [&field["value"], &field["label"], &field["source"]]
}

async fn written(app: &TestApp, number: &str) -> Value {
    let id = app.push(number).await["id"].clone();
    app.get(&format!("pushes/{}", id.as_str().unwrap())).await.body
}

on_both! {
    async fn every_value_of_a_push_says_where_it_came_from(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1")
            .with("contact", json!({ "email": "purchasing@northwind.example" }))
            .line("HDMI cable", "3 × 11.50")
            .item(json!({ "id": "s", "kind": "recurring_service", "name": "Managed Workstation", "period": "monthly",
                "quantity": "1", "unit_price": "45" }));
        quote.send().await;
        let push = written(&app, "Q-1").await;
        let of = |entity, name| field(&push, entity, "create", name);
        let expected = [
            ("Opportunities", "title", [json!("Q-1 Office refresh"), Value::Null, json!("the quote's number and title")]),
            ("Opportunities", "stage", [json!(29_681_503), json!("Proposal Sent"), json!("from When a quote is created")]),
            ("Opportunities", "companyID", [json!(29_681_101), json!("Northwind Traders"), json!("matched from the quote's customer")]),
            ("Opportunities", "contactID", [json!(29_681_801), json!("Purchasing Contact"), json!("matched from the quote's contact")]),
            ("Opportunities", "amount", [json!(79.5), Value::Null, json!("computed from 2 lines")]),
            ("Quotes", "externalQuoteNumber", [json!("Q-1"), Value::Null, json!("the quote's number")]),
            ("QuoteItems", "quantity", [json!(3), Value::Null, json!("the line's quantity")]),
            ("QuoteItems", "serviceID", [json!(29_681_951), json!("Managed Workstation"), json!("matched from the line's service")]),
        ];
        for (entity, name, expected) in expected {
            assert_eq!(of(entity, name), expected.each_ref(), "{entity}.{name}");
        }
        let ids = push["written"].as_array().unwrap().iter().filter(|write| write["id"].is_null()).count();
        assert_eq!(ids, 0, "every record has its id");

        quote.change(0, "quantity", json!("5"));
        quote.send().await;
        let push = written(&app, "Q-1").await;
        assert_eq!(field(&push, "QuoteItems", "update", "quantity"), [&json!(5), &Value::Null, &json!("the line's quantity")]);
        quote.win().await;
        let push = written(&app, "Q-1").await;
        assert_eq!(field(&push, "Opportunities", "settle", "stage")[1..], [&json!("Closed Won"), &json!("from When a quote is won")]);

        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let page = app.page_for(&viewer, &format!("/activity/{}", push["id"].as_str().unwrap())).await;
        let shown = page.body.as_str().unwrap();
        for text in ["Set stage and status of the opportunity: 2 values, with settings revision", "Closed Won (29681506)", "from When a quote is won"] {
            assert!(shown.contains(text), "{text} in {shown}");
        }
        let listed = app.get("pushes").await.body;
        assert!(listed["pushes"][0].get("written").is_none(), "a list is short");
    }

    async fn what_was_written_before_sources_were_kept_says_so(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").send().await;
        let push = crate::customers::push_id(&app, "Q-1").await;
        let mut tx = app.services.db.write().await.unwrap();
        let document = opportune::domain::ids::DocumentId(db::push(&mut tx, app.tenant, push).await.unwrap().unwrap().document_id);
        let mut step = db::steps(&mut tx, app.tenant, push).await.unwrap().remove(0);
        (step.id, step.action, step.sources) = (app.clock.new_id(), "update".to_owned(), None);
        db::add_step(&mut tx, app.tenant, document, &step).await.unwrap();
        tx.commit().await.unwrap();
        let push = written(&app, "Q-1").await;
        assert_eq!(field(&push, "Opportunities", "update", "stage")[1..], [&json!("Proposal Sent"), &json!("not noted at that time")]);
    }
}
