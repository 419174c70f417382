//! Steps and attempts.

use opportune::{
    db::{self, AttemptRow, StepRow},
    domain::{
        ids::{DocumentId, PushId},
        plan::{Key, Link, Target},
    },
};

use super::{Fixture, id};
use crate::harness::on_both;

fn step(push: PushId, state: &str, key: &str) -> StepRow {
    StepRow {
        id: id(),
        push_id: push.0,
        target: "quote_item".to_owned(),
        key: key.to_owned(),
        action: "create".to_owned(),
        state: state.to_owned(),
        marker: Some("[]".to_owned()),
        request: "{}".to_owned(),
        sources: Some(r#"{"the quote's number":["name"]}"#.to_owned()),
        autotask_id: None,
        note: None,
        lease_token: 1,
        settings_revision: 2,
        send_before: 3,
        created_at: 4,
    }
}

on_both! {
    async fn steps_are_open_until_their_outcome_is_known(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 1).await;
        let mut tx = f.db.write().await.unwrap();
        let row = db::push(&mut tx, f.tenant, push).await.unwrap().unwrap();
        let document = opportune::domain::ids::DocumentId(row.document_id);
        let rows = [step(push, "intent", "1"), step(push, "intent", "2"), step(push, "done", "3"), step(push, "failed", "4")];
        for row in &rows {
            db::add_step(&mut tx, f.tenant, document, row).await.unwrap();
        }
        db::close_step(&mut tx, f.tenant, rows[0].id, "unknown", None, Some("no answer"), 9).await.unwrap();
        let open = db::open_steps(&mut tx, f.tenant, document).await.unwrap();
        let unknown = StepRow { state: "unknown".to_owned(), note: Some("no answer".to_owned()), ..rows[0].clone() };
        assert_eq!(open, [unknown, rows[1].clone()]);
        db::close_step(&mut tx, f.tenant, rows[0].id, "done", Some(77), None, 9).await.unwrap();
        db::close_step(&mut tx, f.other, rows[1].id, "done", Some(78), None, 9).await.unwrap();
        assert_eq!(db::open_steps(&mut tx, f.tenant, document).await.unwrap(), [rows[1].clone()]);
        let all = db::steps(&mut tx, f.tenant, push).await.unwrap();
        let told: Vec<_> = all.iter().map(|step| (step.key.as_str(), step.state.as_str(), step.autotask_id)).collect();
        assert_eq!(told, [("1", "done", Some(77)), ("2", "intent", None), ("3", "done", None), ("4", "failed", None)]);
        assert!(db::open_steps(&mut tx, f.other, document).await.unwrap().is_empty());
        assert!(db::steps(&mut tx, f.other, push).await.unwrap().is_empty());
    }

    async fn what_documents_share_may_be_created_unless_it_is_linked_or_somebody_is_at_it(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 1).await;
        let mut tx = f.db.write().await.unwrap();
        let row = db::push(&mut tx, f.tenant, push).await.unwrap().unwrap();
        let document = opportune::domain::ids::DocumentId(row.document_id);
        let create = StepRow { target: "product".to_owned(), ..step(push, "intent", "SKU-1") };
        assert!(db::may_create(&mut tx, f.tenant, "product", "SKU-1", 0).await.unwrap());
        db::add_step(&mut tx, f.tenant, document, &create).await.unwrap();
        assert!(!db::may_create(&mut tx, f.tenant, "product", "SKU-1", 2).await.unwrap());
        assert!(db::may_create(&mut tx, f.tenant, "product", "SKU-1", 3).await.unwrap(), "it is over");
        assert!(db::may_create(&mut tx, f.tenant, "product", "SKU-2", 2).await.unwrap());
        assert!(db::may_create(&mut tx, f.tenant, "service", "SKU-1", 2).await.unwrap());
        assert!(db::may_create(&mut tx, f.other, "product", "SKU-1", 2).await.unwrap());
        db::close_step(&mut tx, f.tenant, create.id, "done", Some(77), None, 9).await.unwrap();
        assert!(db::may_create(&mut tx, f.tenant, "product", "SKU-1", 2).await.unwrap());
        let key = Key::new(Target::Product, "SKU-1");
        db::put_link(&mut tx, f.tenant, document, &key, &Link { id: 77, ..Link::default() }, 9).await.unwrap();
        assert!(!db::may_create(&mut tx, f.tenant, "product", "SKU-1", 2).await.unwrap());
    }

    async fn a_step_that_was_closed_stays_as_it_is(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 1).await;
        let mut tx = f.db.write().await.unwrap();
        let document = DocumentId(db::push(&mut tx, f.tenant, push).await.unwrap().unwrap().document_id);
        let row = step(push, "intent", "1");
        db::add_step(&mut tx, f.tenant, document, &row).await.unwrap();
        db::close_step(&mut tx, f.tenant, row.id, "done", Some(77), None, 9).await.unwrap();
        db::close_step(&mut tx, f.tenant, row.id, "unknown", None, None, 10).await.unwrap();
        let all = db::steps(&mut tx, f.tenant, push).await.unwrap();
        assert_eq!((all[0].state.as_str(), all[0].autotask_id), ("done", Some(77)));
    }

    async fn a_company_is_created_by_one_document_at_a_time(db) {
        let f = Fixture::open(db).await;
        let pushes = [f.push("Q-1", 1).await, f.push("Q-2", 1).await];
        let mut tx = f.db.write().await.unwrap();
        let mut documents = Vec::new();
        for push in pushes {
            documents.push(DocumentId(db::push(&mut tx, f.tenant, push).await.unwrap().unwrap().document_id));
        }
        let company = |push| StepRow { target: "company".to_owned(), ..step(push, "intent", "7") };
        let first = company(pushes[0]);
        db::add_step(&mut tx, f.tenant, documents[0], &first).await.unwrap();
        let key = Key::new(Target::Company, "7");
        let others = db::open_creates_of_others(&mut tx, f.tenant, documents[1], &key).await.unwrap();
        assert_eq!(others, std::slice::from_ref(&first));
        assert!(db::open_creates_of_others(&mut tx, f.tenant, documents[0], &key).await.unwrap().is_empty());
        assert!(db::open_creates_of_others(&mut tx, f.other, documents[1], &key).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        let mut tx = f.db.write().await.unwrap();
        assert!(db::add_step(&mut tx, f.tenant, documents[1], &company(pushes[1])).await.is_err());
        drop(tx);
        let mut tx = f.db.write().await.unwrap();
        db::close_step(&mut tx, f.tenant, first.id, "failed", None, None, 9).await.unwrap();
        db::add_step(&mut tx, f.tenant, documents[1], &company(pushes[1])).await.unwrap();
    }

    async fn attempts_are_shown_newest_first_and_at_most_two_hundred(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 1).await;
        let mut tx = f.db.write().await.unwrap();
        let mut rows = Vec::new();
        for number in 0..201 {
            let row = AttemptRow {
                id: id(),
                method: "POST".to_owned(),
                path: format!("Quotes/{number}"),
                status: (number % 2 == 0).then_some(200),
                outcome: "OK".to_owned(),
                request: Some("{}".to_owned()),
                response: None,
                duration_ms: number,
                created_at: number,
            };
            db::add_attempt(&mut tx, f.tenant, push, &row).await.unwrap();
            rows.push(row);
        }
        rows.reverse();
        rows.truncate(200);
        assert_eq!(db::attempts(&mut tx, f.tenant, push).await.unwrap(), rows);
        assert!(db::attempts(&mut tx, f.other, push).await.unwrap().is_empty());
    }
}
