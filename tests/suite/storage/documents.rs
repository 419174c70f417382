//! Documents and links.

use opportune::{
    db,
    domain::{
        document::{Document, Kind, State},
        ids::DocumentId,
        plan::{Key, Link, Target, Written},
    },
};
use serde_json::json;

use super::{Fixture, id, quote};
use crate::harness::on_both;

fn sale_of(quote_number: &str, number: &str) -> Document {
    Document { kind: Kind::Sale, quote_number: Some(quote_number.to_owned()), ..quote(number) }
}

fn link(id: i64) -> Link {
    let fields = json!({ "amount": 27.95 }).as_object().unwrap().clone();
    Link { id, written: Written { fields, state: State::Won, adopted: true, ..Written::default() } }
}

on_both! {
    async fn a_document_is_kept_as_it_came_and_counts_its_changes(db) {
        let f = Fixture::open(db).await;
        let first = f.document("Q-1").await;
        let mut tx = f.db.write().await.unwrap();
        let stored = db::find_document(&mut tx, f.tenant, Kind::Quote, "Q-1").await.unwrap().unwrap();
        assert_eq!((stored.id, stored.version, stored.received_at, stored.updated_at), (first, 1, 10, 10));
        assert_eq!((stored.document, stored.content_hash.as_slice()), (quote("Q-1"), b"hash".as_slice()));
        let changed = Document { state: State::Lost, ..quote("Q-1") };
        db::change_document(&mut tx, f.tenant, first, &changed, b"changed", 20).await.unwrap();
        db::touch_document(&mut tx, f.tenant, first, 30).await.unwrap();
        let stored = db::document(&mut tx, f.tenant, first).await.unwrap().unwrap();
        assert_eq!((stored.version, stored.received_at, stored.updated_at), (3, 10, 30));
        assert_eq!((stored.document, stored.content_hash.as_slice()), (changed, b"changed".as_slice()));
    }

    async fn a_number_is_taken_once_per_tenant_and_kind(db) {
        let f = Fixture::open(db).await;
        f.document("Q-1").await;
        f.document_of(f.other, "Q-1").await;
        let mut tx = f.db.write().await.unwrap();
        let sale = Document { kind: Kind::Sale, ..quote("Q-1") };
        db::add_document(&mut tx, f.tenant, DocumentId(id()), &sale, b"hash", 1).await.unwrap();
        assert!(db::add_document(&mut tx, f.tenant, DocumentId(id()), &quote("Q-1"), b"hash", 1).await.is_err());
    }

    async fn another_tenant_neither_sees_nor_changes_a_document(db) {
        let f = Fixture::open(db).await;
        let ours = f.document("Q-1").await;
        let mut tx = f.db.write().await.unwrap();
        assert!(db::find_document(&mut tx, f.other, Kind::Quote, "Q-1").await.unwrap().is_none());
        assert!(db::find_document(&mut tx, f.tenant, Kind::Sale, "Q-1").await.unwrap().is_none());
        assert!(db::document(&mut tx, f.other, ours).await.unwrap().is_none());
        db::change_document(&mut tx, f.other, ours, &quote("Q-9"), b"theirs", 20).await.unwrap();
        db::touch_document(&mut tx, f.other, ours, 30).await.unwrap();
        let stored = db::document(&mut tx, f.tenant, ours).await.unwrap().unwrap();
        assert_eq!((stored.version, stored.document), (1, quote("Q-1")));
    }

    async fn the_newest_sale_of_a_quote_counts(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for (number, quote, at) in [("S-1", "Q-1", 10), ("S-2", "Q-1", 20), ("S-3", "Q-2", 30)] {
            db::add_document(&mut tx, f.tenant, DocumentId(id()), &sale_of(quote, number), b"", at).await.unwrap();
        }
        db::add_document(&mut tx, f.other, DocumentId(id()), &sale_of("Q-1", "S-4"), b"", 40).await.unwrap();
        let found = db::sale_of_quote(&mut tx, f.tenant, "Q-1").await.unwrap().unwrap();
        assert_eq!(found.document.number, "S-2");
        assert!(db::sale_of_quote(&mut tx, f.tenant, "Q-3").await.unwrap().is_none());
    }

    async fn the_newest_documents_come_first_without_sales_of_quotes(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for (document, at) in [(quote("Q-1"), 10), (quote("Q-2"), 30), (sale_of("Q-1", "S-1"), 40), (quote("Q-3"), 20)] {
            db::add_document(&mut tx, f.tenant, DocumentId(id()), &document, b"", at).await.unwrap();
        }
        let numbers = async |tx: &mut _, tenant, limit| {
            let rows = db::newest_documents(tx, tenant, limit).await.unwrap();
            rows.into_iter().map(|row| format!("{} {} {}", row.kind, row.number, row.customer)).collect::<Vec<_>>()
        };
        let expected = ["quote Q-2 Northwind Traders", "quote Q-3 Northwind Traders"];
        assert_eq!(numbers(&mut tx, f.tenant, 2).await, expected);
        assert_eq!(numbers(&mut tx, f.other, 2).await, Vec::<String>::new());
    }

    async fn links_hang_on_their_document_or_on_the_tenant(db) {
        let f = Fixture::open(db).await;
        let (first, second) = (f.document("Q-1").await, f.document("Q-2").await);
        let (opportunity, product) = (Key::only(Target::Opportunity), Key::new(Target::Product, "sku a"));
        let mut tx = f.db.write().await.unwrap();
        for (document, key, id) in [(first, &opportunity, 1), (second, &opportunity, 2), (first, &product, 3)] {
            db::put_link(&mut tx, f.tenant, document, key, &link(id), 1).await.unwrap();
        }
        let keys = ["sku a".to_owned(), "sku b".to_owned()];
        let links = db::links(&mut tx, f.tenant, second, &keys).await.unwrap();
        assert_eq!((links.get(&opportunity), links.get(&product)), (Some(&link(2)), Some(&link(3))));
        let links = db::links(&mut tx, f.tenant, second, &[]).await.unwrap();
        assert_eq!(links.get(&product), None, "nobody asked for it");
        db::put_link(&mut tx, f.tenant, second, &product, &link(4), 2).await.unwrap();
        assert_eq!(db::links(&mut tx, f.tenant, first, &keys).await.unwrap().id(&product), Some(4));
        db::remove_link(&mut tx, f.tenant, first, &opportunity).await.unwrap();
        assert_eq!(db::links(&mut tx, f.tenant, first, &keys).await.unwrap().id(&opportunity), None);
        assert_eq!(db::links(&mut tx, f.tenant, second, &keys).await.unwrap().id(&opportunity), Some(2));
    }

    async fn linked_records_are_told_apart_by_target_and_tenant(db) {
        let f = Fixture::open(db).await;
        let document = f.document("Q-1").await;
        let mut tx = f.db.write().await.unwrap();
        for id in [7, 8] {
            let key = Key::new(Target::QuoteItem, format!("line {id}"));
            db::put_link(&mut tx, f.tenant, document, &key, &link(id), 1).await.unwrap();
        }
        let mut taken = db::linked_elsewhere(&mut tx, f.tenant, Target::QuoteItem, &[6, 7, 8]).await.unwrap();
        taken.sort_unstable();
        assert_eq!(taken, [7, 8]);
        assert!(db::linked_elsewhere(&mut tx, f.tenant, Target::QuoteItem, &[]).await.unwrap().is_empty());
        assert!(db::linked_elsewhere(&mut tx, f.tenant, Target::Quote, &[7]).await.unwrap().is_empty());
        assert!(db::linked_elsewhere(&mut tx, f.other, Target::QuoteItem, &[7]).await.unwrap().is_empty());
        let keys = ["line 7".to_owned()];
        assert_eq!(db::links(&mut tx, f.other, document, &keys).await.unwrap().of(Target::QuoteItem).count(), 0);
        db::remove_link(&mut tx, f.other, document, &Key::new(Target::QuoteItem, "line 7")).await.unwrap();
        assert_eq!(db::links(&mut tx, f.tenant, document, &[]).await.unwrap().of(Target::QuoteItem).count(), 2);
    }
}
