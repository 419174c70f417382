//! The catalogue: what Autotask's services and roles become in it, and its pages and routes.

mod poll;
mod rest;

use opportune::service::catalogue::{ItemFilter, ItemRow, POLL_EVERY};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{HOUR, TestApp, on_both};

impl TestApp {
    /// Lets the next poll come due, and the worker do it.
    pub async fn poll(&self) {
        self.clock.advance(POLL_EVERY);
        self.worker.upkeep().await.unwrap();
        self.settle().await;
    }

    /// The items whose name has that in it.
    pub async fn items_like(&self, search: &str) -> Vec<ItemRow> {
        let filter = ItemFilter { search: search.to_owned(), ..ItemFilter::default() };
        self.services.item_page(self.tenant, &filter, None, None).await.unwrap().rows
    }

    /// The one item of that name.
    pub async fn item(&self, name: &str) -> ItemRow {
        let mut rows = self.items_like(name).await;
        rows.retain(|row| row.name == name);
        assert_eq!(rows.len(), 1, "items called {name}: {rows:?}");
        rows.remove(0)
    }

    /// A page, as a signed-in administrator gets it: its status and its text.
    async fn catalogue_page(
        &self,
        path: &str,
        form: Option<&[(&str, &str)]>,
    ) -> (StatusCode, String, String) {
        let password = "a sentence is fine";
        self.services.put_user(self.tenant, "robin@example.com", "Robin", password.into()).await.unwrap();
        let token = self.services.sign_in("robin@example.com", password.into(), "10.0.0.1").await.unwrap();
        let address = self.url(&format!("/catalogue/{path}"));
        let request = match form {
            Some(form) => {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
                let request = self.http.post(address).header("sec-fetch-site", "same-origin");
                request.header("content-type", "application/x-www-form-urlencoded").body(body)
            }
            None => self.http.get(address),
        };
        let answer = request.header("cookie", format!("session={token}")).send().await.unwrap();
        let leads_to =
            answer.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
        (answer.status(), leads_to, answer.text().await.unwrap().replace("&#39;", "'"))
    }

    /// Sends a form that is done; where it leads.
    async fn submit(&self, path: &str, form: &[(&str, &str)]) -> String {
        let (status, leads_to, text) = self.catalogue_page(path, Some(form)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        leads_to
    }

    async fn brand_of_settings(&self) -> String {
        let view = self.services.settings_view(self.tenant).await.unwrap();
        view.settings.sections.unwrap().services.brand
    }
}

/// A product line with a brand and a category.
fn part(name: &str, brand: &str, category: &str) -> Value {
    json!({ "id": name, "kind": "product", "name": name, "brand": brand, "category": category,
        "quantity": "1", "unit_price": "10.00" })
}

on_both! {
    async fn a_brand_is_added_once_and_leads_back_to_the_form(db) {
        let app = TestApp::start(db).await;
        let back = "/apps/autotask/opportunities#services-brand";
        let leads_to = app.submit("brands", &[("name", " Contoso "), ("return", back)]).await;
        assert_eq!(leads_to, back);
        let leads_to = app.submit("brands", &[("name", "Fabrikam"), ("return", "//elsewhere.example")]).await;
        assert_eq!(leads_to, "/catalogue/brands?done=added&name=Fabrikam#notice");
        let (status, _, page) = app.catalogue_page("brands", Some(&[("name", "cONTOSO"), ("return", back)])).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("There is a brand 'Contoso' already") && page.contains("value=\"cONTOSO\""), "{page}");
        assert!(page.contains(&format!("name=\"return\" value=\"{back}\"")), "it still leads back");
    }

