//! Records of a source: what is known of them, what is to be read, what is to be taken in.

use opportune::db::{self, NewRecord, SourceOf, WriteTx};

use super::Fixture;
use crate::harness::on_both;

/// A document's record.
fn root<'a>(resource: &'a str, id: i64, hash: &'a [u8]) -> NewRecord<'a> {
    NewRecord {
        key: (resource, id),
        root: (resource, id),
        parent_id: 0,
        body: r#"{"title":"Office"}"#,
        hash,
        unread: true,
        dirty: 2,
        is_open: true,
        gone: false,
    }
}

/// A record below quote 1.
fn part(resource: &str, id: i64, parent_id: i64) -> NewRecord<'_> {
    NewRecord {
        root: ("quote", 1),
        parent_id,
        unread: false,
        dirty: 0,
        is_open: false,
        ..root(resource, id, b"p")
    }
}

fn of(f: &Fixture) -> SourceOf<'static> {
    SourceOf { tenant: f.tenant, source: "quote-manager" }
}

/// The ids of the documents that are ready to be taken in.
async fn ready(tx: &mut WriteTx, f: &Fixture) -> Vec<i64> {
    let ready = db::ready_documents(tx, of(f), "quote", 10).await.unwrap();
    ready.into_iter().map(|record| record.id).collect()
}

async fn ids_below(tx: &mut WriteTx, f: &Fixture, resource: &str, parent: i64) -> Vec<i64> {
    let below = db::source_records_below(tx, of(f), resource, parent).await.unwrap();
    below.into_iter().map(|record| record.id).collect()
}

