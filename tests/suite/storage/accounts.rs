//! Tenants, people, sessions, tokens and failed sign-ins.

use opportune::{
    db::{self, FailureRow, ParkedForm, UserRow},
    domain::{
        ids::{ParkedFormId, UserId},
        person::{Role, Theme},
    },
};

use super::{Fixture, id};
use crate::harness::on_both;

impl Fixture {
    fn user(&self, email: &str) -> UserRow {
        UserRow {
            id: id(),
            tenant_id: self.tenant.0,
            email: email.to_owned(),
            name: "Robin".to_owned(),
            password_hash: "hash".to_owned(),
        }
    }
}

on_both! {
    async fn a_person_is_found_by_email_and_changed_by_putting_it_again(db) {
        let f = Fixture::open(db).await;
        let user = f.user("robin@example.com");
        let mut tx = f.db.write().await.unwrap();
        assert!(db::put_user(&mut tx, &user, 1).await.unwrap());
        let changed = UserRow { id: id(), name: "Robin B.".to_owned(), password_hash: "new".to_owned(), ..user.clone() };
        assert!(db::put_user(&mut tx, &changed, 2).await.unwrap());
        let found = db::find_user(&mut tx, "robin@example.com").await.unwrap().unwrap();
        assert_eq!((found.id, found.tenant_id, found.email.as_str()), (user.id, f.tenant.0, "robin@example.com"));
        assert_eq!((found.name.as_str(), found.password_hash.as_str()), ("Robin B.", "new"));
        assert_eq!(db::user_name(&mut tx, UserId(user.id)).await.unwrap().as_deref(), Some("Robin B."));
        assert_eq!(db::user_name(&mut tx, UserId(id())).await.unwrap(), None);
        assert!(db::find_user(&mut tx, "Robin@example.com").await.unwrap().is_none());
    }

    async fn another_tenant_cannot_take_a_persons_address(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::put_user(&mut tx, &f.user("robin@example.com"), 1).await.unwrap();
        let theirs = UserRow { tenant_id: f.other.0, name: "Thief".to_owned(), ..f.user("robin@example.com") };
        assert!(!db::put_user(&mut tx, &theirs, 2).await.unwrap());
        let found = db::find_user(&mut tx, "robin@example.com").await.unwrap().unwrap();
        assert_eq!((found.tenant_id, found.name.as_str()), (f.tenant.0, "Robin"));
    }

    async fn a_session_ends_by_idling_by_its_end_and_by_signing_out(db) {
        let f = Fixture::open(db).await;
        let user = f.user("robin@example.com");
        let mut tx = f.db.write().await.unwrap();
        db::put_user(&mut tx, &user, 1).await.unwrap();
        db::add_session(&mut tx, b"token", &user, "10.0.0.1", 100, 1_000).await.unwrap();
        let found = db::find_session(&mut tx, b"token", 150, 50).await.unwrap().unwrap();
        assert_eq!((found.user_id, found.tenant_id, found.seen_at), (user.id, f.tenant.0, 100));
        assert_eq!((found.user_name.as_str(), found.tenant_name.as_str()), ("Robin", "Ours"));
        assert!(db::find_session(&mut tx, b"other", 150, 50).await.unwrap().is_none());
        assert!(db::find_session(&mut tx, b"token", 999, 100).await.unwrap().is_none(), "idle");
        db::touch_session(&mut tx, b"token", 800).await.unwrap();
        assert_eq!(db::find_session(&mut tx, b"token", 999, 100).await.unwrap().unwrap().seen_at, 800);
        assert!(db::find_session(&mut tx, b"token", 1_000, 100).await.unwrap().is_none(), "over");
        db::add_session(&mut tx, b"long", &user, "10.0.0.1", 100, 9_000).await.unwrap();
        db::end_session(&mut tx, b"neither", 1_000).await.unwrap();
        assert!(db::find_session(&mut tx, b"token", 900, 100).await.unwrap().is_none(), "swept, for it was over");
        assert!(db::find_session(&mut tx, b"long", 1_000, 50).await.unwrap().is_some());
        db::end_session(&mut tx, b"long", 1_000).await.unwrap();
        assert!(db::find_session(&mut tx, b"long", 1_000, 50).await.unwrap().is_none(), "signed out");
    }

    async fn a_person_has_a_role_a_theme_and_a_password(db) {
        let f = Fixture::open(db).await;
        let (robin, kim) = (f.user("robin@example.com"), f.user("kim@example.com"));
        let mut tx = f.db.write().await.unwrap();
        for user in [&robin, &kim] {
            db::put_user(&mut tx, user, 1).await.unwrap();
        }
        let both = [&robin, &kim].map(|user| (UserId(user.id), "Robin".to_owned()));
        assert_eq!(db::administrators(&mut tx, f.tenant).await.unwrap(), both, "so they begin");
        assert_eq!(db::administrators(&mut tx, f.other).await.unwrap(), []);
        db::set_role(&mut tx, UserId(kim.id), Role::Viewer).await.unwrap();
        db::set_theme(&mut tx, UserId(kim.id), Theme::Dark).await.unwrap();
        db::set_password(&mut tx, UserId(kim.id), "another").await.unwrap();
        db::put_user(&mut tx, &UserRow { password_hash: "third".to_owned(), ..robin.clone() }, 2).await.unwrap();
        assert_eq!(db::administrators(&mut tx, f.tenant).await.unwrap(), both[..1]);
        assert_eq!(db::find_user(&mut tx, "kim@example.com").await.unwrap().unwrap().password_hash, "another");
        db::add_session(&mut tx, b"kim", &kim, "10.0.0.1", 100, 1_000).await.unwrap();
        let found = db::find_session(&mut tx, b"kim", 150, 50).await.unwrap().unwrap();
        assert_eq!((found.role.as_str(), found.theme.as_str(), found.email.as_str()), ("viewer", "dark", "kim@example.com"));
        assert_eq!(found.expires_at, 1_000);
    }

    async fn a_persons_own_sessions_are_listed_and_ended(db) {
        let f = Fixture::open(db).await;
        let (robin, kim) = (f.user("robin@example.com"), f.user("kim@example.com"));
        let mut tx = f.db.write().await.unwrap();
        for user in [&robin, &kim] {
            db::put_user(&mut tx, user, 1).await.unwrap();
        }
        for (hash, user, begun, expires_at) in [(b"a", &robin, 100, 900), (b"b", &robin, 200, 900), (b"c", &robin, 10, 150), (b"d", &kim, 100, 900)] {
            db::add_session(&mut tx, hash, user, "10.0.0.1", begun, expires_at).await.unwrap();
        }
        let listed = async |tx: &mut db::WriteTx, now, idle_since| {
            let rows = db::sessions_of(tx, UserId(robin.id), now, idle_since).await.unwrap();
            rows.into_iter().map(|row| (row.token_hash, row.address, row.created_at, row.seen_at)).collect::<Vec<_>>()
        };
        let row = |hash: &[u8], at| (hash.to_vec(), "10.0.0.1".to_owned(), at, at);
        assert_eq!(listed(&mut tx, 300, 50).await, [row(b"b", 200), row(b"a", 100)]);
        assert_eq!(listed(&mut tx, 300, 100).await, [row(b"b", 200)]);
        let ours = (UserId(robin.id), f.tenant);
        assert_eq!(db::session_owner(&mut tx, b"c").await.unwrap(), Some(ours), "over, and still known");
        assert_eq!(db::session_owner(&mut tx, b"nobody's").await.unwrap(), None);
        db::end_other_sessions(&mut tx, UserId(robin.id), b"a").await.unwrap();
        assert_eq!(listed(&mut tx, 300, 50).await, [row(b"a", 100)]);
        assert!(db::session_owner(&mut tx, b"d").await.unwrap().is_some(), "another person's");
    }

    async fn a_parked_form_is_its_persons_for_a_while(db) {
        let f = Fixture::open(db).await;
        let (robin, kim) = (f.user("robin@example.com"), f.user("kim@example.com"));
        let (ours, theirs) = (UserId(robin.id), UserId(kim.id));
        let ids: Vec<ParkedFormId> = (0..4).map(|_| ParkedFormId(id())).collect();
        let mut tx = f.db.write().await.unwrap();
        for user in [&robin, &kim] {
            db::put_user(&mut tx, user, 1).await.unwrap();
        }
        let form = |n: usize, user| ParkedForm { id: ids[n], user, tenant: f.tenant, form_sealed: "sealed" };
        db::park_form(&mut tx, &form(3, theirs), 2, 50).await.unwrap();
        for (n, at) in (0..3).zip([100, 200, 300]) {
            db::park_form(&mut tx, &form(n, ours), 2, at).await.unwrap();
        }
        assert_eq!(db::parked_form(&mut tx, ours, ids[0], 0).await.unwrap(), None, "only the newest two are kept");
        assert_eq!(db::parked_form(&mut tx, ours, ids[1], 199).await.unwrap().as_deref(), Some("sealed"));
        assert_eq!(db::parked_form(&mut tx, ours, ids[1], 200).await.unwrap(), None, "too old");
        assert_eq!(db::parked_form(&mut tx, theirs, ids[1], 0).await.unwrap(), None, "another person");
        db::forget_parked_form(&mut tx, theirs, ids[1]).await.unwrap();
        assert!(db::parked_form(&mut tx, ours, ids[1], 0).await.unwrap().is_some());
        db::forget_parked_form(&mut tx, ours, ids[1]).await.unwrap();
        assert_eq!(db::parked_form(&mut tx, ours, ids[1], 0).await.unwrap(), None);
        assert!(!db::has_old_parked_forms(&mut tx, 49).await.unwrap());
        assert!(db::has_old_parked_forms(&mut tx, 50).await.unwrap());
        db::forget_parked_forms(&mut tx, 299).await.unwrap();
        assert_eq!(db::parked_form(&mut tx, theirs, ids[3], 0).await.unwrap(), None);
        assert!(db::parked_form(&mut tx, ours, ids[2], 0).await.unwrap().is_some());
    }

    async fn a_token_leads_to_its_tenant(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::add_token(&mut tx, id(), f.tenant, "one", b"ours", 1).await.unwrap();
        db::add_token(&mut tx, id(), f.other, "two", b"theirs", 1).await.unwrap();
        assert_eq!(db::find_token(&mut tx, b"ours").await.unwrap(), Some((f.tenant, "one".to_owned())));
        assert_eq!(db::find_token(&mut tx, b"theirs").await.unwrap(), Some((f.other, "two".to_owned())));
        assert_eq!(db::find_token(&mut tx, b"nobody's").await.unwrap(), None);
        assert!(db::add_token(&mut tx, id(), f.other, "three", b"ours", 1).await.is_err(), "one hash, one token");
    }

    async fn failed_sign_ins_are_counted_cleared_and_swept(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let none = db::sign_in_failures(&mut tx, "account a").await.unwrap();
        assert_eq!((none.failures, none.blocked_until, none.failed_at), (0, 0, 0));
        for (subject, failures, failed_at) in [("account a", 1, 100), ("account a", 2, 200), ("account b", 1, 50), ("account c", 7, 300)] {
            let row = FailureRow { failures, blocked_until: failed_at + 9, failed_at };
            db::put_sign_in_failures(&mut tx, subject, row).await.unwrap();
        }
        let row = db::sign_in_failures(&mut tx, "account a").await.unwrap();
        assert_eq!((row.failures, row.blocked_until, row.failed_at), (2, 209, 200));
        db::clear_sign_in_failures(&mut tx, "account a", 100).await.unwrap();
        let mut left = Vec::new();
        for subject in ["account a", "account b", "account c"] {
            left.push(db::sign_in_failures(&mut tx, subject).await.unwrap().failures);
        }
        assert_eq!(left, [0, 0, 7]);
    }
}