    async fn a_renamed_brand_takes_its_items_and_the_settings_along(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(part("Firewall", "Fortinet", "Hardware/Firewalls")).send().await;
        let brand = app.brand_of_settings().await;
        app.submit("brands/rename", &[("name", &brand), ("new_name", "Northwind")]).await;
        assert_eq!(app.brand_of_settings().await, "Northwind");
        app.submit("brands/rename", &[("name", "Fortinet"), ("new_name", "Fortinet Inc")]).await;
        assert_eq!(app.item("Firewall").await.brand.as_deref(), Some("Fortinet Inc"));
        // Documents go on using the former name: it is the same brand, here and in Autotask.
        app.quote("Q-2").item(part("Switch", "FORTINET", "Hardware/Firewalls")).send().await;
        assert_eq!(app.item("Switch").await.brand.as_deref(), Some("Fortinet Inc"));
        assert_eq!(app.rows("Products").last().unwrap()["manufacturerName"], "Fortinet Inc");
        let brands = app.services.brand_page(app.tenant, "", None).await.unwrap().rows;
        assert!(!brands.iter().any(|row| row.name.eq_ignore_ascii_case("fortinet")), "{brands:?}");
    }

    async fn a_merged_brand_is_gone_and_the_settings_stay_good(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(part("Firewall", "Fortinet", "Hardware/Firewalls")).send().await;
        let brand = app.brand_of_settings().await;
        let (status, _, page) = app.catalogue_page("brands/merge", Some(&[("name", &brand), ("into", &brand)])).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Select the brand to merge it into"), "{page}");
        app.submit("brands/merge", &[("name", &brand), ("into", "fortinet")]).await;
        assert_eq!(app.brand_of_settings().await, "Fortinet");
        app.quote("Q-2").item(part("Rack", &brand, "Hardware/Power")).send().await;
        assert_eq!(app.item("Rack").await.brand.as_deref(), Some("Fortinet"));
        app.save_settings(|form| "40".clone_into(&mut form.created.probability)).await;
    }

