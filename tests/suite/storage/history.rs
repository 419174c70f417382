//! The history: revisions and entries around a place, and who saved anything.

use opportune::{
    db::{self, Beyond, NewRevision, RevisionFilter, UserRow},
    domain::{
        author::{Author, Via},
        ids::UserId,
        list_changes::Entry,
        settings::Settings,
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{Fixture, id};
use crate::harness::on_both;

/// Six revisions, each a second after the one before, by a person, a token and the program in turn.
async fn with_revisions(f: &Fixture) -> UserId {
    let user = UserRow {
        id: id(),
        tenant_id: f.tenant.0,
        email: "r@example.com".to_owned(),
        name: "R".to_owned(),
        password_hash: "h".to_owned(),
    };
    let mut tx = f.db.write().await.unwrap();
    db::put_user(&mut tx, &user, 1).await.unwrap();
    let authors = [Author::person(UserId(user.id)), Author::token("nightly"), Author::SYSTEM];
    for base in 0..6_i64 {
        let settings = Settings { enabled: base % 2 == 0, ..Settings::NEW };
        let by = &authors[usize::try_from(base % 3).unwrap()];
        let new = NewRevision { settings: &settings, by, note: None, form_id: None, origin: None };
        assert!(db::save_settings(&mut tx, f.tenant, base, &new, (base + 1) * 1_000).await.unwrap());
    }
    tx.commit().await.unwrap();
    UserId(user.id)
}

on_both! {
    async fn revisions_are_read_around_a_number(db) {
        let f = Fixture::open(db).await;
        let user = with_revisions(&f).await;
        let mut tx = f.db.read().await.unwrap();
        let all = RevisionFilter::default();
        for (filter, place, limit, expected) in [
            (all.clone(), Beyond::Older(i64::MAX), 100, vec![6, 5, 4, 3, 2, 1]),
            (all.clone(), Beyond::Older(5), 2, vec![4, 3]),
            (all.clone(), Beyond::Newer(3), 2, vec![3, 4]),
            (RevisionFilter { user: Some(user), ..all.clone() }, Beyond::Older(i64::MAX), 100, vec![4, 1]),
            (RevisionFilter { token: Some("nightly".to_owned()), ..all.clone() }, Beyond::Newer(0), 100, vec![2, 5]),
            (RevisionFilter { via: Some(Via::System), ..all.clone() }, Beyond::Older(6), 100, vec![3]),
            (RevisionFilter { from: 2_000, until: Some(4_000), ..all.clone() }, Beyond::Older(i64::MAX), 100, vec![3, 2]),
        ] {
            let read = db::revisions(&mut tx, f.tenant, &filter, place, limit).await.unwrap();
            let numbers: Vec<_> = read.iter().map(|revision| revision.revision).collect();
            assert_eq!(numbers, expected, "{filter:?} {place:?}");
        }
        assert!(db::revisions(&mut tx, f.other, &all, Beyond::Older(i64::MAX), 9).await.unwrap().is_empty());
    }

    async fn everybody_who_saved_is_named_once(db) {
        let f = Fixture::open(db).await;
        let user = with_revisions(&f).await;
        let mut tx = f.db.read().await.unwrap();
        let authors = db::authors(&mut tx, f.tenant).await.unwrap();
        assert_eq!(authors.len(), 3);
        for expected in [(Author::person(user), Some("R".to_owned())), (Author::token("nightly"), None), (Author::SYSTEM, None)] {
            assert!(authors.contains(&expected), "{expected:?}");
        }
        assert!(db::authors(&mut tx, f.other).await.unwrap().is_empty());
    }

    async fn entries_are_read_around_an_id(db) {
        let f = Fixture::open(db).await;
        let ids: Vec<Uuid> = (0..4).map(|_| id()).collect();
        let mut tx = f.db.write().await.unwrap();
        for (number, id) in (1..).zip(&ids) {
            let entry = Entry { subject: "stages", sentence: format!("Entry {number}"), details: json!({}) };
            db::add_history(&mut tx, f.tenant, *id, None, "list", &entry, number).await.unwrap();
        }
        for (place, times, limit, expected) in [
            (Beyond::Older(Uuid::max()), (0, 9), 9, vec![4, 3, 2, 1]),
            (Beyond::Older(ids[2]), (0, 9), 1, vec![2]),
            (Beyond::Newer(ids[2]), (0, 9), 9, vec![3, 4]),
            (Beyond::Older(Uuid::max()), (2, 4), 9, vec![3, 2]),
        ] {
            let rows = db::history_beyond(&mut tx, f.tenant, "list", place, times, limit).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.created_at).collect::<Vec<_>>(), expected, "{place:?}");
        }
        let all = Beyond::Older(Uuid::max());
        assert!(db::history_beyond(&mut tx, f.other, "list", all, (0, 9), 9).await.unwrap().is_empty());
        assert!(db::history_beyond(&mut tx, f.tenant, "other", all, (0, 9), 9).await.unwrap().is_empty());
    }
}
