//! Unsent documents: which they are, how they are narrowed, and that each is enqueued once.

use opportune::{
    db::{self, NewPush, Outcome, PushFilter, UnsentFilter},
    domain::{
        author::Author,
        document::{Document, Kind, Person, State},
        ids::{BackfillId, DocumentId, PushId, TenantId},
        route::{Class, Sync},
        settings::Settings,
    },
};

use super::{Fixture, id, quote};
use crate::harness::on_both;

const NOBODY_ELSE: &[&str] = &[];

impl Fixture {
    /// A stored quote with what lists show of it.
    async fn described(&self, document: &Document, received_at: i64) -> DocumentId {
        let new = DocumentId(id());
        let mut tx = self.db.write().await.unwrap();
        db::add_document(&mut tx, self.tenant, new, document, b"hash", received_at).await.unwrap();
        db::describe_document(&mut tx, self.tenant, new).await.unwrap();
        tx.commit().await.unwrap();
        new
    }

    /// The numbers that fit a filter, the newest first.
    async fn numbers(&self, filter: &UnsentFilter) -> Vec<String> {
        let mut tx = self.db.read().await.unwrap();
        let rows = db::unsent_page(&mut tx, self.tenant, filter, None, 100).await.unwrap();
        rows.into_iter().map(|row| row.number).collect()
    }

    async fn add_backfill(&self, backfill: BackfillId, documents: &[DocumentId]) -> u64 {
        let pushes: Vec<NewPush> = documents
            .iter()
            .map(|document| NewPush {
                id: PushId(id()),
                document: *document,
                sync: Sync::Opportunities,
                change: "won",
            })
            .collect();
        let mut tx = self.db.write().await.unwrap();
        db::lock_documents(&mut tx, self.tenant, documents).await.unwrap();
        let added = db::add_backfill(&mut tx, self.tenant, backfill, &pushes, 50).await.unwrap();
        tx.commit().await.unwrap();
        added
    }

