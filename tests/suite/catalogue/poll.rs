//! Services and roles of Autotask become items, which follow them.

use opportune::{domain::settings::form::SettingsForm, emulator::CREDENTIALS};
use serde_json::{Value, json};

use crate::harness::{HOUR, MINUTE, TestApp, on_both};

impl TestApp {
    async fn add_service(&self, name: &str, sku: &str) -> Value {
        let fields = json!({ "name": name, "sku": sku, "unitPrice": 10.0, "periodType": 2,
            "billingCodeID": 29_681_321, "isActive": true });
        self.add("Services", fields).await
    }

    async fn add_role(&self, name: &str) -> Value {
        self.add("Roles", json!({ "name": name, "hourlyRate": 90.0, "hourlyFactor": 1.0, "isActive": true }))
            .await
    }

    /// The only quote item of a new quote with one hour of such labor.
    async fn labor(&self, number: &str, name: &str, sku: Option<&str>) -> Value {
        let line = json!({ "id": "1", "kind": "labor", "name": name, "sku": sku, "quantity": "1", "unit_price": "90.00" });
        self.quote(number).item(line).send().await;
        self.expect(number, "sent", "").await;
        self.items(number).remove(0)
    }
}

fn service_line(name: &str, sku: Option<&str>) -> Value {
    json!({ "id": "1", "kind": "recurring_service", "name": name, "sku": sku, "period": "monthly", "quantity": "1", "unit_price": "10.00" })
}

fn brand(form: &mut SettingsForm, brand: &str) {
    brand.clone_into(&mut form.services.brand);
}