on_both! {
    async fn a_document_is_ready_when_everything_below_it_was_read(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::put_source_record(&mut tx, of(&f), &root("quote", 1, b"a"), 10).await.unwrap();
        db::put_source_record(&mut tx, of(&f), &root("quote", 2, b"b"), 11).await.unwrap();
        let theirs = SourceOf { tenant: f.other, source: "quote-manager" };
        assert_eq!(db::next_unread_record(&mut tx, theirs).await.unwrap(), None);
        assert_eq!(db::next_unread_record(&mut tx, of(&f)).await.unwrap().unwrap().id, 2, "the newest first");
        db::set_source_read(&mut tx, of(&f), ("quote", 1)).await.unwrap();
        assert_eq!(ready(&mut tx, &f).await, [1]);
        let section = NewRecord { unread: true, ..part("quotesection", 11, 1) };
        db::put_source_record(&mut tx, of(&f), &section, 12).await.unwrap();
        assert_eq!(ready(&mut tx, &f).await, [0_i64; 0], "its section is not read");
        let next = db::next_unread_record(&mut tx, of(&f)).await.unwrap().unwrap();
        assert_eq!((next.resource.as_str(), next.id), ("quotesection", 11), "what was begun first");
        assert_eq!(db::unread_records(&mut tx, of(&f), "quotesection").await.unwrap(), [next]);
        db::put_source_record(&mut tx, of(&f), &part("quoteline", 111, 11), 12).await.unwrap();
        db::set_source_read(&mut tx, of(&f), ("quotesection", 11)).await.unwrap();
        assert_eq!(ready(&mut tx, &f).await, [1]);
        let tree = db::source_tree(&mut tx, of(&f), ("quote", 1)).await.unwrap();
        assert_eq!(tree.iter().map(|record| record.id).collect::<Vec<_>>(), [1, 111, 11]);
        assert_eq!(db::source_children(&mut tx, of(&f), "quoteline", 11).await.unwrap().len(), 1);
        db::remove_source_record(&mut tx, of(&f), ("quotesection", 11), &["quoteline"]).await.unwrap();
        assert_eq!(ids_below(&mut tx, &f, "quoteline", 11).await, [0_i64; 0]);
        assert_eq!(ids_below(&mut tx, &f, "quotesection", 1).await, [0_i64; 0]);
        db::settle_document(&mut tx, of(&f), ("quote", 1), Some(true), None).await.unwrap();
        assert_eq!(ready(&mut tx, &f).await, [0_i64; 0]);
        db::mark_document(&mut tx, of(&f), ("quote", 1), 2).await.unwrap();
        db::mark_document(&mut tx, of(&f), ("quote", 1), 1).await.unwrap();
        let record = db::ready_documents(&mut tx, of(&f), "quote", 10).await.unwrap().remove(0);
        assert_eq!((record.dirty, record.history), (2, Some(true)), "the higher mark stays");
    }

    async fn what_is_known_of_a_record_is_its_hash(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::put_source_record(&mut tx, of(&f), &root("quote", 1, b"a"), 10).await.unwrap();
        let known = db::source_hashes(&mut tx, of(&f), "quote", &[1, 2]).await.unwrap();
        assert_eq!(known.iter().map(|it| (it.id, it.hash.as_slice(), it.gone)).collect::<Vec<_>>(), [(1, &b"a"[..], false)]);
        assert_eq!(db::source_hashes(&mut tx, of(&f), "quote", &[]).await.unwrap(), []);
        assert_eq!(db::source_records(&mut tx, of(&f), "quote", &[1, 2]).await.unwrap().len(), 1);
        assert_eq!(db::source_records(&mut tx, of(&f), "quote", &[]).await.unwrap(), []);
        assert_eq!(db::unseen_document(&mut tx, of(&f), "quote", 20).await.unwrap(), Some(1));
        db::see_source_records(&mut tx, of(&f), "quote", &[1], 20).await.unwrap();
        assert_eq!(db::unseen_document(&mut tx, of(&f), "quote", 20).await.unwrap(), None);
        db::set_document_gone(&mut tx, of(&f), ("quote", 1)).await.unwrap();
        assert_eq!(db::unseen_document(&mut tx, of(&f), "quote", 30).await.unwrap(), None, "it is known to be gone");
        let known = db::source_hashes(&mut tx, of(&f), "quote", &[1]).await.unwrap();
        assert_eq!((known[0].gone, known[0].hash.len()), (true, 0));
        let troubled = db::troubled_documents(&mut tx, of(&f), "quote", 10).await.unwrap();
        assert_eq!(troubled.len(), 1);
        db::put_source_record(&mut tx, of(&f), &root("quote", 2, b"b"), 10).await.unwrap();
        db::settle_document(&mut tx, of(&f), ("quote", 2), None, Some("It has no number.")).await.unwrap();
        db::put_source_record(&mut tx, of(&f), &root("quote", 3, b"c"), 10).await.unwrap();
        let never_read = NewRecord { body: "{}", gone: true, dirty: 0, ..root("quote", 4, b"") };
        db::put_source_record(&mut tx, of(&f), &never_read, 10).await.unwrap();
        let counts = db::document_counts(&mut tx, of(&f), &["quote", "salesorder"]).await.unwrap();
        assert_eq!((counts[0].documents, counts[0].waiting, counts[0].gone, counts[0].trouble), (2, 1, 1, 1));
        let troubled = db::troubled_documents(&mut tx, of(&f), "quote", 10).await.unwrap();
        assert_eq!(troubled.iter().map(|it| it.id).collect::<std::collections::BTreeSet<_>>(), [1, 2].into());
        assert_eq!((counts[1].resource.as_str(), counts[1].documents), ("salesorder", 0));
    }

    async fn a_document_is_made_again_when_something_that_it_uses_changed(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let made_with = |resource: &str, id| (resource.to_owned(), id);
        for id in [1, 2] {
            let new = NewRecord { unread: false, ..root("quote", id, b"a") };
            db::put_source_record(&mut tx, of(&f), &new, 10).await.unwrap();
            db::settle_document(&mut tx, of(&f), ("quote", id), Some(false), None).await.unwrap();
        }
        let uses = [made_with("code quote.status", 7), made_with("product", 5)];
        db::put_source_uses(&mut tx, of(&f), ("quote", 1), &[made_with("product", 4)]).await.unwrap();
        db::put_source_uses(&mut tx, of(&f), ("quote", 1), &uses).await.unwrap();
        db::put_source_uses(&mut tx, of(&f), ("quote", 2), &[made_with("code quote.status", 7)]).await.unwrap();
        assert_eq!(db::source_uses(&mut tx, of(&f), ("quote", 1)).await.unwrap(), uses);
        let codes = db::used_codes(&mut tx, of(&f), "code ").await.unwrap();
        assert_eq!(codes.iter().map(|it| (it.resource.as_str(), it.id, it.documents)).collect::<Vec<_>>(), [("code quote.status", 7, 2)]);
        db::mark_users(&mut tx, of(&f), ("product", 4)).await.unwrap();
        assert_eq!(ready(&mut tx, &f).await, [0_i64; 0], "nobody uses it any more");
        db::mark_users(&mut tx, of(&f), ("product", 5)).await.unwrap();
        assert_eq!(ready(&mut tx, &f).await, [1]);
        db::mark_all_documents(&mut tx, of(&f), "quote").await.unwrap();
        assert_eq!(ready(&mut tx, &f).await, [1, 2]);
        db::reread_open_documents(&mut tx, of(&f), "quote").await.unwrap();
        assert_eq!(db::unread_records(&mut tx, of(&f), "quote").await.unwrap().len(), 2);
    }

    async fn what_the_source_did_not_have_is_asked_for_again_in_time(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let new = NewRecord { unread: false, ..root("quote", 1, b"a") };
        db::put_source_record(&mut tx, of(&f), &new, 10).await.unwrap();
        let missing = NewRecord { gone: true, dirty: 0, unread: false, ..root("product", 5, b"") };
        db::put_source_record(&mut tx, of(&f), &missing, 10).await.unwrap();
        db::put_source_uses(&mut tx, of(&f), ("quote", 1), &[("product".to_owned(), 5)]).await.unwrap();
        db::settle_document(&mut tx, of(&f), ("quote", 1), Some(false), None).await.unwrap();
        db::forget_missing_records(&mut tx, of(&f), "customer").await.unwrap();
        assert_eq!(db::source_records(&mut tx, of(&f), "product", &[5]).await.unwrap().len(), 1);
        db::forget_missing_records(&mut tx, of(&f), "product").await.unwrap();
        assert_eq!(db::source_records(&mut tx, of(&f), "product", &[5]).await.unwrap(), []);
        assert_eq!(ready(&mut tx, &f).await, [1]);
    }
}
