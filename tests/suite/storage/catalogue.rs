//! Connections, brands and categories.

use opportune::{
    db::{self, ConnectionRow, Named},
    domain::ids::TenantId,
};

use uuid::Uuid;

use super::Fixture;
use crate::harness::on_both;

fn connection(secret_sealed: &str) -> ConnectionRow {
    ConnectionRow {
        discovery_url: "https://one.example".to_owned(),
        user_name: "api".to_owned(),
        integration_code: "CODE".to_owned(),
        secret_sealed: secret_sealed.to_owned(),
        currency: "USD".to_owned(),
        ..ConnectionRow::default()
    }
}

on_both! {
    async fn a_connection_is_replaced_and_its_zone_remembered(db) {
        let f = Fixture::open(db).await;
        let row = connection("sealed");
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::connection(&mut tx, f.tenant).await.unwrap(), None);
        db::put_connection(&mut tx, f.tenant, &row, 1).await.unwrap();
        db::set_zone(&mut tx, f.tenant, "https://zone/", "https://web/").await.unwrap();
        let expected = ConnectionRow { zone_url: Some("https://zone/".to_owned()), web_url: Some("https://web/".to_owned()), ..row.clone() };
        assert_eq!(db::connection(&mut tx, f.tenant).await.unwrap(), Some(expected));
        let other = ConnectionRow { user_name: "another".to_owned(), ..row };
        db::put_connection(&mut tx, f.tenant, &other, 2).await.unwrap();
        assert_eq!(db::connection(&mut tx, f.tenant).await.unwrap(), Some(other), "new credentials, new zone look-up");
        assert_eq!(db::connection(&mut tx, f.other).await.unwrap(), None);
    }

    async fn sealed_secrets_come_by_tenant_a_batch_at_a_time(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let mut sealed = vec![(f.tenant, "ours".to_owned()), (f.other, "theirs".to_owned())];
        for (tenant, secret) in &sealed {
            db::put_connection(&mut tx, *tenant, &connection(secret), 1).await.unwrap();
        }
        tx.commit().await.unwrap();
        sealed.sort_by_key(|(tenant, _)| tenant.0);
        let mut tx = f.db.read().await.unwrap();
        let start = TenantId(Uuid::nil());
        assert_eq!(db::sealed_secrets(&mut tx, start, 10).await.unwrap(), sealed);
        assert_eq!(db::sealed_secrets(&mut tx, start, 1).await.unwrap(), sealed[..1]);
        assert_eq!(db::sealed_secrets(&mut tx, sealed[0].0, 1).await.unwrap(), sealed[1..]);
        assert_eq!(db::sealed_secrets(&mut tx, sealed[1].0, 1).await.unwrap(), []);
    }

    async fn a_seal_is_replaced_only_while_it_is_the_one_that_was_read(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for tenant in [f.tenant, f.other] {
            db::put_connection(&mut tx, tenant, &connection("old"), 1).await.unwrap();
        }
        assert!(db::replace_seal(&mut tx, f.tenant, "old", "new").await.unwrap());
        assert!(!db::replace_seal(&mut tx, f.tenant, "old", "newer").await.unwrap(), "somebody saved another one");
        assert_eq!(db::connection(&mut tx, f.tenant).await.unwrap().unwrap(), connection("new"));
        assert_eq!(db::connection(&mut tx, f.other).await.unwrap().unwrap(), connection("old"));
    }

    async fn brands_and_categories_are_added_once_and_sorted(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for name in ["Fortinet", "APC", "Fortinet"] {
            db::add_brand(&mut tx, f.tenant, name, 1).await.unwrap();
            db::add_category(&mut tx, f.tenant, &format!("Hardware/{name}"), 1).await.unwrap();
        }
        assert_eq!(db::brands(&mut tx, f.tenant).await.unwrap(), ["APC", "Fortinet"]);
        assert_eq!(db::categories(&mut tx, f.tenant).await.unwrap(), ["Hardware/APC", "Hardware/Fortinet"]);
        assert!(db::brands(&mut tx, f.other).await.unwrap().is_empty());
        assert!(db::categories(&mut tx, f.other).await.unwrap().is_empty());
    }

    async fn a_brand_is_one_whatever_the_case_of_its_letters(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert!(db::add_brand(&mut tx, f.tenant, "Acme", 1).await.unwrap());
        assert!(!db::add_brand(&mut tx, f.tenant, "ACME", 2).await.unwrap());
        assert!(db::add_brand(&mut tx, f.other, "acme", 1).await.unwrap());
        assert_eq!(db::find_brand(&mut tx, f.tenant, " aCME ").await.unwrap().as_deref(), Some("Acme"));
        db::rename_brand(&mut tx, f.tenant, "Acme", "Apex", 3).await.unwrap();
        assert_eq!(db::find_brand(&mut tx, f.tenant, "acme").await.unwrap(), None);
        let rows = db::brand_rows(&mut tx, f.tenant, "", 10).await.unwrap();
        assert_eq!((rows[0].name.as_str(), rows[0].updated_at, rows[0].items), ("Apex", 3, 0));
        assert!(db::brand_rows(&mut tx, f.tenant, "apex", 10).await.unwrap().is_empty());
        db::remove_brand(&mut tx, f.tenant, "Apex").await.unwrap();
        assert!(db::brands(&mut tx, f.tenant).await.unwrap().is_empty());
        assert_eq!(db::brands(&mut tx, f.other).await.unwrap(), ["acme"]);
    }

    async fn categories_come_by_the_page_and_go(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for path in ["A", "A/B", "C"] {
            assert!(db::add_category(&mut tx, f.tenant, path, 1).await.unwrap());
        }
        assert!(!db::add_category(&mut tx, f.tenant, "A", 2).await.unwrap());
        let paths = |rows: Vec<db::CategoryRow>| rows.into_iter().map(|row| row.path).collect::<Vec<_>>();
        assert_eq!(paths(db::category_rows(&mut tx, f.tenant, "", 2).await.unwrap()), ["A", "A/B"]);
        assert_eq!(paths(db::category_rows(&mut tx, f.tenant, "A/B", 2).await.unwrap()), ["C"]);
        db::remove_category(&mut tx, f.tenant, "A").await.unwrap();
        assert_eq!(db::categories(&mut tx, f.tenant).await.unwrap(), ["A/B", "C"]);
    }

    async fn former_names_lead_to_todays_until_something_has_them(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for (from, to) in [("Old", "Mid"), ("Mid", "New")] {
            db::move_items(&mut tx, f.tenant, Named::Brand, from, to, 1).await.unwrap();
            db::move_items(&mut tx, f.tenant, Named::Category, from, to, 1).await.unwrap();
        }
        let aliases = db::aliases(&mut tx, f.tenant).await.unwrap();
        let names = |map: &std::collections::BTreeMap<String, String>| {
            map.iter().map(|(former, name)| format!("{former} is {name}")).collect::<Vec<_>>()
        };
        assert_eq!(names(&aliases.brands), ["mid is New", "old is New"]);
        assert_eq!(names(&aliases.categories), ["Mid is New", "Old is New"]);
        db::forget_former(&mut tx, f.tenant, Named::Brand, "OLD").await.unwrap();
        db::move_items(&mut tx, f.tenant, Named::Category, "New", "Mid", 2).await.unwrap();
        let aliases = db::aliases(&mut tx, f.tenant).await.unwrap();
        assert_eq!(names(&aliases.brands), ["mid is New"]);
        assert_eq!(names(&aliases.categories), ["New is Mid", "Old is Mid"]);
        assert_eq!(db::aliases(&mut tx, f.other).await.unwrap(), opportune::domain::catalogue::Aliases::default());
    }
}