    async fn a_brand_in_use_is_not_deleted(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(part("Firewall", "Fortinet", "Hardware/Firewalls")).send().await;
        let brand = app.brand_of_settings().await;
        let (status, _, page) = app.catalogue_page("brands/delete", Some(&[("name", &brand)])).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let sentence = format!("Brand '{brand}' is used for services created in Autotask");
        assert!(page.contains(&sentence) && page.contains("Choose another brand there first."), "{page}");
        let (_, _, page) = app.catalogue_page("brands/delete", Some(&[("name", "Fortinet")])).await;
        assert!(page.contains("Brand 'Fortinet' is used by 1 item") && page.contains("items?brand=Fortinet"), "{page}");
        app.submit("brands", &[("name", "Unused")]).await;
        app.submit("brands/delete", &[("name", "Unused")]).await;
        let (status, ..) = app.catalogue_page("brands/edit?name=Unused", None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    async fn a_renamed_category_keeps_its_mapping_and_what_is_below_it(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(part("Firewall", "Fortinet", "Hardware/Firewalls")).send().await;
        let map = async || app.services.settings_view(app.tenant).await.unwrap().settings.sections.unwrap().category_map.rows;
        let before = map().await;
        assert!(before.contains_key("Hardware/Firewalls"), "{before:?}");
        app.submit("categories/rename", &[("path", "Hardware"), ("new_path", "Goods")]).await;
        let moved: Vec<String> = before.keys().map(|path| path.replacen("Hardware", "Goods", 1)).collect();
        let after = map().await;
        assert_eq!(after.keys().collect::<Vec<_>>(), moved.iter().collect::<Vec<_>>());
        assert_eq!(after["Goods/Firewalls"], before["Hardware/Firewalls"]);
        assert_eq!(app.item("Firewall").await.category.as_deref(), Some("Goods/Firewalls"));
        // A document with the former path is mapped as before, and brings the former category back nowhere.
        app.quote("Q-2").item(part("Another", "Fortinet", "Hardware/Firewalls")).send().await;
        app.expect("Q-2", "sent", "").await;
        let another = app.rows("Products").into_iter().find(|row| row["name"] == "Another").unwrap();
        assert_eq!(another["productCategory"], before["Hardware/Firewalls"]);
        assert_eq!(app.item("Another").await.category.as_deref(), Some("Goods/Firewalls"));
        let tree = app.services.category_tree(app.tenant).await.unwrap();
        assert!(tree.rows.iter().all(|row| !row.path.starts_with("Hardware")), "{:?}", tree.rows);
        let note = app.services.settings_view(app.tenant).await.unwrap().revision;
        assert!(app.services.changes_of(app.tenant, note).await.unwrap().is_some());
    }

    async fn a_category_moves_below_itself_and_never_onto_another(db) {
        let app = TestApp::start_fresh(db).await;
        for path in ["A", "A/B", "C"] {
            app.submit("categories", &[("path", path)]).await;
        }
        let (status, _, page) = app.catalogue_page("categories/rename", Some(&[("path", "C"), ("new_path", "a/b")])).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("There is a category 'A › B' already") && page.contains("value=\"a/b\""), "{page}");
        app.submit("categories/rename", &[("path", "A"), ("new_path", "A/B")]).await;
        let tree = app.services.category_tree(app.tenant).await.unwrap();
        let paths: Vec<_> = tree.rows.iter().map(|row| row.path.as_str()).collect();
        assert_eq!(paths, ["A/B", "A/B/B", "Bundle", "C", "Services"]);
    }

    async fn a_category_in_use_is_not_deleted(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(part("Firewall", "Fortinet", "Hardware/Firewalls")).send().await;
        let form = [("path", "Hardware/Firewalls")];
        let (status, _, page) = app.catalogue_page("categories/delete", Some(&form)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(page.contains("1 item has it.") && page.contains("It is mapped to a category of Autotask."), "{page}");
        let (status, _, page) = app.catalogue_page("categories/edit?path=Hardware", None).await;
        assert_eq!((status, page.contains("Rename or move"), page.contains("Delete")), (StatusCode::OK, true, false));
        app.submit("categories", &[("path", "Unused")]).await;
        app.submit("categories/delete", &[("path", "Unused")]).await;
    }

    async fn an_items_brand_and_category_are_a_persons_to_set(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").item(part("Firewall", "Fortinet", "Hardware/Firewalls")).send().await;
        let id = app.item("Firewall").await.id;
        let path = format!("items/{id}");
        let (status, _, page) = app.catalogue_page(&path, Some(&[("brand", "Nobody"), ("category", "")])).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("There is no brand 'Nobody'"), "{page}");
        app.submit(&path, &[("brand", ""), ("category", "Hardware/Power")]).await;
        app.clock.advance(HOUR);
        app.quote("Q-2").item(part("Firewall", "Fortinet", "Hardware/Firewalls")).send().await;
        let item = app.item("Firewall").await;
        assert_eq!((item.brand, item.category.as_deref()), (None, Some("Hardware/Power")));
        let (_, _, page) = app.catalogue_page(&path, None).await;
        let linked = format!("Linked to {}", item.autotask_id.unwrap());
        assert!(page.contains(&linked) && page.contains("A quote or sale"), "{page}");
    }

    async fn the_list_goes_on_where_a_page_ends(db) {
        let app = TestApp::start(db).await;
        for number in 0..60 {
            let name = format!("Part {number:02}");
            app.quote(&format!("Q-{number}")).item(part(&name, "Fortinet", "Hardware/Power")).put().await;
        }
        let (_, _, page) = app.catalogue_page("items?brand=Fortinet", None).await;
        assert!(page.contains("Part 49") && !page.contains("Part 50"));
        let next = page.split("href=\"").find(|rest| rest.contains("after=")).unwrap().split('"').next().unwrap();
        let next = next.replace("&amp;", "&").replace("&#38;", "&");
        let (_, _, page) = app.catalogue_page(next.trim_start_matches("/catalogue/"), None).await;
        assert!(page.contains("Part 50") && page.contains("Part 59") && !page.contains("Part 49"), "{next}");
        let (_, _, page) = app.catalogue_page("items?search=nothing+like+it", None).await;
        assert!(page.contains("No item fits the filter."), "{page}");
    }
}
