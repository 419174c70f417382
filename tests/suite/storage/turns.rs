//! Turns: whose push is claimed next, and what keeps a tenant waiting.

use opportune::{
    db,
    domain::{
        breaker::{Breaker, Outcome},
        document::Document,
        ids::{BackfillId, DocumentId, PushId, TenantId},
        route::Sync,
    },
};

use super::{Fixture, id, quote};
use crate::harness::{MINUTE, on_both};

const MANY: i64 = 100;

impl Fixture {
    async fn on(&self, tenants: &[TenantId]) {
        for tenant in tenants {
            self.enable(*tenant, true).await;
        }
    }

    async fn tenant_of_claim(&self, now: i64) -> Option<TenantId> {
        self.claim(now, MANY).await.map(|lease| lease.tenant())
    }

    async fn set_breaker(&self, breaker: &Breaker, now: i64) {
        let mut tx = self.db.write().await.unwrap();
        db::put_breaker(&mut tx, self.tenant, breaker, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn earlier(&self, number: &str, now: i64) -> PushId {
        let (document, push) = (DocumentId(id()), PushId(id()));
        let body: Document = quote(number);
        let mut tx = self.db.write().await.unwrap();
        db::add_document(&mut tx, self.tenant, document, &body, b"hash", now).await.unwrap();
        let new = db::NewPush { id: push, document, sync: Sync::Opportunities, change: "created" };
        db::add_backfill(&mut tx, self.tenant, BackfillId(id()), &[new], now).await.unwrap();
        tx.commit().await.unwrap();
        push
    }
}

on_both! {
    async fn tenants_take_turns_however_much_one_has(db) {
        let f = Fixture::open(db).await;
        f.on(&[f.tenant, f.other]).await;
        for number in 0..6 {
            f.push(&format!("Q-{number}"), 10).await;
        }
        for number in 0..3 {
            f.push_of(f.other, &format!("Q-{number}"), 100).await;
        }
        let mut claimed = Vec::new();
        for now in 100..109 {
            claimed.push(f.tenant_of_claim(now).await == Some(f.other));
        }
        assert_eq!(claimed.iter().filter(|is_other| **is_other).count(), 3);
        let last = claimed.iter().rposition(|is_other| *is_other).unwrap();
        assert!(last <= 6, "three of six turns are the other's: {claimed:?}");
        assert_eq!(f.tenant_of_claim(109).await, None);
    }

    async fn a_fresh_push_passes_a_backlog_that_still_gets_its_share(db) {
        let f = Fixture::open(db).await;
        f.on(&[f.tenant]).await;
        let now = 30 * MINUTE;
        let (old, earlier) = (f.push("Q-old", 10).await, f.earlier("Q-earlier", 20).await);
        let mut fresh = Vec::new();
        for number in 0..5 {
            fresh.push(f.push(&format!("Q-{number}"), now - 5 + number).await);
        }
        let mut claimed = Vec::new();
        while let Some(lease) = f.claim(now, MANY).await {
            claimed.push(lease.push());
        }
        let expected = [fresh[0], fresh[1], fresh[2], old, fresh[3], fresh[4], earlier];
        assert_eq!(claimed, expected);
    }

    async fn nothing_of_a_tenant_is_claimed_while_its_breaker_is_open(db) {
        let f = Fixture::open(db).await;
        f.on(&[f.tenant, f.other]).await;
        for number in 0..3 {
            f.push(&format!("Q-{number}"), 10).await;
        }
        f.push_of(f.other, "Q-9", 20).await;
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            breaker = breaker.after(Outcome::Trouble("no answer".to_owned()), 30);
        }
        f.set_breaker(&breaker, 30).await;
        let others = f.claim(30, MANY).await.unwrap();
        assert_eq!(others.tenant(), f.other, "others go on");
        let sent = db::Outcome { state: "sent", reason: None, run_at: 0, tries: 0, version: 1, opportunity_id: None, ticket_id: None };
        let mut tx = f.db.write().await.unwrap();
        assert!(db::finish_push(&mut tx, &others, &sent, 31).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(f.tenant_of_claim(breaker.open_until - 1).await, None);
        let until = breaker.open_until;
        assert_eq!(f.tenant_of_claim(until).await, Some(f.tenant), "one tries");
        assert_eq!(f.tenant_of_claim(until).await, None, "alone");
        f.set_breaker(&breaker.after(Outcome::Contact, until), until).await;
        assert_eq!(f.tenant_of_claim(until + 1).await, None, "and one at a time for two minutes");
        let lease = f.claim(until + 2 * MINUTE, MANY).await.unwrap();
        assert_eq!(lease.lease_token, 2, "the first lease ran out");
        assert_eq!(f.tenant_of_claim(until + 2 * MINUTE).await, Some(f.tenant));
    }

    async fn wrong_credentials_keep_everything_waiting_until_there_are_others(db) {
        let f = Fixture::open(db).await;
        f.on(&[f.tenant]).await;
        f.push("Q-1", 10).await;
        f.set_breaker(&Breaker::default().after(Outcome::Credentials, 20), 20).await;
        assert_eq!(f.tenant_of_claim(i64::MAX / 2).await, None);
        f.push("Q-2", 30).await;
        assert_eq!(f.tenant_of_claim(40).await, None, "what arrives waits too");
        f.set_breaker(&Breaker::untested(), 50).await;
        assert_eq!(f.tenant_of_claim(50).await, Some(f.tenant));
    }

    async fn a_pause_ends_by_itself_and_says_why_it_was(db) {
        let f = Fixture::open(db).await;
        f.on(&[f.tenant]).await;
        f.push("Q-1", 10).await;
        let mut tx = f.db.write().await.unwrap();
        db::pause_pushes(&mut tx, f.tenant, 500, Some("no calls left")).await.unwrap();
        tx.commit().await.unwrap();
        f.push("Q-2", 20).await;
        assert_eq!(f.tenant_of_claim(499).await, None);
        let mut tx = f.db.read().await.unwrap();
        let pause = db::pause(&mut tx, f.tenant, 499).await.unwrap().unwrap();
        assert_eq!((pause.paused_until, pause.pause_reason.as_deref()), (500, Some("no calls left")));
        assert_eq!(db::pause(&mut tx, f.tenant, 500).await.unwrap(), None);
        assert_eq!(db::pause(&mut tx, f.other, 499).await.unwrap(), None);
        drop(tx);
        assert_eq!(f.tenant_of_claim(500).await, Some(f.tenant));
    }

    async fn a_place_that_becomes_free_is_used_at_once(db) {
        let f = Fixture::open(db).await;
        f.on(&[f.tenant]).await;
        f.push("Q-1", 10).await;
        f.push("Q-2", 10).await;
        let lease = f.claim(10, 1).await.unwrap();
        assert_eq!(f.claim(50, 1).await, None, "one at a time");
        let sent = db::Outcome { state: "sent", reason: None, run_at: 0, tries: 0, version: 1, opportunity_id: None, ticket_id: None };
        let mut tx = f.db.write().await.unwrap();
        assert!(db::finish_push(&mut tx, &lease, &sent, 60).await.unwrap());
        tx.commit().await.unwrap();
        assert!(f.claim(60, 1).await.is_some());
        assert_eq!(db::claim_push(&mut f.db.write().await.unwrap(), 61, 100, 1).await.unwrap(), None);
    }

    async fn many_tenants_without_anything_do_not_hold_a_transaction(db) {
        let f = Fixture::open(db).await;
        f.on(&[f.tenant]).await;
        let mut tx = f.db.write().await.unwrap();
        for nth in 0..150 {
            let tenant = TenantId(id());
            db::add_tenant(&mut tx, tenant, &format!("Off {nth}"), 1).await.unwrap();
            db::pause_pushes(&mut tx, tenant, 0, None).await.unwrap();
        }
        tx.commit().await.unwrap();
        f.push("Q-1", 10).await;
        assert_eq!(f.tenant_of_claim(20).await, None, "the first hundred have nothing");
        let whose = async || db::whose_turn(&mut f.db.write().await.unwrap(), 20).await.unwrap();
        assert!(whose().await.is_some(), "it is more tenants' turn");
        assert_eq!(f.tenant_of_claim(20).await, Some(f.tenant));
        f.claim(20, MANY).await;
        assert_eq!(whose().await, None);
    }
}
