//! Items, and the records of Autotask that they are.

use std::collections::BTreeMap;

use opportune::{
    db::{self, ItemFilter, ItemRow, Named, NewItem, Tx, WriteTx},
    domain::{
        catalogue::{ItemKind, Record, Source},
        ids::{DocumentId, TenantId},
        plan::{Key, Link, Target},
    },
};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use uuid::Uuid;

use super::{Fixture, id};
use crate::harness::{Database, on_both};

fn named<'a>(key: &'a Key, name: &'a str) -> NewItem<'a> {
    NewItem {
        id: id(),
        key,
        name,
        sku: None,
        part_number: None,
        brand: None,
        category: None,
        source: Source::Document,
    }
}

async fn put(tx: &mut WriteTx, tenant: TenantId, target: Target, name: &str, category: Option<&str>) {
    let key = Key::new(target, format!("name {}", name.to_lowercase()));
    db::put_item(tx, tenant, &NewItem { category, ..named(&key, name) }, 1).await.unwrap();
}

async fn all(tx: &mut Tx, tenant: TenantId) -> Vec<ItemRow> {
    db::items(tx, tenant, &ItemFilter::default(), None, 100).await.unwrap()
}

async fn found(tx: &mut Tx, tenant: TenantId, filter: ItemFilter) -> Vec<String> {
    let rows = db::items(tx, tenant, &filter, None, 100).await.unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

async fn link(tx: &mut WriteTx, tenant: TenantId, key: &Key, id: i64) {
    let link = Link { id, ..Link::default() };
    db::put_link(tx, tenant, DocumentId(Uuid::nil()), key, &link, 1).await.unwrap();
}

fn record(id: i64, name: &str, active: bool) -> Record {
    Record { id, name: name.to_owned(), sku: Some("S-1".to_owned()), active }
}

on_both! {
    async fn items_are_found_by_what_is_asked_for(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::add_brand(&mut tx, f.tenant, "Fortinet", 1).await.unwrap();
        let key = Key::new(Target::Product, "sku fg-60f");
        let firewall = NewItem { sku: Some("FG-60F"), part_number: Some("P_1"), brand: Some("FORTINET"), category: Some("Hardware"),
            ..named(&key, "FortiGate") };
        db::put_item(&mut tx, f.tenant, &firewall, 1).await.unwrap();
        put(&mut tx, f.tenant, Target::Role, "Engineer", None).await;
        put(&mut tx, f.other, Target::Role, "Theirs", None).await;
        link(&mut tx, f.tenant, &key, 7).await;
        assert!(ItemFilter::default().is_empty());
        let by = |search: &str| ItemFilter { search: search.to_owned(), ..ItemFilter::default() };
        for (search, expected) in [("60f", 1), ("GATE", 1), ("p_1", 1), ("p%1", 0), ("x", 0), ("", 2)] {
            assert_eq!(found(&mut tx, f.tenant, by(search)).await.len(), expected, "{search}");
        }
        let only = |filter: ItemFilter| filter;
        let brand = only(ItemFilter { brand: Some("Fortinet".to_owned()), ..ItemFilter::default() });
        let category = only(ItemFilter { category: Some("Hardware".to_owned()), ..ItemFilter::default() });
        for filter in [brand, category, ItemFilter { linked: Some(true), ..ItemFilter::default() }] {
            assert_eq!(found(&mut tx, f.tenant, filter).await, ["FortiGate"]);
        }
        let labor = ItemFilter { kind: Some(ItemKind::Labor), linked: Some(false), ..ItemFilter::default() };
        assert_eq!(found(&mut tx, f.tenant, labor).await, ["Engineer"]);
        let rows = all(&mut tx, f.tenant).await;
        assert_eq!((rows[0].item_kind(), rows[1].autotask_id), (ItemKind::Labor, Some(7)));
        let place = db::item_place(&mut tx, f.tenant, rows[0].id).await.unwrap();
        assert_eq!(place, Some(("engineer".to_owned(), rows[0].id)));
        let rest = db::items(&mut tx, f.tenant, &ItemFilter::default(), place.as_ref(), 5).await.unwrap();
        assert_eq!(rest, rows[1..]);
        assert_eq!(db::item(&mut tx, f.tenant, rows[1].id).await.unwrap().as_ref(), Some(&rows[1]));
        assert_eq!(db::item(&mut tx, f.other, rows[1].id).await.unwrap(), None);
        assert_eq!(db::items_of(&mut tx, f.tenant, Named::Brand, "Fortinet").await.unwrap(), 1);
        assert_eq!(db::items_of(&mut tx, f.tenant, Named::Category, "Software").await.unwrap(), 0);
        assert_eq!(db::move_items(&mut tx, f.tenant, Named::Category, "Hardware", "Goods", 2).await.unwrap(), 1);
        assert_eq!(db::items_of(&mut tx, f.tenant, Named::Category, "Goods").await.unwrap(), 1);
    }

    async fn what_a_person_set_is_left_alone_by_documents(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        put(&mut tx, f.tenant, Target::Product, "Cable", Some("Old")).await;
        put(&mut tx, f.tenant, Target::Product, "Cable", Some("New")).await;
        put(&mut tx, f.tenant, Target::Product, "Cable", None).await;
        let cable = all(&mut tx, f.tenant).await.remove(0);
        assert_eq!((cable.category.as_deref(), cable.kept), (Some("New"), false));
        db::set_item(&mut tx, f.tenant, cable.id, Some("Acme"), None, 2).await.unwrap();
        put(&mut tx, f.tenant, Target::Product, "Cable", Some("Old")).await;
        let cable = all(&mut tx, f.tenant).await.remove(0);
        assert_eq!((cable.brand.as_deref(), cable.category, cable.kept), (Some("Acme"), None, true));
    }

    async fn products_are_counted_by_the_category_that_they_have_now(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let items = [
            (Target::Product, "a", Some("Old")), (Target::Product, "a", Some("Hardware")), (Target::Product, "b", Some("Hardware")),
            (Target::Product, "c", None), (Target::Service, "d", Some("Services")),
        ];
        for (target, name, category) in items {
            put(&mut tx, f.tenant, target, name, category).await;
        }
        let counts = db::products_by_category(&mut tx, f.tenant).await.unwrap();
        assert_eq!(counts, BTreeMap::from([("Hardware".to_owned(), 2)]));
        assert!(db::products_by_category(&mut tx, f.other).await.unwrap().is_empty());
    }

    async fn records_are_known_by_id_name_and_sku(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for one in [record(1, "Backup", true), record(2, "BACKUP", true), record(3, "Backup", false)] {
            db::put_record(&mut tx, f.tenant, Target::Service, &one, 1).await.unwrap();
        }
        assert_eq!(db::record(&mut tx, f.tenant, Target::Service, 3).await.unwrap(), Some(record(3, "Backup", false)));
        assert_eq!(db::record(&mut tx, f.tenant, Target::Role, 3).await.unwrap(), None);
        let ids = |records: Vec<Record>| records.into_iter().map(|record| record.id).collect::<Vec<_>>();
        assert_eq!(ids(db::records_named(&mut tx, f.tenant, Target::Service, "backup").await.unwrap()), [1, 2]);
        assert_eq!(ids(db::records_with_sku(&mut tx, f.tenant, Target::Service, "s-1").await.unwrap()), [1, 2]);
        assert!(db::records_named(&mut tx, f.other, Target::Service, "backup").await.unwrap().is_empty());
        db::forget_records(&mut tx, f.tenant).await.unwrap();
        assert_eq!(db::record(&mut tx, f.tenant, Target::Service, 1).await.unwrap(), None);
    }

    async fn an_item_follows_the_record_that_it_is(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let (own, former) = (Key::new(Target::Service, "name backup"), Key::new(Target::Service, "name saving"));
        put(&mut tx, f.tenant, Target::Service, "Saving", None).await;
        link(&mut tx, f.tenant, &former, 1).await;
        let backup = record(1, "Backup", true);
        db::put_record(&mut tx, f.tenant, Target::Service, &backup, 1).await.unwrap();
        db::follow_record(&mut tx, f.tenant, &own, &backup, 2).await.unwrap();
        link(&mut tx, f.tenant, &own, 1).await;
        // A line with either name is the one item, and gives it no other name.
        put(&mut tx, f.tenant, Target::Service, "Saving", Some("Cloud")).await;
        put(&mut tx, f.tenant, Target::Service, "Backup", None).await;
        let rows = all(&mut tx, f.tenant).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((rows[0].name.as_str(), rows[0].sku.as_deref(), rows[0].active_records), ("Backup", Some("S-1"), 1));
        let keys = db::item_keys_of(&mut tx, f.tenant, Target::Service, "BACKUP", None).await.unwrap();
        assert_eq!(keys, ["name saving"]);
        let by_sku = db::item_keys_of(&mut tx, f.tenant, Target::Service, "?", Some("s-1")).await.unwrap();
        assert!(by_sku.is_empty(), "it is linked already");
        db::fill_item(&mut tx, f.tenant, &former, "Acme", "Other").await.unwrap();
        let row = all(&mut tx, f.tenant).await.remove(0);
        assert_eq!((row.brand.as_deref(), row.category.as_deref()), (Some("Acme"), Some("Cloud")));
        db::unlink_record(&mut tx, f.tenant, Target::Service, 1).await.unwrap();
        assert_eq!(all(&mut tx, f.tenant).await[0].autotask_id, None);
        let by_sku = db::item_keys_of(&mut tx, f.tenant, Target::Service, "?", Some("s-1")).await.unwrap();
        assert_eq!(by_sku, ["name saving"]);
    }
}

/// The list is read in the order of an index, a page of it at a time: nothing is sorted, nothing is skipped.
#[tokio::test]
async fn ten_thousand_items_are_listed_from_an_index() {
    crate::harness::on_sqlite(async |db: &Database| {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for number in 0..10_000 {
            put(&mut tx, f.tenant, Target::Product, &format!("Part {number:05}"), Some("Hardware")).await;
        }
        tx.commit().await.unwrap();
        let mut tx = f.db.read().await.unwrap();
        let last = ItemFilter { search: "part 09999".to_owned(), ..ItemFilter::default() };
        let start = std::time::Instant::now();
        assert_eq!(found(&mut tx, f.tenant, last).await, ["Part 09999"]);
        assert!(start.elapsed().as_millis() < 1_000, "searching took {:?}", start.elapsed());
        let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
        for filter in [ItemFilter::default(), ItemFilter { linked: Some(false), ..ItemFilter::default() }] {
            let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", db::items_sql(&filter)));
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            let plan: Vec<&str> = plan.iter().map(|row| row.3.as_str()).collect();
            assert!(plan.iter().any(|step| step.starts_with("SEARCH i USING INDEX item_list")), "{plan:?}");
            assert!(
                !plan.iter().any(|step| step.starts_with("SCAN") || step.contains("ORDER BY")),
                "{plan:?}"
            );
        }
    })
    .await;
}
