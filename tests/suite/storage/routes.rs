//! Which sync pushes are of: what is claimed while only one is on, and which sales change over.

use std::collections::BTreeSet;

use opportune::{
    db::{self, NewRevision, OpenSale, Outcome},
    domain::{
        author::Author,
        document::{Document, Kind, State},
        ids::{DocumentId, PushId},
        plan::{Key, Link, Target},
        route::Sync,
        settings::{Settings, TicketSettings},
    },
};

use super::{Fixture, id, quote};
use crate::harness::on_both;

const MANY: i64 = 100;

impl Fixture {
    async fn syncs(&self, opportunities: bool, tickets: bool) {
        let settings = Settings {
            enabled: opportunities,
            tickets: TicketSettings { enabled: tickets, sections: None },
            ..Settings::NEW
        };
        let by = &Author::SYSTEM;
        let new = NewRevision { settings: &settings, by, note: None, form_id: None, origin: None };
        let mut tx = self.db.write().await.unwrap();
        let base = db::settings(&mut tx, self.tenant).await.unwrap().revision;
        assert!(db::save_settings(&mut tx, self.tenant, base, &new, 1).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn stored(&self, document: &Document) -> DocumentId {
        let new = DocumentId(id());
        let mut tx = self.db.write().await.unwrap();
        db::add_document(&mut tx, self.tenant, new, document, b"hash", 10).await.unwrap();
        db::describe_document(&mut tx, self.tenant, new).await.unwrap();
        tx.commit().await.unwrap();
        new
    }

    async fn pushed(&self, document: DocumentId, sync: Sync, run_at: i64) -> PushId {
        let push = PushId(id());
        let mut tx = self.db.write().await.unwrap();
        db::add_push(&mut tx, self.tenant, document, push, sync, "won", run_at).await.unwrap();
        tx.commit().await.unwrap();
        push
    }
}

fn sale(number: &str, quote_number: Option<&str>) -> Document {
    let quote_number = quote_number.map(str::to_owned);
    Document { kind: Kind::Sale, state: State::Won, quote_number, ..quote(number) }
}

on_both! {
    async fn a_push_is_claimed_while_its_own_sync_is_on(db) {
        let f = Fixture::open(db).await;
        let opportunity = f.pushed(f.stored(&quote("Q-1")).await, Sync::Opportunities, 20).await;
        let ticket = f.pushed(f.stored(&sale("S-1", None)).await, Sync::Tickets, 10).await;
        f.syncs(false, false).await;
        assert_eq!(f.claim(30, MANY).await, None);
        f.syncs(true, false).await;
        let mut tx = f.db.read().await.unwrap();
        assert_eq!(db::oldest_due(&mut tx, 30).await.unwrap(), Some(20), "the other's is off");
        drop(tx);
        let lease = f.claim(30, MANY).await.unwrap();
        assert_eq!((lease.push(), lease.sync), (opportunity, Sync::Opportunities));
        assert_eq!(f.claim(31, MANY).await, None);
        f.syncs(false, true).await;
        let lease = f.claim(32, MANY).await.unwrap();
        assert_eq!((lease.push(), lease.sync), (ticket, Sync::Tickets));
        // The opportunity's lease ran out, and its sync is off; the ticket's goes on.
        let lost = f.claim(500, MANY).await.unwrap();
        assert_eq!((lost.push(), lost.crashes), (ticket, 1));
        assert_eq!(f.claim(501, MANY).await, None);
        f.syncs(true, true).await;
        assert_eq!(f.claim(502, MANY).await.unwrap().push(), opportunity);
    }

    async fn both_syncs_take_the_one_that_is_due_longest(db) {
        let f = Fixture::open(db).await;
        f.syncs(true, true).await;
        let mut pushes = Vec::new();
        for (nth, sync) in [Sync::Tickets, Sync::Opportunities, Sync::Opportunities, Sync::Tickets].into_iter().enumerate() {
            let document = f.stored(&sale(&format!("S-{nth}"), None)).await;
            pushes.push(f.pushed(document, sync, 10 + i64::try_from(nth).unwrap()).await);
        }
        for push in pushes {
            assert_eq!(f.claim(30, MANY).await.unwrap().push(), push);
        }
        assert_eq!(f.claim(30, MANY).await, None);
    }

    async fn a_sync_is_on_by_itself(db) {
        let f = Fixture::open(db).await;
        f.syncs(false, true).await;
        let mut tx = f.db.read().await.unwrap();
        let on = [
            db::is_enabled(&mut tx, f.tenant, Sync::Opportunities).await.unwrap(),
            db::is_enabled(&mut tx, f.tenant, Sync::Tickets).await.unwrap(),
            db::is_enabled(&mut tx, f.other, Sync::Tickets).await.unwrap(),
        ];
        assert_eq!(on, [false, true, false]);
    }

    async fn open_sales_are_those_that_can_still_change_over(db) {
        let f = Fixture::open(db).await;
        let (first, quoted) = (f.stored(&sale("S-1", None)).await, f.stored(&sale("S-2", Some("Q-9"))).await);
        let waiting = f.pushed(first, Sync::Opportunities, 10).await;
        let held = f.pushed(quoted, Sync::Opportunities, 10).await;
        f.pushed(f.stored(&sale("S-3", None)).await, Sync::Tickets, 10).await;
        f.pushed(f.stored(&quote("Q-1")).await, Sync::Opportunities, 10).await;
        let mut tx = f.db.write().await.unwrap();
        let open = db::open_sales(&mut tx, f.tenant, false, Sync::Tickets).await.unwrap();
        assert_eq!(open, [OpenSale { push_id: waiting.0, document_id: first.0, quote_number: None }]);
        let open = db::open_sales(&mut tx, f.tenant, true, Sync::Tickets).await.unwrap();
        assert_eq!(open, [OpenSale { push_id: held.0, document_id: quoted.0, quote_number: Some("Q-9".into()) }]);
        assert!(db::open_sales(&mut tx, f.other, false, Sync::Tickets).await.unwrap().is_empty());
        db::set_push_sync(&mut tx, f.other, waiting, Sync::Tickets).await.unwrap();
        assert_eq!(db::open_sales(&mut tx, f.tenant, false, Sync::Tickets).await.unwrap().len(), 1);
        db::set_push_sync(&mut tx, f.tenant, waiting, Sync::Tickets).await.unwrap();
        assert!(db::open_sales(&mut tx, f.tenant, false, Sync::Tickets).await.unwrap().is_empty());
        let row = db::push(&mut tx, f.tenant, waiting).await.unwrap().unwrap();
        assert_eq!((row.sync, row.state.as_str()), (Sync::Tickets, "waiting"));
    }

    async fn a_sale_that_may_be_in_autotask_does_not_change_over(db) {
        let f = Fixture::open(db).await;
        f.syncs(true, false).await;
        let document = f.stored(&sale("S-1", None)).await;
        f.pushed(document, Sync::Opportunities, 10).await;
        let lease = f.claim(20, MANY).await.unwrap();
        let step = db::StepRow {
            id: id(), push_id: lease.id, target: "opportunity".into(), key: String::new(), action: "create".into(), state: "intent".into(),
            marker: None, request: "{}".into(), sources: None, autotask_id: None, note: None, lease_token: lease.lease_token,
            settings_revision: 1, send_before: 25, created_at: 20,
        };
        let mut tx = f.db.write().await.unwrap();
        db::add_step(&mut tx, f.tenant, document, &step).await.unwrap();
        assert!(db::open_sales(&mut tx, f.tenant, false, Sync::Tickets).await.unwrap().is_empty());
        db::close_step(&mut tx, f.tenant, step.id, "failed", None, None, 30).await.unwrap();
        assert_eq!(db::open_sales(&mut tx, f.tenant, false, Sync::Tickets).await.unwrap().len(), 1);
        let sent = Outcome { state: "sent", reason: None, run_at: 0, tries: 0, version: 1, opportunity_id: None, ticket_id: Some(7) };
        assert!(db::finish_push(&mut tx, &lease, &sent, 40).await.unwrap());
        assert_eq!(db::push(&mut tx, f.tenant, lease.push()).await.unwrap().unwrap().ticket_id, Some(7));
        assert!(db::open_sales(&mut tx, f.tenant, false, Sync::Tickets).await.unwrap().is_empty());
    }

    async fn sales_behind_quotes_are_those_without_a_push(db) {
        let f = Fixture::open(db).await;
        f.pushed(f.stored(&quote("Q-1")).await, Sync::Opportunities, 10).await;
        let behind = f.stored(&sale("S-1", Some("Q-1"))).await;
        f.stored(&Document { state: State::Lost, ..sale("S-2", Some("Q-1")) }).await;
        f.stored(&sale("S-3", Some("Q-2"))).await;
        f.stored(&quote("Q-2")).await;
        let mut tx = f.db.read().await.unwrap();
        assert_eq!(db::sales_behind_quotes(&mut tx, f.tenant).await.unwrap(), [behind]);
        assert!(db::sales_behind_quotes(&mut tx, f.other).await.unwrap().is_empty());
        drop(tx);
        f.pushed(behind, Sync::Tickets, 10).await;
        let mut tx = f.db.read().await.unwrap();
        assert!(db::sales_behind_quotes(&mut tx, f.tenant).await.unwrap().is_empty());
    }

    async fn documents_are_in_autotask_by_their_head_alone(db) {
        let f = Fixture::open(db).await;
        let mut documents = Vec::new();
        for (nth, target) in [Target::Opportunity, Target::Ticket, Target::QuoteItem].into_iter().enumerate() {
            let document = f.stored(&sale(&format!("S-{nth}"), None)).await;
            let mut tx = f.db.write().await.unwrap();
            db::put_link(&mut tx, f.tenant, document, &Key::only(target), &Link { id: 7, ..Link::default() }, 1).await.unwrap();
            tx.commit().await.unwrap();
            documents.push(document);
        }
        let mut tx = f.db.read().await.unwrap();
        let found = db::documents_in_autotask(&mut tx, f.tenant, &documents).await.unwrap();
        assert_eq!(found, BTreeSet::from([documents[0], documents[1]]));
        assert!(db::documents_in_autotask(&mut tx, f.other, &documents).await.unwrap().is_empty());
        assert!(db::documents_in_autotask(&mut tx, f.tenant, &[]).await.unwrap().is_empty());
    }

    async fn unfinished_pushes_are_counted_by_whether_their_sync_is_on(db) {
        let f = Fixture::open(db).await;
        f.syncs(true, false).await;
        f.pushed(f.stored(&quote("Q-1")).await, Sync::Opportunities, 10).await;
        f.pushed(f.stored(&sale("S-1", None)).await, Sync::Tickets, 20).await;
        let mut tx = f.db.read().await.unwrap();
        let rows = db::open_pushes(&mut tx).await.unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.enabled, row.count, row.oldest)).collect();
        assert_eq!(told, [(true, 1, 10), (false, 1, 20)]);
    }
}
