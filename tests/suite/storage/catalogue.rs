//! Connections, lists, brands, categories and items.

use std::collections::BTreeMap;

use opportune::{
    db::{self, ConnectionRow},
    domain::{
        document::Line,
        ids::TenantId,
        plan::{Key, Target},
    },
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

    async fn products_are_counted_by_the_category_that_they_have_now(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let items = [
            (Target::Product, "sku a", Some("Old")),
            (Target::Product, "sku a", Some("Hardware")),
            (Target::Product, "sku b", Some("Hardware")),
            (Target::Product, "sku c", None),
            (Target::Service, "name d", Some("Services")),
        ];
        for (target, key, category) in items {
            let line = Line { name: key.to_owned(), category: category.map(str::to_owned), ..Line::default() };
            db::put_item(&mut tx, f.tenant, &Key::new(target, key), &line, 1).await.unwrap();
        }
        let counts = db::products_by_category(&mut tx, f.tenant).await.unwrap();
        assert_eq!(counts, BTreeMap::from([("Hardware".to_owned(), 2)]));
        assert!(db::products_by_category(&mut tx, f.other).await.unwrap().is_empty());
    }
}
