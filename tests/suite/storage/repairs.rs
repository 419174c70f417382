//! Findings, causes of held pushes, and what was put away.

use opportune::{
    db::{self, NewFinding, Outcome},
    domain::{
        ids::DocumentId,
        plan::{Key, Link, Target},
    },
};
use uuid::Uuid;

use super::Fixture;
use crate::harness::on_both;

fn finding(number: u128, rank: i64, document: DocumentId, details: &str) -> NewFinding {
    NewFinding {
        id: Uuid::from_u128(number),
        rank,
        target: "opportunity",
        autotask_id: i64::try_from(number).unwrap(),
        document: Some(document),
        details: details.to_owned(),
    }
}

const FIRST: db::Place = (0, 0, Uuid::nil());

on_both! {
    async fn findings_are_shown_while_their_object_is_linked_and_not_ignored(db) {
        let f = Fixture::open(db).await;
        let documents = [f.document("Q-1").await, f.document("Q-2").await, f.document("Q-3").await];
        let mut tx = f.db.write().await.unwrap();
        for (document, id) in documents.iter().zip(1..) {
            let link = Link { id, ..Link::default() };
            db::put_link(&mut tx, f.tenant, *document, &Key::only(Target::Opportunity), &link, 1).await.unwrap();
        }
        for (number, rank) in [(1, 3), (2, 2), (3, 2)] {
            let new = finding(number, rank, documents[usize::try_from(number - 1).unwrap()], "{}");
            db::put_finding(&mut tx, f.tenant, &new, 1, 10).await.unwrap();
        }
        let rows = db::findings(&mut tx, f.tenant, FIRST, 9).await.unwrap();
        let order: Vec<_> = rows.iter().map(|row| (row.rank, row.number.as_deref().unwrap())).collect();
        assert_eq!(order, [(2, "Q-2"), (2, "Q-3"), (3, "Q-1")]);
        let place = (2, 10, Uuid::from_u128(2));
        assert_eq!(db::findings(&mut tx, f.tenant, place, 1).await.unwrap()[0].autotask_id, 3);
        assert_eq!(db::repair_count(&mut tx, f.tenant).await.unwrap(), 2);
        assert_eq!(db::repair_count(&mut tx, f.other).await.unwrap(), 0);

        let two = Uuid::from_u128(2);
        db::ignore_repair(&mut tx, f.tenant, two, "", "{}", 11).await.unwrap();
        assert_eq!(db::repair_count(&mut tx, f.tenant).await.unwrap(), 1);
        assert!(db::finding(&mut tx, f.tenant, two).await.unwrap().is_some());
        assert!(db::finding(&mut tx, f.other, two).await.unwrap().is_none());
        db::put_finding(&mut tx, f.tenant, &finding(2, 2, documents[1], "{\"more\":1}"), 2, 20).await.unwrap();
        let row = db::finding(&mut tx, f.tenant, two).await.unwrap().unwrap();
        assert_eq!((row.since, row.seen_at), (10, 20));
        assert_eq!(db::repair_count(&mut tx, f.tenant).await.unwrap(), 2, "it changed");

        db::remove_link(&mut tx, f.tenant, documents[1], &Key::only(Target::Opportunity)).await.unwrap();
        db::add_stop(&mut tx, f.tenant, documents[2], "Avery", "By hand", 7).await.unwrap();
        let rows = db::findings(&mut tx, f.tenant, FIRST, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.autotask_id).collect::<Vec<_>>(), [1]);
        db::keep_findings(&mut tx, f.tenant, "quote", 2).await.unwrap();
        db::remove_findings_before(&mut tx, f.tenant, 2).await.unwrap();
        assert!(db::finding(&mut tx, f.tenant, Uuid::from_u128(1)).await.unwrap().is_none());
        db::keep_findings(&mut tx, f.tenant, "opportunity", 3).await.unwrap();
        db::remove_findings_before(&mut tx, f.tenant, 3).await.unwrap();
        assert!(db::finding(&mut tx, f.tenant, two).await.unwrap().is_some());
    }

    async fn held_pushes_are_told_by_cause_and_ignored_until_there_are_more(db) {
        let f = Fixture::open(db).await;
        let mut ids = Vec::new();
        for (number, at) in [("Q-1", 1), ("Q-2", 2), ("Q-3", 3)] {
            ids.push((f.push(number, at).await, at));
        }
        f.enable(f.tenant, true).await;
        let mut tx = f.db.write().await.unwrap();
        let hold = async |tx: &mut db::WriteTx, reason: &str| {
            let lease = db::claim_push(tx, 50, 60, 9).await.unwrap().unwrap();
            let outcome = Outcome { state: "held", reason: Some(reason), run_at: 50, tries: 0, version: 1, opportunity_id: None, ticket_id: None };
            assert!(db::finish_push(tx, &lease, &outcome, 50).await.unwrap());
        };
        hold(&mut tx, "No price").await;
        hold(&mut tx, "No company").await;
        db::ignore_repair(&mut tx, f.tenant, Uuid::from_u128(9), "No company", "2", 51).await.unwrap();
        assert_eq!(db::ignored_repairs(&mut tx, f.tenant).await.unwrap(), [(Uuid::from_u128(9), "2".to_owned())]);
        assert_eq!(db::repair_count(&mut tx, f.tenant).await.unwrap(), 1);
        hold(&mut tx, "No company").await;
        let causes = db::held_causes(&mut tx, f.tenant).await.unwrap();
        let told: Vec<_> = causes.iter().map(|row| (row.reason.as_str(), row.count, row.since, row.newest, row.push_id)).collect();
        assert_eq!(told, [("No company", 2, 2, 3, ids[1].0.0), ("No price", 1, 1, 1, ids[0].0.0)]);
        assert_eq!(db::repair_count(&mut tx, f.tenant).await.unwrap(), 2);
        assert!(db::held_causes(&mut tx, f.other).await.unwrap().is_empty());
    }
}