on_both! {
    async fn services_and_roles_get_the_brand_and_category_at_first_sight_alone(db) {
        let app = TestApp::start(db).await;
        app.calls();
        app.poll().await;
        assert_eq!(app.calls(), 3, "new services, changed services, roles");
        let ours = app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap().services;
        let (service, role) = (app.item("Managed Server").await, app.item("Field Engineer").await);
        for item in [&service, &role] {
            assert_eq!((item.brand.as_deref(), item.category.as_deref()), (Some(&*ours.brand), Some(&*ours.category)));
            assert_eq!(item.source, "autotask");
        }
        assert_eq!((service.autotask_id, role.autotask_id), (Some(29_681_952), Some(29_681_251)));
        app.services.add_brand(app.tenant, "Contractors").await.unwrap();
        app.save_settings(|form| brand(form, "Contractors")).await;
        let id = app.add_service("Log retention", "LOG").await;
        app.edit("Services", &json!(29_681_952), json!({ "name": "Managed Server Plus" })).await;
        app.poll().await;
        assert_eq!(app.item("Log retention").await.brand.as_deref(), Some("Contractors"));
        assert_eq!(app.item("Log retention").await.autotask_id, id.as_i64());
        let renamed = app.item("Managed Server Plus").await;
        assert_eq!((renamed.id, renamed.brand.as_deref()), (service.id, Some(&*ours.brand)));
        assert!(app.items_like("Managed Server").await.iter().all(|row| row.name != "Managed Server"));
        app.edit("Roles", &json!(29_681_251), json!({ "name": "Site Engineer" })).await;
        app.poll().await;
        assert_eq!(app.item("Site Engineer").await.id, role.id);
        app.calls();
        app.poll().await;
        assert_eq!(app.calls(), 3, "nothing new is three calls too");
    }

    async fn a_labor_line_named_like_a_role_is_that_role(db) {
        let app = TestApp::start(db).await;
        app.poll().await;
        let item = app.labor("Q-1", "field ENGINEER", None).await;
        assert_eq!((item["quoteItemType"].as_i64(), item["laborID"].as_i64()), (Some(3), Some(29_681_251)));
        let item = app.labor("Q-2", "Field Engineer", Some("LAB-1")).await;
        assert_eq!(item["laborID"], 29_681_251, "whatever its SKU");
        assert_eq!(app.items_like("Field Engineer").await.len(), 1, "it is one item");
        let item = app.labor("Q-3", "Stargazer", None).await;
        assert_eq!((item["quoteItemType"].as_i64(), item["laborID"].as_i64()), (Some(2), None));
        // What documents brought in before the role was created is that role too.
        let id = app.add_role("Stargazer").await;
        app.poll().await;
        assert_eq!(app.item("Stargazer").await.source, "document");
        assert_eq!(app.labor("Q-4", "Stargazer", None).await["laborID"], id);
    }

    async fn a_name_that_two_roles_share_means_none_of_them(db) {
        let app = TestApp::start(db).await;
        app.poll().await;
        let twin = app.add_role("field engineer").await;
        app.poll().await;
        let item = app.item("Field Engineer").await;
        assert_eq!((item.autotask_id, item.active_records), (None, 2));
        let (_, _, page) = app.catalogue_page(&format!("items/{}", item.id), None).await;
        assert!(page.contains("Name is not unique"), "{page}");
        assert_eq!(app.labor("Q-1", "Field Engineer", None).await["quoteItemType"], 2);
        app.edit("Roles", &json!(29_681_251), json!({ "isActive": false })).await;
        app.poll().await;
        assert_eq!(app.item("Field Engineer").await.autotask_id, twin.as_i64());
        assert_eq!(app.labor("Q-2", "Field Engineer", None).await["laborID"], twin);
    }

    async fn an_inactive_role_is_not_used_for_new_lines(db) {
        let app = TestApp::start(db).await;
        app.poll().await;
        app.edit("Roles", &json!(29_681_251), json!({ "isActive": false })).await;
        app.poll().await;
        let item = app.item("Field Engineer").await;
        assert_eq!((item.autotask_id, item.active_records, item.records), (None, 0, 1));
        assert_eq!(app.labor("Q-1", "Field Engineer", None).await["quoteItemType"], 2);
        app.edit("Roles", &json!(29_681_251), json!({ "isActive": true })).await;
        app.poll().await;
        assert_eq!(app.labor("Q-2", "Field Engineer", None).await["laborID"], 29_681_251);
    }

    async fn an_item_of_documents_and_a_service_are_one_by_name_or_sku(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(service_line("managed server", None)).put().await;
        app.quote("Q-2").item(service_line("Firewall care", Some("ms-fw"))).put().await;
        app.quote("Q-3").item(service_line("Our own", Some("OWN"))).put().await;
        app.clock.advance(MINUTE);
        app.poll().await;
        assert_eq!(app.items_like("managed server").await.len(), 1);
        let care = app.items_like("care").await.remove(0);
        assert_eq!((care.autotask_id, care.source.as_str()), (Some(29_681_953), "document"));
        assert!(app.items_like("Managed Firewall").await.is_empty(), "it is the item that has its SKU");
        let before = app.rows("Services").len();
        app.settle().await;
        assert_eq!(app.items("Q-1")[0]["serviceID"], 29_681_952);
        assert_eq!(app.items("Q-2")[0]["serviceID"], 29_681_953);
        // A line that comes later is found by its SKU as well.
        app.quote("Q-4").item(service_line("Workstation care", Some("MS-WS"))).send().await;
        assert_eq!(app.items("Q-4")[0]["serviceID"], 29_681_951);
        assert!(app.items_like("Workstation care").await.is_empty(), "it is Managed Workstation");
        assert_eq!(app.rows("Services").len(), before, "none was created");
    }

    async fn nothing_is_asked_for_while_the_sync_is_off_or_not_set_up(db) {
        let app = TestApp::start(db).await;
        app.switch(false).await;
        app.calls();
        app.poll().await;
        assert_eq!(app.calls(), 0);
        app.switch(true).await;
        app.poll().await;
        assert_eq!(app.calls(), 3);
        let fresh = TestApp::start_fresh(&crate::harness::Database {
            url: format!("sqlite://{}", db.folder.path().join("fresh.db").display()),
            folder: tempfile::tempdir().unwrap(),
        })
        .await;
        fresh.switch(true).await;
        fresh.poll().await;
        assert_eq!(fresh.calls(), 0);
    }

    async fn a_poll_that_fails_says_why_and_goes_on_later(db) {
        let app = TestApp::start(db).await;
        app.clock.advance(MINUTE);
        app.connect("wrong").await;
        app.poll().await;
        assert!(app.failures().iter().all(|status| *status == 401));
        let (_, _, page) = app.catalogue_page("items", None).await;
        assert!(page.contains("Services and labor roles could not be looked for"), "{page}");
        app.clock.advance(HOUR);
        app.worker.upkeep().await.unwrap();
        app.settle().await;
        assert_eq!(app.failures(), [0_u16; 0], "wrong credentials are not tried again soon");
        app.connect(CREDENTIALS.secret).await;
        app.poll().await;
        let (_, _, page) = app.catalogue_page("items", None).await;
        assert!(page.contains("were last looked for") && !page.contains("could not be looked for"), "{page}");
    }

    async fn a_poll_goes_on_where_a_dead_worker_left_it(db) {
        let app = TestApp::start(db).await;
        app.worker.upkeep().await.unwrap();
        let dead = app.services.claim_poll().await.unwrap().unwrap();
        assert!(app.services.claim_poll().await.unwrap().is_none(), "one at a time");
        app.clock.advance(3 * MINUTE);
        app.settle().await;
        assert_eq!(app.item("Managed Server").await.autotask_id, Some(29_681_952));
        app.calls();
        // The first one was not dead after all: it has lost the lease, and writes nothing.
        app.services.run_poll(&dead).await.unwrap();
        assert_eq!(app.calls(), 1);
    }
}