    async fn turn_on(&self, tenant: TenantId) {
        let settings = Settings { enabled: true, ..Settings::NEW };
        let new = db::NewRevision {
            settings: &settings,
            by: &Author::SYSTEM,
            note: None,
            form_id: None,
            origin: None,
        };
        let mut tx = self.db.write().await.unwrap();
        assert!(db::save_settings(&mut tx, tenant, 0, &new, 1).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Claims the next push and leaves it in `state`; its document.
    async fn work_off(&self, state: &str, opportunity_id: Option<i64>) -> Option<DocumentId> {
        let mut tx = self.db.write().await.unwrap();
        let lease = db::claim_push(&mut tx, 100, 200, 100).await.unwrap()?;
        let outcome = Outcome {
            state,
            reason: None,
            run_at: 100,
            tries: 0,
            version: 1,
            opportunity_id,
            ticket_id: None,
        };
        assert!(db::finish_push(&mut tx, &lease, &outcome, 100).await.unwrap());
        tx.commit().await.unwrap();
        Some(lease.document())
    }
}

/// A quote of that number, made so many hours after the others.
fn made(number: &str, hours: i64) -> Document {
    let mut document = quote(number);
    document.content.created_at += jiff::SignedDuration::from_hours(hours);
    document
}

fn sale(number: &str, quote_number: Option<&str>, state: State) -> Document {
    let quote_number = quote_number.map(str::to_owned);
    Document { kind: Kind::Sale, state, quote_number, ..quote(number) }
}

on_both! {
    async fn only_what_was_never_sent_and_can_be_is_unsent(db) {
        let f = Fixture::open(db).await;
        f.turn_on(f.tenant).await;
        for document in [
            made("Q-1", 0),
            made("Q-2", 1),
            sale("S-1", None, State::Won),
            sale("S-2", None, State::Lost),
            sale("S-3", Some("Q-2"), State::Won),
            sale("S-4", Some("Q-9"), State::Won),
        ] {
            f.described(&document, 10).await;
        }
        f.push("Q-3", 10).await;
        f.document_of(f.other, "Q-4").await;
        let all = f.numbers(&UnsentFilter::default()).await;
        assert_eq!(all, ["Q-2", "S-4", "S-1", "Q-1"], "not S-2, S-3 and Q-3");
        let mut tx = f.db.read().await.unwrap();
        assert_eq!(db::unsent_count(&mut tx, f.tenant).await.unwrap(), 4);
        assert_eq!(db::unsent_count(&mut tx, f.other).await.unwrap(), 0);
        let ids = db::unsent_ids(&mut tx, f.tenant, &UnsentFilter::default(), 100).await.unwrap();
        let unquoted = ids.iter().filter(|unsent| unsent.class() == Class::UnquotedSale).count();
        assert_eq!((ids.len(), unquoted), (4, 1));
        assert_eq!(db::unsent_ids(&mut tx, f.tenant, &UnsentFilter::default(), 1).await.unwrap(), &ids[..1]);
        let chosen = [ids[2].document(), ids[0].document(), ids[2].document()];
        let among = db::unsent_among(&mut tx, f.tenant, &chosen).await.unwrap();
        assert_eq!(among, [ids[0].clone(), ids[2].clone()], "the oldest first, each once");
        assert!(db::unsent_among(&mut tx, f.other, &chosen).await.unwrap().is_empty());
    }

    async fn what_was_skipped_stays_unsent_unless_autotask_has_it(db) {
        let f = Fixture::open(db).await;
        f.turn_on(f.tenant).await;
        let (first, second) = (f.described(&made("Q-1", 0), 10).await, f.described(&made("Q-2", 1), 10).await);
        let together = BackfillId(id());
        assert_eq!(f.add_backfill(together, &[first, second]).await, 2);
        assert_eq!(f.numbers(&UnsentFilter::default()).await, NOBODY_ELSE);
        assert_eq!(f.work_off("skipped", None).await, Some(first));
        assert_eq!(f.work_off("skipped", Some(5)).await, Some(second));
        assert_eq!(f.numbers(&UnsentFilter::default()).await, ["Q-1"]);
    }

    async fn a_filter_narrows_by_text_status_owner_and_time(db) {
        let f = Fixture::open(db).await;
        let mut owned = made("Q-1", 0);
        owned.content.owner = Some(Person { name: Some("Avery Chen".into()), email: Some("avery@x.example".into()) });
        owned.content.customer.name = "Škoda 100% _x".into();
        f.described(&owned, 10).await;
        let mut lost = made("Q-2", 24);
        lost.content.owner = Some(Person { name: None, email: Some("robin@x.example".into()) });
        f.described(&Document { state: State::Lost, ..lost }, 20).await;
        f.described(&made("Q-3", 48), 30).await;
        let day = 24 * 60 * 60 * 1_000;
        let start = quote("Q").content.created_at.as_millisecond();
        let all = UnsentFilter::default;
        let text = |text: &str| UnsentFilter { text: text.into(), ..all() };
        for (filter, expected) in [
            (all(), vec!["Q-3", "Q-2", "Q-1"]),
            (text("škODA"), vec!["Q-1"]),
            (text(" q-2 "), vec!["Q-2"]),
            (text("100%"), vec!["Q-1"]),
            (text("q_"), vec![]),
            (text("_x"), vec!["Q-1"]),
            (UnsentFilter { status: "lost".into(), ..all() }, vec!["Q-2"]),
            (UnsentFilter { owner: "Avery Chen".into(), ..all() }, vec!["Q-1"]),
            (UnsentFilter { owner: "robin@x.example".into(), ..all() }, vec!["Q-2"]),
            (UnsentFilter { made_from: start + day, ..all() }, vec!["Q-3", "Q-2"]),
            (UnsentFilter { made_before: start + day, ..all() }, vec!["Q-1"]),
            (UnsentFilter { received_until: 20, ..all() }, vec!["Q-2", "Q-1"]),
        ] {
            assert_eq!(f.numbers(&filter).await, expected, "{filter:?}");
        }
        let mut tx = f.db.read().await.unwrap();
        assert_eq!(db::unsent_owners(&mut tx, f.tenant).await.unwrap(), ["Avery Chen", "robin@x.example"]);
        assert!(db::unsent_owners(&mut tx, f.other).await.unwrap().is_empty());
    }

    async fn pages_follow_each_other_without_gap(db) {
        let f = Fixture::open(db).await;
        // Three of them at the same moment: the id decides.
        for (number, hours) in [("Q-1", 0), ("Q-2", 1), ("Q-3", 1), ("Q-4", 1), ("Q-5", 2)] {
            f.described(&made(number, hours), 10).await;
        }
        let mut tx = f.db.read().await.unwrap();
        let (mut listed, mut before) = (Vec::new(), None);
        loop {
            let page = db::unsent_page(&mut tx, f.tenant, &UnsentFilter::default(), before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(DocumentId(last.id));
            listed.extend(page.into_iter().map(|row| row.number));
        }
        assert_eq!(listed, ["Q-5", "Q-4", "Q-3", "Q-2", "Q-1"]);
    }

    async fn totals_are_exact_by_status_and_currency(db) {
        let f = Fixture::open(db).await;
        for (number, currency, amount) in [("Q-1", "USD", "0.10"), ("Q-2", "USD", "0.20"), ("Q-3", "EUR", "999999999.99")] {
            let mut document = quote(number);
            document.content.currency = currency.into();
            document.content.surcharge = Some(opportune::domain::document::Charge { amount: amount.parse().unwrap(), taxable: false });
            f.described(&document, 10).await;
        }
        let mut huge = quote("Q-4");
        huge.content.surcharge =
            Some(opportune::domain::document::Charge { amount: "90000000000.01".parse().unwrap(), taxable: false });
        f.described(&huge, 10).await;
        let mut tx = f.db.read().await.unwrap();
        let totals = db::unsent_totals(&mut tx, f.tenant, &UnsentFilter::default()).await.unwrap();
        let told: Vec<_> = totals.iter().map(|total| (total.status.as_str(), total.currency.as_str(), total.count, total.amount)).collect();
        assert_eq!(told, [("open", "EUR", 1, 99_999_999_999), ("open", "USD", 3, 30)], "Q-4 is too large to be added up");
        let rows = db::unsent_page(&mut tx, f.tenant, &UnsentFilter::default(), None, 1).await.unwrap();
        assert_eq!((rows[0].number.as_str(), rows[0].amount), ("Q-4", None));
    }

    async fn a_quote_is_described_together_with_its_sale(db) {
        let f = Fixture::open(db).await;
        let document = f.described(&quote("Q-1"), 10).await;
        let mut order = sale("S-1", Some("Q-1"), State::Won);
        order.content.surcharge = Some(opportune::domain::document::Charge { amount: "7.50".parse().unwrap(), taxable: false });
        f.described(&order, 20).await;
        let mut tx = f.db.write().await.unwrap();
        db::describe_document(&mut tx, f.other, document).await.unwrap();
        db::describe_document(&mut tx, f.tenant, document).await.unwrap();
        let rows = db::unsent_page(&mut tx, f.tenant, &UnsentFilter::default(), None, 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].status.as_str(), rows[0].amount), (1, "won", Some(750)));
        let both = db::documents(&mut tx, f.tenant, &[document, DocumentId(id())]).await.unwrap();
        assert_eq!(both.iter().map(|stored| stored.document.number.as_str()).collect::<Vec<_>>(), ["Q-1"]);
        assert!(db::documents(&mut tx, f.tenant, &[]).await.unwrap().is_empty());
        assert!(db::documents(&mut tx, f.other, &[document]).await.unwrap().is_empty());
    }

    async fn a_document_has_one_push_however_often_it_is_chosen(db) {
        let f = Fixture::open(db).await;
        let (first, second) = (f.described(&made("Q-1", 0), 10).await, f.described(&made("Q-2", 1), 10).await);
        let (one, other) = (BackfillId(id()), BackfillId(id()));
        assert_eq!(f.add_backfill(one, &[first]).await, 1);
        assert_eq!(f.add_backfill(other, &[first, second]).await, 1);
        assert_eq!(f.add_backfill(one, &[first, second]).await, 0);
        let mut tx = f.db.read().await.unwrap();
        let counts = db::backfill_counts(&mut tx, f.tenant, one).await.unwrap();
        assert_eq!(counts.iter().map(|state| (state.state.as_str(), state.count)).collect::<Vec<_>>(), [("waiting", 1)]);
        assert!(db::backfill_counts(&mut tx, f.other, one).await.unwrap().is_empty());
        let filter = PushFilter { backfill: Some(other), ..PushFilter::default() };
        let pushes = db::pushes(&mut tx, f.tenant, &filter, None, 10).await.unwrap();
        assert_eq!(pushes.iter().map(|push| push.number.as_str()).collect::<Vec<_>>(), ["Q-2"]);
    }

    async fn whatever_arrives_or_changes_goes_before_the_backlog(db) {
        let f = Fixture::open(db).await;
        f.turn_on(f.tenant).await;
        let (first, second) = (f.described(&made("Q-1", 0), 10).await, f.described(&made("Q-2", 1), 10).await);
        f.add_backfill(BackfillId(id()), &[first, second]).await;
        // Due later than the backlog, and yet before it.
        f.push("Q-3", 90).await;
        let mut tx = f.db.write().await.unwrap();
        let active = db::active_push(&mut tx, f.tenant, second).await.unwrap().unwrap();
        db::wake_push(&mut tx, f.tenant, active, None, 95).await.unwrap();
        tx.commit().await.unwrap();
        let fresh = f.work_off("sent", None).await.unwrap();
        assert!(![first, second].contains(&fresh), "waking alone makes nothing fresh");
        let mut tx = f.db.write().await.unwrap();
        db::wake_push(&mut tx, f.tenant, active, Some("edited"), 96).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(f.work_off("sent", None).await, Some(second));
        assert_eq!(f.work_off("sent", None).await, Some(first));
        assert_eq!(f.work_off("sent", None).await, None);
    }
}
